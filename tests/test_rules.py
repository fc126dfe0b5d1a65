"""Rules beyond their proofs: what the brief says of them, where the search starts, and a whole industry under them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.diagnosis import find_remedies
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.report.rules import rules_met
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, load_values, solve, solve_arrays
from planner_models.blocks.rules import PAID_ONCE
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from planner_models.schema import RESULTS
from planner_models.start import round_up
from tests.ev_china_rules import ruled_industry
from tests.proofs import wanted, workshop
from tests.proofs.ruled import TWO_SHOPS, rule, ruled
from tests.proofs.test_shares import LUMPS
from tests.solving import tabulate

ROOT = Path(__file__).parents[1]


def test_without_rules_nothing_is_there() -> None:
    """No variable, no row, no sheet, no sentence."""
    model = build(workshop())
    names = ("supplied", "sourced", "counted", "breach", "local", "max_share", "max_hhi", "min_service")
    assert sum(len(model.component(name)) for name in names) == 0
    solve(model)
    assert "rules" not in plan(model)
    assert rules_met(workshop(), {}) == ""


def test_the_audit_knows_the_share_of_a_source_that_supplies_nothing() -> None:
    """All comes from the shop here; of the branch there the sheet says a share of 0, which meets the limit."""
    case = ruled(rule("max_share", 1, by="site"))
    model = build(case)
    solution = solve(model, Options(gap=0))
    tables = plan(model)
    assert tables["rules"].set_index("who")[["value", "met"]].T.to_dict("list") == {
        "branch": [0, "yes"],
        "shop": [1, "yes"],
    }
    assert solution.objective is not None
    assert set(audit(case, tables, solution.objective)["ok"]) == {"yes"}
    tables["rules"]["met"] = "not applicable"
    found = audit(case, tables, solution.objective).set_index("check")["ok"]
    assert found["rules that are said to be met"] == "no"


def row(name: str, met: str, marginal: float, period: str = "1") -> dict[str, object]:
    """A row of sheet `rules` with a limit of 0.5."""
    figures = {"limit": 0.5, "value": 0.5, "slack": 0.0, "met": met, "marginal_cost": marginal, "remark": None}
    return {"rule": name, "item": "good", "who": "*", "period": period} | figures


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("a", "yes", 0)], "1 of 1 security rules is met."),
        # two rows of a: 2,000 + 4,000 million per unit of limit
        (
            [row("a", "yes", 2000), row("a", "yes", 4000, "2"), row("b", "no", 1000), row("c", "yes", 0)],
            "2 of 3 security rules are met, a at a cost, b not everywhere, at a penalty. The most expensive is a: at"
            " its limit of 0.5 costs rise by 6 billion USD per unit of limit, as long as the same yes-or-no"
            " decisions and flows are best; planner frontier measures larger steps by solving again.",
        ),
        (
            [row("a", "yes", 0), row("b", "not applicable", 0) | {"remark": "no scenario has a probability"}],
            "1 of 1 security rules is met. Not applicable, and not counted: b (no scenario has a probability).",
        ),
    ],
)
def test_the_brief_says_what_rules_cost(rows: list[dict[str, object]], said: str) -> None:
    table = pd.DataFrame(rows)[list(RESULTS["rules"].columns)]
    assert rules_met(workshop(), {"rules": table}) == said


def relaxed(case: Instance) -> tuple[object, np.ndarray]:
    """A model and the values of its relaxation."""
    model = build(case)
    compiled = compile_model(model)
    values = solve_arrays(compiled, Options(gap=0.0)).values
    assert values is not None
    load_values(compiled, values)
    return model, values


@pytest.mark.parametrize(("hard", "counted"), [("yes", 2), ("no", 1)])
def test_the_start_counts_the_sources_that_give_most(hard: str, counted: int) -> None:
    """As many as must; as few as a cheap breach leaves."""
    wish = rule("min_sources", 0.25, by="region", count=2, hard=hard, penalty=3)
    model, _ = relaxed(ruled(wish))
    round_up(model)
    values = {key[4]: variable.value for key, variable in model.counted.items()}
    assert sum(values.values()) == counted
    assert values[0] == 1  # here


def test_the_start_keeps_to_the_budget() -> None:
    """The relaxation orders 0.6 of a module for 6 in each of two shops; a budget of 8 is enough for one, not two."""
    modules = [{"process": "make", "site": site, "option": "m", "size": 10, "capex": 6} for site in ("shop", "branch")]
    lines = [{"site": site, "process": "make"} for site in ("shop", "branch")]
    both = [wanted("1")[0] | {"region": region} for region in ("here", "there")]
    spent = rule("budget", 8, item="*")
    model, _ = relaxed(ruled(spent, lines=lines, options=modules, lanes=[], demand=both))
    for variable in model.built.values():
        variable.set_value(0.6, skip_validation=True)
    round_up(model)
    assert sum(variable.value for variable in model.built.values()) == 1


@pytest.mark.one_in(2)
@pytest.mark.parametrize("facts", [{}, {"hard": "no", "penalty": 3}])
@pytest.mark.parametrize(("kind", "limit"), [("budget", 8), ("max_emissions", 5)])
def test_a_limit_on_what_cannot_be_is_met(kind: str, limit: float, facts: dict[str, Any]) -> None:
    """Nothing can be built, nor made in the far bloc: the rule has its row, nothing holds it, the audit agrees."""
    lines = [{"site": "shop", "process": "make", "capacity": 10}]
    case = ruled(rule(kind, limit, item="*", scope="east", **facts), lines=lines, lanes=[])
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    tables = add_evaluated_scenarios(model, plan(model))
    (found,) = tables["rules"].to_dict("records")
    assert {name: found[name] for name in ("value", "slack", "met")} == {"value": 0, "slack": limit, "met": "yes"}
    assert len(model.component(kind)) == len(model.breach) == 0
    assert solution.objective == pytest.approx(16)
    checked = audit(case, tables, solution.objective)
    assert checked[checked["ok"] != "yes"].empty


def test_a_limit_on_what_cannot_be_is_no_cell_to_change() -> None:
    """Where more is wanted than can be made, a budget that nothing can use is not among the cells that could help."""
    lines = [{"site": "shop", "process": "make", "capacity": 5}]
    must = [wanted("1")[0] | {"penalty": None, "price": None}]
    must = [{name: value for name, value in row.items() if value is not None} for row in must]
    model = build(ruled(rule("budget", 0, item="*"), lines=lines, lanes=[], demand=must))
    answers = find_remedies(model, compile_model(model), patience=5.0)
    assert answers
    assert not any(edit.sheet == "rules" for answer in answers for edit in answer.edits)


def test_a_plan_outside_of_the_cone_gives_way_to_the_best_one_inside() -> None:
    """The search finds the hall first, at 8, which no index below 1 allows; then it is proved that 16 is best."""
    solution = solve(build(ruled(rule("max_hhi", 0.6, by="region"), **LUMPS)), Options(gap=0.0))
    assert (solution.status, solution.objective, solution.bound) == ("optimal", pytest.approx(16), pytest.approx(16))


@pytest.mark.slow
def test_an_industry_under_rules_of_every_type() -> None:
    """There is a plan that meets every hard rule, and says what each limit is worth."""
    case = ruled_industry()
    model = build(case)
    solution = solve(model, Options(gap=0.1, time_limit=600.0, threads=2))
    assert solution.values is not None
    table = tabulate(model, "rules")
    hard = case["rules"].set_index("rule")["hard"].eq("yes")
    assert (table.loc[table["rule"].map(hard), "met"] == "yes").all()
    assert set(table["rule"]) == set(case["rules"]["rule"])
    assert (table["marginal_cost"] >= 0).all()
    wide = table[table["rule"].str.contains("max_hhi")]
    assert (wide["value"] <= wide["limit"] + 1e-4).all()


def test_the_manual_says_which_breaches_are_paid_once() -> None:
    """The types whose breach is no yearly amount, and the cost line of each kind."""
    manual = " ".join((ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8").split())
    yearly, _, once = manual.partition("cost line `rule breach`. A breach of ")
    assert yearly
    types, _, rest = once.partition(" is not a yearly amount")
    assert tuple(types.split("`")[1::2]) == PAID_ONCE
    assert "cost line `rule breach once`." in rest


def test_a_concentration_is_met_to_a_millionth() -> None:
    """Three shops at 1, 2 and 3, one good, an index of 0.4 at most: the cheapest shares are 1/3 + d, 1/3, 1/3 - d with
    2 d^2 = 0.4 - 1/3, which costs 2 - 2 d = 2 - 2 sqrt(1/30).
    """
    places = [{"region": name, "bloc": name} for name in ("here", "there", "far")]
    sites = [{"site": f"shop {row['region']}", "region": row["region"], "firm": "own"} for row in places]
    lines = [
        {"site": site["site"], "process": "make", "capacity": 1, "unit_cost": cost}
        for site, cost in zip(sites, (1, 2, 3), strict=True)
    ]
    lanes = [{"item": "good", "mode": "road", "origin": name, "destination": "here"} for name in ("there", "far")]
    case = ruled(
        rule("max_hhi", 0.4, by="region", scope="here"),
        regions=places, sites=sites, lines=lines, lanes=lanes, demand=wanted("1", volume=1),
    )  # fmt: skip
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assert solution.objective == pytest.approx(2 - 2 / 30**0.5, rel=1e-6)
    tables = plan(model)
    (found,) = tables["rules"].to_dict("records")
    assert found["value"] <= 0.4 * (1 + 1e-6)
    assert found["met"] == "yes"


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"kind": "max_cvar", "limit": 5, "item": "*"}, "no scenario has a probability"),
        ({"kind": "min_service", "limit": 1, "scenario": "none"}, "no such scenario"),
        ({"kind": "min_local_content", "limit": 0.5, "scope": "west"}, "has no value"),
        ({"kind": "max_share", "limit": 0.5, "by": "region", "scope": "far"}, "nothing can be supplied"),
    ],
)
def test_a_rule_that_takes_no_part_says_why(facts: dict[str, Any], why: str) -> None:
    """It has a row of its own, is neither met nor broken, and the audit misses it where it is gone."""
    far = [*TWO_SHOPS["regions"], {"region": "far", "bloc": "far"}]
    case = ruled(rule(**facts), regions=far)
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    tables = add_evaluated_scenarios(model, plan(model))
    (found,) = tables["rules"].to_dict("records")
    assert found["met"] == "not applicable"
    assert why in found["remark"]
    assert rules_met(case, tables).startswith(f"Not applicable, and not counted: {facts['kind']} (")
    checked = audit(case, tables, solution.objective)
    assert checked[checked["ok"] != "yes"].empty
    gone = audit(case, tables | {"rules": tables["rules"][:0]}, solution.objective).set_index("check")["ok"]
    assert gone["every rule has a row"] == "no"
