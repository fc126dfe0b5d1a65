"""Checks of scenarios, disruptions, rules and locks: each rule is broken once in a sound workbook.

The chain of `test_check_integration` (one pit in North, one works in South, all ore and all metal from there) with an
earthquake in North, the loss of any site that makes ore, three rules that it can meet, and one lock.
"""

import re
from typing import Any

import pytest

from planner.checks import attainable, disruptions, locks, rules, scenarios
from planner.checks.check import CHECKS, check
from planner.issues import Issue
from planner.workbook.read import read_instance
from planner_models.instance import instance
from tests.test_check import Sheets, Tables, add, both, drop, names_every_sheet_it_reads, places, put, share_tables
from tests.test_check_integration import cell, integrated
from tests.workbooks.books import write

SECURITY = [rule for rule in CHECKS if rule.__module__ in {
    module.__name__ for module in (attainable, disruptions, locks, rules, scenarios)}]  # fmt: skip


def secure() -> Tables:
    """The integrated chain with scenarios, rules and locks; rows of each sheet are numbered from 2."""
    return integrated() | {
        "stocks": [{"region": "South", "item": "ore", "maximum": 500}],
        "scenarios": [
            {"scenario": "quake", "probability": 0.1},
            {"scenario": "loss", "probability": 0.2, "expand": "each_site", "item": "ore", "period": "2025",
             "months": 6},
        ],
        "disruptions": [
            {"scenario": "quake", "period": "2025", "months": 6, "kind": "region", "target": "North"},
            {"scenario": "quake", "period": "2025", "months": 6, "kind": "lane", "target": "North|South",
             "effect": "cost", "factor": 2},
        ],
        "rules": [
            {"rule": "serve", "type": "min_service", "limit": 0.9},
            {"rule": "cover", "type": "min_cover", "item": "ore", "limit": 1},
            {"rule": "spend", "type": "budget", "limit": 500},
        ],
        "locks": [{"decision": "built", "site": "works", "process": "smelting", "option": "small", "at_most": 0}],
    }  # fmt: skip


SOUND = instance(secure())


def found(tables: Tables, **settings: Any) -> list[Issue]:
    chosen = {"objective": "profit"} | settings
    return check(Sheets(share_tables(instance(tables, **chosen), SOUND)))  # type: ignore[arg-type]


def test_secure_chain_has_no_issue():
    assert found(secure()) == []


def rule(kind: str, **cells: Any):
    """One more rule, in row 5."""
    return add("rules", {"rule": "more", "type": kind} | cells)


def hit(kind: str, target: str, **cells: Any):
    """One more disruption, in row 4."""
    row = {"scenario": "quake", "period": "2025", "months": 6, "kind": kind, "target": target}
    return add("disruptions", row | cells)


def lock(decision: str, **cells: Any):
    """One more lock, in row 3."""
    return add("locks", {"decision": decision} | cells)


def second_works(tables: Tables) -> None:
    """Another smelter of ours, in the North."""
    tables["sites"].append({"site": "mill", "region": "North", "firm": "us"})
    tables["lines"].append({"site": "mill", "process": "smelting", "capacity": 60})


SMALL = {"site": "works", "process": "smelting", "option": "small"}
STEP = {"region": "South", "item": "metal", "step": "1"}

