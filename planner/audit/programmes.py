"""Programmes of sheet eligibility as the audit reads them: who they are about, what they trace, and what counts."""

from dataclasses import dataclass

import pandas as pd

from planner.audit.case import LINE, AuditedPlan, cache_table
from planner.audit.offers import reach
from planner_models import frames

DRAW = [*LINE, "mode"]
AVERAGED = ("site", "firm")


@dataclass(frozen=True)
class AuditedProgramme:
    """A programme in force: its row, its periods, the regions of its market and of the last step, and its thresholds.

    thresholds: the rows that state one, itself first; traced: the items from the content to the good
    """

    row: pd.Series
    periods: list[str]
    market: set[str]
    made_in: set[str]
    thresholds: list[pd.Series]
    traced: set[str]


@cache_table
def list_programmes(case: AuditedPlan) -> list[AuditedProgramme]:
    """The programmes in force, in the order of the sheet."""
    table, settings = case.instance["eligibility"], case.instance.settings
    on = table["kind"].map(lambda kind: settings["duty_policies" if kind == "duty" else "support"]) == "on"
    active = table[on & (table["active"] == "yes") & (settings["policies"] == "on")]
    rows = {row["programme"]: row for _, row in active.iterrows()}
    return [_read(case, rows, row) for row in rows.values() if row["kind"] != "condition"]


def _read(case: AuditedPlan, rows: dict[str, pd.Series], row: pd.Series) -> AuditedProgramme:
    thresholds = [row]
    while (needed := thresholds[-1]["needs"]) in rows and needed not in {one["programme"] for one in thresholds}:
        thresholds.append(rows[needed])
    content = set().union(*(find_content(case, one) for one in thresholds))
    return AuditedProgramme(
        row, find_periods(case, row), find_regions(case, row["market"]), find_regions(case, row["made_in"]),
        thresholds, _trace(case, row["item"], content),
    )  # fmt: skip


def find_periods(case: AuditedPlan, row: pd.Series) -> list[str]:
    """The periods from..to of a row."""
    place = case.periods["place"]
    first = 0 if row["from"] is None else place[row["from"]]
    last = len(place) if row["to"] is None else place[row["to"]]
    return [str(period) for period in place.index[(place >= first) & (place <= last)]]


def find_regions(case: AuditedPlan, words: str) -> set[str]:
    """The regions that a cell means: regions, blocs or `*`, `;` between."""
    names = {word.strip() for word in words.split(";")}
    return {region for region, bloc in frames.pairs(case.blocs) if names & {"*", region, bloc}}


def find_content(case: AuditedPlan, row: pd.Series) -> set[str]:
    """The items whose origin a threshold is about."""
    items, names = case.instance["items"], {word.strip() for word in row["content"].split(";")}
    chosen = items["item"].isin(names) | items["tier"].isin(names)
    return set(items["item"] if "*" in names else items.loc[chosen, "item"])


def _trace(case: AuditedPlan, good: str, content: set[str]) -> set[str]:
    """The good, and what it is made from, through all steps, that is or contains content; not what comes back."""
    recipes = case.recipes[case.recipes["period"] == case.periods.index[0]]
    made, used = recipes[recipes["quantity"] > 0], recipes[recipes["quantity"] < 0]
    steps = made.merge(used, on="process", suffixes=("", "_used"))[["item", "item_used"]].drop_duplicates()
    holding = set(content)
    while not (more := set(steps.loc[steps["item_used"].isin(holding), "item"])) <= holding:
        holding |= more
    back = set() if case.instance.settings["returns"] == "off" else set(case.instance["returns"]["returned"])
    steps = steps[steps["item_used"].isin(holding - back)]
    found = {good}
    while not (more := set(steps.loc[steps["item"].isin(found), "item_used"])) <= found:
        found |= more
    return found


