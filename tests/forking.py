"""`duebox` commands without the seconds that their imports take: a process that has done them forks a child for each.

The child is a process of its own, with its own environment, folder, files and exit code.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn


class Forker:
    """The parent of all commands of a test run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(  # ourselves
            [sys.executable, "-m", "tests.forking"],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.close)

    def run(
        self, words: Sequence[str], *, environment: Mapping[str, str], folder: Path, stdin: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run `duebox` with these words to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as place, self._lock:
            files = [Path(place) / name for name in ("in", "out", "err")]
            files[0].write_text(stdin, encoding="utf-8")
            wish = {"words": words, "env": dict(environment), "folder": str(folder), "files": [*map(str, files)]}
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            out, err = (file.read_text(encoding="utf-8", errors="replace") for file in files[1:])
        return subprocess.CompletedProcess(["duebox", *words], code, out, err)

    def close(self) -> None:
        """It ends when its input does."""
        with self._process:
            pass


@lru_cache(maxsize=1)
def forker() -> Forker:
    return Forker()


def main() -> None:
    """Import everything that commands need; then, for each line of input, fork and say how the child ended."""
    command = import_module("app.cli").main
    for further in ("doctor", "running"):
        import_module(f"app.operations.{further}")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line), command)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(wish: Mapping[str, Any], command: Callable[[], None]) -> NoReturn:
    code = 1
    try:
        for number, file in enumerate(wish["files"]):
            os.dup2(os.open(file, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        os.environ.clear()  # noqa: TID251
        os.environ.update(wish["env"])  # noqa: TID251
        os.chdir(wish["folder"])
        sys.argv = ["duebox", *wish["words"]]
        command()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # the end of a process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
