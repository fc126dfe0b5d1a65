"""What the summary says of a plan: figures worked out by hand, and no word that promises too much."""

import pandas as pd
import pytest

from planner.report.brief import brief, join_names
from planner.report.charts import make_charts
from planner.report.detours import describe_detours
from planner.report.findings import MOST_FINDINGS, findings
from planner.report.rules import count_rules
from planner.report.summary import summary
from planner.report.tiles import make_tiles
from planner.report.unit_costs import describe_unit_costs, list_unit_costs, small_unit, tabulate_unit_costs
from planner.report.wording import format_money, format_share, three_digits
from planner.sheets.board import Chart, Map
from planner_models.figures.trade import trade
from planner_models.instance import Instance, instance
from planner_models.schema import RESULTS
from tests import worked_example

PROVEN = {
    "status": "optimal",
    "status_text": "optimal: no plan is better",
    "objective": 900.0,
    "bound": 900.0,
    "gap": 0.0,
}
STOPPED = {
    "status": "time_limit",
    "status_text": "stopped at the time limit with a gap of 10.000 %: the best plan so far",
    "objective": 900.0,
    "bound": 810.0,
    "gap": 0.1,
}


def two_regions(**settings: object) -> Instance:
    """Ore from two regions makes cars in one; two periods of one and three years."""
    return instance(
        {
            "periods": [{"period": "now", "years": 1}, {"period": "later", "years": 3}],
            "regions": [
                {"region": "North", "latitude": 50, "longitude": 10},
                {"region": "South", "latitude": -20, "longitude": 30},
            ],
            "items": [
                {"item": "ore", "tier": "upstream", "unit": "kt", "value": 2, "critical": "yes"},
                {"item": "car", "tier": "downstream", "unit": "thousand cars", "value": 20},
            ],
            "processes": [{"process": "dig", "tier": "upstream"}, {"process": "build", "tier": "downstream"}],
            "recipes": [
                {"process": "dig", "item": "ore", "quantity": 1},
                {"process": "build", "item": "ore", "quantity": -1},
                {"process": "build", "item": "car", "quantity": 1},
            ],
            "firms": [{"firm": "us", "home": "yes"}],
            "sites": [
                {"site": "mine N", "region": "North", "firm": "us"},
                {"site": "mine S", "region": "South", "firm": "us"},
                {"site": "works", "region": "North", "firm": "us"},
            ],
            "demand": [{"region": "North", "item": "car", "period": "now", "volume": 10}],
        },
        **{"discount_rate": 0.05, "base_year": 2025, "currency": "EUR", **settings},
    )


def frame(sheet: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(RESULTS[sheet].columns))


def plan() -> dict[str, pd.DataFrame]:
    """Tables of a plan for `two_regions`."""
    return {
        "costs": frame(
            "costs",
            ("labour", "upstream", "North", "now", 100.0, 100.0),
            ("energy", "downstream", "North", "later", 600.0, 500.0),
            ("duties", "upstream", "North", "later", 330.0, 300.0),
        ),
        "capacity": frame(
            "capacity",
            ("mine N", "dig", "now", 10.0, 0.0, 0.0, 10.0, 5.0, 0.5, "us", "home", 4.0),
            ("mine N", "dig", "later", 10.0, 0.0, 0.0, 10.0, 9.0, 0.9, "us", "home", 3.0),
            ("mine S", "dig", "later", 3.0, 0.0, 0.0, 3.0, 3.0, 1.0, "us", "home", 0.0),
            ("works", "build", "later", 0.0, 12.0, 0.0, 12.0, 12.0, 1.0, "us", "home", 0.0),
        ),
        "builds": frame("builds", ("works", "build", "hall", "now", 2.0, 12.0, 1500.0)),
        "sites": frame("sites", ("works", "now", "yes", "no"), ("mine S", "later", "no", "yes")),
        "production": frame(
            "production",
            ("mine N", "dig", "own", "now", "base", 5.0, 1.0),
            ("mine N", "dig", "own", "later", "base", 9.0, 1.0),
            ("mine S", "dig", "own", "later", "base", 3.0, 1.0),
            ("works", "build", "own", "later", "base", 12.0, 1.0),
        ),
        "flows": frame("flows", ("South", "North", "ore", "sea", "later", "base", 3.0, 1.0, 100.0)),
        "demand": frame(
            "demand",
            ("North", "car", "now", "base", "1", 10.0, 5.0, 5.0, 20.0, 0.0, 1.0, 20.0),
            ("North", "car", "later", "base", "1", 12.0, 12.0, 0.0, 10.0, 0.0, 1.0, 10.0),
        ),
        "security": frame(
            "security", ("ore", "later", 0.6, 1.0, "North", 0.75, 0.2, 1.0, 0.0, 13.0, 1.3, 0.92, 1.0, "region North")
        ),
    }


