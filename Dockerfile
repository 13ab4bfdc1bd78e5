# One image for web, worker and beat; docker-compose.yml says which of them a container is.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    STATIC_ROOT=/srv/static \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=2

# A fixed number, so that volumes and policies can name the user; no shell, no home, nothing of its own to write.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin ticketing

WORKDIR /app

# Before the code, so that a change of code does not install everything again. Every package has a wheel:
# a missing one stops the build instead of calling for a compiler.
COPY requirements.txt .
RUN pip install --require-hashes --only-binary :all: --root-user-action ignore -r requirements.txt

COPY manage.py .
COPY ticketing ticketing/
COPY accounts accounts/
COPY events events/
COPY waitlist waitlist/
COPY orders orders/
COPY payments payments/
COPY templates templates/
COPY static static/

# Without configuration the settings make keys of their own for this one command; they must not stay in the image.
RUN STATE_DIR=/tmp/build python manage.py collectstatic --no-input \
    && rm -rf /tmp/build \
    && python -m compileall -q /app

# Everything above belongs to root: a hijacked process cannot rewrite its own code.
USER 10001:10001

EXPOSE 8000

# For web; docker-compose.yml gives the others their own. No proxy: the question is whether this very process answers.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=4)"]

# Exec form: the server itself gets SIGTERM. GRANIAN_WORKERS and GRANIAN_BLOCKING_THREADS say how many.
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers-kill-timeout", "10", "--respawn-failed-workers", "--no-ws", "ticketing.wsgi:application"]
