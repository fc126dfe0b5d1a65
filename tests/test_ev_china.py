"""The Chinese instance: as large as asked, sourced row by row, and a plan in which the choices are real ones.

Set EV_CHINA_RESULT to a solved result workbook to read that instead of solving.
"""

from pathlib import Path

import pandas as pd
import pytest

from instances._build.ev_china.aims import compare_margins, list_jumps, list_vanished, measure_cars, sum_exports
from instances._build.ev_china.build import build_sheets
from instances._build.ev_china.lanes import cheapest_ways
from instances._build.ev_china.plants import split_plants
from instances._build.ev_china.tables import clusters, home_firms
from instances._build.ev_global.tables import read
from planner.checks.check import check
from planner.workbook.read import read_instance
from tests.sourced_instances import assert_built, assert_secured, solved

ROOT = Path(__file__).parents[1]
INSTANCES = ROOT / "instances"
WORKBOOK = INSTANCES / "ev_china.xlsx"

COARSE = ["--gap", "0.05"]
"""To 5 % the plan is found in half the time, and looks the same."""

CARS = ("vehicle_mass", "vehicle_premium", "vehicle_smart")


@pytest.fixture(scope="module")
def sheets() -> dict[str, pd.DataFrame]:
    """The sheets as the script builds them."""
    return build_sheets()


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The result workbook of the instance with every mechanism on."""
    names = ["summary", "access", "projects", "demand", "levels", "costs", "policies", "margins", "audit"]
    return solved(WORKBOOK, "EV_CHINA_RESULT", tmp_path_factory.mktemp("china"), names, COARSE)


def test_what_a_car_costs() -> None:
    """600 thousand cars a year for two years bring 12,000 million, 10 thousand each, of which 1,800 are profit."""
    rows = [("vehicle_mass", "base", 400.0, 7.0), ("vehicle_smart", "base", 200.0, 16.0), ("charger", "base", 9.0, 1.0)]
    rows.append(("vehicle_mass", "a strike", 100.0, 7.0))
    demand = pd.DataFrame(rows, columns=["item", "scenario", "sold", "mean_price"]).assign(period="now")
    margins = pd.DataFrame({"period": ["now"], "revenue": [12_000.0], "profit": [1800.0]})
    found = measure_cars(demand, margins, pd.Series({"now": 2.0}))
    assert found.to_dict() == pytest.approx({"cars": 1.2, "price": 10.0, "cost": 8.5})


@pytest.mark.slow
def test_it_has_what_was_asked(sheets: dict[str, pd.DataFrame]) -> None:
    """Six clusters in China, offers of 15 outside firms in several modes, 12 projects, three tiers."""
    regions = sheets["regions"]
    assert (regions["bloc"] == "China").sum() >= 6
    assert regions["bloc"].nunique() >= 5
    offers = sheets["access"]
    assert offers["firm"].nunique() >= 15
    assert offers.groupby("firm").size().ge(2).sum() >= 15
    assert set(offers["mode"]) == {"spot", "contract", "alliance", "equity", "joint_venture", "acquire"}
    projects = sheets["projects"]
    assert projects["project"].nunique() >= 12
    assert set(projects["kind"]) == {"own", "licence", "joint", "alliance", "launch"}
    tiers = sheets["lines"].merge(sheets["processes"][["process", "tier"]], on="process")["tier"]
    assert set(tiers) == {"upstream", "midstream", "downstream"}


def test_every_mechanism_has_rows(sheets: dict[str, pd.DataFrame]) -> None:
    """Learning of cells and packs, clusters, chargers, dated policies, capacity of outside firms that grows."""
    assert {"make_cell_lfp", "make_cell_ncm", "make_pack_lfp", "make_pack_ncm"} <= set(sheets["learning"]["process"])
    assert set(sheets["clusters"]["region"]) >= set(clusters())
    assert set(sheets["enablers"]["enabler"]) == {"charger_400", "charger_800"}
    kinds = {"capex", "output", "access", "development", "duty", "transaction_cost", "market_access"}
    assert set(sheets["policies"]["kind"]) == kinds
    assert sheets["policies"]["from"].notna().all()
    steps = sheets["demand"].groupby(["region", "item", "period"])["step"].nunique()
    assert steps[steps.index.get_level_values("item").isin(CARS)].between(8, 10).all()
    firms = sheets["line_capacity"]["site"].map(sheets["sites"].set_index("site")["firm"])
    assert not set(firms) <= home_firms()


def test_holdings_are_looked_through(sheets: dict[str, pd.DataFrame]) -> None:
    """51 % of 51 % is 26 %: of what TLEA has of Talison (51 %) Tianqi's part is 26, IGO's, an outside firm's, 25."""
    lines = sheets["lines"].merge(sheets["sites"], on="site")
    capacity = lines.query("region == 'Australia' and process == 'mine_li_rock'").set_index("firm")["capacity"]
    through = 0.51 * capacity / (capacity["Tianqi"] + capacity["IGO"])
    assert through["Tianqi"] == pytest.approx(0.51 * 0.51, abs=1e-3)
    assert through["IGO"] == pytest.approx(0.51 * 0.49, abs=1e-3)
    assert "IGO" not in home_firms()
    held = sheets["access"][sheets["access"]["firm"].isin(home_firms()) & (sheets["access"]["mode"] == "equity")]
    assert (held["stake"] < 0.5).all()
    ranges = sheets["evidence"].query("sheet == 'access' and column == 'stake'")["key"]
    assert set(held["firm"] + "|" + held["process"] + "|equity") <= set(ranges)


