"""Coordination: what groups at home pay on what they sell to each other, and what they need not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.solver.compiled import compile_model
from planner_models.instance import Instance, instance
from planner_models.network import build
from tests import every_mechanism
from tests.proofs import Rows, matters, proves
from tests.solving import optimum
from tests.test_switches import EVERYTHING

CHAIN: dict[str, Rows] = {
    "periods": [{"period": "1"}],
    "regions": [{"region": "here"}],
    "items": [{"item": "part", "tier": "midstream", "value": 5}, {"item": "car", "tier": "downstream", "value": 20}],
    "processes": [
        {"process": "forge", "tier": "midstream", "other_cost": 2},
        {"process": "assembly", "tier": "downstream", "other_cost": 1},
    ],
    "recipes": [
        {"process": "forge", "item": "part", "quantity": 1},
        {"process": "assembly", "item": "part", "quantity": -1},
        {"process": "assembly", "item": "car", "quantity": 1},
    ],
    "firms": [{"firm": "Forge"}, {"firm": "Cars"}],
    "sites": [{"site": "forge", "region": "here", "firm": "Forge"}, {"site": "hall", "region": "here", "firm": "Cars"}],
    "lines": [
        {"site": "forge", "process": "forge", "capacity": 10},
        {"site": "hall", "process": "assembly", "capacity": 10},
    ],
    "demand": [{"region": "here", "item": "car", "period": "1", "volume": 8, "penalty": 50}],
}
"""A forge sells parts that cost it 2 to a maker of cars, who adds 1: 8 cars cost 24. At a markup of a half 32."""

SPARE = {"region": "here", "item": "part", "period": "1", "volume": 2, "penalty": 50}
CONTRACT = {"firm": "Forge", "process": "forge", "mode": "contract"}
SPOT = CONTRACT | {"mode": "spot"}


def chain(settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The chain at arm's length, at a markup of a half and no friction, with some of its sheets replaced."""
    usual = {"discount_rate": 0, "mip_gap": 0, "coordination": "off", "market_markup": 0.5, "market_friction": 0}
    return instance(CHAIN | sheets, **(usual | (settings or {})))


DECIDE = {"coordination": "decide"}


@proves("own_use", optimum=32, without=24)
def test_what_others_use_is_sold_at_a_margin() -> Instance:
    """All 8 parts are for another group: 24 + 8 x 0.5 x 2. Without the constraint nothing would be: 24.

    The cars are sold by their maker: on them nothing is paid.
    """
    return chain()


@proves("traded_of_made", optimum=44, without=40)
def test_no_line_sells_what_another_makes() -> Instance:
    """Of 8 parts the new forge makes 4 at 2, the old one 4 at 4: 8 + 16 + 8, and margins of 4 x 1 + 4 x 2: 44.

    Without the constraint all would be sold as parts of the new forge, at a margin of 1 each: 40.
    """
    lines = [CHAIN["lines"][0] | {"capacity": 4}, *CHAIN["lines"][1:]]
    old = {"site": "old forge", "process": "forge", "capacity": 10, "unit_cost": 4}
    return chain(sites=[*CHAIN["sites"], CHAIN["sites"][0] | {"site": "old forge"}], lines=[*lines, old])


@proves("own_sales", optimum=36, without=28)
def test_a_group_sells_no_more_itself_than_is_sold() -> Instance:
    """The forge sells 2 of 10 parts as spares itself, 8 to the other: 28 + 8. Without the constraint nothing: 28."""
    return chain(demand=[*CHAIN["demand"], SPARE])


@proves("owned_in_stock", optimum=32, without=24)
def test_a_group_owns_no_more_than_is_in_stock() -> Instance:
    """No part can be kept. Without the constraint the forge would keep all of them on paper: 24."""
    return chain(stocks=[{"region": "here", "item": "part", "maximum": 0}])


@proves("traded_in_force", optimum=29, without=24)
def test_the_market_is_left_by_signing() -> Instance:
    """A contract without a margin costs 5 to enter and saves 8: 24 + 5. Without the constraint it costs nothing: 24."""
    return chain(DECIDE, access=[CONTRACT | {"entry_cost": 5}])


