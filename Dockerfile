# The version the tests run on.
ARG PYTHON_VERSION=3.11

# The full image, because it has a compiler: one dependency (wordllama) has no wheel for arm64.
FROM python:${PYTHON_VERSION} AS build
WORKDIR /build
RUN python -m venv /opt/lectern
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY server server
COPY sql sql
COPY static static
COPY docs docs
RUN --mount=type=cache,target=/root/.cache/pip \
    pip wheel --no-deps --wheel-dir dist . && /opt/lectern/bin/pip install dist/*.whl

FROM python:${PYTHON_VERSION}-slim
# A real account: the embedded Postgres refuses to run as a user number without a name.
RUN useradd --uid 10001 --create-home lectern && install --directory --owner=lectern /var/lib/lectern
COPY --from=build /opt/lectern /opt/lectern
ENV PATH=/opt/lectern/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LECTERN_HOST=0.0.0.0 \
    LECTERN_PORT=8000 \
    LECTERN_DATA_DIR=/var/lib/lectern
USER lectern
WORKDIR /home/lectern
VOLUME /var/lib/lectern
EXPOSE 8000
# The first start ingests before it listens, and 2,743 pages took 70 seconds.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"LECTERN_PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["lectern"]
CMD ["up"]
