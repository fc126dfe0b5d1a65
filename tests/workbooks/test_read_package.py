"""Files that are no sound workbook, formulas and errors as they are stored, and sheets of extreme shape."""

import os
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
from contextlib import nullcontext

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.worksheet.cell_range import CellRange

from planner.issues import InputError
from planner.workbook.package import SMALL
from planner.workbook.read import read_instance
from tests.workbooks.books import SOUND, edited, read, rewrite, says, sheet_part, the_fault, write


def refused(path):
    """The message with which a file is refused as a whole."""
    with pytest.raises(InputError) as error:
        read_instance(path)
    assert [(issue.severity, issue.sheet, issue.cell) for issue in error.value.issues] == [("error", "", "")]
    return error.value.issues[0].message


@pytest.fixture
def book(tmp_path):
    return write(tmp_path / "book.xlsx")


def replace_in(part, old, new):
    """A change for `rewrite`: `old` becomes `new`, once, in `part`."""

    def change(name, data):
        if name == part:
            assert old in data
            return data.replace(old, new, 1)
        return data

    return change


def same(_, data):
    return data


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"region;wage\nChina;5\n", "not an Excel workbook"),
        (b"PK\x03\x04 and then nothing", "damaged or incomplete"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old .xls workbook, or encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64) + "EncryptedPackage".encode("utf-16-le"), "is encrypted"),
    ],
)
def test_files_that_are_no_workbooks(tmp_path, content, words):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    assert words in refused(path)


def test_missing_file_folder_and_lock_file(tmp_path):
    assert "there is no file" in refused(tmp_path / "none.xlsx")
    assert "is a folder" in refused(tmp_path)
    assert "lock file" in refused(tmp_path / "~$book.xlsx")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_truncated(book, kept):
    content = book.read_bytes()
    book.write_bytes(content[: int(len(content) * kept)])
    assert "damaged or incomplete" in refused(book)


