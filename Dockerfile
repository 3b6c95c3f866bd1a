# Two stages: what is only needed to install stays behind in the first.
FROM python:3.13-slim AS build
# Extra packages for a provider: `--build-arg EXTRA=ses` for requirements/ses.txt.
ARG EXTRA=
COPY requirements/ /requirements/
# The files are complete and every line has its hash, so pip looks for nothing else. pip itself is not in the venv.
RUN python3 -m venv --without-pip /venv && \
    for name in run $EXTRA; do \
        python3 -m pip --python /venv/bin/python install --no-cache-dir --no-deps --require-hashes \
            --only-binary :all: --root-user-action ignore -r "/requirements/$name.txt" || exit 1; \
    done
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH DEBUG=false
# Static files are collected once, with settings that are used for nothing else and are in no layer. What is compiled
# here need not be compiled at each start, when /app is read-only.
RUN VAR_DIR=/app/var SECRET_KEY=used-while-this-image-is-built-and-never-again-after-it \
    SITE_URL=https://build.invalid EMAIL_URL=smtp://build.invalid POSTAL_ADDRESS=none \
    python manage.py collectstatic --no-input --verbosity 0 && \
    python -m compileall -q config digest subscriptions && chmod -R a+rX /app
# Remove what no process reads: tests, sources of compiled code, languages the pages do not have, WordLlama's code, and
# static files in the places they were collected from.
RUN find /venv -depth -type d \( -path '*/numpy/*/tests' -o -path '*/wordllama/algorithms' \) -exec rm -r {} + && \
    find /venv -depth -type d -name static ! -exec test -e {}/__init__.py \; -exec rm -r {} + && \
    find /venv /app/var -type f -regex '.*\.\(pyi\|pyx\|c\|cpp\|h\|po\|map\|map\.gz\)' -delete && \
    find /venv -path '*/locale/*' -name '*.mo' ! -path '*/locale/en*/*' -delete

FROM python:3.13-slim
# The image needs no packages except those in /venv, and nothing that installs others.
RUN rm -rf /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/ensurepip /usr/local/bin/pip* && \
    install -d -o 10001 -g 10001 -m 700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=false VAR_DIR=/data STATIC_ROOT=/app/var/static
# A number, so that anyone who runs the image can see that it is not root.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8000/readyz', timeout=5)"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", \
     "--preload", "--timeout", "60", "--no-control-socket"]
