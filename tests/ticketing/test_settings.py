"""Settings: what the environment decides, what is refused, and what each process gets (C-12, C-18, C-20, K-31…K-33)."""

import json
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured

from ticketing.apps import refuse_old_postgres
from ticketing.local.places import BASE_DIR

KEY = "S2VlcCB0aGlzIGtleSBvdXQgb2YgcmVwb3NpdG9yaWU="
PUBLIC = {
    "SITE_URL": "https://tickets.example.org",
    "SECRET_KEY": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "FIELD_KEYS": KEY,
    "TICKET_KEYS": KEY,
    "DATABASE_URL": "postgresql://ticketing_app:secret@db.example.org/ticketing?sslmode=verify-full",
    "REDIS_URL": "rediss://:secret@redis.example.org:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "STATIC_ROOT": "/srv/static",
}
PROGRAMS = {
    "web": ["/venv/granian/__main__.py", "ticketing.wsgi:application"],
    "worker": ["/venv/celery/__main__.py", "-A", "ticketing", "worker"],
    "beat": ["/venv/celery/__main__.py", "-A", "ticketing", "beat"],
    "migrate": ["manage.py", "migrate"],
    "doctor": ["manage.py", "doctor"],
    "python": ["-c"],
}


@pytest.fixture
def load(tmp_path):
    """Read the settings afresh, with this environment and nothing else, as this kind of process."""

    def read(process="python", /, **variables):
        environment = {"ENV_FILE": "", "STATE_DIR": str(tmp_path / "state"), **variables}
        with patch.dict(os.environ, environment, clear=True), patch.object(sys, "argv", PROGRAMS[process]):
            spec = spec_from_file_location("settings_afresh", BASE_DIR / "ticketing" / "settings.py")
            settings = module_from_spec(spec)
            spec.loader.exec_module(settings)
            return settings

    return read


