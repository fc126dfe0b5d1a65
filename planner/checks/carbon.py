"""Carbon: prices are of blocs, something is emitted there, and a border has something to ask for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.checks import needs, report_error, report_warning, rows
from planner.checks.places import blocs, positions, regions_of
from planner.issues import Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("regions", "carbon")
def carbon_is_of_blocs(reading: "Reading") -> Iterator[Issue]:
    """A region that belongs to a bloc has no price of its own."""
    bloc = blocs(reading.instance)
    for row, entry in rows(reading.instance["carbon"]):
        if entry["bloc"] not in set(bloc):
            message = (
                f"`{entry['bloc']}` is a region of bloc `{bloc[entry['bloc']]}`, and carbon prices are set by bloc: "
                f"write `{bloc[entry['bloc']]}`, or give the region a bloc of its own (regions)"
            )
            yield report_error(reading, "carbon", row, "bloc", message)


@needs("regions", "processes", "sites", "lines", "carbon")
def carbon_prices_something(reading: "Reading") -> Iterator[Issue]:
    """Lines in the bloc emit something, or its border charges for what others do: once for each bloc."""
    instance, table = reading.instance, reading.instance["carbon"]
    priced = table[table["price"] > 0].drop_duplicates("bloc")
    with_border = set(table.loc[table["border"] == "yes", "bloc"])
    facts = instance["processes"].set_index("process")[["emissions", "energy"]].to_dict("index")
    grid = instance["regions"].set_index("region")["grid_co2"].to_dict()
    region = instance["sites"].set_index("site")["region"].to_dict()
    emitting = {
        region[site]
        for site, process in zip(instance["lines"]["site"], instance["lines"]["process"], strict=True)
        if facts[process]["emissions"] or facts[process]["energy"] * grid[region[site]]
    }
    for row, entry in rows(priced):
        there = emitting & regions_of(instance, entry["bloc"])
        if not (there or (entry["bloc"] in with_border and emitting)):
            message = (
                f"no line in `{entry['bloc']}` has emissions, so this price has no effect; write "
                "emissions (processes), or energy and grid_co2 (processes, regions)"
            )
            yield report_warning(reading, "carbon", row, "price", message)


@needs("periods", "regions", "carbon")
def borders_have_prices(reading: "Reading") -> Iterator[Issue]:
    """A border asks for a price; one of 0 charges nothing."""
    table = reading.instance["carbon"]
    for row, _ in rows(table[(table["border"] == "yes") & (table["price"] == 0)]):
        message = "a border adjustment at a price of 0 charges nothing; write a price, or no here"
        yield report_warning(reading, "carbon", row, "border", message)
    order = positions(reading.instance, "periods", "period")
    first = min(order, key=lambda period: order[period], default=None)
    late = table.assign(place=table["period"].map(order)).sort_values("place").drop_duplicates("bloc")
    for row, entry in rows(late[late["place"] > 0]):
        message = (
            f"before {entry['period']} emissions in `{entry['bloc']}` cost nothing; write a row of {first} if they do"
        )
        yield Issue("info", "carbon", reading.cell("carbon", row, "period"), message)
