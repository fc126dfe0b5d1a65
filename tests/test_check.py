"""Business checks: each rule is broken once in a sound workbook, and must name the cell and nothing else.

The sound chain: a mine in North makes ore, a smelter in South makes two metal from three ore; South wants 100 metal a
year in 2025 and 2030. The smelter needs 150 ore for it; both lines have room to spare.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import openpyxl
import pytest

from planner.checks import Check
from planner.checks.check import CHECKS, check
from planner.issues import Issue
from planner.workbook.read import read_instance
from planner_models.instance import Instance, instance
from planner_models.schema import INPUTS, SETTINGS, meta

Tables = dict[str, list[dict[str, Any]]]


@dataclass
class Sheets:
    """Stands for a reading whose sheets hold all declared columns in declared order."""

    instance: Instance
    issues: list[Issue] = field(default_factory=list)
    conversions: dict[tuple[str, int, str], Any] = field(default_factory=dict)

    def cell(self, sheet: str, row: int, column: str) -> str:
        place = list(INPUTS[sheet].columns).index(column)
        return f"{chr(ord('A') + place)}{row}"

    def setting_cell(self, key: str) -> str:
        return f"B{2 + list(SETTINGS).index(key)}"

    def quote_written(self, issues: list[Issue]) -> list[Issue]:
        return issues


def sound() -> Tables:
    """The sound chain; rows of each sheet are numbered from 2."""
    return {
        "periods": [{"period": "2025", "years": 5}, {"period": "2030", "years": 5}],
        "regions": [
            {"region": "North", "bloc": "Union", "latitude": 50, "longitude": 0},
            {"region": "South", "bloc": "League", "latitude": 0, "longitude": 0},
        ],
        "items": [
            {"item": "ore", "tier": "upstream", "unit": "kt", "value": 1, "mass": 1000},
            {"item": "metal", "tier": "midstream", "unit": "kt", "value": 5, "mass": 1000},
        ],
        "processes": [{"process": "mining", "tier": "upstream"}, {"process": "smelting", "tier": "midstream"}],
        "recipes": [
            {"process": "mining", "item": "ore", "quantity": 1},
            {"process": "smelting", "item": "ore", "quantity": -3},
            {"process": "smelting", "item": "metal", "quantity": 2},
        ],
        "firms": [{"firm": "us"}, {"firm": "them", "home": "no"}],
        "sites": [
            {"site": "pit", "region": "North", "firm": "them"},
            {"site": "works", "region": "South", "firm": "us"},
        ],
        "lines": [
            {"site": "pit", "process": "mining", "capacity": 400},
            {"site": "works", "process": "smelting", "capacity": 60},
        ],
        "options": [{"site": "works", "process": "smelting", "option": "small", "size": 10, "lead_periods": 1}],
        "lanes": [{"origin": "North", "destination": "South", "item": "*", "cost": 0.1}],
        "duties": [{"origin": "Union", "destination": "League", "item": "ore", "rate": 0.1}],
        "demand": [
            {"region": "South", "item": "metal", "period": period, "price": 8, "volume": 100}
            for period in ("2025", "2030")
        ],
    }


def share_tables(case: Instance, other: Instance) -> Instance:
    """The instance with the tables of another where they say the same: checks that read no others are recalled."""
    same = {sheet: frame for sheet, frame in other.tables.items() if frame.equals(case.tables[sheet])}
    return replace(case, tables={**case.tables, **same})


SOUND = instance(sound())


def found(tables: Tables, **settings: Any) -> list[Issue]:
    return check(Sheets(share_tables(instance(tables, **settings), SOUND)))  # type: ignore[arg-type]


def places(issues: list[Issue]) -> list[tuple[str, str, str]]:
    return [(issue.severity, issue.sheet, issue.cell) for issue in issues]


def test_sound_chain_has_no_issue():
    assert found(sound()) == []


def test_every_check_has_a_name_and_a_sentence():
    assert len({rule.__name__ for rule in CHECKS}) == len(CHECKS)
    assert all(rule.__doc__ for rule in CHECKS)


Change = Callable[[Tables], object]
"""What breaks the sound chain, in place."""


def put(sheet: str, row: int, **cells: Any) -> Change:
    """Write into a row of a sheet, numbered as in the workbook."""
    return lambda tables: tables[sheet][row - 2].update(cells)


def add(sheet: str, *entries: dict[str, Any]) -> Change:
    return lambda tables: tables.setdefault(sheet, []).extend(entries)


def drop(sheet: str, row: int) -> Change:
    return lambda tables: tables[sheet].pop(row - 2)


def both(*changes: Change) -> Change:
    return lambda tables: [change(tables) for change in changes]


MINE_AT_HOME = {"site": "dig", "region": "South", "firm": "us"}
SCRAP = {"item": "scrap", "tier": "upstream", "mass": 1, "value": 1}

BROKEN: list[tuple[str, Change, dict[str, Any], list[tuple[str, str, str]], str]] = [
    # recipes
    (
        "recipe makes nothing",
        put("recipes", 4, quantity=-2),
        {},
        [("error", "recipes", "C3"), ("error", "demand", "B2"), ("error", "lines", "B3")],
        "makes nothing",
    ),
    ("quantity of 0", add("recipes", {"process": "mining", "item": "metal", "quantity": 0}), {},
     [("warning", "recipes", "C5")], "neither makes nor uses"),
    ("line without recipe", both(add("processes", {"process": "casting", "tier": "midstream"}),
                                 add("lines", {"site": "works", "process": "casting", "capacity": 1})), {},
     [("error", "lines", "B4")], "no recipe"),
    ("process without recipe and line", add("processes", {"process": "casting", "tier": "midstream"}), {},
     [("warning", "processes", "A4")], "neither a recipe nor a line"),
    # reach
    ("no lane to the works", drop("lanes", 2), {},
     [("error", "demand", "B2"), ("error", "lines", "B3"), ("warning", "duties", "A2")], "no lane|cannot get"),
    ("nothing makes it", both(add("items", SCRAP), add("demand", {
        "region": "South", "item": "scrap", "period": "2025", "volume": 1})), {},
     [("error", "demand", "B4")], "nothing makes `scrap`"),
    ("market no lane leads to", add("demand", {"region": "North", "item": "metal", "period": "2025", "volume": 1}), {},
     [("error", "demand", "B4")], "no lane leads there"),
    ("market no lane leads to, at a penalty",
     add("demand", {"region": "North", "item": "metal", "period": "2025", "volume": 1, "penalty": 5}), {},
     [("warning", "demand", "B4")], "no lane leads there.*its penalty is paid"),
    ("ban closes the only lane for a while", add("duties", {"origin": "North", "destination": "South", "item": "ore",
                                                            "ban": "yes", "from": "2030"}), {},
     [("warning", "demand", "B3")], "in 2030"),
    ("ban where demand must be served", both(put("demand", 2, price=None), add("duties", {
        "destination": "League", "item": "*", "ban": "yes", "to": "2025"})), {},
     [("error", "demand", "B2")], "in 2025"),
    # capacity
    ("smelter too small in the first period", put("lines", 3, capacity=45), {},
     [("warning", "demand", "F2")], "2025: demand needs 100 kt of `metal` a year, capacity can give 90"),
    ("mine too small", put("lines", 2, capacity=149), {},
     [("warning", "demand", "F2"), ("warning", "demand", "F3")], "needs 150 kt of `ore`"),
    ("too small where demand must be served", both(put("lines", 3, capacity=45), put("demand", 2, price=None)), {},
     [("warning", "demand", "F2")], "capacity can give 90"),
    # firms, sites, lines
    ("nobody to make anything", both(put("firms", 2, home="no"), put("lines", 2, capacity=0),
                                     put("lines", 3, capacity=0), drop("options", 2)), {},
     [("error", "firms", "B2"), ("error", "demand", "B2"), ("warning", "lines", "C2"), ("warning", "lines", "C3")],
     "no outside line"),
    ("no home firm", both(put("firms", 2, home="no"), drop("options", 2)), {}, [("warning", "firms", "B2")],
     "nothing can be built"),
    ("outside firm with a candidate site", both(
        add("sites", {"site": "plan", "region": "North", "firm": "them", "status": "candidate"}),
        add("lines", {"site": "plan", "process": "mining", "capacity": 5})), {},
     [("warning", "sites", "D4"), ("warning", "lines", "C4")], "cannot open it"),
    ("window that never opens", put("sites", 3, first_period="2030", last_period="2025"), {},
     [("error", "sites", "J3"), ("warning", "lines", "C3"), ("error", "demand", "B2"), ("warning", "options", "G2")],
     "never be open"),
    ("line with nothing", add("lines", {"site": "works", "process": "mining"}), {}, [("warning", "lines", "C4")],
     "no capacity in any period"),
    ("capacity of a line that is not there", add("line_capacity", {
        "site": "pit", "process": "smelting", "period": "2030", "capacity": 9}), {},
     [("error", "line_capacity", "B2")], "no line `smelting` at `pit`"),
    ("capacity that ends", add("line_capacity", {
        "site": "works", "process": "smelting", "period": "2030", "capacity": 0}), {},
     [("warning", "demand", "F3")], "capacity can give 20"),
    # options
    ("option without line", add("options", {"site": "pit", "process": "smelting", "option": "o", "size": 1}), {},
     [("error", "options", "B3")], "no line `smelting` at `pit`"),
    ("general option without line", both(
        add("processes", {"process": "casting", "tier": "midstream"}),
        add("recipes", {"process": "casting", "item": "ore", "quantity": -1},
            {"process": "casting", "item": "metal", "quantity": 1}),
        add("options", {"site": "*", "process": "casting", "option": "o", "size": 1})), {},
     [("warning", "options", "B3"), ("warning", "processes", "A4")], "built anywhere"),
    ("option of an outside firm", add("options", {"site": "pit", "process": "mining", "option": "o", "size": 1}), {},
     [("warning", "options", "A3")], "never built"),
    ("option ready too late", put("options", 2, lead_periods=2), {}, [("warning", "options", "G2")], "cannot be in"),
    ("option ordered too late", put("options", 2, first_period="2030"), {}, [("warning", "options", "G2")], "horizon"),
    ("no module", put("options", 2, max_modules=0), {}, [("warning", "options", "I2")], "never be built"),
    ("multiples malformed", put("options", 2, scale_exponent=0.7, multiples="2,4"), {},
     [("error", "options", "N2")], "2,4"),
    ("multiples without exponent", put("options", 2, multiples="2;3"), {}, [("warning", "options", "N2")], "no effect"),
    ("exponent of 1", put("options", 2, scale_exponent=1, max_modules=4), {},
     [("warning", "options", "M2")], "not cheaper"),
    ("multiple with a row of its own", both(put("options", 2, scale_exponent=0.7, max_modules=4), add("options", {
        "site": "works", "process": "smelting", "option": "small x 2", "size": 20, "lead_periods": 1})), {},
     [("error", "options", "C2")], "small x 2"),
    # lanes
    ("freight without distance", both(put("lanes", 2, cost_per_tkm=0.1), put("regions", 3, latitude=None)), {},
     [("error", "lanes", "G2")], "South"),
    ("emissions without distance", both(put("lanes", 2, emissions=0.1), put("regions", 3, latitude=None)), {},
     [("warning", "lanes", "G2")], "emissions are not counted"),
    ("freight without mass", both(put("lanes", 2, cost_per_tkm=0.1), put("items", 2, mass=0)), {},
     [("warning", "items", "E2")], "lanes!F2"),
    ("lane to itself without effect", add("lanes", {"origin": "South", "destination": "South", "item": "ore"}), {},
     [("warning", "lanes", "B3")], "no effect"),
    ("lane from where nothing is", both(add("items", SCRAP), add("lanes", {
        "origin": "South", "destination": "North", "item": "scrap"})), {},
     [("warning", "lanes", "A3"), ("warning", "items", "A4")], "stays empty"),
    ("chokepoint in two spellings", both(put("lanes", 2, chokepoints="Suez; Malacca"), add("lanes", {
        "origin": "North", "destination": "South", "item": "ore", "mode": "rail", "chokepoints": "SUEZ"})), {},
     [("warning", "lanes", "L3")], "`SUEZ` is read as a different name from `Suez` \\(L2\\)"),
    # duties
    ("duty that ends before it begins", put("duties", 2, **{"from": "2030", "to": "2025"}), {},
     [("error", "duties", "F2")], "exchange"),
    ("duty on no lane", put("duties", 2, origin="League", destination="Union"), {}, [("warning", "duties", "A2")],
     "no lane goes"),
    ("duty inside a bloc", both(put("regions", 3, bloc="Union"), put("duties", 2, origin="Union", destination="*")), {},
     [("warning", "duties", "A2")], "inside a bloc"),
    ("duty of nothing", put("duties", 2, rate=0), {}, [("warning", "duties", "D2")], "neither"),
    ("duty on what has no value", put("items", 2, value=0), {}, [("warning", "duties", "D2")], "has no value"),
    ("duty in per cent", put("duties", 2, rate=25), {}, [("warning", "duties", "D2")], "write 0.25"),
    ("region named as a bloc", both(put("regions", 2, bloc="South"), put("duties", 2, origin="North")), {},
     [("warning", "regions", "A3")], "also the bloc of `North`"),
    # demand
    ("profit without price", put("demand", 2, price=None), {"objective": "profit"}, [("error", "demand", "E2")],
     "price"),
    ("several steps under cost", add("demand", {
        "region": "South", "item": "metal", "period": "2025", "step": "2", "price": 7, "volume": 110}), {},
     [("warning", "demand", "D4")], "2 price steps"),
    ("price that rises with volume", add("demand", {
        "region": "South", "item": "metal", "period": "2025", "step": "2", "price": 9, "volume": 110}),
     {"objective": "profit"}, [("warning", "demand", "E4")], "but not a lower price"),
    ("price in another unit", put("demand", 2, price=5000), {}, [("warning", "demand", "E2")], "1e\\+03 times"),
    # stocks
    ("minimum above maximum", add("stocks", {"region": "South", "item": "ore", "minimum": 9, "maximum": 5}), {},
     [("error", "stocks", "F2")], "minimum 9"),
    ("initial above maximum", add("stocks", {"region": "South", "item": "ore", "initial": 9, "maximum": 5}), {},
     [("warning", "stocks", "C2")], "initial 9"),
    ("stock that stays empty", add("stocks", {"region": "North", "item": "metal"}), {}, [("warning", "stocks", "B2")],
     "stays empty"),
    ("minimum that cannot be kept", add("stocks", {"region": "North", "item": "metal", "minimum": 1}), {},
     [("error", "stocks", "F2")], "minimum cannot be held"),
    # orphans
    ("unused item", lambda tables: tables["items"].append({"item": "gold", "tier": "upstream"}), {},
     [("warning", "items", "A4")], "`gold`"),
    ("unused process", both(add("processes", {"process": "casting", "tier": "midstream"}),
                            add("recipes", {"process": "casting", "item": "metal", "quantity": 1})), {},
     [("warning", "processes", "A4")], "no site has a line"),
    ("site without line", add("sites", {"site": "yard", "region": "North", "firm": "us"}), {},
     [("warning", "sites", "A4")], "no line"),
    ("firm without site", add("firms", {"firm": "ghost"}), {}, [("warning", "firms", "A4")], "no site"),
    ("unused region", add("regions", {"region": "West"}), {}, [("warning", "regions", "A4")], "remove"),
    ("by-product without outlet", both(add("items", SCRAP), add("recipes", {
        "process": "smelting", "item": "scrap", "quantity": 0.1})), {},
     [("warning", "items", "G4")], "`smelting` cannot run"),
    # evidence
    ("evidence on an unknown sheet", add("evidence", {"sheet": "line", "key": "a", "column": "b"}), {},
     [("warning", "evidence", "A2")], "no sheet `line`"),
    ("evidence on an unknown column", add("evidence", {"sheet": "items", "key": "ore", "column": "price"}), {},
     [("warning", "evidence", "C2")], "no column `price`"),
    ("evidence on an unknown row", add("evidence", {"sheet": "lines", "key": "pit|smelting", "column": "capacity"}), {},
     [("warning", "evidence", "B2")], "no row `pit\\|smelting`"),
    ("evidence with half a key", add("evidence", {"sheet": "lines", "key": "pit", "column": "capacity"}), {},
     [("warning", "evidence", "B2")], "site\\|process"),
    ("evidence upside down", add("evidence", {"sheet": "items", "key": "ore", "column": "value", "low": 1, "high": 0}),
     {},
     [("error", "evidence", "D2")], "exchange"),
    ("evidence on an unknown setting", add("evidence", {"sheet": "settings", "key": "rate", "column": "value"}), {},
     [("warning", "evidence", "B2")], "no setting `rate`"),
]  # fmt: skip


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("change", "settings", "expected", "words"), [case[1:] for case in BROKEN],
                         ids=[case[0] for case in BROKEN])  # fmt: skip
def test_broken_rule_names_its_cell(change, settings, expected, words):
    tables = sound()
    change(tables)
    issues = found(tables, **settings)
    assert sorted(places(issues)) == sorted(expected), "\n".join(map(str, issues))
    assert any(re.search(words, issue.message) for issue in issues), "\n".join(map(str, issues))


def messages(tables: Tables, sheet: str, **settings: Any) -> list[str]:
    return [f"{issue.severity} {issue.cell}: {issue.message}" for issue in found(tables, **settings)
            if issue.sheet == sheet]  # fmt: skip


@pytest.mark.parametrize(
    ("capex", "value", "words"),
    [
        (2900, 5, []),
        (3100, 5, ["times the value of a year's output of `smelting`"]),
        (3100, None, []),
        (6100, None, ["305 times the penalty of a year without the output of `smelting`"]),
    ],
)
def test_capex_in_another_unit(capex: float, value: float | None, words: list[str]) -> None:
    """An activity makes two metal, of 5 each or with a penalty of 10; one costs `capex`."""
    tables = sound()
    tables["items"][1]["value"] = value
    tables["demand"] = [
        {key: cell for key, cell in row.items() if key != "price"} | {"penalty": 10} for row in tables["demand"]
    ]
    tables["options"] = [{"process": "smelting", "option": "large", "size": 1, "capex": capex}]
    said = [text for text in messages(tables, "options") if "capex" in text]
    assert len(said) == len(words)
    assert all(part in text for part, text in zip(words, said, strict=True))


def test_circle_that_makes_something_from_nothing():
    """Refining turns 3 ore into 2 metal; recycling turns 1 metal into 2 ore.

    Running recycling twice for each unit of refining uses the 2 metal and gives back 4 ore where 3 were used: 1 ore
    from nothing. With 1.5 ore per metal nothing is gained.
    """
    tables = sound()
    tables["processes"].append({"process": "recycling", "tier": "upstream"})
    tables["lines"].append({"site": "works", "process": "recycling", "capacity": 5})
    tables["recipes"] += [
        {"process": "recycling", "item": "metal", "quantity": -1},
        {"process": "recycling", "item": "ore", "quantity": 2},
    ]
    (message,) = messages(tables, "recipes")
    assert message.startswith("error C3")
    assert "`smelting`" in message
    assert "`recycling`" in message
    assert "`mining`" not in message
    assert "C3, C4, C5 and C6" in message
    assert "`ore`" in message
    tables["recipes"][-1]["quantity"] = 1.5
    assert messages(tables, "recipes") == []


def test_a_circle_names_no_bystander():
    """The circle of recycling again, and its ore made into forks of which the least ore makes the most: only the
    recipes of the circle are at fault, although forks come from nothing too.
    """
    tables = sound()
    tables["items"].append({"item": "fork", "tier": "upstream"})
    tables["processes"] += [{"process": name, "tier": "upstream"} for name in ("recycling", "forging")]
    tables["lines"] += [{"site": "works", "process": name, "capacity": 5} for name in ("recycling", "forging")]
    tables["recipes"] += [
        {"process": "recycling", "item": "metal", "quantity": -1},
        {"process": "recycling", "item": "ore", "quantity": 2},
        {"process": "forging", "item": "ore", "quantity": -0.01},
        {"process": "forging", "item": "fork", "quantity": 100},
    ]
    (message,) = messages(tables, "recipes")
    assert "`smelting`" in message
    assert "`recycling`" in message
    assert "`forging`" not in message


def test_two_circles_are_both_named():
    """Two independent pairs of recipes each give back twice what they use."""
    tables = sound()
    for circle in ("a", "b"):
        tables["items"] += [{"item": f"{circle}{side}", "tier": "upstream"} for side in "xy"]
        for process, used, made in ((f"{circle}1", "x", "y"), (f"{circle}2", "y", "x")):
            tables["processes"].append({"process": process, "tier": "upstream"})
            tables["lines"].append({"site": "works", "process": process, "capacity": 1})
            tables["recipes"] += [
                {"process": process, "item": circle + used, "quantity": -1},
                {"process": process, "item": circle + made, "quantity": 2},
            ]
    named = messages(tables, "recipes")
    assert len(named) == 2
    assert all(any(f"`{circle}1`" in text and f"`{circle}2`" in text for text in named) for circle in "ab")


def test_circle_in_units_far_apart():
    """The same circle counted in grams and in gigatonnes is found too: 1e9 g go in for every 2 made."""
    tables = sound()
    tables["items"] += [{"item": name, "tier": "upstream"} for name in ("gram", "gigatonne")]
    tables["processes"] += [{"process": name, "tier": "upstream"} for name in ("press", "grind")]
    tables["lines"] += [{"site": "works", "process": name, "capacity": 1} for name in ("press", "grind")]
    tables["recipes"] += [
        {"process": "press", "item": "gram", "quantity": -1e9},
        {"process": "press", "item": "gigatonne", "quantity": 1e-6},
        {"process": "grind", "item": "gigatonne", "quantity": -1e-6},
        {"process": "grind", "item": "gram", "quantity": 2e9},
    ]
    assert len(messages(tables, "recipes")) == 1


def test_first_cause_is_named_not_what_follows():
    """Without a lane for ore neither smelting nor the casting that uses its metal can run: only smelting is named."""
    tables = sound()
    tables["items"].append({"item": "part", "tier": "downstream", "value": 8})
    tables["processes"].append({"process": "casting", "tier": "downstream"})
    tables["recipes"] += [
        {"process": "casting", "item": "metal", "quantity": -1},
        {"process": "casting", "item": "part", "quantity": 1},
    ]
    tables["lines"].append({"site": "works", "process": "casting", "capacity": 500})
    tables["demand"] = [{"region": "South", "item": "part", "period": "2025", "volume": 10}]
    tables["lanes"], tables["duties"] = [], []
    assert [text.split(":")[0] for text in messages(tables, "lines")] == ["error B3"]
    (market,) = messages(tables, "demand")
    assert "cannot get their inputs" in market


def test_line_blocked_here_but_running_elsewhere_is_a_warning():
    tables = sound()
    tables["regions"].append({"region": "West"})
    tables["sites"].append({"site": "far", "region": "West", "firm": "us"})
    tables["lines"].append({"site": "far", "process": "smelting", "capacity": 9})
    assert [text.split(":")[0] for text in messages(tables, "lines")] == ["warning B4"]
    tables["lines"][-1] |= {"min_load": 0.2, "retirable": "no"}
    assert [text.split(":")[0] for text in messages(tables, "lines")] == ["error B4"]


def test_process_that_needs_its_own_product_to_start():
    """Two lines that wait for each other's product can never start."""
    tables = sound()
    tables["recipes"].append({"process": "mining", "item": "metal", "quantity": -0.1})
    tables["lanes"].append({"origin": "South", "destination": "North", "item": "metal"})
    assert [text.split(":")[0] for text in messages(tables, "lines")] == ["error B2", "error B3"]


