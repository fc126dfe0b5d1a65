"""Projects: one option each, started in time, with its partner and what it needs, and ready when it says."""

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import AuditedPlan, cache_table, sum_by_key
from planner.audit.offers import states

_KEY = ["project", "option"]
_LATE = 10**6
"""The place of a period that never comes."""


@cache_table
def tabulate_options(case: AuditedPlan) -> pd.DataFrame:
    """Every option of a project that is there under the switches: its row, first (place) and `needs_partner`.

    A partner that has offers beyond spot must be reached through one of them while the project runs; with access off
    none of them gives a stake, so that options which ask for one are not there.
    """
    rows = case.instance["projects"].drop(columns=["source", "confidence", "note"])
    settings = case.instance.settings
    together = rows["partner"].notna()
    firms, access = case.instance["firms"].set_index("firm")["home"], case.instance["access"]
    reachable = access.loc[access["mode"] != "spot", "firm"]
    rows["needs_partner"] = together & rows["partner"].map(firms).eq("no") & rows["partner"].isin(reachable)
    dropped = rows["needs_partner"] & (settings["access"] == "off") & (rows["min_stake"] > 0)
    for switch, kind in (("joint_development", "joint"), ("alliances", "alliance")):
        dropped |= together & (rows["kind"] == kind) & (settings[switch] == "off")
    rows["first"] = case.places(rows["first_period"], 0)
    return rows[~dropped]


@cache_table
def tabulate_taken(case: AuditedPlan) -> pd.DataFrame:
    """The rows of the sheet `projects` that are options on offer, with start and end: running from start up to end.

    `end` is the place from which the project is ready. Claims of the sheet are said_ready, said_cost, said_partner.
    """
    sheet = case["projects"].rename(columns={name: f"said_{name}" for name in ("ready", "cost", "partner")})
    rows = sheet.merge(tabulate_options(case), on=_KEY)
    rows["start"] = case.places(rows["started"], _LATE)
    return rows.assign(end=rows["start"] + rows["duration"].astype(int))


@cache_table
def under_way(case: AuditedPlan) -> pd.DataFrame:
    """Each project taken in each period in which it costs: the columns of `taken`, period, place, line and yearly.

    A project without duration costs once, at its start: then `yearly` is that amount. Tier and region are what its
    cost is put down to.
    """
    rows = tabulate_taken(case).merge(case.periods.reset_index()[["period", "place"]], how="cross")
    instant = rows["duration"] == 0
    now = (rows["place"] >= rows["start"]) & (rows["place"] < rows["end"].where(~instant, rows["start"] + 1))
    costs = case.in_each_period(lambda view: view.instance["projects"])[[*_KEY, "period", "cost"]]
    rows = rows.assign(line=instant.map({True: "development fee", False: "development"}))[now].drop(columns="cost")
    rows = rows.merge(costs.rename(columns={"cost": "yearly"}), on=[*_KEY, "period"])
    return rows.assign(tier=rows["project"].map(project_tiers(case)).astype(object).fillna("downstream"), region="*")


def project_tiers(case: AuditedPlan) -> pd.Series:
    """By project: the tier of the first process that requires it, else of the first item."""
    sheets = [case.instance[sheet][["requires", "tier"]] for sheet in ("processes", "items")]
    rows = pd.concat(sheets).dropna(subset="requires").drop_duplicates("requires")
    return rows.set_index("requires")["tier"]


def is_ready(case: AuditedPlan, projects: pd.Series, periods: pd.Series) -> pd.Series:
    """Which projects are ready in the period that stands beside them."""
    ready = tabulate_taken(case).groupby("project")["end"].min()
    return case.places(periods, -1) >= projects.map(ready).fillna(_LATE)


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `projects` against the options on offer; nothing where neither has rows."""
    if not case.speaks_of("projects"):
        return []
    sheet, rows = case["projects"], tabulate_taken(case)
    known = pd.MultiIndex.from_frame(sheet[_KEY]).isin(pd.MultiIndex.from_frame(tabulate_options(case)[_KEY]))
    late = (rows["start"] < rows["first"]) | (rows["end"] >= len(case.periods))
    ready = case.places(rows["said_ready"], -1)
    begun = rows["needs"].map(rows.groupby("project")["end"].min()).fillna(_LATE)
    indexed = rows.set_index(_KEY)
    return [
        never("projects that are offered", pd.Series(~known)),
        never("one option of each project", sheet["project"].duplicated()),
        never("projects started in time", late),
        never("projects ready when developed", ready != rows["end"]),
        never("partners of projects", rows["said_partner"].fillna("") != rows["partner"].fillna("")),
        never("partners reached while projects run", _without_partner(case)),
        never("projects start when what they need is ready", rows["needs"].notna() & (begun > rows["start"])),
        same("cost of projects", indexed["said_cost"], _sum_payments(case).reindex(indexed.index, fill_value=0.0)),
        *_audit_ties(case, rows),
    ]


def _audit_ties(case: AuditedPlan, taken: pd.DataFrame) -> list[Finding]:
    """What tied projects open uses, and is sold, no more of what their partners make than these make."""
    tying = taken[(taken["tied"] == "yes") & taken["partner"].notna()]
    if tying.empty:
        return []
    key = ["partner", "item", "period"]
    made = case["production"].merge(case.recipes, on=["process", "period"])
    made = made.assign(partner=made["site"].map(case.sites["firm"]), amount=made["made"] * made["quantity"])
    opened = made.assign(project=made["process"].map(case.instance["processes"].set_index("process")["requires"]))
    sold = case["demand"].rename(columns={"sold": "amount"})
    sold = sold.assign(project=sold["item"].map(case.instance["items"].set_index("item")["requires"]))
    parts = [opened[opened["amount"] < 0].assign(amount=lambda rows: -rows["amount"]), sold]
    used = pd.concat([part[["project", "item", "period", "amount"]] for part in parts]).dropna(subset="project")
    used = used.merge(tying[["project", "partner", "end"]], on="project")
    able = case.lines.reset_index().merge(case.recipes[case.recipes["quantity"] > 0], on="process")
    makers = pd.MultiIndex.from_frame(able[["firm", "item"]].drop_duplicates())
    used = used[pd.MultiIndex.from_frame(used[["partner", "item"]]).isin(makers)]
    used = used[case.places(used["period"], -1) >= used["end"]].astype({"amount": float})
    supplied = sum_by_key(made[made["amount"] > 0], key, "amount").astype(float)
    return [at_most("tied projects use the partner's supply", sum_by_key(used, key, "amount"), supplied)]


def _without_partner(case: AuditedPlan) -> pd.Series:
    """Running periods of projects that need their partner: is no offer of it in force that has the stake."""
    rows = under_way(case).reset_index(drop=True)
    rows = rows[rows["needs_partner"]].reset_index(names="row")
    now = states(case)
    now = now[now["in_force"] & (now["mode"] != "spot")][["firm", "period", "stake"]]
    now = now.rename(columns={"firm": "partner"})
    met = rows.merge(now, on=["partner", "period"])
    return ~rows["row"].isin(met.loc[met["stake"] >= met["min_stake"], "row"])


def _sum_payments(case: AuditedPlan) -> pd.Series:
    """By project and option: what it costs over the horizon, in money."""
    rows = under_way(case)
    years = rows["period"].map(case.periods["years"]).where(rows["line"] == "development", 1.0)
    return (rows["yearly"] * years).groupby([rows[name] for name in _KEY]).sum()
