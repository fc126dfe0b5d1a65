"""One car maker's view: the instance is as large as asked, sourced, repeatable, and its plan makes sense.

What "makes sense" means here, and why it is a test of the instance and not of the planner: with every mechanism on the
maker owns some links, allies for some and buys others; its profit margin after capital and development lies between a
few per cent and 12 %; its cash stays within its credit; prices once cut are not raised; whom it pays for a joint
development it also buys from. Set EV_MAKER_RESULT to a solved result workbook to read that instead of solving.
"""

from pathlib import Path

import pandas as pd
import pytest

from instances._build.ev_global.tables import read
from instances._build.ev_maker.build import build_sheets
from planner.checks.check import check
from planner.workbook.read import read_instance
from planner_models.evidence import list_ranges
from tests.sourced_instances import assert_built, assert_secured, solved

ROOT = Path(__file__).parents[1]
INSTANCES = ROOT / "instances"
WORKBOOK = INSTANCES / "ev_maker.xlsx"

COARSE = ["--gap", "0.02", "--threads", "1", "--time-limit", "1800"]
"""The plan within 1 % is found before that is proved; on one thread, as measured; the limit is for a busy machine."""

TABLES = sorted(path.stem for path in (INSTANCES / "_build" / "tables").glob("maker_*.csv"))
MODES = {"contract", "alliance", "equity", "joint_venture", "acquire"}


@pytest.fixture(scope="module")
def sheets() -> dict[str, pd.DataFrame]:
    """The sheets as the script builds them."""
    return build_sheets()


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The result workbook of the instance."""
    names = ["summary", "costs", "production", "demand", "access", "projects", "audit", "cash", "rules"]
    return solved(WORKBOOK, "EV_MAKER_RESULT", tmp_path_factory.mktemp("maker"), names, COARSE)


def test_it_is_as_large_as_asked(sheets: dict[str, pd.DataFrame]) -> None:
    """One home firm, 8 to 12 regions, offers of at least 15 firms in several modes, three tiers, every mechanism."""
    firms, access = sheets["firms"], sheets["access"]
    assert (firms["home"] == "yes").sum() == 1
    assert 8 <= len(sheets["regions"]) <= 12
    assert access["firm"].nunique() >= 15
    several = access.groupby("firm")["mode"].nunique()
    assert (several > 1).sum() >= 15
    assert set(access["mode"]) == MODES | {"spot"}
    assert sheets["projects"]["project"].nunique() >= 9
    assert set(sheets["projects"]["kind"]) == {"own", "licence", "joint", "alliance", "launch"}
    assert set(sheets["items"]["tier"]) == {"upstream", "midstream", "downstream"}
    for name in ("learning", "clusters", "enablers", "policies", "evidence"):
        assert len(sheets[name]), name


def test_it_has_disruptions_rules_and_stocks(sheets: dict[str, pd.DataFrame]) -> None:
    """Named after dated events, with the EU's benchmarks for lithium and graphite."""
    assert_secured(sheets, read("raw_events"))


def test_every_row_says_where_it_comes_from(sheets: dict[str, pd.DataFrame]) -> None:
    """Source and confidence on every row of every sheet and table; an estimate is always graded low."""
    for name in TABLES:
        read(name)
    for name, frame in sheets.items():
        assert frame["source"].notna().all(), name
        estimate = frame["source"].astype(str).str.startswith("own estimate")
        assert (frame.loc[estimate, "confidence"] == "low").all(), name


