"""What the reader finds wrong in the sheets of offers, development, levels and policies."""

from typing import Any

import pytest

from tests.workbooks.books import INTEGRATED, Rows, read, says

CASES: list[tuple[str, str, str, Any, tuple[str, ...]]] = [
    ("offer for an unknown firm", "access", "A2", "then", ("`then` is not listed in firms.firm", "`them`")),
    ("offer for an unknown process", "access", "B3", "mak", ("is not listed in processes.process", "`make`")),
    ("unknown mode", "access", "C2", "loan", ("is `loan`", "write spot, contract")),
    ("stake above 1", "access", "E3", 1.5, ("is 1.5", "from 0 to 1")),
    ("stake in per cent", "access", "E3", 30, ("is 30", "from 0 to 1")),
    ("offtake share above 1", "access", "G2", 1.01, ("is 1.01", "from 0 to 1")),
    ("unknown partner", "projects", "D3", "thm", ("is not listed in firms.firm",)),
    ("unknown project needed", "projects", "H2", "studies", ("is not listed in projects.project", "`study`")),
    ("duration below 0", "projects", "G2", -1, ("is -1", "from 0 to 1000")),
    ("unknown enabler", "enablers", "B2", "charger", ("is not listed in items.item",)),
    ("threshold of 0", "enablers", "D2", 0, ("above 0",)),
    ("level in halves", "learning", "B2", 1.5, ("1.5",)),
    ("saving above 1", "learning", "D3", 1.2, ("from 0 to 1",)),
    ("no saving", "learning", "D3", None, ("is blank",)),
    ("unknown region", "clusters", "A2", "Chna", ("is not listed in regions.region", "`China`")),
    ("unknown tier", "clusters", "E2", "all", ("write upstream, midstream, downstream or *",)),
    ("unknown place", "policies", "C2", "Afrika", ("is not listed in regions.region or regions.bloc",)),
    ("unknown item or process", "policies", "D2", "makes", ("items.item or processes.process", "`make`")),
    ("budget below 0", "policies", "F2", -1, ("is -1", "0 or more")),
    ("unknown period", "policies", "G2", "2025", ("is not listed in periods.period",)),
]


def tampered(sheet: str, cell: str, value: Any) -> dict[str, Rows]:
    """The integrated sheets with one cell at another value."""
    rows = [list(row) for row in INTEGRATED[sheet]]
    rows[int(cell[1:]) - 1][ord(cell[0]) - ord("A")] = value
    return INTEGRATED | {sheet: rows}


def test_the_integrated_workbook_is_read(tmp_path):
    reading = read(tmp_path, INTEGRATED)
    assert reading.issues == []
    assert reading.instance["access"]["process"].tolist() == ["*", "make"]
    assert reading.instance["access"]["offtake_share"].tolist() == [0.5, 1]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("sheet", "cell", "value", "words"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_a_tampered_cell_is_named(tmp_path, sheet, cell, value, words):
    reading = read(tmp_path, tampered(sheet, cell, value))
    assert [f"{issue.sheet}!{issue.cell}" for issue in reading.faults] == [f"{sheet}!{cell}"]
    assert says(reading.faults, f"{sheet}!{cell}", *words), reading.faults[0].message


@pytest.mark.parametrize(
    ("sheet", "key"),
    [
        ("access", "them | make | equity"),
        ("projects", "study | alone"),
        ("enablers", "France | cell | cell | 5"),
        ("learning", "make | 2"),
        ("clusters", "China | 1"),
        ("policies", "tariff"),
    ],
)
def test_a_row_that_stands_twice_is_named(tmp_path, sheet, key):
    """Among them: two offers of one firm for one process in one mode."""
    rows = INTEGRATED[sheet]
    reading = read(tmp_path, INTEGRATED | {sheet: [*rows, rows[-1]]})
    assert says(reading.faults, f"{sheet}!A{len(rows) + 1}", f"`{key}`", f"row {len(rows)}"), reading.faults
