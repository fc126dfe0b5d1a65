"""Shares of a supply: most, least, from outside; how many sources; how concentrated."""

from typing import Any

import pytest

from planner.solver.solver import Options, solve
from planner_models.instance import Instance
from planner_models.network import build
from tests.proofs import WORKSHOP, Rows, proves, wanted, years
from tests.proofs.ruled import ROAD, TWO_SHOPS, rule, ruled, soft
from tests.solving import optimum, tabulate

DEAR_HERE: dict[str, Rows] = {
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10, "unit_cost": 4},
        {"site": "branch", "process": "make", "capacity": 10},
    ]
}
"""The shop here makes goods at 4, the branch there at 2."""

ALL_OR_NOTHING = {"process": "make", "min_load": 1}
LUMPS: dict[str, Rows] = {
    "sites": [*TWO_SHOPS["sites"], {"site": "hall", "region": "here", "firm": "own"}],
    "lines": [
        ALL_OR_NOTHING | {"site": "hall", "capacity": 8, "unit_cost": 1},
        ALL_OR_NOTHING | {"site": "shop", "capacity": 4},
        ALL_OR_NOTHING | {"site": "branch", "capacity": 4},
    ],
}
"""A hall here makes 8 goods at 1 or none; shop and branch 4 each at 2, or none. Optimum 8."""


@proves("max_share", optimum=20, without=16)
def test_no_source_gives_more_than_its_share() -> Instance:
    """Three quarters come from here, 2 goods from there: 6 x 2 + 2 x 4 = 20. Without the constraint 8 x 2 = 16."""
    return ruled(rule("max_share", 0.75, by="region"))


@proves("min_share", optimum=20, without=16)
def test_a_source_gives_at_least_its_share() -> Instance:
    """A quarter comes from there: 6 x 2 + 2 x 4 = 20. Without the constraint 16."""
    return ruled(rule("min_share", 0.25, by="region", who="there"))


@proves("supply_sum", optimum=20, without=16)
def test_a_share_is_one_of_all_there_is() -> Instance:
    """As before. Without the constraint 8 goods from here would be a share of anything: 16."""
    return ruled(rule("max_share", 0.75, by="bloc"))


@proves("source_sum", optimum=20, without=16)
def test_a_source_gives_what_it_makes() -> Instance:
    """As before. Without the constraint the branch would give its quarter without making it: 16."""
    return ruled(rule("min_share", 0.25, by="site", who="branch"))


@proves("max_import_share", optimum=28, without=16)
def test_no_more_than_a_share_comes_from_outside() -> Instance:
    """Goods cost more here: a quarter of 8 comes from there at 2, 6 are made here at 4: 28. Without it 16."""
    return ruled(rule("max_import_share", 0.25, scope="west"), **DEAR_HERE)


@proves("min_sources", optimum=20, without=16)
def test_there_are_as_many_sources_as_required() -> Instance:
    """Two with a quarter each: 6 x 2 + 2 x 4 = 20. Without the constraint one: 16."""
    return ruled(rule("min_sources", 0.25, by="region", count=2))


@proves("source_counted", optimum=20, without=16)
def test_only_a_source_with_its_share_counts() -> Instance:
    """As before. Without the constraint the branch would count without giving anything: 16."""
    return ruled(rule("min_sources", 0.25, by="site", count=2))


@proves("max_hhi", optimum=16, without=8)
def test_a_supply_is_no_more_concentrated_than_allowed() -> Instance:
    """Goods of the hall have an index of 1; of shop and branch, 0.5: 8 x 2 = 16. Without the constraint 8 x 1 = 8."""
    return ruled(rule("max_hhi", 0.6, by="region"), **LUMPS)


OUTSIDE: dict[str, Rows] = {
    "sites": [*WORKSHOP["sites"], {"site": "branch", "region": "there", "firm": "other"}],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10, "unit_cost": 4},
        {"site": "branch", "process": "make", "capacity": 10},
    ],
    "access": [{"firm": "other", "process": "make", "mode": "equity", "stake": 0.4}],
}
"""The branch belongs to another firm, of which 40 % come with what it makes at 2; the shop makes goods at 4."""

