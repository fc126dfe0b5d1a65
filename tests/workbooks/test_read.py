"""Reading a sound workbook, and every kind of cell and header that needs a decision."""

import datetime
import math

import openpyxl
import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest

from planner.workbook.read import read_instance, read_tables
from planner.workbook.structure import failures
from planner_models.instance import NUMERIC
from planner_models.schema import INPUTS, meta
from tests.workbooks.books import SOUND, edited, read, read_cell, says, the_fault, write


def test_sound_workbook_is_read_without_a_word(tmp_path):
    reading = read(tmp_path)
    assert reading.issues == []
    demand = reading.instance["demand"]
    assert demand.index.tolist() == [2, 3]
    assert demand["volume"].tolist() == [10.0, 20.0]
    assert demand["step"].tolist() == ["1", "1"]
    assert math.isnan(demand["penalty"][2])
    assert demand["note"].tolist() == ["first", None]
    assert reading.instance["lanes"]["item"].tolist() == ["*", "ore"]
    assert reading.instance["regions"]["bloc"].tolist() == ["Asia", "Europe", None]
    assert reading.instance.settings["scale"] == "off"
    assert reading.instance.settings["base_year"] == 2025
    assert reading.instance.settings["time_limit"] is None


def test_absent_sheets_are_empty_typed_tables(tmp_path):
    frame = read(tmp_path).instance["stocks"]
    units = ["unit", "currency", "price_year"]  # what a row says of its figures is no part of an instance
    assert list(frame.columns) == [name for name in INPUTS["stocks"].columns if name not in units]
    assert frame.empty
    assert frame["maximum"].dtype == float


def test_cells_are_named_by_the_users_own_columns(tmp_path):
    reading = read(tmp_path)
    assert reading.cell("demand", 3, "price") == "E3"
    assert reading.cell("demand", 3, "step") == "A3"
    assert reading.cell("stocks", 3, "maximum") == ""
    assert reading.setting_cell("mip_gap") == "B4"
    assert reading.setting_cell("seed") == ""


def test_raw_holds_blanks_and_own_columns(tmp_path):
    sheet = [[*SOUND["firms"][0], "Boss"], ["us", None, "Ann"]]
    reading = read(tmp_path, {"firms": sheet})
    assert reading.raw["firms"].to_dict("records") == [{"firm": "us", "home": None, "Boss": "Ann"}]
    assert reading.instance["firms"]["home"].tolist() == ["yes"]
    assert says(reading.issues, "firms!C1", "`Boss`", "ignored")
    assert reading.faults == []


def test_blank_rows_anywhere_and_formatted_rows_below_are_skipped(tmp_path):
    path = write(tmp_path / "book.xlsx", edited("demand", {"A5": "Chile", "B5": "ore", "C5": "2024", "D5": 1}))
    book = openpyxl.load_workbook(path)
    for row in range(6, 200):
        book["demand"].cell(row, 3).number_format = "0.00"
    book.save(path)
    reading = read_instance(path)
    assert reading.issues == []
    assert reading.instance["demand"].index.tolist() == [2, 3, 5]


def test_table_may_begin_right_of_a_blank_column(tmp_path):
    reading = read(tmp_path, {"firms": [[None, "firm"], [None, "us"]]})
    assert reading.issues == []
    assert reading.columns["firms"] == {"firm": "B"}


def test_number_as_text_with_one_reading_is_taken_and_said(tmp_path):
    reading = read_cell(tmp_path, "demand", "D2", "1.234,5")
    assert reading.faults == []
    assert reading.instance["demand"]["volume"][2] == 1234.5
    assert says(reading.issues, "demand!D2", '"1.234,5"', "read as 1234.5")


def test_number_as_text_with_two_readings_is_a_fault(tmp_path):
    fault = the_fault(read_cell(tmp_path, "regions", "C2", "1,234"))
    assert (fault.sheet, fault.cell) == ("regions", "C2")
    assert fault.message == 'is the text "1,234", which may mean 1234 or 1.234: write it as a number'


def test_many_numbers_as_text_are_one_warning(tmp_path):
    reading = read(tmp_path, edited("demand", {"E2": "1,5", "E3": "2,5"}))
    assert len(reading.issues) == 1
    assert says(reading.issues, "demand!E2", "1 more of this column")


@pytest.mark.parametrize("value", [datetime.date(2024, 3, 1), datetime.datetime(2024, 3, 1, 6), datetime.time(6), True])
def test_dates_and_truth_values_are_no_numbers(tmp_path, value):
    fault = the_fault(read_cell(tmp_path, "demand", "D2", value))
    assert fault.cell == "D2"
    assert "write" in fault.message
    assert "(item/year)" in fault.message