def values(facts: dict, tables: dict[str, pd.DataFrame] | None = None, **settings: object) -> dict[str, object]:
    table = summary(two_regions(**settings), plan() if tables is None else tables, facts)
    return dict(zip(table["metric"], table["value"], strict=True))


def test_figures_are_those_worked_out_by_hand():
    """Served: (5 x 20 x 1 + 12 x 10 x 3) of (10 x 20 x 1 + 12 x 10 x 3) = 460 / 560.

    Use upstream, later: 12 of 13 of ore. Worth made later: North 9 x 2 + 12 x 20 = 258, South 6.
    """
    found = values(PROVEN)
    assert found["total cost"] == 900
    assert (found["cost of labour"], found["cost of energy"]) == (100, 500)
    assert found["cost of duties"] == 300
    assert found["demand served"] == pytest.approx(460 / 560)
    assert (found["investment in new capacity"], found["modules built"]) == (1500, 2)
    assert (found["sites opened"], found["sites closed"]) == (1, 1)
    assert found["use of upstream capacity at home, now"] == 0.5
    assert found["use of upstream capacity at home, later"] == pytest.approx(12 / 13)
    assert (found["largest source"], found["its share"]) == ("North", pytest.approx(258 / 264))
    assert (found["largest source of ore, later"], found["its share of ore, later"]) == ("North", 0.75)


def test_the_brief_answers_what_a_board_asks():
    text = " ".join(brief(two_regions(), plan(), PROVEN))
    for words in (
        "costs 900 million EUR over 4 years (now to later), in money of 2025 (discounted at 5 % a year)",
        "energy takes 56 %, duties 33 % and labour 11 %",
        "not fully served in 1 of 2 markets and periods: car in North, now (5 thousand cars a year, 50 %)",
        "car: North 100 %",
        "opens works (now) and closes mine S (later) and invests 1.5 billion EUR",
        "the largest amounts for build at works (now, 1.5 billion EUR)",
        "largest source is North: it makes 98 % of all goods by value",
        "2 of 2 items come mostly from one region: car (North 100 %) and ore (North 75 %)",
        "no spare capacity anywhere for build",
        "2 lines of 3 at full capacity",
    ):
        assert words in text


def test_the_brief_says_which_way_of_making_wins():
    """Of the ore, all 5 are dug now, and of the 12 of later 3 are washed from sand: a quarter."""
    given, tables = two_regions(), plan()
    processes = [*given["processes"].to_dict("records"), {"process": "wash", "tier": "upstream"}]
    recipes = [*given["recipes"].to_dict("records"), {"process": "wash", "item": "ore", "quantity": 1}]
    both = instance({**{name: given[name] for name in given.tables}, "processes": processes, "recipes": recipes})
    assert "How things are made" not in " ".join(brief(both, tables, PROVEN))
    tables["production"].loc[tables["production"]["site"] == "mine S", "process"] = "wash"
    words = "How things are made, now to later – ore: dig from 100 % to 75 % and wash from 0 % to 25 %."
    assert words in brief(both, tables, PROVEN)


def test_a_critical_item_from_one_region_is_a_weak_spot():
    tables = plan()
    tables["production"] = tables["production"][tables["production"]["site"] != "mine S"]
    assert "critical items with a single source region: ore (North)" in brief(two_regions(), tables, PROVEN)[-1]


