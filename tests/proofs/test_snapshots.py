"""Snapshots: half a year in which something is lost, with a chance of 0.2 unless said otherwise.

The workshop's optimum is 16. A loss of 1 a year during the disruption adds 0.2 x 6 / 12 = 0.1 to it; each good that is
missing then costs 10 and saves the 2 of making it.
"""

from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest

from planner.audit.audit import AUDITS, audit
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.recourse.reaction import Recourse
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, solve
from planner.workbook.read import read_instance
from planner_models.blocks.disruptions.flows import FLOWS
from planner_models.blocks.disruptions.snapshots import HELD, NOT_HELD
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from planner_models.sets.derive import derive
from tests.plans import CONCERNED
from tests.proofs import WORKSHOP, Rows, matters, proves, wanted, workshop, years
from tests.solving import optimum

EV_CHINA = Path(__file__).parents[2] / "instances" / "ev_china.xlsx"
LINE = {"site": "shop", "process": "make", "capacity": 10}
LANE = {"origin": "here", "destination": "there", "item": "good", "mode": "road"}
STORE = {"region": "here", "item": "good"}
DESIGN = [{"project": "design", "option": "alone", "cost": 100, "duration": 0}]
HIT = {"scenario": "strike", "period": "1", "months": 6, "kind": "site", "target": "shop", "factor": 0}
FEWER = {"kind": "market", "target": "here", "effect": "demand", "factor": 0.5}
BLOCKED = {"kind": "lane", "target": "here|there"}


def disrupted(
    settings: dict[str, Any] | None = None, probability: float = 0.2, hits: Rows | None = None, **sheets: Rows
) -> Instance:
    """The workshop with a scenario; `hits` are its disruptions: the shop stands still where nothing else is said."""
    rows = [HIT | hit for hit in hits or [{}]]
    return workshop(
        settings, scenarios=[{"scenario": "strike", "probability": probability}], disruptions=rows, **sheets
    )


def _there(**lane: Any) -> dict[str, Rows]:
    """A lane, and all that is wanted at its end."""
    return {"lanes": [LANE | lane], "demand": wanted("1", region="there")}


TWO: dict[str, Rows] = {
    "items": [*WORKSHOP["items"], {"item": "part", "tier": "midstream"}],
    "processes": [*WORKSHOP["processes"], {"process": "cut", "tier": "midstream", "other_cost": 2}],
    "recipes": [*WORKSHOP["recipes"], {"process": "cut", "item": "part", "quantity": 1}],
    "lines": [LINE, LINE | {"process": "cut"}],
    "lanes": [LANE | {"item": "*", "capacity": 10}],
    "demand": [row for item in ("good", "part") for row in wanted("1", region="there", item=item, volume=4)],
}
"""4 goods and 4 parts at 2 each, over a lane that they share: 16."""

