"""The page of the source documents loses no row, and calls none done without its code and its test."""

import ast
import re
from collections import namedtuple
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "seeds.md"
LAST = {"A": 39, "B": 38, "C": 20, "D": 31, "E": 8}
CODES = [f"{letter}-{number:02}" for letter, last in LAST.items() for number in range(1, last + 1)]
STATES = {"done", "part", "open"}
HEADER = ["Row", "What it asks for", "How it is answered", "Where", "State", "Code", "Test"]
CODE = re.compile(r"`(\.?\w[\w.-]*(?:/\.?\w[\w.-]*)*)(?::([\w.-]+))?`")
TEST = re.compile(r"`(tests/(?:\w+/)*test_\w+\.py)::(test_\w+)`")
Row = namedtuple("Row", "code asks answer where state named_code named_tests")


def parse(page: str) -> list[Row]:
    """Return the rows of all tables; a table line that is not seven cells is refused."""
    rows = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        if not line.lstrip().startswith("|") or cells == HEADER or set("".join(cells)) <= set(":-"):
            continue
        if len(cells) != len(HEADER):
            raise ValueError(f"a row needs {len(HEADER)} cells: {line}")
        rows.append(Row(*cells))
    return rows


def problems(page: str, root: Path) -> list[str]:
    """Return a sentence for each thing that is wrong with the page."""
    rows = parse(page)
    wrong = wrong_codes([row.code for row in rows])
    for row in rows:
        wrong += wrong_state(row) + wrong_names(row, root)
    return wrong


def wrong_codes(found: list[str]) -> list[str]:
    missing = [f"{code} is missing" for code in CODES if code not in found]
    doubled = [f"{code} is doubled" for code in CODES if found.count(code) > 1]
    unknown = [f"{code} is no known row" for code in found if code not in CODES]
    moved = [f"{second} stands after {first}" for first, second in pairwise(found) if second < first]
    return missing + doubled + unknown + moved


def wrong_state(row: Row) -> list[str]:
    wrong = [] if row.state in STATES else [f"{row.code} has the unknown state {row.state!r}"]
    if row.state == "done" and not entries(row.named_code):
        wrong.append(f"{row.code} is done but names no code")
    if row.state == "done" and not entries(row.named_tests):
        wrong.append(f"{row.code} is done but names no test")
    return wrong


def wrong_names(row: Row, root: Path) -> list[str]:
    code = [entry for entry in entries(row.named_code) if not has_code(entry, root)]
    tests = [entry for entry in entries(row.named_tests) if not has_test(entry, root)]
    wrong = [f"{row.code}: no such code: {entry}" for entry in code]
    return wrong + [f"{row.code}: no such test: {entry}" for entry in tests]


def entries(cell: str) -> list[str]:
    """Return what a cell lists; a dash means nothing."""
    return [] if cell in {"", "–"} else [entry.strip() for entry in cell.split(",")]


def has_code(entry: str, root: Path) -> bool:
    """Whether `path` or `path:name` is there; the last part of a name is a word in the file."""
    match = CODE.fullmatch(entry)
    if not match:
        return False
    path, name = root / match[1], match[2]
    if not name:
        return path.exists()
    word = re.escape(name.rpartition(".")[2])
    return path.is_file() and bool(re.search(rf"(?<!\w){word}(?!\w)", path.read_text(encoding="utf-8")))


