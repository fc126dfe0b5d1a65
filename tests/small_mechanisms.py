"""Hypothesis strategies for small random instances with offers, projects, levels, enablers and policies.

They stand on those of `tests/small_instances.py`, to which they add outside firms and what makes mechanisms work.
"""

from itertools import product

from hypothesis import strategies as st

from tests.small_instances import Row, Rows, Tables, _amount, _sometimes, small_instances

MODES = ("spot", "contract", "alliance", "equity", "joint_venture", "acquire")
OUTSIDE = ("other", "partner")
"""Firms that are not the planner's own; the second seldom has a line."""
TIERS = ("upstream", "midstream", "downstream")
SWITCHES = ("access", "scale", "learning", "clusters", "joint_development", "alliances", "enablers", "policies")


@st.composite
def mechanism_instances(draw: st.DrawFn, most_periods: int = 3, scale: bool = False) -> tuple[Tables, Row]:
    """Tables and settings: a small instance in which each mechanism stands now and then, or is switched off.

    With `scale` economies of scale are always on: without them modules are no whole decisions.
    """
    tables, settings = draw(small_instances(most_periods))
    periods = [row["period"] for row in tables["periods"]]
    tables["firms"] = [
        {"firm": "own", "home": "yes"},
        *({"firm": firm, "home": "no", "bloc": draw(_place(tables))} for firm in OUTSIDE),
    ]
    _add_outside_lines(draw, tables)
    tables["access"] = _access(draw, tables)
    tables["projects"] = _projects(draw, tables["access"], periods)
    _change_processes(draw, tables)
    tables["learning"] = _learning(draw, tables)
    tables["clusters"] = _clusters(draw, tables)
    if settings["objective"] == "profit":
        tables["enablers"] = _enablers(draw, tables)
    tables["policies"] = _policies(draw, tables, periods)
    for switch in SWITCHES:
        if _sometimes(draw, 10) and not (scale and switch == "scale"):
            settings[switch] = "off"
    return {sheet: rows for sheet, rows in tables.items() if rows}, settings


_KEYS = {"items": "item", "periods": "period", "processes": "process", "regions": "region"}


def _names(tables: Tables, sheet: str) -> list[str]:
    return [row[_KEYS[sheet]] for row in tables[sheet]]


def _place(tables: Tables) -> st.SearchStrategy[str | None]:
    blocs = sorted({row["bloc"] for row in tables["regions"] if row["bloc"]})
    return st.sampled_from([None, *_names(tables, "regions"), *blocs])


def _add_outside_lines(draw: st.DrawFn, tables: Tables) -> None:
    """A site of the first outside firm with one or two lines, now and then one of the second."""
    for firm in OUTSIDE[: 1 + _sometimes(draw)]:
        site = f"plant of {firm}"
        row: Row = {"site": site, "region": draw(st.sampled_from(_names(tables, "regions"))), "firm": firm}
        if _sometimes(draw, 8):
            row["last_period"] = draw(st.sampled_from(_names(tables, "periods")))
        tables["sites"].append(row)
        chosen = draw(st.lists(st.sampled_from(_names(tables, "processes")), min_size=1, max_size=2, unique=True))
        for process in chosen:
            line: Row = {"site": site, "process": process, "capacity": draw(st.sampled_from([20, 6, 0]))}
            line |= {"fixed_cost": draw(st.sampled_from([0, 6])), "min_load": draw(st.sampled_from([0, 0.5]))}
            tables["lines"].append(line)


def _access(draw: st.DrawFn, tables: Tables) -> Rows:
    """Up to three offers, for all lines of a firm or for one process."""
    processes = st.sampled_from(["*", *_names(tables, "processes")])
    key = st.tuples(st.sampled_from([*OUTSIDE[:1], *OUTSIDE]), processes, st.sampled_from(MODES))
    return [_offer(draw, *chosen) for chosen in draw(st.lists(key, max_size=3, unique=True))]


def _offer(draw: st.DrawFn, firm: str, process: str, mode: str) -> Row:
    """The terms of an offer; most stay at their defaults."""
    row: Row = {"firm": firm, "process": process, "mode": mode}
    seldom = {
        "annual_cost": [1, 4],
        "offtake_share": [0.5, 0.75],
        "min_take": [0.25, 0.5, 1],
        "transaction_cost": [0.5, 1],
        "term": [2, 3],
        "exit": ["no"],
        "qualification": [1],
    }
    row |= {name: draw(st.sampled_from(values)) for name, values in seldom.items() if _sometimes(draw)}
    row |= {"entry_cost": draw(st.sampled_from([0, 3, 12])), "markup": draw(st.sampled_from([0, 0.25, 1]))}
    if mode != "spot":
        row |= {"stake": draw(st.sampled_from([0, 0.5, 1])), "controls": draw(st.sampled_from(["no", "yes"]))}
    elif _sometimes(draw, 8):
        row["controls"] = "yes"
    return row


