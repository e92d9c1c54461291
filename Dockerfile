# The site in an image: built in one stage, run in another that has no compiler, no Node and no development tools.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src

# Dependencies first: they change least. Every file is checked against its hash.
COPY requirements.lock ./
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes -r requirements.lock

# Node from the hash-locked wheel: this Debian's own is older than the front end's tools ask for.
COPY requirements-node.lock ./
RUN python -m venv /opt/node && /opt/node/bin/pip install --require-hashes -r requirements-node.lock
ENV PATH=/opt/node/bin:$PATH
COPY frontend/package.json frontend/package-lock.json frontend/
RUN cd frontend && npm ci --ignore-scripts --no-audit --no-fund
COPY frontend frontend
RUN cd frontend && node build.mjs

COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY app app
COPY scoring scoring
COPY migrations migrations
RUN /opt/venv/bin/python -m hatchling build -t wheel -d /wheel \
    && /opt/venv/bin/pip install --no-deps --no-index /wheel/*.whl


FROM python:3.11-slim-bookworm AS site
# catdoc reads the text of old .doc files: without it nobody can read them on a page.
RUN apt-get update && apt-get install -y --no-install-recommends catdoc && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /home/chamthi chamthi \
    && install -d -o chamthi -g chamthi /data
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CHAMTHI_DATA_DIR=/data
WORKDIR /home/chamthi
USER chamthi
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["chamthi"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