@pytest.mark.parametrize("status", ["time_limit", "interrupted", "within_gap"])
def test_nothing_is_called_best_that_is_not_proven(status: str):
    facts = STOPPED | {"status": status, "status_text": "stopped early"}
    table = summary(two_regions(), plan(), facts)
    shown = [str(value) for value in table["value"]]
    shown += [text for tile in make_tiles(table) for text in (tile.value, tile.detail)]
    text = " ".join(shown).lower()
    for word in ("optimal", "success", "no plan is cheaper", "no plan is better", "cheapest"):
        assert word not in text
    assert "could be better by 90 million eur (10.00 %) at most" in text
    assert "10.00 % gap" in text


def test_without_a_bound_nothing_is_claimed():
    found = values(STOPPED | {"bound": None, "gap": None})
    assert "is not known" in str(found["detail 2"])
    assert not {"bound", "gap"} & set(found)
    assert make_tiles(summary(two_regions(), plan(), STOPPED | {"bound": None, "gap": None}))[1].value == "gap unknown"


def test_profit_is_called_profit_and_a_loss_a_loss():
    tables = plan()
    tables["costs"] = pd.concat(
        [tables["costs"], frame("costs", ("revenue", "downstream", "North", "now", -2000.0, -2000.0))]
    )
    found = values(PROVEN | {"objective": 1100.0, "bound": 1100.0}, tables, objective="profit")
    assert str(found["brief 1"]).startswith("The plan earns 1.1 billion EUR")
    assert found["detail 2"] == "No plan is more profitable under the assumptions in this workbook."
    assert (found["total cost"], found["revenue"]) == (900, -2000)
    assert str(values(PROVEN | {"objective": -5.0}, tables, objective="profit")["brief 1"]).startswith(
        "The plan loses 5 "
    )


def test_a_plan_with_hardly_any_tables_has_a_summary():
    found = values(PROVEN, {})
    assert found["status"] == PROVEN["status_text"]
    assert "builds nothing" in str(found["detail 3"])
    assert "demand served" not in found


def test_the_summary_is_a_table_of_the_schema():
    table = worked_example.outcome().tables["summary"]
    assert list(table.columns) == list(RESULTS["summary"].columns)
    assert table["metric"].is_unique
    assert table["value"].notna().all()


def test_charts_show_yearly_costs_capacity_shares_and_places():
    costs, sources, capacity, places = make_charts(two_regions(), plan())
    assert isinstance(costs, Chart)
    assert costs.unit == "million EUR a year"
    assert costs.frame.loc["later"].to_dict() == {"upstream": 110, "downstream": 200}
    assert isinstance(capacity, Chart)
    assert capacity.frame.loc[("upstream", "later")].to_dict() == {"capacity": 26, "use": 24}
    assert isinstance(sources, Chart)
    assert sources.frame.loc["ore"].to_dict() == {"North": 0.75, "South": 0.25}
    assert isinstance(places, Map)
    assert places.regions["worth"].to_dict() == {"North": 258, "South": 6}
    assert places.flows.to_dict() == {("South", "North"): 6}