CHAIN: dict[str, Rows] = {
    "items": [
        {"item": "ore", "tier": "upstream"},
        {"item": "metal", "tier": "upstream"},
        *WORKSHOP["items"],
    ],
    "processes": [
        {"process": "mine", "tier": "upstream", "other_cost": 1},
        {"process": "refine", "tier": "upstream", "other_cost": 1},
        {"process": "make", "tier": "downstream", "other_cost": 2},
    ],
    "recipes": [
        {"process": "mine", "item": "ore", "quantity": 1},
        {"process": "refine", "item": "ore", "quantity": -1},
        {"process": "refine", "item": "metal", "quantity": 1},
        {"process": "make", "item": "metal", "quantity": -1},
        {"process": "make", "item": "good", "quantity": 1},
    ],
    "sites": [
        *WORKSHOP["sites"],
        {"site": "old mine", "region": "there", "firm": "other"},
        {"site": "new mine", "region": "here", "firm": "other"},
        {"site": "refinery", "region": "there", "firm": "other"},
    ],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10},
        {"site": "old mine", "process": "mine", "capacity": 10},
        {"site": "new mine", "process": "mine", "capacity": 10, "unit_cost": 3},
        {"site": "refinery", "process": "refine", "capacity": 10},
    ],
    "lanes": [
        ROAD | {"origin": "here", "destination": "there", "item": "ore"},
        ROAD | {"origin": "there", "destination": "here", "item": "metal"},
    ],
}
"""The shop buys metal of a refinery, which buys ore of two mines, at 1 there and 3 here: 8 x (1 + 1 + 2) = 32."""


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("case", "figure"),
    [
        (ruled(rule("max_share", 0.75, by="region"), settings={"rules": "off"}), 16),
        (ruled(rule("max_share", 0.75, by="region", active="no")), 16),
        (ruled(rule("max_share", 0.75, by="region", item="*")), 20),
        (ruled(rule("max_share", 0.75, by="region", who="there")), 16),
        (ruled(rule("max_share", 0.75, by="site", who="shop")), 20),
        # all belongs to one firm: of nothing any share will do
        (ruled(rule("max_share", 0.75, by="firm")), 80),
        # 2 goods beyond three quarters cost less than 2 x 2 from there
        (ruled(soft("max_share", 0.75, 1, by="region")), 18),
        (ruled(soft("max_share", 0.75, 3, by="region")), 20),
        # in year 2 only
        (ruled(rule("max_share", 0.75, by="region", **{"from": "2"}), periods=years(2), demand=wanted("1", "2")), 36),
        # into the west a source outside it may give a quarter, the shop in it all
        (ruled(rule("max_share", 0.25, by="region", scope="west"), **DEAR_HERE), 28),
        (ruled(rule("max_share", 0.25, by="bloc", scope="here"), **DEAR_HERE), 28),
        (ruled(rule("max_share", 0.25, by="region", scope="west", who="here"), **DEAR_HERE), 16),
        (ruled(rule("min_share", 0.25, by="region", scope="west", who="here"), **DEAR_HERE), 20),
        # what arrives has no firm here: own goods are those of the shop
        (ruled(rule("min_share", 0.25, by="firm", scope="here", who="own"), **DEAR_HERE), 20),
        (ruled(soft("min_share", 0.25, 1, by="region", who="there")), 18),
        # each bloc by itself: in the east all is made
        (ruled(rule("max_import_share", 0.25), **DEAR_HERE), 28),
        (ruled(soft("max_import_share", 0.25, 1, scope="here"), **DEAR_HERE), 22),
        (ruled(soft("min_sources", 0.25, 3, by="region", count=2)), 19),
        (ruled(soft("min_sources", 0.25, 9, by="region", count=2)), 20),
        # there are not three: only of no supply are two enough, and all 8 goods stay unsold at 10
        (ruled(rule("min_sources", 0.25, by="region", count=3)), 80),
        # 8 of one source are 1.6 beyond sqrt(0.64) x 8
        (ruled(soft("max_hhi", 0.64, 1, by="region"), **LUMPS), 9.6),
        (ruled(soft("max_hhi", 0.64, 9, by="region"), **LUMPS), 16),
        # control: own goods at 4, those of the other firm at 2 are no more than a share of 40 %
        (ruled(rule("min_share", 0.5, by="control", who="home"), **OUTSIDE), 24),
        (ruled(rule("max_share", 0.5, by="control", who="outside"), **OUTSIDE), 24),
        (ruled(rule("min_share", 0.5, by="control", who="stake>=0.5"), **OUTSIDE), 24),
        (ruled(rule("min_share", 0.5, by="control", who="stake>=0.4"), **OUTSIDE), 16),
        # half the ore comes from the mine here, of which the shop never sees any: 4 x 2 more
        (ruled(rule("max_share", 0.5, item="ore", by="region"), **CHAIN), 40),
        (ruled(rule("min_sources", 0.25, item="ore", by="site", count=2), **CHAIN), 36),
        (ruled(rule("max_import_share", 0.5, item="ore", scope="there"), **CHAIN), 32),
        (ruled(rule("min_share", 0.5, item="ore", by="region", scope="there", who="here"), **CHAIN), 40),
    ],
)
def test_what_shares_mean(case: Instance, figure: float) -> None:
    """By each kind of source, in each scope, as a limit and as a wish; two shops alone cost 16."""
    assert optimum(case) == pytest.approx(figure)


