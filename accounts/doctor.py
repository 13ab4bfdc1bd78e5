"""What `doctor` looks at among people."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from ticketing.rooms import Finding

from .models import Promoter

PATIENCE = timedelta(days=3)


def checks() -> Iterator[Finding]:
    late = Promoter.objects.waiting().filter(applied_at__lt=timezone.now() - PATIENCE).count()
    if late:
        yield Finding("applications", "warn", f"{late} promoters wait for more than {PATIENCE.days} days", "Answer them in the admin.")
    else:
        yield Finding("applications", "pass", "nobody waits for long")
