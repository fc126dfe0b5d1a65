"""Capacity and sites: what is kept, added and usable, how much of it is used, and when sites open and close."""

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import LINE, AuditedPlan, levels, sum_by_key
from planner.audit.offers import tabulate_control, tabulate_coverage
from planner.audit.options import in_service
from planner.audit.production import tabulate_fixed_costs

KEY = [*LINE, "period"]


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `capacity` against lines, builds and sites."""
    sheet = case["capacity"].set_index(KEY)
    modules = in_service(case)
    usable = sum_by_key(modules, KEY, "usable")
    line = case.lines.reindex(levels(sheet.index, LINE))
    home, least = (line["home"] == "yes").to_numpy(), line["min_load"].to_numpy()
    need = (sheet["capacity"] * least).where(home, 0.0)
    used = (sheet["made"] / sheet["capacity"].where(sheet["capacity"] > 0)).fillna(0.0)
    made = sum_by_key(case["production"], KEY, "made")
    return [
        *_audit_existing(case),
        same("added capacity", sheet["added"], sum_by_key(modules, KEY, "total")),
        same("capacity", sheet["capacity"], sheet["existing"].add(usable, fill_value=0.0)),
        same("made in capacity and production", sheet["made"], made),
        at_most("made within capacity", made, sheet["capacity"]),
        at_most("nothing made below 0", -made, made * 0.0),
        at_most("least load", need, sheet["made"], sheet["capacity"]),
        same("utilisation", sheet["utilisation"], used),
        *_sites(case),
        *(_control(case, sheet) if case.claims("capacity", "firm") else []),
    ]


def _control(case: AuditedPlan, sheet: pd.DataFrame) -> list[Finding]:
    """Who decides on each line, and what of its yearly cost is paid for capacity that stands idle.

    Of outside lines only modules count: their owner's cost is in the price of what is drawn.
    """
    line = case.lines.reindex(levels(sheet.index, LINE)).set_axis(sheet.index)
    ours = tabulate_control(case).reindex(sheet.index, fill_value=False).map({True: "home", False: "outside"})
    modules = in_service(case)
    built = modules.assign(yearly=modules["modules"] * (modules["fixed_cost"] + modules["annuity"]))
    fixed = pd.Series(tabulate_fixed_costs(case).reindex(sheet.index).to_numpy(), index=sheet.index)
    kept = fixed.where((line["home"] == "yes") & (sheet["existing"] > 0), 0.0)
    yearly = kept + sum_by_key(built, KEY, "yearly").reindex(sheet.index, fill_value=0.0)
    used = sheet["made"] / sheet["capacity"].where(sheet["capacity"] > 0)
    return [
        never("firm and control of lines", (sheet["firm"] != line["firm"]) | (sheet["control"] != ours)),
        same("idle cost", sheet["idle_cost"], (yearly * (1.0 - used)).fillna(0.0), yearly),
    ]


def _audit_existing(case: AuditedPlan) -> list[Finding]:
    """Existing capacity is there in full or not at all, and what is gone stays gone.

    At a candidate site without any capacity the sheet need not have a row: nothing is retired there. Nor need it have
    one of an outside line that no offer reaches.
    """
    sheet = case["capacity"].set_index(KEY)
    declared = case.declared
    existing, retired = (sheet[name].reindex(declared.index, fill_value=0.0) for name in ("existing", "retired"))
    site, process, period = (declared.index.get_level_values(name) for name in KEY)
    is_open = case.open.reindex(pd.MultiIndex.from_arrays([site, period])).to_numpy()
    line = case.lines.reindex(pd.MultiIndex.from_arrays([site, process]))
    reached = pd.MultiIndex.from_arrays([site, process]).isin(pd.MultiIndex.from_frame(tabulate_coverage(case)[LINE]))
    spoken_of = reached | (line["home"] == "yes").to_numpy() | declared.index.isin(sheet.index)
    there = declared.where(is_open & spoken_of, 0.0)
    fixed = ((line["home"] == "no") | (line["retirable"] == "no")).to_numpy()
    nearest = there.where((existing - there).abs() < existing.abs(), 0.0)
    candidate = (line["status"] == "candidate").to_numpy()
    counted = there.where(candidate | ~spoken_of, declared).where(~candidate | declared.index.isin(sheet.index), 0.0)
    state = pd.Series(existing.to_numpy() > 0.5 * there.to_numpy(), index=declared.index)[there > 0]
    before = state.groupby(level=LINE).shift(fill_value=True)
    return [
        same("existing capacity", existing, there.where(fixed, nearest)),
        same("retired capacity", retired, (counted - existing).clip(lower=0.0), counted.abs()),
        never("retired for good", state & ~before.astype(bool)),
        same("capacity of lines that exist", sheet["existing"], existing),
    ]


def _sites(case: AuditedPlan) -> list[Finding]:
    """Home sites open and close at most once, within their window; only candidates open, and only open ones close.

    A site that is open when its window ends closes in the period after it, and none closes before the capacity of its
    lines that may not be retired ends.
    """
    moves = case["sites"].assign(place=case.places(case["sites"]["period"], -1))
    site = case.sites.reindex(moves["site"]).reset_index(drop=True)
    moves = moves.reset_index(drop=True)
    opens, closes = moves["opened"] == "yes", moves["closed"] == "yes"
    latest = site["last"] + closes
    outside = (moves["place"] < site["first"]) | (moves["place"] > latest) | (site["home"] != "yes")
    opened = moves[opens].groupby("site")["place"].min()
    begun = moves["site"].map(opened).fillna(len(case.periods)).where(site["status"] == "candidate", -1)
    wrong = outside | (opens & (site["status"] != "candidate")) | (closes & (moves["place"] <= begun))
    wrong |= (opens & moves[opens]["site"].duplicated().reindex(moves.index, fill_value=False)) | (opens & closes)
    wrong |= closes & moves[closes]["site"].duplicated().reindex(moves.index, fill_value=False)
    held = moves["site"].map(_find_held_until(case)).fillna(-1)
    return [
        never("sites open and close once", pd.Series(np.asarray(wrong, dtype=bool))),
        never("sites open while lines may not be retired", closes & (moves["place"] <= held)),
        never("sites closed when their window ends", _find_left_open(case, moves[closes])),
    ]


def _find_held_until(case: AuditedPlan) -> pd.Series:
    """By site: the place of the last period in which a line that may not be retired has capacity there."""
    there = case.declared[case.declared > 0].reset_index()
    fixed = case.lines["retirable"].reindex(pd.MultiIndex.from_frame(there[LINE])).eq("no").to_numpy()
    there = there[fixed]
    return there.assign(place=case.places(there["period"], -1)).groupby("site")["place"].max()


def _find_left_open(case: AuditedPlan, closings: pd.DataFrame) -> pd.Series:
    """By home site that is open in the last period of a window before the horizon's end: is no closing reported."""
    ends = case.sites[(case.sites["home"] == "yes") & (case.sites["last"] < len(case.periods) - 1)]
    names = case.periods.index.to_numpy()
    last = pd.MultiIndex.from_arrays([ends.index, names[ends["last"].to_numpy(int)]])
    still = ends[case.open.reindex(last, fill_value=False).to_numpy(bool)]
    closed = set(zip(closings["site"], closings["place"], strict=True))
    return pd.Series([(site, end + 1) not in closed for site, end in still["last"].items()], dtype=bool)