def tied() -> dict[str, pd.DataFrame]:
    """Tables of a plan that buys a mine's ore, works with a partner, learns and is paid for it."""
    return plan() | {
        "capacity": frame(
            "capacity",
            ("mine N", "dig", "later", 10.0, 0.0, 0.0, 10.0, 7.0, 0.7, "us", "home", 3.0),
            ("mine S", "dig", "later", 3.0, 0.0, 0.0, 3.0, 3.0, 1.0, "us", "home", 0.0),
            ("mine O", "dig", "later", 90.0, 0.0, 0.0, 90.0, 9.0, 0.1, "them", "outside", 50.0),
        ),
        "production": frame(
            "production",
            ("mine N", "dig", "spot", "later", "base", 9.0, 1.0),
            ("mine S", "dig", "joint_venture", "later", "base", 3.0, 1.0),
            ("works", "build", "own", "later", "base", 12.0, 1.0),
        ),
        "access": frame(
            "access",
            ("Digger", "dig", "joint_venture", "later", "yes", "yes", 3.0, 250.0, 0.0, 0.0, 0.0, 0.0),
            ("Miner", "*", "spot", "later", "yes", "yes", 9.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ),
        "projects": frame("projects", ("new car", "together", "now", "later", 40.0, "Digger")),
        "costs": frame(
            "costs",
            ("labour", "upstream", "North", "now", 100.0, 100.0),
            ("learning saving", "upstream", "North", "later", -30.0, -25.0),
            ("subsidies", "upstream", "North", "later", -12.0, -10.0),
        ),
    }


def test_findings_are_few_and_say_whose_capacity_it_is():
    """Of 13 at home 10 are used: 77 %; what others have, 90, counts in no figure of the plan."""
    said = findings(two_regions(), tied(), PROVEN)
    assert len(said) <= MOST_FINDINGS
    assert said[0].startswith("The plan costs 900 million EUR over 4 years")
    text = " ".join(said)
    for words in (
        "Capacity of home firms is used to 77 % upstream in later; most is idle in dig, where capacity is 1.3 times",
        "In later own plants make 0 % upstream and 100 % downstream of what the chain uses, by value within each tier",
        "most of the rest comes through spot purchases",
        "2 of 2 items have at least 60 % of the supply from one region, led by car (North, 100 %)",
        "invests 1.5 billion EUR in new capacity and opens 1 new site; the largest part is build at works (100 %)",
    ):
        assert words in text


def test_rules_that_apply_to_nothing_are_not_met():
    idle = ("quota", "ore", "*", "now", 1.0, None, None, "not applicable", 0.0, "nothing is used")
    tables = {"rules": pd.concat([disturbed()["rules"], frame("rules", idle)])}
    assert count_rules(tables) == (
        "The plan meets 1 of 2 security rules that apply, cover not everywhere; 1 more does not apply to this plan."
    )


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("k vehicles", (1000.0, "vehicle")), ("GWh", (1.0, "kWh")), ("kt LCE", (1000.0, "t LCE")), ("t", (1e6, "t"))],
)
def test_a_million_per_large_unit_is_said_per_small_one(unit: str, expected: tuple[float, str]):
    assert small_unit(unit) == expected


def test_unit_costs_are_those_of_the_plants_that_make_something():
    """In later 12 thousand cars are made in North, at 8 thousand EUR each, and sold at 10: a margin of 20 %."""
    costs = [("car", region, "later", "downstream", "labour", "build", *[0.0] * 8, cost) for region, cost in REGIONS]
    advantage = pd.DataFrame(costs, columns=list(RESULTS["advantage"].columns)[:15]).assign(ratio=1.0)
    tables = plan() | {"advantage": advantage}
    (row,) = tabulate_unit_costs(two_regions(), tables).to_dict("records")
    assert (row["item"], row["region"], row["made"], row["cost"], row["price"]) == ("car", "North", 12, 8000, 10000)
    said = describe_unit_costs(two_regions(objective="profit"), tables)
    assert "car 8,000 EUR per car (sold at 10,000, margin 20 %)" in said


REGIONS = (("North", 8.0), ("South", 7.0))


def test_the_brief_says_how_links_are_reached():
    """Worth later: 9 x 2 on spot, 3 x 2 in the joint venture, 12 x 20 own, of 264."""
    text = " ".join(brief(two_regions(), tied(), PROVEN))
    for words in (
        "How the chain is reached in later, by value – own plants 91 %, joint ventures 2 % and spot purchases 7 %.",
        "The plan signs one offer beyond spot, at 250 million EUR to enter: Digger by joint venture for dig (later).",
        "It develops new car (together, with Digger; ready later), for 40 million EUR in all.",
        "Experience saves 25 million EUR and subsidies pay 10 million EUR over the horizon (discounted).",
        "Over-capacity of home firms in later – capacity is ore 1.3 times what is made; idle capacity costs 3 million "
        "EUR a year.",
    ):
        assert words in text