def test_initial_stock_is_a_source():
    """With metal in stock the two lines that wait for each other can start."""
    tables = sound()
    tables["recipes"].append({"process": "mining", "item": "metal", "quantity": -0.1})
    tables["lanes"].append({"origin": "South", "destination": "North", "item": "metal"})
    tables["stocks"] = [{"region": "South", "item": "metal", "initial": 10}]
    assert messages(tables, "lines") == []


def test_stock_carries_over_a_ban():
    """Ore banned in 2030 is no fault where South may stock metal made in 2025."""
    tables = sound()
    tables["duties"] = [{"origin": "North", "destination": "South", "item": "ore", "ban": "yes", "from": "2030"}]
    assert len(messages(tables, "demand")) == 1
    tables["stocks"] = [{"region": "South", "item": "metal"}]
    assert messages(tables, "demand") == []


def test_banned_lane_to_itself_keeps_what_is_made_from_use():
    """Metal made in South must pass the lane from South to South; a ban on it leaves South without metal."""
    tables = sound()
    tables["lanes"].append({"origin": "South", "destination": "South", "item": "metal", "cost": 1})
    assert found(tables) == []
    tables["duties"].append({"origin": "South", "destination": "South", "item": "metal", "ban": "yes"})
    assert [text.split(":")[0] for text in messages(tables, "demand")] == ["warning B2"]