def test_other_archives(tmp_path):
    for name, member, content, words in (
        ("a.xlsx", "hello.txt", b"hi", "not an Excel workbook"),
        ("b.ods", "mimetype", b"application/vnd.oasis.opendocument.spreadsheet", "LibreOffice document"),
        ("c.docx", "word/document.xml", b"<document/>", "not an Excel workbook"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(member, content)
        assert words in refused(tmp_path / name)


def test_binary_workbook(book, tmp_path):
    change = replace_in("_rels/.rels", b"xl/workbook.xml", b"xl/workbook.bin")
    assert "binary workbook" in refused(
        rewrite(book, tmp_path / "b.xlsb", change, xl__workbook_DOT_bin=b"\x83\x01\x00")
    )


def test_password_on_the_archive(book):
    content = bytearray(book.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    book.write_bytes(content)
    assert "encrypted" in refused(book)


def test_declared_size_is_judged_before_anything_is_unpacked(book):
    content = bytearray(book.read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1_100_000_000)
    book.write_bytes(content)
    assert f"over {SMALL / 1e6:,.0f} MB is not read" in refused(book)


def test_part_larger_than_declared_is_not_unpacked(book):
    content = bytearray(book.read_bytes())
    at = content.find(b"PK\x01\x02")
    while b"sheet1.xml" not in content[at : at + 80]:
        at = content.find(b"PK\x01\x02", at + 4)
    content[at + 24 : at + 28] = struct.pack("<I", 40)
    book.write_bytes(content)
    assert "damaged or incomplete" in refused(book)


def sheet_fault(path, sheet="demand"):
    """The cell and message with which one sheet is refused, while the rest of the workbook is read."""
    reading = read_instance(path)
    fault = the_fault(reading)
    assert fault.sheet == sheet
    assert len(reading.instance["regions"]) == 3
    return fault.cell, fault.message


def test_entities_are_refused(book, tmp_path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<worksheet '
    for part in (sheet_part(book, "demand"), "xl/workbook.xml"):
        tag = b"<worksheet " if "sheet" in part else b"<workbook "
        changed = rewrite(book, tmp_path / "bomb.xlsx", replace_in(part, tag, bomb.replace(b"<worksheet ", tag)))
        assert "XML entities" in (sheet_fault(changed)[1] if "sheet" in part else refused(changed))


def test_damaged_parts(book, tmp_path):
    part = sheet_part(book, "demand")
    for old, new, cell in (
        (b"</row>", b"</raw>", "G1"),
        (b"<v>", b"<v", "D2"),
        (b"<row", b"\xff\xfe<row", ""),
        (b"<worksheet", b"<w\0", ""),
        (b"</worksheet>", b"", "F3"),
    ):
        found, message = sheet_fault(rewrite(book, tmp_path / "x.xlsx", replace_in(part, old, new)))
        assert found == cell
        assert "damaged" in message
    gone = rewrite(book, tmp_path / "x.xlsx", lambda name, data: None if name == part else data)
    assert "part of sheet `demand` is missing" in refused(gone)
    utf16 = rewrite(
        book, tmp_path / "x.xlsx", lambda name, data: data.decode().encode("utf-16") if name == part else data
    )
    assert "UTF-8" in sheet_fault(utf16)[1]


def test_macros_and_links_are_ignored_and_said(book, tmp_path):
    added = {"xl__vbaProject_DOT_bin": b"macro", "xl__externalLinks__externalLink1_DOT_xml": b"<externalLink/>"}
    reading = read_instance(rewrite(book, tmp_path / "m.xlsm", same, **added))
    assert reading.faults == []
    assert says(reading.issues, "!", "macros", "ignored")
    assert says(reading.issues, "!", "links to other workbooks", "stored")
    assert len(reading.instance["demand"]) == 2


def test_two_sheets_of_one_name(book, tmp_path):
    changed = rewrite(book, tmp_path / "x.xlsx", replace_in("xl/workbook.xml", b'name="firms"', b'name="demand"'))
    assert says(read_instance(changed).faults, "demand!", "several sheets have this name")


def test_formula_without_stored_value_and_error_values_name_their_cells(tmp_path):
    path = write(tmp_path / "book.xlsx", edited("demand", {"D2": "=5+5", "E2": "=1/0", "G3": "=A1"}))
    book = openpyxl.load_workbook(path)
    for cell, error in (("E3", "#DIV/0!"), ("A3", "#N/A")):
        book["demand"][cell].value = error
        book["demand"][cell].data_type = "e"
    book.save(path)
    faults = read_instance(path).faults
    assert [fault.cell for fault in faults] == ["D2", "E2", "A3", "E3", "G3"]
    assert says(faults, "demand!D2", "never calculated", "open the workbook", "save it once")
    assert says(faults, "demand!E3", "holds #DIV/0!", "repair the formula")
    assert says(faults, "demand!A3", "holds #N/A")


def stored(tmp_path, old, new, flag=False):
    """The reading of a workbook in whose demand sheet something is stored in another way.

    `flag` keeps what openpyxl writes into every workbook: that its formulas are not calculated yet.
    """
    book = write(tmp_path / "book.xlsx")
    change = replace_in(sheet_part(book, "demand"), old, new)
    calculated = replace_in("xl/workbook.xml", b' fullCalcOnLoad="1"', b"")
    both = change if flag else lambda name, data: calculated(name, change(name, data))
    return read_instance(rewrite(book, tmp_path / "f.xlsx", both))


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="D2"><f>5+5</f><v>12</v></c>',
        b'<c r="D2" s="0"><f t="shared" ref="D2:D3" si="0">5+5</f><v>12</v></c>',
        b'<c r="D2"><f t="shared" si="0"/><v>12</v></c>',
        b"<c s='0' r='D2'><f>5+5</f><v>12</v></c>",
        b'<c r="D2"><v><![CDATA[12]]></v></c>',
        b'<c r="D2"><v>1.2E1</v></c>',
    ],
)
def test_stored_values_of_formulas_are_used(tmp_path, cell):
    reading = stored(tmp_path, b'<c r="D2" t="n"><v>10</v></c>', cell)
    assert reading.issues == []
    assert reading.instance["demand"]["volume"][2] == 12


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (b'<c r="D2"><f>5+5</f></c>', "never calculated"),
        (b'<c r="D2"><f>5+5</f><v></v></c>', "never calculated"),
        (b'<c r="D2"><f t="shared" si="0"/><v/></c>', "never calculated"),
        (b"<c r='D2'><f>5+5</f></c>", "never calculated"),
        (b'<c r="D2" t="e"><v>#REF!</v></c>', "holds #REF!"),
        (b'<c r="D2" s="0" t="e"><f>5/0</f><v>#DIV/0!</v></c>', "holds #DIV/0!"),
        (b"<c t='e' r='D2'><f>5/0</f><v>#DIV/0!</v></c>", "holds #DIV/0!"),
        (b'<c r="D2" t="str"><f>IF(A1,"",1)</f><v></v></c>', "is blank"),
        (b'<c r="D2"><v>1e400</v></c>', "finite"),
        (b'<c r="D2"><v>nan</v></c>', "finite"),
        (b'<c r="D2"><v>1_0</v></c>', "finite"),
        (b'<c r="D2"><v>1,5</v></c>', "finite"),
        (b'<c r="D2" t="str"><f>5+5</f></c>', "never calculated"),
        (b'<c r="D2"><v>1</v><v>2</v></c>', "two values"),
        (b'<c r="D2" t="inlineStr"><v>1</v><is><t>2</t></is></c>', "two values"),
        (b'<c r="D2" t="inlineStr"><is><t>1</t><t>2</t></is></c>', "two values"),
        (b'<c r="D2" t="inlineStr"><is><t>1</t></is><is><t>2</t></is></c>', "two values"),
        (b'<c r="D2"><is><t>2</t></is></c>', "a form that Excel does not write"),
        (b'<c r="D2"><v>1<!-- and -->0</v></c>', "XML comment inside"),
        (b'<c r="D2"><f>5+5</f><!-- cached --><v>12</v></c>', "XML comment inside"),
        (b'<c r="D2"><v>1<x>0</x></v></c>', "inside its value"),
        (b'<c r="D2">10</c>', "outside of its value"),
        (b'<c r="D2"><w>10</w></c>', "not a value"),
        (b'<c r="D2"><?x y?><v>10</v></c>', "XML instruction"),
        (b'<c r="D2" t="s"><v>0</v></c>', "text number 0"),
        (b'<c r="D2" t="s"><v>-1</v></c>', "text number `-1`"),
        (b'<c r="D2" t="s"><v>1.5</v></c>', "text number `1.5`"),
        (b'<c r="D2" t="b"><v>2</v></c>', "truth value"),
        (b'<c r="D2" t="d"><v>soon</v></c>', "stored as a date"),
        (b'<c r="D2" t="x"><v>1</v></c>', "unknown type `x`"),
        (b'<c r="D2" s="99"><v>1</v></c>', "format 99"),
        (b'<c r="D2" t="inlineStr"><is><t>_xD83D_</t></is></c>', "half a character"),
    ],
)
def test_cells_without_usable_value(tmp_path, cell, words):
    fault = the_fault(stored(tmp_path, b'<c r="D2" t="n"><v>10</v></c>', cell))
    assert (fault.sheet, fault.cell) == ("demand", "D2")
    assert words in fault.message


