"""Units and money of single rows: faults found by cell, and the same plan whatever units a workbook is written in."""

import re
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from planner.checks import demand, duties, magnitudes, money, options
from planner.checks.check import CHECKS, check
from planner.checks.rules import KINDS
from planner.cli.main import run
from planner.results.result_file import read_result_file
from planner.studies.comparison.inputs import input_changes
from planner.workbook.read import Reading, read_instance, read_tables
from planner.workbook.units import measures
from planner.workbook.units.figures import LIMITS
from planner.workbook.units.measures import UnitError, UnitWords, parse, parse_own_unit
from tests.solving import optimum
from tests.workbooks import books

TINY = Path(__file__).parents[2] / "instances" / "tiny.xlsx"

ROOMY: dict[str, books.Rows] = books.SOUND | {
    "settings": [["key", "value"], ["name", "small"], ["base_year", 2025], ["currency", "USD"]],
    "regions": [
        ["region", "wage", "energy_price", "grid_co2", "unit", "currency", "price_year"],
        ["China", 6, 0.08, 0.5],
        ["France", 40, 0.1, 0.1],
        ["Chile", 8, 0.12, 0.3],
        ["Japan", 30, 0.15, 0.4],
    ],
    "items": [
        ["item", "tier", "unit", "value", "mass", "currency"],
        ["ore", "upstream", "kt", 1.5, 1000],
        ["cell", "midstream", "GWh", 50, 5000],
    ],
    "processes": [["process", "tier", "energy", "other_cost", "unit"], ["make", "midstream", 1e7, 20]],
    "sites": [
        ["site", "region", "firm", "opening_cost", "fixed_cost", "unit", "currency"],
        ["S1", "China", "us", None, 5],
    ],
    "options": [
        ["site", "process", "option", "size", "capex", "life", "unit", "currency"],
        ["S1", "make", "small", 5, 100, 20],
        ["S1", "make", "middle", 10, 180, 20],
        ["S1", "make", "large", 20, 320, 20],
    ],
    "lanes": [
        ["origin", "destination", "item", "cost", "capacity", "lead_days", "unit", "currency", "price_year", "mode"],
        ["China", "France", None, 0.1, None, 30],
        ["Chile", "China", "ore", 0.02, 500, 20],
    ],
    "duties": [["origin", "destination", "item", "rate", "unit"], ["China", "France", "*", 0.1]],
    "demand": [
        ["region", "item", "period", "volume", "price", "penalty", "unit", "currency", "price_year", "step"],
        ["France", "cell", "2024", 10, 100],
        ["France", "cell", "2029", 20, 90],
    ],
    "recipes": [["process", "item", "quantity", "unit"], ["make", "ore", -2], ["make", "cell", 1]],
    "exchange_rates": [["currency", "year", "rate"], ["EUR", 2025, 1.1], ["GBP", 2030, 1.3]],
    "deflators": [["currency", "year", "index"], ["USD", 2025, 120], ["USD", 2020, 100], ["EUR", 2025, 115]],
}
"""A sound workbook with a column for units in its sheets."""