def test_named_lane_of_capacity_0_closes_the_general_one():
    tables = sound()
    tables["lanes"].append({"origin": "North", "destination": "South", "item": "ore", "capacity": 0})
    assert [text.split(":")[0] for text in messages(tables, "demand")] == ["error B2"]


def test_shortage_of_several_items_together():
    """Two products share one feed: 60 of each are wanted, each line could make 60, the feed is enough for 100 in all.

    No single item is short by its own makers' capacity but the feed is: 120 are needed, 100 can be had.
    """
    tables = sound()
    tables["items"].append({"item": "wire", "tier": "midstream", "unit": "kt", "value": 5})
    tables["processes"].append({"process": "drawing", "tier": "midstream"})
    tables["recipes"] = [
        {"process": "mining", "item": "ore", "quantity": 1},
        {"process": "smelting", "item": "ore", "quantity": -1},
        {"process": "smelting", "item": "metal", "quantity": 1},
        {"process": "drawing", "item": "ore", "quantity": -1},
        {"process": "drawing", "item": "wire", "quantity": 1},
    ]
    tables["lines"] = [
        {"site": "pit", "process": "mining", "capacity": 100},
        {"site": "works", "process": "smelting", "capacity": 60},
        {"site": "works", "process": "drawing", "capacity": 60},
    ]
    tables["demand"] = [
        {"region": "South", "item": item, "period": "2025", "price": 6, "volume": 60} for item in ("metal", "wire")
    ]
    (message,) = messages(tables, "demand")
    assert "needs 120 kt of `ore` a year, capacity can give 100" in message