def test_whole_numbers_must_be_whole(tmp_path):
    fault = the_fault(read_cell(tmp_path, "periods", "B2", 2.5))
    assert (fault.cell, fault.message) == ("B2", "is 2.5: write a whole number (year)")


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "words"),
    [
        ("demand", "D2", -1, ("-1 item/year", "of 0 or more")),
        ("regions", "C2", -0.5, ("-0.5 currency/h", "of 0 or more")),
        ("periods", "B2", 0, ("0 year", "from 1 to 200")),
    ],
)
def test_numbers_out_of_range_say_what_is_allowed(tmp_path, sheet, cell, value, words):
    fault = the_fault(read_cell(tmp_path, sheet, cell, value))
    assert (fault.sheet, fault.cell) == (sheet, cell)
    assert all(word in fault.message for word in words)


def test_ranges_with_two_ends_and_open_ends(tmp_path):
    options = [["process", "option", "size", "ramp"], ["make", "a", 0, 1.5]]
    issues = read(tmp_path, {"options": options}).faults
    assert says(issues, "options!C2", "above 0")
    assert says(issues, "options!D2", "above 0 and of at most 1")
    reading = read(tmp_path, {"regions": [["region", "latitude"], *[[r[0], 91] for r in SOUND["regions"][1:]]]})
    assert says(reading.faults, "regions!B2", "from -90 to 90")


def test_required_blank_is_a_fault_and_optional_blank_the_default(tmp_path):
    fault = the_fault(read_cell(tmp_path, "demand", "D2", None))
    assert (fault.cell, fault.message) == ("D2", "is blank: write a number (item/year)")
    fault = the_fault(read_cell(tmp_path, "processes", "B2", None))
    assert fault.message == "is blank: write upstream or midstream or downstream"


@pytest.mark.parametrize(
    ("value", "meant"), [("YES", "yes"), ("No", "no"), (True, "yes"), (False, "no"), ("false", "no")]
)
def test_flags_take_any_case_and_truth_values(tmp_path, value, meant):
    reading = read_cell(tmp_path, "firms", "B2", value)
    assert reading.faults == []
    assert reading.instance["firms"]["home"].tolist() == [meant]


def test_choices_take_any_case_and_near_words_are_suggested(tmp_path):
    assert read_cell(tmp_path, "items", "B2", "Upstream").instance["items"]["tier"][2] == "upstream"
    fault = the_fault(read_cell(tmp_path, "items", "B2", "upsteam"))
    assert fault.message.startswith("is `upsteam`: write upstream, midstream or downstream; did you mean `upstream`")
    assert the_fault(read_cell(tmp_path, "firms", "B2", 1)).message.startswith("is `1`: write yes or no")


@pytest.mark.parametrize("period", [2024, 2024.0, "2024", " 2024", "2024\u00a0"])
def test_period_matches_however_it_was_typed(tmp_path, period):
    reading = read(tmp_path, edited("periods", {"A2": period}))
    assert reading.faults == []
    assert reading.instance["periods"]["period"][2] == "2024"


def test_periods_may_be_dates(tmp_path):
    day = datetime.date(2024, 1, 1)
    reading = read(tmp_path, edited("periods", {"A2": day}) | edited("demand", {"C2": day}))
    assert reading.faults == []
    assert reading.instance["demand"]["period"][2] == "2024-01-01"
    mixed = read(tmp_path, edited("periods", {"A2": day}) | edited("demand", {"C2": "2024-01-01"}))
    assert mixed.faults == []


def test_name_that_excel_made_a_date_is_said(tmp_path):
    reading = read_cell(tmp_path, "firms", "A2", datetime.date(2024, 5, 1))
    assert says(reading.issues, "firms!A2", "is a date", "2024-05-01")
    assert says(reading.faults, "sites!C2", "`us`")


def test_blanks_around_names_are_cut_and_said(tmp_path):
    reading = read(tmp_path, edited("demand", {"A2": "France ", "A3": "\u200bFrance\u00a0"}))
    assert reading.faults == []
    assert says(reading.issues, "demand!A2", "blanks around", '"France"', "1 more")
    assert reading.instance["demand"]["region"].tolist() == ["France", "France"]


def test_cell_of_blanks_is_blank_and_said(tmp_path):
    reading = read_cell(tmp_path, "demand", "F3", "\u00a0 ")
    assert math.isnan(reading.instance["demand"]["penalty"][3])
    assert says(reading.issues, "demand!F3", "contains only blanks")


def test_missing_reference_names_the_nearest(tmp_path):
    fault = the_fault(read_cell(tmp_path, "demand", "A2", "Frnce"))
    assert (fault.sheet, fault.cell) == ("demand", "A2")
    assert fault.message == "`Frnce` is not listed in regions.region; did you mean `France`?"
    assert "`France`" in the_fault(read_cell(tmp_path, "demand", "A2", "FRANCE")).message


