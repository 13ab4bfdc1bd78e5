"""Teams: each deed happens once however many do it at once, and groups follow the teams (K-15).

Each deed runs with its locks off first. If it came out right then, the law would prove nothing.
"""

from decimal import Decimal

import pytest
from django.db import connection

import events.actions
import events.invariants
from accounts import actions, invariants
from accounts.models import Invitation, Promoter, User
from tests import factories
from tests.factories import THEN
from ticketing.errors import DomainError
from ticketing.identity import SiteIdentity
from ticketing.local.processes import wait_until
from ticketing.models import HistoryEntry
from ticketing.querysets import RowQuerySet

pytestmark = pytest.mark.django_db(transaction=True)


# Who stands at the history, here: another worker's tests meet, too, on the same server.
WAITING = """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = current_database() AND locktype = 'advisory' AND objid = 42"""

# Who has come neither to the history nor to a row that another one keeps. Those who are done have left; those who were
# here before take no part.
COMING = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid NOT IN ({before}, pg_backend_pid()) AND coalesce(wait_event, '') NOT IN ('transactionid', 'tuple', 'advisory')
    AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 42)"""

# Whoever writes history waits until all others have come so far, too: so that, without locks, all have looked before
# one commits, and with locks, the first still holds them while the others come.
MEET = """
CREATE OR REPLACE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE until CONSTANT timestamptz := clock_timestamp() + interval '10 s';
BEGIN
    PERFORM pg_advisory_xact_lock_shared(42);
    WHILE clock_timestamp() < until AND ({coming}) > 0 LOOP
        PERFORM pg_sleep(0.01);
        PERFORM pg_stat_clear_snapshot();
    END LOOP;
    RETURN NEW;
