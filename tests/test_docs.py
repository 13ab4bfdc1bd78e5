"""What the pages name is there: links, paths, targets, commands, settings. Each check is tried on a breach."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
TOP = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
PAGES = [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
# The list of wishes names settings that come later; its own test reads it.
WITH_SETTINGS = [page for page in PAGES if page.name != "seeds.md"]

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"``.+?``", re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"(\.?[A-Za-z_][\w.-]*/(?:[\w.-]+/)*[\w.-]*)(?:::?[\w.]+)?")
SETTING = re.compile(r"^#? ?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
WORD_IN_CAPITALS = re.compile(r"^([A-Z][A-Z0-9_]{2,})$|\b([A-Z][A-Z0-9_]{2,})=")
# Made by running; not in the repository.
MADE = {"var", ".venv"}
# In capitals, and no settings.
NO_SETTINGS = {"AUDITED", "NOT_AUDITED", "TRANSITIONS"}


def spans(page: str) -> list[str]:
    """Return what stands between single backticks, outside of fences."""
    return SPAN.findall(QUOTED.sub("", FENCE.sub("", page)))


def code(page: str) -> list[str]:
    return spans(page) + FENCE.findall(page)


def lost_links(page: str, folder: Path) -> list[str]:
    """Return the relative links that lead nowhere, seen from the page's folder."""
    prose = SPAN.sub("", FENCE.sub("", page))
    links = [link for link in LINK.findall(prose) if ":" not in link]
    return [link for link in links if not leads_somewhere(link, page, folder)]


def leads_somewhere(link: str, page: str, folder: Path) -> bool:
    path, _, heading = link.partition("#")
    target = folder / path
    if not target.exists():
        return False
    return not heading or heading in headings(target.read_text() if path else page)


def headings(page: str) -> set[str]:
    """Return the anchors that a page's headings get where repositories are shown."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def lost_paths(page: str, root: Path) -> list[str]:
    found = [match[1] for span in spans(page) if (match := PATH.fullmatch(span))]
    return [path for path in found if path.split("/")[0] not in MADE and not is_there(path, root)]


def is_there(path: str, root: Path) -> bool:
    return (root / path).is_dir() if path.endswith("/") else (root / path).exists()


def lost_targets(page: str, makefile: str) -> list[str]:
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = [name for text in code(page) for name in re.findall(r"\bmake ([a-z]\w*)", text)]
    return [name for name in named if name not in targets]


def lost_commands(page: str) -> list[str]:
    named = [name for text in code(page) for name in re.findall(r"manage\.py ([a-z]\w*)", text)]
    return [name for name in named if name not in get_commands()]


def lost_settings(page: str, example: str) -> list[str]:
    explained = set(SETTING.findall(example))
    named = [one or other for text in code(page) for one, other in WORD_IN_CAPITALS.findall(text)]
    return [name for name in named if name not in explained | NO_SETTINGS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_names_only_what_is_there(page: Path):
    text = page.read_text()

    assert lost_links(text, page.parent) == []
    assert lost_paths(text, ROOT) == []
    assert lost_targets(text, (ROOT / "Makefile").read_text()) == []
    assert lost_commands(text) == []


@pytest.mark.parametrize("page", WITH_SETTINGS, ids=lambda page: page.name)
def test_every_setting_named_is_explained(page: Path):
    assert lost_settings(page.read_text(), (ROOT / ".env.example").read_text()) == []


def test_readme_is_short_and_names_the_two_commands():
    lines = (ROOT / "README.md").read_text().splitlines()

    assert len(lines) < 120
    assert {"make run", "make test"} <= {line.partition("#")[0].strip() for line in lines}


def test_decisions_are_numbered_without_a_gap_and_shaped_alike():
    shape = ["## Status", "## Context", "## Decision", "## Consequences"]

    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for page in DECISIONS:
        text = page.read_text()
        assert text.startswith(f"# {int(page.name[:4])}. ")
        assert re.findall(r"^## .+$", text, re.MULTILINE) == shape, page.name
        assert len(text.splitlines()) <= 60, "more than a page"


# From here on: the checks themselves, on small pages with planted breaches.


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "models.py").write_text("")
    (tmp_path / "shop" / "guide.md").write_text("# Guide\n\n## What `run` does, and why\n")
    return tmp_path


@pytest.mark.parametrize(
    "link",
    ["shop/guide.md", "shop/guide.md#what-run-does-and-why", "shop/", "#here", "https://example.org/x"],
)
def test_link_that_leads_somewhere_passes(root: Path, link: str):
    assert lost_links(f"# Here\n\n[a guide]({link})", root) == []


@pytest.mark.parametrize("link", ["shop/gone.md", "shop/guide.md#gone", "#gone", "guide.md"])
def test_link_that_leads_nowhere_is_found(root: Path, link: str):
    assert lost_links(f"# Here\n\n[a\nguide]({link})", root) == [link]


@pytest.mark.parametrize(
    "text",
    [
        "`shop/models.py`",
        "`shop/`",
        "`shop/models.py:Order` and `shop/models.py::test_x`",
        "`var/x.json`, `.venv/bin/python`",
        "`/orders/x.py`",
        "`127.0.0.0/8`",
        "`pip install a/b.txt`",
        "`` `gone/file.py` ``",
        "```python\n# gone/file.py\n```",
    ],
)
def test_path_that_is_there_or_is_none_passes(root: Path, text: str):
    assert lost_paths(text, root) == []


@pytest.mark.parametrize("path", ["shop/gone.py", "gone/", "shop/models.py/", ".gone/run", "gone/models.py"])
def test_path_that_is_not_there_is_found(root: Path, path: str):
    assert lost_paths(f"See `shop/models.py` and\n`{path}`.", root) == [path]
    assert lost_paths(f"```sh\nrun `x\n```\nSee `{path}`.", root) == [path]


@pytest.mark.parametrize("text", ["`make gone`", "`PORT=1 make gone`", "```sh\nmake gone   # ends\n```"])
def test_target_that_is_not_in_the_makefile_is_found(text: str):
    assert lost_targets(text, "run: ready ## Start\n") == ["gone"]
    assert lost_targets(text, "gone: ## Go\n") == []
    assert lost_targets("Make sure. We make gone things. `make`", "") == []


@pytest.mark.parametrize(
    "text",
    ["`manage.py gone`", "`x/python manage.py gone --json`", "```\npython manage.py gone\n```"],
)
def test_command_that_is_none_is_found(text: str):
    assert lost_commands(text) == ["gone"]
    assert lost_commands(text.replace("gone", "doctor")) == []


@pytest.mark.parametrize(
    "text",
    ["`GONE_URL`", "`GONE_URL=on`", "`PORT=1 GONE_URL=2 make run`", "```\nGONE_URL=… make\n```"],
)
def test_setting_that_nobody_explains_is_found(text: str):
    assert lost_settings(text, "PORT=\n# DEMO=off\n") == ["GONE_URL"]
    assert lost_settings(text, "PORT=\n# GONE_URL=off\n") == []
    assert lost_settings("We SHOUT. `PORT`, `DEMO=1`, `--pidfile=`", "PORT=\n# DEMO=off\n") == []