BROKEN: list[tuple[str, Any, dict[str, Any], list[tuple[str, str, int, str]], str]] = [
    # scenarios
    ("scenario called base", both(put("scenarios", 2, scenario="base"), put("disruptions", 2, scenario="base"),
                                  put("disruptions", 3, scenario="base")), {},
     [("error", "scenarios", 2, "scenario")], "baseline"),
    ("name of a member", both(put("scenarios", 2, scenario="loss: pit"), put("disruptions", 2, scenario="loss: pit"),
                              put("disruptions", 3, scenario="loss: pit")), {},
     [("error", "scenarios", 2, "scenario")], "member of `loss`"),
    ("probabilities over 1", put("scenarios", 2, probability=0.9), {}, [("error", "scenarios", 3, "probability")],
     "add up to 1.1"),
    ("expand with disruptions", put("disruptions", 3, scenario="loss"), {}, [("error", "scenarios", 3, "expand")],
     "as well \\(1\\)"),
    ("expand without a period", put("scenarios", 3, period=None), {}, [("error", "scenarios", 3, "period")],
     "each_site"),
    ("expand without months", put("scenarios", 3, months=None), {}, [("error", "scenarios", 3, "months")], "number"),
    ("expand that leaves all", put("scenarios", 3, factor=1), {}, [("warning", "scenarios", 3, "factor")], "no effect"),
    ("expand in per cent", put("scenarios", 3, factor=40), {}, [("warning", "scenarios", 3, "factor")], "a share"),
    ("expand of nothing", put("scenarios", 3, expand="each_chokepoint"), {}, [("warning", "scenarios", 3, "expand")],
     "no chokepoint carries any of `ore` in 2025"),
    ("expand over chokepoints", both(put("lanes", 2, chokepoints="Strait"),
                                     put("scenarios", 3, expand="each_chokepoint")), {}, [], ""),
    ("expand over lanes of what none carries", put("scenarios", 3, expand="each_lane", item="metal"), {},
     [("warning", "scenarios", 3, "expand")], "no lane"),
    ("scenario without disruptions", add("scenarios", {"scenario": "idle"}), {},
     [("warning", "scenarios", 4, "scenario")], "left out"),
    ("months outside disruptions", put("scenarios", 2, months=3), {}, [("warning", "scenarios", 2, "months")],
     "only where expand is filled"),
    ("longer than its period", put("scenarios", 3, months=61), {}, [("error", "scenarios", 3, "months")],
     "61 is more than the 60 months of 2025"),
    ("snapshot longer than its period", both(put("disruptions", 2, months=99), put("disruptions", 3, months=99)), {},
     [("error", "disruptions", 2, "months"), ("error", "disruptions", 3, "months")], "60 months of 2025"),
    ("two lengths in one snapshot", put("disruptions", 3, months=5), {}, [("error", "disruptions", 3, "months")],
     "5 months here and 6 in row 2"),
    ("risk of nothing", both(put("scenarios", 2, probability=0), put("scenarios", 3, probability=0),
                             rule("max_cvar", limit=5)), {"risk_weight": 0.5},
     [("warning", "rules", 5, "type")], "no risk to limit"),
    # disruptions
    *((f"{kind} that is not there", hit(kind, target), {}, [("error", "disruptions", 4, "target")], words)
      for kind, target, words in (
          ("region", "Nord", "did you mean `North`"), ("region", "Union", "a bloc: write kind bloc"),
          ("bloc", "Onion", "did you mean `Union`"), ("firm", "pit", "a site: write kind site"),
          ("process", "melting", "did you mean `smelting`"), ("item", "gold", "from sheet items"),
          ("chokepoint", "Strait", "column chokepoints"), ("lane", "North", "origin\\|destination"),
          ("lane", "South|North", "no lane goes `South\\|North`"),
          ("lane", "North | South", "did you mean `North\\|South`"),
          ("lane", "North|South|rail", "write sea, or North\\|South for all"))),
    ("market without demand", hit("market", "North", effect="demand"), {}, [("error", "disruptions", 4, "target")],
     "is not a region with demand"),
    *((f"{effect} of a {kind}", hit(kind, target, effect=effect, factor=0.5), {},
       [("error", "disruptions", 4, "effect")], "write capacity" if kind != "market" else "write demand")
      for kind, target, effect in (("firm", "them", "demand"), ("site", "pit", "demand"),
       ("process", "mining", "demand"),
                                   ("lane", "North|South", "demand"), ("market", "South", "cost"))),
    *((f"{effect} of a {kind} that exists", hit(kind, target, effect=effect, factor=0.5, item=item), {}, [], "")
      for kind, target, effect, item in (
          ("bloc", "Union", "flow", "ore"), ("bloc", "League", "demand", "*"), ("firm", "them", "flow", "*"),
          ("site", "pit", "cost", "ore"), ("process", "mining", "capacity", "*"), ("item", "metal", "demand", "*"),
          ("item", "ore", "flow", "*"), ("lane", "North|South|sea", "capacity", "ore"),
          ("market", "South", "demand", "metal"))),
    *((f"{effect} of {item} of a {kind}", hit(kind, target, effect=effect, factor=0.5, item=item), {},
       [("warning", "disruptions", 4, "target")], "could change")
      for kind, target, effect, item in (
          ("region", "North", "capacity", "metal"), ("region", "North", "demand", "*"),
           ("bloc", "League", "flow", "ore"),
          ("site", "pit", "capacity", "metal"), ("item", "ore", "demand", "*"), ("market", "South", "demand", "ore"))),
    ("item of an item", hit("item", "ore", item="metal"), {}, [("warning", "disruptions", 4, "item")],
     "leave item blank"),
    ("factor of 1", put("disruptions", 2, factor=1), {}, [("warning", "disruptions", 2, "factor")], "has no effect"),
    ("flow as it is", hit("region", "North", effect="flow", factor=1), {}, [], ""),
    ("factor in per cent", put("disruptions", 2, factor=40), {}, [("warning", "disruptions", 2, "factor")],
     "write 0.4"),
    ("cost of nothing", put("disruptions", 3, factor=0), {}, [("warning", "disruptions", 3, "factor")], "to raise"),
    ("the same twice", hit("region", "North", factor=0.5), {}, [("warning", "disruptions", 4, "target")],
     "row 2 has the same effect"),
    # rules: what they need
    *((f"{kind} without {column}", rule(kind, **cells), {}, [("error", "rules", 5, column)], words)
      for kind, column, cells, words in (
          ("budget", "limit", {}, "needs a limit \\(money\\)"),
          ("max_share", "by", {"limit": 0.5}, "write region or bloc or firm or site or process or control"),
          ("max_hhi", "by", {"limit": 0.5, "by": "site"}, "write region or bloc or firm"),
          ("min_sources", "count", {"limit": 0.2, "by": "site", "item": "metal"}, "number of sources"),
          ("min_local_content", "scope", {"limit": 0.2, "item": "metal"}, "write it"),
          ("budget", "penalty", {"limit": 5, "hard": "no"}, "needs a penalty"),
          ("min_cash", "limit", {}, "needs a limit \\(money\\)"),
          ("min_cash", "item", {"limit": 5, "item": "metal"}, "cash is that of the whole plan"),
          ("budget", "item", {"limit": 5, "item": "metal"}, "everything that is built"))),
    ("cash below 0", rule("min_cash", limit=-1000), {}, [], ""),
    ("penalty of 0", rule("budget", limit=5, hard="no", penalty=0), {}, [("warning", "rules", 5, "penalty")],
     "for free"),
    ("penalty of a hard rule", rule("budget", limit=5, penalty=1), {}, [("warning", "rules", 5, "penalty")],
     "hard = no"),
    *((f"{kind} with {column}", rule(kind, limit=0.5, **{column: value}), {}, [("warning", "rules", 5, column)],
       f"{column} has no effect on")
      for kind, column, value in (
          ("budget", "by", "region"), ("budget", "who", "us"), ("min_cash", "scope", "South"),
          ("max_cvar", "scope", "South"),
           ("max_cvar", "to", "2025"),
          ("max_emissions", "count", 2), ("max_capacity_ratio", "scenario", "quake"), ("max_cvar", "item", "ore"))),
    ("firm of a utilisation without by", rule("min_utilisation", limit=0.5, who="us"), {},
     [("warning", "rules", 5, "who")], "by = firm"),
    ("rule that is inactive", rule("max_hhi", limit=2500, active="no"), {}, [], ""),
    # rules: limits
    *((f"{kind} of {limit}", rule(kind, limit=limit, **cells), {}, [("error", "rules", 5, "limit")], words)
      for kind, limit, cells, words in (
          ("max_hhi", 2500, {"by": "region"}, "divide by 10,000 and write 0.25"),
          ("max_share", 40, {"by": "region"}, "write 0.4 for 40 %"), ("min_service", 400, {}, "from 0 to 1"),
          ("budget", -1, {}, "below 0"), ("max_hhi", 0, {"by": "region"}, "write a limit above 0"),
          ("min_sources", 0, {"by": "site", "count": 1, "item": "metal"}, "such as 0.1"))),
    ("sources that add up to more than all", both(second_works, rule(
        "min_sources", limit=0.6, by="site", count=2, item="metal")), {}, [("error", "rules", 5, "limit")],
     "at most 0.5"),
    ("rule that asks nothing", rule("min_service", limit=0), {}, [("warning", "rules", 5, "limit")],
     "every plan meets"),
    ("capacity ratio in per cent", rule("max_capacity_ratio", limit=120, item="metal"), {},
     [("warning", "rules", 5, "limit")], "write 1.2"),
    # rules: names and time
    *((f"by {by} of {who}", rule(kind, limit=0.5, item="ore", by=by, who=who), {},
     [("error", "rules", 5, "who")], words)
      for kind, by, who, words in (
          ("max_share", "control", "*", "write home, outside, or a stake"),
          ("max_share", "control", "stake>0.5", "such as stake>=0.5"),
           ("max_share", "control", "stake>=5", "stake>=0.5"))),
    ("site of another kind", both(second_works, rule("max_share", limit=0.5, item="metal", by="firm", who="mill")), {},
     [("error", "rules", 5, "who")], "a site: write by = site"),
    ("least share of each", both(second_works, rule("min_share", limit=0.5, item="metal", by="site")), {},
     [("error", "rules", 5, "who")], "not every site"),
    ("rule that ends before it begins", rule("budget", limit=5, **{"from": "2030", "to": "2025"}), {},
     [("error", "rules", 5, "from")], "exchange"),
    ("service in no scenario", both(drop("scenarios", 3), drop("scenarios", 2), drop("disruptions", 3),
                                    drop("disruptions", 2)), {},
     [("warning", "rules", 2, "scenario")], "no scenario"),
    # rules against each other
    ("least above most", both(second_works, rule("min_share", limit=0.8, item="metal", by="site", who="mill"),
                              rule("max_share", limit=0.6, item="metal", by="site")), {},
     [("error", "rules", 5, "limit")], "`more` \\(row 6\\) allows 0.6"),
    ("least above most at another time", both(
        second_works, rule("min_share", limit=0.8, item="metal", by="site", who="mill", to="2025"),
        rule("max_share", limit=0.6, item="metal", by="site", **{"from": "2030"})), {}, [], ""),
    ("least above most that may be broken", both(
        second_works, rule("min_share", limit=0.8, item="metal", by="site", who="mill", hard="no", penalty=1),
        rule("max_share", limit=0.6, item="metal", by="site")), {}, [], ""),
    ("least shares of more than all", both(
        second_works, rule("min_share", limit=0.6, item="metal", by="site", who="mill"),
        rule("min_share", limit=0.6, item="metal", by="site", who="works")), {},
     [("error", "rules", 6, "limit")], "with rows 5 it requires 1.2"),
    # rules that no plan can meet
    ("one source of two wanted", rule("min_sources", limit=0.2, count=2, by="site", item="metal"), {},
     [("error", "rules", 5, "limit")], "1 possible source by site: `works`; write a count of at most 1"),
    ("two sources of two wanted", both(second_works, rule("min_sources", limit=0.2, count=2, by="site", item="metal")),
     {}, [], ""),
    ("share below one over sources", both(second_works, rule("max_share", limit=0.49, by="site", item="metal")), {},
     [("error", "rules", 5, "limit")], "2 possible sources .* write at least 0.5"),
    ("share of one over sources", both(second_works, rule("max_share", limit=0.5, by="site", item="metal")), {}, [],
     ""),
    ("share below one over sources, at a price", both(second_works, rule(
        "max_share", limit=0.49, by="site", item="metal", hard="no", penalty=1)), {},
     [("warning", "rules", 5, "limit")], "write at least 0.5"),
    ("share of the only source", rule("max_share", limit=0.9, by="bloc", who="Union", item="ore"), {},
     [("error", "rules", 5, "limit")], "only possible source is `Union`"),
    ("share of all from outside, beside what is made there", both(
        add("sites", {"site": "dig", "region": "South", "firm": "us"}),
        add("lines", {"site": "dig", "process": "mining", "capacity": 1}),
        rule("max_share", limit=0.9, by="bloc", item="ore", scope="League")), {}, [], ""),
    ("share of all from outside", rule("max_share", limit=0.9, by="bloc", item="ore", scope="League"), {},
     [("error", "rules", 5, "limit")], "1 possible source by bloc: `Union`"),
    ("HHI below one over sources", both(second_works, rule("max_hhi", limit=0.4, by="region", item="metal")), {},
     [("error", "rules", 5, "limit")], "write at least 0.5"),
    ("HHI of firms beside what arrives", rule("max_hhi", limit=0.4, by="firm", item="ore", scope="South"), {}, [], ""),
    ("least of who makes none", rule("min_share", limit=0.1, by="firm", who="us", item="ore"), {},
     [("error", "rules", 5, "limit")], "`us` cannot supply it"),
    ("least from home where none is", rule("min_share", limit=0.1, by="control", who="home", item="ore"), {},
     [("error", "rules", 5, "limit")], "none of it can be home"),
    ("least from home under an offer", both(put("access", 3, controls="yes"), rule(
        "min_share", limit=0.1, by="control", who="home", item="ore")), {}, [], ""),
    ("least under a stake", both(put("access", 3, stake=0.4), rule(
        "min_share", limit=0.1, by="control", who="stake>=0.4", item="ore")), {}, [], ""),
    ("least under a larger stake", both(put("access", 3, stake=0.4), rule(
        "min_share", limit=0.1, by="control", who="stake>=.5", item="ore")), {}, [("error", "rules", 5, "limit")],
         "none"),
    ("most from home where all is", rule("max_share", limit=0.9, by="control", who="home", item="metal"), {},
     [("error", "rules", 5, "limit")], "all its possible sources are home"),
    ("least of who comes later", both(
        add("sites", {"site": "dig", "region": "South", "firm": "us", "first_period": "2030"}),
        add("lines", {"site": "dig", "process": "mining", "capacity": 50}),
        rule("min_share", limit=0.1, by="firm", who="us", item="ore")), {}, [("warning", "rules", 5, "limit")],
     "`ore` in 2025 can meet"),
    ("rule on what cannot be there", rule("max_share", limit=0.4, by="region", item="metal", scope="North"), {},
     [("warning", "rules", 5, "item")], "no `metal` can be supplied in `North`"),
    ("most of who makes none", rule("max_share", limit=0.4, by="firm", who="us", item="ore"), {},
     [("warning", "rules", 5, "who")], "has no effect"),
    ("imports of what is not made", rule("max_import_share", limit=0.4, item="ore"), {},
     [("warning", "rules", 5, "limit")], "nothing makes `ore` in `League` \\(2025\\)"),
    ("imports of what must be served", both(
        add("demand", {"region": "South", "item": "ore", "period": "2025", "volume": 1}),
        drop("enablers", 3), drop("enablers", 2), rule("max_import_share", limit=0.4, item="ore", scope="South")),
     {"objective": "cost"}, [("error", "rules", 5, "limit")], "nothing makes `ore` in `South`"),
    ("imports of what is made", rule("max_import_share", limit=0.4, item="metal"), {}, [], ""),
    ("share below one over sources of all items", rule("max_share", limit=0.9, by="site"), {},
     [("warning", "rules", 5, "limit")], "the same applies to `metal`"),
    ("cover without a stock", rule("min_cover", limit=1, item="metal"), {}, [("error", "rules", 5, "item")],
     "no stock of `metal`"),
    ("cover of everything", rule("min_cover", limit=1), {}, [("warning", "rules", 5, "item")],
     "no stock of `metal` can"),
    # locks
    ("lock without its key", lock("built", site="works", process="smelting", at_least=1), {},
     [("error", "locks", 3, "option")], "site, process, option"),
    ("lock of more than its key", lock("priced", **STEP, at_most=1, firm="us"), {},
     [("warning", "locks", 3, "firm"), ("warning", "locks", 3, "at_most")], "firm has no effect"),
    ("lock upside down", put("locks", 2, at_least=1), {}, [("error", "locks", 2, "at_least")], "exchange"),
    ("lock that says no number", put("locks", 2, at_most=None, period="2025"), {},
     [("warning", "locks", 2, "at_least")],
     "read as at_least 1"),
    *((f"{decision} of nothing", lock(decision, **cells, at_least=1), {}, [("error", "locks", 3, column)], words)
      for decision, column, cells, words in (
          ("built", "option", SMALL | {"option": "smal"}, "did you mean `small`"),
          ("built", "site", SMALL | {"site": "pit"}, "not a site that can be built: write `works`"),
          ("accessed", "mode", {"firm": "them", "process": "*", "mode": "contract"}, "write `spot`"),
          ("accessed", "firm", {"firm": "us", "process": "*", "mode": "contract"}, "write `them` or `lab`"),
          ("started", "option", {"project": "alloy", "option": "ourselves"}, "`alone` or `with the lab`"),
          ("kept", "process", {"site": "pit", "process": "smelting"}, "write `mining`"),
          ("priced", "step", STEP | {"step": "2"}, "write `1`"))),
    *((f"{decision} in vain", lock(decision, **cells), {}, [("error", "locks", 3, column)], words)
      for decision, column, cells, words in (
          ("built", "at_least", SMALL | {"at_least": 2}, "can be 1 at most in all"),
          ("built", "period", SMALL | {"at_least": 1, "period": "2030"}, "write 2025 as its period"),
          ("started", "period", {"project": "alloy", "option": "alone", "at_least": 1, "period": "2030"}, "write 2025"),
          ("kept", "at_most", {"site": "pit", "process": "mining", "at_most": 0}, "always 1"),
          ("opened", "at_most", {"site": "pit", "at_most": 0}, "always 1"))),
    ("lock of a fraction", lock("accessed", firm="them", process="mining", mode="contract", at_least=0.5), {},
     [("error", "locks", 3, "at_least")], "write 1"),
    ("lock that all plans meet", lock("kept", site="pit", process="mining", at_least=1), {},
     [("warning", "locks", 3, "at_least")], "every plan is within"),
    ("lock that holds", lock("accessed", firm="them", process="mining", mode="contract", period="2030", at_least=1), {},
     [], ""),
    # switches
    *((f"{switch} off", lambda tables: None, {switch: "off"}, [("info", switch, 2, column)], f"{switch} is off")
      for switch, column in (("scenarios", "scenario"), ("rules", "rule"))),
]  # fmt: skip


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("change", "settings", "expected", "words"), [case[1:] for case in BROKEN],
                         ids=[case[0] for case in BROKEN])  # fmt: skip
