"""Checks of offers, projects, levels and policies: each rule is broken once in a sound workbook.

The sound chain of `test_check`, seeking profit, with more to decide: ore is drawn on spot or under a contract; the
works may learn, and turn to alloying once a project is ready, alone or at once with the laboratory, in which a stake is
offered; ore put up in South enables sales of metal there; South pays for modules.
"""

import re
from typing import Any

import pytest

from planner.checks.check import CHECKS, check
from planner.checks.offers import offers_of_lines
from planner.checks.places import lines_at_sites
from planner.issues import Issue
from planner_models.instance import instance
from planner_models.schema import INPUTS, meta
from tests.test_check import (
    Sheets,
    Tables,
    add,
    both,
    drop,
    names_every_sheet_it_reads,
    places,
    put,
    share_tables,
    sound,
    survives_an_empty_sheet,
)

POLICY_KINDS = meta(INPUTS["policies"].columns["kind"])["choices"]


def integrated() -> Tables:
    """The sound chain with offers, a project, levels and a policy; rows of each sheet are numbered from 2."""
    tables = sound()
    tables["firms"].append({"firm": "lab", "home": "no"})
    tables["processes"][1]["learnable_share"] = 0.5
    tables["processes"].append({"process": "alloying", "tier": "midstream", "requires": "alloy"})
    tables["recipes"] += [
        {"process": "alloying", "item": "ore", "quantity": -2},
        {"process": "alloying", "item": "metal", "quantity": 2},
    ]
    tables["lines"].append({"site": "works", "process": "alloying", "capacity": 5})
    tables["options"][0]["capex"] = 10
    return tables | {
        "access": [
            {"firm": "them", "mode": "spot", "markup": 0.2, "transaction_cost": 0.1},
            {"firm": "them", "process": "mining", "mode": "contract", "entry_cost": 5, "term": 2, "min_take": 0.4},
            {"firm": "lab", "mode": "equity", "entry_cost": 10, "stake": 0.3},
        ],
        "projects": [
            {"project": "alloy", "option": "alone", "kind": "own", "cost": 1, "duration": 1},
            {"project": "alloy", "option": "with the lab", "kind": "joint", "partner": "lab", "min_stake": 0.2,
             "cost": 9, "duration": 0},
        ],
        "enablers": [
            {"region": "South", "enabler": "ore", "item": "metal", "threshold": 50, "uplift": 0.1},
            {"region": "South", "enabler": "ore", "item": "metal", "threshold": 90, "uplift": 0.2},
        ],
        "learning": [
            {"process": "smelting", "level": 1, "threshold": 100, "saving": 0.1, "outside": 5},
            {"process": "smelting", "level": 2, "threshold": 200, "saving": 0.2, "outside": 5},
        ],
        "clusters": [
            {"region": "South", "level": 1, "stages": 1, "saving": 0.1},
            {"region": "South", "level": 2, "stages": 2, "saving": 0.2},
        ],
        "policies": [
            {"policy": "grant", "kind": "capex", "region": "League", "item": "smelting", "rate": 0.1, "budget": 5},
        ],
    }  # fmt: skip


SOUND = instance(integrated())


def found(tables: Tables, **settings: Any) -> list[Issue]:
    chosen = {"objective": "profit"} | settings
    return check(Sheets(share_tables(instance(tables, **chosen), SOUND)))  # type: ignore[arg-type]


def cell(sheet: str, row: int, column: str) -> str:
    return f"{chr(ord('A') + list(INPUTS[sheet].columns).index(column))}{row}"


def test_integrated_chain_has_no_issue():
    assert found(integrated()) == []


def policy(kind: str, **cells: Any):
    """One more policy, in row 3."""
    return add("policies", {"policy": "more", "kind": kind, "rate": 0.1} | cells)


def project(name: str, **cells: Any) -> dict[str, Any]:
    return {"project": name, "option": "alone", "duration": 0} | cells


def offer(firm: str, mode: str, **cells: Any):
    """One more offer, in row 5."""
    return add("access", {"firm": firm, "mode": mode} | cells)


PIT_MODULES = {"site": "pit", "process": "mining", "option": "shaft", "size": 5}

