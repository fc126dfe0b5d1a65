"""The settings sheet: every value of its own kind, every fault at its cell."""

import datetime

import pytest

from tests.workbooks.books import read, says, the_fault


def settings(tmp_path, *rows):
    return read(tmp_path, {"settings": [["key", "value"], *rows]})


def test_kinds(tmp_path):
    reading = settings(
        tmp_path,
        ["Name", 2024],
        ["threads", 2.0],
        ["rules", True],
        ["policies", False],
        ["objective", "PROFIT"],
        ["seed", None],
    )
    assert reading.issues == []
    chosen = reading.instance.settings
    assert chosen["name"] == "2024"
    assert chosen["threads"] == 2
    assert isinstance(chosen["threads"], int)
    assert (chosen["rules"], chosen["policies"], chosen["objective"], chosen["seed"]) == ("on", "off", "profit", 0)
    assert reading.raw["settings"]["value"].tolist() == ["2024", 2, "on", "off", "profit", None]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("mip_gap", "x", ('the text "x"', "write a number (share)")),
        ("mip_gap", 2, ("2 share", "from 0 to 1")),
        ("mip_gap", "0,0050", None),
        ("threads", 1.5, ("1.5", "whole number")),
        ("base_year", datetime.date(2025, 1, 1), ("date", "write one (year)")),
        ("objective", "both", ("write cost or profit",)),
        ("scale", "of", ("write on or off", "`off`")),
        ("time_limit", 0, ("above 0",)),
        ("discount_rate", True, ("TRUE", "(1/year)")),
        ("risk_weight", -1, ("0 or more",)),
        ("risk_weight", 0.5, None),
    ],
)
def test_wrong_values(tmp_path, key, value, words):
    reading = settings(tmp_path, ["name", "x"], [key, value])
    if words is None:
        assert reading.faults == []
    else:
        fault = the_fault(reading)
        assert (fault.sheet, fault.cell) == ("settings", "B3")
        assert all(word in fault.message for word in (f"({key})", *words)), fault.message


def test_unknown_repeated_and_blank_keys(tmp_path):
    faults = settings(tmp_path, ["mipgap", 1], ["seed", 1], ["Seed", 2], [None, 3], ["?", 1]).faults
    assert says(faults, "settings!A2", "not a setting", "`mip_gap`")
    assert says(faults, "settings!A4", "is already in row 3")
    assert says(faults, "settings!A5", "is blank")
    assert says(faults, "settings!A6", "write one of name, currency")
    assert len(faults) == 4


def test_missing_sheet_and_missing_columns(tmp_path):
    assert read(tmp_path, {"settings": None}).issues == []
    assert says(read(tmp_path, {"settings": [["value"], [1]]}).faults, "settings!B1", "`key` is missing")
    assert says(read(tmp_path, {"settings": [["key"], ["seed"]]}).faults, "settings!B1", "`value` is missing")
