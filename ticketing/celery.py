"""The Celery app, and the list of all sweeps."""

import gc
import os
from datetime import UTC, datetime

from celery import Celery
from celery.signals import worker_before_create_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")

app = Celery("ticketing", task_cls="ticketing.jobs:Door")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery reads this key without a namespace. Without it, a worker reconnects to PostgreSQL for each task.
app.conf["CELERY_DB_REUSE_MAX"] = 1_000_000
# A queue of its own, so that nothing else makes buyers wait for their tickets.
app.conf.task_routes = {"payments.tasks.watch_*": {"queue": "chain"}}
app.autodiscover_tasks()


@worker_before_create_process.connect
def share_memory(**_: object) -> None:
    """What was loaded before the pool forks, its children do not write to, so it is there once."""
    gc.collect()
    gc.freeze()


# A beat that never ran before waits a whole round first; nothing is sold in USDT before these two.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

# Every nudge has a sweep behind it. A sweep that finds the last run of itself still queued is dropped.
app.conf.beat_schedule = {
    "deliver-mail": {"task": "ticketing.tasks.deliver_mail", "schedule": 3.0, "kwargs": {"by_beat": True}, "options": {"expires": 3.0}},
    "draw-pictures": {"task": "events.tasks.draw_pictures", "schedule": 10.0, "options": {"expires": 10.0}},
    "remind": {"task": "events.tasks.remind", "schedule": 10.0, "options": {"expires": 10.0}},
    "follow-refused-promoters": {"task": "events.tasks.follow_refused_promoters", "schedule": 5.0, "options": {"expires": 5.0}},
    "forget-reminders": {"task": "events.tasks.forget_reminders", "schedule": 3600.0},
    "expire-orders": {"task": "payments.tasks.expire_orders", "schedule": 5.0, "options": {"expires": 5.0}},
    "follow-cancelled-events": {"task": "payments.tasks.follow_cancelled_events", "schedule": 5.0, "options": {"expires": 5.0}},
    "remind-buyers": {"task": "orders.tasks.remind_buyers", "schedule": 60.0, "options": {"expires": 60.0}},
    "tell-of-changes": {"task": "orders.tasks.tell_of_changes", "schedule": 30.0, "options": {"expires": 30.0}},
    "refresh-sales": {"task": "payments.tasks.refresh_sales", "schedule": 60.0, "options": {"expires": 60.0}},
    "sync-rates": {"task": "payments.tasks.sync_rates", "schedule": 60.0, "last_run_at": LONG_AGO, "options": {"expires": 60.0}},
    "fill-pool": {"task": "payments.tasks.fill_pool", "schedule": 30.0, "last_run_at": LONG_AGO, "options": {"expires": 30.0}},
    "watch-chains": {"task": "payments.tasks.watch_chains", "schedule": 2.0, "options": {"expires": 2.0}},
    "forget-old-counts": {"task": "ticketing.tasks.forget_old_counts", "schedule": 3600.0},
    "forget-ended-sessions": {"task": "accounts.tasks.forget_ended_sessions", "schedule": 3600.0},
}