@pytest.mark.one_in(3)
@pytest.mark.parametrize("value", [b"<v>0</v>", b"<v>0.0</v>", b"<v></v>", b""])
@pytest.mark.parametrize("kind", [b"", b' t="str"', b' t="b"'])
def test_a_program_that_does_not_calculate_says_so(tmp_path, kind, value):
    """XlsxWriter stores 0 with every formula, and asks for all to be calculated when the workbook is opened."""
    cell = b'<c r="D2"%b><f>5+5</f>%b</c>' % (kind, value)
    fault = the_fault(stored(tmp_path, b'<c r="D2" t="n"><v>10</v></c>', cell, flag=True))
    assert (fault.sheet, fault.cell) == ("demand", "D2")
    assert "never calculated" in fault.message
    assert "save it once" in fault.message


def test_other_values_of_such_a_program_are_used_and_said(tmp_path):
    reading = stored(tmp_path, b'<c r="D2" t="n"><v>10</v></c>', b'<c r="D2"><f>5+5</f><v>12</v></c>', flag=True)
    assert says(reading.issues, "demand!D2", "may be old")
    assert reading.faults == []
    assert reading.instance["demand"]["volume"][2] == 12


def test_a_calculated_zero_is_a_zero(tmp_path):
    reading = stored(tmp_path, b'<c r="D2" t="n"><v>10</v></c>', b'<c r="D2"><f>5-5</f><v>0</v></c>')
    assert reading.issues == []
    assert reading.instance["demand"]["volume"][2] == 0