@cache_table
def _share_inputs(case: AuditedPlan) -> pd.DataFrame:
    """By process, item made and period: made per activity, and the share of the inputs that belongs to it."""
    made = case.recipes[case.recipes["quantity"] > 0]
    worth = made["quantity"] * made["item"].map(case.instance["items"].set_index("item")["value"])
    key = [made["process"], made["period"]]
    whole, amount = worth.groupby(key).transform("sum"), made["quantity"].groupby(key).transform("sum")
    share = (worth / whole.where(whole > 0)).fillna(made["quantity"] / amount)
    return made.assign(share=share).rename(columns={"quantity": "per_activity"})


def add_steps(case: AuditedPlan, made: pd.DataFrame) -> pd.DataFrame:
    """Rows with process, item and period: adds per_activity and share (see `_share_inputs`)."""
    return made.merge(_share_inputs(case), on=["process", "item", "period"], how="left")


def list_inputs(case: AuditedPlan) -> pd.DataFrame:
    """What each process uses per activity: process, used, per_input and period."""
    used = case.recipes[case.recipes["quantity"] < 0]
    return used.assign(per_input=-used["quantity"], used=used["item"])[["process", "used", "per_input", "period"]]


def weigh(case: AuditedPlan, threshold: pd.Series, made: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Content of a unit of activity of each row of makings, and whether it counts for a threshold."""
    content = find_content(case, threshold)
    rows = made.reset_index(drop=True)
    weight = rows["per_activity"].where(rows["item"].isin(content), 0.0)
    if threshold["basis"] != "quantity":
        value = case.instance["items"].set_index("item")["value"]
        inputs = list_inputs(case)
        inputs = inputs[inputs["used"].isin(content)]
        spent = (inputs["per_input"] * inputs["used"].map(value)).groupby([inputs["process"], inputs["period"]]).sum()
        place = pd.MultiIndex.from_frame(rows[["process", "period"]])
        less = rows["share"] * spent.reindex(place, fill_value=0.0).to_numpy()
        weight = (weight * rows["item"].map(value) - less).clip(lower=0.0).where(rows["item"].isin(content), 0.0)
    return weight.astype(float), _counts(case, threshold, rows)


def _counts(case: AuditedPlan, threshold: pd.Series, rows: pd.DataFrame) -> pd.Series:
    if threshold["basis"] != "ownership":
        inside = rows["site"].map(case.sites["region"]).isin(find_regions(case, threshold["who"]))
        return inside == (threshold["counted"] == "inside")
    firms = case.instance["firms"].set_index("firm")
    names = {word.strip() for word in threshold["who"].split(";")}
    home = firms["home"] == "yes"
    group = firms["group"].fillna(firms.index.to_series())
    named = firms["bloc"].isin(names) | group.isin(names) | (home & ("home" in names))
    meant = named | pd.Series(firms.index.isin(names), index=firms.index)
    stakes = reach(case).drop_duplicates([*DRAW, "period"]).set_index([*DRAW, "period"])["stake"]
    stake = stakes.reindex(pd.MultiIndex.from_frame(rows[[*DRAW, "period"]]), fill_value=0.0).to_numpy()
    firm = rows["site"].map(case.sites["firm"])
    all_meant = float(home.any() and meant[home].all())
    outside = firm.map(meant).astype(float) * (1.0 - stake) + stake * all_meant
    held = outside.where(~firm.map(home).astype(bool), firm.map(meant).astype(float))
    held = held if threshold["counted"] == "inside" else 1.0 - held
    least = [read_figure(case, threshold, period, "threshold") for period in rows["period"]]
    return held >= pd.Series(least, index=rows.index, dtype=float) - 1e-9


def read_figure(case: AuditedPlan, row: pd.Series, period: str, column: str) -> float:
    """A figure of a row of sheet eligibility in a period."""
    table = case.at(period).instance["eligibility"]
    return float(table.loc[table["programme"] == row["programme"], column].iloc[0])


def find_least(case: AuditedPlan, threshold: pd.Series, period: str) -> float:
    """The least share of content that must count in a period; nothing outside the time of the row."""
    column = "content_share" if threshold["basis"] == "ownership" else "threshold"
    return read_figure(case, threshold, period, column) if period in find_periods(case, threshold) else 0.0