CASES: list[tuple[str, float, dict[str, Any]]] = [
    # 2 of 12 are missing, 2 more are made: 0.1 x (20 + 4)
    ("more is wanted", 18.4, {"hits": [FEWER | {"factor": 1.5}]}),
    ("half of far too much is enough", 16, {"lines": [LINE | {"capacity": 1000}], "hits": [{"factor": 0.5}]}),
    # 4 more are made: 0.1 x 4 x 2
    ("more is made", 16.8, {"lines": [LINE | {"capacity": 1000}], "hits": [FEWER | {"factor": 1.5}]}),
    # 0.1 x 8 x 2
    ("running costs twice as much", 17.6, {"hits": [{"effect": "cost", "factor": 2}]}),
    # a good that costs 12 is not worth 10: 0.1 x 8 x (10 - 2)
    ("running costs too much", 22.4, {"hits": [{"effect": "cost", "factor": 6}]}),
    # 2.5 can be made: 0.1 x 5.5 x 8
    ("factors multiply", 20.4, {"hits": [{"factor": 0.5}, {"kind": "process", "target": "make", "factor": 0.5}]}),
    # 4 are made, fewer than the line must run otherwise: 0.1 x 8 less
    ("the least load is waived", 15.2, {"lines": [LINE | {"min_load": 0.8}], "hits": [FEWER]}),
    # 5 of the 8 come from stock, 3 are made: 6. Nothing is wanted: the 5 are put back, 3 not made: 0.1 x 6 less
    ("stock is put back", 5.4, {"stocks": [STORE | {"initial": 5}], "hits": [FEWER | {"factor": 0}]}),
    # the same at a value of 1: the 5 not taken are worth that, 0.1 x 5 less
    (
        "stock put back is worth what a release costs",
        4.9,
        {
            "items": [WORKSHOP["items"][0] | {"value": 1}],
            "stocks": [STORE | {"initial": 5}],
            "hits": [FEWER | {"factor": 0}],
        },
    ),
    # 2 are put in stock, 20; in half a year 4 a year come from there, 4 are missing, filling stops and 10 are not made;
    # 6 a year are to be put back at 1 each: 20 + 0.1 x (40 - 20 + 6)
    (
        "filling stops and is made up for",
        22.6,
        {"items": [WORKSHOP["items"][0] | {"value": 1}], "stocks": [STORE | {"minimum": 2}]},
    ),
    # each one missing counts 3 x 4: 0.1 x 8 x (12 - 2)
    (
        "what must be met is missed at three times its value",
        24,
        {"items": [WORKSHOP["items"][0] | {"value": 4}], "demand": wanted("1", penalty=None)},
    ),
    # transport of 1 costs 3, the duty of 1 stays: 8 x (2 + 1 + 1) and 0.1 x 8 x 2
    (
        "transport costs more, duties do not",
        33.6,
        _there(cost=1)
        | {
            "items": [WORKSHOP["items"][0] | {"value": 2}],
            "duties": [{"origin": "here", "destination": "there", "item": "good", "rate": 0.5}],
            "hits": [BLOCKED | {"effect": "cost", "factor": 3}],
        },
    ),
    # 5 of 8
    ("a lane of known capacity", 18.4, _there(capacity=10) | {"hits": [BLOCKED | {"factor": 0.5}]}),
    ("a chokepoint", 22.4, _there(chokepoints="strait; canal") | {"hits": [{"kind": "chokepoint", "target": "canal"}]}),
    ("nothing leaves a region", 22.4, _there() | {"hits": [{"kind": "region", "target": "here", "effect": "flow"}]}),
    # half of the 4 goods of the base, all 4 parts: 0.1 x 2 x 8
    ("one item of a shared lane", 17.6, TWO | {"hits": [BLOCKED | {"item": "good", "factor": 0.5}]}),
    # 5 of the 8 that share it: 0.1 x 3 x 8
    ("all items of a shared lane", 18.4, TWO | {"hits": [BLOCKED | {"factor": 0.5}]}),
    # two years at 25 % count 1.8: 28.8; the loss of 32 counts with their mean, 0.9: 0.2 x 32 x 0.9
    (
        "a loss within a period of two years",
        34.56,
        {"periods": [{"period": "1", "years": 2}], "settings": {"discount_rate": 0.25}},
    ),
    # 24 - 0.1 x 24
    ("sales are lost", 21.6, {"settings": {"objective": "profit"}, "demand": wanted("1", price=5)}),
    # half as much again as is sold is wanted, and 10 can be made: 24 + 0.1 x 2 x 3
    (
        "more can be sold",
        24.6,
        {
            "settings": {"objective": "profit"},
            "demand": wanted("1", price=5),
            "hits": [FEWER | {"factor": 1.5}],
        },
    ),
]


@proves("capacity_in", optimum=18.4, without=16)
def test_what_a_line_can_make_is_cut() -> Instance:
    """Half the shop makes 5 of the 8: 3 are missing, 16 + 0.1 x 3 x (10 - 2) = 18.4. Without the constraint 16."""
    return disrupted(hits=[{"factor": 0.5}])


@proves("served_in", optimum=18.4, without=14.4)
def test_what_is_not_sold_is_missed() -> Instance:
    """As above 18.4. Without the constraint nothing is wanted: 16 - 0.1 x 16 = 14.4."""
    return disrupted(hits=[{"factor": 0.5}])


@proves("balance_in", optimum=18.4, without=14.4)
def test_what_is_sold_is_made() -> Instance:
    """As above 18.4. Without the constraint 8 are sold that nobody makes: 14.4."""
    return disrupted(hits=[{"factor": 0.5}])


