"""One running system, looked at from all sides and left as it is."""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from eth_account import Account

from ticketing.local.processes import NOBODY, wait_until

from .conftest import PATIENCE
from .local_chain import Asking, data

pytestmark = pytest.mark.slow

LISTENING = "0A"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_first_start_serves_the_home_page(running_site):
    status, page = running_site.get("/")

    assert status == 200
    assert "<html" in page


def test_letter_goes_all_the_way(running_site):
    running_site.write_letter()

    assert wait_until(lambda: "you@demo.example" in running_site.get("/demo/mailbox/")[1], seconds=PATIENCE, step=0.2)
    assert "superuser privileges" not in running_site.printed  # nor has the worker written a page of warnings for root


def test_start_prints_one_screen_with_all_that_one_needs(running_site):
    said_by_nobody = [line for line in running_site.printed.splitlines() if " | " not in line]

    screen = "\n".join(said_by_nobody)

    port = running_site.port
    assert f"http://localhost:{port}/\n" in screen
    assert f"http://localhost:{port}/demo/mailbox/" in screen
    assert f"http://localhost:{port}/demo/wallet/" in screen
    assert "superadmin@demo.example" in screen
    assert str(running_site.state) in screen
    assert len(said_by_nobody) < 24


def test_port_zero_takes_a_free_one(running_site):
    assert int(running_site.port) > 1023


def test_record_is_private_and_its_addresses_work(running_site):
    record = running_site.record

    with psycopg.connect(record["database_url"]) as database:
        assert database.execute("SELECT current_user").fetchone() == ("ticketing_app",)
    assert redis.Redis.from_url(record["redis_url"]).config_get("save") == {"save": ""}
    assert mode(running_site.places.record) == 0o600
    chain = Asking(record["chain"]["rpc_url"])
    (token,) = record["chain"]["tokens"]
    assert int(chain.ask("eth_chainId"), 16) == record["chain"]["chain_id"]
    assert int(chain.ask("eth_call", {"to": token["address"], "data": data("decimals")}), 16) == token["decimals"]
    assert Account.from_key(record["chain"]["wallet_key"]).address.lower() in chain.ask("eth_accounts")
    assert record["rate"] == 16300


def test_usdt_is_taken_from_the_start(running_site):
    said = []

    def chain_is_read() -> bool:
        said[:] = running_site.command("doctor", RPC_URLS="").stdout.splitlines()
        return any(line.startswith("ok   chain Test chain: block ") for line in said)

    assert wait_until(chain_is_read, seconds=PATIENCE)
    assert [name for name in ("wallet", "addresses", "rate") if not any(line.startswith(f"ok   {name}: ") for line in said)] == []


def test_lines_carry_the_name_of_who_says_them(running_site):
    running_site.get("/")

    assert running_site.says("\nweb      | ")


def test_what_people_typed_is_not_shown(running_site):
    with psycopg.connect(running_site.record["database_url"]) as database, pytest.raises(psycopg.errors.UndefinedTable):
        database.execute("SELECT 'c4n4ry' FROM nowhere")

    assert [word for word in ("c4n4ry", "valkey   | ") if word in running_site.printed] == []


def test_everything_listens_on_loopback_only(running_site):
    sockets = set()
    for pid in running_site.processes():
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                sockets.add(str(descriptor.readlink()).strip("socket:[]"))

    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    addresses = {row[1] for row in rows if row[3] == LISTENING and row[9] in sockets}

    chain = urlsplit(running_site.record["chain"]["rpc_url"]).port
    assert addresses == {f"0100007F:{int(port):04X}" for port in (running_site.port, chain)}


def test_command_beside_it_uses_the_same_services_and_leaves_them(running_site):
    before = running_site.pid("postgres -D"), running_site.pid("valkey-server")
    running_site.write_letter()

    done = running_site.command(
        "shell", "-v0", "-c", "from ticketing.models import HistoryEntry as H; print(H.objects.filter(action='demo_letter_asked').count())"
    )

    assert (done.returncode, int(done.stdout)) == (0, running_site.letters())
    assert (running_site.pid("postgres -D"), running_site.pid("valkey-server")) == before
    assert running_site.get("/")[0] == 200


def test_command_that_knows_the_folder_by_a_link_uses_the_same_services(running_site):
    link = running_site.folder / "link"
    link.symlink_to(running_site.state)

    done = running_site.command("migrate", "--check", STATE_DIR=str(link))

    assert (done.returncode, done.stderr) == (0, "")
    assert running_site.get("/")[0] == 200


def test_second_start_with_the_same_state_says_one_line(running_site):
    done = running_site.command("up")

    assert done.returncode == 1
    assert done.stderr.startswith(f"It runs already with the state in {running_site.state}.")
    assert done.stderr.count("\n") == 1
    assert running_site.get("/")[0] == 200


def test_second_start_at_the_same_port_says_one_line(running_site, empty_site):
    done = empty_site.command("up", PORT=running_site.port)

    assert done.returncode == 1
    assert done.stderr == f"Port {running_site.port} cannot be had: Address already in use. Choose another: PORT=8001 make run\n"
    assert empty_site.gone()


def test_second_copy_runs_beside_it(running_site, site):
    site.up()
    before = site.letters(), running_site.letters()

    site.write_letter()

    assert (site.letters(), running_site.letters()) == (before[0] + 1, before[1])
    assert running_site.get("/")[0] == site.get("/")[0] == 200


def test_folders_that_were_there_keep_their_permissions(running_site):
    assert (mode(running_site.folder), mode(running_site.state)) == (0o755, 0o755)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("name", ["postgres/.s.PGSQL.5432", "valkey.sock"])
def test_other_users_cannot_connect(running_site, name):
    path = running_site.places.run / name

    def connect() -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))

    connect()
    with pytest.raises(PermissionError):
        as_nobody(connect)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("name", ["postgres", "run", "locks", "logs", "mailbox", "chain"])
def test_other_users_cannot_look_inside(running_site, name):
    folder = running_site.state / name
    folder.mkdir(mode=0o700, exist_ok=True)

    with pytest.raises(PermissionError):
        as_nobody(lambda: list(folder.iterdir()))


def as_nobody(deed) -> None:
    """Do it in a child that is another user; nothing has to be executed, which that user might not be able to reach."""
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setresgid(*[int(NOBODY)] * 3)
            os.setresuid(*[int(NOBODY)] * 3)
            deed()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
        finally:
            os._exit(255)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        raise OSError(code, os.strerror(code))
