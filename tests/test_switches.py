"""Off takes away only what a mechanism brought: lines and markets stay in reach, and `check` names what does not."""

from pathlib import Path

import pandas as pd
import pytest

from planner.checks.check import check
from planner.workbook.read import Reading
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.schema import SWITCHES
from tests.proofs import WORKSHOP, workshop, years

OUTSIDE = {"firm": "other", "process": "make", "mode": "contract"}
LICENCE = {"project": "design", "kind": "licence", "partner": "other", "cost": 1, "duration": 1}
EVERYTHING = workshop(
    periods=years(3),
    items=[*WORKSHOP["items"], {"item": "plug", "tier": "downstream"}],
    processes=[
        {"process": "make", "tier": "downstream", "stage": "goods", "other_cost": 2, "learnable_share": 1},
        {"process": "make new", "tier": "downstream", "other_cost": 1, "requires": "design"},
        {"process": "make plugs", "tier": "downstream", "other_cost": 1},
    ],
    recipes=[
        {"process": "make", "item": "good", "quantity": 1},
        {"process": "make new", "item": "good", "quantity": 1},
        {"process": "make plugs", "item": "plug", "quantity": 1},
    ],
    sites=[*WORKSHOP["sites"], {"site": "works", "region": "here", "firm": "other"}],
    lines=[
        *({"site": "shop", "process": process, "capacity": 5} for process in ("make", "make new", "make plugs")),
        {"site": "shop", "process": "make", "capacity": 5} | {"site": "works"},
    ],
    options=[
        {"process": "make new", "option": "hall", "size": 2, "capex": 4, "max_modules": 2, "scale_exponent": 0.5},
        {"process": "make new", "option": "yard", "size": 5, "capex": 3},
    ],
    access=[OUTSIDE, OUTSIDE | {"mode": "equity", "stake": 0.5, "controls": "yes"}],
    projects=[
        LICENCE | {"option": "licensed"},
        LICENCE | {"option": "alone", "kind": "own", "partner": None, "duration": 2},
        LICENCE | {"option": "joint", "kind": "joint", "duration": 0},
        LICENCE | {"option": "allied", "kind": "alliance", "duration": 0},
    ],
    learning=[{"process": "make", "level": 1, "threshold": 1, "saving": 0.5}],
    clusters=[{"region": "here", "level": 1, "stages": 1, "saving": 0.1}],
    enablers=[{"region": "here", "enabler": "plug", "item": "good", "threshold": 1, "uplift": 0.5}],
    demand=[
        WORKSHOP["demand"][0] | {"item": item, "period": period}
        for item in ("good", "plug")
        for period in ("1", "2", "3")
    ],
    scenarios=[{"scenario": "fire", "probability": 0.1}],
    disruptions=[{"scenario": "fire", "period": "1", "months": 6, "kind": "site", "target": "shop"}],
    rules=[{"rule": "green", "type": "max_emissions", "limit": 100}],
    policies=[{"policy": "fund", "kind": "output", "item": "good", "rate": 0.1}],
    productivity=[{"where": "own", "labour": 0.5}],
    inertia=[{"item": "good", "max_rise": 0.1}],
    growth=[{"max_growth": 0.1}],
    carbon=[{"bloc": "here", "period": "1", "price": 10, "border": "yes"}],
    returns=[{"item": "good", "returned": "plug", "share": 0.5, "years": 1}],
)


def reached(case: Instance) -> tuple[set[tuple[str, str]], set[tuple[str, str]], dict[tuple[str, str], float]]:
    """The lines on which something can be made, the markets where something can be sold, and what each line can be."""
    model = build(case)
    lines = {key[:2] for key in model.production.made}
    most: dict[tuple[str, str], float] = {}
    for (site, process, _), capacity in model.sets.most.items():
        most[site, process] = max(capacity, most.get((site, process), 0.0))
    return lines, {key[:2] for key in model.demand.sold}, most


@pytest.mark.one_in(3)
@pytest.mark.parametrize("switch", SWITCHES)
def test_off_leaves_everything_in_reach(switch: str) -> None:
    """Every line, market and capacity that there is with all switches on is there without one of them."""
    assert reached(EVERYTHING.with_settings(**{switch: "off"})) == reached(EVERYTHING)


@pytest.mark.parametrize("switch", ["joint_development", "alliances"])
def test_the_other_options_keep_their_own_time(switch: str) -> None:
    """Without joint options and alliances the licensed one and the one alone are left, a period and two long."""
    starts = build(EVERYTHING.with_settings(joint_development="off", alliances="off")).sets.starts
    left = {key[1]: len(start.running) for key, start in starts.items()}
    assert left == {"licensed": 1, "alone": 2}
    kinds = {"joint_development": "joint", "alliances": "allied"}
    some = build(EVERYTHING.with_settings(**{switch: "off"})).sets.starts
    assert {key[1] for key in some} == {"licensed", "alone", "joint", "allied"} - {kinds[switch]}


def said(case: Instance) -> list[str]:
    """What `check` says of reach."""
    sheet = pd.DataFrame({"key": ["access"], "value": ["off"]}, index=[2])
    reading = Reading(Path("drawn.xlsx"), "", case, issues=[], columns={}, raw={"settings": sheet})
    return [issue.message for issue in check(reading) if "reach" in issue.message or "not available" in issue.message]


def test_check_names_lines_without_a_spot_row() -> None:
    """While access is off the contract is used, and `check` says so; with a spot row there is nothing to say."""
    off = EVERYTHING.with_settings(access="off")
    assert any("row of mode contract, the least binding one" in message for message in said(off))
    rows = pd.concat([off["access"], off["access"][:1].assign(mode="spot")], ignore_index=True)
    spot = Instance({**off.tables, "access": rows}, off.settings)
    assert not any("binds least" in message for message in said(spot))


def test_check_names_what_only_the_switch_brought() -> None:
    """Where all options are joint ones, the line that waits for the project is out of reach, and `check` says so."""
    joint = EVERYTHING["projects"].query("kind == 'joint'")
    case = Instance({**EVERYTHING.tables, "projects": joint}, EVERYTHING.settings).with_settings(
        joint_development="off"
    )
    assert any("`make new` at `shop`" in message for message in said(case))
