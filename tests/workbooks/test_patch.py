"""Cells of a user's own workbook are changed, and every other byte of every part is as it was."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font

from planner.cli.main import run
from planner.issues import InputError
from planner.workbook.patching.change_list import CellChange, read_change_list, write_change_list
from planner.workbook.patching.patch import OpenBook, patch_workbook
from planner.workbook.read import read_instance
from tests.workbooks import books

LIBREOFFICE = shutil.which("soffice")
HOSTILE = ("=1+1", "<b>&amp;\"'</b>", "_x0041_", " blanks ", "line\nbreak", "zero\u200bwidth", "数据 🙂", "]]>")


@pytest.fixture(scope="module")
def decorated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound workbook with formulas, a chart, comments, formats, merged cells and a sheet of the user's own."""
    path = books.write(tmp_path_factory.mktemp("patch") / "mine.xlsx")
    book = openpyxl.load_workbook(path)
    own = book.create_sheet("my notes")
    own.append(["doubled", None, "merged"])
    for row in range(2, 6):
        own[f"A{row}"] = f"=demand!D{row}*2"
    own.merge_cells("C2:D3")
    own["C2"] = "one"
    chart = BarChart()
    chart.add_data(Reference(book["demand"], min_col=4, min_row=1, max_row=3), titles_from_data=True)
    own.add_chart(chart, "F2")
    book["demand"]["D2"].font = Font(bold=True)
    book["demand"]["D2"].comment = Comment("from the survey", "me")
    book["demand"]["G3"].number_format = "yyyy-mm-dd"
    book.save(path)
    return path


def change(path: Path, *changes: CellChange) -> Path:
    """A workbook beside `path` with the changes made."""
    target = path.with_name(f"out-{len(list(path.parent.iterdir()))}.xlsx")
    target.write_bytes(patch_workbook(path, changes).content)
    return target


def parts_that_differ(one: Path, other: Path) -> set[str]:
    """The parts that are not byte for byte the same; both must have the same in the same order."""
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        assert [entry.date_time for entry in first.infolist()] == [entry.date_time for entry in second.infolist()]
        assert first.namelist() == second.namelist()
        return {name for name in first.namelist() if first.read(name) != second.read(name)}