def test_alternative_processes_share_what_each_falls_short_of():
    """Metal comes from smelting (30) or from leaching (30, with acid of which 20 can be made): 100 wanted, 50 possible.

    Makers of metal together give 60, so metal is short by 40; acid alone is not needed at all when smelting may run at
    any rate. With 55 wanted only both together are short: 30 + 20 = 50 < 55, at least 5 stay unserved.
    """
    tables = sound()
    tables["items"].append({"item": "acid", "tier": "upstream", "unit": "kt", "value": 1})
    tables["processes"] += [{"process": name, "tier": "upstream"} for name in ("leaching", "distilling")]
    tables["recipes"] += [
        {"process": "leaching", "item": "acid", "quantity": -1},
        {"process": "leaching", "item": "metal", "quantity": 1},
        {"process": "distilling", "item": "acid", "quantity": 1},
    ]
    tables["lines"] = [
        {"site": "pit", "process": "mining", "capacity": 400},
        {"site": "works", "process": "smelting", "capacity": 15},
        {"site": "works", "process": "leaching", "capacity": 30},
        {"site": "works", "process": "distilling", "capacity": 20},
    ]
    tables["options"] = []
    tables["demand"] = [{"region": "South", "item": "metal", "period": "2025", "price": 6, "volume": 100}]
    assert "needs 100 kt of `metal` a year, capacity can give 60" in messages(tables, "demand")[0]
    tables["demand"][0]["volume"] = 55
    assert "at least 5 of `metal` stay unserved" in messages(tables, "demand")[0]
    tables["demand"][0]["volume"] = 50
    assert messages(tables, "demand") == []


