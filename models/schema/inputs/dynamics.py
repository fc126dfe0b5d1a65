"""The sheets of what holds back or changes a chain over time: productivity, inertia, growth, returns, carbon."""

from planner_models.schema.columns import flag, number, reference, table, text
from planner_models.schema.inputs.common import PLACE, item, period, span

TABLES = [
    table(
        "productivity",
        "How productivity in a place differs from the figures of a process. All rows that match "
        "a line multiply: a named row does not replace the `*` row. Hours and energy count in costs and in emissions "
        "of the grid; a unit_cost stated for a line does not change. Output multiplies what existing capacity, "
        "line_capacity and modules can make, at the same fixed cost and capex.",
        {
            "where": reference(
                "region, bloc or firm of the line, or * for all",
                *PLACE,
                "firms.firm",
                key=True,
                wildcard=True,
                default="*",
            ),
            "what": reference(
                "process, stage, tier or intensity of the line, or * for all",
                "processes.process",
                "processes.stage",
                "processes.tier",
                "processes.intensity",
                key=True,
                wildcard=True,
                default="*",
            ),
            "labour": number("multiplies hours of production labour", low=0, high=1000, default=1),
            "skilled": number("multiplies hours of skilled labour", low=0, high=1000, default=1),
            "energy": number("multiplies energy", low=0, high=1000, default=1),
            "output": number("multiplies what a unit of capacity makes", above=0, high=1000, default=1),
        },
    ),
    table(
        "inertia",
        "How fast supply can move: the supply of an item from a source to a destination falls by at most a share a "
        "year, and rises by at most a share a year plus a fixed amount. A place supplies itself with what is made "
        "there and not shipped out. In the cells that it fills, a row that names an item or a place replaces `*` rows. "
        "Years are counted from the middle of one period to the middle of the next, and to the first from the middle "
        "of the year before; the limit on the fall does not apply where bans close every lane, or nothing can make the "
        "item any more.",
        {
            "item": item("item, or * for each", wildcard=True),
            "source": reference(
                "region or bloc that supplies, or * for each region", *PLACE, key=True, wildcard=True, default="*"
            ),
            "destination": reference(
                "region or bloc supplied, or * for each region", *PLACE, key=True, wildcard=True, default="*"
            ),
            "max_fall": number("largest fall; blank = no limit", "share/year", low=0, high=1),
            "max_rise": number("largest rise; blank = no limit", "share/year", low=0, high=1000),
            "seed": number("rise allowed in addition; blank = 0", "item/year per year", low=0),
            "initial": number(
                "supplied in the year before the first period, the basis of the first limit; blank = no limit in the "
                "first period",
                "item/year",
                low=0,
            ),
        },
    ),
    table(
        "growth",
        "How fast capacity can grow: the capacity of a process or stage that is put into service in a place in a "
        "period is at most a fixed amount a year plus a yearly growth share of the capacity in the period before (in "
        "the first period: of what exists). Modules count when their service begins, in full, what exists at a "
        "candidate site when that opens, and line_capacity where it rises. More specific rows replace `*` rows.",
        {
            "what": reference(
                "process or stage, or * for each process",
                "processes.process",
                "processes.stage",
                key=True,
                wildcard=True,
                default="*",
            ),
            "where": reference("region or bloc, or * for each region", *PLACE, key=True, wildcard=True, default="*"),
            "max_growth": number("largest growth", "share/year", low=0, high=1000, required=True),
            "seed": number("growth allowed in addition", "activity/year per year", low=0, default=0),
        },
    ),
    table(
        "returns",
        "What comes back after use: of an item sold on a market, a share comes back some years later as another item "
        "(or the same), to be recycled by ordinary processes. Sales of a year come back exactly that many years later; "
        "of the sales of a period, each year comes back in the period into which its return falls. Returns may be left "
        "with their users at no cost; a disposable item comes back in full, and what is not used is disposed of at its "
        "disposal_cost. Sales of rivals and deployed items do not come back; sales before the first period do where "
        "`initial` is filled. Rows add up: a `*` row counts besides rows that name a region or a market.",
        {
            "item": item("item that is sold"),
            "returned": reference("item that it comes back as", "items.item", key=True),
            "share": number("units that come back per unit sold", "item/item", above=0, required=True),
            "years": number("years from sale to return", "year", above=0, high=1000, key=True),
            "region": reference(
                "region where it comes back; * or blank = where it was sold",
                "regions.region",
                key=True,
                wildcard=True,
                default="*",
            ),
            "market": reference(
                "region or bloc of the markets where it was sold, or * for all",
                *PLACE,
                key=True,
                wildcard=True,
                default="*",
            ),
            "initial": number(
                "yearly returns from sales before the first period, for as many years as a return takes; needs one "
                "region, or one market that is a region",
                "item/year",
                low=0,
                default=0,
            ),
        },
    ),
    table(
        "carbon",
        "Prices of emissions by bloc. All lines in the bloc pay for what their processes emit and for the energy that "
        "they draw on the grid; those of outside firms pass it on at cost. A price holds from its period on until the "
        "next row of the bloc; before the first there is none. With a border, goods that enter the bloc from another "
        "pay for their default embodied emissions, less what was paid for carbon on the way (docs/CARBON.md).",
        {
            "bloc": reference("bloc, or region that is a bloc of its own", *PLACE, key=True),
            "period": period("period from which on the price holds", key=True, required=True),
            "price": number("price of emissions", "currency/t", low=0, required=True),
            "border": flag("imports pay for embodied emissions", default="no"),
        },
    ),
    table(
        "by_period",
        "Figures that differ by period: the value of a figure of another sheet over a span of periods. Only columns "
        "that their sheets mark as varying by period; no two rows about one figure in one period.",
        {
            "sheet": text("sheet of the figure", required=True),
            "key": text(
                "key of its row, `|` between the parts (of duties origin|destination|item); `*` names the row with "
                "that cell where the sheet may have one, else every row",
                required=True,
            ),
            "column": text("its column", required=True),
            **span(),
            "value": number("value of the figure in these periods"),
            "factor": number("instead of a value: factor on the figure of the sheet", low=0),
        },
    ),
]
