"""Changes of an earlier plan: each decision as it was and as it is, and what departing from it costs."""

import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.case import LINE, AuditedPlan, cache_table, words
from planner.audit.decisions import list_decisions
from planner.audit.decisions import steps as list_steps
from planner.audit.demand import appraise_steps
from planner.audit.offers import offers
from planner.audit.options import tabulate_options as options
from planner.audit.projects import project_tiers
from planner.audit.projects import tabulate_options as projects
from planner_models import frames
from planner_models.schema.decisions import KEYS

NAME = "plan changes"
_COLUMNS = list(dict.fromkeys(name for key in KEYS.values() for name in key))


@cache_table
def _decide_now(case: AuditedPlan) -> dict[tuple[str, ...], float]:
    """What the other sheets say is decided; of offers that they are signed: to stay in force is no change."""
    access = case["access"]
    signed = access[access["signed"] == "yes"][["firm", "process", "mode", "period"]]
    now = {key: value for key, value in list_decisions(case).items() if key[0] != "accessed"}
    return now | {("accessed", *key): 1.0 for key in signed.itertuples(index=False, name=None)}


@cache_table
def compare_decisions(case: AuditedPlan) -> pd.DataFrame:
    """The sheet `changes`: its columns, `decided` as a tuple, `now` (what the other sheets say), and `price`.

    The price in money of a change is that of the instance where it names an earlier plan, else the one that the sheet
    has charged throughout.
    """
    rows = case["changes"]
    rows = rows[rows["decision"].isin(list(KEYS))].reset_index(drop=True)
    rows["decided"] = [(row["decision"], *(row[name] for name in KEYS[row["decision"]])) for row in frames.rows(rows)]
    now = _decide_now(case) if len(rows) else {}
    rows["now"] = [now.get(key, 0.0) for key in rows["decided"]]
    difference = (rows["after"] - rows["before"]).abs()
    charged = (rows["cost"] / difference.where(difference > 0)).max()
    earlier = case.instance.earlier
    rows["price"] = charged if earlier is None else earlier.change_cost
    return rows.assign(price=rows["price"].fillna(0.0))


def cost_changes(case: AuditedPlan) -> pd.DataFrame:
    """What each change costs, once: columns line, tier, region, period, yearly (the amount)."""
    rows = compare_decisions(case)
    labels = [_label(case, key) for key in rows["decided"]]
    table = pd.DataFrame(labels, columns=["tier", "region", "period"], index=rows.index, dtype=object)
    return table.assign(line=NAME, yearly=(rows["now"] - rows["before"]).abs() * rows["price"])


def _label(case: AuditedPlan, decision: tuple[str, ...]) -> tuple[str, str, str]:
    """Tier, region and period that the cost of a change is put down to; of what does not exist, nobody's."""
    kind, *key, period = decision
    if kind == "started":
        return project_tiers(case).get(key[0], "downstream"), "*", period
    if kind == "priced":
        tiers = case.instance["items"].set_index("item")["tier"]
        return tiers.get(key[1], "downstream"), key[0], period
    table = {"opened": case.sites, "built": case.lines, "kept": case.lines, "accessed": offers(case)}[kind]
    place = key[0] if kind == "opened" else tuple(key[:2]) if kind in ("built", "kept") else tuple(key)
    if place not in table.index:
        return "downstream", "*", period
    return frames.cell(table, place, "tier"), frames.cell(table, place, "region"), period


@cache_table
def _list_decidable(case: AuditedPlan) -> dict[str, set[tuple[str, ...]]]:
    """By kind: the keys of all decisions that there are, without the period."""
    started, priced = projects(case)[["project", "option"]], list_steps(case)
    return {
        "opened": {(site,) for site in case.sites.index},
        "built": set(options(case).index),
        "kept": set(case.lines.index),
        "accessed": set(offers(case).index),
        "started": set(started.itertuples(index=False, name=None)),
        "priced": set(priced.itertuples(index=False, name=None)),
    }


def _exists(case: AuditedPlan, decision: tuple[str, ...]) -> bool:
    """Whether there is such a decision at all."""
    kind, *key, period = decision
    return tuple(key) in _list_decidable(case)[kind] and period in case.periods.index


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `changes` against the other sheets; nothing where it has no rows."""
    rows = compare_decisions(case)
    if rows.empty and case.instance.earlier is None:
        return []
    known = set(rows["decided"])
    access = case["access"]
    taken = pd.concat(
        [
            _keys("built", case["builds"], [*LINE, "option", "period"]),
            _keys("accessed", access[access["signed"] == "yes"], ["firm", "process", "mode", "period"]),
            _keys("started", case["projects"], ["project", "option", "started"]),
        ]
    )
    return [
        same("decisions beside the earlier plan", rows["after"], rows["now"]),
        same("cost of plan changes", rows["cost"], (rows["now"] - rows["before"]).abs() * rows["price"]),
        never("every decision is beside the earlier plan", ~taken.isin(known)),
        never("decisions that exist", ~rows["decided"].map(lambda key: _exists(case, key)).astype(bool)),
        *_as_given(case, rows),
    ]


def _keys(kind: str, table: pd.DataFrame, columns: list[str]) -> pd.Series:
    return pd.Series([(kind, *key) for key in table[columns].itertuples(index=False, name=None)], dtype=object)


def _as_given(case: AuditedPlan, rows: pd.DataFrame) -> list[Finding]:
    """What the sheet says the earlier plan was, where the instance names it."""
    earlier = case.instance.earlier
    if earlier is None:
        return []
    told = [earlier.decisions.get(key) for key in rows["decided"]]
    wrong = [value is not None and value != before for value, before in zip(told, rows["before"], strict=True)]
    listed, now = set(rows["decided"]), _decide_now(case)
    steps = appraise_steps(case)
    steps = steps[steps["mixable"]].assign(step=words(steps["step"]))
    mixed = set(_keys("priced", steps, list(KEYS["priced"])))
    silent = [
        _exists(case, key) and now.get(key, 0.0) != before
        for key, before in earlier.decisions.items()
        if key not in listed and key not in mixed
    ]
    return [
        never("the earlier plan as it was given", pd.Series(wrong, dtype=bool)),
        never("every change of the earlier plan is listed", pd.Series(silent, dtype=bool)),
    ]
