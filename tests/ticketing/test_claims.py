"""Claims: one holder, who loses the claim with its connection."""

import threading
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from ticketing.bases import uuid7
from ticketing.claims import claimed
from ticketing.local.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def other_connection():
    return psycopg.connect(
        **{k: v for k, v in connection.get_connection_params().items() if k not in {"cursor_factory", "context", "prepare_threshold"}},
        autocommit=True,
    )


def key(subject: UUID) -> int:
    return int.from_bytes(subject.bytes[8:], signed=True)


def test_claim_has_one_holder(together):
    subject, all_tried = uuid7(), threading.Barrier(6)

    def hold(_):
        with claimed(subject) as mine:
            all_tried.wait(30)
            return mine

    assert sorted(together(hold, times=6)) == [False] * 5 + [True]


def test_claim_is_free_again_after_the_block():
    subject = uuid7()

    with claimed(subject) as first:
        pass
    with other_connection() as other:
        second = other.execute("SELECT pg_try_advisory_lock(%s)", [key(subject)]).fetchone()[0]

    assert (first, second) == (True, True)


def test_claim_is_free_again_after_an_error():
    subject = uuid7()

    with pytest.raises(ZeroDivisionError), claimed(subject):
        _ = 1 / 0

    with other_connection() as other:
        assert other.execute("SELECT pg_try_advisory_lock(%s)", [key(subject)]).fetchone()[0] is True


def test_claim_dies_with_its_holders_connection(django_assert_num_queries):
    subject = uuid7()
    holder = other_connection()
    holder.execute("SELECT pg_advisory_lock(%s)", [key(subject)])
    with django_assert_num_queries(1), claimed(subject) as while_held:  # what it did not get, it does not give back
        pass

    holder.close()

    def free() -> bool:
        with claimed(subject) as mine:
            return mine

    assert while_held is False
    assert wait_until(free, seconds=60)  # the server notices a closed connection when it next looks


def test_claims_on_different_things_do_not_meet():
    with claimed(uuid7()) as one, claimed(uuid7()) as other:
        assert (one, other) == (True, True)