BROKEN: list[tuple[str, Any, dict[str, Any], list[tuple[str, str, int, str]], str]] = [
    # offers
    ("offer of a home firm", offer("us", "contract"), {}, [("info", "access", 5, "firm")], "coordination is on"),
    ("offer of a home firm while it is off", offer("us", "contract"), {"coordination": "off"},
     [("info", "access", 5, "firm")], "write decide"),
    ("offer of a home firm to be decided", offer("us", "contract"), {"coordination": "decide"}, [], ""),
    ("terms of a home firm", offer("us", "spot", markup=0.2), {"coordination": "off"}, [], ""),
    ("no terms of a home firm", offer("us", "spot"), {"coordination": "off"}, [("warning", "access", 5, "markup")],
     "are missing"),
    ("terms of a home firm to be signed", offer("us", "spot", markup=0.2, entry_cost=1), {"coordination": "off"},
     [("warning", "access", 5, "mode")], "need no contract"),
    ("control of a home firm", offer("us", "acquire", controls="yes", min_take=0.5, priority=0.5),
     {"coordination": "decide"}, [("warning", "access", 5, name) for name in ("controls", "min_take", "priority")],
     "has no effect between home firms"),
    ("offer of a home firm that covers nothing", offer("us", "contract", process="mining"), {"coordination": "decide"},
     [("warning", "access", 5, "process")], "no line of this process"),
    ("offer of a home firm at no better terms", offer("us", "contract", markup=0.1),
     {"coordination": "decide", "market_friction": 0}, [("warning", "access", 5, "markup")], "never signed"),
    ("offer of a home firm beyond the horizon", offer("us", "contract", qualification=2, term=3),
     {"coordination": "decide"}, [("warning", "access", 5, "qualification"), ("warning", "access", 5, "term")],
     "no period remains|if years"),
    ("lock on an offer of a home firm", both(offer("us", "contract"), add("locks", {
        "decision": "accessed", "firm": "us", "process": "*", "mode": "contract", "at_least": 1})),
     {"coordination": "decide"}, [], ""),
    ("lock on an offer that is not made", both(offer("us", "contract"), add("locks", {
        "decision": "accessed", "firm": "us", "process": "*", "mode": "contract", "at_least": 1})), {},
     [("info", "access", 5, "firm"), ("error", "locks", 2, "firm")], "coordination is"),
    ("group called as what no group pays alone", put("firms", 2, group="shared"), {}, [("error", "firms", 2, "group")],
     "another meaning"),
    ("firm called as the consumers", add("firms", {"firm": "(consumers)", "home": "yes"}), {},
     [("error", "firms", 5, "firm"), ("warning", "firms", 5, "firm")], "another meaning"),
    ("group at home and outside", both(put("firms", 3, group="us")), {}, [("error", "firms", 3, "group")],
     "both home and outside: `us` \\(B2\\)"),
    ("friction without a value", both(put("items", 3, value=0), add("firms", {"firm": "mill"}), add(
        "sites", {"site": "mill", "region": "South", "firm": "mill"}), add(
        "processes", {"process": "milling", "tier": "downstream"}), add("recipes", {
            "process": "milling", "item": "metal", "quantity": -1}, {
            "process": "milling", "item": "ore", "quantity": 1}), add(
        "lines", {"site": "mill", "process": "milling", "capacity": 1})), {"coordination": "off"},
     [("warning", "items", 3, "value")], "so no friction is charged"),
    ("offer of a firm without lines", both(add("firms", {"firm": "idle", "home": "no"}), offer("idle", "contract")), {},
     [("warning", "access", 5, "firm")], "`idle` has no line"),
    ("spot of a partner without lines", offer("lab", "spot"), {}, [("warning", "access", 5, "firm")], "has no line"),
    ("offer of a process the firm has not", offer("them", "alliance", process="smelting"), {},
     [("warning", "access", 5, "process")], "no existing site with a line `smelting`"),
    ("general offer that is replaced everywhere", offer("them", "contract"), {},
     [("warning", "access", 5, "process")], "row of its own"),
    ("line without an offer", put("access", 2, process="smelting"), {},
     [("warning", "access", 2, "process")], "no existing site"),
    ("line beside those offered", both(
        add("lines", {"site": "pit", "process": "smelting", "capacity": 1}), put("access", 2, process="mining"),
        add("lanes", {"origin": "South", "destination": "North", "item": "metal"})), {},
     [("info", "access", 2, "process")], "its supply is available at cost"),
    ("term beyond the horizon", put("access", 3, term=10), {}, [("warning", "access", 3, "term")], "years"),
    ("qualification beyond the horizon", put("access", 3, qualification=2), {},
     [("warning", "access", 3, "qualification")], "no period with capacity remains"),
    ("nothing offered", put("access", 3, offtake_share=0), {}, [("warning", "access", 3, "offtake_share")],
     "allows no purchases"),
    ("equity without a stake", offer("them", "equity"), {}, [("warning", "access", 5, "stake")], "write the stake"),
    ("acquisition in part", offer("them", "acquire", stake=0.5, controls="yes"), {},
     [("warning", "access", 5, "stake")], "write 1"),
    ("acquisition without control", offer("them", "acquire", stake=1), {},
     [("warning", "access", 5, "controls")], "write yes"),
    ("option that no offer controls", add("options", PIT_MODULES), {},
     [("warning", "options", 3, "site")], "no offer with controls = yes"),
    ("option under an offer that controls", both(add("options", PIT_MODULES), put("access", 3, controls="yes")), {},
     [], ""),
    # projects
    ("project that needs itself", put("projects", 2, needs="alloy"), {}, [("error", "projects", 2, "needs")],
     "needs itself"),
    ("circle of two projects", both(put("projects", 2, needs="lore"), put("projects", 3, needs="lore"),
                                    add("projects", project("lore", needs="alloy"))), {},
     [("error", "projects", row, "needs") for row in (2, 3, 4)], "`lore` needs `alloy` \\(row 4\\)"),
    ("circle that other options avoid", both(
        put("projects", 2, needs="lore"), add("projects", project("lore"), project("lore", option="b", needs="alloy"))),
     {}, [], ""),
    ("option that ends too late", put("projects", 2, duration=2), {}, [("warning", "projects", 2, "duration")],
     "only after 2030"),
    ("project that ends too late", both(put("projects", 2, duration=1, first_period="2030"), drop("projects", 3),
                                        drop("access", 4), drop("firms", 4)), {},
     [("warning", "projects", 2, "duration"), ("warning", "processes", 4, "requires")], "can never run"),
    ("item whose project ends too late", both(
        put("items", 3, requires="late"), add("projects", project("late", duration=2))), {},
     [("warning", "projects", 4, "duration"), ("warning", "items", 3, "requires"), ("error", "demand", 2, "item")],
     "`metal` requires project `late`"),
    ("item whose project comes later", both(
        put("items", 3, requires="late"), add("projects", project("late", duration=1))), {},
     [("warning", "demand", 2, "item")], "in 2025"),
    ("project nobody waits for", add("projects", project("idle")), {}, [("warning", "projects", 4, "project")],
     "nothing requires `idle`"),
    ("options alike", add("projects", project("alloy", option="again", kind="own", cost=1, duration=1)), {},
     [("warning", "projects", 4, "option")], "is identical to `alone`"),
    ("stake nobody offers", put("projects", 3, min_stake=0.5), {}, [("error", "projects", 3, "min_stake")],
     "at most 0.3"),
    ("stake of a partner without offers", drop("access", 4), {}, [("error", "projects", 3, "min_stake")],
     "none beyond spot"),
    ("stake in a home firm", both(put("projects", 3, partner="us"), drop("access", 4), drop("firms", 4)), {},
     [("warning", "projects", 3, "min_stake")], "home firm `us`"),
    ("stake without a partner", put("projects", 2, min_stake=0.1), {}, [("warning", "projects", 2, "min_stake")],
     "without a partner"),
    ("joint with nobody", both(put("projects", 3, partner=None, min_stake=0), drop("access", 4), drop("firms", 4)), {},
     [("warning", "projects", 3, "partner")], "needs a partner"),
    # levels
    ("learning threshold that falls", put("learning", 3, threshold=90), {}, [("error", "learning", 3, "threshold")],
     "90 is below the 100 of the previous level \\(C2\\)"),
    ("learning threshold that stays", put("learning", 3, threshold=100), {}, [("warning", "learning", 3, "threshold")],
     "no more than"),
    ("learning saving that falls", put("learning", 3, saving=0.05), {}, [("error", "learning", 3, "saving")], "below"),
    ("learning level that saves nothing", put("learning", 2, saving=0), {}, [("warning", "learning", 2, "saving")],
     "the level has no effect"),
    ("gap in learning levels", put("learning", 3, level=3), {}, [("error", "learning", 3, "level")],
     "are 1 and 3; write 1 and 2"),
    ("outside that rises", put("learning", 3, outside=6), {}, [("error", "learning", 3, "outside")], "every level"),
    ("outside in one level only", put("learning", 3, outside=0), {}, [("warning", "learning", 3, "outside")],
     "write the same"),
    ("learning of what cannot be learned", put("processes", 3, learnable_share=0), {},
     [("warning", "learning", 2, "process")], "processes!J3"),
    ("learning of others", both(put("processes", 2, learnable_share=1), add("learning", {
        "process": "mining", "level": 1, "threshold": 1, "saving": 0.1})), {},
     [("warning", "learning", 4, "process")], "controls = yes"),
    ("learning out of reach", put("learning", 3, threshold=400), {}, [("warning", "learning", 3, "threshold")],
     "can come to 325 at most"),
    ("cluster stages that fall", both(put("clusters", 2, stages=2), put("clusters", 3, stages=1)), {},
     [("error", "clusters", 3, "stages")], "below"),
    ("cluster saving that falls", put("clusters", 3, saving=0.05), {}, [("error", "clusters", 3, "saving")], "below"),
    ("cluster levels from 2", drop("clusters", 2), {}, [("error", "clusters", 2, "level")], "write 1"),
    ("cluster of two tiers", put("clusters", 3, tier="midstream"), {}, [("error", "clusters", 3, "tier")], "one tier"),
    ("cluster level of less activity", put("clusters", 3, activity=0.1), {}, [("error", "clusters", 3, "activity")],
     "could be reached first"),
    ("cluster with too few stages", put("clusters", 3, stages=3), {}, [("warning", "clusters", 3, "stages")],
     "can have only 2"),
    ("cluster of a tier that is not there", both(put("clusters", 2, tier="downstream"), drop("clusters", 3)), {},
     [("warning", "clusters", 2, "stages")], "of tier downstream"),
    ("savings above the whole cost", both(put("learning", 3, saving=1), put("clusters", 3, saving=0.6)), {},
     [("error", "clusters", 3, "saving")], "makes 1.1"),
    ("enabler nothing makes", both(
        add("items", {"item": "plug", "tier": "downstream"}), put("enablers", 2, enabler="plug"),
        put("enablers", 3, enabler="plug")), {},
     [("error", "enablers", 2, "enabler")], "nothing makes `plug`"),
    ("enabler that cannot come", both(put("enablers", 2, region="North", enabler="metal"), drop("enablers", 3)), {},
     [("warning", "enablers", 2, "region"), ("warning", "enablers", 2, "item")], "there is no demand for"),
    ("uplift that falls", put("enablers", 3, uplift=0.05), {}, [("error", "enablers", 3, "uplift")], "below"),
    ("enablers under cost", lambda tables: None, {"objective": "cost"}, [("warning", "enablers", 2, "region")],
     "objective cost"),
    # policies
    *((f"{kind} that takes", policy(kind, rate=-0.1, item=item), {}, [("error", "policies", 3, "rate")],
       "without a budget at that") for kind, item in
      (("capex", "*"), ("output", "metal"), ("access", "*"), ("development", "*"))),
    ("subsidy above the cost", put("policies", 2, rate=10), {}, [("error", "policies", 2, "rate")], "such as 0.1"),
    ("rate of 0", put("policies", 2, rate=0), {}, [("warning", "policies", 2, "rate")], "has no effect"),
    ("duty below 0", policy("duty", region="South", item="ore", rate=-0.2), {}, [("error", "policies", 3, "rate")],
     "`ore` from `North` to `South` in 2025 add up to -0.1"),
    ("duty cut within the duty", policy("duty", region="League", item="ore", rate=-0.1), {}, [], ""),
    ("duty cut before the duty", both(put("duties", 2, **{"from": "2030"}), policy("duty", item="ore", rate=-0.1)), {},
     [("error", "policies", 3, "rate")], "in 2025"),
    ("duty cut that is inactive", policy("duty", item="ore", rate=-0.2, active="no"), {}, [], ""),
    ("duty row below 0", put("duties", 2, rate=-0.1), {}, [("error", "duties", 2, "rate")], "cannot be negative"),
    ("duty in per cent", policy("duty", item="ore", rate=25), {}, [("warning", "policies", 3, "rate")], "write 0.25"),
    ("transaction cost below nothing", policy("transaction_cost", rate=-1.5), {}, [("error", "policies", 3, "rate")],
     "-1 or more"),
    ("market below nothing", policy("market_access", rate=-2), {}, [("error", "policies", 3, "rate")], "-1 or more"),
    ("output of everything", policy("output"), {}, [("error", "policies", 3, "item")], "instead of \\*"),
    ("development in a region", policy("development", region="South"), {}, [("error", "policies", 3, "region")], "\\*"),
    ("duty on a process", policy("duty", item="smelting"), {}, [("error", "policies", 3, "item")], "is a process"),
    ("policy that ends before it begins", put("policies", 2, **{"from": "2030", "to": "2025"}), {},
     [("error", "policies", 2, "from")], "exchange"),
    ("budget of a duty", policy("duty", item="ore", budget=5), {}, [("warning", "policies", 3, "budget")], "no effect"),
    ("budget of 0", put("policies", 2, budget=0), {}, [("warning", "policies", 2, "budget")], "pays nothing"),
    *((f"{kind} that concerns nothing", policy(kind, **cells), {}, [("warning", "policies", 3, "region")],
       "has no effect") for kind, cells in (
          ("capex", {"region": "North"}), ("output", {"region": "North", "item": "ore"}),
          ("access", {"region": "South"}), ("development", {"item": "mining"}), ("duty", {"region": "North"}),
          ("transaction_cost", {"item": "smelting"}), ("market_access", {"region": "North"}))),
    *((f"{kind} that concerns something", policy(kind, **cells), {}, [], "") for kind, cells in (
        ("capex", {"item": "metal"}), ("output", {"region": "South", "item": "metal"}), ("access", {"region": "Union"}),
        ("development", {"item": "alloying"}), ("duty", {"region": "South"}), ("transaction_cost", {"item": "ore"}),
        ("market_access", {"region": "League", "item": "metal"}))),
    # switches
    *((f"{switch} off", lambda tables: None, {switch: "off"}, [("info", sheet, row, column)], f"{switch} is off")
      for switch, sheet, row, column in (
          ("access", "access", 3, "firm"), ("joint_development", "projects", 3, "project"),
          ("learning", "learning", 2, "process"), ("clusters", "clusters", 2, "region"),
          ("enablers", "enablers", 2, "region"), ("policies", "policies", 2, "policy"))),
    ("alliances off", put("projects", 3, kind="alliance"), {"alliances": "off"}, [("info", "projects", 3, "project")],
     "alliances is off"),
]  # fmt: skip


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("change", "settings", "expected", "words"), [case[1:] for case in BROKEN],
                         ids=[case[0] for case in BROKEN])  # fmt: skip
