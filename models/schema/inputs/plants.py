"""The sheets of firms, their sites, the lines there, and what can be built."""

from planner_models.schema.columns import choice, flag, mark_inheriting, number, reference, share, table, text
from planner_models.schema.inputs.common import period, region

TABLES = [
    table(
        "firms",
        "Who controls sites. Firms marked home are the planner's own.",
        {
            "firm": text("name of the firm", key=True),
            "home": flag("one of the planner's firms", "yes"),
            "group": text("group of firms that it belongs to; blank = a group of its own"),
            "sector": text("short description"),
            "bloc": reference("bloc from which it is controlled", "regions.bloc", "regions.region", required=False),
        },
    ),
    table(
        "sites",
        "Places with a region and a firm. Candidate sites open at most once, and may close once.",
        {
            "site": text("name of the site", key=True),
            "region": region("region in which it is located", key=False),
            "firm": reference("firm that controls it", "firms.firm"),
            "status": choice("exists already, or candidate", ("existing", "candidate"), default="existing"),
            "opening_cost": number("paid once when it opens", "money", low=0, default=0),
            "fixed_cost": number("paid every year it is open", "money/year", low=0, default=0, varies=True),
            "closing_cost": number("paid once when it closes", "money", low=0, default=0),
            "latitude": number("latitude; blank = its region's", "degree", low=-90, high=90),
            "longitude": number("longitude; blank = its region's", "degree", low=-180, high=180),
            "first_period": period("first period in which it may be open"),
            "last_period": period("last period in which it may be open"),
        },
    ),
    table(
        "lines",
        "One process at one site.",
        {
            "site": reference("site", "sites.site", key=True),
            "process": reference("process", "processes.process", key=True),
            "capacity": number(
                "existing capacity (at a candidate site: once it opens)", "activity/year", low=0, default=0, varies=True
            ),
            "fixed_cost": number(
                "paid every year the existing capacity is kept", "money/year", low=0, default=0, varies=True
            ),
            "min_load": share("smallest share of its capacity that must be used", default=0),
            "unit_cost": number("replaces the cost from endowments", "money/activity", low=0, varies=True),
            "retirable": flag("may the existing capacity be retired for good", "yes"),
            "last_period": period("last period in which the existing capacity runs"),
        },
    ),
    table(
        "line_capacity",
        "Existing capacity that changes over time: replaces it from that period on.",
        {
            "site": reference("site", "sites.site", key=True),
            "process": reference("process", "processes.process", key=True),
            "period": period("from this period on", key=True, required=True),
            "capacity": number("existing capacity", "activity/year", low=0, required=True),
        },
    ),
    table(
        "options",
        "Capacity modules that can be built on a line; larger ones have economies of scale. A row that names a "
        "site replaces the `*` row of the same process and option there; its blank cells have the values of that row.",
        {
            "site": reference("site; * = all with that line", "sites.site", key=True, wildcard=True, default="*"),
            "process": reference("process", "processes.process", key=True),
            "option": text("name of the option", key=True),
            "size": number("capacity of one module", "activity/year", above=0, required=True),
            **mark_inheriting(
                {
                    "capex": number(
                        "investment in one module, before the region's capex index", "money", low=0, default=0
                    ),
                    "fixed_cost": number("paid every year one module is in service", "money/year", low=0, default=0),
                    "lead_periods": number(
                        "periods from order to use", "period", low=0, high=1000, default=0, whole=True
                    ),
                    "life": number(
                        "years over which capex is an annuity; a period that begins within them is served and paid in "
                        "full",
                        "year",
                        low=1,
                        high=1000,
                        default=20,
                    ),
                    "max_modules": number(
                        "how many may be built in all; larger sizes count as the number of modules they replace",
                        "module",
                        low=0,
                        high=1000000,
                        default=1,
                        whole=True,
                    ),
                    "first_period": period("first period in which it can be ordered"),
                    "salvage": share(
                        "share of capex that a module is worth when its life ends; with capital = cash at the end "
                        "of the plan if that comes first",
                        default=0,
                    ),
                    "ramp": number(
                        "share of its size usable in the first period of use", "share", above=0, high=1, default=1
                    ),
                    "scale_exponent": number(
                        "makes larger options: cost grows with size to this power", above=0, high=1
                    ),
                    "multiples": text(
                        "sizes of those larger options as multiples of this one, `;` between; blank = 2;4"
                    ),
                }
            ),
        },
    ),
]
