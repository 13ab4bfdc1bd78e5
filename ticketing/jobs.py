"""The one way to start background work, and the door that every task comes through."""

import logging
from typing import Any

from celery import Task
from celery.signals import task_prerun
from django.db import close_old_connections, transaction
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError as BrokerError

from . import audit, hints, logs
from .errors import DomainError
from .retries import retried

logger = logging.getLogger(__name__)

COALESCE_SECONDS = 10


def enqueue_on_commit(path: str, *, coalesce: str = "", **arguments: Any) -> None:
    """Nudge the task at `path` once the transaction is committed.

    The nudge may be lost or doubled: the row is the truth, and a sweep finds what a lost nudge left. With
    `coalesce`, nudges of that name are one until the task starts, since it will see every row committed so far.
    """
    task = import_string(path)  # at once, so that a typo fails in the caller's own test

    def send() -> None:
        if coalesce and not hints.ask(lambda redis: redis.set(_key(coalesce), 1, nx=True, ex=COALESCE_SECONDS), otherwise=True):
            return
        _publish(task, arguments, coalesce)

    transaction.on_commit(send, robust=True)


def _publish(task: Task, arguments: dict[str, Any], coalesce: str) -> None:
    if hints.away():
        logger.warning("nudge not sent, the broker is away", extra={"task": task.name})
        return
    headers = {"coalesce": coalesce, "request_id": logs.request_id.get()}
    try:
        task.apply_async(kwargs=arguments, headers=headers, retry=False)
    except (BrokerError, OSError):
        # The change is committed and a sweep will find it: no reason to show anybody an error page.
        hints.report_failure("nudge not sent, the broker is away")


def _key(coalesce: str) -> str:
    return f"nudge:{coalesce}"


class Door(Task):
    """Retries lost races for a lock, ends quietly on a refusal, and records writes as the system's."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        headers = self.request.headers or {}
        if self.request.called_directly:
            return super().__call__(*args, **kwargs)
        with logs.request(headers.get("request_id") or ""), audit.acting():
            try:
                return retried(lambda: super(Door, self).__call__(*args, **kwargs))
            except DomainError as refusal:
                # A refusal is an answer, not a failure; what it leaves undone, a sweep finds.
                logger.info("task refused", extra={"task": self.name, "refusal": type(refusal).__name__})
                return None


@task_prerun.connect
def _before_task(task: Task, **_: Any) -> None:
    # A server that restarted has closed our connection; without this, every task after that would fail.
    close_old_connections()
    coalesce = (task.request.headers or {}).get("coalesce")
    if coalesce:
        # Removed before the task looks at its rows: what is committed from now on nudges anew.
        hints.ask(lambda redis: redis.delete(_key(coalesce)), otherwise=0)
