"""What one USDT costs: which answers count, when a round is believed, and what becomes of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import requests
import time_machine
from celery.beat import PersistentScheduler
from django.core.management import CommandError, call_command

from events.models import ReferenceRate
from payments import actions, tasks
from payments.models import Rate, RateQuote
from payments.rates import asking, sources
from payments.rates.rounds import Answer, judged
from tests.factories import THEN
from ticketing.celery import app

FRESH = THEN - timedelta(minutes=1)


def said(**prices):
    return [Answer(source, Decimal(str(price)), FRESH) for source, price in prices.items()]


def verdict(answers, last=None, doubted=None, currency="IDR"):
    return judged(answers, currency=currency, at=THEN, last=last and Decimal(last), doubted=doubted and Decimal(doubted))


def test_the_median_of_those_that_agree():
    found = verdict(said(a=16_300, b=16_310, c=16_350))

    assert (found.per_usdt, found.refused, found.reasons) == (Decimal(16_310), "", {})
    assert verdict(said(a=16_300, b=16_301)).per_usdt == Decimal("16300.5")


def test_one_that_is_wrong_by_five_percent_does_not_count():
    found = verdict(said(a=16_300, b=16_310, c=17_150))

    assert (found.per_usdt, found.refused, found.reasons) == (Decimal(16_305), "", {"c": "far from the others"})


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("bad", problem="no answer: Timeout"), "no answer: Timeout"),
        (Answer("bad"), "no answer"),
        (Answer("bad", Decimal("NaN")), "no number"),
        (Answer("bad", Decimal("Infinity")), "no number"),
        (Answer("bad", Decimal(-1)), "no number"),
        (Answer("bad", Decimal(9_999)), "out of bounds"),
        (Answer("bad", Decimal(30_001)), "out of bounds"),
        (Answer("bad", Decimal(16_300), THEN - timedelta(minutes=5, seconds=1)), "too old"),
        (Answer("bad", Decimal(16_300), THEN + timedelta(minutes=6)), "too old"),
    ],
)
def test_what_cannot_be_right_does_not_count(answer, reason):
    found = verdict([*said(a=16_300, b=16_310), answer])

    assert (found.per_usdt, found.reasons) == (Decimal(16_305), {"bad": reason})


def test_each_source_has_its_own_patience():
    old = Answer("daily", Decimal(16_310), THEN - timedelta(hours=20), patience=timedelta(hours=49))

    assert verdict([*said(a=16_300), old]).per_usdt == Decimal(16_305)


@pytest.mark.parametrize("answers", [{}, {"a": 16_300}, {"a": 16_000, "b": 16_500}])
def test_one_alone_or_two_that_differ_are_no_rate(answers):
    found = verdict(said(**answers))

    assert (found.per_usdt, found.refused) == (None, "too few answers")


def test_a_jump_is_believed_when_the_next_round_says_the_same():
    assert verdict(said(a=17_200, b=17_210), last=16_300).refused == "a jump"
    assert verdict(said(a=17_200, b=17_210), last=16_300, doubted=17_180).refused == ""
    assert verdict(said(a=17_200, b=17_210), last=16_300, doubted=18_000).refused == "a jump"
    assert verdict(said(a=17_100, b=17_100), last=16_300).refused == ""


# After the answers that their API pages print, with our pair in it.
PAGES = {
    "indodax": [{"ticker": {"buy": "16290", "sell": "16310", "last": "16300", "server_time": 1801472400}}],
    "coingecko": [{"tether": {"idr": 16300, "usd": 1, "last_updated_at": 1801472400}}],
    "cross": [
        {"result": "success", "time_last_update_unix": 1801440001, "rates": {"USD": 1, "IDR": Decimal("16290.5")}},
        {"bid": "0.9999", "ask": "1.0001", "price": "1", "time": "2027-02-01T09:00:00.123456Z"},
    ],
    "coinbase": [{"bid": "0.9999", "ask": "1.0001", "price": "1", "time": "2027-02-01T09:00:00.123456Z"}],
    "kraken": [{"error": [], "result": {"USDTZUSD": {"a": ["1.00010", "1", "1.0"], "b": ["0.99990", "1", "1.0"]}}}],
}


@pytest.mark.parametrize("source", sources.SOURCES, ids=lambda source: f"{source.name}-{source.currency}")
def test_every_source_is_read(source):
    price, moment = source.read(*PAGES[source.name])

    assert price == {"IDR": Decimal("16290.5") if source.name == "cross" else Decimal(16_300), "USD": Decimal(1)}[source.currency]
    assert moment is None or abs(moment - datetime(2027, 2, 1, 9, 0, tzinfo=UTC)) < source.patience
    assert moment is None or moment.tzinfo


def test_milliseconds_and_seconds_are_told_apart():
    assert sources._moment(1_801_472_400) == sources._moment(1_801_472_400_123) == sources._moment("1801472400")


class Web:
    """What `requests` would have got."""

    def __init__(self, monkeypatch, answer):
        self.asked = []
        monkeypatch.setattr(asking.requests, "get", self.get)
        self.answer = answer

    def get(self, url, **options):
        self.asked.append((url, options["timeout"]))
        if isinstance(self.answer, Exception):
            raise self.answer
        found = requests.Response()
        found.status_code, body = self.answer
        found._content = body
        return found


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (requests.Timeout(), "no answer: Timeout"),
        ((500, b""), "no answer: HTTPError"),
        ((429, b"slow down"), "no answer: HTTPError"),
        ((200, b"<html>"), "an answer that we cannot read"),
        ((200, b"{}"), "an answer that we cannot read"),
        ((200, b"[]"), "an answer that we cannot read"),
        ((200, b'{"ticker": {"buy": "x", "sell": "1", "server_time": 1}}'), "an answer that we cannot read"),
        ((200, b'{"ticker": {"buy": "1", "sell": "1", "server_time": 1e99}}'), "an answer that we cannot read"),
    ],
)
def test_whatever_goes_wrong_is_an_answer(monkeypatch, answer, problem):
    web = Web(monkeypatch, answer)

    assert {found.problem for found in asking.ask_all("IDR") if found.source == "indodax"} == {problem}
    assert {timeout for _url, timeout in web.asked} == {(3, 3)}


@pytest.mark.django_db
def test_a_23_every_round_is_kept_with_its_answers():
    good = actions.take_round(currency="IDR", answers=[*said(a=16_300, b=16_310), Answer("c", problem="no answer")], at=THEN)
    bad = actions.take_round(currency="IDR", answers=[*said(a=16_300), Answer("d", Decimal("1e30"))], at=THEN + timedelta(minutes=1))

    assert (good.per_usdt, good.refused, bad.per_usdt, bad.refused) == (Decimal(16_305), "", None, "too few answers")
    assert list(RateQuote.objects.filter(rate=good).order_by("source").values_list("source", "per_usdt", "reason")) == [
        ("a", Decimal(16_300), ""),
        ("b", Decimal(16_310), ""),
        ("c", None, "no answer"),
    ]
    assert RateQuote.objects.get(source="d").reason == "out of bounds"
    assert list(Rate.objects.accepted("IDR")) == [good]
    shown = ReferenceRate.objects.get()
    assert (shown.currency, shown.per_usdt, shown.quoted_at) == ("IDR", Decimal(16_305), THEN)


@pytest.mark.django_db
def test_a_jump_needs_two_rounds():
    rounds = [actions.take_round(currency="IDR", answers=said(a=price, b=price), at=THEN) for price in (16_300, 18_000, 18_050, 16_300)]

    assert [rate.refused for rate in rounds] == ["", "a jump", "", "a jump"]
    assert ReferenceRate.objects.get().per_usdt == 18_050


@pytest.mark.django_db
def test_a_rate_is_fresh_then_dearer_then_gone():
    rate = actions.take_static(currency="IDR", per_usdt=Decimal(16_300), at=THEN)
    asked = [actions.rate_in_use("IDR", THEN + timedelta(seconds=seconds)) for seconds in (0, 300, 301, 900)]

    assert asked == [(rate, 0), (rate, 0), (rate, Decimal("0.005")), (rate, Decimal("0.005"))]
    with pytest.raises(actions.NoRate, match="not known at the moment"):
        actions.rate_in_use("IDR", THEN + timedelta(seconds=901))
    with pytest.raises(actions.NoRate):
        actions.rate_in_use("USD", THEN)
    assert actions.rate_in_use("USDT", THEN) == (None, 0)


@pytest.mark.django_db
def test_the_sweep_writes_the_static_rate_and_asks_nobody(settings, monkeypatch):
    web = Web(monkeypatch, (500, b""))
    settings.RATE_PROVIDER, settings.STATIC_RATE, settings.WALLET_XPUBS = "static", 16_500, []
    tasks.sync_rates()
    assert not Rate.objects.exists()  # nobody asks for a rate where no USDT is taken

    settings.WALLET_XPUBS = ["xpub"]
    tasks.sync_rates()

    assert dict(Rate.objects.values_list("currency", "per_usdt")) == {"IDR": 16_500, "USD": 1}
    assert set(Rate.objects.values_list("source", flat=True)) == {"static"}
    assert web.asked == []


def test_a_new_beat_asks_for_a_rate_at_once(tmp_path):
    with time_machine.travel(THEN, tick=False):  # what is due every two seconds is not due yet
        beat = PersistentScheduler(app, schedule_filename=str(tmp_path / "schedule"))
        due = {name for name, entry in beat.schedule.items() if entry.is_due().is_due}

    beat.close()
    assert due == {"sync-rates", "fill-pool"}


@pytest.mark.django_db
def test_the_command_shows_each_answer_and_the_probe_keeps_nothing(settings, monkeypatch):
    settings.RATE_PROVIDER = "sources"
    answers = [Answer("one", Decimal(16_300)), Answer("two", Decimal(16_310)), Answer("three", problem="no answer: Timeout")]
    dollars = [replace(answer, per_usdt=answer.per_usdt and Decimal(1)) for answer in answers]
    monkeypatch.setattr(asking, "ask_all", lambda currency: {"IDR": answers, "USD": dollars}[currency])
    monkeypatch.setattr("payments.rates.syncing.ask_all", lambda currency: {"IDR": answers, "USD": []}[currency])
    out = StringIO()

    call_command("sync_rates", "--probe", stdout=out)
    assert "IDR 16305.00000000 for 1 USDT (median), in use" in out.getvalue()
    assert "three" in out.getvalue() and "no answer: Timeout" in out.getvalue()
    assert not Rate.objects.exists()

    out = StringIO()
    with pytest.raises(CommandError, match=r"^No rate for USD\.$"):
        call_command("sync_rates", "--json", stdout=out)
    found = json.loads(out.getvalue())["rates"]
    assert [(rate["currency"], rate["refused"]) for rate in found] == [("IDR", ""), ("USD", "too few answers")]
    assert Rate.objects.accepted("IDR").get().per_usdt == Decimal(16_305)