FAULTS: list[tuple[str, str, dict[str, Any], str, str]] = [
    # a unit of another dimension
    ("energy for an hour", "regions", {"C2": None, "E2": "EUR/kWh"}, "E2", "`wage` is in USD/h"),
    ("mass of an energy", "demand", {"G2": "t; USD/GWh"}, "G2", "`volume` is in GWh/year"),
    ("energy of a mass", "lanes", {"G3": "capacity: MWh/year"}, "G3", "`capacity` is in kt/year"),
    ("quantity for money", "options", {"G2": "capex: GWh"}, "G2", "`capex` is in million USD"),
    ("weight for energy", "processes", {"E2": "energy: kg/activity"}, "E2", "`energy` is in kWh/activity"),
    ("power for energy", "demand", {"G2": "volume: MW"}, "G2", "`volume` is in GWh/year"),
    ("money for time", "options", {"G2": "life: USD"}, "G2", "`life` is in year"),
    ("working hours of a month", "regions", {"E2": "wage: EUR/month"}, "E2", "how many hours are worked"),
    # unknown or with several meanings
    ("letter case", "processes", {"E2": "energy: kwh/activity"}, "E2", "write kWh"),
    ("milli", "processes", {"E2": "energy: mWh/activity"}, "E2", "write MWh"),
    ("no unit at all", "demand", {"G2": "volume: heaps"}, "G2", "`heaps` is not a known unit"),
    ("three tons", "lanes", {"G3": "capacity: tons/year"}, "G3", "several meanings"),
    ("thousand or tera", "options", {"G2": "capex: TEUR"}, "G2", "write thousand EUR"),
    ("roman or double mega", "options", {"G2": "capex: MM USD"}, "G2", "million, or thousand"),
    ("which dollar", "demand", {"G2": "price: $/GWh"}, "G2", "several currencies"),
    ("which of two figures", "regions", {"E2": "EUR/h"}, "E2", "whether `energy_price` is in `EUR/h` too"),
    ("which of three figures", "demand", {"G2": "MWh"}, "G2", "whether `price` is in `MWh` too"),
    ("two units for one", "demand", {"G2": "price: EUR/GWh; price: USD/GWh"}, "G2", "two units"),
    ("a figure that is not there", "demand", {"G2": "prize: EUR/GWh"}, "G2", "did you mean `price`"),
    ("a figure that is blank", "demand", {"G2": "penalty: EUR/GWh"}, "G2", "cell is blank"),
    ("a number for a unit", "demand", {"G2": 1000}, "G2", "is a number"),
    # money
    ("no such currency", "sites", {"G2": "EURO"}, "G2", "did you mean `EUR`"),
    ("no rate at all", "demand", {"G2": "price: CHF/GWh"}, "G2", "`CHF` has no exchange rate"),
    ("no rate of that year", "sites", {"G2": "GBP"}, "G2", "no rate of GBP for 2025 (it has 2030)"),
    ("rate of 0", "exchange_rates", {"A2": "NOK", "C2": 0}, "C2", "write a number above 0"),
    ("no rate", "exchange_rates", {"A2": "SEK", "C2": None}, "C2", "is blank"),
    ("index below 0", "deflators", {"A2": "NOK", "C2": -1}, "C2", "write a number above 0"),
    ("no index of that year", "demand", {"I2": 2010}, "I2", "no index of USD for 2010 (it has 2020, 2025)"),
    ("no index of that currency", "demand", {"H2": "EUR", "I2": 2020}, "I2", "no index of EUR for 2020"),
    ("no year", "demand", {"I2": 12.5}, "I2", "whole number"),
    ("two currencies", "demand", {"G2": "price: EUR/GWh", "H2": "USD"}, "H2", "correct one"),
    ("currency without money", "lanes", {"D3": None, "H3": "EUR"}, "H3", "no amount of money"),
    ("year without money", "lanes", {"D3": None, "I3": 2020}, "I3", "no amount of money"),
    # figures without a dimension
    ("money for a share", "duties", {"E2": "USD"}, "E2", "`rate` is in share"),
    ("unit of nothing", "lanes", {"D2": None, "F2": None, "G2": "day"}, "G2", "are blank"),
]
"""What is wrong, the sheet and its cells, the cell that is named and words of the message."""

SIZES: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("capex in dollars", "options", {"E2": 100e6}, "E2", "millions"),
    ("wage per month", "regions", {"B3": 4500}, "B3", "per month"),
    ("price per MWh", "regions", {"C3": 80}, "C3", "per MWh"),
    ("grams for kilograms", "regions", {"D2": 500}, "D2", "g/kWh"),
    ("freight in dollars", "lanes", {"D3": 20000}, "D3", "the value of what"),
    ("fixed cost in dollars", "sites", {"E2": 5e6}, "E2", "all markets"),
    ("hours under way", "lanes", {"F2": 720}, "F2", "in hours"),
    ("mass in grams", "items", {"E2": 1e9}, "E2", "does not fit the unit"),
    ("share in percent", "duties", {"D2": 10}, "D2", ""),
]
"""Figures in another unit without a word: seen by their size, and remarked on."""