def test_broken_rule_names_its_cell(change, settings, expected, words):
    tables = integrated()
    change(tables)
    issues = found(tables, **settings)
    wanted = sorted((severity, sheet, cell(sheet, row, column)) for severity, sheet, row, column in expected)
    assert sorted(places(issues)) == wanted, "\n".join(map(str, issues))
    assert not expected or any(re.search(words, issue.message) for issue in issues), "\n".join(map(str, issues))


def only_outside() -> Tables:
    """Works belong to them too: home firms have nothing but what offers let them draw."""
    tables = integrated()
    tables["sites"][1]["firm"] = "them"
    for sheet in ("options", "policies", "learning"):
        tables[sheet] = []
    return tables


def test_own_firms_that_can_reach_nothing():
    """Through a contract that takes as long to qualify as the plan lasts nothing can be drawn, and that is said."""
    tables = only_outside()
    assert [issue for issue in found(tables) if issue.severity == "error"] == []
    tables["access"] = [{"firm": "them", "mode": "contract", "qualification": 2}, tables["access"][2]]
    errors = [issue for issue in found(tables) if issue.severity == "error"]
    assert ("error", "firms", "B2") in places(errors)
    assert "have access to nothing" in errors[0].message
    assert "no offer (access) gives access to them" in errors[-1].message