def test_reference_may_stand_in_one_of_several_columns(tmp_path):
    assert read_cell(tmp_path, "duties", "A2", "Chile").faults == []
    fault = the_fault(read_cell(tmp_path, "duties", "A2", "Asai"))
    assert "regions.region or regions.bloc; did you mean `Asia`" in fault.message


def test_star_only_where_it_is_allowed(tmp_path):
    assert read_cell(tmp_path, "duties", "B2", "*").faults == []
    assert the_fault(read_cell(tmp_path, "demand", "A2", "*")).cell == "A2"
    assert says(read_cell(tmp_path, "firms", "A2", "*").faults, "firms!A2", "means every one")


def test_reference_into_an_empty_sheet(tmp_path):
    reading = read(
        tmp_path, {"items": [[*SOUND["items"][0], "requires"], [*SOUND["items"][1], "R1"], SOUND["items"][2]]}
    )
    assert "projects.project is empty" in the_fault(reading).message


def test_duplicate_keys_name_both_rows(tmp_path):
    fault = the_fault(read(tmp_path, edited("demand", {"C3": 2024})))
    assert (fault.sheet, fault.cell) == ("demand", "A3")
    assert "`France | cell | 2024 | 1` (region, item, period, step) is already in row 2" in fault.message


def test_key_may_repeat_where_there_is_none(tmp_path):
    assert read(tmp_path, {"duties": [*SOUND["duties"], SOUND["duties"][1]]}).faults == []


def test_all_faults_come_at_once_in_reading_order(tmp_path):
    reading = read(tmp_path, edited("demand", {"A2": "Frnce", "D3": -4, "E2": "x"}) | edited("items", {"B3": "mid"}))
    assert [(fault.sheet, fault.cell) for fault in reading.faults] == [
        ("items", "B3"),
        ("demand", "A2"),
        ("demand", "E2"),
        ("demand", "D3"),
    ]


@pytest.mark.parametrize("header", ["Region", "REGION ", " region"])
def test_header_in_another_spelling_is_read_with_a_warning(tmp_path, header):
    reading = read_cell(tmp_path, "demand", "A1", header)
    assert reading.faults == []
    assert says(reading.issues, "demand!A1", "is read as the column `region`")


def test_header_words_may_be_separated_by_blanks(tmp_path):
    reading = read(tmp_path, {"lanes": [["origin", "destination", "Lead Days"], ["China", "France", 7]]})
    assert reading.instance["lanes"]["lead_days"].tolist() == [7.0]


def test_unknown_column_is_a_warning_with_the_nearest_name(tmp_path):
    reading = read_cell(tmp_path, "lines", "C1", "capacty")
    assert reading.faults == []
    assert says(reading.issues, "lines!C1", "`capacty`", "did you mean `capacity`?")


def test_missing_required_column_is_one_fault(tmp_path):
    fault = the_fault(read_cell(tmp_path, "demand", "D1", "volum"))
    assert (fault.sheet, fault.cell) == ("demand", "H1")
    assert fault.message == "the column `volume` is missing: write it as a header here, or rename `volum`"


def test_missing_key_column_of_a_target_brings_no_further_faults(tmp_path):
    assert the_fault(read_cell(tmp_path, "regions", "A1", "place")).cell == "D1"


def test_column_twice_is_a_fault(tmp_path):
    fault = the_fault(read_cell(tmp_path, "demand", "G1", "Price"))
    assert (fault.cell, fault.message) == ("G1", "the column `price` is there twice, also in E1: rename one")


def test_values_without_header_are_said(tmp_path):
    reading = read(tmp_path, edited("firms", {"D2": "what is this"}))
    assert says(reading.issues, "firms!D2", "no header in D1")


def test_row_of_remarks_is_said(tmp_path):
    reading = read(tmp_path, edited("demand", {"G4": "sum of the above"}))
    assert says(reading.issues, "demand!G4", "only notes")
    assert len(reading.instance["demand"]) == 2


def test_header_below_row_one_is_a_fault(tmp_path):
    reading = read(tmp_path, {"demand": [["My demand"], [], *SOUND["demand"]]})
    assert says(reading.faults, "demand!A1", "row 1 has no column name", "region, item, period")


@pytest.mark.parametrize("sheet", ["periods", "regions", "items", "demand"])
def test_needed_sheets(tmp_path, sheet):
    missing = read(tmp_path, {sheet: None})
    assert says(missing.faults, f"{sheet}!", "missing")
    assert says(read(tmp_path, {sheet: SOUND[sheet][:1]}).faults, f"{sheet}!A2", "no rows")
    assert says(read(tmp_path, {sheet: []}).faults, f"{sheet}!A1", "empty")


