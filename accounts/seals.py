"""What this app has sealed elsewhere than in a sealed field: the secrets of second factors, inside allauth's JSON."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db import transaction

from ticketing.fields import keys
from ticketing.querysets import RowQuerySet

SEALED = ("secret", "seed")


def rotate(*, dry_run: bool) -> Iterator[str]:
    """Seal each secret anew with the first of FIELD_KEYS; fail on one that no key opens."""
    count = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True).iterator():
        count += _rotated(pk, dry_run=dry_run)
    yield f"mfa.Authenticator: {count} values {'can be opened' if dry_run else 'sealed anew'}"


@transaction.atomic
def _rotated(pk: int, *, dry_run: bool) -> int:
    factor = RowQuerySet(Authenticator).filter(pk=pk).locked().first()
    if factor is None:
        return 0
    names = [name for name in SEALED if name in factor.data]
    for name in names:
        factor.data[name] = keys().rotate(factor.data[name].encode()).decode()
    if names and not dry_run:
        factor.save(update_fields=["data"])
    return len(names)
