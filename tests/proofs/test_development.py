"""Development: a project is done once, with whom and after what its option says, and what needs it waits."""

from typing import Any

import pytest

from planner.solver.solver import Options, solve
from planner_models.instance import Instance
from planner_models.network import build
from tests.proofs import WORKSHOP, Rows, proves, wanted, workshop, years
from tests.solving import optimum, tabulate

MAKE = [{"process": "make", "tier": "downstream", "other_cost": 2, "requires": "design"}]
DESIGN = {"project": "design", "option": "alone", "cost": 2, "duration": 1}


def waiting(*options: dict[str, Any], settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The workshop over two years, where making waits for a design with these options."""
    base = {"periods": years(2), "processes": MAKE, "demand": wanted("1", "2")}
    return workshop(settings, **(base | {"projects": [DESIGN | option for option in options]} | sheets))


@proves("process_ready", optimum=98, without=96)
def test_a_process_waits_for_its_project() -> Instance:
    """Nothing is made in year 1: 80; then the design of 2 is ready: 16. In all 98. Without the constraint no design."""
    return waiting({})


@proves("item_ready", optimum=98, without=32)
def test_an_item_is_not_sold_before_its_project_is_ready() -> Instance:
    """8 goods are missing in year 1: 80 + 2 + 16 = 98. Without the constraint they are sold in both: 2 x 16 = 32."""
    good = [{"item": "good", "tier": "downstream", "requires": "design"}]
    return waiting({}, processes=WORKSHOP["processes"], items=good)


@proves("market_ready", optimum=62, without=128)
def test_no_price_is_offered_before_the_project_is_ready() -> Instance:
    """The design of 2 is ready in year 2; 8 goods then earn 10 - 2 each: 64 - 2 = 62.

    Without the constraint they are sold in both years without a design: 2 x 64 = 128.
    """
    good = [{"item": "good", "tier": "downstream", "requires": "design"}]
    steps = [*wanted("1", "2", step="list", price=10), *wanted("1", "2", step="cut", price=6, volume=9)]
    return waiting({}, settings={"objective": "profit"}, processes=WORKSHOP["processes"], items=good, demand=steps)


@proves("prerequisite", optimum=99, without=33)
def test_what_a_project_needs_comes_first() -> Instance:
    """The design takes no time and 1, but needs a study of a year and 2: 80 + 2 + 1 + 16 = 99.

    Without the constraint the design is had in year 1: 1 + 32 = 33.
    """
    study = {"project": "study"}
    return waiting(study, {"cost": 1, "duration": 0, "needs": "study"})


@proves("partnership", optimum=101, without=98)
def test_a_partner_must_be_bound_while_the_project_runs() -> Instance:
    """The design is done with the other firm, in an alliance of 3 a year: 80 + 2 + 3 + 16 = 101.

    Without the constraint the firm works without an alliance: 98.
    """
    alliance = [{"firm": "other", "process": "*", "mode": "alliance", "annual_cost": 3}]
    return waiting({"kind": "alliance", "partner": "other"}, access=alliance)


@proves("one_option", optimum=95.5, without=95)
def test_a_project_is_done_once() -> Instance:
    """A fund pays 125 % of the design, which is done once: 80 + 16 + 2 - 2.5 = 95.5.

    Without the constraint it would be done in both ways, for the fund's sake: 80 + 16 + 2 x (2 - 2.5) = 95.
    """
    fund = [{"policy": "fund", "kind": "development", "item": "make", "rate": 1.25}]
    return waiting({}, {"option": "again"}, policies=fund)


JOINT = {"option": "joint", "kind": "joint", "partner": "other", "cost": 2, "duration": 0}
ALLIANCE = {"option": "allied", "kind": "alliance", "partner": "other", "cost": 3, "duration": 0}
STAKES = [
    {"firm": "other", "process": "*", "mode": "alliance", "annual_cost": 1},
    {"firm": "other", "process": "*", "mode": "equity", "stake": 0.3, "entry_cost": 5},
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("case", "figure"),
    [
        # a fee of 2 at the start and ready at once: 2 + 32
        (waiting({"duration": 0}), 34),
        (waiting({"duration": 0, "first_period": "2"}), 98),
        # done together at once for 2, rather than alone in a year for 2
        (waiting({}, JOINT), 34),
        (waiting({}, JOINT, settings={"joint_development": "off"}), 98),
        (waiting({}, ALLIANCE), 35),
        (waiting({}, ALLIANCE, settings={"alliances": "off"}), 98),
        # the partner wants to be bound: in alliance for 1; or, where a stake of 30 % is asked for, for 5
        (waiting(JOINT, access=STAKES), 35),
        (waiting(JOINT | {"min_stake": 0.3}, access=STAKES), 39),
        # without access nobody gives a stake; an option that asks for none is left, through the row that binds least
        (waiting(JOINT, access=STAKES, settings={"access": "off"}), 35),
        (waiting(JOINT | {"min_stake": 0.3}, access=STAKES, settings={"access": "off"}), 160),
    ],
)
def test_what_a_project_costs_and_asks_for(case: Instance, figure: float) -> None:
    """Fees, first periods, partners and the switches, with the figures worked out beside them."""
    assert optimum(case) == pytest.approx(figure)


@pytest.mark.parametrize(("cost", "option", "profit"), [(80, "joint", 32), (84, "alone", 30)])
def test_time_to_market(cost: float, option: str, profit: float) -> None:
    """The price falls from 20 through 12 to 6, and making a good costs 2.

    Alone the design takes two years of 1 each, and is ready for year 3: 8 x (6 - 2) - 2 = 30. Jointly it takes one
    year and is ready for year 2: 8 x (12 - 2) + 8 x (6 - 2) = 112, less its cost. It pays up to a cost of 82.
    """
    window = [row for year, price in (("1", 20), ("2", 12), ("3", 6)) for row in wanted(year, price=price)]
    alone = {"option": "alone", "cost": 1, "duration": 2}
    joint = {"option": "joint", "kind": "joint", "partner": "other", "cost": cost, "duration": 1}
    model = build(waiting(alone, joint, settings={"objective": "profit"}, periods=years(3), demand=window))
    solution = solve(model, Options(gap=0.0))
    assert solution.objective == pytest.approx(-profit)
    assert tabulate(model, "projects")["option"].tolist() == [option]


@pytest.mark.parametrize(("leave", "figure"), [("yes", 106), ("no", 116)])
def test_a_partner_without_lines_is_bound_in_one_way_at_a_time(leave: str, figure: float) -> None:
    """A study of a year asks for the partner, the design after it for a stake, at 10 a year; an alliance is free.

    In year 1 nothing is made: 80. The alliance ends where it may, and equity is held in year 2 only: 10 + 16. Where it
    may not, equity is held in both years: 20 + 16.
    """
    firms = [*WORKSHOP["firms"], {"firm": "studio", "home": "no"}]
    study = {"project": "study", "option": "joint", "partner": "studio", "cost": 0}
    alliance = {"firm": "studio", "mode": "alliance", "exit": leave}
    equity = {"firm": "studio", "mode": "equity", "stake": 0.5, "annual_cost": 10}
    design = DESIGN | {"partner": "studio", "min_stake": 0.5, "needs": "study", "cost": 0, "duration": 0}
    assert optimum(waiting(firms=firms, projects=[study, design], access=[alliance, equity])) == pytest.approx(figure)


def test_a_project_that_costs_nothing_is_told_of() -> None:
    """The sheet has its row although no amount stands in it."""
    model = build(waiting({"cost": 0, "duration": 0}))
    assert solve(model, Options(gap=0.0)).objective == pytest.approx(32)
    assert tabulate(model, "projects")[["option", "started", "cost"]].to_numpy().tolist() == [["alone", "1", 0.0]]