@pytest.mark.parametrize(("limit", "share"), [(0.6, 0.7236068), (0.52, 0.6), (0.9, 0.9472136), (0.505, 0.55)])
def test_the_index_comes_close_to_its_limit(limit: float, share: float) -> None:
    """s^2 + (1 - s)^2 = limit: s of 8 goods are made at 2, the others at 4."""
    model = build(ruled(rule("max_hhi", limit, by="region")))
    solution = solve(model, Options(gap=0.0))
    (row,) = tabulate(model, "rules").to_dict("records")
    assert row["value"] == pytest.approx(limit, abs=1e-4)
    assert row["met"] == "yes"
    assert solution.objective == pytest.approx(8 * (2 * share + 4 * (1 - share)), rel=1e-3)
    # d cost / d limit = 16 / (d limit / d s) = 16 / (4 s - 2)
    assert row["marginal_cost"] == pytest.approx(16 / (4 * share - 2), rel=0.05)


def test_many_sources_close_in_on_the_index() -> None:
    """Costs 1, 2, ... 9: with HHI 0.2 the least cost has shares s_k = max(0, a - b k); found by bisection over b."""
    names = [f"shop {number}" for number in range(1, 10)]
    sites = [{"site": name, "region": "here", "firm": "own"} for name in names]
    lines = [
        {"site": name, "process": "make", "capacity": 10, "unit_cost": number} for number, name in enumerate(names, 1)
    ]
    model = build(ruled(rule("max_hhi", 0.2, by="site"), sites=sites, lines=lines))
    solution = solve(model, Options(gap=0.0))
    table = tabulate(model, "rules")
    assert table["value"].item() == pytest.approx(0.2, abs=1e-4)
    assert solution.objective == pytest.approx(8 * _least_mean_cost(range(1, 10), 0.2), rel=1e-3)


def _least_mean_cost(costs: Any, limit: float) -> float:
    """min sum s_k c_k, s >= 0 of sum 1, sum s_k^2 <= limit: s_k = max(0, (a - c_k) b), a by bisection."""
    low, high = 1.0, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        raw = [max(0.0, middle - cost) for cost in costs]
        index = sum(part**2 for part in raw) / max(sum(raw), 1e-12) ** 2
        low, high = (low, middle) if index < limit else (middle, high)
    raw = [max(0.0, low - cost) for cost in costs]
    return sum(part * cost for part, cost in zip(raw, costs, strict=True)) / sum(raw)


def test_the_sheet_says_what_each_row_comes_to() -> None:
    """The shop gives 6 of 8; each hundredth of share is 0.08 goods, 2 dearer from there: 16 per unit of limit."""
    model = build(ruled(rule("max_share", 0.75, by="region")))
    solve(model, Options(gap=0.0))
    table = tabulate(model, "rules").set_index("who")
    assert table.loc["here", ["value", "slack", "met"]].tolist() == [pytest.approx(0.75), pytest.approx(0), "yes"]
    assert table["value"]["there"] == pytest.approx(0.25)
    assert table["marginal_cost"].to_dict() == {"here": pytest.approx(16), "there": pytest.approx(0)}


def test_of_nothing_any_share_will_do() -> None:
    """Nothing is wanted: no value, no slack, neither met nor broken."""
    model = build(ruled(rule("max_share", 0.75, by="region"), demand=wanted("1", volume=0)))
    solve(model, Options(gap=0.0))
    table = tabulate(model, "rules")
    assert table["value"].isna().all()
    assert set(table["met"]) == {"not applicable"}
    assert table["remark"].notna().all()


def test_a_broken_wish_is_told() -> None:
    """All 8 come from here: a share of 1, a quarter above the limit; 8 goods per unit of limit at a penalty of 1."""
    model = build(ruled(soft("max_share", 0.75, 1, by="region", who="here")))
    solve(model, Options(gap=0.0))
    (row,) = tabulate(model, "rules").to_dict("records")
    assert (row["slack"], row["met"]) == (pytest.approx(-0.25), "no")
    assert row["marginal_cost"] == pytest.approx(8)