@proves("traded_in_force", optimum=62, without=56)
def test_an_offer_qualifies_before_it_is_used() -> Instance:
    """Two years of 24. The contract costs 3 a year and qualifies for one, so that it saves 8 once: 48 + 8 + 6 = 62.

    Without the constraint it need not be in force at all: 48 + 8 = 56.
    """
    demand = [CHAIN["demand"][0] | {"period": period} for period in ("1", "2")]
    contract = CONTRACT | {"annual_cost": 3, "qualification": 1}
    return chain(DECIDE, periods=[{"period": "1"}, {"period": "2"}], demand=demand, access=[contract])


@proves("traded_share", optimum=43, without=25)
def test_no_more_is_sold_under_an_offer_than_its_share() -> Instance:
    """Half of 10 can be sold under the contract of 1, 3 at the market's margin: 0.5 x (2 + 100 / 10) = 6 each: 43.

    Without the constraint half of what could be built counts, all 8 parts: 25.
    """
    module = {"process": "forge", "option": "hammer", "size": 10, "capex": 100, "life": 1}
    return chain(DECIDE, options=[module], access=[CONTRACT | {"entry_cost": 1, "offtake_share": 0.5}])


@matters("firms", "group", optimum=24, blank=32)
def test_one_group_pays_nothing_to_itself() -> Instance:
    """Both firms are of one group: 24. Blank, each is its own: 32."""
    return chain(firms=[{"firm": "Forge", "group": "Union"}, {"firm": "Cars", "group": "Union"}])


RIVAL: dict[str, Rows] = {
    "firms": [{"firm": "Forge", "group": "Union"}, {"firm": "Cars", "group": "Union"}, {"firm": "Rival"}],
    "sites": [*CHAIN["sites"], {"site": "shed", "region": "here", "firm": "Rival"}],
    "lines": [
        CHAIN["lines"][0],
        CHAIN["lines"][1] | {"capacity": 5},
        {"site": "shed", "process": "assembly", "capacity": 10},
    ],
}


@matters("firms", "group", optimum=27, blank=32)
def test_a_group_pays_on_what_it_does_not_use_itself() -> Instance:
    """Its hall takes 5 of the 8 parts, and a rival the other 3 at a margin of 1: 27. Blank, all pay: 32."""
    return chain(**RIVAL)