def sheet_xml(path: Path, sheet: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(books.sheet_part(path, sheet)).decode()


def test_only_the_cell_is_another(decorated: Path) -> None:
    out = change(decorated, CellChange("demand", "D2", "12.5", "10"))
    part = books.sheet_part(decorated, "demand")
    assert parts_that_differ(decorated, out) == {part, "xl/workbook.xml"}
    before, after = sheet_xml(decorated, "demand"), sheet_xml(out, "demand")
    cell = re.search(r'<c r="D2"[^>]*>.*?</c>', before)
    assert cell is not None
    style = re.search(r's="\d+"', cell[0])
    assert style is not None
    assert after == before.replace(cell[0], f'<c r="D2" {style[0]}><v>12.5</v></c>')


def test_without_formulas_the_workbook_part_is_untouched(tmp_path: Path) -> None:
    path = books.write(tmp_path / "plain.xlsx")
    out = change(path, CellChange("demand", "D2", "12.5"))
    assert parts_that_differ(path, out) == {books.sheet_part(path, "demand")}
    assert read_instance(out).instance.tables["demand"].loc[2, "volume"] == 12.5


@pytest.mark.parametrize(
    ("cell", "new", "expected"),
    [
        ("D2", "7", 7.0),
        ("G2", "", None),
        ("J2", "x", "x"),
        ("D9", "1e-3", 0.001),
        ("AB40", "far", "far"),
        ("C3", "2024", "2024"),
    ],
)
def test_cells_rows_and_columns_that_were_not_there(decorated: Path, cell: str, new: str, expected: object) -> None:
    out = change(decorated, CellChange("demand", cell, new))
    after, before = openpyxl.load_workbook(out)["demand"], openpyxl.load_workbook(decorated)["demand"]
    assert after[cell].value == expected
    found = {at.coordinate: at.value for line in after.iter_rows() for at in line if at.value is not None}
    held = {at.coordinate: at.value for line in before.iter_rows() for at in line if at.value is not None}
    assert {at: value for at, value in found.items() if at != cell} == {
        at: value for at, value in held.items() if at != cell
    }
    assert books.says(read_instance(out).issues, "demand!", "stored") is False


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_a_text(decorated: Path, text: str) -> None:
    out = change(decorated, CellChange("my notes", "H9", text))
    assert OpenBook(out).sheet("my notes").value((9, 8)) == text
    assert "<f>1+1" not in sheet_xml(out, "my notes")
    assert openpyxl.load_workbook(out)["my notes"]["H9"].data_type in ("s", "inlineStr", "f")


def test_a_number_is_not_put_into_the_format_of_a_date(decorated: Path) -> None:
    out = change(decorated, CellChange("demand", "G3", "45000"))
    assert OpenBook(out).sheet("demand").show((3, 7)) == "45000"


def test_conflicts_are_listed_and_nothing_is_written(decorated: Path) -> None:
    with pytest.raises(InputError) as error:
        patch_workbook(
            decorated,
            [
                CellChange("demand", "D2", "1", "11"),
                CellChange("my notes", "D3", "1"),
                CellChange("demnad", "D2", "1"),
                CellChange("demand", "D0", "1"),
            ],
        )
    said = {f"{issue.sheet}!{issue.cell}": issue.message for issue in error.value.issues}
    assert "holds `10`, and the change expects `11`" in said["demand!D2"]
    assert said["my notes!D3"] == "is hidden under the merged cells C2:D3: change C2"
    assert said["demnad!D2"] == "the workbook has no sheet `demnad`; did you mean `demand`?"
    assert "is not a cell" in said["demand!D0"]


def test_a_formula_that_is_overwritten_is_gone_and_so_is_the_order_of_calculation(tmp_path: Path) -> None:
    path = _with_chain(tmp_path)
    out = change(path, CellChange("demand", "H2", "5"))
    with zipfile.ZipFile(out) as archive:
        assert "xl/calcChain.xml" not in archive.namelist()
        assert b"calcChain" not in archive.read("xl/_rels/workbook.xml.rels") + archive.read("[Content_Types].xml")
        assert b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")
    assert openpyxl.load_workbook(out)["demand"]["H2"].value == 5


def _with_chain(folder: Path) -> Path:
    """A workbook with formulas of which three share one text, and the order in which they were calculated."""
    path = books.write(folder / "plain.xlsx")
    part = books.sheet_part(path, "demand")
    cells = {
        b'r="2"': b'<c r="H2"><f t="shared" ref="H2:H4" si="0">D2*$E$2</f><v>1000</v></c>',
        b'r="3"': b'<c r="H3"><f t="shared" si="0"/><v>2000</v></c>'
        b'<c r="I3"><f t="array" ref="I3:J3">D2:E2</f><v>1</v></c><c r="J3"><v>1</v></c>',
    }

    def put(name: str, data: bytes) -> bytes:
        if name == part:
            for row, xml in cells.items():
                data = re.sub(rb"(<row " + row + rb"[^>]*>.*?)(</row>)", rb"\g<1>" + xml + rb"\g<2>", data)
            return data.replace(
                b"</sheetData>", b'<row r="4"><c r="H4"><f t="shared" si="0"/><v>0</v></c></row></sheetData>'
            )
        if name == "[Content_Types].xml":
            return data.replace(b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="x/y"/></Types>')
        if name == "xl/_rels/workbook.xml.rels":
            link = b'<Relationship Id="rId99" Type="http://x/calcChain" Target="calcChain.xml"/></Relationships>'
            return data.replace(b"</Relationships>", link)
        return data

    chain = (
        b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="H2" i="1"/></calcChain>'
    )
    return books.rewrite(path, folder / "chain.xlsx", put, xl__calcChain_DOT_xml=chain)


def test_a_shared_formula_is_handed_over(tmp_path: Path) -> None:
    """H2 held the text; H3 and H4 still calculate D3*$E$2 and D4*$E$2."""
    out = change(_with_chain(tmp_path), CellChange("demand", "H2", "5"))
    sheet = sheet_xml(out, "demand")
    assert '<c r="H3"><f t="shared" ref="H3:H4" si="0">D3*$E$2</f>' in sheet
    assert openpyxl.load_workbook(out)["demand"]["H4"].value == "=D4*$E$2"


def test_part_of_an_array_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is part of the formula in I3, which fills I3:J3"):
        change(_with_chain(tmp_path), CellChange("demand", "J3", "5"))


def test_what_xlsxwriter_makes(tmp_path: Path) -> None:
    """Tables, charts and shared texts of another program; a heading of a table is refused."""
    path = tmp_path / "other.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("demand")
        sheet.write_row(0, 0, ["region", "volume"])
        sheet.write_row(1, 0, ["France", 3])
        sheet.add_table("A1:B2", {"columns": [{"header": "region"}, {"header": "volume"}]})
        sheet.write_formula("D2", "=B2*2", None, 6)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=demand!$B$2:$B$2"})
        sheet.insert_chart("F2", chart)
    out = change(path, CellChange("demand", "A2", "Spain", "France"), CellChange("demand", "B3", "4"))
    assert parts_that_differ(path, out) == {"xl/worksheets/sheet1.xml"}  # it asks for calculation anyway
    assert openpyxl.load_workbook(out)["demand"]["A2"].value == "Spain"
    with pytest.raises(InputError, match="is a heading of a table"):
        change(path, CellChange("demand", "B1", "price"))


def test_a_list_of_changes_is_read_as_it_was_written(tmp_path: Path) -> None:
    changes = [CellChange("my, sheet", "C7", text, text, "why; not") for text in HOSTILE[:1]]
    changes += [CellChange("demand", "D2", "-5", "", "")]
    (tmp_path / "list.csv").write_text(write_change_list(changes), "utf-8")
    assert read_change_list(tmp_path / "list.csv") == changes


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("sheet;cell;new\ndemand;D2;1\ndemand;$d$2;2\n", "line 3: demand!D2 is changed in line 2 already"),
        ("sheet,cell,new\ndemand,2D,1\n", "line 2: `demand` `2D` is not a cell"),
        ("sheet,cell\n", "add new"),
        ("sheet,cell,new,why\n", "remove why"),
        ("sheet,cell,new\ndemand,D2\n", "has 2 cells and not 3, as the first line"),
    ],
)
def test_faults_of_a_list_name_the_line(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "list.csv").write_text(written, "utf-8")
    with pytest.raises(InputError, match=re.escape(said)):
        read_change_list(tmp_path / "list.csv")


