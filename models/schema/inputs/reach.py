"""The sheets of how outside firms, new products and other regions are reached."""

from planner_models.schema.columns import choice, flag, mark_inheriting, number, reference, share, table, text
from planner_models.schema.inputs.common import PLACE, item, period, region, span

TABLES = [
    table(
        "access",
        "How an outside firm can be accessed. A line that no row covers is available on spot terms without markup, at "
        "full capacity. A row that "
        "names a process replaces the `*` row of the same firm and mode there; its blank cells have the values of that "
        "row, and each of the two is signed and paid for separately. A row of a home firm gives the terms on which it "
        "sells to other groups: spot while coordination is off or decide, the other modes where it is decide.",
        {
            "firm": reference("outside firm; for a home firm see coordination", "firms.firm", key=True),
            "process": reference(
                "process; * = all of the firm that have no row of their own in this mode",
                "processes.process",
                key=True,
                wildcard=True,
                default="*",
            ),
            "mode": choice("mode", ("spot", "contract", "alliance", "equity", "joint_venture", "acquire"), key=True),
            **mark_inheriting(
                {
                    "entry_cost": number("paid once at signing", "money", low=0, default=0),
                    "annual_cost": number("paid every year in force", "money/year", low=0, default=0),
                    "stake": share("share of the firm held; returns that share of the margin", default=0),
                    "controls": flag("allows building on the firm's lines", "no"),
                    "offtake_share": share("share of capacity that may be bought", default=1),
                    "min_take": share("share of that limit that must be bought", default=0),
                    "markup": number("margin over production cost", "share", low=0, default=0, varies=True),
                    "transaction_cost": number(
                        "before the institution factor", "money/activity", low=0, default=0, varies=True
                    ),
                    "term": number("shortest time in force", "period", low=1, high=1000, default=1, whole=True),
                    "exit": flag("may end after the term", "yes"),
                    "priority": share("smallest availability in a disruption", default=0),
                    "qualification": number(
                        "periods from signing to first use", "period", low=0, high=1000, default=0, whole=True
                    ),
                }
            ),
        },
    ),
    table(
        "projects",
        "Development: R&D, licences, joint programmes, launches; each with options, of which one is taken.",
        {
            "project": text("name of the project", key=True),
            "option": text("name of the option", key=True),
            "kind": choice("kind of development", ("own", "licence", "joint", "alliance", "launch"), default="own"),
            "partner": reference(
                "partner firm; where it has offers other than spot, one must be in force while the project runs",
                "firms.firm",
                required=False,
            ),
            "min_stake": share("smallest stake of that offer", default=0),
            "tied": flag(
                "the project depends on supply from the partner: of each item that the partner's lines make, processes "
                "that require the project use, and markets that require it buy, no more in a year than those lines "
                "make, all regions together; not in a disruption",
                "no",
            ),
            "cost": number(
                "paid every year it runs; of duration 0 once, at the start", "money/year", low=0, default=0, varies=True
            ),
            "duration": number("time from start to ready", "period", low=0, high=1000, default=1, whole=True),
            "needs": reference("project that must be ready first", "projects.project", required=False),
            "first_period": period("first period in which it can start"),
        },
    ),
    table(
        "lanes",
        "Transport between regions. Moving goods within a region is free unless there is a lane from it to itself. A "
        "row that names an item replaces the `*` row of the same lane and mode for that item; its blank cells have the "
        "values of that row, and the item still uses the capacity of that row.",
        {
            "origin": region("from"),
            "destination": region("to"),
            "item": item("item; * = everything that can flow", wildcard=True),
            "mode": text("mode of transport", key=True, default="sea"),
            **mark_inheriting(
                {
                    "cost": number("cost of moving one unit", "money/item", low=0, default=0, varies=True),
                    "cost_per_tkm": number(
                        "added to the cost, times distance and mass", "currency/tkm", low=0, default=0, varies=True
                    ),
                    "distance": number("distance; blank = great circle x 1.3", "km", low=0),
                    "lead_days": number(
                        "transport time; causes in-transit stock", "day", low=0, high=36500, default=0, varies=True
                    ),
                }
            ),
            "capacity": number(
                "largest flow; of a `*` row shared by all items on it, including those with a row of their own",
                "item/year",
                low=0,
                varies=True,
            ),
            "min_flow": number(
                "smallest flow in a period in which the lane is used; of a `*` row all items together, including those "
                "with a row of their own",
                "item/year",
                low=0,
            ),
            **mark_inheriting(
                {
                    "opening_cost": number(
                        "paid once, when first used; a named row with a blank cell is opened with its `*` row, for "
                        "one payment",
                        "money",
                        low=0,
                        default=0,
                    ),
                    "chokepoints": text("chokepoints passed, `;` between"),
                    "emissions": number("emissions of transport", "kg/tkm", low=0, default=0),
                }
            ),
        },
    ),
    table(
        "hubs",
        "Regions where forwarding goods from lane to lane is limited or costs something; elsewhere it is free. A row "
        "that names an item replaces the `*` row of the region for that item.",
        {
            "region": region("region through which goods pass"),
            "item": item("item; * = all that have no row of their own there", wildcard=True),
            "capacity": number(
                "largest quantity forwarded; of a `*` row all items together; 0 = nothing, blank = no limit",
                "item/year",
                low=0,
                varies=True,
            ),
            "handling_cost": number("cost of forwarding one unit", "money/item", low=0, default=0, varies=True),
            "opening_cost": number("paid once, each time it opens", "money", low=0, default=0),
            "fixed_cost": number("paid every year it is open", "money/year", low=0, default=0, varies=True),
        },
    ),
    table(
        "duties",
        "Duties and bans. All rows that match count, named or `*`: rates add up, and one ban closes. Trade inside a "
        "bloc never matches `*`.",
        {
            "origin": reference("region, bloc or *", *PLACE, wildcard=True, default="*"),
            "destination": reference("region, bloc or *", *PLACE, wildcard=True, default="*"),
            "item": item("item, or * for all", key=False, wildcard=True),
            "rate": number("share of the item's value", "share", default=0, varies=True),
            "ban": flag("closes the lane", "no"),
            **span(),
        },
    ),
]
