"""A promoter is deleted when no event of it is public (C-08)."""

import pytest

import events.actions
from accounts.actions import NotAllowed
from accounts.models import Promoter
from events import invariants
from events.models import Event
from tests import factories
from tests.factories import THEN

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
