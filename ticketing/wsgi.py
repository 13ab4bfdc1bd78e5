"""The door for the web server."""

import gc

from django.core.wsgi import get_wsgi_application

import ticketing  # noqa: F401  # names the settings

application = get_wsgi_application()

# What is loaded by now lives as long as the process: leave it out of every later collection.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