TWO_YEARS = [{"period": "1"}, {"period": "2"}]
KEPT: dict[str, Rows] = {
    "periods": TWO_YEARS,
    "line_capacity": [{"site": "forge", "process": "forge", "period": "2", "capacity": 0}],
    "stocks": [{"region": "here", "item": "part"}],
    "demand": [CHAIN["demand"][0] | {"period": "2"}],
}
WEAK = [{"region": "here", "institution_factor": 2}]
SLAG = [*CHAIN["items"], {"item": "slag", "tier": "midstream", "value": 5}]
BY_PRODUCT: dict[str, Rows] = {
    "items": SLAG,
    "recipes": [*CHAIN["recipes"], {"process": "forge", "item": "slag", "quantity": 3}],
    "demand": [*CHAIN["demand"], SPARE | {"item": "slag", "volume": 24}],
}
OUTSIDE = [{"firm": "Forge"}, {"firm": "Cars", "home": "no"}]
FUND = [{"policy": "law", "kind": "transaction_cost", "rate": -0.5}]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("case", "figure"),
    [
        # together: the present model
        (chain({"coordination": "on"}), 24),
        # friction: 2 % of a value of 5, twice where institutions are weak, halved by a policy
        (chain({"market_friction": 0.02}), 32.8),
        (chain({"market_friction": 0.02}, regions=WEAK), 33.6),
        (chain({"market_friction": 0.02}, regions=WEAK, policies=FUND), 32.8),
        # the terms of the firm's own spot row: 0.25 x 2 + 0.1; half of the margin where a stake gives it back
        (chain(access=[SPOT | {"markup": 0.25, "transaction_cost": 0.1}]), 28.8),
        (chain(access=[SPOT | {"markup": 0.25, "transaction_cost": 0.1}], regions=WEAK), 29.6),
        (chain(access=[SPOT | {"process": "*", "markup": 0.5, "stake": 0.5}]), 28),
        # full conversion cost: 2 + 10 / 10 of fixed cost + 20 / 10 of capital to replace a hammer: margins of 2.5
        (
            chain(
                lines=[CHAIN["lines"][0] | {"fixed_cost": 10}, CHAIN["lines"][1]],
                options=[{"process": "forge", "option": "hammer", "size": 10, "capex": 20, "life": 1}],
            ),
            34 + 20,
        ),
        # three quarters of the forge's cost are the slag's, which it sells itself: margins of 0.25
        (chain(**BY_PRODUCT), 26),
        # what an outside firm uses is sold at arm's length too
        (chain(firms=OUTSIDE), 32),
        # what a group makes for its own later use costs nothing, for that of others a margin
        (chain(**KEPT, firms=[{"firm": "Forge", "group": "Union"}, {"firm": "Cars", "group": "Union"}]), 24),
        (chain(**KEPT), 32),
        (chain(**KEPT | RIVAL), 27),
        # offers: at their own terms; only while they are to be decided; one of two that cover the same line
        (chain(DECIDE, access=[CONTRACT | {"markup": 0.25, "transaction_cost": 0.1}]), 28.8),
        (chain(DECIDE, access=[CONTRACT | {"mode": "equity", "markup": 0.5, "stake": 0.75}]), 26),
        (chain({"coordination": "off"}, access=[CONTRACT]), 32),
        (
            chain(DECIDE, access=[CONTRACT | {"offtake_share": 0.4}, CONTRACT | {"mode": "alliance", "entry_cost": 1}]),
            25,
        ),
        (
            chain(
                DECIDE,
                access=[CONTRACT | {"offtake_share": 0.4}, CONTRACT | {"mode": "alliance", "offtake_share": 0.4}],
            ),
            28,
        ),
    ],
)  # fmt: skip
def test_what_arms_length_costs(case: Instance, figure: float) -> None:
    """What each term adds to the 24 that the cars cost."""
    assert optimum(case) == pytest.approx(figure)


HELD = {"decision": "accessed", **CONTRACT, "period": "1"}


@pytest.mark.parametrize(
    ("entry", "best", "other"), [(7.99, 31.99, HELD | {"at_most": 0}), (8.01, 32, HELD | {"at_least": 1})]
)
def test_an_offer_is_signed_where_it_saves_more_than_it_costs(entry: float, best: float, other: dict[str, Any]) -> None:
    """The contract saves margins of 8: it is signed for 7.99 and not for 8.01; the other way costs 0.01 more."""
    access = [CONTRACT | {"entry_cost": entry}]
    assert optimum(chain(DECIDE, access=access)) == pytest.approx(best, abs=1e-9)
    assert optimum(chain(DECIDE, access=access, locks=[other])) == pytest.approx(best + 0.01, abs=1e-9)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("case", [every_mechanism.chain(), EVERYTHING, chain()])
@pytest.mark.parametrize("coordination", ["off", "decide"])
def test_without_margin_and_friction_nothing_changes(case: Instance, coordination: str) -> None:
    """At a markup and a friction of 0 the model is the same to the last coefficient, and so is its plan."""
    access, home = case.tables["access"], set(case["firms"].query("home == 'yes'")["firm"])
    case = replace(case, tables={**case.tables, "access": access[~access["firm"].isin(home)]})
    together = compile_model(build(case.with_settings(coordination="on")))
    apart = compile_model(build(case.with_settings(coordination=coordination, market_markup=0.0, market_friction=0.0)))
    assert [variable.name for variable in apart.variables] == [variable.name for variable in together.variables]
    for part in ("cost", "lower", "upper", "row_lower", "row_upper", "starts", "columns", "values"):
        assert np.array_equal(getattr(apart, part), getattr(together, part)), part