def started(*command, **variables):
    """Run Python for real, with this environment and nothing else."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", **variables}
    return subprocess.run(
        [sys.executable, *command], cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_nothing_set_means_a_demo_on_this_machine(load):
    read = load()

    assert (read.SITE_URL, read.PRODUCTION, read.DEBUG, read.DEMO, read.RATE_LIMITS) == ("http://localhost:8000", False, False, True, True)
    assert set(read.ALLOWED_HOSTS) == {"localhost", "127.0.0.1", "[::1]"}
    assert (read.EMAIL_BACKEND, read.DEFAULT_FROM_EMAIL) == ("ticketing.mailbox.MailboxBackend", "malam <tickets@localhost>")
    assert (read.SECURE_SSL_REDIRECT, read.SECURE_HSTS_SECONDS, read.SESSION_COOKIE_NAME) == (False, 0, "session")
    assert (read.LANGUAGE_CODE, read.TIME_ZONE, read.LOG_FORMAT, read.LOG_LEVEL) == ("en", "Asia/Jakarta", "console", "INFO")


def test_nothing_set_means_embedded_services(load, tmp_path):
    read = load()

    run = tmp_path / "state" / "run"
    found = [read.DATABASES["default"]["HOST"], read.DATABASES["default"]["USER"], read.REDIS_URL, read.CELERY_BROKER_URL]
    sockets = [f"unix://{run}/valkey.sock?db=0", f"redis+socket://{run}/valkey.sock?virtual_host=0"]
    assert found == [f"{run}/postgres", "ticketing_app", *sockets]


def test_a_public_address_makes_a_production_site(load):
    read = load(**PUBLIC)

    assert (read.PRODUCTION, read.DEBUG, read.DEMO, read.RATE_LIMITS, read.LOG_FORMAT) == (True, False, False, True, "json")
    assert read.ALLOWED_HOSTS == ["tickets.example.org", "localhost", "127.0.0.1", "[::1]"]
    assert read.CSRF_TRUSTED_ORIGINS == ["https://tickets.example.org"]
    assert (read.SECURE_SSL_REDIRECT, read.SECURE_SSL_HOST, read.SECURE_HSTS_SECONDS) == (True, "tickets.example.org", 31536000)
    assert (read.SESSION_COOKIE_SECURE, read.CSRF_COOKIE_SECURE) == (True, True)
    assert (read.SESSION_COOKIE_NAME, read.CSRF_COOKIE_NAME) == ("__Host-session", "__Host-csrf")
    assert (read.EMAIL_HOST, read.DEFAULT_FROM_EMAIL) == ("mail.example.org", "malam <tickets@tickets.example.org>")


@pytest.mark.parametrize("missing", ["SECRET_KEY", "FIELD_KEYS", "TICKET_KEYS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "STATIC_ROOT"])
def test_production_without_is_refused(load, missing):
    with pytest.raises(SystemExit, match=rf"^Setting {missing}: it is missing\. [^\n]*$"):
        load(**{**PUBLIC, missing: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "1"),
        ("DEMO", "1"),
        ("RATE_LIMITS", "off"),
        ("SITE_URL", "http://tickets.example.org"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "abcd" * 20),
    ],
)
def test_production_with_what_is_unsafe_is_refused(load, name, value):
    with pytest.raises(SystemExit, match=rf"^Setting {name}: [^\n]*$"):
        load(**{**PUBLIC, name: value})


@pytest.mark.parametrize("variables", [{"ALLOWED_HOSTS": "tickets.example.org"}, {"ALLOWED_HOSTS": "*"}, {"ALLOWED_HOSTS": "192.168.0.4"}])
def test_a_public_host_makes_a_production_site_too(load, variables):
    with pytest.raises(SystemExit, match=r"^Setting SITE_URL: a public site needs an https address\."):
        load(**variables)


def test_a_public_address_stays_public_whatever_the_hosts_say(load):
    read = load(**PUBLIC, ALLOWED_HOSTS="localhost")

    assert (read.PRODUCTION, read.ALLOWED_HOSTS[0]) == (True, "tickets.example.org")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_NAME", "two\nlines"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("SITE_URL", "localhost:8000"),
        ("ALLOWED_HOSTS", "http://localhost"),
        ("DEBUG", "perhaps"),
        ("DEMO", "2"),
        ("RATE_LIMITS", "none"),
        ("SECRET_KEY", "tab\there"),
        ("SECRET_KEY_FALLBACKS", "tab\there"),
        ("FIELD_KEYS", "no-key"),
        ("TICKET_KEYS", "no-key"),
        ("METRICS_TOKEN", "tab\there"),
        ("DATABASE_URL", "sqlite:///db"),
        ("PGBOUNCER", "perhaps"),
        ("DATABASE_POOL_MIN", "few"),
        ("DATABASE_POOL_MAX", "0"),
        ("REDIS_URL", "memory://"),
        ("EMAIL_URL", "mail.example.org"),
        ("MAIL_FROM", "tickets"),
        ("LANGUAGE_CODE", "fr"),
        ("TIME_ZONE", "Mars/Base"),
        ("STATIC_ROOT", "line\nbreak"),
        ("CSRF_TRUSTED_ORIGINS", "tickets.example.org"),
        ("PROXY_COUNT", "11"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
        ("WEB_WORKERS", "0"),
        ("WEB_THREADS", "two"),
        ("WORKER_CONCURRENCY", "-1"),
    ],
)
def test_nonsense_is_refused_in_one_line_that_names_it(load, name, value):
    with pytest.raises(SystemExit, match=rf"^Setting {name}: [^\n]*$"):
        load(**{name: value})


def test_nonsense_in_what_only_production_reads_is_refused(load):
    with pytest.raises(SystemExit, match=r"^Setting HSTS_SECONDS: [^\n]*$"):
        load(**PUBLIC, HSTS_SECONDS="for ever")


@pytest.mark.parametrize(("least", "most", "wanted"), [("4", "3", 4), ("0", "0", 1)])
def test_a_pool_smaller_than_its_start_or_empty_is_refused(load, least, most, wanted):
    with pytest.raises(SystemExit, match=rf"^Setting DATABASE_POOL_MAX: “{most}” is no whole number from {wanted} "):
        load(DATABASE_POOL_MIN=least, DATABASE_POOL_MAX=most)


def test_the_web_server_wants_collected_files(load, tmp_path):
    with pytest.raises(SystemExit, match=r"^Setting STATIC_ROOT: nothing is collected there"):
        load("web", STATIC_ROOT=str(tmp_path))

    (tmp_path / "staticfiles.json").write_text("{}")
    assert load("web", STATIC_ROOT=str(tmp_path)).STORAGES["staticfiles"]["BACKEND"].startswith("whitenoise")


@pytest.mark.parametrize(
    "command", [["-c", "import ticketing.settings"], ["manage.py", "check"], ["-m", "celery", "-A", "ticketing", "worker"]]
)
def test_a_refused_start_says_one_line_and_fails(command, tmp_path):
    run = started(*command, STATE_DIR=str(tmp_path), TIME_ZONE="Mars")

    line = "Setting TIME_ZONE: “Mars” is no time zone, such as Asia/Jakarta. (.env.example explains every setting.)\n"
    assert (run.returncode, run.stdout, run.stderr) == (1, "", line)


def test_a_state_folder_that_cannot_be_made_is_said_in_one_line(tmp_path):
    (tmp_path / "file").touch()

    run = started("-c", "import ticketing.settings", STATE_DIR=str(tmp_path / "file" / "state"))

    assert (run.returncode, run.stderr) == (1, f"Cannot use {tmp_path}/file/state for local state: Not a directory.\n")


@pytest.mark.slow
def test_djangos_own_deployment_check_is_clean(tmp_path):
    run = started("manage.py", "check", "--deploy", "--fail-level", "WARNING", STATE_DIR=str(tmp_path), **PUBLIC)

    assert (run.returncode, run.stderr, run.stdout) == (0, "", "System check identified no issues (0 silenced).\n")


def test_local_secrets_are_made_once_for_us_alone(load, tmp_path):
    first, second = load(), load()

    file = tmp_path / "state" / "secrets.json"
    assert (first.SECRET_KEY, first.FIELD_KEYS) == (second.SECRET_KEY, second.FIELD_KEYS)
    assert (file.stat().st_mode & 0o777, json.loads(file.read_text())["SECRET_KEY"]) == (0o600, first.SECRET_KEY)
    assert (len(first.SECRET_KEY), len(first.FIELD_KEYS[0])) == (67, 44)


def test_production_makes_no_local_secrets(load, tmp_path):
    load(**PUBLIC)

    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("process", "statement"), [("web", "15s"), ("worker", "120s"), ("beat", "120s"), ("migrate", "120s"), ("doctor", "120s")]
)
def test_each_process_names_itself_and_has_its_limits(load, process, statement):
    options = load(process).DATABASES["default"]["OPTIONS"]

    assert {name: value for name, value in options.items() if name != "pool"} == {
        "application_name": f"ticketing {process}",
        "connect_timeout": 2,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25000,
        "prepare_threshold": 5,
        "options": f"-c lock_timeout=3s -c statement_timeout={statement} -c idle_in_transaction_session_timeout=10s",
    }


def test_only_web_has_a_pool_and_others_keep_their_connection(load):
    database = {process: load(process).DATABASES["default"] for process in PROGRAMS}

    pools = {process: found["OPTIONS"]["pool"] for process, found in database.items() if "pool" in found["OPTIONS"]}
    ages = {process: found["CONN_MAX_AGE"] for process, found in database.items()}
    assert pools == {"web": {"min_size": 2, "max_size": 20, "timeout": 2, "reconnect_timeout": 1.5, "max_idle": 30}}
    assert ages == {"web": 0, "worker": 60, "beat": 60, "migrate": 60, "doctor": 60, "python": 60}
    assert {found["CONN_HEALTH_CHECKS"] for found in database.values()} == {True}


def test_pool_size_can_be_set(load):
    pool = load("web", DATABASE_POOL_MIN="0", DATABASE_POOL_MAX="7").DATABASES["default"]["OPTIONS"]["pool"]

    assert (pool["min_size"], pool["max_size"]) == (0, 7)


def test_tls_to_the_database_is_what_the_address_asks_for(load):
    database = load(**PUBLIC).DATABASES["default"]

    assert (database["HOST"], database["OPTIONS"]["sslmode"]) == ("db.example.org", "verify-full")


def test_options_of_the_address_come_after_ours(load):
    url = "postgresql://db/ticketing?application_name=mine&connect_timeout=9&options=-c%20statement_timeout%3D5s"

    options = load("web", DATABASE_URL=url).DATABASES["default"]["OPTIONS"]

    assert (options["application_name"], options["connect_timeout"]) == ("mine", "9")
    assert options["options"].endswith("-c statement_timeout=15s -c idle_in_transaction_session_timeout=10s -c statement_timeout=5s")


@pytest.mark.parametrize("process", ["web", "worker"])
def test_pgbouncer_gets_no_startup_options_and_no_server_side_cursors(load, process):
    database = load(process, DATABASE_URL="postgresql://pool:6432/ticketing", PGBOUNCER="on").DATABASES["default"]

    found = ("options" in database["OPTIONS"], database["DISABLE_SERVER_SIDE_CURSORS"], database["OPTIONS"].get("prepare_threshold"))
    assert found == (False, True, None)


def test_without_pgbouncer_cursors_may_live_on_the_server(load):
    assert load().DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] is False


def test_only_owner_processes_use_the_owners_address(load):
    urls = {"DATABASE_URL": "postgresql://app@db/ticketing", "MIGRATE_DATABASE_URL": "postgresql://owner@db/ticketing"}

    users = {process: load(process, **urls).DATABASES["default"]["USER"] for process in PROGRAMS}

    assert users == {"web": "app", "worker": "app", "beat": "app", "migrate": "owner", "doctor": "app", "python": "app"}


def test_owner_processes_take_the_other_address_when_they_have_none(load):
    configured = load("migrate", DATABASE_URL="postgresql://app@db/ticketing").DATABASES["default"]
    embedded = load("migrate").DATABASES["default"]

    assert (configured["USER"], embedded["USER"]) == ("app", "ticketing_migrate")


@pytest.mark.parametrize(("broken", "named"), [("MIGRATE_DATABASE_URL", "MIGRATE_DATABASE_URL"), ("DATABASE_URL", "DATABASE_URL")])
def test_a_broken_address_is_named_as_it_was_given(load, broken, named):
    with pytest.raises(SystemExit, match=f"^Setting {named}: "):
        load("migrate", **{broken: "postgresql://host:port/name"})


def test_celery_checks_the_certificate_of_its_broker(load):
    from kombu import Connection

    public, local = load(**PUBLIC), load()

    assert Connection(public.CELERY_BROKER_URL, ssl=public.CELERY_BROKER_USE_SSL).ssl == {"ssl_cert_reqs": "required"}
    assert local.CELERY_BROKER_USE_SSL is None


def test_sender_is_one_address_whatever_the_site_is_called(load):
    assert load(SITE_NAME="Malam, Jakarta").DEFAULT_FROM_EMAIL == '"Malam, Jakarta" <tickets@localhost>'


def test_mail_leaves_the_machine_when_an_address_is_given_even_in_the_demo(load):
    read = load(EMAIL_URL="smtp://mail.example.org")

    assert (read.DEMO, read.EMAIL_BACKEND) == (True, "django.core.mail.backends.smtp.EmailBackend")


def test_proxies_are_believed_only_when_there_are_some(load):
    without, behind = load(), load(PROXY_COUNT="1")

    assert hasattr(without, "SECURE_PROXY_SSL_HEADER") is False
    assert behind.SECURE_PROXY_SSL_HEADER == ("HTTP_X_FORWARDED_PROTO", "https")


SHOW = """
import json, sys
sys.argv = {arguments!r}
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "ticketing.settings"
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    names = ["application_name", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
    print(json.dumps([(cursor.execute("SHOW " + name), cursor.fetchone()[0])[1] for name in names]))
if connection.pool:
    connection.pool.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("process", "statement"), [("web", "15s"), ("worker", "2min"), ("doctor", "2min")])
def test_a_real_connection_has_the_limits(process, statement, tmp_path):
    services = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}

    run = started("-c", SHOW.format(arguments=PROGRAMS[process]), STATE_DIR=str(tmp_path), **services)

    assert (run.stderr, json.loads(run.stdout)) == ("", [f"ticketing {process}", "3s", statement, "10s"])


@pytest.mark.parametrize(("version", "refused"), [(140012, True), (150000, False), (180001, False)])
def test_postgresql_below_15_is_refused(version, refused):
    connection = SimpleNamespace(vendor="postgresql", connection=SimpleNamespace(info=SimpleNamespace(server_version=version)))

    try:
        refuse_old_postgres(connection)
        said = ""
    except ImproperlyConfigured as error:
        said = str(error)

    assert said == ("PostgreSQL 15 or newer is needed; this one is 14." if refused else "")


@pytest.mark.django_db(transaction=True)
def test_every_new_connection_is_asked_for_its_version(monkeypatch):
    from django.db import connection

    monkeypatch.setattr("ticketing.apps.OLDEST_POSTGRES", 990000)
    connection.close()

    with pytest.raises(ImproperlyConfigured, match="PostgreSQL 15 or newer is needed"):
        connection.ensure_connection()
