"""What-if changes with `--set`: they are made before the checks, and wrong ones name their own text."""

import pytest

from tests.workbooks.books import SOUND, read, says, the_fault


def changed(tmp_path, *sets, sheets=None):
    return read(tmp_path, sheets, sets=sets)


def test_one_cell_by_key(tmp_path):
    reading = changed(tmp_path, "demand[France|cell|2029|1].volume=12.5")
    assert reading.issues == []
    assert reading.instance["demand"]["volume"].tolist() == [10.0, 12.5]
    assert reading.raw["demand"]["volume"].tolist() == [10.0, 12.5]


def test_star_means_every_row_or_any_part(tmp_path):
    assert changed(tmp_path, "demand[*].volume=1").instance["demand"]["volume"].tolist() == [1.0, 1.0]
    assert changed(tmp_path, "demand[France|*|2024|*].price=1").instance["demand"]["price"].tolist() == [1.0, 90.0]


def test_quoted_parts_are_literal(tmp_path):
    reading = changed(tmp_path, 'lanes[*|*|"*"|*].cost=9')
    assert reading.instance["lanes"]["cost"].tolist() == [9.0, 0.2]
    sheets = {"firms": [["firm"], ["us"], ['a|b "c" ] =']]}
    assert changed(tmp_path, 'firms["a|b ""c"" ] ="].home=no', sheets=sheets).instance["firms"]["home"][3] == "no"


def test_column_that_the_sheet_lacks_is_added(tmp_path):
    reading = changed(tmp_path, "lanes[China|France|*|sea].lead_days=30")
    assert reading.issues == []
    assert reading.instance["lanes"]["lead_days"].tolist() == [30.0, 0.0]
    assert reading.raw["lanes"]["lead_days"][2] == 30.0


def test_later_changes_win_and_empty_clears(tmp_path):
    reading = changed(tmp_path, "lines[S1|make].capacity=5", "lines[S1|make].capacity=7", "demand[*].penalty=")
    assert reading.instance["lines"]["capacity"].tolist() == [7.0]
    assert reading.instance["demand"]["penalty"].isna().all()


def test_row_number_where_there_is_no_key(tmp_path):
    assert changed(tmp_path, "duties[2].rate=0.3").instance["duties"]["rate"].tolist() == [0.3]
    assert "write the number of the row" in the_fault(changed(tmp_path, "duties[China].rate=0.3")).message
    assert "has no row 9" in the_fault(changed(tmp_path, "duties[9].rate=0.3")).message


@pytest.mark.parametrize(
    "written", ["settings[mip_gap].value=0.001", "settings[mip_gap]=0.001", " settings[ mip_gap ] = 0.001"]
)
def test_settings_in_both_forms(tmp_path, written):
    reading = changed(tmp_path, written)
    assert reading.issues == []
    assert reading.instance.settings["mip_gap"] == 0.001


def test_setting_without_a_row_or_a_sheet(tmp_path):
    reading = changed(tmp_path, "settings[seed]=7")
    assert reading.instance.settings["seed"] == 7
    assert reading.raw["settings"].iloc[-1].tolist() == ["seed", 7]
    assert changed(tmp_path, "settings[seed]=7", sheets={"settings": None}).instance.settings["seed"] == 7


def test_point_is_the_decimal_mark_on_the_command_line(tmp_path):
    assert changed(tmp_path, "demand[*].volume=1.234").instance["demand"]["volume"].tolist() == [1.234, 1.234]
    assert "may mean" in the_fault(changed(tmp_path, "lines[S1|make].capacity=1,234")).message


def test_text_stays_as_written(tmp_path):
    assert changed(tmp_path, "regions[China].bloc=1e5").instance["regions"]["bloc"][2] == "1e5"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("demnd[*].volume=1", ("no sheet `demnd`", "`demand`")),
        ("demand[*].volum=1", ("no column `volum`", "`volume`")),
        ("demand[Frnce|cell|2024|1].volume=1", ("no row", "region `Frnce`", "`France`")),
        ("demand[France|ore|2024|1].volume=1", ("no row", "item `ore`")),
        ("demand[France].volume=1", ("4 parts", "region|item|period|step")),
        ("demand.volume=1", ("cannot be understood", "sheet[key].column=value")),
        ("demand[*]=1", ("names no column",)),
        ("demand[*].volume", ("cannot be understood",)),
        ('demand["France|cell].volume=1', ("cannot be understood",)),
        ('demand["France"x|cell|2024|1].volume=1', ("cannot be understood",)),
        ("settings[mip_gapp]=1", ("no setting `mip_gapp`", "`mip_gap`")),
        ("settings[*]=1", ("no setting",)),
        ("settings[mip_gap].key=x", ("no column `key`",)),
        ("stocks[China|ore].initial=1", ("no rows in sheet `stocks`",)),
        ("", ("cannot be understood",)),
    ],
)
def test_changes_that_cannot_be_made(tmp_path, written, words):
    fault = the_fault(changed(tmp_path, written))
    assert (fault.sheet, fault.cell) == ("--set", "")
    assert f"`{written}`" in fault.message
    assert all(word in fault.message for word in words), fault.message