def _projects(draw: st.DrawFn, access: Rows, periods: list[str]) -> Rows:
    """Up to two projects of one or two options; the second may need the first."""
    rows: Rows = []
    stakes = {row["firm"]: row.get("stake", 0) for row in access if row["mode"] != "spot"}
    for number in range(draw(st.integers(0, 2))):
        for option in range(draw(st.integers(1, 2))):
            row: Row = {"project": f"project {number}", "option": f"option {option}"}
            row |= {"cost": draw(st.sampled_from([0, 2, 8])), "duration": draw(st.sampled_from([0, 0, 1, 2]))}
            row["kind"] = draw(st.sampled_from(["own", "licence", "joint", "alliance", "launch"]))
            row["partner"] = draw(st.sampled_from([None, "own", *OUTSIDE]))
            if row["partner"] in stakes and _sometimes(draw):
                row["min_stake"] = stakes[row["partner"]]
            if number and _sometimes(draw, 2):
                row["needs"] = "project 0"
            if _sometimes(draw, 5):
                row["first_period"] = draw(st.sampled_from(periods))
            rows.append(row)
    return rows


def _change_processes(draw: st.DrawFn, tables: Tables) -> None:
    """What waits for projects, what can be learnt, the stages of clusters, and how institutions are."""
    projects = sorted({row["project"] for row in tables["projects"]})
    for sheet in ("processes", "items"):
        for row in tables[sheet]:
            if projects and _sometimes(draw):
                row["requires"] = draw(st.sampled_from(projects))
    for row in tables["processes"]:
        row |= {"learnable_share": draw(st.sampled_from([0, 0.5, 1])), "tier": draw(st.sampled_from(TIERS))}
        row |= {"stage": draw(st.sampled_from([None, None, "stage"])), "skilled": draw(st.sampled_from([0, 1e5]))}
    for row in tables["regions"]:
        row |= {"institution_factor": draw(st.sampled_from([1, 2])), "skilled_wage": _amount(draw)}


def _rising(draw: st.DrawFn, values: list[float], count: int) -> list[float]:
    """Some of the values in their order."""
    return sorted(draw(st.lists(st.sampled_from(values), min_size=count, max_size=count, unique=True)))


def _learning(draw: st.DrawFn, tables: Tables) -> Rows:
    """One or two levels of one process; others may add to its experience."""
    if not _sometimes(draw, 2):
        return []
    process, count = draw(st.sampled_from(_names(tables, "processes"))), draw(st.integers(1, 2))
    thresholds, savings = _rising(draw, [0, 2, 6, 15, 40], count), _rising(draw, [0.1, 0.25, 0.5], count)
    outside = draw(st.sampled_from([0, 0, 3, 10]))
    return [
        {"process": process, "level": level + 1, "threshold": threshold, "saving": saving, "outside": outside}
        for level, (threshold, saving) in enumerate(zip(thresholds, savings, strict=True))
    ]


def _clusters(draw: st.DrawFn, tables: Tables) -> Rows:
    """One or two levels in one region."""
    if not _sometimes(draw, 2):
        return []
    region, count = draw(st.sampled_from(_names(tables, "regions"))), draw(st.integers(1, 2))
    stages, savings = _rising(draw, [1, 2, 3], count), _rising(draw, [0.1, 0.25, 0.5], count)
    tier = draw(st.sampled_from(["*", "*", *TIERS]))
    rows = [
        {"region": region, "level": level + 1, "stages": number, "saving": saving, "tier": tier}
        for level, (number, saving) in enumerate(zip(stages, savings, strict=True))
    ]
    if _sometimes(draw):
        activity = draw(st.sampled_from([0.1, 1]))
        rows = [row | {"activity": activity} for row in rows]
    return rows


def _enablers(draw: st.DrawFn, tables: Tables) -> Rows:
    """One or two thresholds in one market, of an item that is put up there."""
    if not _sometimes(draw, 2):
        return []
    market, count = draw(st.sampled_from(tables["demand"])), draw(st.integers(1, 2))
    enabler = draw(st.sampled_from(_names(tables, "items")))
    thresholds, uplifts = _rising(draw, [0, 2, 6, 15], count), _rising(draw, [0.2, 0.5, 1], count)
    return [
        {"region": market["region"], "item": market["item"], "enabler": enabler, "threshold": low, "uplift": uplift}
        for low, uplift in zip(thresholds, uplifts, strict=True)
    ]


RATES = {
    "capex": [0.3, 1],
    "output": [0.5, 2],
    "access": [0.5, 1],
    "development": [0.5, 1],
    "duty": [0.2, 0.5],
    "transaction_cost": [-1, -0.5, 0.5],
    "market_access": [-0.5, 0.5],
}


def _policies(draw: st.DrawFn, tables: Tables, periods: list[str]) -> Rows:
    """Up to three policies of any kind, each in its window and perhaps within a budget."""
    items, processes = _names(tables, "items"), _names(tables, "processes")
    subjects = {kind: ["*", *items, *processes] for kind in RATES}
    subjects |= {"output": [*items, *processes], "duty": ["*", *items], "market_access": ["*", *items]}
    rows: Rows = []
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(sorted(RATES)))
        row: Row = {"policy": f"policy {number}", "kind": kind, "rate": draw(st.sampled_from(RATES[kind]))}
        row["region"] = "*" if kind == "development" else draw(_place(tables)) or "*"
        row["item"] = draw(st.sampled_from(subjects[kind]))
        if _sometimes(draw):
            row["budget"] = draw(st.sampled_from([0, 2, 10]))
        if _sometimes(draw):
            first, last = sorted(draw(st.sampled_from([*product(range(len(periods)), repeat=2)])))
            row |= {"from": periods[first], "to": periods[last]}
        if _sometimes(draw, 10):
            row["active"] = "no"
        rows.append(row)
    return rows