def test_stock_made_before_counts_towards_capacity():
    """Capacity 60 x 2 = 120 metal a year, 100 wanted in 2025, 130 in 2030: short by 10 unless metal can be stocked."""
    tables = sound()
    tables["options"] = []
    tables["demand"][1]["volume"] = 130
    assert len(messages(tables, "demand")) == 1
    tables["stocks"] = [{"region": "South", "item": "metal"}]
    assert messages(tables, "demand") == []


def test_larger_modules_count_towards_capacity():
    """Four modules of 10, or fewer larger ones of as much in all: 60 + 40 activities make 200 metal."""
    tables = sound()
    tables["options"][0] |= {"scale_exponent": 0.7, "max_modules": 4}
    tables["demand"][1]["volume"] = 201
    (message,) = [text for text in messages(tables, "demand") if "`metal`" in text]
    assert "capacity can give 200" in message


def test_named_option_replaces_the_general_one():
    """At the works a row of its own (size 1) replaces the general `small` (size 10): 60 + 1 activities, 122 metal."""
    tables = sound()
    tables["options"] = [
        {"site": "*", "process": "smelting", "option": "small", "size": 10},
        {"site": "works", "process": "smelting", "option": "small", "size": 1},
    ]
    for entry in tables["demand"]:
        entry["volume"] = 123
    assert all("capacity can give 122" in text for text in messages(tables, "demand"))
    assert len(messages(tables, "demand")) == 2


