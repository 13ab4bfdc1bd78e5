"""Sealed text and rotating keys."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection

from tests.sample.models import Lamp

pytestmark = pytest.mark.django_db
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM sample_lamp ORDER BY id")
        return [value for (value,) in cursor.fetchall()]


def test_value_is_sealed_in_the_database_and_open_in_python():
    lamp = Lamp.objects.create(name="desk", secret="under the rug")

    lamp.refresh_from_db()
    assert lamp.secret == "under the rug"
    assert stored()[0].startswith("gAAAA")


def test_saving_a_row_that_nobody_changed_keeps_the_seal():
    Lamp.objects.create(name="desk", secret="under the rug")
    before = stored()

    lamp = Lamp.objects.get()
    lamp.save()
    assert stored() == before

    lamp.secret = "on the shelf"
    lamp.save()
    assert stored() != before
    assert Lamp.objects.get().secret == "on the shelf"


def test_empty_stays_empty():
    Lamp.objects.create(name="desk", secret="")

    assert stored() == [""]
    assert Lamp.objects.get().secret == ""


def test_sealed_values_cannot_be_looked_up():
    with pytest.raises(FieldError, match="sealed"):
        Lamp.objects.filter(secret="under the rug").exists()


def test_old_key_opens_and_new_key_seals(settings):
    settings.FIELD_KEYS = [OLD]
    Lamp.objects.create(name="desk", secret="under the rug")
    settings.FIELD_KEYS = [NEW, OLD]

    Lamp.objects.create(name="floor", secret="on the shelf")

    assert sorted(lamp.secret for lamp in Lamp.objects.all()) == ["on the shelf", "under the rug"]
    assert Fernet(NEW).decrypt(stored()[1].encode()) == b"on the shelf"


def test_rotate_keys_seals_everything_anew(settings, capsys):
    settings.FIELD_KEYS = [OLD]
    Lamp.objects.bulk_create([Lamp(name=f"lamp {n}", secret=f"secret {n}") for n in range(1203)])
    Lamp.objects.create(name="none", secret="")
    settings.FIELD_KEYS = [NEW, OLD]

    call_command("rotate_keys")

    settings.FIELD_KEYS = [NEW]
    assert sorted(lamp.secret for lamp in Lamp.objects.all()) == sorted(["", *(f"secret {n}" for n in range(1203))])
    assert "sample.Lamp.secret: 1203 values sealed anew" in capsys.readouterr().out


def test_rotate_keys_dry_run_changes_nothing(settings):
    settings.FIELD_KEYS = [OLD]
    Lamp.objects.create(name="desk", secret="under the rug")
    before = stored()
    settings.FIELD_KEYS = [NEW, OLD]

    call_command("rotate_keys", "--dry-run")

    assert stored() == before


def test_value_of_a_lost_key_says_so(settings):
    settings.FIELD_KEYS = [OLD]
    Lamp.objects.create(name="desk", secret="under the rug")
    settings.FIELD_KEYS = [NEW]

    with pytest.raises(RuntimeError, match="FIELD_KEYS"):
        Lamp.objects.get()
