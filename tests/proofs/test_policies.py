"""Policies: what they pay, within what was done and within their budgets, and what they change."""

from typing import Any

import pytest

from planner_models.instance import Instance
from planner_models.network import build
from tests.proofs import WORKSHOP, Rows, proves, wanted, workshop, years
from tests.solving import optimum

BOUNTY = {"policy": "bounty", "kind": "output", "item": "good", "rate": 1}
MODULE = {"process": "make", "option": "module", "size": 10, "capex": 10, "life": 2}
AWAY = [{"site": "shop", "region": "here", "firm": "other"}]
CONTRACT = [{"firm": "other", "process": "make", "mode": "contract", "entry_cost": 5, "transaction_cost": 0.5}]
DESIGN = [{"project": "design", "option": "alone", "cost": 4, "duration": 1}]
WAITS = [{"process": "make", "tier": "downstream", "other_cost": 2, "requires": "design"}]


def governed(*policies: dict[str, Any], settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The workshop under these policies; each is a change to a bounty of 1 on each good made."""
    return workshop(settings, **({"policies": [BOUNTY | policy for policy in policies]} | sheets))


@proves("policy_budget", optimum=11, without=8)
def test_no_more_is_paid_than_the_budget() -> Instance:
    """16 less the budget of 5. Without the constraint 8 goods earn 8: 8."""
    return governed({"budget": 5})


@proves("entitlement", optimum=8, without=-4)
def test_only_what_was_done_is_paid_for() -> Instance:
    """8 goods earn 8 of a budget of 20: 16 - 8 = 8. Without the constraint all of it: 16 - 20 = -4."""
    return governed({"budget": 20})


IMPORTED: dict[str, Rows] = {
    "items": [{"item": "good", "tier": "downstream", "value": 10}],
    "lanes": [{"origin": "here", "destination": "there", "item": "good", "mode": "road"}],
    "duties": [{"rate": 0.1}],
    "demand": wanted("1", region="there"),
}
NEW: dict[str, Rows] = {"lines": [{"site": "shop", "process": "make"}], "options": [MODULE]}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("case", "figure"),
    [
        (governed({}, settings={"policies": "off"}), 16),
        (governed({}, settings={"support": "off"}), 16),
        (governed({}, settings={"duty_policies": "off"}), 8),
        # a duty of 0.1 of 10 on 8 goods, and 0.2 more by policy: 16 + 8 + 16; each switch takes its kind alone
        (governed({"kind": "duty", "item": "good", "rate": 0.2}, **IMPORTED), 40),
        (governed({"kind": "duty", "item": "good", "rate": 0.2}, settings={"duty_policies": "off"}, **IMPORTED), 24),
        (governed({"kind": "duty", "item": "good", "rate": 0.2}, settings={"support": "off"}, **IMPORTED), 40),
        (governed({"active": "no"}), 16),
        (governed({"region": "there"}), 16),
        (governed({"item": "make", "rate": 0.5}), 12),
        # a name that is both an item and a process means the item, which nobody makes
        (governed({"item": "make"}, items=[*WORKSHOP["items"], {"item": "make", "tier": "downstream"}]), 16),
        (governed({"from": "2"}, periods=years(2), demand=wanted("1", "2")), 24),
        # what is bought from others earns its maker the bounty, not the planner
        (governed({}, sites=AWAY), 16),
        # 5 a year over two years, of which 40 % is paid for modules ordered in year 1: 10 + 32 - 4
        (governed({"kind": "capex", "rate": 0.4, "to": "1"}, periods=years(2), demand=wanted("1", "2"), **NEW), 38),
        (governed({"kind": "capex", "rate": 0.4, "from": "2"}, periods=years(2), demand=wanted("1", "2"), **NEW), 42),
        # 60 % of 5 to enter: 2 + 8 x 2.5
        (governed({"kind": "access", "item": "*", "rate": 0.6}, sites=AWAY, access=CONTRACT), 22),
        # the transaction cost halves: 5 + 8 x 2.25
        (governed({"kind": "transaction_cost", "rate": -0.5}, sites=AWAY, access=CONTRACT), 23),
        # 25 % of 4: 80 + 16 + 3
        (
            governed(
                {"kind": "development", "item": "make", "rate": 0.25},
                periods=years(2),
                processes=WAITS,
                projects=DESIGN,
                demand=wanted("1", "2"),
            ),
            99,
        ),
        # 10 % of 10 on each good, and 20 % more: 8 x (2 + 3)
        (governed({"kind": "duty", "rate": 0.2}, **IMPORTED), 40),
        (governed({"kind": "duty", "rate": -0.1, "region": "there"}, **IMPORTED), 16),
        # a quarter more is wanted
        (governed({"kind": "market_access", "rate": 0.25}), 20),
        (governed({"kind": "market_access", "rate": 0.25, "item": "*", "region": "there"}), 16),
    ],
)
def test_what_policies_do(case: Instance, figure: float) -> None:
    """Each kind, with its windows and places and the figures worked out beside it; WORKSHOP alone costs 16."""
    assert optimum(case) == pytest.approx(figure)


def test_a_budget_is_shared_over_the_periods() -> None:
    """Two years of 8 goods cost 32; of 16 that they earn the budget pays 12: 20."""
    case = governed({"budget": 12}, periods=years(2), demand=wanted("1", "2"), lines=WORKSHOP["lines"])
    assert optimum(case) == pytest.approx(20)


def test_grants_stand_in_order_of_time() -> None:
    """The order of the columns, and with it the plan that a seed finds, is the same in every run."""
    names = [str(year) for year in range(1, 13)]
    case = governed(
        {"kind": "development", "item": "make", "rate": 0.25},
        periods=years(12),
        processes=WAITS,
        projects=[{**DESIGN[0], "duration": 11}],
        demand=wanted(*names),
    )
    assert [key[3] for key in build(case).granted] == names[:-1]
