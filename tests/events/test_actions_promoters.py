"""What becomes of events whose promoter is deleted (C-08) or loses its approval."""

import pytest

import accounts.actions
import events.actions
from accounts.actions import NotAllowed
from accounts.models import Promoter
from events import invariants
from events.models import Event
from events.tasks import follow_refused_promoters
from tests import factories
from tests.factories import THEN
from ticketing.models import HistoryEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("groups")]


def delete(team, by=None):
    events.actions.delete_promoter(promoter_id=team.pk, by=by, at=THEN)


def test_delete_promoter_names_the_events_that_are_public():
    team = factories.promoter()
    event = factories.published(team)
    factories.published(team, title="Second night")
    factories.event(team, title="A draft")

    with pytest.raises(events.actions.HasPublicEvents, match=r"These events are public: Malam Jazz, Second night\. Cancel"):
        delete(team)
    events.actions.close_sales(event_id=event.pk, by=None, at=THEN)
    with pytest.raises(events.actions.HasPublicEvents, match="Malam Jazz"):
        delete(team)
    assert not Promoter.objects.get().is_deleted


def test_delete_promoter_names_five_events_at_most():
    team = factories.promoter()
    events_of_six = [factories.published(team, title=f"Night {number}") for number in range(6)]

    with pytest.raises(events.actions.HasPublicEvents, match=r"Night 4, …\. Cancel") as refused:
        delete(team)
    assert refused.value.events == events_of_six


def test_promoter_whose_events_are_called_off_is_deleted_and_publishes_nothing():
    team, other = factories.promoter(), factories.promoter("Mira", name="Zebrafinch")
    event, draft = factories.published(team), factories.event(team, title="A draft")
    factories.published(other, title="Not theirs")
    events.actions.cancel(event_id=event.pk, reason="Rain", by=None, at=THEN)

    delete(team)

    assert Promoter.all_objects.get(pk=team.pk).deleted_at == THEN
    with pytest.raises(events.actions.NotReady, match="The promoter is not approved"):
        events.actions.publish(event_id=draft.pk, by=None, at=THEN)
    assert list(invariants.breaches()) == []


def test_delete_promoter_is_for_admins():
    team = factories.promoter()

    with pytest.raises(NotAllowed):
        delete(team, by=team.owner)


def test_invariants_see_a_public_event_of_a_deleted_promoter():
    event = factories.published()
    Promoter.objects.update(deleted_at=THEN)

    assert list(invariants.breaches()) == [f"event {event.pk}: public, and its promoter deleted"]
    assert Event.objects.get().promoter.is_deleted


def test_sales_of_a_promoter_that_lost_its_approval_stop_and_its_pages_stay(client, django_assert_max_num_queries):
    team, other = factories.promoter(), factories.promoter("Mira", name="Zebrafinch")
    selling, theirs = factories.published(team), factories.published(other)
    accounts.actions.refuse(promoter_id=team.pk, reason="Two buyers wrote to us.", by=None, at=THEN)

    follow_refused_promoters()
    follow_refused_promoters()

    assert dict(Event.objects.values_list("pk", "status")) == {selling.pk: "sales_closed", theirs.pk: "published"}
    assert HistoryEntry.objects.filter(action="sales_closed").values_list("subject_id", "actor").get() == (selling.pk, "system")
    assert client.get(f"/events/{selling.slug}/").status_code == 200
    with pytest.raises(events.actions.NotReady, match="The promoter is not approved"):
        events.actions.reopen_sales(event_id=selling.pk, by=None, at=THEN)
    with django_assert_max_num_queries(1):
        follow_refused_promoters()