KEYS = {"regions": "A", "items": "A", "processes": "A", "sites": "A", "options": "C", "lanes": "J", "demand": "J"}
"""Columns in which rows of a sheet are told apart."""


def put(rows: books.Rows, cell: str, value: Any) -> None:
    column, row = ord(cell[0]) - 65, int(cell[1:]) - 1
    rows[row] += [None] * (column + 1 - len(rows[row]))
    rows[row][column] = value


def with_cells(path: Path, sheet: str, cells: dict[str, Any]) -> Path:
    """The workbook with some cells changed."""
    rows = {name: [list(row) for row in lines] for name, lines in ROOMY.items()}
    for cell, value in cells.items():
        put(rows[sheet], cell, value)
    return books.write(path / "units.xlsx", rows)


def seed(
    path: Path, faults: list[tuple[str, str, dict[str, Any], str, str]]
) -> tuple[Path, dict[tuple[str, str], str]]:
    """A workbook with a row more for each fault; and what is to be said about which cell."""
    rows = {name: [list(row) for row in lines] for name, lines in ROOMY.items()}
    expected = {}
    for name, sheet, cells, cell, words in faults:
        rows[sheet].append(list(ROOMY[sheet][int(cell[1:]) - 1]))
        last = len(rows[sheet])
        key = {KEYS[sheet]: name} if sheet in KEYS else {}
        for place, value in {column + "0": value for column, value in key.items()}.items() | cells.items():
            put(rows[sheet], f"{place[0]}{last}", value)
        expected[sheet, f"{cell[0]}{last}"] = words
    return books.write(path / "seeded.xlsx", rows), expected


def test_thirty_faults_of_units_are_found_each_at_its_cell(tmp_path):
    path, expected = seed(tmp_path, FAULTS)
    assert len(expected) == len(FAULTS) >= 30
    said: dict[tuple[str, str], list[str]] = {}
    for issue in read_instance(path).faults:
        said.setdefault((issue.sheet, issue.cell), []).append(issue.message)
    assert said.keys() == expected.keys()
    for place, words in expected.items():
        assert len(said[place]) == 1, said[place]
        assert words in said[place][0], place


SIZE_CHECKS = [
    rule for module in (magnitudes, options, demand, duties) for rule in vars(module).values() if rule in CHECKS
]


@pytest.mark.slow
def test_figures_of_another_unit_are_remarked_on_by_their_size(tmp_path):
    sound = {
        issue.message for rule in SIZE_CHECKS for issue in rule(read_instance(with_cells(tmp_path, "regions", {})))
    }
    assert not sound
    path, expected = seed(tmp_path, SIZES)
    reading = read_instance(path)
    assert reading.faults == []
    issues = [issue for rule in SIZE_CHECKS for issue in rule(reading)]
    for (sheet, cell), words in expected.items():
        assert books.says(issues, f"{sheet}!{cell}", words), (sheet, cell, issues)


def test_prices_and_needs_are_compared_with_what_things_are_worth(tmp_path):
    reading = read_instance(with_cells(tmp_path, "demand", {"E2": 100e6, "E3": 90e6}))
    assert books.says(list(demand.prices_are_near_values(reading)), "demand!E2", "millions")
    reading = read_instance(with_cells(tmp_path, "processes", {"C2": 1e12}))
    assert books.says(list(magnitudes.costs_are_in_proportion(reading)), "processes!C2", "the value of what")


def test_the_own_currency_has_no_rate(tmp_path):
    reading = read_instance(with_cells(tmp_path, "exchange_rates", {"A2": "USD"}))
    assert books.says(list(money.own_currency_has_no_rate(reading)), "exchange_rates!C2", "must be 1")


def test_rates_that_nothing_uses_are_remarked_on(tmp_path):
    reading = read_instance(with_cells(tmp_path, "regions", {}))
    said = list(money.rates_are_of_use(reading))
    assert [(issue.sheet, issue.severity) for issue in said] == [
        ("exchange_rates", "warning"),
        ("deflators", "warning"),
    ]


