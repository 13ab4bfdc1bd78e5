"""Reading the environment: what each kind of value may look like, and which process this is (C-12, C-18)."""

import base64

import pytest

from ticketing import environment
from ticketing.environment import Environment, is_loopback, process_name

KEY = base64.urlsafe_b64encode(b"\xfb" * 32).decode()


def refusal(read, value, **options):
    with pytest.raises(SystemExit) as refused:
        getattr(Environment({"NAME": value}), read)("NAME", **options)
    return str(refused.value)


def test_values_are_read_as_what_they_are():
    env = Environment({"ON": "Yes", "OFF": "0", "PORT": "8001", "WORDS": " a, b,,", "CHOICE": "JSON", "EMPTY": ""})

    read = (
        env.flag("ON", default=False),
        env.flag("OFF", default=True),
        env.number("PORT", 8000),
        env.words("WORDS"),
        env.one_of("CHOICE", ("json", "console"), "console"),
        env.text("EMPTY", "default"),
    )

    assert read == (True, False, 8001, ["a", "b"], "json", "default")


def test_defaults_stand_in_for_what_is_not_set():
    env = Environment({})

    assert (env.flag("A", default=True), env.number("A", 5), env.words("A"), env.one_of("A", ("x",), "x")) == (True, 5, [], "x")


def test_missing_value_without_default_is_refused():
    with pytest.raises(SystemExit) as refused:
        Environment({"NAME": ""}).text("NAME")

    assert str(refused.value) == "Setting NAME: it is missing. (.env.example explains every setting.)"


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("text", "two\nlines"),
        ("text", "bell\a"),
        ("flag", "maybe"),
        ("number", "-1"),
        ("number", "1.5"),
        ("number", "١"),
        ("number", str(2**31 + 1)),
        ("time_zone", "Asia/Atlantis"),
        ("time_zone", "../etc/passwd"),
        ("time_zone", "Asia"),
        ("field_keys", "short"),
        ("field_keys", base64.urlsafe_b64encode(b"k" * 31).decode()),
        ("field_keys", base64.urlsafe_b64encode(b"k" * 33).decode()),
        ("field_keys", f"{KEY},"),
        ("field_keys", KEY[:10] + " " + KEY[10:]),
        ("hosts", "https://example.org"),
        ("hosts", "example.org:8000"),
        ("hosts", "two words"),
        ("origin", "example.org"),
        ("origin", "ftp://example.org"),
        ("origin", "http://"),
        ("origin", "https://example.org/shop"),
        ("origin", "https://example.org?a=1"),
        ("origin", "https://user@example.org"),
        ("origin", "https://example.org:65536"),
        ("origin", "https://*.example.org"),
        ("origins", "https://example.org,example.org"),
        ("database", "mysql://host/name"),
        ("database", "postgresql://"),
        ("database", "postgresql://host/"),
        ("database", "postgresql://host:port/name"),
        ("database", "postgresql://host:65536/name"),
        ("database", "postgresql://[::1/name"),
        ("database", "postgresql://host/name?sslmod=require"),
        ("database", "postgresql://host/name?sslmode=on"),
        ("database", "postgresql://host/%zz"),
        ("redis", "host:6379"),
        ("redis", "http://host"),
        ("redis", "redis://"),
        ("redis", "redis://host:port/0"),
        ("redis", "redis://host/name"),
        ("redis", "unix://"),
        ("redis", "unix:///path?db=name"),
        ("mail", "host:25"),
        ("mail", "http://host"),
        ("mail", "smtp://"),
        ("mail", "smtp+tls://user:password@"),
        ("mail", "smtp://host:port"),
        ("mail", "smtp://[::1"),
        ("sender", "tickets"),
        ("sender", "Tickets <tickets@>"),
        ("sender", "Malam, Jakarta <tickets@example.org>"),
    ],
)
def test_nonsense_is_refused_in_one_line_that_names_it(read, value):
    said = refusal(read, value, **({} if read == "hosts" else {"default": ""}))

    assert (said.partition(": ")[0], said.count("\n"), len(said) < 200) == ("Setting NAME", 0, True)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("database", "postgresql://app:c4n4ry@[::1/name"),
        ("redis", "redis://:c4n4ry/x@host"),
        ("mail", "smtp://app:c4n4ry/x@host"),
        ("field_keys", "c4n4ry"),
    ],
)
def test_refusal_quotes_no_secret(read, value):
    assert "c4n4ry" not in refusal(read, value, default="")


