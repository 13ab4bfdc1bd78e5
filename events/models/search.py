"""How events are found by words: the database folds accents and case, knows English and Indonesian, and forgives typos."""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, F, FloatField, Func, TextField, Value
from django.db.models.expressions import RawSQL

NAMES = (F("title"), F("artist"), F("venue"), F("city"))


class SearchVector(Func):
    """Title and artist weigh most, then the place, then the description."""

    function = "events_search_vector"
    output_field = SearchVectorField()


class SearchText(Func):
    """Title, artist and place without accents and capitals."""

    function = "events_search_text"
    output_field = TextField()


class Matches(Func):
    """Whether the event has all of the words, as they are, by their stems, or by how they begin."""

    template = "(search_vector @@ events_search_query(%(expressions)s))"
    output_field = BooleanField()


class Weight(Func):
    """How much the words weigh that were found."""

    template = "ts_rank_cd(search_vector, events_search_query(%(expressions)s))"
    output_field = FloatField()


class Likeness(Func):
    """How much the letters of the names are like these, between 0 and 1."""

    function = "events_likeness"
    output_field = FloatField()

    def __init__(self, words: str) -> None:
        super().__init__(Value(words), F("search_text"))


def alike(words: str) -> RawSQL:
    """Return the keys of public events whose names are most like the words. Asked once, not for each row."""
    return RawSQL("SELECT events_alike(%s)", [words])  # a constant