HOSTILE = (
    "m**9999999", "m^9^9^9", "9**9**9**9", "1e999999 kWh", "k" * 30000, "(" * 500, "/" * 60, "EUR/" * 15, "=1+1",
    "=cmd|' /C calc'!A0",
    "__import__('os')", "{0}", "%s%s%n", "\u202eEUR", "ℏ", "㎏㎏㎏", "\U0001f4a5", "0 t",
    "EUR//h", "-t", "EUR/-1", "١٢٣", ";;;;", ":", "price:", ": EUR", "µg", "kWh\nMWh", "nan", "inf t", "delta_degC",
    "pi", "e", "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0",
)  # fmt: skip


def test_hostile_units_are_faults_or_nothing_at_once(tmp_path):
    rows = [["region", "item", "period", "volume", "step", "unit"]]
    rows += [["France", "cell", "2024", 10, f"step {number}", unit] for number, unit in enumerate(HOSTILE)]
    began = time.monotonic()
    reading = read_instance(books.write(tmp_path / "hostile.xlsx", ROOMY | {"demand": rows}))
    assert time.monotonic() - began < 10
    named = {issue.cell for issue in reading.faults if issue.sheet == "demand"}
    harmless = {f"F{number}" for number, unit in enumerate(HOSTILE, 2) if unit == ";;;;"}
    assert named == {f"F{number}" for number in range(2, len(rows) + 1)} - harmless
    assert all(len(issue.message) < 600 for issue in reading.faults)


@pytest.mark.parametrize(
    ("text", "size", "powers"),
    [
        ("EUR/MWh", 1e-6, {"money": 1, "energy": -1}),
        ("€ per kWh", 1e-3, {"money": 1, "energy": -1}),
        ("million EUR/year", 1e6 / 31536000, {"money": 1, "time": -1}),
        ("kEUR", 1e3, {"money": 1}),
        ("kt", 1e9, {"mass": 1}),
        ("t CO2/GWh", 1e-3, {"mass": 1, "energy": -1}),
        ("thousand", 1e3, {"count": 1}),
        ("EUR/thousand", 1e-3, {"money": 1, "count": -1}),
        ("m²", 1.0, {"length": 2}),
        ("%", 0.01, {}),
        ("g/tkm", 1e-9, {"length": -1}),
    ],
)
def test_units_are_taken_apart(text, size, powers):
    found = parse(text, UnitWords(frozenset({"EUR"})))
    assert (found.size, dict(found.powers)) == (pytest.approx(size), powers)


@pytest.mark.parametrize(
    ("text", "size", "powers"),
    [
        ("kt LCE contained", 1e9, {"mass": 1}),
        ("GWh of cells", 1e9, {"energy": 1}),
        ("k vehicles", 1e3, {"count": 1}),
        ("million m2", 1e6, {"length": 2}),
        ("1000 t", 1e9, {"mass": 1}),
    ],
)
def test_own_units_of_items_are_taken_apart(text, size, powers):
    found, _ = parse_own_unit(text)
    assert (found.size, dict(found.powers)) == (pytest.approx(size), powers)


def test_an_own_unit_with_two_meanings_is_not_guessed():
    with pytest.raises(UnitError):
        parse_own_unit("Mm2")


def test_limits_of_rules_are_in_the_units_that_the_checks_say():
    names = {"months": "month"}
    for name, unit in LIMITS.items():
        assert unit == names.get(KINDS[name].unit, KINDS[name].unit) or unit == "share", name


def test_figures_of_other_rows_are_in_their_units(tmp_path):
    """A row of by_period without a unit is in that of the figure it is about; where those differ it has to say."""
    by_period: books.Rows = [
        ["sheet", "key", "column", "from", "value", "unit"],
        ["regions", "China", "wage", "2029", 7.2],
    ]
    units = {"regions": [[*row, *[None] * (5 - len(row))][:5] for row in ROOMY["regions"]]}
    units["regions"][1] = ["China", 6, None, 0.5, "EUR/h"]
    same = read_instance(books.write(tmp_path / "a.xlsx", ROOMY | units | {"by_period": by_period}))
    assert same.faults == []
    assert same.instance["by_period"]["value"].tolist() == [pytest.approx(7.2 * 1.1)]
    by_period[1][1] = "*"
    differing = read_instance(books.write(tmp_path / "b.xlsx", ROOMY | units | {"by_period": by_period}))
    assert books.says(differing.faults, "by_period!F2", "different units")
    by_period[1].append("EUR/h")
    said = read_instance(books.write(tmp_path / "c.xlsx", ROOMY | units | {"by_period": by_period}))
    assert said.faults == []
    assert said.instance["by_period"]["value"].tolist() == [pytest.approx(7.2 * 1.1)]


