"""Disruptions: each hits something that exists, in a way that it can be hit."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import Row, needs, report_error, report_warning, rows
from planner.checks.duties import LIKELY_PERCENT
from planner.checks.places import blocs, lines_at_sites
from planner.checks.supply import lane_table
from planner.issues import Issue
from planner.words import with_article
from planner.workbook.names import suggest
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

EFFECTS = {
    **dict.fromkeys(("region", "bloc", "item"), ("capacity", "flow", "demand", "cost")),
    **dict.fromkeys(("firm", "site", "process", "lane", "chokepoint"), ("capacity", "flow", "cost")),
    "market": ("demand",),
}
"""What can change of each kind of target."""

LIKELY_PERCENT_OF_COST = 12.0
"""A cost that rises to more than so many times was probably meant in per cent; freight rose sevenfold in 2021."""

_SHEETS = ("regions", "items", "processes", "firms", "sites", "lanes", "demand", "disruptions")
_WHERE = {
    "region": "sheet regions", "bloc": "column bloc of sheet regions", "firm": "sheet firms", "site": "sheet sites",
    "process": "sheet processes", "item": "sheet items", "chokepoint": "column chokepoints of sheet lanes",
    "market": "sheet demand",
}  # fmt: skip


def split(text: object) -> list[str]:
    """The chokepoints of a lane; none where the cell holds no text."""
    return [name.strip() for name in (text if isinstance(text, str) else "").split(";") if name.strip()]


def list_chokepoints(instance: Instance, lanes: pd.DataFrame) -> list[set[str]]:
    """The chokepoints that each row of `lane_table` passes: those of the lane row of its item, or else of `*`."""
    way = ["origin", "destination", "mode", "item"]
    named = {
        key: set(split(text))
        for *key_parts, text in instance["lanes"][[*way, "chokepoints"]].itertuples(index=False, name=None)
        for key in [tuple(key_parts)]
    }
    found = lanes[way].astype(object).itertuples(index=False, name=None)
    return [named.get(key, named.get((*key[:3], "*"), set())) for key in found]


def _list_targets(instance: Instance, kind: str) -> list[str]:
    """The names that a target of a kind can have."""
    if kind == "bloc":
        return sorted(set(blocs(instance)))
    if kind == "chokepoint":
        return sorted({name for text in instance["lanes"]["chokepoints"] for name in split(text)})
    if kind == "market":
        return sorted(set(instance["demand"]["region"]))
    return list(instance[{"process": "processes"}.get(kind, f"{kind}s")][kind])


@needs(*_SHEETS)
def targets_exist(reading: "Reading") -> Iterator[Issue]:
    """The target is a name of its kind; of a lane its origin, destination and, if wanted, mode."""
    instance = reading.instance
    for row, disruption in rows(instance["disruptions"]):
        kind, target = disruption["kind"], disruption["target"]
        fault = _fault(instance, kind, target)
        if fault:
            yield report_error(reading, "disruptions", row, "target", fault)


def _fault(instance: Instance, kind: str, target: str) -> str:
    """Why there is no such target; "" where there is."""
    return _lane_fault(instance, target) if kind == "lane" else _name_fault(instance, kind, target)


def _name_fault(instance: Instance, kind: str, target: str) -> str:
    known = _list_targets(instance, kind)
    if target in known:
        return ""
    others = [other for other in _WHERE if other not in (kind, "market") and target in _list_targets(instance, other)]
    if others and kind != "market":
        hint = f", but {with_article(others[0])}: write kind {others[0]}"
    else:
        hint = suggest(target, known) or f": write a name from {_WHERE[kind]}"
    what = f"not a region with demand (kind {kind})" if kind == "market" else f"not {with_article(kind)}"
    return f"`{target}` is {what}{hint}"


def _lane_fault(instance: Instance, target: str) -> str:
    parts, lanes = target.split("|"), instance["lanes"]
    known = sorted(set(lanes["origin"] + "|" + lanes["destination"]))
    if len(parts) not in (2, 3) or not all(parts):
        return f"`{target}` is not a lane: write origin|destination, or origin|destination|mode"
    way = "|".join(parts[:2])
    if way not in known:
        return f"no lane goes `{way}`{suggest(way, known) or ': write one of sheet lanes as origin|destination'}"
    modes = sorted(set(lanes.loc[lanes["origin"] + "|" + lanes["destination"] == way, "mode"]))
    if len(parts) == 3 and parts[2] not in modes:
        return f"no lane `{way}` has the mode `{parts[2]}`: write {' or '.join(modes)}, or {way} for all of them"
    return ""


@needs("disruptions")
def effects_fit_kinds(reading: "Reading") -> Iterator[Issue]:
    """What changes is something that the target has."""
    for row, disruption in rows(reading.instance["disruptions"]):
        kind, effect = disruption["kind"], disruption["effect"]
        if effect not in EFFECTS[kind]:
            allowed = EFFECTS[kind]
            instead = "; to change demand, write kind market, region, bloc or item" if effect == "demand" else ""
            message = f"{with_article(kind)} has no {effect}: write {' or '.join(allowed)}{instead}"
            yield report_error(reading, "disruptions", row, "effect", message)


@needs("disruptions")
def factors_change_something(reading: "Reading") -> Iterator[Issue]:
    """A factor differs from 1, is a share and not a percentage, and is given once; costs may rise to several times.

    A flow at a factor of 1 cannot grow beyond that of the baseline, which is something.
    """
    disruptions = reading.instance["disruptions"]
    for row, disruption in rows(disruptions):
        factor = disruption["factor"]
        if factor == 1 and disruption["effect"] != "flow":
            message = "a factor of 1 has no effect; write the share that remains (0 = nothing), or remove the row"
            yield report_warning(reading, "disruptions", row, "factor", message)
        elif factor > (LIKELY_PERCENT_OF_COST if disruption["effect"] == "cost" else LIKELY_PERCENT):
            message = f"{factor:g} times as much as before; write {factor / 100:g} if {factor:g} % is meant"
            yield report_warning(reading, "disruptions", row, "factor", message)
        elif factor == 0 and disruption["effect"] == "cost":
            message = "a cost factor of 0 makes it free; to raise the cost write more than 1, such as 1.5"
            yield report_warning(reading, "disruptions", row, "factor", message)
    said = disruptions[["scenario", "period", "kind", "target", "item", "effect"]]
    for row in disruptions.index[said.duplicated()]:
        first = said.index[(said == said.loc[row]).all(axis=1)][0]
        message = f"row {first} has the same effect on this target, and the factors multiply; remove one of the two"
        yield report_warning(reading, "disruptions", int(row), "target", message)


@needs("periods", *_SHEETS, "recipes", "lines", "by_period")
def disruptions_hit_something(reading: "Reading") -> Iterator[Issue]:
    """There is a line, a lane or a market that the disruption changes."""
    instance = reading.instance
    for row, disruption in rows(instance["disruptions"]):
        kind, target, item = disruption["kind"], disruption["target"], disruption["item"]
        fits = disruption["effect"] in EFFECTS[kind]
        if kind == "item" and item not in ("*", target):
            message = f"the target already is the item `{target}`: leave item blank"
            yield report_warning(reading, "disruptions", row, "item", message)
        elif fits and not _fault(instance, kind, target) and not _hits(instance, disruption):
            of_item = "" if item == "*" else f" of `{item}`"
            message = (
                f"{kind} `{target}` has no {disruption['effect']}{of_item} that could change; correct target, item or "
                "effect, or remove the row"
            )
            yield report_warning(reading, "disruptions", row, "target", message)


def _hits(instance: Instance, disruption: Row) -> bool:
    """Whether there is anything that the disruption changes."""
    kind, effect = disruption["kind"], disruption["effect"]
    if effect == "demand":
        return _markets(instance, disruption)
    lanes = kind in ("lane", "chokepoint") or (effect == "flow" and kind in ("region", "bloc", "item"))
    lines = kind not in ("lane", "chokepoint")
    return (lines and _lines(instance, disruption)) or (lanes and _lanes(instance, disruption))


def _markets(instance: Instance, disruption: Row) -> bool:
    kind, target, item = disruption["kind"], disruption["target"], disruption["item"]
    demand = instance["demand"]
    held = {"bloc": demand["region"].map(blocs(instance)), "item": demand["item"]}.get(kind, demand["region"])
    there = (held == target) & (demand["volume"] > 0) & (demand["period"] == disruption["period"])
    return bool((there & ((demand["item"] == item) | (item == "*"))).any())


def _lines(instance: Instance, disruption: Row) -> bool:
    kind, target, item = disruption["kind"], disruption["target"], disruption["item"]
    lines = lines_at_sites(instance)
    lines["bloc"] = lines["region"].map(blocs(instance))
    outputs = instance["recipes"].query("quantity > 0")
    made_of = target if kind == "item" else item
    makers = set(outputs.loc[(outputs["item"] == made_of) | (made_of == "*"), "process"])
    there = lines["process"].isin(makers)
    return bool((there if kind == "item" else there & (lines[kind] == target)).any())


def _lanes(instance: Instance, disruption: Row) -> bool:
    kind, target, item = disruption["kind"], disruption["target"], disruption["item"]
    lanes = lane_table(instance)
    moved = target if kind == "item" else item
    hit = (lanes["item"] == moved).to_numpy() | (moved == "*")
    if kind == "lane":
        for name, part in zip(("origin", "destination", "mode"), target.split("|"), strict=False):
            hit &= (lanes[name] == part).to_numpy()
    elif kind == "chokepoint":
        hit &= np.array([target in names for names in list_chokepoints(instance, lanes)], dtype=bool)
    elif kind == "region":
        hit &= ((lanes["origin"] == target) & (lanes["destination"] != target)).to_numpy()
    elif kind == "bloc":
        hit &= ((lanes["origin_bloc"] == target) & ~lanes["inside"]).to_numpy()
    return bool(hit.any())
