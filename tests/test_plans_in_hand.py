"""A plan in hand bounds every later solve of the same question, and no claim is finer than the gaps behind it."""

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from planner.solver.compiled import Compiled
from planner.solver.in_hand import bound_below, cheapest, cost_of, fits, left_open
from planner.solver.solver import Options, Solution, solve_arrays
from planner.studies.alternatives import run as run_alternatives
from planner.studies.alternatives.study import Alternatives, NearOptimalPlans
from planner.studies.attribution.coalitions import Solved
from planner.studies.attribution.inherited import keep_inheritance
from planner.studies.earlier_result import InHand, bound_by_result
from planner.studies.harden import run as run_harden
from planner.studies.harden.study import Hardened
from planner.studies.information.study import Between, _difference
from planner.studies.why import points
from planner.studies.why import run as run_why
from planner.studies.why import study as why
from planner.studies.why.drivers import Driver
from planner_models.schema.decisions import Decision
from tests.proofs import wanted, workshop, years

DRIVER = cast(Driver, SimpleNamespace(value=10.0, least=0.0, name="sites[mine].opening_cost"))


def two_plants() -> Compiled:
    """Capacity for 5 is to be built of modules of 3 at 4 and of 2 at 3 (each up to 9): 3 + 2 at 7 is best."""
    return Compiled(
        cost=np.array([4.0, 3.0]),
        offset=1.0,
        lower=np.zeros(2),
        upper=np.full(2, 9.0),
        integer=np.ones(2, dtype=bool),
        starts=np.array([0, 2], dtype=np.int32),
        columns=np.array([0, 1], dtype=np.int32),
        values=np.array([3.0, 2.0]),
        row_lower=np.array([5.0]),
        row_upper=np.array([np.inf]),
        variables=[],
        rows=[],
    )


def solution(objective: float, bound: float | None) -> Solution:
    return Solution("within_gap", np.zeros(1), objective, bound, None, 0, 0.0)


@pytest.mark.parametrize(
    ("values", "is_plan"),
    [([1, 1], True), ([0, 3], True), ([1, 0], False), ([0.5, 2], False), ([10, 0], False), ([1, 1, 1], False)],
)
def test_a_plan_of_other_rows_fits_only_where_it_keeps_them(values: list[float], is_plan: bool) -> None:
    assert fits(two_plants(), np.array(values, dtype=float)) == is_plan


def test_the_cheapest_plan_that_fits_is_in_hand() -> None:
    """1 + 4 + 3 is 8, three small ones cost 10, and one large one is no plan."""
    plans = [None, np.array([0.0, 3.0]), np.array([1.0, 0.0]), np.array([1.0, 1.0])]
    found = cheapest(two_plants(), plans)
    assert found is not None
    assert cost_of(two_plants(), found) == 8
    assert cheapest(two_plants(), plans[:1]) is None


@pytest.mark.parametrize("gap", [0.0, 10.0])
def test_no_search_ends_worse_than_it_began(gap: float) -> None:
    found = solve_arrays(two_plants(), Options(gap=gap), None, (), np.array([1.0, 1.0]))
    assert found.objective == pytest.approx(8)


def test_a_bound_known_from_elsewhere_counts_where_it_is_higher() -> None:
    assert bound_below(solution(100, 90), 95).bound == 95
    assert bound_below(solution(100, 98), 95).bound == 98
    assert bound_below(solution(100, None), 120).bound == 100
    assert left_open(bound_below(solution(100, 90), 95)) == 5
    assert left_open(solution(100, None)) == math.inf


@pytest.mark.parametrize(
    ("anew", "objective", "bound"), [(440, 435, 430), (433, 433, 430), (428, 428, 428)], ids=["worse", "better", "best"]
)
def test_the_plan_as_it_is_is_never_worse_than_the_result(anew: float, objective: float, bound: float) -> None:
    """The result costs 435 and proves 430."""
    known = InHand(cast(dict[Decision, float], {}), 435.0, 430.0)
    held = bound_by_result(solution(anew, anew), known)
    assert (held.objective, held.bound) == (objective, bound)


def test_a_break_even_lies_between_values_at_which_the_sign_is_certain() -> None:
    """Forcing costs 10 - value; each side may be 1 off: 8 certainly costs and 12 pays, 9.5 and 10.5 are open."""
    tried = [points.ForcedPoint(value, 100.0, 110.0 - value, 1.0, 1.0) for value in (5.0, 8.0, 9.5, 10.5, 12.0)]
    flip = points.claim_break_even(DRIVER, tried)
    assert flip.at == pytest.approx(10)
    assert flip.between == (8, 12)
    assert run_why._break_even(flip) == "10"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [{"from": "2", "value": 6.0}],
            ["sheet by_period states sites[shop].fixed_cost in 2: there it was not varied"],
        ),
        ([{"value": 6.0}], ["sheet by_period states sites[shop].fixed_cost in 1, 2: there it was not varied"]),
        ([{"from": "2", "factor": 2.0}], []),
        ([], []),
    ],
)
def test_periods_in_which_a_driver_is_stated_anew_are_named(rows: list[dict[str, Any]], said: list[str]) -> None:
    """A value by period replaces what is varied; a factor multiplies it, so that varying it has its effect."""
    stated = [{"sheet": "sites", "key": "shop", "column": "fixed_cost", **row} for row in rows]
    instance = workshop(periods=years(2), demand=wanted("1", "2"), by_period=stated)
    driver = Driver(instance, "sites", int(instance["sites"].index[0]), "fixed_cost")
    assert run_why._describe_override(points.Flip(driver, [], None)) == said