def test_amounts_are_deflated_and_then_exchanged(tmp_path):
    """90 EUR of 2020 are 90 x 115 / 100 in prices of 2025, at 1.1 USD each."""
    rates = ROOMY["deflators"] + [["EUR", 2020, 100]]
    path = books.write(
        tmp_path / "money.xlsx",
        ROOMY
        | {
            "deflators": rates,
            "demand": [ROOMY["demand"][0], ["France", "cell", "2024", 10, 90, None, None, "EUR", 2020]],
        },
    )
    reading = read_instance(path)
    assert reading.faults == []
    assert reading.instance["demand"]["price"].tolist() == [pytest.approx(90 * 1.15 * 1.1)]
    assert str(reading.conversions["demand", 2, "price"]) == "90 million EUR/GWh in prices of 2020"
    changed = read_instance(path, ["settings[price_year]=2020", "exchange_rates[EUR|2025].year=2020"])
    assert changed.instance["demand"]["price"].tolist() == [pytest.approx(90 * 1.1)]


def test_messages_quote_what_is_written(tmp_path):
    path = with_cells(tmp_path, "lanes", {"F2": -48, "G2": "lead_days: h"})
    (fault,) = read_instance(path).faults
    assert (fault.sheet, fault.cell) == ("lanes", "F2")
    assert "is -2 day" in fault.message
    assert "(written there: -48 h)" in fault.message


def test_a_misspelt_column_of_units_is_a_fault(tmp_path):
    (fault,) = read_instance(with_cells(tmp_path, "demand", {"G1": "units", "G2": "price: EUR/GWh"})).faults
    assert (fault.sheet, fault.cell) == ("demand", "G1")
    assert "rename it to `unit`" in fault.message


def test_changes_are_in_the_unit_of_the_row(tmp_path):
    path = with_cells(tmp_path, "demand", {"G2": "volume: MWh", "D2": 10000})
    assert read_instance(path).instance["demand"]["volume"].tolist() == [10, 20]
    changed = read_instance(path, ["demand[France|cell|2024|1].volume=12000"])
    assert changed.instance["demand"]["volume"].tolist() == [12, 20]
    other = read_instance(path, ["demand[France|cell|2024|1].unit=volume: kWh"])
    assert other.instance["demand"]["volume"].tolist() == [0.01, 20]


def test_workbooks_without_units_do_without_pint(monkeypatch):
    """It takes as long to import as a small workbook to check."""
    measures._registry.cache_clear()
    monkeypatch.setitem(sys.modules, "pint", None)
    assert check(read_instance(TINY)) == []
    measures._registry.cache_clear()


RATE = 1.25
"""USD for one EUR."""


class Rewriter:
    """A copy of a workbook in which every figure of some sheets is multiplied, and its unit written."""

    def __init__(self) -> None:
        self.book = openpyxl.load_workbook(TINY)

    def column(self, sheet: Worksheet, name: str) -> int:
        for cell in sheet[1]:
            if cell.value == name:
                return int(cell.column)
        sheet.cell(1, sheet.max_column + 1, name)
        return int(sheet.max_column)

    def rewrite(self, name: str, figures: dict[str, tuple[float, str]], unit: str = "", **money: Any) -> None:
        """Multiply columns; their units are written one by one, or as `unit`."""
        sheet = self.book[name]
        for row in range(2, sheet.max_row + 1):
            units = []
            for column, (factor, of) in figures.items():
                cell = sheet.cell(row, self.column(sheet, column))
                if isinstance(cell.value, int | float):
                    cell.value *= factor
                    units.append(f"{column}: {of}")
            if units:
                cell = sheet.cell(row, self.column(sheet, "unit"))
                said = unit or "; ".join(part for part in units if not part.endswith(": "))
                cell.value = f"{cell.value}; {said}" if name == "items" else said or None
                for column, value in money.items():
                    sheet.cell(row, self.column(sheet, column), value)


