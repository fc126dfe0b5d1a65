"""Which arcs an item can usefully take at all: it can be had at the origin, and is of use at the destination."""

from itertools import chain

from planner.audit.case import AuditedPlan
from planner.audit.offers import tabulate_coverage
from planner_models.instance import Instance

Arc = tuple[str, str, str, str]


def useful_arcs(instance: Instance) -> set[Arc]:
    """Origin, destination, item, mode."""
    case = AuditedPlan(instance, {})
    items = set(instance["items"]["item"])
    arcs = {
        (row.origin, row.destination, item, row.mode)
        for row in instance["lanes"].itertuples()
        for item in (items if row.item == "*" else {row.item})
    }
    lines = _lines(case)
    there = _closed({(row.region, row.item) for row in instance["stocks"].itertuples() if row.initial > 0}, lines, arcs)
    running = [(region, used, made) for region, used, made in lines if all((region, item) in there for item in used)]
    wanted = {(row.region, row.item) for sheet in ("demand", "stocks") for row in instance[sheet].itertuples()}
    settings = instance.settings
    if settings["enablers"] == "on" and settings["objective"] == "profit":
        wanted |= {(row.region, row.enabler) for row in instance["enablers"].itertuples()}
    wanted |= set(chain.from_iterable([(region, item) for item in used] for region, used, _ in running))
    grown = True
    while grown:
        more = {(origin, item) for origin, destination, item, _ in arcs if (destination, item) in wanted} - wanted
        wanted |= more
        grown = bool(more)
    return {arc for arc in arcs if (arc[0], arc[2]) in there and (arc[1], arc[2]) in wanted}


def _lines(case: AuditedPlan) -> list[tuple[str, set[str], set[str]]]:
    """Region, inputs and outputs of the lines that can be had."""
    recipes = case.instance["recipes"]
    pairs = tabulate_coverage(case)
    reached = set(zip(pairs["site"], pairs["process"], strict=True))
    found = []
    for (site, process), line in case.lines.iterrows():
        rows = recipes[recipes["process"] == process]
        if (line["home"] == "yes" or (site, process) in reached) and len(rows):
            used, made = rows["quantity"] < 0, rows["quantity"] > 0
            found.append((line["region"], set(rows.loc[used, "item"]), set(rows.loc[made, "item"])))
    return found


def _closed(
    there: set[tuple[str, str]], lines: list[tuple[str, set[str], set[str]]], arcs: set[Arc]
) -> set[tuple[str, str]]:
    """Every region and item that can come to be there."""
    while True:
        more = {
            (region, item)
            for region, used, made in lines
            if all((region, each) in there for each in used)
            for item in made
        }
        more |= {(destination, item) for origin, destination, item, _ in arcs if (origin, item) in there}
        if more <= there:
            return there
        there = there | more