def test_what_a_switch_keeps_away_is_no_fault():
    """With access off ore is bought at the terms of the least binding row, where none is spot, and that is said."""
    tables = integrated()
    tables["access"] = tables["access"][1:]
    assert found(tables) == []
    issues = found(tables, access="off")
    assert not any(issue.severity == "error" for issue in issues)
    assert any("no spot row covers" in issue.message for issue in issues)


def test_a_process_waits_for_its_project():
    """Without smelting metal comes from alloying alone, which needs a period of development: none in 2025."""
    tables = integrated()
    tables["lines"][1]["capacity"] = 0
    tables["lines"][2]["capacity"] = 500
    tables["projects"] = tables["projects"][:1]
    tables["options"] = tables["policies"] = []
    assert any("in 2025" in issue.message for issue in found(tables) if issue.sheet == "demand")


def test_the_share_offered_bounds_what_can_be_made():
    """Of 400 ore a year 0.2 may be drawn: 80, but 100 are needed even if alloying made all the metal."""
    tables = integrated()
    tables["access"][0]["offtake_share"] = tables["access"][1]["offtake_share"] = 0.2
    assert any("capacity can give 80" in issue.message for issue in found(tables))


def test_modules_under_an_offer_that_controls_count():
    """A pit of 80 is too small for 100 ore; with a shaft of 70, built under a contract that controls, it is not."""
    tables = integrated()
    tables["lines"][0]["capacity"] = 80
    tables["options"].append(PIT_MODULES | {"size": 70})
    assert any("capacity can give 80" in issue.message for issue in found(tables))
    tables["access"][1]["controls"] = "yes"
    assert not [issue for issue in found(tables) if issue.sheet == "demand"]


