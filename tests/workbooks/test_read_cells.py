"""What single cells mean, without a workbook around them."""

import datetime
import math

import pandas as pd
import pytest

from planner.workbook.cells import CellError, convert_column, number, text, word
from planner.workbook.grid import letter
from planner.workbook.names import near, plain, trim
from planner_models.schema.columns import choice, reference
from planner_models.schema.columns import number as number_column
from planner_models.schema.columns import text as text_column


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", 12.0),
        ("-3", -3.0),
        ("\u22123", -3.0),
        ("1,5", 1.5),
        ("1.5", 1.5),
        ("1.", 1.0),
        (",5", 0.5),
        ("0,234", 0.234),
        ("0.234", 0.234),
        ("1234,567", 1234.567),
        ("1,2345", 1.2345),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234,567", 1234.567),
        ("-1,234,567", -1234567.0),
        ("1.234.567", 1234567.0),
        ("12 345", 12345.0),
        ("12 345,6", 12345.6),
        ("12\u00a0345.67", 12345.67),
        ("12\u202f345,678", 12345.678),
        ("1'234.5", 1234.5),
        ("1\u2019234\u2019567", 1234567.0),
        ("1e3", 1000.0),
        ("1,5E-3", 0.0015),
    ],
)
def test_text_with_one_reading_is_a_number(typed, value):
    assert number(typed) == value


@pytest.mark.parametrize("typed", ["1,234", "1.234", "-12,345", "+123.456", "999,999"])
def test_text_with_two_readings_is_refused_with_both(typed):
    with pytest.raises(CellError, match="may mean") as fault:
        number(typed)
    assert typed.lstrip("+").replace(",", ".") in str(fault.value)
    assert typed.lstrip("+").replace(",", "").replace(".", "") in str(fault.value)


@pytest.mark.parametrize(
    "typed",
    [
        *("5%", "n/a", "-", ".", "e5", "nan", "inf", "-inf", "€5", "1_000", "\u0663", "12,34,567", "1 23", "1 234 5"),
        *("1.2.3,4", "0x10", "1,234,56", "1,234.567.8", "1..2", "--1", "=1"),
    ],
)
def test_other_text_is_no_number(typed):
    with pytest.raises(CellError, match="write a number"):
        number(typed)


@pytest.mark.parametrize("value", ["1e400", "-1e400", math.inf, -math.inf, math.nan])
def test_numbers_are_finite(value):
    with pytest.raises(CellError, match="finite"):
        number(value)


@pytest.mark.parametrize(
    "value",
    [True, datetime.date(2024, 3, 1), datetime.datetime(2024, 3, 1, 6), datetime.time(6), datetime.timedelta(days=2)],
)
def test_truth_values_and_dates_are_no_numbers(value):
    with pytest.raises(CellError, match=r"write .*\(km\)"):
        number(value, "km")


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (2024.0, "2024"),
        (2024, "2024"),
        (0.1, "0.1"),
        (1e20, "1e+20"),
        (True, "TRUE"),
        (datetime.date(2024, 3, 1), "2024-03-01"),
        (datetime.datetime(2024, 3, 1), "2024-03-01"),
        (datetime.datetime(2024, 3, 1, 6, 30), "2024-03-01 06:30:00"),
        (" a  b\u00a0", "a  b"),
    ],
)
def test_text_of_any_value(value, meant):
    assert text(value) == meant


def test_words_in_any_case_and_truth_values():
    assert [word(cell, ("on", "off")) for cell in ("ON", True, False, "true")] == ["on", "on", "off", "on"]
    assert word(True, ("yes", "no")) == "yes"
    with pytest.raises(CellError, match="is `TRUE`: write cost or profit"):
        word(True, ("cost", "profit"))


def test_truth_values_and_ones_of_a_column_are_kept_apart():
    cells = convert_column(pd.Series([1.0, True, 0.0, False], dtype=object), number_column("length"))
    assert sorted(cells.faults) == [1, 3]
    assert cells.values[[0, 2]].tolist() == [1.0, 0.0]


def test_columns_are_converted_whole():
    numbers = convert_column(pd.Series([1.0, None, math.inf, 2.5, math.nan], dtype=object), number_column("length"))
    assert numbers.values.dtype == float
    assert list(numbers.faults) == [2, 4]
    words = convert_column(pd.Series(["Yes", None, "x"], dtype=object), choice("answer", ("yes", "no")))
    assert words.values.tolist() == ["yes", None, None]
    assert list(words.faults) == [2]


def test_adaptations_are_said_where_they_matter():
    cells = pd.Series([" a", "a", "\u00a0"], dtype=object)
    name = convert_column(cells, reference("region", "regions.region"))
    assert {sort: [position for position, _ in found] for sort, found in name.adapted.items()} == {
        "blanks": [0],
        "blank": [2],
    }
    assert convert_column(cells, text_column("a remark")).adapted == {}


def test_letters_of_columns():
    assert [letter(column) for column in (1, 26, 27, 52, 703, 16384)] == ["A", "Z", "AA", "AZ", "AAA", "XFD"]


def test_names():
    assert plain(" Lead-Days\u200b") == "lead_days"
    assert trim("\ufeff\u00a0x y\u200b ") == "x y"
    assert near("chna", ["China", "Chile", "France"]) == ["China"]
