"""The marked copy of the user's workbook."""

import os

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from planner.issues import InputError, Issue
from planner.workbook.mark import mark
from planner.workbook.read import read_instance
from tests.workbooks.books import edited, write


@pytest.fixture
def faulty(tmp_path):
    path = write(
        tmp_path / "book.xlsx", edited("demand", {"A2": "Frnce", "D3": -1, "E2": "1,5"}) | {"stuff": [["=1+1"]]}
    )
    book = openpyxl.load_workbook(path)
    page = book["demand"]
    page["A2"].comment = Comment("ask Ann", "Bob")
    page["A2"].font = Font(bold=True)
    page["E3"] = "=80+10"
    page.add_data_validation(DataValidation("list", formula1='"2024,2029"', sqref="C2:C9"))
    book.save(path)
    return path


def marked(path, issues, name="copy.xlsx"):
    copy = path.parent / name
    return mark(path, copy, issues), openpyxl.load_workbook(copy)


def test_faulty_cells_are_filled_and_commented(faulty):
    _, book = marked(faulty, read_instance(faulty).issues)
    page = book["demand"]
    assert page["A2"].fill.start_color.rgb == "FFFF7C80"
    assert page["D3"].fill.start_color.rgb == "FFFF7C80"
    assert page["E2"].fill.start_color.rgb == "FFFFC000"
    assert page["C2"].fill.fill_type is None
    assert "did you mean `France`?" in page["A2"].comment.text
    assert "ask Ann" in page["A2"].comment.text


def test_the_users_own_work_is_kept(faulty):
    before = faulty.read_bytes()
    _, book = marked(faulty, read_instance(faulty).issues)
    page = book["demand"]
    assert page["A2"].value == "Frnce"
    assert page["A2"].font.bold
    assert page["E3"].value == "=80+10"
    assert book["stuff"]["A1"].value == "=1+1"
    assert page.data_validations.dataValidation[0].sqref == openpyxl.worksheet.cell_range.MultiCellRange("C2:C9")
    assert faulty.read_bytes() == before


def test_issues_are_listed_worst_first_with_links(faulty):
    issues = read_instance(faulty).issues
    listing, book = marked(faulty, issues)
    page = book[listing]
    assert listing == "issues"
    assert book.sheetnames[0] == book.active.title == "issues"
    assert [row[0].value for row in page.iter_rows(2)] == sorted(
        (i.severity for i in issues), key="error warning".index
    )
    assert page.max_row == len(issues) + 1
    links = {row[3].value: row[2].hyperlink.location for row in page.iter_rows(2)}
    assert {links[issue.message] for issue in issues} == {f"'{i.sheet}'!{i.cell or 'A1'}" for i in issues}
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["issues"]


def test_issues_without_a_cell_are_listed_too(faulty):
    issues = [Issue("error", "--set", "", "`x`: cannot be understood"), Issue("warning", "", "", "macros")]
    _, book = marked(faulty, [*issues, Issue("error", "stocks", "A2", "no such sheet here")])
    rows = [[cell.value for cell in row] for row in book["issues"].iter_rows(2)]
    assert rows == [
        ["error", "--set", None, "`x`: cannot be understood"],
        ["error", "stocks", "A2", "no such sheet here"],
        ["warning", None, None, "macros"],
    ]
    assert all(row[2].hyperlink is None for row in book["issues"].iter_rows(2))


def test_sheet_spelt_otherwise_is_found(tmp_path):
    path = write(tmp_path / "book.xlsx", {"demand": None, "It's Firms": [], " Demand": [["region"]]})
    _, book = marked(path, [Issue("error", "demand", "A1", "x"), Issue("error", "It's Firms", "", "y")])
    assert book[" Demand"]["A1"].comment.text == "error: x"
    assert [row[2].hyperlink.location for row in book["issues"].iter_rows(2)] == ["' Demand'!A1", "'It''s Firms'!A1"]


def test_texts_stay_texts(faulty):
    issue = Issue("error", "demand", "A2", "=HYPERLINK(1) is \x01 no name")
    _, book = marked(faulty, [issue])
    cell = book["issues"]["D2"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1) is _x0001_ no name")


def test_merged_cells_are_marked_where_they_show(faulty):
    book = openpyxl.load_workbook(faulty)
    book["demand"].merge_cells("A3:B3")
    book.save(faulty)
    _, copy = marked(faulty, [Issue("error", "demand", "B3", "wrong")])
    assert copy["demand"]["A3"].comment.text == "error: wrong"


def test_listing_takes_a_free_name_and_copies_can_be_marked_again(faulty):
    issues = read_instance(faulty).issues
    mark(faulty, faulty.parent / "one.xlsx", issues)
    listing, book = marked(faulty.parent / "one.xlsx", issues, "two.xlsx")
    assert listing == "issues_2"
    assert {"issues", "issues_2"} <= set(book.sheetnames)
    taken = write(faulty.parent / "own.xlsx", {"Issues": [["mine"]]})
    assert marked(taken, [])[0] == "issues_2"


def test_the_original_is_never_overwritten(faulty):
    before = faulty.read_bytes()
    os.link(faulty, faulty.parent / "alias.xlsx")
    for copy in (faulty, faulty.parent / "alias.xlsx", faulty.parent / "." / "book.xlsx"):
        with pytest.raises(InputError, match="the workbook itself"):
            mark(faulty, copy, [])
    assert faulty.read_bytes() == before


def test_failure_leaves_nothing_behind(faulty, monkeypatch):
    older = faulty.parent / "copy.xlsx"
    older.write_bytes(b"older copy")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(openpyxl.Workbook, "save", full)
    with pytest.raises(InputError, match="No space left"):
        mark(faulty, older, [])
    assert older.read_bytes() == b"older copy"
    assert sorted(path.name for path in faulty.parent.iterdir()) == ["book.xlsx", "copy.xlsx"]


def test_places_that_cannot_be_written(faulty):
    with pytest.raises(InputError, match="does not exist"):
        mark(faulty, faulty.parent / "none" / "copy.xlsx", [])
    with pytest.raises(InputError, match=r"must end with \.xlsx"):
        mark(faulty, faulty.parent / "copy.csv", [])
    (faulty.parent / "x.xlsx").write_bytes(b"no")
    with pytest.raises(InputError, match="not an Excel workbook"):
        mark(faulty.parent / "x.xlsx", faulty.parent / "copy.xlsx", [])