def test_a_named_offer_replaces_the_general_one_of_its_mode():
    tables = integrated()
    tables["access"][0]["offtake_share"] = 0
    tables["access"][1] |= {"mode": "spot", "offtake_share": 1}
    assert places(found(tables)) == [("warning", "access", cell("access", 2, "process"))]


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.__name__)
def test_check_names_every_sheet_it_reads(rule):
    """A fault in any sheet a check reads silences it before it reads anything; all its branches are entered."""
    tables = integrated()
    tables["policies"] += [{"policy": kind, "kind": kind, "rate": 0.1} for kind in POLICY_KINDS]
    tables["duties"].append({"item": "metal", "rate": -0.1})
    names_every_sheet_it_reads(rule, tables)


@pytest.mark.parametrize("sheet", list(integrated()))
def test_empty_sheet_never_raises(sheet):
    tables = integrated()
    tables[sheet] = []
    assert survives_an_empty_sheet(sheet, tables)


def test_what_is_remembered_of_an_instance_is_its_own():
    """Facts are derived once per instance; neither another instance nor a caller's changes get mixed in."""
    first, second = instance(integrated()), instance(sound())
    lines = lines_at_sites(first)
    lines["firm"] = "nobody"
    assert lines_at_sites(first)["firm"].tolist() == ["them", "us", "us"]
    assert len(lines_at_sites(second)) == 2
    assert len(offers_of_lines(first)) == 2
    assert len(offers_of_lines(first.with_settings(access="off"))) == 1


def test_enablers_with_a_bar_in_their_names_are_told_apart():
    """`South|x` with `ore` and `South` with `x|ore` would be one name in the result: said, of the second."""
    tables = integrated()
    tables["regions"].append({"region": "South|x"})
    tables["items"].append({"item": "x|ore", "tier": "upstream"})
    put("enablers", 2, region="South|x")(tables)
    put("enablers", 3, enabler="x|ore")(tables)
    said = [issue for issue in found(tables) if "`South|x|ore|metal`" in issue.message]
    assert places(said) == [("error", "enablers", "B3")]
    put("enablers", 3, region="South|x", enabler="ore")(tables)
    assert not any("this row would have the same name" in issue.message for issue in found(tables))