def test_misspelt_sheet_is_suggested_on_both_sides(tmp_path):
    reading = read(tmp_path, {"demand": None, "demands": SOUND["demand"]})
    assert says(reading.issues, "demands!", "not a known sheet", "did you mean `demand`?")
    assert says(reading.faults, "demand!", "rename `demands`")


def test_sheet_in_another_spelling_is_read_with_a_warning(tmp_path):
    reading = read(tmp_path, {"demand": None, "Demand ": SOUND["demand"]})
    assert reading.faults == []
    assert len(reading.instance["demand"]) == 2
    assert says(reading.issues, "demand!", "`Demand ` is read as `demand`".replace("Demand `", "Demand`"))


def test_two_sheets_that_mean_the_same(tmp_path):
    reading = read(tmp_path, {"line capacity": [["site"]], "line_capacity": []})
    assert says(reading.faults, "line capacity!", "same sheet as `line_capacity`")


def test_own_sheets_and_our_listing_are_ignored(tmp_path):
    assert read(tmp_path, {"_mine": [["region"], ["x"]], "issues": [["severity"]], "issues_2": []}).issues == []


def test_names_with_everything_in_them(tmp_path):
    names = ['O\'Brien, "Ltd" / 7', "電池🔋", "=SUM(A1)", "+x", "@y", "a|b;c", "日本\u3000語", "&lt;b&gt;", "-"]
    book = openpyxl.load_workbook(write(tmp_path / "book.xlsx"))
    for row, name in enumerate(names, 10):
        for sheet, column in (("regions", 1), ("demand", 1)):
            cell = book[sheet].cell(row, column, name)
            cell.data_type = "s"
        for column, value in ((2, "cell"), (3, "2024"), (4, 1)):
            book["demand"].cell(row, column, value)
    book.save(tmp_path / "book.xlsx")
    reading = read_instance(tmp_path / "book.xlsx")
    assert reading.issues == []
    assert reading.instance["regions"]["region"].tolist()[3:] == names
    assert reading.instance["demand"]["region"].tolist()[2:] == names


def test_read_tables_gives_results_and_inputs_back(tmp_path):
    sheets = {
        "costs": [
            ["line", "tier", "region", "period", "amount", "discounted"],
            ["energy", "upstream", "China", 2024, 1 / 3],
        ],
        "sites": [["site", "period", "opened", "closed"], ["S1", "2024", True, "no"]],
        "in_regions": [["region", "wage", "mine"], ["China", None, "x"]],
        "map": [["anything"]],
    }
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(tmp_path / "result.xlsx")
    tables = read_tables(tmp_path / "result.xlsx")
    assert sorted(tables) == ["costs", "in_regions", "sites"]
    assert tables["costs"]["amount"][0] == pytest.approx(1 / 3, rel=1e-15)
    assert math.isnan(tables["costs"]["discounted"][0])
    assert tables["costs"]["period"].tolist() == ["2024"]
    assert tables["sites"]["opened"].tolist() == ["yes"]
    assert tables["in_regions"][["region", "mine"]].to_dict("records") == [{"region": "China", "mine": "x"}]
    assert pd.isna(tables["in_regions"]["capex_index"][0])


def each_kind_of_column():
    """One column of each kind and range that any sheet declares."""
    facts = ("kind", "choices", "low", "above", "high")
    columns = [pair for schema in INPUTS.values() for pair in schema.columns.items()]
    kinds = {(column.nullable, *(meta(column)[fact] for fact in facts)): (name, column) for name, column in columns}
    return list(kinds.values())


@pytest.mark.parametrize(("name", "column"), each_kind_of_column())
def test_cells_found_faulty_are_those_that_the_schema_refuses(name, column):
    facts = meta(column)
    words = [None, *facts["choices"], "no word of any list"]
    ends = [facts[end] for end in ("low", "above", "high") if facts[end] is not None]
    figures = [None, 0.0, 1e18, 1e19, -1e19, 1e-18, 1e-19, *(end + step for end in ends for step in (-1e-6, 0.0, 1e-6))]
    numeric = facts["kind"] in NUMERIC
    frame = pd.DataFrame({name: pd.Series(figures if numeric else words, dtype=float if numeric else object)})
    schema = pa.DataFrameSchema({name: column})
    try:
        schema.validate(frame, lazy=True)
        refused = set()
    except pandera.errors.SchemaErrors as errors:
        refused = set(errors.failure_cases["index"])
    assert failures(schema, frame.drop(index=refused)) == []
    assert all(failures(schema, frame.loc[[row]]) for row in refused)
