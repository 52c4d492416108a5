# syntax=docker/dockerfile:1
FROM python:3.12-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1

# The locked packages, checked by hash; what comes as source is built with the locked setuptools. Nothing else is fetched.
FROM base AS packages
WORKDIR /srv/duebox
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
# Where it is given, compiled code bears hashes in place of times (py_compile), so that a second build makes the same.
ARG SOURCE_DATE_EPOCH
RUN python -m venv /opt/venv
COPY .docker/requirements.lock ./
RUN sed -n '/^setuptools==/,/[^\\]$/p' requirements.lock > setuptools.lock \
 && /opt/venv/bin/pip install --require-hashes -r setuptools.lock \
 && /opt/venv/bin/pip install --require-hashes --no-build-isolation --use-pep517 -r requirements.lock
COPY . .
RUN /opt/venv/bin/pip install --no-index --no-deps --no-build-isolation --editable . \
 && /opt/venv/bin/python -m compileall -q app agents evals migrations \
 && /opt/venv/bin/pip check \
 && rm -r setuptools.lock requirements.lock .docker

# Runs as a user without rights, on a read-only root: what is written goes to /data (the SQLite file) and /tmp.
FROM base
RUN groupadd --gid 10001 duebox \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin duebox \
 && install -d -o duebox -g duebox -m 0750 /data
COPY --from=packages /opt/venv /opt/venv
COPY --from=packages /srv/duebox /srv/duebox
ENV PATH=/opt/venv/bin:$PATH HOME=/tmp DUEBOX_HTTP__HOST=0.0.0.0 DUEBOX_HTTP__PORT=8000
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['DUEBOX_HTTP__PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["duebox"]
CMD ["serve"]
