"""The cache and sessions: nothing fails while Redis is away, everything works when it is back (B-38)."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import path

from ticketing import hints


def read(request):
    return HttpResponse(str(request.session.get("cart", "empty")))


def write(request):
    request.session["cart"] = request.GET["cart"]
    return HttpResponse("written")


urlpatterns = [path("read/", read), path("write/", write)]


def test_cache_keeps_what_it_is_given():
    cache.set_many({"a": 1, "b": {"c": [None, "d"]}})
    cache.add("a", 2)
    cache.incr("a", 5)
    cache.delete("missing")

    assert (cache.get_many(["a", "b"]), cache.has_key("a"), cache.touch("a"), cache.get("missing", "default")) == (
        {"a": 6, "b": {"c": [None, "d"]}},
        True,
        True,
        "default",
    )


def test_cache_forgets_everything_while_redis_is_away(redis_away):
    answers = {
        "set": cache.set("a", 1),
        "get": cache.get("a"),
        "get with default": cache.get("a", "default"),
        "get_many": cache.get_many(["a"]),
        "add": cache.add("a", 1),
        "touch": cache.touch("a"),
        "delete": cache.delete("a"),
        "has_key": cache.has_key("a"),
        "set_many": cache.set_many({"a": 1}),
        "delete_many": cache.delete_many(["a"]),
        "incr": cache.incr("a"),
        "clear": cache.clear(),
        "get_or_set": cache.get_or_set("a", lambda: "made"),
    }

    assert answers == {
        "set": None,
        "get": None,
        "get with default": "default",
        "get_many": {},
        "add": False,
        "touch": False,
        "delete": False,
        "has_key": False,
        "set_many": [],
        "delete_many": None,
        "incr": 0,
        "clear": False,
        "get_or_set": "made",
    }


def test_cache_works_again_when_redis_is_back():
    hints.report_failure("a test")
    cache.set("a", 1)
    hints.ask_again()
    cache.set("b", 2)

    assert cache.get_many(["a", "b"]) == {"b": 2}


def test_counting_what_is_not_there_is_still_a_mistake():
    with pytest.raises(ValueError, match="not found"):
        cache.incr("missing")


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_session_is_kept_without_redis(client):
    client.get("/write/?cart=full")

    hints.report_failure("a test")
    without = client.get("/read/").content
    client.get("/write/?cart=fuller")
    changed = client.get("/read/").content

    assert (without, changed) == (b"full", b"fuller")


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_session_is_kept_when_redis_forgets_it(client):
    client.get("/write/?cart=full")

    hints.client().flushdb()

    assert client.get("/read/").content == b"full"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_session_written_while_redis_was_away_is_the_one_that_counts(client):
    client.get("/write/?cart=old")
    hints.report_failure("a test")
    client.get("/write/?cart=new")
    hints.ask_again()

    assert client.get("/read/").content == b"new"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_signing_out_while_redis_is_away_is_for_good(client):
    client.force_login(get_user_model().objects.create(email="alice@example.org"))
    key = client.cookies["session"].value
    hints.report_failure("a test")
    client.logout()
    hints.ask_again()

    client.cookies["session"] = key

    assert "_auth_user_id" not in client.session