D2 = b'<c r="D2" t="n"><v>10</v></c>'


@pytest.mark.parametrize(
    ("old", "new", "cell", "words"),
    [
        (D2, D2 + b'<c r="D2"><v>11</v></c>', "D2", "twice"),
        (D2, b'<c r="D3"><v>11</v></c>', "D3", "stored in row 2"),
        (D2, b'<c r="d2"><v>11</v></c>', "C2", "not a cell"),
        (b'<row r="3">', b'<row r="2">', "A2", "row 2 is stored twice"),
        (b'<row r="3">', b'<row r="-1">', "G2", "not a row"),
        (b'<row r="3">', b'<foo/><row r="3">', "G2", "`foo`"),
        (D2, b"<d/>", "C2", "`d`"),
        (D2, D2 + b"11", "D2", "outside of all cells"),
        (b'<row r="3">', b'<!-- <row r="2"> --><row r="3">', "G2", "XML comment"),
        (b"</sheetData>", b"</sheetData><sheetData></sheetData>", "F3", "twice"),
        (b"<sheetData>", b"<sheetDate></sheetDate><sheetData>", None, ""),
    ],
)
def test_sheets_that_can_be_read_in_two_ways(tmp_path, old, new, cell, words):
    reading = stored(tmp_path, old, new)
    if cell is None:
        assert reading.issues == []
    else:
        fault = the_fault(reading)
        assert (fault.sheet, fault.cell) == ("demand", cell)
        assert words in fault.message


def test_parts_that_are_there_twice(tmp_path, book):
    part = sheet_part(book, "demand")
    for name in (part, part.upper()):
        twice = tmp_path / "twice.xlsx"
        rewrite(book, twice, same)
        with (
            zipfile.ZipFile(twice, "a") as archive,
            pytest.warns(UserWarning, match="Duplicate") if name == part else nullcontext(),
        ):
            archive.writestr(name, b"<worksheet/>")
        assert f"part {part} twice" in refused(twice)
    other = sheet_part(book, "lanes").rpartition("/")[2].encode()
    change = replace_in("xl/_rels/workbook.xml.rels", part.rpartition("/")[2].encode(), other)
    assert "same cells" in refused(rewrite(book, tmp_path / "x.xlsx", change))


MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINK = b'<Relationship Type="x/sharedStrings" Target="sharedStrings.xml" Id="rId99"/></Relationships>'


@pytest.mark.parametrize("number", [b"1", b"99999999999"])
def test_the_count_of_texts_may_lie(tmp_path, book, number):
    """Only the texts that are there count; memory for as many as the part says would end the process."""
    part = sheet_part(book, "demand")

    def with_texts(texts):
        def change(name, data):
            if name == "xl/_rels/workbook.xml.rels":
                return data.replace(b"</Relationships>", LINK)
            old, new = b't="inlineStr"><is><t>France</t></is>', b't="s"><v>1</v>'
            return data.replace(old, new) if name == part else data

        data = b'<sst xmlns="%b" count="%b" uniqueCount="%b">%b</sst>' % (MAIN, number, number, texts)
        return read_instance(rewrite(book, tmp_path / "s.xlsx", change, xl__sharedStrings_DOT_xml=data))

    runs = b"<si><t>China</t></si><si><r><t>Fra</t></r><r><rPr/><t>nce</t></r><rPh><t>x</t></rPh></si>"
    reading = with_texts(runs)
    assert reading.issues == []
    assert reading.instance["demand"]["region"].tolist() == ["France", "France"]
    faults = with_texts(b"<si><t>China</t></si><si><t>Fra<!-- n -->ce</t></si>").faults
    assert [fault.cell for fault in faults] == ["A2", "A3"]
    assert "cannot be read" in faults[0].message


def test_formulas_that_give_empty_text_make_no_rows(tmp_path):
    row = b'</row><row r="4"><c r="A4" t="str"><f>IF(1,"",2)</f><v></v></c></row></sheetData>'
    assert stored(tmp_path, b"</row></sheetData>", row).issues == []