END $$;
"""
MEETING = """
CREATE TRIGGER meet BEFORE INSERT ON ticketing_historyentry FOR EACH ROW EXECUTE FUNCTION meet();
ALTER TABLE ticketing_historyentry DISABLE TRIGGER meet;
"""


def sql(text):
    with connection.cursor() as cursor:
        cursor.execute(text)


@pytest.fixture(autouse=True)
def meeting(groups):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(pid::text, ', ') FROM pg_stat_activity WHERE datname = current_database()")
        coming = COMING.format(before=cursor.fetchone()[0])
    sql(MEET.format(coming=coming) + MEETING)
    yield
    sql("DROP FUNCTION meet() CASCADE")


@pytest.fixture
def no_locks(monkeypatch):
    def off():
        monkeypatch.setattr(RowQuerySet, "locked", lambda rows: rows.order_by("pk"))

    return off


def greta_in(team):
    factories.member(team)
    return {"promoter_id": team.pk, "member_id": team.members.get().pk, "by": team.owner, "at": THEN}


def apply_again():
    promoter = factories.applicant()
    actions.refuse(promoter_id=promoter.pk, reason="Which venue?", by=None, at=THEN)
    return "applied", lambda: factories.applicant(), 2


def approve():
    promoter = factories.applicant()
    return "approved", lambda: actions.approve(promoter_id=promoter.pk, by=None, at=THEN), 1


def refuse():
    promoter = factories.promoter()
    return "approval_withdrawn", lambda: actions.refuse(promoter_id=promoter.pk, reason="No.", by=None, at=THEN), 1


def change_role():
    words = greta_in(factories.promoter())
    return "member_role_changed", lambda: actions.change_member_role(role="finance", **words), 1


def remove():
    words = greta_in(factories.promoter())
    return "member_removed", lambda: actions.remove_member(**words), 1


def leave():
    team = factories.promoter()
    greta = factories.member(team)
    return "member_left", lambda: actions.leave(promoter_id=team.pk, by=greta, at=THEN), 1


def accept():
    asked, greta = factories.invitation(factories.promoter()), factories.person("Greta")
    return "invitation_accepted", lambda: actions.accept_invitation(invitation_id=asked.pk, by=greta, at=THEN), 1


def withdraw():
    asked = actions.invite_promoter(email="nina@example.org", name="Nordlys", language="en", by=None, at=THEN)
    return "invitation_withdrawn", lambda: actions.withdraw_invitation(invitation_id=asked.pk, by=None, at=THEN), 1


def grant():
    alice = factories.person()
    return "role_granted", lambda: actions.grant_role(user_id=alice.pk, role="admin", by=None, at=THEN, language="en"), 1


def disable():
    alice = factories.person()
    return "disabled", lambda: actions.disable(user_id=alice.pk, reason="rules", by=None, at=THEN, language="en"), 1


def enable():
    alice = factories.person(is_active=False)
    return "enabled", lambda: actions.enable(user_id=alice.pk, by=None, at=THEN, language="en"), 1


def set_fees():
    team, figures = factories.promoter(), {"fee_percent": Decimal(5), "fee_fixed": Decimal(0), "tax_percent": Decimal(0)}
    return "fees_set", lambda: actions.set_fees(promoter_id=team.pk, by=None, at=THEN, **figures), 1


def set_site_fees():
    SiteIdentity.objects.create()
    figures = {"fee_percent": Decimal(5), "fee_fixed": Decimal(0), "tax_percent": Decimal(0)}
    return "fees_set", lambda: actions.set_site_fees(by=None, at=THEN, **figures), 1


def delete_promoter():
    team = factories.promoter()
    return "deleted", lambda: actions.delete_promoter(promoter_id=team.pk, by=None, at=THEN), 1


def restore_promoter():
    team = factories.promoter()
    actions.delete_promoter(promoter_id=team.pk, by=None, at=THEN)
    return "restored", lambda: actions.restore_promoter(promoter_id=team.pk, by=None, at=THEN), 1


def delete_user():
    alice = factories.person()
    return "deleted", lambda: actions.delete_user(user_id=alice.pk, by=None, at=THEN, language="en"), 1


def restore_user():
    alice = factories.person()
    actions.delete_user(user_id=alice.pk, by=None, at=THEN, language="en")
    return "restored", lambda: actions.restore_user(user_id=alice.pk, by=None, at=THEN, language="en"), 1


DEEDS = [apply_again, approve, refuse, change_role, remove, leave, accept, withdraw, grant, disable, enable, set_fees]
DEEDS += [set_site_fees, delete_promoter, restore_promoter, delete_user, restore_user]


def happens_once(deed, together, *, prepare=lambda: None):
    action, call, lines = deed()
    prepare()
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")
    results = together(lambda _: call(), times=4, patience="20s")
    return [r for r in results if isinstance(r, Exception)] == [] and HistoryEntry.objects.filter(action=action).count() == lines


@pytest.mark.parametrize("deed", DEEDS)
def test_control_without_locks_a_deed_happens_more_than_once(deed, together, no_locks):
    assert not happens_once(deed, together, prepare=no_locks)


@pytest.mark.parametrize("deed", DEEDS)
def test_deed_done_four_times_at_once_happens_once(deed, together):
    assert happens_once(deed, together)


def first_application():
    factories.person("Olive")
    return "applied", factories.applicant, 1


def invite():
    team = factories.promoter()
    return "invited", lambda: factories.invitation(team), 1


def invite_promoter():
    words = {"email": "nina@example.org", "name": "Nordlys", "language": "en", "by": None, "at": THEN}
    return "invited", lambda: actions.invite_promoter(**words), 1


@pytest.mark.parametrize("deed", [first_application, invite, invite_promoter])
def test_what_the_database_keeps_unique_needs_no_lock(deed, together, no_locks):
    assert happens_once(deed, together, prepare=no_locks)


def accepted_by_three(together, *, prepare=lambda: None):
    """Let three people accept one invitation to become a promoter; return how many became one."""
    asked = actions.invite_promoter(email="nina@example.org", name="Nordlys", language="en", by=None, at=THEN)
    people = [factories.person(f"Nina{number}") for number in range(3)]
    prepare()
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")
    together(lambda number: actions.accept_invitation(invitation_id=asked.pk, by=people[number], at=THEN), times=3, patience="20s")
    return Promoter.objects.count()


def test_control_without_locks_one_invitation_makes_several_promoters(together, no_locks):
    assert accepted_by_three(together, prepare=no_locks) > 1


def test_one_invitation_makes_one_promoter(together):
    assert accepted_by_three(together) == 1
    assert Invitation.objects.get().accepted_by == Promoter.objects.get().owner


def after_the_first():
    """Wait until the other one has looked, and stands at the history."""

    def somebody_is_there():
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            return cursor.fetchone()[0] > 0

    assert wait_until(somebody_is_there, seconds=10)


def accept_and_remove():
    """Greta leaves one team while she joins another: the group of the gate must stay.

    The joining begins first, and finds her in the group already; the other order comes right by PostgreSQL's own locks.
    """
    first, second = factories.promoter("Olive"), factories.promoter("Omar", name="Other")
    words, greta = greta_in(first), factories.person("Greta")
    asked = factories.invitation(second)
    return [
        lambda: actions.accept_invitation(invitation_id=asked.pk, by=greta, at=THEN),
        lambda: (after_the_first(), actions.remove_member(**words)),
    ]


def accept_and_refuse():
    """Greta joins a team while its approval is taken back: she must not keep the rights."""
    team, greta = factories.promoter(), factories.person("Greta")
    asked = factories.invitation(team)
    return [
        lambda: actions.accept_invitation(invitation_id=asked.pk, by=greta, at=THEN),
        lambda: actions.refuse(promoter_id=team.pk, reason="No.", by=None, at=THEN),
    ]


def accept_and_withdraw():
    asked, nina = actions.invite_promoter(email="n@example.org", name="N", language="en", by=None, at=THEN), factories.person("Nina")
    return [
        lambda: actions.accept_invitation(invitation_id=asked.pk, by=nina, at=THEN),
        lambda: actions.withdraw_invitation(invitation_id=asked.pk, by=None, at=THEN),
    ]


def unmake_each_other():
    one, two = factories.staff("Root", "superadmin"), factories.staff("Rani", "superadmin")
    return [
        lambda: actions.grant_role(user_id=two.pk, role="user", by=one, at=THEN, language="en"),
        lambda: actions.grant_role(user_id=one.pk, role="user", by=two, at=THEN, language="en"),
    ]


def close_each_other():
    one, two = factories.staff("Root", "superadmin"), factories.staff("Rani", "superadmin")
    return [
        lambda: actions.disable(user_id=two.pk, reason="left", by=one, at=THEN, language="en"),
        lambda: actions.disable(user_id=one.pk, reason="left", by=two, at=THEN, language="en"),
    ]


def delete_and_receive():
    """Greta is deleted while she becomes the owner of an approved promoter: one of the two must not be."""
    team = factories.promoter()
    greta = factories.member(team, role="manager")
    asked = actions.offer_ownership(promoter_id=team.pk, member_id=team.members.get().pk, by=team.owner, at=THEN)
    return [
        lambda: actions.delete_user(user_id=greta.pk, by=None, at=THEN, language="en"),
        lambda: actions.accept_invitation(invitation_id=asked.pk, by=greta, at=THEN),
    ]


def delete_and_publish():
    """A promoter is deleted while an event of it goes public: one of the two must not be."""
    team = factories.promoter()
    event = factories.event(team)
    return [
        lambda: events.actions.delete_promoter(promoter_id=team.pk, by=None, at=THEN),
        lambda: events.actions.publish(event_id=event.pk, by=None, at=THEN),
    ]


PAIRS = [
    delete_and_receive,
    delete_and_publish,
    accept_and_remove,
    accept_and_refuse,
    accept_and_withdraw,
    unmake_each_other,
    close_each_other,
]


def ends_well(pair, together, *, prepare=lambda: None):
    superadmins, calls = User.objects.filter(is_superuser=True, is_active=True), pair()
    before = superadmins.exists()
    prepare()
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")
    results = together(lambda number: calls[number](), times=2, patience="20s")
    faults = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    return (faults, [*invariants.breaches(), *events.invariants.breaches()], superadmins.exists()) == ([], [], before)


@pytest.mark.parametrize("pair", PAIRS)
def test_control_without_locks_two_deeds_spoil_each_other(pair, together, no_locks):
    """On a busy machine the two may miss each other; one meeting in five tries shows what the locks are for."""
    for _ in range(5):
        if not ends_well(pair, together, prepare=no_locks):
            return
        sql("ALTER TABLE ticketing_historyentry DISABLE TRIGGER meet")
        sql("TRUNCATE accounts_user CASCADE")
    pytest.fail("five tries without locks, and nothing was spoilt")


@pytest.mark.parametrize("pair", PAIRS)
def test_two_deeds_at_once_end_well(pair, together):
    assert ends_well(pair, together)