def test_the_command(decorated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By key and by cell; a new setting and a new column come behind the others; the original is untouched."""
    before, out, listing = decorated.read_bytes(), tmp_path / "out.xlsx", tmp_path / "list.csv"
    sets = [
        "--set",
        "lanes[China|France|*|*].cost=0.4",
        "--set",
        "settings[time_limit]=60",
        "--set",
        "sites[S1].opening_cost=3",
    ]
    arguments = ["edit", str(decorated), "-o", str(out), "--list", str(listing), *sets]
    assert run(arguments) == 0
    assert "lanes!D2: 0.1 -> 0.4" in capsys.readouterr().out
    instance = read_instance(out).instance
    assert instance.tables["lanes"].loc[2, "cost"] == 0.4
    assert instance.settings["time_limit"] == 60
    assert instance.tables["sites"].loc[2, "opening_cost"] == 3
    assert decorated.read_bytes() == before
    assert run(arguments) == 2  # the list is there, and out.xlsx is somebody's workbook by now
    again = tmp_path / "again.xlsx"
    assert run(["edit", str(decorated), "-o", str(again), "--changes", str(listing)]) == 0
    assert parts_that_differ(out, again) == set()
    assert run(["edit", str(out), "-o", str(tmp_path / "none.xlsx"), "--changes", str(listing)]) == 2
    assert not (tmp_path / "none.xlsx").exists()


@pytest.mark.slow
@pytest.mark.skipif(LIBREOFFICE is None, reason="no LibreOffice on this machine")
def test_libreoffice_opens_what_comes_out_and_calculates_it(decorated: Path, tmp_path: Path) -> None:
    out = change(decorated, CellChange("demand", "D2", "12.5"), CellChange("my notes", "A4", "8"))
    subprocess.run(
        [str(LIBREOFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "xlsx", "--outdir", str(tmp_path / "lo"), str(out)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    notes = openpyxl.load_workbook(tmp_path / "lo" / out.name, data_only=True)["my notes"]
    assert [notes[f"A{row}"].value for row in range(2, 5)] == [25, 40, 8]