@pytest.mark.slow
def test_the_workbook_is_what_the_script_builds(sheets: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Same tables in, same cells out."""
    assert_built(sheets, WORKBOOK, tmp_path)


def test_it_passes_every_check() -> None:
    """No fault, and no warning either."""
    assert [issue.message for issue in check(read_instance(WORKBOOK)) if issue.severity != "info"] == []


def test_what_is_built_at_suppliers_has_an_offer_that_allows_it(sheets: dict[str, pd.DataFrame]) -> None:
    """Every option on an outside line is covered by an offer with control."""
    owner = sheets["sites"].set_index("site")["firm"]
    home = sheets["firms"].set_index("firm")["home"]
    control = sheets["access"][sheets["access"]["controls"] == "yes"]
    covered = set(zip(control["firm"], control["process"], strict=True))
    for site, process in sheets["options"][["site", "process"]].itertuples(index=False):
        firm = owner[site]
        assert home[firm] == "yes" or {(firm, process), (firm, "*")} & covered, (site, process)


def test_a_bloc_sells_an_item_abroad_or_buys_it_never_both(sheets: dict[str, pd.DataFrame]) -> None:
    """So no duty can be dodged by way of a third country."""
    bloc = sheets["regions"].set_index("region")["bloc"]
    lanes = sheets["lanes"].assign(a=sheets["lanes"]["origin"].map(bloc), b=sheets["lanes"]["destination"].map(bloc))
    abroad = lanes[lanes["a"] != lanes["b"]]
    for item, group in abroad.groupby("item"):
        assert not set(group["a"]) & set(group["b"]), item


def test_the_parts_of_a_car_are_apart(sheets: dict[str, pd.DataFrame]) -> None:
    """But for the battery no item is more than a fifth of the value of what goes into a mass car."""
    value = sheets["items"].set_index("item")["value"]
    used = sheets["recipes"][sheets["recipes"]["process"] == "assemble_mass"].set_index("item")["quantity"]
    spent = (-used * value).drop("vehicle_mass")
    shares = spent / spent.sum()
    assert shares.drop("pack_mass").max() < 0.2
    assert {"body", "chassis", "thermal", "seats", "interior", "glass", "wiring", "cockpit"} <= set(shares.index)


@pytest.mark.parametrize(
    ("sheet", "column", "only"),
    [
        ("lines", "unit_cost", {}),
        ("options", "capex", {}),
        ("access", "markup", {}),
        ("access", "entry_cost", {}),
        ("projects", "cost", {}),
        ("regions", "wage", {}),
    ],
)
def test_what_decides_has_a_range(
    sheets: dict[str, pd.DataFrame], sheet: str, column: str, only: dict[str, str]
) -> None:
    """Each estimate of these columns that is not 0."""
    rows = sheets[sheet]
    for name, wanted in only.items():
        rows = rows[rows[name] == wanted]
    guessed = ((rows["confidence"] != "high") & (rows[column].astype(float) > 0)).sum()
    ranges = sheets["evidence"]
    ranges = ranges[(ranges["sheet"] == sheet) & (ranges["column"] == column)]
    assert len(ranges) >= guessed > 0
    assert (ranges["low"] < ranges["high"]).all()


def test_every_price_and_volume_has_a_range() -> None:
    """By pattern, so that the steps of a market move together and their order holds."""
    instance = read_instance(WORKBOOK).instance
    for column in ("price", "volume"):
        ranges = [each for each in list_ranges(instance) if (each.sheet, each.column) == ("demand", column)]
        assert {row for each in ranges for row in each.rows} == set(instance["demand"].index)
        assert all(each.key.endswith("|*") for each in ranges)


def test_prices_and_volumes_fall_and_rise_together(sheets: dict[str, pd.DataFrame]) -> None:
    """By market and period: each lower price sells more, and no step of a later period is above the one before."""
    for _, steps in sheets["demand"].groupby(["region", "item", "period"]):
        ordered = steps.sort_values("price", ascending=False)
        assert ordered["price"].is_unique
        assert ordered["volume"].is_monotonic_increasing
    for _, course in sheets["demand"].groupby(["region", "item", "step"], sort=False):
        assert course.sort_values("period")["price"].is_monotonic_decreasing


@pytest.mark.slow
def test_cash_stays_within_the_credit(plan: dict[str, pd.DataFrame]) -> None:
    """The rule is met in all periods, the first investments use the credit, and all of it is paid back."""
    cash, rules = plan["cash"], plan["rules"]
    gathered = cash[cash["group"] == "*"].set_index("period")["cumulative"] if "*" in set(cash["group"]) else None
    gathered = cash.groupby("period")["cumulative"].last() if gathered is None else gathered
    assert set(rules.loc[rules["rule"] == "credit_line", "met"]) == {"yes"}
    assert -2500 * (1 + 1e-6) <= gathered.min() < 0 < gathered.iloc[-1]


@pytest.mark.slow
def test_a_price_once_cut_is_not_raised(plan: dict[str, pd.DataFrame]) -> None:
    """Nor does the mean price of any market rise from one period to the next."""
    for _, market in plan["demand"].groupby(["region", "item"]):
        prices = market.groupby("period")["mean_price"].first()
        assert (prices.diff().dropna() <= 1e-6 * prices.max()).all()


@pytest.mark.slow
def test_whom_it_develops_with_it_buys_from(sheets: dict[str, pd.DataFrame], plan: dict[str, pd.DataFrame]) -> None:
    """Of each partner of a joint programme or an alliance something is drawn; a licence earns its royalty instead."""
    drawn = plan["access"].groupby("firm")["drawn"].sum()
    kinds = sheets["projects"][["project", "option", "kind"]]
    projects = plan["projects"].merge(kinds, on=["project", "option"])
    partners = projects.loc[projects["kind"] != "licence", "partner"].dropna().unique()
    assert len(partners)
    assert [firm for firm in partners if not drawn.get(firm, 0) > 0] == []
    if "licence" in set(projects["kind"]):
        assert plan["costs"].loc[plan["costs"]["line"] == "royalty", "discounted"].sum() > 0


@pytest.mark.slow
def test_it_owns_allies_and_buys(plan: dict[str, pd.DataFrame]) -> None:
    """Own lines beyond cars, deeper modes with several firms, and spot or contract with several others."""
    made = plan["production"]
    own = set(made.loc[made["mode"] == "own", "process"])
    assert len(own - {"assemble_mass", "assemble_premium"}) >= 3
    drawn = plan["access"][plan["access"]["drawn"] > 0]
    deep = drawn[drawn["mode"].isin(["alliance", "equity", "joint_venture", "acquire"])]
    assert deep["firm"].nunique() >= 4
    assert drawn[drawn["mode"].isin(["spot", "contract"])]["firm"].nunique() >= 5
    assert 3 <= len(plan["projects"]) < 10


@pytest.mark.slow
def test_the_margin_is_that_of_a_car_maker(plan: dict[str, pd.DataFrame]) -> None:
    """Profit over revenue between 2 and 12 %, discounted, and the maker sells 0.38 to 1.1 M cars a year."""
    costs = plan["costs"]
    revenue = -costs.loc[costs["line"] == "revenue", "discounted"].sum()
    assert 0.02 < -costs["discounted"].sum() / revenue < 0.12
    cars = plan["demand"][plan["demand"]["item"].str.startswith("vehicle")].groupby("period")["sold"].sum()
    assert cars.between(380, 1100).all()


@pytest.mark.slow
def test_the_plan_is_audited_and_within_its_gap(plan: dict[str, pd.DataFrame]) -> None:
    """The audit agrees, and the plan is as good as was asked for."""
    assert set(plan["audit"]["ok"]) == {"yes"}
    status = str(plan["summary"].set_index("metric").at["status", "value"])
    assert status.startswith(("optimal", "solved to the requested gap"))
