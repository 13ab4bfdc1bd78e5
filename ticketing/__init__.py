"""The project, and the ground floor that every app stands on."""

# Imported here so that a process that never names Celery (the web server) still publishes to our broker.
from .celery import app as celery_app

__all__ = ["celery_app"]