def test_error_in_a_header(tmp_path):
    reading = stored(
        tmp_path, b'<c r="G1" t="inlineStr"><is><t>note</t></is></c>', b'<c r="G1" t="e"><v>#NAME?</v></c>'
    )
    assert says(reading.faults, "demand!G1", "holds #NAME?", "a column name")


def test_prefixed_elements(tmp_path, book):
    def change(name, data):
        if not name.startswith("xl/worksheets/"):
            return data
        data = data.replace(b"</", b"</x:").replace(b"<", b"<x:").replace(b"<x:/x:", b"</x:").replace(b"<x:?", b"<?")
        return data.replace(b"xmlns=", b"xmlns:x=").replace(b"xml:space", b"space")

    reading = read_instance(rewrite(book, tmp_path / "p.xlsx", change))
    assert reading.issues == []
    assert reading.instance["demand"]["volume"].tolist() == [10.0, 20.0]


def test_cells_without_references_stand_in_order(tmp_path, book):
    def change(name, data):
        for row in b"123":
            for column in b"ABCDEFG":
                data = data.replace(b' r="%c%c"' % (column, row), b"") if name == part else data
        return data

    part = sheet_part(book, "recipes")
    assert read_instance(rewrite(book, tmp_path / "p.xlsx", change)).instance["recipes"]["quantity"].tolist() == [
        -2.0,
        1.0,
    ]


@pytest.mark.parametrize("far", [b"XFD1048576", b"ZZ900000", b"AZ999999", b"H4"])
def test_stray_cell_far_away_is_said_and_takes_no_memory(tmp_path, far):
    cell = b'</row><row r="%s"><c r="%s"><v>1</v></c></row></sheetData>' % (far.lstrip(b"AXFDZGH"), far)
    tracemalloc.start()
    reading = stored(tmp_path, b"</row></sheetData>", cell)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
    assert says(reading.issues, f"demand!{far.decode()}", "no header", "ignored")
    assert reading.faults == []


@pytest.mark.parametrize(("far", "cell"), [(b"A4000000000", "A4000000000"), (b"XFE4", "XFE4"), (b"ZZZZZ4", "ZZZZZ4")])
def test_cell_outside_of_every_sheet(tmp_path, far, cell):
    row = b'</row><row r="%s"><c r="%s"><v>1</v></c></row></sheetData>' % (far.lstrip(b"AXFEZ"), far)
    fault = the_fault(stored(tmp_path, b"</row></sheetData>", row))
    assert (fault.sheet, fault.cell) == ("demand", cell)
    assert "far outside the table" in fault.message


def test_a_small_file_takes_little_memory(tmp_path, book):
    """A megabyte of the shortest cells unpacks to hundreds: it is refused before anything is unpacked."""
    part = sheet_part(book, "demand")
    rows = b"<row>" + b"<c><v>1</v></c>" * 10 + b"</row>"
    path = rewrite(book, tmp_path / "bomb.xlsx", replace_in(part, b"</sheetData>", rows * 400_000 + b"</sheetData>"))
    assert "MB is not read" in refused(path)


def test_only_ordinary_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "zero.xlsx").symlink_to("/dev/zero")
    for name in ("pipe.xlsx", "zero.xlsx"):
        assert "not an ordinary file" in refused(tmp_path / name)


