"""Names that look alike, rows that are no rows, columns whose figures nobody reads, and figures in another unit."""

import pytest

from planner.checks.check import check
from tests.workbooks.books import SOUND, edited, read, says


def issues(tmp_path, *changes, **sheets):
    """All issues of the sound workbook with some sheets replaced."""
    return check(read(tmp_path, {name: rows for change in (*changes, sheets) for name, rows in change.items()}))


def with_region(*names):
    return {"regions": [*SOUND["regions"], *([name] for name in names)]}


@pytest.mark.parametrize("name", ["CHINA", "china", "Ｃhina"])
def test_near_names_are_one_warning_with_both_cells(tmp_path, name):
    found = [issue for issue in issues(tmp_path, with_region(name)) if "a different name from" in issue.message]
    assert [(issue.severity, issue.cell) for issue in found] == [("warning", "A5")]
    assert "regions!A2" in found[0].message


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("China", "Chi\u200bna", "U+200B (zero width space)"),
        ("China", "\u0421hina", "U+0421 (cyrillic capital letter es)"),
        ("S\u00e3o", "Sa\u0303o", "encoded differently"),
        ("New land", "New\u00a0land", "U+00A0 (no-break space)"),
        ("New land", "New  land", "blanks"),
        ("China", "\u202aChina\u202c x".removesuffix(" x"), "U+202A"),
    ],
)
def test_a_difference_that_cannot_be_seen_is_an_error(tmp_path, first, second, words):
    added = with_region(second) if first == "China" else with_region(first, second)
    found = [issue for issue in issues(tmp_path, added) if "looks exactly like" in issue.message]
    assert [issue.severity for issue in found] == ["error"]
    assert words in found[0].message


def test_names_that_differ_are_not_remarked_on(tmp_path):
    found = issues(tmp_path, with_region("Chinatown", "Île", "Ile", "R1", "R-1 b", "2030"))
    remarks = ("looks exactly like", "a different name")
    assert not [issue for issue in found if any(words in issue.message for words in remarks)]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", ["Total", "Subtotal:", "Summe", "* preliminary", "Note: see above", "1) estimate"])
@pytest.mark.parametrize("sheet", ["periods", "regions", "items", "firms"])
def test_totals_and_notes_are_no_rows(tmp_path, sheet, name):
    rows = SOUND[sheet]
    last = [name, 30] if sheet == "periods" else [name, rows[1][1], *([None] * (len(rows[0]) - 2))]
    found = issues(tmp_path, {sheet: [*rows, last]})
    assert any(issue.severity == "error" and issue.cell == f"A{len(rows) + 1}" for issue in found)
    assert says(found, f"{sheet}!A{len(rows) + 1}", "looks like")


def test_a_name_that_is_used_may_read_as_it_likes(tmp_path):
    firms = [["firm", "home"], ["Total", "yes"]]
    found = issues(tmp_path, firms=firms, sites=[["site", "region", "firm"], ["S1", "China", "Total"]])
    assert not [issue for issue in found if "looks like" in issue.message]


def test_a_period_without_demand(tmp_path):
    found = issues(tmp_path, periods=[*SOUND["periods"], ["2034", 5]])
    assert says(found, "periods!A4", "period `2034` has no demand")


@pytest.mark.parametrize(
    ("sheet", "old", "new", "meant"),
    [
        ("lanes", "cost", "Unit Cost", "cost"),
        ("lanes", "cost", "Freight", "cost"),
        ("regions", "wage", "Hourly wages", "wage"),
    ],
)
def test_a_column_of_figures_that_is_not_read_is_an_error(tmp_path, sheet, old, new, meant):
    def renamed(name):
        return {sheet: [[name if cell == old else cell for cell in SOUND[sheet][0]], *SOUND[sheet][1:]]}

    place = f"{sheet}!{chr(65 + SOUND[sheet][0].index(old))}1"
    found = [issue for issue in issues(tmp_path, renamed(new)) if f"{issue.sheet}!{issue.cell}" == place]
    assert [issue.severity for issue in found] == ["error"]
    assert f"rename it to `{meant}`" in found[0].message
    assert f"`_{new}`" in found[0].message
    assert not [i for i in issues(tmp_path, renamed(f"_{new}")) if f"{i.sheet}!{i.cell}" == place]


@pytest.mark.parametrize("text", ["Malacca, Suez", "Malacca/Suez", "Malacca\nSuez"])
def test_several_chokepoints_in_one_name(tmp_path, text):
    rows = [[*row, cell] for row, cell in zip(SOUND["lanes"], ["chokepoints", text, None], strict=True)]
    assert says(issues(tmp_path, lanes=rows), "lanes!E2", "one chokepoint", "`Malacca; Suez`")


@pytest.mark.parametrize("bloc", ["France", "FRANCE"])
def test_a_bloc_named_like_another_region(tmp_path, bloc):
    found = issues(tmp_path, edited("regions", {"B2": bloc}), duties=None)
    assert says(found, "regions!A3", "`France` is also the bloc of `China`", "regions!B2")


@pytest.mark.parametrize(("capex", "remark"), [(500e6, True), (500, False), (1e-7, True)])
def test_capex_in_another_unit(tmp_path, capex, remark):
    options = [["site", "process", "option", "size", "capex"], ["S1", "make", "big", 10, capex]]
    assert says(issues(tmp_path, options=options), "options!E2", "millions of the currency", "options!D2") == remark


@pytest.mark.parametrize(("load", "remark"), [(0.21, True), (0.2, False)])
def test_a_least_load_above_all_demand(tmp_path, load, remark):
    """Demand for cells is 20 at most; a least load of 0.21 of 100 makes 21."""
    lines = [["site", "process", "capacity", "min_load"], ["S1", "make", 100, load]]
    assert says(issues(tmp_path, lines=lines), "lines!D2", "can never run", "lines!C2", "demand!D2") == remark


@pytest.mark.parametrize("sign", ["\x0b", "\x1b", "\x00", "\x7f", "\x9b"])
def test_control_characters_are_faults(tmp_path, sign):
    written = f"ma_x{ord(sign):04X}_ke"
    found = issues(tmp_path, edited("processes", {"A2": written}))
    assert says(found, "processes!A2", f"U+{ord(sign):04X}", "write `make`")
