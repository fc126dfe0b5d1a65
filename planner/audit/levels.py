"""Levels of experience and agglomeration: each that is said to be reached really is, and what it saves at most."""

import numpy as np
import pandas as pd

from planner.audit import TOLERANCE, Finding, at_most, never
from planner.audit.case import LINE, AuditedPlan, cache_table, sum_by_key, words
from planner.audit.enablers import thresholds
from planner.audit.options import tabulate_options
from planner.audit.production import price_base_production, unit_costs
from planner.audit.reached_levels import SAID, list_reached_levels

_FLOW = ["line", "tier", "region", "period", "site", "yearly"]


@cache_table
def tabulate_learning(case: AuditedPlan) -> pd.DataFrame:
    """The levels of experience: SAID, process, threshold, outside, and step: what it saves beyond the one below."""
    rows = case.instance["learning"].sort_values(["process", "level"])
    rows = rows if case.instance.settings["learning"] == "on" else rows[:0]
    before = rows.groupby("process")["saving"].shift(fill_value=0.0)
    return rows.assign(kind="learning", name=rows["process"], level=words(rows["level"]), step=rows["saving"] - before)


@cache_table
def clusters(case: AuditedPlan) -> pd.DataFrame:
    """The levels of agglomeration: SAID, region, stages, tier, activity, and step beyond the level below."""
    rows = case.instance["clusters"].sort_values(["region", "level"])
    rows = rows if case.instance.settings["clusters"] == "on" else rows[:0]
    before = rows.groupby(["region", "tier"])["saving"].shift(fill_value=0.0)
    return rows.assign(kind="cluster", name=rows["region"], level=words(rows["level"]), step=rows["saving"] - before)


AFTER = "experience after the plan"


@cache_table
def tabulate_inheritance(case: AuditedPlan) -> pd.DataFrame:
    """Levels of experience that save after the plan: SAID, process, threshold, outside, and `value` in money."""
    rows, settings = tabulate_learning(case), case.instance.settings
    end = float(case.periods["years"].sum())
    growth = 1.0 + settings["discount_rate"]
    weight = sum(growth ** -(end + year) for year in range(int(settings["experience_years"])))
    lines = case.lines[case.lines["home"] == "yes"]
    parts = unit_costs(case).drop(columns=["royalty", "line fixed cost"]).sum(axis=1)
    parts = parts.xs(case.periods.index[-1], level="period").reindex(lines.index)
    standing = case.declared[case.declared.index.isin(case.periods.index[-1:], level="period")]
    standing = standing.droplevel("period").reindex(lines.index)
    cheapest, capacity = (part.groupby(level="process").agg(how) for part, how in ((parts, "min"), (standing, "sum")))
    activity = rows["activity_after"].astype(float).fillna(rows["process"].map(capacity)).fillna(0.0)
    learnable = rows["process"].map(case.instance["processes"].set_index("process")["learnable_share"])
    value = weight * activity * rows["step"] * learnable * rows["process"].map(cheapest).fillna(0.0)
    rows = rows.assign(kind="learning after the plan", value=value.astype(float))
    return rows[(rows["value"] > 0) & (rows["threshold"] > rows["outside"] * end)]


def value_inheritance(case: AuditedPlan) -> pd.DataFrame:
    """What levels said to be reached by the end are worth after it: line, tier, region, period, yearly (paid once)."""
    rows = tabulate_inheritance(case).merge(list_reached_levels(case), on=SAID)
    tier = rows["process"].map(case.instance["processes"].set_index("process")["tier"])
    once = rows["period"].map(case.periods["once"]).astype(float)
    return rows.assign(line=AFTER, tier=tier, region="*", site=None, yearly=-rows["value"] / once)[_FLOW]


