# Two stages: what is needed to install stays behind in the first.
FROM python:3.13-slim AS build
COPY requirements/run.txt /requirements.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /requirements.txt

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /data papers
COPY --from=build /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/data DEBUG=false
# Static files are collected once, with settings that are used for nothing else and lie in no layer.
RUN VAR_DIR=/app/var DEBUG=false SECRET_KEY=used-while-this-image-is-built-and-never-again-after-it \
    SITE_URL=https://build.invalid EMAIL_URL=smtp://build.invalid POSTAL_ADDRESS=none \
    python manage.py collectstatic --no-input && chmod -R a+rX /app/var
ENV STATIC_ROOT=/app/var/static
USER papers
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8"]