def test_broken_rule_names_its_cell(change, settings, expected, words):
    tables = secure()
    change(tables)
    issues = found(tables, **settings)
    wanted = sorted((severity, sheet, cell(sheet, row, column)) for severity, sheet, row, column in expected)
    got = [place for place in places(issues) if place[1] in {"scenarios", "disruptions", "rules", "locks"} or expected]
    assert sorted(place for place in got if place[1] != "settings") == wanted, "\n".join(map(str, issues))
    assert not expected or any(re.search(words, issue.message) for issue in issues), "\n".join(map(str, issues))


def test_weighing_no_risk_names_the_setting():
    tables = secure()
    tables["scenarios"] = tables["disruptions"] = []
    (issue,) = [issue for issue in found(tables, risk_weight=0.5) if issue.sheet == "settings"]
    assert "(risk_weight) no scenario" in issue.message


@pytest.mark.parametrize("rule", SECURITY, ids=lambda rule: rule.__name__)
def test_check_names_every_sheet_it_reads(rule):
    """A fault in any sheet a check reads silences it before it reads anything; all its branches are entered."""
    tables = secure()
    tables["lanes"][0]["chokepoints"] = "Strait"
    tables["scenarios"].append(
        {"scenario": "shut", "expand": "each_chokepoint", "item": "ore", "period": "2025", "months": 1}
    )
    for kind, target, effect in (
        ("chokepoint", "Strait", "flow"),
        ("bloc", "League", "demand"),
        ("firm", "us", "cost"),
    ):
        hit(kind, target, effect=effect)(tables)
    for kind, cells in (
        ("max_share", {"by": "firm", "who": "them"}),
        ("min_share", {"by": "control", "who": "home"}),
        ("max_import_share", {}),
        ("max_hhi", {"by": "region"}),
    ):
        rule_cells = {"rule": kind, "type": kind, "limit": 0.5, "item": "ore"} | cells
        tables["rules"].append(rule_cells)
    for decision, cells in (
        ("opened", {"site": "works"}),
        ("accessed", {"firm": "them", "process": "mining", "mode": "contract"}),
        ("started", {"project": "alloy", "option": "alone"}),
        ("kept", {"site": "works", "process": "smelting"}),
        ("priced", STEP),
    ):
        lock(decision, **cells)(tables)
    names_every_sheet_it_reads(rule, tables)


def test_a_row_copied_from_a_result_is_a_lock(tmp_path):
    """Columns of the result sheet stay beside it: a remark each, no fault."""
    path = write(tmp_path / "book.xlsx", {
        "locks": [["decision", "site", "period", "opened", "closed"], ["opened", "S1", "2024", "yes", "no"]],
        "firms": [["firm"], ["us"]],
        "sites": [["site", "region", "firm", "status"], ["S1", "China", "us", "candidate"]],
    })  # fmt: skip
    reading = read_instance(path)
    assert reading.faults == []
    said = [issue for issue in check(reading) if issue.sheet == "locks"]
    assert {issue.severity for issue in said} == {"warning"}
    assert [issue.cell for issue in said] == ["D1", "E1", "A2"]


def test_rules_that_are_off_need_not_be_within_reach():
    """A rule that no plan can meet is an error; not while rules are switched off."""
    tables = secure()
    rule("max_share", item="ore", by="region", who="North", limit=0.5)(tables)
    assert ("error", "rules", "I5") in places(found(tables))
    assert all(issue.severity != "error" for issue in found(tables, rules="off"))
