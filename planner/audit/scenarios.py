"""Scenarios: which there are, how likely each is, and what each does in its snapshots."""

import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.case import AuditedPlan, cache_table
from planner.audit.lanes import price_base_flows
from planner.audit.production import price_base_production

SNAPSHOT = ["scenario", "period"]
_EFFECT = ["scenario", "period", "months", "kind", "target", "item", "effect", "factor"]


@cache_table
def effects(case: AuditedPlan) -> pd.DataFrame:
    """Everything that scenarios do: scenario, period, months, kind, target, item, effect, factor, and `member`.

    Members of an expanded row are those that the sheet `scenarios` names; each loses capacity to the row's factor.
    `member` is the name of that row, missing where disruptions are written out.
    """
    if case.instance.settings["scenarios"] == "off":
        return pd.DataFrame(columns=[*_EFFECT, "member"])
    rows = case.instance["scenarios"]
    written = case.instance["disruptions"]
    written = written[written["scenario"].isin(rows.loc[rows["expand"].isna(), "scenario"])]
    parts = [written[_EFFECT].assign(member=None)]
    for _, row in rows[rows["expand"].notna()].iterrows():
        names = case["scenarios"]["scenario"].drop_duplicates()
        names = names[names.str.startswith(f"{row['scenario']}: ")]
        common = {name: row[name] for name in ("period", "months", "item", "factor")}
        targets = names.str.removeprefix(f"{row['scenario']}: ")
        kind = row["expand"].removeprefix("each_")
        made = pd.DataFrame({"scenario": names, "target": targets}).assign(**common, kind=kind, effect="capacity")
        parts.append(made.assign(member=row["scenario"])[[*_EFFECT, "member"]])
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


@cache_table
def snapshots(case: AuditedPlan) -> pd.DataFrame:
    """Every snapshot: scenario, period and months."""
    return effects(case)[[*SNAPSHOT, "months"]].drop_duplicates(SNAPSHOT).reset_index(drop=True)


@cache_table
def scenarios(case: AuditedPlan) -> pd.DataFrame:
    """By scenario: its probability; of a member of an expanded row its equal share of the row's."""
    rows = effects(case)[["scenario", "member"]].drop_duplicates("scenario")
    row = rows["member"].fillna(rows["scenario"])
    probability = row.map(case.instance["scenarios"].set_index("scenario")["probability"])
    members = rows["member"].map(rows["member"].value_counts()).fillna(1.0)
    return pd.DataFrame({"probability": (probability / members).astype(float), "row": row}).set_index(rows["scenario"])


def find_modelled(case: AuditedPlan) -> pd.Series:
    """By scenario: did the plan have to know of it, being likely or named by a rule on service."""
    rows = scenarios(case)
    rules = case.instance["rules"]
    rules = rules[(rules["active"] == "yes") & (rules["type"] == "min_service")]
    named = set(rules["scenario"]) if case.instance.settings["rules"] == "on" else set()
    spoken = rows.index.isin(named) | rows["row"].isin(named) | ("*" in named)
    return (rows["probability"] > 0) | spoken


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `scenarios` names every scenario there is, and no other."""
    if not case.speaks_of("scenarios"):
        return []
    sheet, rows = case["scenarios"].set_index("scenario"), scenarios(case)
    modelled = find_modelled(case).map({True: "yes", False: "no"}).reindex(sheet.index)
    needed = [*effects(case).loc[effects(case)["member"].isna(), "scenario"].unique(), *_busy_members(case)]
    return [
        never("scenarios that are declared", pd.Series(~sheet.index.isin(rows.index))),
        never("every scenario is reported", pd.Series(~pd.Index(needed).isin(sheet.index))),
        same("probability of scenarios", sheet["probability"], rows["probability"]),
        never("scenarios the plan knew of", sheet["modelled"] != modelled),
    ]


def _busy_members(case: AuditedPlan) -> list[str]:
    """Members of expanded rows that must be there: they make or carry the item in that period."""
    if case.instance.settings["scenarios"] == "off":
        return []
    recipes = case.instance["recipes"]
    recipes = recipes[recipes["quantity"] > 0][["process", "item"]]
    made = price_base_production(case)[["site", "process", "region", "period", "made"]].merge(recipes, on="process")
    made["bloc"] = made["region"].map(case.blocs)
    made["firm"] = made["site"].map(case.sites["firm"])
    made = made[made["made"] > 0]
    moved = price_base_flows(case)
    moved = moved[moved["shipped"] > 0].assign(lane=moved["origin"] + "|" + moved["destination"])
    moved["chokepoint"] = moved["chokepoints"].map(split_chokepoints)
    moved = moved.explode("chokepoint")
    rows = case.instance["scenarios"]
    found = []
    for _, row in rows[rows["expand"].notna()].iterrows():
        kind = row["expand"].removeprefix("each_")
        table = moved if kind in ("lane", "chokepoint") else made
        table = table[(table["period"] == row["period"]) & ((row["item"] == "*") | (table["item"] == row["item"]))]
        found += [f"{row['scenario']}: {member}" for member in table[kind].dropna().unique()]
    return found


def split_chokepoints(chokepoints: str | None) -> list[str]:
    """The names in a cell of chokepoints."""
    return [name.strip() for name in chokepoints.split(";") if name.strip()] if isinstance(chokepoints, str) else []