def write_in_euros(path: Path) -> Path:
    """Tiny in EUR, kWh, tonnes, pieces, hours, months and percent."""
    tiny = Rewriter()
    euros = 1e6 / RATE
    tiny.rewrite("regions", {"wage": (1 / RATE, ""), "energy_price": (1e3 / RATE, "")}, "EUR/h; EUR/MWh")
    tiny.rewrite("items", {"value": (euros, "EUR/item"), "mass": (1e3, "kg/item")})
    tiny.rewrite(
        "processes",
        {"labour": (60, "min/activity"), "energy": (1e-3, "MWh/activity"), "other_cost": (euros, "EUR/activity")},
    )
    recipes = tiny.book["recipes"]
    for row in range(2, 7):
        factor, unit = {"ore": (1e3, "t"), "cell": (1e6, "kWh/activity"), "vehicle": (1e3, "vehicles")}[
            str(recipes.cell(row, 2).value)
        ]
        recipes.cell(row, 3).value *= factor
        recipes.cell(row, tiny.column(recipes, "unit"), unit)
    tiny.rewrite("sites", {"opening_cost": (euros, ""), "fixed_cost": (euros, "")}, "EUR")
    tiny.rewrite(
        "lines",
        {
            "capacity": (1e-3, "thousand activities/year"),
            "fixed_cost": (euros / 12, "EUR/month"),
            "unit_cost": (euros, "EUR/activity"),
        },
    )
    tiny.rewrite(
        "options",
        {
            "size": (1e-3, "thousand activities/year"),
            "capex": (1e3 / RATE, "kEUR"),
            "fixed_cost": (euros, "EUR/year"),
            "life": (12, "month"),
        },
    )
    tiny.rewrite("lanes", {"cost": (1 / RATE, ""), "lead_days": (24, "h")}, currency="EUR")
    tiny.rewrite("duties", {"rate": (100, "%")})
    tiny.rewrite("demand", {"price": (1e3 / RATE, ""), "volume": (1e3, "")}, "EUR/vehicle; vehicles")
    settings = tiny.book["settings"]
    for row in range(2, settings.max_row + 1):
        if settings.cell(row, 1).value == "discount_rate":
            settings.cell(row, 2).value *= 100
            settings.cell(row, tiny.column(settings, "unit"), "%/year")
    write_rows(tiny.book["exchange_rates"], [{"currency": "EUR", "year": 2025, "rate": RATE}])
    tiny.book.save(path)
    return path


def write_rows(sheet: Worksheet, rows: list[dict[str, Any]]) -> None:
    """Fill a sheet below its header."""
    place = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, 2):
        for name, value in row.items():
            sheet.cell(number, place[name], value)


def write_in_prices_of_2015(path: Path) -> Path:
    """Tiny in prices of 2015, when money was worth a quarter more, and with activities given by what they make."""
    tiny = Rewriter()
    old: dict[str, Any] = {"price_year": 2015}
    tiny.rewrite("regions", {"wage": (0.8, ""), "energy_price": (0.8, "")}, **old)
    tiny.rewrite("items", {"value": (0.8, "million USD/item")}, **old)
    tiny.rewrite("processes", {"other_cost": (0.8, "")}, **old)
    tiny.rewrite("sites", {"opening_cost": (0.8, ""), "fixed_cost": (0.8, "")}, **old)
    tiny.rewrite("lines", {"capacity": (1, ""), "fixed_cost": (0.8, ""), "unit_cost": (0.8, "")}, **old)
    tiny.rewrite("options", {"capex": (0.8, ""), "fixed_cost": (0.8, "")}, **old)
    tiny.rewrite("lanes", {"cost": (0.8, "")}, **old)
    tiny.rewrite("demand", {"price": (0.8, "")}, **old)
    sizes, capacities = tiny.book["options"], tiny.book["lines"]
    for row in range(2, 4):
        sizes.cell(row, 4).value *= 1e3
        sizes.cell(row, tiny.column(sizes, "unit"), "size: MWh")
    for row, unit in ((2, "t/year"), (3, "MWh/year"), (5, "vehicles/year")):
        capacities.cell(row, 3).value *= 1e3
        capacities.cell(row, tiny.column(capacities, "unit"), f"capacity: {unit}")
    capacities.cell(4, tiny.column(capacities, "price_year")).value = None  # a row without money
    indices = [{"currency": "USD", "year": year, "index": index} for year, index in ((2015, 100), (2025, 125))]
    write_rows(tiny.book["deflators"], indices)
    tiny.book.save(path)
    return path