def test_number_keeps_within_its_bounds():
    assert "no whole number from 1 to 9" in refusal("number", "0", default=5, least=1, most=9)
    assert "no whole number from 1 to 9" in refusal("number", "10", default=5, least=1, most=9)


def test_hosts_may_be_patterns_and_addresses():
    assert Environment({"NAME": "*,.Example.org,[::1],10.0.0.1"}).hosts("NAME") == ["*", ".example.org", "[::1]", "10.0.0.1"]


def test_origins_lose_their_last_slash_and_may_be_patterns():
    env = Environment({"NAME": "https://Example.org/,https://*.example.org:8443,http://[::1]:80"})

    assert env.origins("NAME", "") == ["https://example.org", "https://*.example.org:8443", "http://[::1]:80"]


def test_database_socket_folder_may_hold_blanks():
    read = Environment({"NAME": "postgresql://role@/ticketing?host=%2Fmy%20state%2Frun"}).database("NAME", "")

    assert read == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "ticketing",
        "USER": "role",
        "PASSWORD": "",
        "HOST": "/my state/run",
        "PORT": "",
        "OPTIONS": {},
    }


def test_database_takes_several_hosts_options_and_any_password():
    read = Environment({"NAME": "postgresql://app:p%40ss%23@one:5432,two:5433/db?sslmode=verify-full&sslrootcert=/ca.pem"}).database(
        "NAME", ""
    )

    assert read == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "db",
        "USER": "app",
        "PASSWORD": "p@ss#",
        "HOST": "one,two",
        "PORT": "5432,5433",
        "OPTIONS": {"sslmode": "verify-full", "sslrootcert": "/ca.pem"},
    }


@pytest.mark.parametrize("url", ["redis://:p%40ss@host:6379/3", "rediss://host", "unix:///my%20state/valkey.sock?db=0"])
def test_redis_addresses_pass_as_they_are(url):
    assert Environment({"NAME": url}).redis("NAME", "") == url


def test_mail_address_becomes_djangos_settings():
    read = Environment({"NAME": "smtp+tls://user:p%40ss@mail.example.org:587?timeout=3"}).mail("NAME", "")

    assert read == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_FILE_PATH": "",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_HOST_PASSWORD": "p@ss",
        "EMAIL_HOST_USER": "user",
        "EMAIL_PORT": 587,
        "EMAIL_USE_TLS": True,
    }


@pytest.mark.parametrize("scheme", ["consolemail", "filemail", "memorymail", "dummymail"])
def test_mail_without_a_server_needs_no_host(scheme):
    assert Environment({"NAME": f"{scheme}://"}).mail("NAME", "")["EMAIL_HOST"] is None


