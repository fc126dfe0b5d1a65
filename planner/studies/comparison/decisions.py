"""The decisions of a plan as rows of one table, whatever sheet they stand on."""

from collections.abc import Iterator

import pandas as pd

from planner.studies.comparison.alignment import AlignedPlan

COLUMNS = ["decision", "what", "how", "place", "period", "start", "size", "unit"]
"""What is decided, about what, by which option or mode, where, and when; `start` is the year in which that begins."""


def list_decisions(plan: AlignedPlan) -> pd.DataFrame:
    """Every decision of a plan, in time order; sites with what stands there.

    Columns as in COLUMNS; offers, stocks and deployments from their first period. An offer is as large as the years it
    is in force; all else as what it adds or takes away.
    """
    parts = [frame for frame in _all(plan) if len(frame)]
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in COLUMNS})
    found = pd.concat(parts, ignore_index=True)
    late = max(plan.starts.values(), default=0.0) + 1
    found["start"] = found["period"].map(plan.starts).fillna(late).astype(float)
    found[["what", "how", "place", "period"]] = found[["what", "how", "place", "period"]].fillna("").astype(str)
    return found[COLUMNS].sort_values(["start", "decision", "what", "place", "how"], kind="stable", ignore_index=True)


def _all(plan: AlignedPlan) -> Iterator[pd.DataFrame]:
    yield _sites(plan, "opened")
    yield _sites(plan, "closed")
    yield _list_builds(plan)
    yield _in_force(plan)
    yield _list_projects(plan)
    yield _list_retirements(plan)
    yield _list_stocks(plan)
    yield _list_price_steps(plan)
    yield _list_deployments(plan)


def _sites(plan: AlignedPlan, flag: str) -> pd.DataFrame:
    """Sites that open or close; what stands there is their processes, so that a plant can be found again elsewhere."""
    rows = plan.table("sites", "site", "period", flag)
    rows = rows[rows[flag] == "yes"]
    lines = plan.instance["lines"].sort_values("process").groupby("site")["process"].agg(", ".join)
    what = rows["site"].map(lines).fillna(rows["site"]) if len(lines) else rows["site"]
    return pd.DataFrame(
        {"decision": flag, "what": what, "how": "", "place": rows["site"], "period": rows["period"], "size": 1.0}
    ).assign(unit="site")


def _list_builds(plan: AlignedPlan) -> pd.DataFrame:
    rows = plan.table("builds", "site", "process", "option", "period", "size")
    rows = rows.rename(columns={"process": "what", "option": "how", "site": "place"})
    return rows.assign(decision="built", unit="activity/year")


def _in_force(plan: AlignedPlan) -> pd.DataFrame:
    """One row per firm, process and mode: from the first period in force, as large as the years in force."""
    rows = plan.table("access", "firm", "process", "mode", "period", "signed", "in_force")
    rows = rows[(rows["signed"] == "yes") | (rows["in_force"] == "yes")]
    rows = rows.assign(what=_list_covered_processes(plan, rows)).rename(columns={"mode": "how", "firm": "place"})
    size = rows["period"].map(plan.years).astype(float).where(rows["in_force"] == "yes", 0.0)
    return _spells(plan, rows.assign(size=size), ["what", "how", "place"], "sum").assign(
        decision="in force", unit="year"
    )


def _list_covered_processes(plan: AlignedPlan, rows: pd.DataFrame) -> pd.Series:
    """The processes of offers for a whole firm, so that one firm is not taken for another that makes other things."""
    lines = plan.instance["lines"].merge(plan.instance["sites"], on="site")
    every = lines.drop_duplicates(["firm", "process"]).sort_values("process").groupby("firm")["process"].agg(", ".join)
    whole = rows["firm"].map(every).fillna(rows["firm"]) if len(lines) else rows["firm"]
    return rows["process"].where(rows["process"] != "*", whole)


def _list_projects(plan: AlignedPlan) -> pd.DataFrame:
    rows = plan.table("projects", "project", "option", "started", "partner")
    rows = rows.rename(columns={"project": "what", "option": "how", "started": "period", "partner": "place"})
    return rows.assign(decision="started", size=1.0, unit="project")


def _list_retirements(plan: AlignedPlan) -> pd.DataFrame:
    rows = plan.table("capacity", "site", "process", "period", "retired")
    rows = rows.rename(columns={"process": "what", "site": "place", "retired": "size"})
    found = _spells(plan, rows[rows["size"] > 0], ["what", "place"], "max")
    return found.assign(decision="retired", how="", unit="activity/year")


def _list_stocks(plan: AlignedPlan) -> pd.DataFrame:
    rows = plan.table("stocks", "region", "item", "period", "held")
    rows = rows.rename(columns={"item": "what", "region": "place", "held": "size"})
    found = _spells(plan, rows[rows["size"] > 0], ["what", "place"], "max")
    units = plan.instance["items"].drop_duplicates("item").set_index("item")["unit"]
    return found.assign(decision="stocked", how="", unit=found["what"].map(units).astype(object).fillna("item"))


def _list_price_steps(plan: AlignedPlan) -> pd.DataFrame:
    """The step that each market with several has in a period; as large as its volume."""
    market = ["region", "item", "period"]
    rows = plan.table("demand", *market, "step", "volume")
    steps = plan.instance["demand"].groupby(market).size()
    several = rows.merge(steps[steps > 1].rename("steps").reset_index(), on=market)
    names = {"item": "what", "step": "how", "region": "place", "volume": "size"}
    found = several[several["step"].notna()].drop(columns="steps").rename(columns=names)
    return found.assign(decision="priced", unit="item/year")


def _list_deployments(plan: AlignedPlan) -> pd.DataFrame:
    rows = plan.table("deployments", "region", "item", "period", "deployed", "cumulative")
    rows = rows[rows["deployed"].astype(float) > 0].drop(columns="deployed")
    rows = rows.rename(columns={"item": "what", "region": "place", "cumulative": "size"})
    return _spells(plan, rows, ["what", "place"], "max").assign(decision="deployed", how="", unit="item")


def _spells(plan: AlignedPlan, rows: pd.DataFrame, key: list[str], size: str) -> pd.DataFrame:
    """One row per key: its first period, and the sum or the largest of its sizes."""
    order = rows["period"].map(plan.starts).astype(float)
    rows = rows.assign(size=rows["size"].astype(float)).iloc[order.argsort(kind="stable")]
    return rows.groupby(key, as_index=False, dropna=False).agg(period=("period", "first"), size=("size", size))
