"""The secrets of a local installation: made once, readable by its owner only."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from .places import LocalProblem, Places


def local_secrets(places: Places) -> dict[str, str]:
    """Return the keys kept in the state folder, making them at the first call."""
    return kept(places, "secrets.json", _new)


def kept(places: Places, name: str, new: Callable[[], dict[str, str]]) -> dict[str, str]:
    """Return what is in this file of the state folder, making it at the first call."""
    places.prepare()
    path = places.state / name
    try:
        if not path.exists():
            _make(path, new())
        return dict(json.loads(path.read_text()))
    except OSError as error:
        raise LocalProblem(places.full_disk() or f"{path} cannot be used: {error.strerror}.") from error
    except ValueError as error:
        raise LocalProblem(f"{path} cannot be read: {error}. Put it back from a copy, or remove it with the demo's data.") from error


def _new() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def _make(path: Path, keys: dict[str, str]) -> None:
    mine = path.with_suffix(f".{os.getpid()}")
    try:
        with open(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(keys, file)
            file.flush()
            os.fsync(file.fileno())  # what they seal is lost with them
        os.link(mine, path)  # fails where another process was faster, whose keys then count
    except FileExistsError:
        pass
    finally:
        mine.unlink(missing_ok=True)