def test_charts_show_own_ally_and_buy():
    found = {chart.title: chart for chart in make_charts(two_regions(), tied())}
    ways = found["Own, ally or buy, later"].frame
    assert ways.loc["ore"].to_dict() == {"own plants": 0, "joint ventures": 0.25, "spot purchases": 0.75}
    over_time = found["How the chain is reached, at reference value"].frame
    assert over_time.loc["later"].to_dict() == {"own plants": 240, "joint ventures": 6, "spot purchases": 18}


def disturbed() -> dict[str, pd.DataFrame]:
    """Tables of a plan with a strike that costs most, a flood, a fall in prices that saves, and one rule broken."""
    return plan() | {
        "scenarios": frame(
            "scenarios",
            ("fall", 0.2, 1.0, -60.0, -50.0, 0.0, "yes"),
            ("flood", 0.1, 0.9, 190.0, 200.0, 0.2, "yes"),
            ("strike", 0.0, 0.6, 1490.0, 1500.0, 0.8, "no"),
        ),
        "rules": frame(
            "rules",
            ("cover", "ore", "*", "now", 1.0, 0.5, -0.5, "no", 0.0, None),
            ("cover", "ore", "*", "later", 1.0, 2.0, 1.0, "yes", 0.0, None),
            ("spread", "ore", "*", "now", 0.5, 0.4, 0.1, "yes", 0.0, None),
        ),
    }


def test_the_brief_ranks_disruptions_by_impact():
    """Expected: 0.1 x 200 - 0.2 x 50 = 10; the figure of the objective counts losses: 0.1 x 190 - 0.2 x 60 = 7."""
    words = (
        "Of 3 scenarios, the worst are strike (1.5 billion EUR, 60 % of demand served) and flood (200 million EUR, "
        "90 % of demand served); weighted by probability they cost 10 million EUR. The plan did not "
        "take 1 into account."
    )
    assert words in brief(two_regions(), disturbed(), PROVEN)
    found = values(PROVEN, disturbed())
    assert found["expected loss in disruptions"] == pytest.approx(7)
    assert (found["largest impact of a disruption"], found["least demand served in a disruption"]) == (1500, 0.6)
    assert found["rules broken"] == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [("flood", 0.1, 0.9, 200.0, 200.0, 1.0, "yes")],
            "The only scenario is flood (200 million EUR, 90 % of demand served).",
        ),
        ([("fall", 0.1, 1.0, -5.0, -5.0, 0.0, "yes")], "The only scenario costs nothing."),
        (
            [("fall", 0.1, 1.0, -5.0, -5.0, 0.0, "yes"), ("calm", 0.1, 1.0, 0.0, 0.0, 0.0, "yes")],
            "Of 2 scenarios, none costs anything.",
        ),
    ],
)
def test_few_or_harmless_disruptions(rows: list[tuple], words: str):
    assert words in brief(two_regions(), plan() | {"scenarios": frame("scenarios", *rows)}, PROVEN)


def test_charts_show_impacts_and_service_in_one_order():
    found = {chart.title: chart for chart in make_charts(two_regions(), disturbed())}
    impacts = found["Impact of the worst disruptions"].frame
    assert impacts["impact"].to_dict() == {"strike": 1500, "flood": 200, "fall": -50}
    assert list(impacts.index) == list(found["Demand served in these disruptions"].frame.index)


def test_small_regions_are_added_up_as_others():
    many = two_regions()
    regions = [{"region": f"R{number}"} for number in range(10)]
    sites = [{"site": f"S{number}", "region": f"R{number}", "firm": "us"} for number in range(10)]
    spread = instance({**{name: many[name] for name in many.tables}, "regions": regions, "sites": sites})
    rows = [(f"S{number}", "dig", "own", "later", "base", 10.0 - number, 1.0) for number in range(10)]
    (sources,) = make_charts(spread, {"production": frame("production", *rows)})
    assert isinstance(sources, Chart)
    assert list(sources.frame.columns) == [*(f"R{number}" for number in range(7)), "others"]
    assert sources.frame.loc["ore"].sum() == pytest.approx(1)
    assert sources.frame.loc["ore", "others"] == pytest.approx(6 / 55)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (45_312, "45.3 billion USD"),
        (820.4, "820 million USD"),
        (3.37e6, "3.37 trillion USD"),
        (-1500, "-1.5 billion USD"),
        (-7.6e-14, "0 million USD"),
    ],
)
def test_money_is_said_as_people_say_it(amount: float, words: str):
    assert format_money(amount, "USD") == words