def test_places_scale_and_markets_won(sheets: dict[str, pd.DataFrame]) -> None:
    """Hours abroad, larger modules in more than seven processes, and inertia of every car market abroad."""
    assert set(sheets["productivity"]["where"]).isdisjoint(clusters())
    assert sheets["options"].loc[sheets["options"]["multiples"].ne(""), "process"].nunique() > 7
    markets = sheets["demand"][sheets["demand"]["item"].isin(CARS) & ~sheets["demand"]["region"].isin(clusters())]
    kept = zip(sheets["inertia"]["item"], sheets["inertia"]["destination"], strict=True)
    assert set(kept) == set(zip(markets["item"], markets["region"], strict=True))
    before = sheets["inertia"].set_index("destination")["initial"].dropna()
    assert 0.9 * 1250 < before.sum() < 1250  # exported in 2024; the rest were smart cars
    assert "USA" not in before


def test_it_has_disruptions_rules_and_stocks(sheets: dict[str, pd.DataFrame]) -> None:
    """Named after dated events, with the EU's benchmarks; ore, chemical, anode and magnets each at its tier."""
    assert_secured(sheets, read("raw_events"))
    benchmarks = sheets["rules"][sheets["rules"]["rule"].str.startswith("crma_")]
    assert set(benchmarks["item"]) == {"li_concentrate", "li_chemical", "anode", "magnets"}
    assert len(set(sheets["rules"]["type"])) == 13


def test_location_and_controller_are_two_things(sheets: dict[str, pd.DataFrame]) -> None:
    """Chinese firms abroad and foreign firms in China, and every controlled firm with a bloc."""
    sites = sheets["sites"].merge(sheets["firms"][["firm", "home", "bloc"]], on="firm")
    inside = sites["region"].isin(clusters())
    assert ((sites["home"] == "yes") & ~inside).sum() >= 15
    assert ((sites["home"] == "no") & inside).sum() >= 5
    assert (sheets["firms"]["home"].eq("yes") == sheets["firms"]["bloc"].eq("China")).all()


def test_every_row_says_where_it_comes_from(sheets: dict[str, pd.DataFrame]) -> None:
    """Source and confidence on every row of every sheet; an estimate is graded low."""
    for name, frame in sheets.items():
        assert frame["source"].notna().all(), name
        assert frame["confidence"].isin(["high", "medium", "low"]).all(), name
        estimate = frame["source"].astype(str).str.startswith("own estimate")
        assert (frame.loc[estimate, "confidence"] == "low").all(), name