@proves("balance_in", optimum=22.4, without=14.4)
def test_in_its_own_region_a_good_takes_the_lane_that_it_has_there() -> Instance:
    """A lane from here to here that carries nothing in the disruption: all 8 are missing, 16 + 0.1 x 8 x (10 - 2).

    Without the constraint they are sold without being made: 14.4.
    """
    lane = LANE | {"destination": "here", "capacity": 8}
    return disrupted(lanes=[lane], hits=[{"kind": "lane", "target": "here|here"}])


@proves("release_in", optimum=16.2, without=15.2)
def test_no_more_than_is_in_stock_can_be_taken_from_it() -> Instance:
    """3 goods are in stock; while the shop is idle for half a year 6 a year can be taken: 2 of the 8 are missing.

    The chance is 0.1: 16 + 0.05 x (2 x 10 - 16) = 16.2. Without the constraint all 8 come from stock: 16 - 0.05 x 16.
    """
    return disrupted(probability=0.1, stocks=[STORE | {"initial": 3, "minimum": 3}])


RESERVE: dict[str, Rows] = {"stocks": [STORE | {"initial": 3, "minimum": 3}]}


@proves("added_filling", optimum=16.2, without=15.2)
def test_a_stock_that_is_not_filled_has_nothing_added() -> Instance:
    """As before 16.2. Without the constraint 3 would count as added to the 3 that are there: all 8 come from stock."""
    return disrupted(probability=0.1, **RESERVE)


@proves("added_held", optimum=16.2, without=15.2)
def test_what_is_added_is_there_in_the_end() -> Instance:
    """As before 16.2. Without the constraint all that could be made would count as added: 15.2."""
    return disrupted(probability=0.1, **RESERVE)


@proves("restock_in", optimum=15.2, without=13.4)
def test_what_is_stored_beyond_the_base_earns_nothing() -> Instance:
    """4 of the 8 goods are wanted, 4 are not made: 16 - 0.1 x 8 = 15.2.

    Without the constraint the shop, which can make 10, would put 6 in stock at 2 each and be paid their value of 5:
    16 + 0.1 x (20 - 30 - 16) = 13.4.
    """
    return disrupted(items=[WORKSHOP["items"][0] | {"value": 5}], stocks=[STORE], hits=[FEWER])


@proves("sharing_in", optimum=18.4, without=16)
def test_a_lane_whose_items_are_all_hit_carries_less() -> Instance:
    """The lane to there can carry 10, in the disruption 5 of the 8 wanted: 3 are missing, 18.4. Without it 16."""
    return disrupted(**_there(item="*", capacity=10), hits=[BLOCKED | {"factor": 0.5}])


@proves("no_more_in", optimum=19.2, without=16)
def test_a_flow_that_is_cut_falls_from_what_it_was() -> Instance:
    """The shop makes half of the 8 that it made: 4 are missing, 16 + 0.1 x 4 x 8 = 19.2. Without it 16."""
    return disrupted(hits=[{"effect": "flow", "factor": 0.5}])


@proves("no_more_in", optimum=19.2, without=16)
def test_a_lane_without_a_capacity_carries_less_than_it_did() -> Instance:
    """The lane to there, which has no limit, carries half of the 8: 19.2. Without the constraint 16."""
    return disrupted(**_there(), hits=[BLOCKED | {"factor": 0.5}])


@proves("no_more_in", optimum=75.6, without=76.2)
def test_no_more_is_deployed_than_in_the_base() -> Instance:
    """Profit: 4 chargers at 1 each unlock 2 more goods, so 10 are sold at 10 and made at 2: 76.

    In the disruption chargers cost 2; as one late costs 3 x the value of 1, all 4 are deployed: 76 - 0.1 x 4 = 75.6.
    Without the constraint 10 are deployed as if they made good for late ones: 10 x (2 - 3) + 4 x (3 - 1) = -2 a year.
    """
    return disrupted(
        {"objective": "profit"},
        items=[{"item": "good", "tier": "downstream"}, {"item": "charger", "tier": "downstream", "value": 1}],
        processes=[*WORKSHOP["processes"], {"process": "charge", "tier": "downstream", "other_cost": 1}],
        recipes=[*WORKSHOP["recipes"], {"process": "charge", "item": "charger", "quantity": 1}],
        lines=[LINE, LINE | {"process": "charge"}],
        enablers=[{"region": "here", "enabler": "charger", "item": "good", "threshold": 4, "uplift": 0.25}],
        demand=wanted("1", price=10),
        hits=[{"kind": "process", "target": "charge", "effect": "cost", "factor": 2}],
    )


