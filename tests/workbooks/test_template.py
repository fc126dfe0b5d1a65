"""The template helps to fill it in, and its worked example can be solved as it stands."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from planner.checks.check import check
from planner.workbook.assist import MOST_ERROR
from planner.workbook.dictionary import dictionary
from planner.workbook.example import example
from planner.workbook.groups import GROUPS, MECHANISMS, OPTIONAL_SHEETS
from planner.workbook.lists import POINTING
from planner.workbook.read import read_instance
from planner.workbook.template import choose_sheets, write_template
from planner_models.schema import INPUTS, SETTINGS, meta
from tests import worked_example

HERE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("template") / "new.xlsx"
    write_template(path, blank=True)
    return openpyxl.load_workbook(path)


def validation(sheet, column: int, row: int = 2):
    """The data validation of a cell, or None."""
    for found in sheet.data_validations.dataValidation:
        for area in str(found.sqref).split():
            left, top, right, bottom = range_boundaries(area)
            if left <= column <= right and top <= row <= bottom:
                return found
    return None


def columns():
    """Sheet, place from 1, name and metadata of every input column but those of the settings."""
    for sheet, schema in INPUTS.items():
        if sheet != "settings":
            for place, (name, column) in enumerate(schema.columns.items(), 1):
                yield sheet, place, name, column


def test_every_sheet_and_column_is_there_in_order(book: openpyxl.Workbook):
    assert book.sheetnames == ["guide", *INPUTS, "_columns", "_keys"]
    for sheet, schema in INPUTS.items():
        assert [cell.value for cell in book[sheet][1]] == list(schema.columns)
        assert book[sheet].freeze_panes.endswith("2")
        (table,) = book[sheet].tables.values()
        assert table.column_names == list(schema.columns)


def test_every_header_has_a_note_with_meaning_and_unit(book: openpyxl.Workbook):
    for sheet, place, _name, column in columns():
        note = book[sheet].cell(1, place).comment.text
        assert column.description[1:] in note
        if meta(column)["unit"]:
            assert f"Unit: {meta(column)['unit']}\n" in note
        assert ("Required." in note) == meta(column)["required"]


def test_references_offer_the_names_of_the_other_sheet(book: openpyxl.Workbook):
    for sheet, place, name, column in columns():
        facts = meta(column)
        if facts["kind"] != "reference":
            continue
        found = validation(book[sheet], place)
        other, _, key = facts["ref"][0].partition(".")
        letter = "ABCDEFGHIJ"[list(INPUTS[other].columns).index(key)]
        assert found.type == "list", (sheet, name)
        assert found.formula1.startswith(f"{other}!${letter}$2:INDEX({other}!${letter}$2:${letter}$10000,")
        assert len(found.formula1) <= 255
        free = facts["wildcard"] or len(facts["ref"]) > 1
        assert found.showErrorMessage != free, (sheet, name)
        assert validation(book[sheet], place, 2000) is found


def test_words_and_numbers_are_held_to_what_is_allowed(book: openpyxl.Workbook):
    for sheet, place, name, column in columns():
        facts = meta(column)
        found = validation(book[sheet], place)
        if facts["choices"]:
            assert found.formula1 == f'"{",".join(facts["choices"])}"'
            assert len(found.formula1) <= 255, (sheet, name)
        elif facts["kind"] in ("number", "integer"):
            assert found.type == ("whole" if facts["kind"] == "integer" else "decimal")
            lowest = facts["low"] if facts["low"] is not None else facts["above"]
            assert float(found.formula1) == (lowest if lowest is not None else -1e300), (sheet, name)
            strict = facts["above"] is not None and facts["high"] is None
            assert (found.operator == "greaterThan") == strict, (sheet, name)
            assert strict or float(found.formula2) == (facts["high"] if facts["high"] is not None else 1e300)
        elif facts["kind"] == "text":
            pointing = sheet in POINTING and name in ("sheet", "key", "column")
            assert (found is not None) == pointing
        if found is not None and found.showErrorMessage:
            assert found.allow_blank
            assert len(found.error) <= MOST_ERROR
            assert len(found.errorTitle) <= 32


def test_every_setting_has_its_default_its_limits_and_a_visible_meaning(book: openpyxl.Workbook):
    header, *rows = book["settings"].iter_rows(values_only=True)
    assert [row[0] for row in rows] == list(SETTINGS)
    for number, (row, column) in enumerate(zip(rows, SETTINGS.values(), strict=True), 2):
        assert row[1] == meta(column)["default"]
        assert column.description[1:] in row[header.index("note")]
        if meta(column)["choices"]:
            assert validation(book["settings"], 2, number).formula1 == f'"{",".join(meta(column)["choices"])}"'


def test_names_that_look_like_numbers_stay_names(book: openpyxl.Workbook):
    """What is typed below the header of a key or a reference is text: 2030, 1-2."""
    assert book["periods"].column_dimensions["A"].number_format == "@"
    assert book["demand"].column_dimensions["C"].number_format == "@"
    assert book["demand"].column_dimensions["E"].number_format == "General"


def test_the_blank_template_holds_nothing_but_settings(tmp_path: Path):
    write_template(tmp_path / "new.xlsx", blank=True)
    reading = read_instance(tmp_path / "new.xlsx")
    assert all(frame.empty for frame in reading.instance.tables.values())
    assert {issue.sheet for issue in reading.issues} == {"periods", "regions", "items", "demand"}


def test_the_template_has_the_same_bytes_every_time(tmp_path: Path):
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, blank=False)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_example_gives_no_cause_for_remarks():
    assert not check(worked_example.reading())


def test_the_example_says_that_it_is_invented():
    filled = {sheet: frame for sheet, frame in worked_example.reading().instance.tables.items() if not frame.empty}
    for frame in filled.values():
        assert set(frame["confidence"]) == {"low"}
        assert set(frame["source"]) == {"worked example, invented"}


def test_the_example_has_a_plan_worth_looking_at():
    """It opens the candidate site, extends others, develops with a partner it holds a stake in, and is audited."""
    outcome = worked_example.outcome()
    tables = outcome.tables
    assert outcome.solution.status in ("optimal", "within_gap")
    assert (tables["audit"]["ok"] == "yes").all()
    assert tables["sites"]["site"].tolist() == ["Northland gigafactory"]
    assert tables["builds"]["process"].nunique() == 3
    assert tables["projects"]["option"].tolist() == ["joint venture"]
    assert set(tables["access"]["mode"]) == {"spot", "contract", "equity"}
    assert set(tables["costs"]["tier"]) == {"upstream", "midstream", "downstream"}
    assert "duties" in set(tables["costs"]["line"])
    undisturbed = tables["demand"][tables["demand"]["scenario"] == "base"]
    assert (undisturbed["sold"] == undisturbed["volume"]).all()


def test_the_example_shows_what_disruptions_cost_and_what_rules_ask():
    """The strait is the worst that can come; both mines are needed; stock is held against both."""
    tables = worked_example.outcome().tables
    losses = tables["scenarios"].set_index("scenario")["loss"]
    mines = [f"Loss of a lithium mine: {name}" for name in ("Hard rock mine", "Salt lake")]
    assert list(losses.index) == [*mines, "Narrow Strait closed"]
    assert losses.idxmax() == "Narrow Strait closed"
    assert (tables["rules"]["met"] == "yes").all()
    assert set(tables["rules"]["rule"]) == {row["rule"] for row in example()["rules"]}
    assert tables["rules"].set_index("rule").loc["Two mines", "marginal_cost"].max() > 0
    assert set(tables["stocks"]["item"]) == {"lithium", "cathode"}


def test_the_data_dictionary_is_up_to_date():
    """If not: python -m planner.workbook.dictionary docs/WORKBOOK.md"""
    assert (HERE / "docs" / "WORKBOOK.md").read_text(encoding="utf-8") == dictionary()


def test_every_sheet_is_in_one_group_and_at_most_one_mechanism():
    grouped = [sheet for _, sheets in GROUPS.values() for sheet in sheets]
    assert sorted(grouped) == sorted(INPUTS)
    optional = [sheet for sheets, _ in MECHANISMS.values() for sheet in sheets]
    assert len(optional) == len(set(optional))
    assert set(optional) <= set(INPUTS)
    assert {"periods", "regions", "items", "demand", "settings"} <= set(INPUTS) - OPTIONAL_SHEETS


@pytest.mark.one_in(4)
@pytest.mark.parametrize("names", [[], *([name] for name in MECHANISMS), ["access", "stocks", "scenarios"]])
def test_only_the_sheets_of_the_mechanisms_that_are_wanted(tmp_path: Path, names: list[str]):
    sheets = choose_sheets(names)
    write_template(tmp_path / "new.xlsx", False, sheets)
    found = openpyxl.load_workbook(tmp_path / "new.xlsx", read_only=True).sheetnames
    assert [name for name in found if name != "guide" and not name.startswith("_")] == sheets
    assert set(sheets) - OPTIONAL_SHEETS == set(INPUTS) - OPTIONAL_SHEETS
    assert set(sheets) & OPTIONAL_SHEETS == {sheet for name in names for sheet in MECHANISMS[name][0]}
    reading = read_instance(tmp_path / "new.xlsx")
    assert not reading.issues
    assert not [issue for issue in check(reading) if issue.severity == "error"]


def test_cells_of_other_sheets_are_offered_by_sheet_key_and_column(book: openpyxl.Workbook):
    offered = {
        name: validation(book["variants"], place).formula1 for name, place in (("sheet", 3), ("key", 4), ("column", 5))
    }
    assert all(len(formula) <= 255 for formula in offered.values())
    assert "_keys!" in offered["key"]
    heads = [cell.value for cell in book["_columns"][1]]
    assert heads == [sheet for sheet in INPUTS if sheet != "variants"]
    column = heads.index("demand") + 1
    assert [book["_columns"].cell(row, column).value for row in range(2, 7)] == [
        "region",
        "item",
        "period",
        "step",
        "price",
    ]
    assert book["_keys"].cell(2, column).value == "*"
    assert book["_keys"].cell(3, column).value.startswith('=IF(demand!A2="","",IF(demand!A2="","*",demand!A2)&"|"&')
    assert book["_keys"].sheet_state == "hidden"


def test_the_guide_leads_to_every_sheet(book: openpyxl.Workbook):
    links = {cell.value for row in book["guide"].iter_rows() for cell in row if cell.hyperlink}
    assert links == set(INPUTS)