def test_dates_may_count_from_1904(tmp_path):
    path = write(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    cell = book["periods"]["A2"]
    cell.value, cell.number_format = 1, "yyyy-mm-dd"
    book.save(path)
    assert read_instance(path).instance["periods"]["period"][2] == "1904-01-02"


@pytest.mark.slow
def test_a_million_blank_formatted_rows_are_no_rows(tmp_path, book):
    part = sheet_part(book, "demand")
    blank = b"".join(b'<row r="%d"><c r="A%d" s="0"/><c r="B%d" s="0"/></row>' % (r, r, r) for r in range(4, 1_000_004))
    path = rewrite(book, tmp_path / "big.xlsx", replace_in(part, b"</sheetData>", blank + b"</sheetData>"))
    reading = read_instance(path)
    assert reading.issues == []
    assert reading.instance["demand"].index.tolist() == [2, 3]


def test_hidden_rows_columns_and_sheets_are_read_and_said(tmp_path):
    path = write(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    page = book["demand"]
    for row in (2, 3, 17):
        page.row_dimensions[row].hidden = True
    page.column_dimensions["E"].hidden = True
    book["firms"].sheet_state = "hidden"
    page.merge_cells("A20:C22")
    page["E2"].number_format = '#,##0.00 "days"'
    page["D2"].fill = PatternFill("solid", start_color="FFFF0000")
    book.create_chartsheet("chart")
    book.save(path)
    reading = read_instance(path)
    assert len(reading.issues) == 2
    assert says(reading.issues, "firms!", "sheet is hidden", "read")
    assert says(reading.issues, "demand!A2", "rows 2 to 3 and columns E are hidden", "read")
    assert reading.instance["demand"]["price"][2] == 100


def merged(tmp_path, *ranges, changes=None):
    """The reading of the sound workbook with merged cells in sheet regions, whose table is A1:C4."""
    path = write(tmp_path / "book.xlsx", changes)
    book = openpyxl.load_workbook(path)
    book["regions"].merged_cells.ranges = {CellRange(span) for span in ranges}
    book.save(path)
    return read_instance(path)


def test_merged_cells_hold_their_value_for_each(tmp_path):
    reading = merged(tmp_path, "C2:C4", changes=edited("regions", {"C3": None}))
    assert reading.instance["regions"]["wage"].tolist() == [5, 5, 5]
    assert says(reading.issues, "regions!C2", "C2:C4", "`5`")
    assert reading.faults == []


def test_merged_cells_make_no_rows(tmp_path):
    reading = merged(tmp_path, "C4:XFD1048576", changes=edited("regions", {"C4": 7}))
    assert reading.issues == []
    assert reading.instance["regions"]["wage"].tolist() == [5, 30.5, 7]


def test_merged_cells_that_cannot_be_understood(tmp_path):
    assert says(merged(tmp_path, "C2:C3").faults, "regions!C3", "hidden under the merged cells C2:C3")
    changes = edited("regions", {"C3": None})
    assert says(merged(tmp_path, "C2:C4", "C3:C5", changes=changes).faults, "regions!C3", "several ranges")
    assert says(merged(tmp_path, "B1:C1", changes=edited("regions", {"C1": None})).faults, "regions!C1", "twice")


def hundred_thousand_rows(path):
    """The sound workbook with 100,000 rows of demand."""
    regions = [["region"], *[[f"R{number}"] for number in range(1000)], ["China"], ["France"], ["Chile"]]
    header = ["region", "item", "period", "step", "volume", "price", "penalty", "source"]
    rows = [
        [
            f"R{n % 1000}",
            "cell",
            2024 if n % 2 else "2029",
            f"s{n // 1000}",
            n * 1.37,
            3.3,
            n * 0.01,
            f"source {n % 77}",
        ]
        for n in range(100_000)
    ]
    return write(path, {"regions": regions, "duties": None, "demand": [header, *rows]})


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_all_read(tmp_path):
    reading = read_instance(hundred_thousand_rows(tmp_path / "big.xlsx"))
    assert reading.issues == []
    assert len(reading.instance["demand"]) == 100_000


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_saved_again_by_libreoffice(tmp_path):
    sheets = edited("demand", {"D2": "=5+5", "E2": "1.234,5", "E3": "=1/0", "A5": "France", "B5": '=IF(1=2,"x","")'})
    path = write(tmp_path / "book.xlsx", sheets | edited("firms", {"B2": True}))
    again = tmp_path / "again"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(again), str(path)], check=True, capture_output=True, timeout=180)
    reading = read_instance(again / "book.xlsx")
    assert reading.instance["demand"]["volume"][2] == 10
    assert reading.instance["demand"]["price"][2] == 1234.5
    assert reading.instance["firms"]["home"].tolist() == ["yes"]
    assert says(reading.faults, "demand!E3", "holds #DIV/0!")
    assert {(fault.sheet, fault.cell) for fault in reading.faults} == {("demand", c) for c in ("E3", "B5", "C5", "D5")}
    before = read(tmp_path)
    write(tmp_path / "book.xlsx")
    subprocess.run([*command, "--outdir", str(again), str(path)], check=True, capture_output=True, timeout=180)
    after = read_instance(again / "book.xlsx")
    assert after.issues == []
    assert after.instance.settings == before.instance.settings
    for sheet in SOUND:
        if sheet != "settings":
            assert after.instance[sheet].equals(before.instance[sheet])
