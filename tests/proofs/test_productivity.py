"""Productivity: hours, energy and output by place and by kind of production, on cases worked out by hand."""

from typing import Any

import pytest

from planner_models.instance import Instance
from planner_models.sets.derive import derive
from planner_models.sets.productivity import tabulate_productivity
from tests.audited import find_differences, solve_to_tables
from tests.proofs import matters, workshop
from tests.solving import optimum

COUNTRY = {"region": "here", "bloc": "union", "wage": 0.5, "skilled_wage": 2, "energy_price": 0.25, "grid_co2": 0.5}
MAKE = {"process": "make", "tier": "downstream", "stage": "shaping", "intensity": "labour"}
LINE = {"site": "shop", "process": "make", "capacity": 10}


def place(*rows: dict[str, Any], **sheets: Any) -> Instance:
    """The workshop with rows of productivity."""
    return workshop(**{"regions": [COUNTRY], "productivity": list(rows)} | sheets)


@matters("productivity", "labour", optimum=3, blank=12)
def test_hours() -> Instance:
    """8 goods at 3,000,000 h x 0.5 / 10^6 = 1.5 cost 12; with a quarter of the hours 3."""
    return place({"where": "here", "labour": 0.25}, processes=[MAKE | {"labour": 3e6}])


@matters("productivity", "skilled", optimum=4, blank=8)
def test_skilled_hours() -> Instance:
    """8 goods at 500,000 h x 2 / 10^6 = 1 cost 8; with half of the hours 4."""
    return place({"where": "own", "what": "shaping", "skilled": 0.5}, processes=[MAKE | {"skilled": 5e5}])


@matters("productivity", "energy", optimum=8, blank=4)
def test_energy() -> Instance:
    """8 goods at 2,000,000 kWh x 0.25 / 10^6 = 0.5 cost 4; with twice the energy 8."""
    return place({"where": "union", "what": "downstream", "energy": 2}, processes=[MAKE | {"energy": 2e6}])


@matters("productivity", "output", optimum=8 * 2 + 3, blank=6 * 2 + 2 * 10 + 3)
def test_output() -> Instance:
    """A capacity of 2 and one module of 4 make 6 of 8 goods at 2, and 2 are missing at 10; with half as much again 8.

    The module costs 3 a year whatever it makes; without it 6 more goods would be missing.
    """
    return place(
        {"what": "labour", "output": 1.5},
        processes=[MAKE | {"other_cost": 2}],
        lines=[LINE | {"capacity": 2}],
        options=[{"process": "make", "option": "module", "size": 4, "fixed_cost": 3, "life": 1}],
    )


def test_rows_that_match_multiply() -> None:
    """By region, bloc, firm and `*`, by process, stage, tier, intensity and `*`; others leave the line alone."""
    rows = [
        *({"where": where, "labour": 2} for where in ("here", "union", "own", "*")),
        *({"where": "here", "what": what, "skilled": 3} for what in ("make", "shaping", "downstream", "labour")),
        {"where": "there", "energy": 5},
        {"where": "here", "what": "capital", "energy": 5},
    ]
    factors = tabulate_productivity(place(*rows, processes=[MAKE])).loc[("shop", "make")]
    assert factors.to_dict() == {"labour": 16, "skilled": 81, "energy": 1, "output": 1}


def test_switch_off() -> None:
    """While the switch is off the figures of the process hold."""
    case = place({"where": "here", "labour": 0.25}, processes=[MAKE | {"labour": 3e6}])
    assert optimum(case.with_settings(productivity="off")) == pytest.approx(12)


def test_an_outside_line_recovers_its_fixed_cost_over_what_it_makes() -> None:
    """5 a year over 10 a year is 0.5 a good; at half as much output, 1."""
    case = place(
        {"where": "other", "output": 0.5},
        sites=[{"site": "shop", "region": "here", "firm": "other"}],
        lines=[LINE | {"fixed_cost": 5}],
    )
    assert derive(case).costs["1"].at[("shop", "make"), "recovery"] == pytest.approx(1)


def test_emissions_of_the_grid_count_the_energy_that_is_needed() -> None:
    """2,000 kWh x 0.5 kg x 2 is 2 t a good: a limit of 8 t lets 4 goods be made at no cost, and 4 are missing at 10."""
    case = place(
        {"where": "here", "energy": 2},
        regions=[COUNTRY | {"energy_price": 0}],
        processes=[MAKE | {"energy": 2000}],
        rules=[{"rule": "air", "type": "max_emissions", "limit": 8}],
    )
    assert optimum(case) == pytest.approx(40)


def busy() -> Instance:
    """Existing capacity, a module, an outside line and a limit on emissions, all of which productivity changes."""
    return place(
        {"where": "union", "labour": 0.5, "output": 1.5},
        {"where": "other", "what": "shaping", "energy": 1.3, "output": 0.8},
        processes=[MAKE | {"labour": 1e6, "skilled": 1e5, "energy": 2000, "other_cost": 1}],
        sites=[
            {"site": "shop", "region": "here", "firm": "own"},
            {"site": "works", "region": "here", "firm": "other"},
        ],
        lines=[LINE | {"capacity": 2, "fixed_cost": 1}, LINE | {"site": "works", "capacity": 2.5, "fixed_cost": 1}],
        options=[{"process": "make", "option": "module", "size": 1.5, "fixed_cost": 0.1, "scale_exponent": 0.6,
                  "capex": 1, "max_modules": 2, "life": 2}],
        rules=[{"rule": "air", "type": "max_emissions", "limit": 100}],
    )  # fmt: skip


@pytest.mark.one_in(3)
@pytest.mark.parametrize("changes", [{}, {"scale": "off"}, {"productivity": "off"}])
def test_the_audit_agrees(changes: dict[str, str]) -> None:
    """Of a plan that uses every factor, and of those with a switch off; with other factors it does not."""
    case = busy().with_settings(**changes)
    tables, objective = solve_to_tables(case)
    assert find_differences(case, tables, objective) == []
    assert {"shop", "works"} == set(tables["production"]["site"])
    if not changes:
        found = find_differences(case.with_settings(productivity="off"), tables, objective)
        assert {"costs: labour", "costs: line fixed cost", "existing capacity", "size of builds"} <= set(found)