def test_evidence_that_fits_is_silent():
    tables = sound()
    tables["evidence"] = [
        {"sheet": "lines", "key": "pit|mining", "column": "capacity", "low": 100, "high": 500},
        {"sheet": "lanes", "key": "North|South|*|sea", "column": "cost", "low": 0, "high": 1},
        {"sheet": "settings", "key": "discount_rate", "column": "value", "low": 0, "high": 1},
        {"sheet": "duties", "key": "Union|League|ore", "column": "rate"},
    ]
    assert found(tables) == []


def test_reader_issues_come_first_and_silence_what_needs_their_sheet():
    """A fault in lines silences every check that looks at lines; a broken rule elsewhere is still found."""
    tables = sound()
    tables["lines"] = [{"site": "nowhere", "process": "nothing"}]
    tables["duties"][0]["rate"] = 25
    fault = Issue("error", "lines", "A2", "there is no site `nowhere`")
    issues = check(Sheets(instance(tables), [fault]))  # type: ignore[arg-type]
    assert issues[0] == fault
    assert places(issues[1:]) == [("warning", "duties", "D2")]


class Recorder(dict[str, Any]):
    """Tables that note which of them were asked for."""

    asked: set[str]

    def __getitem__(self, sheet: str) -> Any:
        self.asked.add(sheet)
        return super().__getitem__(sheet)


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.__name__)
def test_check_names_every_sheet_it_reads(rule):
    """A fault in any sheet a check reads silences it before it reads anything."""
    tables = sound()
    tables["stocks"] = [{"region": "South", "item": "metal"}]
    tables["lanes"].append({"origin": "South", "destination": "North", "item": "metal", "cost_per_tkm": 1})
    names_every_sheet_it_reads(rule, tables)