def has_test(entry: str, root: Path) -> bool:
    """Whether `file::name` is there: a function that pytest would collect, not a mention of it."""
    match = TEST.fullmatch(entry)
    if not match or not (root / match[1]).is_file():
        return False
    module = ast.parse((root / match[1]).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(isinstance(node, functions) and node.name == match[2] for node in module.body)


def test_page_names_every_row_and_nothing_that_is_not_there():
    page = PAGE.read_text(encoding="utf-8")

    assert problems(page, ROOT) == []


# From here on: the checker itself, on a small repository with planted mistakes.

GOOD_CODE = "`shop/models.py:Order.total`"
GOOD_TEST = "`tests/shop/test_orders.py::test_order_adds_up`"
MODEL = """class Order:
    total = 0
"""
TESTS = """
def test_order_adds_up():
    def test_inner(): ...

# def test_commented(): ...
TEXT = "def test_quoted(): ..."
test_value = 1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one model and one real test, beside things that only look like tests."""
    for name, text in {"shop/models.py": MODEL, "tests/shop/test_orders.py": TESTS}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def line(code: str, state: str = "open", named_code: str = "–", named_tests: str = "–") -> str:
    return f"| {code} | asks | answer | where | {state} | {named_code} | {named_tests} |"


def page_with(**changed: str) -> str:
    """Return a page of open rows, with the row A_02 or such replaced by the given line."""
    lines = [changed.get(code.replace("-", "_"), line(code)) for code in CODES]
    head = ["# Title", f"| {' | '.join(HEADER)} |", "|---|:--|---|---|---|---|---|"]
    return "\n".join([*head, *lines, "The end."])


def test_parse_returns_the_cells_of_each_row():
    page = page_with(A_01=line("A-01", "done", GOOD_CODE, GOOD_TEST))

    rows = parse(page)

    assert len(rows) == 136
    assert rows[0] == Row("A-01", "asks", "answer", "where", "done", GOOD_CODE, GOOD_TEST)


def test_parse_refuses_a_row_with_a_cell_too_many():
    page = page_with(A_01="| A-01 | asks | one | two | where | open | – | – |")

    with pytest.raises(ValueError, match=r"a row needs 7 cells: \| A-01"):
        parse(page)


def test_good_page_has_no_problems(root: Path):
    page = page_with(
        A_01=line("A-01", "done", GOOD_CODE, GOOD_TEST),
        A_02=line("A-02", "part", "`shop`, `shop/models.py`", f"{GOOD_TEST}, {GOOD_TEST}"),
    )

    assert problems(page, root) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"B_07": ""}, "B-07 is missing"),
        ({"E_08": ""}, "E-08 is missing"),
        ({"B_07": line("B-07") + "\n" + line("B-07")}, "B-07 is doubled"),
        ({"E_08": line("E-08") + "\n" + line("E-09")}, "E-09 is no known row"),
        ({"C_01": line("C-01") + "\n" + line("C-1")}, "C-1 is no known row"),
        ({"C_01": line("C-02"), "C_02": line("C-01")}, "C-01 stands after C-02"),
    ],
)
def test_page_with_a_lost_doubled_or_moved_row_is_refused(root: Path, changed: dict[str, str], problem: str):
    page = page_with(**changed)

    assert problem in problems(page, root)


def test_empty_page_misses_every_row(root: Path):
    assert problems("", root) == [f"{code} is missing" for code in CODES]


@pytest.mark.parametrize("state", ["", "Done", "closed", "`done`"])
def test_unknown_state_is_refused(root: Path, state: str):
    page = page_with(A_02=line("A-02", state, GOOD_CODE, GOOD_TEST))

    assert problems(page, root) == [f"A-02 has the unknown state {state!r}"]


@pytest.mark.parametrize("empty", ["", "–"])
def test_done_row_without_code_and_test_is_refused(root: Path, empty: str):
    page = page_with(A_02=line("A-02", "done", empty, empty))

    assert problems(page, root) == ["A-02 is done but names no code", "A-02 is done but names no test"]


@pytest.mark.parametrize(
    "named",
    [
        "`tests/shop/test_orders.py::test_missing`",
        "`tests/shop/test_orders.py::test_order`",
        "`tests/shop/test_orders.py::test_inner`",
        "`tests/shop/test_orders.py::test_commented`",
        "`tests/shop/test_orders.py::test_quoted`",
        "`tests/shop/test_orders.py::test_value`",
        "`tests/shop/test_absent.py::test_order_adds_up`",
        "`tests/../tests/shop/test_orders.py::test_order_adds_up`",
        "`tests/shop/test_orders.py`",
        "tests/shop/test_orders.py::test_order_adds_up",
        "yes",
    ],
)
@pytest.mark.parametrize("state", ["done", "part", "open"])
def test_row_that_names_a_test_that_is_not_there_is_refused(root: Path, state: str, named: str):
    page = page_with(A_02=line("A-02", state, GOOD_CODE, f"{GOOD_TEST}, {named}"))

    assert problems(page, root) == [f"A-02: no such test: {named}"]


@pytest.mark.parametrize(
    "named",
    [
        "`shop/views.py`",
        "`shop/models.py:Order.tot`",
        "`shop/models.py:rder`",
        "`shop/models.py:Cart`",
        "`shop:Order`",
        "`../shop`",
        "`shop/../shop`",
        "`.`",
        "`/tmp`",
        "shop/models.py",
        "yes",
    ],
)
@pytest.mark.parametrize("state", ["done", "part", "open"])
def test_row_that_names_code_that_is_not_there_is_refused(root: Path, state: str, named: str):
    page = page_with(A_02=line("A-02", state, f"{GOOD_CODE}, {named}", GOOD_TEST))

    assert problems(page, root) == [f"A-02: no such code: {named}"]