def test_no_break_even_is_claimed_where_both_cost_the_same() -> None:
    """At 4e-11 the difference is 0 to the last digit, which is no value at which the decision flips."""
    tried = [points.ForcedPoint(10.0, 100.0, 110.0, 0.0, 0.0), points.ForcedPoint(4e-11, 100.0, 100.0, 0.0, 0.0)]
    flip = points.claim_break_even(DRIVER, tried)
    assert flip.at is None
    assert "no break-even is claimed" in flip.words
    assert "both cost the same there" in flip.words


def test_what_forcing_costs_says_what_the_gaps_leave() -> None:
    """100 (96 at least) against 112 (106 at least): 12, between 6 and 16."""
    sides = SimpleNamespace(held=why.Lock("opened", ("a",), None, 1, 1), forced=why.Lock("opened", ("a",), None, 0, 0))
    job: Any = SimpleNamespace(sign=1.0)
    answer = why.ForcedAnswer(cast(why.Sides, sides), job, solution(112, 106), solution(100, 96), None)
    assert (answer.least, answer.most) == (6, 16)
    assert "costs 12 million USD" in run_why._cost(answer, "USD")
    assert "between 6 million USD and 16 million USD" in run_why._cost(answer, "USD")


def game(sign: float, **costs: tuple[float, float]) -> dict[frozenset[str], Solved]:
    """Coalitions by the first letters of their mechanisms, each with the objective and the bound of its cost."""
    names = {"s": "scale", "l": "learning", "c": "clusters"}
    found = {}
    for letters, (cost, bound) in costs.items():
        members = frozenset(names[letter] for letter in letters if letter in names)
        found[members] = Solved(members, "within_gap", "", -sign * cost, -sign * bound, 0.1, 0.0)
    return found


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_an_added_option_is_never_worth_less_than_nothing(sign: float) -> None:
    """The search with learning ended at 103, though the plan without at 100 is one with it too; its bound of 98 holds
    for none as well. Scale takes something away, so that its 105 remains; with learning too, 104 counts.
    """
    solved = game(sign, none=(100, 90), l=(103, 98), s=(105, 95), sl=(104, 94), slc=(106, 93))
    found = keep_inheritance(solved, sign)
    figures = {"".join(sorted(name[0] for name in key)): plan for key, plan in found.items()}
    assert {key: -sign * (plan.objective or 0.0) for key, plan in figures.items()} == {
        "": 100, "l": 100, "s": 105, "ls": 104, "cls": 104,
    }  # fmt: skip
    assert {key: -sign * (plan.bound or 0.0) for key, plan in figures.items()} == {
        "": 98, "l": 98, "s": 95, "ls": 94, "cls": 93,
    }  # fmt: skip
    assert figures["l"].gap == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("hardened", "bound", "least", "most", "words"),
    [
        (110.0, 106.0, 6, 15, "costs 10 million USD more than the plain plan (10 %); given the gaps of the two "
         "plans, between 6 million USD and 15 million USD"),
        (103.0, 80.0, 0, 8, "between nothing and 8 million USD"),
        (98.0, 97.0, 0, 3, "which was therefore not the best: the cost of hardening is between nothing and 3 million"),
        (100.0, None, 0, 5, "between nothing and 5 million USD"),
    ],
)  # fmt: skip
def test_what_hardening_costs_is_known_no_better_than_the_gaps(
    hardened: float, bound: float | None, least: float, most: float, words: str
) -> None:
    """The plain plan costs 100 and 95 at least, which the hardened one, a plain plan too, cannot be below either."""
    job: Any = SimpleNamespace(sign=1.0)
    siege: Any = SimpleNamespace()
    found = Hardened(siege, (job, solution(100, 95)), (job, solution(hardened, bound)))
    assert (found.least, found.most) == (least, most)
    assert words in run_harden._price(found, "USD")


@pytest.mark.parametrize(
    ("bound", "words"), [(100.0, ""), (95.0, "by up to 5 million USD (5.26 %)"), (None, "is not known")]
)
def test_how_near_to_the_best_alternatives_are_carries_the_gap(bound: float | None, words: str) -> None:
    job: Any = SimpleNamespace(sign=1.0)
    best = NearOptimalPlans(solution(100, bound), np.zeros(1))
    found = Alternatives(job, cast(Any, None), [best], [], 102.0, exhausted=True, in_time=True, bound=bound)
    said = run_alternatives._open(found, 0.02, "USD")
    assert words in " ".join(said)
    assert bool(said) == bool(words)


def test_information_is_never_worth_less_than_nothing() -> None:
    """The plan for all costs 100 (95 at least); of knowing, plans of 103 (94 at least) were found: 0 to 6."""
    assert _difference(np.array([100.0, 95.0]), np.array([103.0, 94.0])) == Between(0.0, 0.0, 6.0)
