"""Where the search starts has no say in where it ends."""

import pyomo.environ as pyo
import pytest

from planner.solver.solver import Options, solve
from planner_models.model import Model
from planner_models.network import build
from planner_models.start import round_up
from planner_models.trim import trim
from tests.proofs import wanted, workshop, years
from tests.proofs.test_development import waiting


def test_a_start_that_presolve_rules_out_does_not_pass_for_the_optimum() -> None:
    """12 goods are wanted there, where 6 are in stock; the lane costs 2 to open. The other 6 need a module here.

    A module of 25 costs 10, one of 50 costs 16, which is less for its size: the relaxation takes a part of the large
    one, and rounded up that is where the search starts: 16 + 12 + 2 = 30. The small one is best: 10 + 12 + 2 = 24.
    HiGHS 1.16 drops the large module, which the small one makes useless, in its presolve, and then takes the start
    without its 16 for a plan of 14, better than any there is.
    """
    module = {"process": "make", "life": 1}
    case = workshop(
        lines=[{"site": "shop", "process": "make", "capacity": 0}],
        options=[
            module | {"option": "small", "size": 25, "capex": 10, "max_modules": 2},
            module | {"option": "large", "size": 50, "capex": 16},
        ],
        lanes=[{"origin": "here", "destination": "there", "item": "*", "mode": "road", "opening_cost": 2}],
        stocks=[{"region": "there", "item": "good", "initial": 6, "maximum": 10}],
        demand=wanted("1", region="there", volume=12),
    )
    solution = solve(build(case), Options(gap=0.0))
    assert solution.objective == pytest.approx(24)
    assert solution.bound == pytest.approx(24)
    assert solution.status == "optimal"


MODULE = {"process": "make", "option": "m", "size": 10, "capex": 6, "max_modules": 2}


def with_values(model: Model, **values: dict[tuple[str, ...], float]) -> Model:
    """The model, with these values of its variables, all others being 0."""
    for variable in model.component_data_objects(pyo.Var):
        variable.set_value(0, skip_validation=True)
    for name, given in values.items():
        for key, value in given.items():
            model.component(name)[key].set_value(value, skip_validation=True)
    return model


@pytest.mark.parametrize(("made", "ordered"), [(8, [0, 1]), (15, [0, 2]), (0, [0, 0])])
def test_modules_are_as_many_as_are_used_and_no_sooner(made: float, ordered: list[float]) -> None:
    """Two modules of 10 are ordered in year 1, and something is made in year 2."""
    empty = [{"site": "shop", "process": "make", "capacity": 0}]
    model = build(workshop(periods=years(2), lines=empty, options=[MODULE], demand=wanted("2")))
    with_values(model, built={("shop", "make", "m", "1"): 2}, made={("shop", "make", "own", "2"): made})
    trim(model)
    assert [model.built["shop", "make", "m", period].value for period in "12"] == ordered


@pytest.mark.parametrize("made", [0, 8])
def test_a_project_and_its_partner_are_kept_where_something_waits_for_them(made: float) -> None:
    """A design with the other firm is started; it is of use where something is made."""
    alliance = [{"firm": "other", "process": "*", "mode": "alliance", "annual_cost": 3}]
    model = build(waiting({"kind": "alliance", "partner": "other"}, access=alliance))
    start, offer = ("design", "alone", "1"), ("other", "*", "alliance", "1")
    with_values(model, started={start: 1}, accessed={offer: 1}, made={("shop", "make", "own", "2"): made})
    trim(model)
    assert model.started[start].value == model.accessed[offer].value == (made > 0)


def test_what_a_budget_has_no_room_for_is_ordered_later() -> None:
    """A module of 6 in each of two shops; a budget of 8 a year is enough for one of them, the other comes in year 2."""
    both = [row for region in ("here", "there") for row in wanted("1", "2", region=region)]
    places = {"shop": "here", "branch": "there"}
    sites = [{"site": site, "region": region, "firm": "own"} for site, region in places.items()]
    spent = {"rule": "most", "type": "budget", "item": "*", "limit": 8}
    model = build(
        workshop(
            periods=years(2),
            sites=sites,
            lines=[{"site": site, "process": "make", "capacity": 0} for site in ("shop", "branch")],
            options=[MODULE | {"site": site, "max_modules": 1} for site in ("shop", "branch")],
            demand=both,
            rules=[spent],
        )
    )
    with_values(model, built={(site, "make", "m", "1"): 0.6 for site in ("shop", "branch")})
    round_up(model)
    assert sum(model.built[site, "make", "m", "1"].value for site in ("shop", "branch")) == 1
    assert sum(model.built[site, "make", "m", "2"].value for site in ("shop", "branch")) == 1
