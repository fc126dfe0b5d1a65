"""Eligibility: that what is said to qualify is part of the plan, holds its content, and brings what is said."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import AuditedPlan, sum_by_key
from planner.audit.missed_thresholds import audit_missed
from planner.audit.programme_flows import ARC, OWNER, is_some, list_flows, list_made, measure_volumes
from planner.audit.programme_payments import audit_payments
from planner.audit.programmes import (
    AVERAGED,
    DRAW,
    AuditedProgramme,
    find_least,
    list_inputs,
    list_programmes,
    weigh,
)

KEY = ["programme", "condition", "group", "period"]
POOL = ["programme", "group", "item", "region", "period"]


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheets `eligibility` and `eligible_flows`; nothing where there is no programme."""
    if not case.speaks_of("eligibility", "eligible_flows"):
        return []
    known = {one.row["programme"]: one for one in list_programmes(case)}
    sheet, flows = case["eligibility"], case["eligible_flows"]
    in_time = [
        name in known and period in known[name].periods
        for name, period in zip([*sheet["programme"], *flows["programme"]], [*sheet["period"], *flows["period"]],
                                strict=True)
    ]  # fmt: skip
    return [
        never("programmes in force", ~pd.Series(in_time, dtype=bool)),
        *_audit_copies(case, known),
        *_audit_content(case, known),
        *_audit_volumes(case, known),
        *audit_missed(case),
        *audit_payments(case),
    ]


def _audit_copies(case: AuditedPlan, known: dict[str, AuditedProgramme]) -> list[Finding]:
    """Copies are within the plan, end where the programme looks, and nothing in them comes from nowhere."""
    made, shipped, sold = list_made(case), list_flows(case, "shipped"), list_flows(case, "sold")
    parts = {
        "made": (made, case["production"], [*DRAW, "period"], "made", ["item"]),
        "shipped": (shipped, case["flows"], ARC, "shipped", []),
        "sold": (
            sold.rename(columns={"destination": "region", "mode": "step"}),
            case["demand"].assign(step=case["demand"]["step"].astype(str)),
            ["region", "item", "period", "step"],
            "sold",
            [],
        ),
    }
    found = []
    for name, (rows, whole, key, column, more) in parts.items():
        each = sum_by_key(rows, ["programme", *more, *key], "amount") if len(rows) else pd.Series(dtype=float)
        most = whole.groupby(key)[column].sum()
        place = pd.MultiIndex.from_frame(each.index.to_frame()[key]) if len(each) else pd.MultiIndex.from_arrays([[]])
        limit = pd.Series(most.reindex(place, fill_value=0.0).to_numpy() if len(each) else [], each.index, dtype=float)
        found.append(at_most(f"what qualifies is {name}", each, limit))
    wrong = [not _may_finish(known[str(row.programme)], row) for row in made[made["final"]].itertuples()]
    negative = case["eligible_flows"]["amount"]
    return [
        *found,
        at_most("what qualifies is not below 0", -negative, 0.0 * negative),
        never("what qualifies is made where it may be", pd.Series(wrong, dtype=bool)),
        never("what qualifies leaves where it may", _wrong_exits(case, known)),
        _balance(case, known),
    ]


def _may_finish(programme: AuditedProgramme, row: object) -> bool:
    region = row.region  # type: ignore[attr-defined]
    return region in programme.made_in and (
        programme.row["kind"] not in ("output", "capex") or region in programme.market
    )


def _wrong_exits(case: AuditedPlan, known: dict[str, AuditedProgramme]) -> pd.Series:
    """Goods that leave a copy other than by being sold: of sites and firms anywhere, of duties in the market."""
    rows = list_flows(case, "elsewhere")
    wrong = []
    for name, item, region in zip(rows["programme"], rows["item"], rows["origin"], strict=True):
        one = known[name]
        entered = one.row["kind"] == "duty" and region in one.market
        free = one.row["averaging"] in AVERAGED or one.row["kind"] in ("output", "capex") or entered
        wrong.append(item != one.row["item"] or not free)
    return pd.Series(wrong, dtype=bool)


def _leaving(case: AuditedPlan) -> tuple[tuple[pd.DataFrame, str], tuple[pd.DataFrame, str]]:
    """What leaves copies, with the column of its region."""
    return (list_flows(case, "sold"), "destination"), (list_flows(case, "elsewhere"), "origin")


def _balance(case: AuditedPlan, known: dict[str, AuditedProgramme]) -> Finding:
    made, shipped = list_made(case), list_flows(case, "shipped")
    traced = {(name, item) for name, one in known.items() for item in one.traced}
    used = made.merge(list_inputs(case), on=["process", "period"])
    inside = [key in traced for key in zip(used["programme"], used["used"], strict=True)]
    used = used[pd.Series(inside, index=used.index, dtype=bool)]
    entries = [
        made.assign(moved=made["amount"] * made["per_activity"]),
        used.assign(item=used["used"], moved=-used["amount"] * used["share"] * used["per_input"]),
        shipped.assign(region=shipped["origin"], moved=-shipped["amount"]),
        shipped.assign(region=shipped["destination"], moved=shipped["amount"]),
        *(rows.assign(region=rows[end], moved=-rows["amount"]) for rows, end in _leaving(case)),
    ]
    rows = pd.concat([part[[*POOL, "moved"]] for part in entries]).astype({"moved": float})
    sums = sum_by_key(rows, POOL, "moved")
    size = sum_by_key(rows.assign(moved=rows["moved"].abs()), POOL, "moved")
    return same("balance of what qualifies", sums, 0.0 * sums, size)


