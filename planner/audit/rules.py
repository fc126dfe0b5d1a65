"""Rules: what each one limits, recomputed, whether it is met, and what a breach of a soft one costs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.audit import TOLERANCE, Finding, at_most, never, same
from planner.audit.case import AuditedPlan, cache_table
from planner.audit.demand import tabulate_service, weigh_units
from planner.audit.figures import EVERY, FIGURES
from planner.audit.groups import GROUPS
from planner.audit.losses import base_cost, by_scenario, cvar, services
from planner.audit.scenarios import scenarios
from planner.audit.supply import supply, within
from planner.seal import BASE_ERROR
from planner_models import frames

ROW = ["rule", "item", "who", "period"]
LABEL = ["line", "tier", "region", "period"]
BREACHES = ("rule breach", "rule breach once")
"""The cost lines of breaches: of what is counted by the year, and of what is counted once."""

_ONCE = ("min_cover", "min_sources", "min_service", "max_cvar", "budget", "min_cash")
_TOGETHER = (
    *("min_sources", "max_hhi", "min_cover", "max_cvar", "min_utilisation", "max_capacity_ratio"),
    *("max_emissions", "min_local_content", "budget", "min_cash", "max_open", "min_open", "max_disposal"),
)
"""Types without a source or scenario of their own: `who` is what the rule says."""

_CLOSE = 1e-6
"""How near a figure has to be to its limit, as a share of the limit."""

_FEASIBLE = 2e-7
"""What a row may be off by in its own unit."""

NOT_APPLICABLE = "not applicable"


def _active(case: AuditedPlan) -> Iterator[pd.Series]:
    rows = case.instance["rules"]
    if case.instance.settings["rules"] == "on":
        rows = rows[rows["active"] == "yes"]
        single = rows["type"] == "single_source"
        for _, row in rows.assign(limit=rows["limit"].mask(single & rows["limit"].isna(), 1.0)).iterrows():
            yield row


@cache_table
def figures(case: AuditedPlan) -> pd.DataFrame:
    """Every row of every rule in force: ROW, type, limit, value, base (see `figures`), least (bool), hard, penalty.

    `value` is missing where there is nothing of which it could be a share.
    """
    compute = {**FIGURES, **GROUPS, "min_service": _service, "max_cvar": _tail}
    parts = []
    for rule in _active(case):
        table = compute[rule["type"]](case, rule)
        if rule["type"] == "max_share" and rule["who"] == EVERY:
            table = pd.concat([table, _find_idle_sources(case, rule, table)], ignore_index=True)
        if rule["item"] != EVERY:
            table = table[table["item"] == rule["item"]]
        table = table[_find_periods(case, rule, table["period"])]
        facts = {name: rule[name] for name in ("rule", "type", "hard", "penalty", "scope")}
        least = rule["type"].startswith("min_")
        if rule["type"] in _TOGETHER:
            table = table.assign(who=rule["who"])
        parts.append(table.assign(**facts, limit=float(rule["limit"]), least=least))
    columns = [*ROW, "type", "limit", "value", "base", "breach", "least", "hard", "penalty", "scope", "turnover"]
    rows = pd.concat([part.reindex(columns=columns) for part in parts]) if parts else pd.DataFrame(columns=columns)
    return rows.reset_index(drop=True).astype({"limit": float, "value": float, "base": float, "least": bool})


def _find_idle_sources(case: AuditedPlan, rule: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of sources that the sheet names and that supply nothing, where others do: their share is 0."""
    key = ["item", "who", "period"]
    named = case["rules"].loc[case["rules"]["rule"] == rule["rule"], key].drop_duplicates()
    idle = named[~pd.MultiIndex.from_frame(named).isin(pd.MultiIndex.from_frame(table[key]))]
    total = supply(case, rule["scope"])
    base = total[total > 0].rename("base").reset_index()
    return idle.merge(base, on=["item", "period"]).assign(value=0.0)


def _find_periods(case: AuditedPlan, rule: pd.Series, periods: pd.Series) -> pd.Series:
    """Which of the periods named a rule is in force in; what is about no period always is."""
    place = case.places(periods, -1)
    first = -1 if rule["from"] is None else case.periods["place"][rule["from"]]
    last = len(case.periods) if rule["to"] is None else case.periods["place"][rule["to"]]
    return periods.eq(EVERY) | ((place >= first) & (place <= last))


