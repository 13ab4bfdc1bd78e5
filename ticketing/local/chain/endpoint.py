"""Where the local chain answers: a port of this machine, and a secret in the path that only our own files name."""

import json
import os
import secrets
import socket
import sys
from pathlib import Path

from ticketing.local.places import Places

from . import play


def folder(places: Places) -> Path:
    return places.state / "chain"


def blocks(places: Places) -> Path:
    return folder(places) / "blocks.sqlite3"


def opened(places: Places) -> socket.socket:
    """Listen on any free port, and write down which. Whoever asks before the chain has begun, waits for it."""
    folder(places).mkdir(mode=0o700, exist_ok=True)
    listening = socket.create_server(("127.0.0.1", 0))
    told = {"port": listening.getsockname()[1], "path": secrets.token_urlsafe(24)}
    unfinished = _record(places).with_suffix(".new")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(told, file)
    unfinished.replace(_record(places))
    return listening


def command(listening: socket.socket) -> list[str]:
    """Return what starts the chain; its child must inherit the socket."""
    return [sys.executable, "-m", "ticketing.local.chain", str(listening.fileno())]


def path(places: Places) -> str:
    return f"/{json.loads(_record(places).read_text())['path']}"


def url(places: Places) -> str:
    """Return the address; nothing where the chain never ran."""
    try:
        told = json.loads(_record(places).read_text())
    except (OSError, ValueError):
        return ""
    return f"http://127.0.0.1:{told['port']}/{told['path']}"


def nodes(places: Places) -> dict[int, list[str]]:
    """Return the chain's addresses by its number, as RPC_URLS has them."""
    found = url(places)
    return {play.NUMBER: [found]} if found else {}


def _record(places: Places) -> Path:
    return folder(places) / "endpoint.json"