def _audit_content(case: AuditedPlan, known: dict[str, AuditedProgramme]) -> list[Finding]:
    """By threshold: what counts of the content of the copies, and that it is enough."""
    made, parts = list_made(case), []
    for name, one in known.items():
        rows = made[made["programme"] == name].reset_index(drop=True)
        for threshold in one.thresholds:
            weight, counts = weigh(case, threshold, rows)
            content = rows["amount"] * weight
            parts.append(
                rows[OWNER].assign(condition=threshold["programme"], content=content, counted=content.where(counts, 0))
            )
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=[*KEY, "content", "counted"])
    sums = rows.astype({"content": float, "counted": float}).groupby(KEY)[["content", "counted"]].sum()
    least = {
        (name, threshold["programme"], period): find_least(case, threshold, period)
        for name, one in known.items()
        for threshold in one.thresholds
        for period in one.periods
    }

    def due(index: pd.Index) -> pd.Series:
        keys = [(name, row, period) for name, row, _, period in index]
        return pd.Series([least.get(key, 0.0) for key in keys], index=index, dtype=float)

    sheet = case["eligibility"].set_index(KEY)
    there = sums[sums["content"] > 0]
    share = (there["counted"] / there["content"]).reindex(sheet.index)
    qualified = (sheet["qualified"] == "yes") & share.notna()
    return [
        same("threshold of content", sheet["threshold"], due(sheet.index)),
        at_most("content is enough", due(sums.index) * sums["content"], sums["counted"], sums["content"]),
        same("share of content that counts", sheet["share"][qualified], share[qualified]),
        same("distance from the threshold", sheet["distance"][qualified], (share - due(sheet.index))[qualified],
             share[qualified]),
    ]  # fmt: skip


def _audit_volumes(case: AuditedPlan, known: dict[str, AuditedProgramme]) -> list[Finding]:
    """What programmes look at, that groups qualify in whole or not at all, and that nothing is claimed twice."""
    sheet, rows = case["eligibility"].set_index(KEY), measure_volumes(case)
    place = pd.MultiIndex.from_frame(sheet.index.to_frame()[OWNER])
    due = rows.reindex(place, fill_value=0.0).set_axis(sheet.index)
    names = rows.index.get_level_values("programme")
    whole = _mark(names, lambda name: known[name].row["averaging"] != "part" if name in known else False)
    closed = _mark(names, lambda name: name in known and known[name].row["kind"] == "market_access")
    all_or_none = rows[whole & (rows["eligible"] > 1e-9 * rows["volume"].clip(lower=1.0))]
    fleet = _mark(names, lambda name: name in known and known[name].row["averaging"] not in AVERAGED)
    return [
        same("what programmes look at", sheet["volume"], due["volume"]),
        same("amount that qualifies", sheet["eligible"], due["eligible"]),
        never("what qualifies is marked as qualified", (sheet["qualified"] == "yes") != is_some(due)),
        same("a group qualifies as a whole", all_or_none["eligible"], all_or_none["volume"]),
        same("nothing else is sold where only what qualifies may be", *_sales_alone(case, known)),
        at_most("what qualifies is within what programmes look at", rows["eligible"], rows["volume"]),
        *_audit_rivals(case, known, rows[fleet | ~closed]),
    ]


def _mark(names: pd.Index, holds: Callable[[str], bool]) -> np.ndarray:
    """Whether something holds of the programme of each row."""
    return np.array([holds(str(name)) for name in names], dtype=bool)


def _sales_alone(case: AuditedPlan, known: dict[str, AuditedProgramme]) -> tuple[pd.Series, pd.Series]:
    """By programme of market access and period: what is sold in its market, and what of it qualifies."""
    sold, qualifying = {}, {}
    copies, demand = list_flows(case, "sold"), case["demand"]
    for name, one in known.items():
        for period in one.periods if one.row["kind"] == "market_access" else ():
            here = (demand["item"] == one.row["item"]) & demand["region"].isin(one.market)
            sold[name, period] = float(demand.loc[here & (demand["period"] == period), "sold"].sum())
            mine = (copies["programme"] == name) & (copies["period"] == period)
            qualifying[name, period] = float(copies.loc[mine, "amount"].sum())
    return pd.Series(sold, dtype=float), pd.Series(qualifying, dtype=float)


def _audit_rivals(case: AuditedPlan, known: dict[str, AuditedProgramme], rows: pd.DataFrame) -> list[Finding]:
    """Programmes that exclude each other do not have the same units, or the same sites."""
    both, most, shared = [], [], []
    for name, one in known.items():
        rival = one.row["exclusive_with"]
        if rival not in known:
            continue
        other = known[rival]
        mine, theirs = (
            rows[rows.index.get_level_values("programme") == key].droplevel("programme") for key in (name, rival)
        )
        if one.row["kind"] == other.row["kind"] != "capex" and one.row["averaging"] == other.row["averaging"]:
            both.extend(mine["eligible"].add(theirs["eligible"], fill_value=0.0).tolist())
            volume = pd.concat([mine["volume"], theirs["volume"]], axis=1).max(axis=1)
            most.extend(volume.tolist())
        elif one.row["averaging"] != "part" != other.row["averaging"]:
            paid = mine[is_some(mine)].index.intersection(theirs[is_some(theirs)].index)
            shared.extend([True] * len(paid))
    return [
        at_most("exclusive programmes have no unit twice", pd.Series(both, dtype=float), pd.Series(most, dtype=float)),
        never("exclusive programmes have no site twice", pd.Series(shared, dtype=bool)),
    ]