@proves("gated_in", optimum=76, without=72.8)
def test_a_process_waits_for_its_project_in_a_disruption_too() -> Instance:
    """A design of 100 is not worth it: 80 without goods; in the disruption 4 are wanted: 80 - 0.1 x 40 = 76.

    Without the constraint they are made: 80 - 0.1 x (80 - 8) = 72.8.
    """
    process = WORKSHOP["processes"][0] | {"requires": "design"}
    return disrupted(processes=[process], projects=DESIGN, hits=[FEWER])


@proves("gated_in", optimum=76, without=72.8)
def test_an_item_waits_for_its_project_in_a_disruption_too() -> Instance:
    """As with the process: 76, and 72.8 without the constraint."""
    good = WORKSHOP["items"][0] | {"requires": "design"}
    return disrupted(items=[good], projects=DESIGN, hits=[FEWER])


@proves("gated_in", optimum=76, without=72.8)
def test_a_lane_is_opened_before_a_disruption() -> Instance:
    """A lane that costs 100 to open is not worth it: 80; in the disruption 4 are wanted there, and missing: 76.

    Without the constraint they are shipped: 72.8.
    """
    return disrupted(**_there(opening_cost=100), hits=[FEWER | {"target": "there"}])


@proves("snapshot_loss", optimum=18.4, without="unbounded")
def test_what_is_lost_is_counted() -> Instance:
    """As at first 18.4. Without the constraint there is no end to what a disruption saves."""
    return disrupted(hits=[{"factor": 0.5}])


@matters("access", "priority", optimum=16.4, blank=22.4)
def test_a_mode_with_priority_keeps_its_share() -> Instance:
    """The firm's shop stands still, but the contract is sure of 7.5 of 10: 16 + 0.1 x 0.5 x 8. Without it 16 + 6.4."""
    contract = {"firm": "other", "process": "make", "mode": "contract", "priority": 0.75}
    return disrupted(sites=[{"site": "shop", "region": "here", "firm": "other"}], access=[contract])


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("figure", "case"), [pytest.param(*case, id=name) for name, *case in CASES])
def test_what_a_disruption_costs(figure: float, case: dict[str, Any]) -> None:
    """The optimum with one disruption, as worked out beside the case."""
    assert optimum(disrupted(**case)) == pytest.approx(figure)


def test_a_probability_is_shared_by_the_members_of_an_expanded_scenario() -> None:
    """Two shops, of which the one there is of no use: 0.1 each, so 16 + 0.1 x 0.5 x 64 = 19.2."""
    shops = [{"site": "other shop", "region": "there", "firm": "own"}, *WORKSHOP["sites"]]
    each = {"scenario": "any", "probability": 0.2, "expand": "each_region", "period": "1", "months": 6}
    case = workshop(sites=shops, lines=[LINE, LINE | {"site": "other shop"}], scenarios=[each])
    assert list(derive(case).scenarios.index) == ["any: here", "any: there"]
    assert optimum(case) == pytest.approx(19.2)