def names_every_sheet_it_reads(rule: Check, tables: Tables) -> None:
    """Asserts that `rule` keeps silent, and reads nothing, while one of the sheets it reads of `tables` is faulty."""
    data = instance(tables)
    recorder = Recorder(data.tables)
    recorder.asked = set()
    off = data.settings | {name: "off" for name, value in data.settings.items() if value == "on"}
    profit = data.settings | {"objective": "profit", "conduct": 0.5}
    every = (data.settings, off, profit)  # some have something to say only without a mechanism, or under profit
    for settings in every:
        list(rule(Sheets(Instance(recorder, settings))))
    read = set(recorder.asked)
    assert read
    for sheet, settings in product(read, every):
        recorder.asked = set()
        faulty = Sheets(Instance(recorder, settings), [Issue("error", sheet, "A2", "wrong")])
        assert list(rule(faulty)) == []
        assert recorder.asked == set(), f"{rule.__name__} reads {sheet} although it is faulty"


@pytest.mark.parametrize("sheet", list(sound()))
def test_empty_sheet_never_raises(sheet):
    """With one sheet empty the reader finds dangling references in others; the checks still say what they can."""
    tables = sound()
    tables["stocks"] = [{"region": "South", "item": "metal"}]
    tables[sheet] = []
    assert survives_an_empty_sheet(sheet, tables)