@pytest.mark.slow
def test_the_workbook_is_what_the_script_builds(sheets: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Same tables in, same cells out."""
    assert_built(sheets, WORKBOOK, tmp_path)


def test_the_checks_find_nothing() -> None:
    """Neither a fault nor a remark."""
    assert not [issue.message for issue in check(read_instance(WORKBOOK))]


def test_no_car_changes_its_flag(sheets: dict[str, pd.DataFrame]) -> None:
    """The duties on Chinese cars that stand in policies meet cars from China only; no lane leads round them."""
    bloc = sheets["regions"].set_index("region")["bloc"]
    cars = sheets["lanes"][sheets["lanes"]["item"].isin(CARS)]
    abroad = cars[cars["origin"].map(bloc) != cars["destination"].map(bloc)]
    assert set(abroad["origin"].map(bloc)) == {"China"}
    assert {"EU", "North America"} <= set(abroad["destination"].map(bloc))


def test_a_group_is_never_split_into_more_than_itself() -> None:
    """Splits of a plant group that sum to more than 1, or name one that is not there, are refused."""
    groups = pd.DataFrame({"site": ["mines"], "process": ["mine"], "capacity": [10.0]})
    groups = groups.assign(utilisation=1, min_load=0, retirable="no", unit_cost=None)
    groups = groups.assign(grow_2026=1, grow_2028=1, grow_2030=1)
    rows = pd.DataFrame({"base": ["mines"] * 2, "process": ["mine"] * 2, "split": [0.25, 0.5], "capacity": [None] * 2})
    assert list(split_plants(rows, groups)["capacity"]) == [2.5, 5.0]
    with pytest.raises(ValueError, match="more than the whole"):
        split_plants(rows.assign(split=0.6), groups)
    with pytest.raises(ValueError, match="no such plants"):
        split_plants(rows.assign(base="lost"), groups)


def test_goods_take_the_cheapest_way_between_clusters() -> None:
    """Fujian to the north goes by the Yangtze delta: 700 + 1,100 km, where by the centre it would be 800 + 1,150."""
    ways = cheapest_ways(clusters())
    assert ways["Fujian", "North China"] == [("Fujian", "Yangtze Delta"), ("Yangtze Delta", "North China")]
    assert ways["Fujian", "Fujian"] == []


@pytest.mark.slow
def test_the_choices_are_real(plan: dict[str, pd.DataFrame], sheets: dict[str, pd.DataFrame]) -> None:
    """Offers of at least four modes are signed, others are left; projects of several kinds start, others do not."""
    signed = plan["access"][plan["access"]["signed"] == "yes"]
    assert len(set(signed["mode"]) - {"spot"}) >= 4
    assert len(signed[["firm", "mode"]].drop_duplicates()) < len(sheets["access"]) / 2
    started = plan["projects"].merge(sheets["projects"][["project", "option", "kind"]], on=["project", "option"])
    assert started["kind"].nunique() >= 3
    assert 5 <= len(started) < sheets["projects"]["project"].nunique()


@pytest.mark.slow
def test_the_plan_looks_like_the_industry(plan: dict[str, pd.DataFrame]) -> None:
    """Cars sold in China in 2024-25: 8 to 11 million, Chinese makers' part of 11; margins of a competitive industry."""
    sold = plan["demand"]
    home = sold[sold["region"].isin(clusters()) & sold["item"].isin(CARS) & (sold["period"] == "2024-25")]
    print(f"\ncars sold in China 2024-25: {home['sold'].sum():,.0f} thousand a year")
    assert 8000 <= home["sold"].sum() <= 11000
    margins = plan["margins"].set_index("period")["margin"]
    print(f"margins at replacement cost: {margins.round(3).to_dict()}")
    assert margins.between(0.0, 0.14).all()


def test_what_a_plan_is_held_against() -> None:
    """Of 10 cars a year the EU gets 5 from China, then 2 of 10, then none: 30 and 20 points less, and a flow that ends.

    The ore from Chile ends as well, but half a per cent of all ore is small. What moves inside China is no export.
    """
    rows = [
        ("vehicle_mass", "Fujian", "EU East", "a", "China", "EU", 5.0),
        ("vehicle_mass", "EU East", "EU East", "a", "EU", "EU", 5.0),
        ("vehicle_mass", "Fujian", "EU East", "b", "China", "EU", 2.0),
        ("vehicle_mass", "EU East", "EU East", "b", "EU", "EU", 8.0),
        ("vehicle_mass", "EU East", "EU East", "c", "EU", "EU", 10.0),
        ("vehicle_mass", "Fujian", "Fujian", "a", "China", "China", 90.0),
        ("ore", "Chile", "EU East", "a", "Latin America", "EU", 0.5),
        ("ore", "EU East", "EU East", "a", "EU", "EU", 99.5),
    ]
    trade = pd.DataFrame(
        rows, columns=["item", "origin", "destination", "period", "origin_bloc", "destination_bloc", "quantity"]
    )
    periods = ["a", "b", "c"]
    jumps = list_jumps(trade, {"vehicle_mass"}, periods).set_index(["origin_bloc", "before"])
    assert (jumps["is"] - jumps["was"]).round(6).to_dict() == {
        ("China", "a"): -0.3,
        ("China", "b"): -0.2,
        ("EU", "a"): 0.3,
        ("EU", "b"): 0.2,
    }
    gone = list_vanished(trade, periods)
    assert gone[["item", "origin", "last"]].values.tolist() == [["vehicle_mass", "China", "b"]]
    assert sum_exports(trade)["exports"].to_dict() == {"a": 5.0, "b": 2.0}
    margins = pd.DataFrame({"period": periods, "margin": [0.04, 0.1, 0.06], "known_margin": 0.06})
    assert compare_margins(margins)["near"].tolist() == [True, False, True]
