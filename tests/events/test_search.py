"""Events are found by words, in two languages, without accents, and misspelt (B-15)."""

import pytest

from events.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nights():
    factories.published(artist="Ólafur Jum'at", description="Two concerts with dancing. Pertunjukan dan permainan.")
    factories.published(title="Rock Festival", venue="GBK", city="Bandung")


def titles(found):
    return list(found.order_by("-rank").values_list("title", flat=True))


@pytest.mark.parametrize(
    "words",
    [
        "jazz",
        "JAZZ malam",
        "jaz",
        "olafur",
        "Ólafur",
        "jumat",
        "jum’at",
        "sarbini",
        "jakarta jazz",
        "concert",
        "dance",
        "bermain",
        "mainan",
    ],
)
def test_matching_finds_words_stems_and_beginnings(words):
    assert titles(Event.objects.matching(words)) == ["Malam Jazz"]


@pytest.mark.parametrize("words", ["", "!!", "the", "klasik", 'a "b', "\\ ' :*&|", "jazz bandung", "\x1a", "%s"])
def test_matching_finds_nothing_else(words):
    assert titles(Event.objects.matching(words)) == []


@pytest.mark.parametrize("words", ["malm jas", "jazs", "sarbni", "jakrta", "olafr", "jass"])
def test_alike_forgives_typos(words):
    assert titles(Event.objects.matching(words)) == []
    assert titles(Event.objects.alike(words)) == ["Malam Jazz"]


@pytest.mark.parametrize("words", ["", "xylophone", "senayan"])
def test_alike_does_not_find_everything(words):
    assert titles(Event.objects.alike(words)) == []


def test_alike_finds_public_events_only():
    factories.event(title="Malam Jaz Drafted")

    assert titles(Event.objects.alike("malm jaz")) == ["Malam Jazz"]


def test_what_is_in_the_title_weighs_more_than_in_the_description():
    factories.published(title="Concert of Two")

    assert titles(Event.objects.matching("concert")) == ["Concert of Two", "Malam Jazz"]
