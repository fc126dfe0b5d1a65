"""Flows, security figures, scenarios and rules of two plans that differ most."""

import numpy as np
import pandas as pd

from planner.studies.comparison.alignment import AlignedPlan
from planner_models.instance import NUMERIC
from planner_models.schema import RESULTS, keys, meta

MOST_ROWS = 500
"""Rows of each sheet: the ones that moved most."""

_TOLERANCE = 1e-6
"""Figures this near, relative to the larger, are the same."""

_FLOW = [name for name in keys(RESULTS["flows"]) if name != "scenario"]
_COLUMNS = RESULTS["security"].columns
_FIGURES = [name for name, column in _COLUMNS.items() if meta(column)["kind"] in NUMERIC and name != "capacity"]
_SOURCE = "largest_source"


def flow_changes(before: AlignedPlan, after: AlignedPlan) -> pd.DataFrame:
    """Rows of sheet flow_changes, the largest in worth first; without a worth, the largest in amount."""
    flows = [plan.table("flows", *_FLOW, "shipped") for plan in (before, after)]
    sums = [frame.groupby(_FLOW, sort=False)["shipped"].sum() for frame in flows]
    joined = pd.concat(sums, axis=1, keys=["before", "after"]).astype(float).fillna(0.0)
    joined = _find_moved(joined.rename_axis(_FLOW).reset_index())
    values = pd.concat([plan.instance["items"].set_index("item")["value"] for plan in (after, before)])
    value = values[~values.index.duplicated()]
    worth = joined["change"] * joined["item"].map(value.where(value > 0)).astype(float)
    order = np.lexsort((-joined["change"].abs(), -worth.abs().fillna(0.0)))
    return joined.assign(worth=worth).iloc[order].head(MOST_ROWS).reset_index(drop=True)


def security_changes(before: AlignedPlan, after: AlignedPlan) -> pd.DataFrame:
    """Rows of sheet security_changes: shares by how far they moved, all else by that relative to its size."""
    tables = [plan.table("security", "item", "period", _SOURCE, *_FIGURES) for plan in (before, after)]
    joined = tables[0].merge(tables[1], on=["item", "period"], how="inner", suffixes=("_before", "_after"))
    parts = []
    for figure in _FIGURES:
        both = joined[["item", "period"]].assign(figure=figure)
        for side in ("before", "after"):
            both[side] = joined[f"{figure}_{side}"].astype(float)
        if figure == "largest_share":
            both["source_before"] = joined[f"{_SOURCE}_before"]
            both["source_after"] = joined[f"{_SOURCE}_after"]
        moved = _find_moved(both)
        share = meta(_COLUMNS[figure])["high"] == 1
        size = 1.0 if share else moved[["before", "after"]].abs().max(axis=1).replace(0.0, 1.0)
        parts.append(moved.assign(far=(moved["change"] / size).abs()))
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    found = found.sort_values(["far", "item", "period"], ascending=[False, True, True], kind="stable")
    return found.drop(columns="far").head(MOST_ROWS).reset_index(drop=True)


def scenario_changes(before: AlignedPlan, after: AlignedPlan) -> pd.DataFrame:
    """Rows of sheet scenario_changes, the largest losses first; losses in two currencies are left out."""
    same = before.instance.settings["currency"] == after.instance.settings["currency"]
    figures = ["service", "loss", "probability"] if same else ["service", "probability"]
    joined = _join_figures(before, after, "scenarios", ["scenario"], figures)
    if joined.empty:
        return joined
    losses = joined[joined["figure"] == "loss"].set_index("scenario")[["before", "after"]].abs().max(axis=1)
    order = joined["scenario"].map(losses).fillna(0.0)
    return joined.assign(order=-order).sort_values("order", kind="stable").drop(columns="order").head(MOST_ROWS)


def rule_changes(before: AlignedPlan, after: AlignedPlan) -> pd.DataFrame:
    """Rows of sheet rule_changes: rules that one of the plans breaks first, then by name."""
    joined = _join_figures(
        before, after, "rules", keys(RESULTS["rules"]), ["limit", "value", "slack", "marginal_cost"], "met"
    )
    if joined.empty:
        return joined
    broken = (joined[["met_before", "met_after"]] == "no").any(axis=1)
    return joined.iloc[(~broken).argsort(kind="stable")].head(MOST_ROWS).reset_index(drop=True)


def _join_figures(
    before: AlignedPlan, after: AlignedPlan, sheet: str, key: list[str], figures: list[str], word: str | None = None
) -> pd.DataFrame:
    """One row per key and figure that differs, a figure that only one of the plans has included; `word` beside it."""
    held = [*key, *figures, *([word] if word else [])]
    tables = [plan.table(sheet, *held) for plan in (before, after)]
    joined = tables[0].merge(tables[1], on=key, how="outer", suffixes=("_before", "_after"))
    words = [f"{word}_{side}" for side in ("before", "after")] if word else []
    parts = []
    for figure in figures:
        both = joined[[*key, *words]].assign(figure=figure)
        for side in ("before", "after"):
            both[side] = joined[f"{figure}_{side}"].astype(float)
        parts.append(both)
    found = pd.concat(parts, ignore_index=True)
    one_only = found["before"].isna() != found["after"].isna()
    moved = _find_moved(found.fillna({"before": 0.0, "after": 0.0}))
    kept = found.loc[found.index.isin(moved.index) | one_only].sort_values(key, kind="stable")
    return kept.assign(change=kept["after"] - kept["before"]).reset_index(drop=True)


def _find_moved(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows whose figures differ, with the change."""
    change = frame["after"] - frame["before"]
    size = np.maximum(frame["before"].abs(), frame["after"].abs())
    if "source_before" in frame:
        other = frame["source_before"].fillna("") != frame["source_after"].fillna("")
    else:
        other = pd.Series(False, index=frame.index)
    return frame.assign(change=change)[(change.abs() > _TOLERANCE * size) | other]
