# One image for web, worker, courier, beat and init; which of them it is, the command says.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
RUN /venv/bin/python -m customs_portal.runtime.assets && rm -rf node_modules
# Collecting static files reads the settings but asks no server; the key is used for nothing.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DEVELOPMENT_TOOLS=0 \
    /venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home portal \
    && install --directory --owner portal --group portal /files /exchange
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DEVELOPMENT_TOOLS=0 HOST=0.0.0.0 PORT=8000
USER portal
EXPOSE 8000
CMD ["honcho", "start", "web"]