def survives_an_empty_sheet(sheet: str, tables: Tables) -> bool:
    """Whether the checks answer, after the faults the reader would find in the sheets that refer to the empty one."""
    dangling = {
        other
        for other, schema in INPUTS.items()
        for column in schema.columns.values()
        if tables.get(other) and any(name.startswith(f"{sheet}.") for name in meta(column)["ref"])
    }
    faults = [Issue("error", other, "A2", "no such name") for other in sorted(dangling)]
    issues = check(Sheets(instance(tables), faults))  # type: ignore[arg-type]
    return issues[: len(faults)] == faults


def test_nothing_at_all():
    """Nothing is wrong with nothing; that sheets are missing is the reader's to say."""
    assert found({}) == []


def test_issues_of_a_workbook_name_its_own_cells(tmp_path):
    """Columns in another order: the volume of demand stands in column A, so that the shortage of 2025 is at A2."""
    book = openpyxl.Workbook()
    tables = sound()
    tables["lines"][1]["capacity"] = 45
    for sheet, entries in tables.items():
        page = book.create_sheet(sheet)
        names = list(dict.fromkeys(name for entry in entries for name in entry))[::-1]
        page.append(names)
        for entry in entries:
            page.append([entry.get(name) for name in names])
    book.remove(book.worksheets[0])
    book.save(tmp_path / "chain.xlsx")
    reading = read_instance(tmp_path / "chain.xlsx")
    assert reading.issues == []
    (issue,) = check(reading)
    assert (issue.severity, issue.sheet, issue.cell) == ("warning", "demand", "A2")