def test_changed_values_are_checked_and_named_by_their_text(tmp_path):
    faults = changed(tmp_path, "demand[*].volume=-1", "sites[S1].region=Chna", "settings[mip_gap]=7").faults
    assert says(faults, "--set!", "`demand[*].volume=-1`: demand.volume is -1 item/year", "of 0 or more")
    assert says(faults, "--set!", "`sites[S1].region=Chna`: sites.region `Chna`", "`China`")
    assert says(faults, "--set!", "(mip_gap) is 7 share", "from 0 to 1")
    assert len(faults) == 3


def test_change_may_heal_a_faulty_cell(tmp_path):
    sheets = {"lines": [*SOUND["lines"][:1], ["S1", "make", "many"]]}
    assert the_fault(changed(tmp_path, sheets=sheets)).cell == "C2"
    assert changed(tmp_path, "lines[S1|make].capacity=3", sheets=sheets).faults == []


def test_changes_apply_to_keys_too(tmp_path):
    fault = the_fault(changed(tmp_path, "demand[*].period=2024"))
    assert "is already in row 2" in fault.message


@pytest.mark.parametrize(
    ("written", "volumes"),
    [
        ("demand[*].volume x= 1.5", [15.0, 22.5]),
        ("demand[*].volume=x 1.5", [15.0, 22.5]),
        ("demand[*].volume*=150%", [15.0, 22.5]),
        ("demand[*].volume=150%", [15.0, 22.5]),
        ("demand[*].volume=+50 %", [15.0, 22.5]),
        ("demand[*].volume=-20%", [8.0, 12.0]),
        ("demand[*].volume -= 20%", [8.0, 12.0]),
        ("demand[*].volume += 5", [15.0, 20.0]),
        ("demand[*].volume-=5", [5.0, 10.0]),
        ("demand[France|cell|2029|1].volume=+5", [10.0, 5.0]),
        ("demand!E3=7", [10.0, 7.0]),
        ("demand!e2 x= 2", [20.0, 15.0]),
    ],
)
def test_relative_changes_and_cells(tmp_path, written, volumes):
    sheets = {
        "demand": [
            ["region", "item", "period", "price", "volume"],
            ["France", "cell", "2024", 90, 10],
            ["France", "cell", "2029", 90, 15],
        ]
    }
    reading = changed(tmp_path, written, sheets=sheets)
    assert reading.issues == []
    assert reading.instance["demand"]["volume"].tolist() == volumes


def test_relative_change_of_what_a_blank_cell_means(tmp_path):
    """Labour is 0 where it is blank; a default is what changes, and the next change goes on from there."""
    assert changed(tmp_path, "settings[discount_rate] x= 2").instance.settings["discount_rate"] == 0.14
    sheets = {
        "lanes": [
            ["origin", "destination", "item", "mode", "cost"],
            ["China", "France", "*", "sea", 0.2],
            ["China", "France", "cell", "sea", None],
        ]
    }
    reading = changed(tmp_path, "lanes[China|France|cell|sea].cost x= 3", sheets=sheets)
    assert reading.instance["lanes"]["cost"].tolist() == pytest.approx([0.2, 0.6])


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("sites[S1].region x= 2", ("sites.region holds text", "write =")),
        ("demand[*].volume x= many", ("`many` is not a number", "x 1.2")),
        ("demand[France|cell|2024|1].penalty x= 2", ("all these cells are blank", "write =")),
        ("duties[2].rate=20%", ("two ways", "0.2", "x 1.2", "+= 0.2")),
        ("duties[2].rate=-20 %", ("two ways", "x 0.8", "+= -0.2")),
        ("settings[time_limit] x= 2", ("the setting time_limit is blank",)),
        ("demand!Z2=7", ("demand!Z2 is in no column",)),
        ("demand!C99=7", ("nothing in row 99",)),
        ("settings!A2=7", ("not a value",)),
    ],
)
def test_relative_changes_that_cannot_be_made(tmp_path, written, words):
    fault = the_fault(changed(tmp_path, written))
    assert all(word in fault.message for word in words), fault.message


def test_rows_without_a_key_are_named_by_what_they_are_about(tmp_path):
    reading = changed(tmp_path, "duties[Asia|Europe|*].rate += 0.05")
    assert reading.instance["duties"]["rate"].tolist() == pytest.approx([0.15])


def test_a_change_that_by_period_overrides_is_said(tmp_path):
    """A value holds whatever the sheet says; a factor does not hide the change."""
    head = ["sheet", "key", "column", "from", "to", "value", "factor"]
    for value, factor, told in ((12, None, True), (None, 2, False)):
        sheets = {"by_period": [head, ["regions", "China", "wage", "2029", None, value, factor]]}
        reading = changed(tmp_path, "regions[*].wage x= 2", sheets=sheets)
        said = [issue for issue in reading.issues if issue.sheet == "--set"]
        assert bool(said) == told
        assert all("by_period!F2 says what regions.wage is in some periods" in issue.message for issue in said)
        assert not changed(tmp_path, "regions[France].wage x= 2", sheets=sheets).issues