def _service(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """The share of what is wanted that is served, in one scenario, or in all and, under cost, in the base."""
    rows = services(case, rule["item"])
    named = scenarios(case)["row"]
    if rule["scenario"] != EVERY:
        rows = rows[(rows["scenario"] == rule["scenario"]) | (rows["scenario"].map(named) == rule["scenario"])]
    elif case.instance.settings["objective"] == "cost":
        rows = pd.concat([rows, _select_base_service(case, rule["item"])])
    rows = rows[within(case, rows["region"], rule["scope"])]
    sums = rows.groupby("scenario")[["got", "due"]].sum()
    table = pd.DataFrame({"value": sums["got"] / sums["due"].where(sums["due"] > 0), "base": sums["due"]})
    table = table.rename_axis("who").reset_index()
    return table.assign(item=rule["item"], period=EVERY)


def _select_base_service(case: AuditedPlan, item: str) -> pd.DataFrame:
    """The rows of `services` for the base: over the years of every period."""
    rows = tabulate_service(case)
    rows = rows[rows["item"].eq(item) | (item == EVERY)]
    value = weigh_units(case, rows, item)
    years = rows["period"].map(case.periods["years"])
    rows = rows.assign(scenario="base", sold=years * rows["sold"], wanted=years * rows["wanted"])
    return rows.assign(got=value * rows["sold"], due=value * rows["wanted"])


def _tail(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """How far the CVaR of cost is above the best base, in money.

    What the best base costs only a solver knows: it is what the sheet implies, and at most what the plan's own costs,
    but for what its search left open. So the figure is at least the CVaR of losses.
    """
    rows, sheet = by_scenario(case), case["rules"]
    least = cvar(case, rows["loss"], rows["probability"]) - _base_error(case)
    value = max(least, float(sheet.loc[sheet["rule"] == rule["rule"], "value"].max()))
    row = {"item": rule["item"], "who": EVERY, "period": EVERY, "value": value, "base": 1.0}
    row["turnover"] = abs(base_cost(case))
    return pd.DataFrame([row] if (rows["probability"] > 0).any() else [], columns=list(row))


def _base_error(case: AuditedPlan) -> float:
    """What the best base may cost less than was found, in money: said to the audit, else in sheet run, else the gap."""
    run = case.tables.get("run")
    facts = {} if run is None else dict(zip(run["key"], run["seal"], strict=True))
    if case.base_error is not None:
        return case.base_error
    if facts.get(BASE_ERROR):
        return float(facts[BASE_ERROR])
    gap = float(facts.get("option gap") or case.instance.settings["mip_gap"])
    return gap * abs(base_cost(case))


@cache_table
def breaches(case: AuditedPlan) -> pd.DataFrame:
    """The rows of `figures` with `breach` everywhere, in the unit the rule counts in, and `close`, what of it is none.

    A concentration is met to a tolerance of its own, cash to one of all that comes in and goes out, a tail to one of
    what the base costs, and everything else to one of its limit: what is within that may be paid for or not. What is a
    share of nothing may be broken only where the sheet has a row of it: else nothing could have been used there.
    """
    rows = figures(case)
    spoken = pd.MultiIndex.from_frame(rows[ROW]).isin(pd.MultiIndex.from_frame(case["rules"][ROW]))
    value, limit = rows["value"], rows["limit"]
    cone = rows["type"] == "max_hhi"
    radius = np.sqrt(limit.clip(lower=0.0))
    over = (np.sqrt(value.clip(lower=0.0)) - radius).where(cone, value - limit)
    breach = (over.where(~rows["least"], -over) * rows["base"]).fillna(0.0).clip(lower=0.0)
    moved = _CLOSE * rows["turnover"].astype(float).fillna((limit * rows["base"]).abs())
    close = ((np.sqrt(limit.clip(lower=0.0) * (1.0 + _CLOSE)) - radius) * rows["base"]).where(cone, moved)
    breach = rows["breach"].astype(float).fillna(breach).where(value.notna() | spoken, 0.0)
    return rows.assign(breach=breach, close=close.fillna(0.0))


def costs(case: AuditedPlan) -> pd.DataFrame:
    """The cost lines of breaches of soft rules: LABEL, amount and least (money over the period)."""
    rows = breaches(case)
    rows = rows[rows["hard"] == "no"]
    tier = case.instance["items"].set_index("item")["tier"]
    regions = case.instance["regions"]["region"]
    once = rows["type"].isin(_ONCE)
    period = rows["period"].replace({EVERY: next(iter(case.periods.index), EVERY)})
    each = rows["penalty"].astype(float) * period.map(case.periods["years"]).where(~once, 1.0)
    return rows.assign(
        line=once.map({True: BREACHES[1], False: BREACHES[0]}),
        tier=rows["item"].map(tier).astype(object).fillna("downstream"),
        region=rows["scope"].where(rows["scope"].isin(regions), EVERY),
        period=period,
        amount=(each * rows["breach"]).astype(float),
        least=(each * (rows["breach"] - rows["close"]).clip(lower=0.0)).astype(float),
    )[[*LABEL, "amount", "least"]]


def _find_concerned(case: AuditedPlan, rules: dict[str, pd.Series], rows: pd.DataFrame) -> pd.Series:
    """Which rows of the sheet are about an item and a period of a rule in force."""
    asked = pd.Series(False, index=rows.index)
    for name, own in frames.groups(rows, "rule"):
        if name in rules:
            rule = rules[name]
            asked[own.index] = (own["item"].eq(rule["item"]) | (rule["item"] == EVERY)) & _find_periods(
                case, rule, own["period"]
            )
    return asked


def _compute_tolerance(rows: pd.DataFrame) -> pd.Series:
    """By how much the figure of each row may be off its limit, in the unit of the row."""
    size = np.where(rows["type"] == "max_hhi", 0.0, (rows["limit"] * rows["base"]).abs())
    return pd.Series(_CLOSE * size + _FEASIBLE, index=rows.index).fillna(_FEASIBLE)


def _find_misjudged(met: str, over: float, allowed: float, due: str) -> bool:
    """Whether a row says the wrong thing: it is broken where it misses its limit by more, with room for rounding."""
    return met != due if over <= 0.5 * allowed else met != "no" if over > 2.0 * allowed else met not in (due, "no")


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `rules`: limits, values and slacks, and that hard rules are met and the others where it says so."""
    if not case.speaks_of("rules"):
        return []
    sheet, rows = case["rules"].set_index(ROW), breaches(case).set_index(ROW)
    size = rows["base"].abs()
    matters = rows["value"].notna() & (size > 0) & (rows["least"] | (rows["value"] > TOLERANCE))
    said = rows.reindex(sheet.index)
    named = {rule["rule"]: rule for rule in _active(case)}
    given = sheet.index.get_level_values("rule").map({name: rule["limit"] for name, rule in named.items()})
    sure = said["value"].notna()
    least = said["least"].eq(True)
    slack = (said["value"] - said["limit"]).where(least, said["limit"] - said["value"])
    hard = rows["hard"] == "yes"
    over = (said["breach"] - said["close"]).fillna(0.0)
    due = {True: "yes", False: NOT_APPLICABLE}
    wrong = pd.Series(
        [
            _find_misjudged(*each)
            for each in zip(sheet["met"], over, _compute_tolerance(said), sure.map(due), strict=True)
        ]
    )
    return [
        never("rules in force", ~_find_concerned(case, named, case["rules"])),
        same("rules about nothing", sheet["value"][~sure], 0.0 * sheet["value"][~sure]),
        never("every rule is reported", pd.Series(~rows.index[matters].isin(sheet.index))),
        never("every rule has a row", ~pd.Series(list(named)).isin(case["rules"]["rule"])),
        same("limits of rules", sheet["limit"], pd.Series(given.to_numpy(float), index=sheet.index).fillna(0.0)),
        same("values of rules", sheet["value"][sure], said["value"][sure]),
        same("slack of rules", sheet["slack"][sure], slack[sure], said[["value", "limit"]].abs().max(axis=1)[sure]),
        never("rules that are said to be met", wrong),
        at_most("hard rules are met", rows["breach"][hard], rows["close"][hard], size[hard]),
        at_most("no limit has a price below 0", -sheet["marginal_cost"], 0.0 * sheet["marginal_cost"]),
        at_most("limits that are not reached have no price", *_prices(case, sheet)),
    ]


def _prices(case: AuditedPlan, sheet: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """What the unused part of each limit is worth at its price, the 0 that this must come to, and the size of costs.

    Of a plan whose flows are the cheapest for its decisions the product of price and slack is 0; where they miss that
    by some amount, it is at most that amount.
    """
    worth = sheet["marginal_cost"] * sheet["slack"].clip(lower=0.0)
    costs = case["costs"]["discounted"].abs().max() if len(case["costs"]) else 0.0
    return worth, 0.0 * worth, pd.Series(float(costs), index=worth.index)
