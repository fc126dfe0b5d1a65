"""The sheets of what holds back or changes a chain over time: productivity, inertia, growth, returns, carbon."""

from planner_models.schema.columns import flag, number, reference, table, text
from planner_models.schema.inputs.common import PLACE, item, period, span

TABLES = [
    table(
        "productivity",
        "How much more or less is needed, and made, in a place than the figures of a process say. All rows that match "
        "a line multiply: a named row does not replace the `*` row. Hours and energy count in costs and in emissions "
        "of the grid; nothing changes in a cost that a line states as unit_cost. Output multiplies what existing "
        "capacity, line_capacity and modules can make, at the same fixed cost and capex.",
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
        "How fast supply can move: what a source supplies of an item to a destination falls at most by a share a year, "
        "and rises at most by a share a year and a seed. A place is a source of its own: with what is made there and "
        "not shipped out. A row that names an item or a place replaces `*` rows there in the cells that it fills. "
        "Years are counted from the middle of one period to the middle of the next, and to the first from the middle "
        "of the year before; no fall is asked for where bans close every lane, or nothing can make the item any more.",
        {
            "item": item("item, or * for each", wildcard=True),
            "source": reference(
                "region or bloc that supplies, or * for each region", *PLACE, key=True, wildcard=True, default="*"
            ),
            "destination": reference(
                "region or bloc supplied, or * for each region", *PLACE, key=True, wildcard=True, default="*"
            ),
            "max_fall": number("most that it falls by; blank = no limit", "share/year", low=0, high=1),
            "max_rise": number("most that it rises by; blank = no limit", "share/year", low=0, high=1000),
            "seed": number("what it may rise by besides; blank = 0", "item/year per year", low=0),
            "initial": number(
                "supplied in the year before the first period, from which that may move; blank = no limit there",
                "item/year",
                low=0,
            ),
        },
    ),
    table(
        "growth",
        "How fast capacity can grow: what of a process or stage is put into service in a place in a period, at most a "
        "seed a year and what growth by a share a year adds to what was there in the period before (in the first "
        "period: to what exists). Modules count when their service begins, in full, what exists at a candidate site "
        "when that opens, and line_capacity where it rises. A row that names more replaces `*` rows there.",
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
            "max_growth": number("most that it grows by", "share/year", low=0, high=1000, required=True),
            "seed": number("what may be added besides", "activity/year per year", low=0, default=0),
        },
    ),
    table(
        "returns",
        "What comes back after use: of an item sold on a market, a share comes back some years later as another item "
        "(or the same), to be recycled by ordinary processes. A sale of a year comes back exactly so many years "
        "later: of a sale spread over a period, the years that fall into a later period come back in that. What comes "
        "back may be left with its users, at no cost; of an item that is disposable all of it comes back, and what is "
        "not used is thrown away at its disposal_cost. What rivals sell and what is deployed does not come back; what "
        "was sold before the first period does where `initial` says so. Rows add up: a `*` row counts besides "
        "rows that name a region or a market.",
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
                "what comes back a year of what was sold before the first period, for as many years as a return "
                "takes; asks for one region, or one market that is a region",
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
        "next row of the bloc; before the first there is none. With a border, what enters the bloc from another pays "
        "for the emissions that it embodies by default, less what was paid for carbon on its way (docs/CARBON.md).",
        {
            "bloc": reference("bloc, or region that is a bloc of its own", *PLACE, key=True),
            "period": period("period from which on the price holds", key=True, required=True),
            "price": number("price of emissions", "currency/t", low=0, required=True),
            "border": flag("imports pay for what they embody", default="no"),
        },
    ),
    table(
        "by_period",
        "Figures that differ by period: what a figure of another sheet is from one period to another. Only columns "
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
            "value": number("what the figure is in these periods"),
            "factor": number("instead of a value: what multiplies the figure of the sheet", low=0),
        },
    ),
]