@cache_table
def savings(case: AuditedPlan) -> pd.DataFrame:
    """The most that levels said to be reached save on each flow: _FLOW, with `yearly` in money/year."""
    now, flows = list_reached_levels(case), price_base_production(case)
    if now.empty:
        return pd.DataFrame(columns=_FLOW).astype({"yearly": float})
    keep = ["process", "period", "step"]
    learned = flows[flows["controlled"]].merge(
        tabulate_learning(case).merge(now, on=SAID)[keep], on=["process", "period"]
    )
    each = learned["conversion"] * learned["learnable_share"]
    learned = learned.assign(line="learning saving", yearly=learned["made"] * each * learned["step"])
    reached = clusters(case).merge(now, on=SAID)[["region", "period", "step", "tier"]].rename(columns={"tier": "of"})
    near = flows.merge(reached, on=["region", "period"])
    near = near[(near["of"] == near["tier"]) | (near["of"] == "*")]
    near = near.assign(line="cluster saving", yearly=near["made"] * near["conversion"] * near["step"])
    return pd.concat([learned[_FLOW], near[_FLOW]])


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `levels` against what has been made; nothing where there are no levels."""
    if not case.speaks_of("levels", "learning", "clusters", "enablers"):
        return []
    sheet = list_reached_levels(case)
    parts = (tabulate_learning, tabulate_inheritance, clusters, thresholds)
    known = pd.concat([part(case)[SAID] for part in parts])
    found = [never("levels that are declared", pd.Series(~_index(sheet).isin(_index(known))))]
    if case.speaks_of("learning"):
        found.append(_experience(case))
    if case.speaks_of("clusters"):
        found.append(_active_stages(case))
    return found


def _index(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[SAID].astype(object))


def _experience(case: AuditedPlan) -> Finding:
    """threshold <= years x what controlled flows made in the periods before + outside x years before."""
    levels = pd.concat([tabulate_learning(case), tabulate_inheritance(case)])
    rows = levels.merge(list_reached_levels(case), on=SAID).reset_index(drop=True)
    ends = rows["kind"] == "learning after the plan"
    rows["place"] = rows["place"].mask(ends, len(case.periods))
    flows = price_base_production(case)
    flows = flows[flows["controlled"]].assign(before=lambda frame: case.places(frame["period"], -1))
    flows = flows.assign(amount=flows["made"] * flows["period"].map(case.periods["years"]))
    made = rows[["process", "place"]].reset_index().merge(flows[["process", "before", "amount"]], on="process")
    earlier = sum_by_key(made[made["before"] < made["place"]], ["index"], "amount").reindex(rows.index, fill_value=0.0)
    start = rows["period"].map(case.periods["start"]).mask(ends, case.periods["years"].sum())
    others = rows["outside"] * start
    return at_most("experience of levels reached", rows["threshold"], earlier + others)


def _active_stages(case: AuditedPlan) -> Finding:
    """stages <= how many of the tier make at least `activity` of their smallest plant in the region and period."""
    rows = clusters(case).merge(list_reached_levels(case), on=SAID).reset_index(drop=True)
    stages = _stages(case)
    plants, flows = _smallest_plants(case), price_base_production(case)
    flows = flows.assign(stage=flows["process"].map(stages["stage"]))
    made = sum_by_key(flows, ["region", "stage", "period"], "made").rename("made").reset_index()
    pairs = rows.reset_index().merge(made, on=["region", "period"]).merge(plants, on=["region", "stage"])
    need = pairs["activity"] * pairs["smallest"]
    tiers = stages.groupby("stage")["tier"].agg(set)
    fits = [tier == "*" or tier in tiers[stage] for tier, stage in zip(pairs["tier"], pairs["stage"], strict=True)]
    active = pairs[(pairs["made"] >= need - TOLERANCE * need) & np.array(fits, dtype=bool)]
    number = active.groupby("index").size().reindex(rows.index, fill_value=0)
    return at_most("active stages of levels reached", rows["stages"], number.astype(float))


def _stages(case: AuditedPlan) -> pd.DataFrame:
    """By process: its stage (its own name where it has none) and tier."""
    processes = case.instance["processes"].set_index("process")[["stage", "tier"]]
    return processes.assign(stage=processes["stage"].fillna(processes.index.to_series()))


def _smallest_plants(case: AuditedPlan) -> pd.DataFrame:
    """region, stage and smallest: the least capacity above zero that stands there in a period or could be ordered."""
    there = case.declared[case.declared > 0].rename("smallest").reset_index()[[*LINE, "smallest"]]
    modules = tabulate_options(case).reset_index()
    first = np.maximum(modules["first"].to_numpy(), case.sites["first"].reindex(modules["site"]).to_numpy())
    last = case.sites["last"].reindex(modules["site"]).to_numpy()
    modules = modules[first + modules["lead_periods"].to_numpy() <= last]
    plants = pd.concat([there, modules.rename(columns={"size": "smallest"})[[*LINE, "smallest"]]])
    plants = plants.merge(case.lines.reset_index()[[*LINE, "region"]], on=LINE)
    plants = plants.assign(stage=plants["process"].map(_stages(case)["stage"]))
    return plants.groupby(["region", "stage"], as_index=False)["smallest"].min()