def test_field_keys_keep_their_order():
    other = base64.urlsafe_b64encode(b"b" * 32).decode()

    assert Environment({"NAME": f"{KEY}, {other}"}).field_keys("NAME", None) == [KEY, other]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["manage.py"], "help"),
        (["/srv/manage.py", "migrate", "--noinput"], "migrate"),
        (["/v/celery/__main__.py", "-A", "ticketing", "worker"], "worker"),
        (["/v/bin/celery", "-A", "ticketing", "beat"], "beat"),
        (["/v/bin/celery", "-A", "ticketing", "inspect", "ping"], "celery"),
        (["/v/granian/__main__.py", "ticketing.wsgi:application"], "web"),
        (["/v/bin/granian"], "web"),
        (["/home/celery/granian/bin/pytest"], "python"),
        (["/srv/celery/v/granian/__main__.py"], "web"),
        (["-c"], "python"),
        ([], "python"),
    ],
)
def test_process_is_known_by_its_program_not_by_its_folder(arguments, name):
    assert process_name(arguments) == name


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("shop.localhost", True),
        (".localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("[::1]", True),
        ("::1", True),
        ("", False),
        ("*", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_loopback_is_this_machine_alone(host, loopback):
    assert is_loopback(host) is loopback


@pytest.fixture
def beside_manage_py(monkeypatch, tmp_path):
    """Let a temporary folder be where .env is looked for."""
    monkeypatch.setattr(environment, "BASE_DIR", tmp_path)
    monkeypatch.delenv("ENV_FILE")
    for name in ("SITE_NAME", "MAIL_FROM"):
        # Set first, so that what the file brings is taken back afterwards.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path


def test_env_file_is_read_and_the_environment_wins(beside_manage_py, monkeypatch):
    (beside_manage_py / ".env").write_text("SITE_NAME=of the file\nMAIL_FROM=file@example.org\n")
    monkeypatch.setenv("SITE_NAME", "of the environment")

    environment.read_env_file()

    assert (Environment().text("SITE_NAME"), Environment().text("MAIL_FROM")) == ("of the environment", "file@example.org")


def test_env_file_may_be_missing(beside_manage_py):
    environment.read_env_file()

    assert Environment().text("SITE_NAME", "default") == "default"


def test_env_file_may_have_another_name_or_none(beside_manage_py, monkeypatch):
    (beside_manage_py / ".env").write_text("SITE_NAME=first\n")
    (beside_manage_py / "other").write_text("SITE_NAME=second\n")

    monkeypatch.setenv("ENV_FILE", "")
    environment.read_env_file()
    without = Environment().text("SITE_NAME", "none")
    monkeypatch.setenv("ENV_FILE", "other")
    environment.read_env_file()

    assert (without, Environment().text("SITE_NAME")) == ("none", "second")


@pytest.mark.parametrize("content", [None, b"SITE_NAME=\xff\n"])
def test_env_file_that_cannot_be_read_stops_the_start(beside_manage_py, monkeypatch, content):
    if content is not None:
        (beside_manage_py / "mine").write_bytes(content)
    monkeypatch.setenv("ENV_FILE", "mine")

    with pytest.raises(SystemExit, match=r"^Setting ENV_FILE: .*/mine cannot be read: [^\n]*$"):
        environment.read_env_file()


def test_rpc_urls_are_gathered_by_chain():
    words = "56=https://one.example/KEY, 56=https://two.example,31337=http://127.0.0.1:8545"

    assert Environment({"NAME": words}).rpc_urls("NAME") == {
        56: ["https://one.example/KEY", "https://two.example"],
        31337: ["http://127.0.0.1:8545"],
    }
    assert Environment({}).rpc_urls("NAME") == {}


@pytest.mark.parametrize("value", ["https://c4n4ry.example", "bsc=https://c4n4ry.example", "56=ftp://c4n4ry.example", "56=https:///c4n4ry"])
def test_rpc_urls_that_make_no_sense_are_refused_without_a_quote(value):
    said = refusal("rpc_urls", value)

    assert "56=https://rpc.example.org" in said and "c4n4ry" not in said


def test_a_public_key_is_kept_and_a_private_one_stops_everything_without_a_quote():
    assert Environment({"NAME": "xpub6a, xpub6b"}).public_keys("NAME") == ["xpub6a", "xpub6b"]
    assert Environment({}).public_keys("NAME") == []

    said = refusal("public_keys", "xprv9c4n4ry")
    assert "PRIVATE key" in said and "c4n4ry" not in said
    assert "begins with xpub" in refusal("public_keys", "c4n4ry")