@pytest.mark.slow
def test_every_constraint_on_flows_is_kept_in_snapshots_or_waived_by_name() -> None:
    """A constraint that is added later has to be put with one or the other; ev_china has rows of all of them."""
    model = build(read_instance(EV_CHINA, ()).instance.with_settings(scenarios="off", rules="off"))
    flows = {id(variable) for name in FLOWS for variable in model.component(name).values()}
    found = {
        block.local_name
        for block in model.component_objects(pyo.Constraint)
        for row in block.values()
        if not flows.isdisjoint(id(variable) for part in row.expr.args for variable in getattr(part, "variables", ()))
    }
    assert "within_capacity" in found
    assert found <= {*HELD, *NOT_HELD}


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("figure", "count", "months", "initial"),
    [
        # 8 and the 2 of three months: the base adds them, and in the window filling stops
        (20, 1, 3, 0),
        # 4 of six months
        (24, 1, 6, 0),
        # one is there: 8 and one more
        (18, 1, 3, 1),
        # two are there: the base may take them too, as a window in the first period opens before it does
        (12, 1, 3, 2),
        # what year 1 leaves is there as year 2 begins, and is used in it otherwise
        (32, 2, 3, 0),
        (30, 2, 3, 1),
    ],
)
def test_stock_carries_as_long_as_it_lasts(figure: float, count: int, months: int, initial: float) -> None:
    """The shop stands still, and all must be served all the same: stock is held for the window and no more.

    Recourse finds in the plan what the model has planned: full service, for so many months. All audits are asked in the
    case that has all of it, and in the others those that a stock in a window concerns.
    """
    last = str(count)
    case = workshop(
        periods=years(count),
        lines=[LINE | {"capacity": 100}],
        demand=wanted(*map(str, range(1, count + 1)), price=1),
        stocks=[STORE | {"initial": initial}],
        scenarios=[{"scenario": "strike", "probability": 0}],
        disruptions=[HIT | {"period": last, "months": months}],
        rules=[{"rule": "all", "type": "min_service", "scenario": "strike", "limit": 1}],
    )
    model = build(case)
    solution = solve(model, Options(gap=0))
    assert solution.objective == pytest.approx(figure)
    recourse, snapshot = Recourse(model), model.sets.snapshots["strike", last]
    assert recourse.serve(last, snapshot).service == pytest.approx(1)
    assert recourse.months(last, snapshot) == pytest.approx(months, rel=1e-5)
    tables = add_evaluated_scenarios(model, plan(model))
    everything = count > 1 and initial > 0
    nouns = tuple(AUDITS) if everything else (*CONCERNED["stocks"], "losses", "costs")
    table = audit(case, tables, solution.objective, nouns)
    assert table[table["ok"] != "yes"].to_dict("records") == []


def test_nothing_is_added_for_what_a_snapshot_cannot_change() -> None:
    """Two chains that have nothing to do with each other: a disruption of one has variables for that one alone."""
    case = disrupted(
        items=[*WORKSHOP["items"], {"item": "part", "tier": "midstream"}],
        processes=[*WORKSHOP["processes"], {"process": "cut", "tier": "midstream"}],
        recipes=[*WORKSHOP["recipes"], {"process": "cut", "item": "part", "quantity": 1}],
        lines=[LINE, LINE | {"process": "cut"}],
        demand=[*wanted("1"), *wanted("1", item="part")],
        hits=[{"kind": "process", "target": "cut"}],
    )
    model = build(case)
    assert {key[2] for key in model.made_in} == {"cut"}
    assert {key[2] for key in model.sold_in} == {"part"}


def test_scenarios_that_are_switched_off_leave_the_model_as_it_is_without_them() -> None:
    plain, off = (compile_model(build(case)) for case in (workshop(), disrupted({"scenarios": "off"})))
    assert plain.cost.tolist() == off.cost.tolist()
    assert len(plain.rows) == len(off.rows)


def test_what_happens_is_reported() -> None:
    """The shop rests for half a year, as a row says; of 8 wanted 4 a year come from a stock of 2, and 4 are missing."""
    stock = STORE | {"initial": 2, "minimum": 2, "maximum": 2}
    model = build(disrupted(stocks=[stock]))
    solve(model, Options(gap=0))
    tables = plan(model)
    made = tables["production"].set_index("scenario")["made"]
    assert made.to_dict() == {"base": 8, "strike": 0}
    (row,) = tables["scenarios"].drop(columns="impact").to_dict("records")
    assert row == {
        "scenario": "strike",
        "probability": 0.2,
        "service": pytest.approx(0.5),
        "loss": pytest.approx(0.5 * (4 * 10 - 16)),
        "cvar_weight": 1,
        "modelled": "yes",
    }
    sold = tables["demand"].set_index("scenario").loc["strike"]
    assert sold[["volume", "sold", "unserved"]].tolist() == pytest.approx([8, 4, 4])
    kept = tables["stocks"].set_index("scenario").loc["strike"]
    assert kept[["held", "added", "released"]].tolist() == pytest.approx([2, 0, 4])
    costs = tables["costs"].set_index("line")["discounted"]
    assert costs["expected loss"] == pytest.approx(0.2 * row["loss"])
    assert costs.sum() == pytest.approx(16 + 0.2 * row["loss"])