def ensure_same(reading: Reading) -> None:
    """The instance is tiny's, figure by figure, and nothing is wrong with it."""
    plain = read_instance(TINY).instance
    assert [str(issue) for issue in check(reading)] == []
    for sheet, table in plain.tables.items():
        for name in table if sheet not in ("exchange_rates", "deflators") else ():
            given, wanted = reading.instance.tables[sheet][name].tolist(), table[name].tolist()
            assert given == (pytest.approx(wanted, 1e-12, nan_ok=True) if table[name].dtype == float else wanted), name


def test_a_workbook_in_prices_of_another_year_has_the_same_plan(tmp_path):
    reading = read_instance(write_in_prices_of_2015(tmp_path / "old.xlsx"))
    ensure_same(reading)
    assert len(reading.conversions) > 20
    assert optimum(reading.instance) == pytest.approx(4535.2, rel=1e-9)


@pytest.mark.slow
def test_a_workbook_in_other_units_has_the_same_plan_and_the_result_says_so(tmp_path):
    other, result = write_in_euros(tmp_path / "euros.xlsx"), tmp_path / "result.xlsx"
    ensure_same(read_instance(other))
    assert run(["solve", str(other), "-o", str(result), "--gap", "0"]) == 0
    tables = read_tables(result)
    run_facts = tables["run"].set_index("key")["seal"]
    assert float(run_facts["objective"]) == pytest.approx(4535.2, rel=1e-9)
    assert run_facts["converted figures"] == str(len(tables["conversions"]))
    capex = tables["conversions"].set_index(["sheet", "cell"]).loc[("options", "E2")]
    assert capex[["unit", "base_unit", "figure"]].tolist() == ["kEUR", "million USD", 122]
    assert capex["written"] == pytest.approx(97600)
    plain, found = read_result_file(TINY, "tiny"), read_result_file(result, "euros")
    assert found.seal == "fits"
    heeded = [row for row in input_changes(plain, found) if row["difference"] != "remark"]
    assert [(row["sheet"], row["difference"]) for row in heeded] == [("exchange_rates", "row added")]


def test_comparisons_show_figures_as_they_are_written(tmp_path):
    paths = [
        with_cells(tmp_path, "demand", {"G2": f"volume: {unit}", "D2": volume}).rename(tmp_path / f"{unit}.xlsx")
        for unit, volume in (("MWh", 10000), ("kWh", 12e6))
    ]
    changes = input_changes(*(read_result_file(path, path.stem) for path in paths))
    (volume,) = (row for row in changes if row["difference"] == "value")
    assert (volume["before"], volume["after"]) == ("10000 MWh = 10 GWh/year", "12000000 kWh = 12 GWh/year")


@pytest.mark.slow
def test_the_example_of_the_manual_runs_as_it_is_written(tmp_path, monkeypatch, capsys):
    """Its commands are in a block; the plan costs what that of tiny does."""
    page = (TINY.parents[1] / "docs" / "UNITS.md").read_text("utf-8")
    (block,) = re.findall(r"```bash\n(.*?)```", page, re.DOTALL)
    (tmp_path / "results").mkdir()
    (tmp_path / "instances").symlink_to(TINY.parent)
    monkeypatch.chdir(tmp_path)
    for line in block.splitlines():
        assert run(shlex.split(line)[1:]) == 0, line
    capsys.readouterr()
    facts = read_tables(tmp_path / "results" / "vehicles.xlsx")["run"].set_index("key")["seal"]
    assert float(facts["objective"]) == pytest.approx(4535.2, rel=1e-9)
    assert "4,535.2" in page
