"""Service and risk as rules: what is served while a disruption lasts, and what the worst losses come to."""

from typing import Any

import pytest

from planner.solver.solver import Options, solve
from planner_models.instance import Instance
from planner_models.network import build
from tests.proofs import Rows, proves
from tests.proofs.ruled import rule, ruled, soft
from tests.solving import optimum, tabulate

STRIKE = {"scenario": "strike", "period": "1", "months": 6, "kind": "site", "target": "shop", "factor": 0}
BARE: dict[str, Rows] = {
    "items": [{"item": "good", "tier": "downstream", "value": 1}],
    "lines": [{"site": "shop", "process": "make", "capacity": 10}, {"site": "branch", "process": "make"}],
    "options": [{"site": "branch", "process": "make", "option": "spare", "size": 6, "capex": 20, "life": 1}],
}
"""The branch has no line yet: one of 6 costs 20. Without it a strike of the shop leaves all 8 goods a year missing."""


def struck(*rules: dict[str, Any], probability: float = 0.0, **changes: Any) -> Instance:
    """The two shops with a strike of half a year at the shop here, which may come."""
    scenarios = [{"scenario": "strike", "probability": probability}]
    return ruled(*rules, **({"scenarios": scenarios, "disruptions": [STRIKE]} | BARE | changes))


@proves("min_service", optimum=36, without=16)
def test_service_lasts_through_a_disruption() -> Instance:
    """Half of 8 goods a year must be there: the spare line, 16 + 20 = 36; the strike has no chance, its loss counts
    for nothing. Without the constraint 16.
    """
    return struck(rule("min_service", 0.5, scenario="strike"))


@proves("max_cvar", optimum=36.8, without=19.2)
def test_the_worst_losses_are_limited() -> Instance:
    """A strike with a chance of 0.1, all of the worst tenth, loses 6 / 12 x 8 x (10 - 2) = 32: 16 + 3.2 = 19.2.

    It costs 16 + 32 then, 32 above the best base of 16. With the spare line 2 are missing: it loses 8, and costs
    36 + 8, 28 above the best base, within 30: 16 + 20 + 0.8 = 36.8.
    """
    return struck(rule("max_cvar", 30, item="*"), probability=0.1)


DEAR = {"process": "make", "tier": "downstream", "other_cost": 12}
SHOP = [{"site": "shop", "process": "make", "capacity": 10}]
EACH = [{"scenario": "any", "expand": "each_site", "item": "good", "period": "1", "months": 6}]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("case", "figure"),
    [
        (struck(rule("min_service", 0.5, scenario="strike"), settings={"rules": "off"}), 16),
        (struck(rule("min_service", 0.5, scenario="*")), 36),
        (struck(rule("min_service", 0.5, scenario="strike", scope="there")), 16),
        (struck(rule("min_service", 0.8, scenario="strike")), "infeasible"),
        # of 4 goods of value 1 in half a year 2 are missing, at 5 each; at 11 the line is better
        (struck(soft("min_service", 0.5, 5, scenario="strike")), 26),
        (struck(soft("min_service", 0.5, 11, scenario="strike")), 36),
        # each site by itself: only the loss of the shop matters
        (struck(rule("min_service", 0.5, scenario="any"), scenarios=EACH, disruptions=[]), 36),
        # without a disruption all must be served, at any price
        (ruled(rule("min_service", 1, scenario="*"), items=BARE["items"], processes=[DEAR], lines=SHOP), 96),
        (ruled(rule("min_service", 0.5, scenario="*"), items=BARE["items"], processes=[DEAR], lines=SHOP), 88),
        # 32 are 20 beyond 12, at 0.5
        (struck(soft("max_cvar", 12, 0.5, item="*"), probability=0.1), 29.2),
    ],
)
def test_what_service_means(case: Instance, figure: float | str) -> None:
    """By scenario and scope, as a limit and as a wish."""
    assert optimum(case) == (figure if isinstance(figure, str) else pytest.approx(figure))


@pytest.mark.parametrize(
    ("case", "key", "value", "marginal"),
    [
        (struck(rule("min_service", 0.5, scenario="*"), probability=0.1), ("good", "strike", "*"), 0.75, 0),
        # a unit of the limit is the value of 4 goods in half a year, each of which costs a breach of 5
        (struck(soft("min_service", 0.5, 5, scenario="strike")), ("good", "strike", "*"), 0, 20),
        # with the spare line the strike loses 8 and costs 28 above the best base, whatever the rule would allow
        (struck(rule("max_cvar", 30, item="*"), probability=0.1), ("*", "*", "*"), 28, 0),
        (struck(soft("max_cvar", 12, 0.5, item="*"), probability=0.1), ("*", "*", "*"), 32, 0.5),
    ],
)
def test_the_sheet_says_what_service_comes_to(
    case: Instance, key: tuple[str, ...], value: float, marginal: float
) -> None:
    """Who is the scenario; the baseline has a row too where every scenario is meant."""
    model = build(case)
    solve(model, Options(gap=0.0))
    table = tabulate(model, "rules").set_index(["item", "who", "period"])
    assert len(table) == (2 if case["rules"]["scenario"].item() == "*" and key[1] == "strike" else 1)
    row = table.loc[key]
    assert row["value"] == pytest.approx(value)
    assert row["marginal_cost"] == pytest.approx(marginal)