def test_shares_are_never_rounded_to_all_or_nothing():
    shares = (0, 0.001, 0.5, 0.9999, 1)
    assert [format_share(share) for share in shares] == ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]


def test_numbers_have_about_three_digits():
    assert [three_digits(value) for value in (0, 0.1234, 9.999, 45.67, 12345.6)] == [
        "0",
        "0.123",
        "10",
        "45.7",
        "12,346",
    ]


def test_long_lists_are_cut_and_counted():
    assert join_names(["a"]) == "a"
    assert join_names(["a", "b", "c"]) == "a, b and c"
    assert join_names(list("abcdefg")) == "a, b, c, d and 3 more"


def test_costs_of_a_unit_are_listed_for_the_first_and_the_last_period():
    """As the page says them: a car 15,611 USD on the whole and least in Eastland, cells 46.3 USD per kWh."""
    reading, tables = worked_example.reading(), worked_example.outcome().tables
    listed = {name: (value, unit) for name, value, unit in list_unit_costs(reading.instance, tables)}
    last = reading.instance["periods"]["period"].iloc[-1]
    assert listed[f"full cost of car, all regions, {last}"] == (pytest.approx(15_611, abs=1), "USD per car")
    assert listed[f"full cost of cell, all regions, {last}"] == (pytest.approx(46.3, abs=0.05), "USD per kWh")
    cars = [value for name, (value, _) in listed.items() if name.startswith("full cost of car") and name.endswith(last)]
    assert min(cars[1:]) < cars[0] < max(cars[1:])
    assert {name.rpartition(", ")[2] for name in listed} == {"2025-27", last}


@pytest.mark.parametrize(
    ("through", "onward", "said"),
    [
        (0.05, 0.0, "avoid duties of 12 million USD a year"),
        (0.25, 0.0, ""),
        (0.05, 0.2, ""),
    ],
)
def test_duties_avoided_through_a_region_that_makes_none_are_reported(through: float, onward: float, said: str):
    """Of 60 a year worth 60 million, 25 % are due on the direct way, and `through` + `onward` by way of Port."""
    duties = [("Maker", "Home", 0.25), ("Maker", "Port", through), ("Port", "Home", onward)]
    given = instance(
        {
            "periods": [{"period": "now"}],
            "regions": [{"region": name, "bloc": name} for name in ("Maker", "Port", "Home")],
            "items": [{"item": "cell", "tier": "midstream", "value": 1.0, "unit": "GWh"}],
            "processes": [{"process": "make", "tier": "midstream"}],
            "recipes": [{"process": "make", "item": "cell", "quantity": 1.0}],
            "firms": [{"firm": "us", "home": "yes"}],
            "sites": [{"site": "A", "region": "Maker", "firm": "us"}],
            "duties": [{"origin": a, "destination": b, "item": "cell", "rate": rate} for a, b, rate in duties],
        }
    )
    way = {"item": "cell", "period": "now", "mode": "sea", "scenario": "base", "shipped": 60.0, "cost": 0.0}
    legs = [way | {"origin": a, "destination": b, "duty": 60 * rate} for a, b, rate in duties[1:]]
    made = [{"site": "A", "process": "make", "mode": "own", "period": "now", "scenario": "base", "made": 60.0}]
    tables = {"flows": pd.DataFrame(legs), "production": pd.DataFrame(made)}
    tables["trade"] = trade(given, tables)
    found = describe_detours(given, tables)
    assert said in found
    assert ("cell from Maker to Home through Port (60 GWh a year)" in found) == bool(said)
