"""The secrets of a local installation."""

import pytest

from ticketing.local.keys import _make, _new, local_secrets
from ticketing.local.places import LocalProblem, Places


def test_keys_of_the_process_that_was_faster_count(tmp_path):
    path = tmp_path / "secrets.json"
    _make(path, _new())
    before = path.read_bytes()

    _make(path, _new())

    assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])


def test_keys_that_cannot_be_read_are_not_made_anew(tmp_path):
    (tmp_path / "secrets.json").write_text("{")

    with pytest.raises(LocalProblem, match=r"secrets\.json cannot be read: .* Put it back from a copy"):
        local_secrets(Places(tmp_path))
