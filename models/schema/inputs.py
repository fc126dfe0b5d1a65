"""The sheets of an instance workbook, in the order in which the template shows them."""

import pandera.pandas as pa

from planner_models.schema.columns import choice, flag, mark_inheriting, number, reference, remarks, share, table, text
from planner_models.schema.settings import SETTINGS

TIERS = ("upstream", "midstream", "downstream")
_PLACE = ("regions.region", "regions.bloc")


def _region(description: str = "region", *, key: bool = True, wildcard: bool = False) -> pa.Column:
    return reference(description, "regions.region", key=key, wildcard=wildcard)


def _item(description: str = "item", *, key: bool = True, wildcard: bool = False) -> pa.Column:
    return reference(description, "items.item", key=key, wildcard=wildcard, default="*" if wildcard else None)


def _period(description: str, *, key: bool = False, required: bool = False) -> pa.Column:
    return reference(description, "periods.period", key=key, required=required)


def _span() -> dict[str, pa.Column]:
    return {
        "from": _period("first period in force; blank = the first"),
        "to": _period("last period in force; blank = the last"),
    }


_TABLES = [
    table(
        "settings",
        "One row per setting; a missing row means its default.",
        {
            "key": choice("name of the setting", tuple(SETTINGS), key=True),
            "value": text("its value"),
        },
    ),
    table(
        "periods",
        "The time axis; row order is time order. All flows are yearly rates within a period.",
        {
            "period": text("name of the period", key=True),
            "years": number("length", "year", low=1, high=200, default=1, whole=True),
        },
    ),
    table(
        "regions",
        "Where things are made and used: a country, a province or a cluster, with its factor endowment.",
        {
            "region": text("name of the region", key=True),
            "bloc": text("bloc it belongs to; blank = a bloc of its own"),
            "latitude": number("latitude", "degree", low=-90, high=90),
            "longitude": number("longitude", "degree", low=-180, high=180),
            "wage": number("wage of production labour", "currency/h", low=0, default=0),
            "skilled_wage": number("wage of skilled labour", "currency/h", low=0, default=0),
            "energy_price": number("price of industrial energy", "currency/kWh", low=0, default=0),
            "wacc": number("cost of capital; blank = the discount rate", "1/year", low=0, high=1),
            "capex_index": number("capex relative to the figures in options", low=0, default=1),
            "institution_factor": number("multiplies transaction costs", low=0, default=1),
            "grid_co2": number("emissions of grid energy", "kg/kWh", low=0, default=0),
        },
    ),
    table(
        "items",
        "Everything that flows. Count items in thousands (kt, GWh, thousand vehicles).",
        {
            "item": text("name of the item", key=True),
            "tier": choice("tier of the chain", TIERS, required=True),
            "unit": text("unit in which the item is counted"),
            "value": number(
                "reference value for duties, shares and in-transit stock; where it is 0 shares are by quantity",
                "money/item",
                low=0,
                default=0,
            ),
            "mass": number("mass", "t/item", low=0, default=0),
            "critical": flag("counted as critical in security figures", "no"),
            "disposable": flag("surplus may be thrown away", "no"),
            "requires": reference("project that must be ready before it is sold", "projects.project", required=False),
        },
    ),
    table(
        "processes",
        "Ways of making items; alternative technology paths are alternative processes.",
        {
            "process": text("name of the process", key=True),
            "tier": choice("tier of the chain", TIERS, required=True),
            "stage": text("stage it belongs to, for clusters; blank = the process itself"),
            "intensity": choice("the factor it leans on most", ("resource", "labour", "capital", "technology")),
            "labour": number("production labour", "h/activity", low=0, default=0),
            "skilled": number("skilled labour", "h/activity", low=0, default=0),
            "energy": number("energy", "kWh/activity", low=0, default=0),
            "other_cost": number("all other cost of running it", "money/activity", low=0, default=0),
            "royalty": number("royalty", "money/activity", low=0, default=0),
            "learnable_share": share("share of conversion cost that falls with experience", default=0),
            "emissions": number("process emissions", "t/activity", low=0, default=0),
            "requires": reference("project that must be ready before it runs", "projects.project", required=False),
        },
    ),
    table(
        "recipes",
        "What one unit of activity uses (negative) and makes (positive).",
        {
            "process": reference("process", "processes.process", key=True),
            "item": _item(),
            "quantity": number("per activity; negative is used, positive is made", "item/activity", required=True),
        },
    ),
    table(
        "firms",
        "Who controls sites. Firms marked home are the planner's own.",
        {
            "firm": text("name of the firm", key=True),
            "home": flag("one of the planner's firms", "yes"),
            "sector": text("what it does"),
            "bloc": reference("bloc of its controller", "regions.bloc", "regions.region", required=False),
        },
    ),
    table(
        "sites",
        "Places with a region and a firm. Candidate sites open at most once, and may close once.",
        {
            "site": text("name of the site", key=True),
            "region": _region("region it stands in", key=False),
            "firm": reference("firm that controls it", "firms.firm"),
            "status": choice("does it exist already", ("existing", "candidate"), default="existing"),
            "opening_cost": number("paid once when it opens", "money", low=0, default=0),
            "fixed_cost": number("paid every year it is open", "money/year", low=0, default=0),
            "closing_cost": number("paid once when it closes", "money", low=0, default=0),
            "latitude": number("latitude; blank = its region's", "degree", low=-90, high=90),
            "longitude": number("longitude; blank = its region's", "degree", low=-180, high=180),
            "first_period": _period("first period in which it may be open"),
            "last_period": _period("last period in which it may be open"),
        },
    ),
    table(
        "lines",
        "One process at one site.",
        {
            "site": reference("site", "sites.site", key=True),
            "process": reference("process", "processes.process", key=True),
            "capacity": number("what exists (at a candidate site: once it opens)", "activity/year", low=0, default=0),
            "fixed_cost": number("paid every year the existing capacity is kept", "money/year", low=0, default=0),
            "min_load": share("least use of its capacity", default=0),
            "unit_cost": number("replaces the cost from endowments", "money/activity", low=0),
            "retirable": flag("may the existing capacity be retired for good", "yes"),
            "last_period": _period("last period in which the existing capacity runs"),
        },
    ),
    table(
        "line_capacity",
        "Existing capacity that changes over time: replaces it from that period on.",
        {
            "site": reference("site", "sites.site", key=True),
            "process": reference("process", "processes.process", key=True),
            "period": _period("from this period on", key=True, required=True),
            "capacity": number("existing capacity", "activity/year", low=0, required=True),
        },
    ),
    table(
        "options",
        "Capacity modules that can be built on a line; larger ones carry the economies of scale. A row that names a "
        "site replaces the `*` row of the same process and option there; its blank cells mean what that row says.",
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
                        "how many may be built in all; larger sizes count as the modules they make up",
                        "module",
                        low=0,
                        high=1000000,
                        default=1,
                        whole=True,
                    ),
                    "first_period": _period("first period in which it can be ordered"),
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
    table(
        "access",
        "How an outside firm can be reached. A line that no row covers = spot at no markup, all capacity. A row that "
        "names a process replaces the `*` row of the same firm and mode there; its blank cells mean what that row "
        "says, and each of the two is signed and paid for by itself.",
        {
            "firm": reference("outside firm", "firms.firm", key=True),
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
                    "stake": share("share of the firm held; gives its share of the margin back", default=0),
                    "controls": flag("allows building on the firm's lines", "no"),
                    "offtake_share": share("share of capacity that may be drawn", default=1),
                    "min_take": share("share of that bound that must be drawn", default=0),
                    "markup": number("margin over production cost", "share", low=0, default=0),
                    "transaction_cost": number("before the institution factor", "money/activity", low=0, default=0),
                    "term": number("least time in force", "period", low=1, high=1000, default=1, whole=True),
                    "exit": flag("may it end after the term", "yes"),
                    "priority": share("floor of availability when disturbed", default=0),
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
            "kind": choice("how it is done", ("own", "licence", "joint", "alliance", "launch"), default="own"),
            "partner": reference(
                "firm it is done with; where it has offers beyond spot, one must be in force while the project runs",
                "firms.firm",
                required=False,
            ),
            "min_stake": share("least stake of that offer", default=0),
            "cost": number("paid every year it runs; of duration 0 once, at the start", "money/year", low=0, default=0),
            "duration": number("time from start to ready", "period", low=0, high=1000, default=1, whole=True),
            "needs": reference("project that must be ready first", "projects.project", required=False),
            "first_period": _period("first period in which it can start"),
        },
    ),
    table(
        "lanes",
        "Ways between regions. Moving inside a region is free unless a lane from it to itself says otherwise. A row "
        "that names an item replaces the `*` row of the same lane and mode for that item; its blank cells mean what "
        "that row says, and the capacity of that row still counts the item.",
        {
            "origin": _region("from"),
            "destination": _region("to"),
            "item": _item("item; * = everything that can flow", wildcard=True),
            "mode": text("mode of transport", key=True, default="sea"),
            **mark_inheriting(
                {
                    "cost": number("cost of moving one unit", "money/item", low=0, default=0),
                    "cost_per_tkm": number("added, with distance and mass", "currency/tkm", low=0, default=0),
                    "distance": number("distance; blank = great circle x 1.3", "km", low=0),
                    "lead_days": number("time under way; pays in-transit stock", "day", low=0, high=36500, default=0),
                }
            ),
            "capacity": number(
                "most that can move; of a `*` row, shared by all items on it, also those with a row of their own",
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
        "duties",
        "Duties and bans. All rows that match count, named or `*`: rates add up, and one ban closes. Trade inside a "
        "bloc never matches `*`.",
        {
            "origin": reference("region, bloc or *", *_PLACE, wildcard=True, default="*"),
            "destination": reference("region, bloc or *", *_PLACE, wildcard=True, default="*"),
            "item": _item("item, or * for all", key=False, wildcard=True),
            "rate": number("share of the item's value", "share", default=0),
            "ban": flag("closes the lane", "no"),
            **_span(),
        },
    ),
    table(
        "demand",
        "Markets: price-volume steps per region, item and period, of which at most one is chosen.",
        {
            "region": _region("market"),
            "item": _item(),
            "period": _period("period", key=True, required=True),
            "step": text("name of the price-volume step", key=True, default="1"),
            "price": number("price", "money/item", low=0),
            "volume": number("volume that sells at that price", "item/year", low=0, required=True),
            "penalty": number(
                "cost of a unit not served; blank = the setting, or 3 x price; with neither it must be served",
                "money/item",
                low=0,
            ),
        },
    ),
    table(
        "enablers",
        "Deployed infrastructure that unlocks demand.",
        {
            "region": _region("market"),
            "enabler": reference("item deployed", "items.item", key=True),
            "item": _item("item whose demand it raises"),
            "threshold": number(
                "units sold and deployed there by the end of the period that it asks for", "item", above=0, key=True
            ),
            "uplift": number("share added to the volume in all at this threshold", "share", low=0, required=True),
        },
    ),
    table(
        "learning",
        "Experience levels of a process.",
        {
            "process": reference("process", "processes.process", key=True),
            "level": number("level", low=1, high=1000, whole=True, key=True),
            "threshold": number(
                "cumulative activity it asks for, by the end of the period before", "activity", low=0, required=True
            ),
            "saving": number(
                "share of the learnable cost saved in all at this level", "share", low=0, high=1, required=True
            ),
            "outside": number("activity by others", "activity/year", low=0, default=0),
        },
    ),
    table(
        "clusters",
        "Agglomeration levels of a region. Levels of tier `*` and of a named tier are counted apart; what is saved "
        "adds up.",
        {
            "region": _region("region"),
            "level": number("level", low=1, high=1000, whole=True, key=True),
            "stages": number("distinct active stages it asks for", low=1, high=1000000, required=True, whole=True),
            "saving": number(
                "share of conversion cost saved in all at this level", "share", low=0, high=1, required=True
            ),
            "tier": choice("tier it helps", (*TIERS, "*"), default="*"),
            "activity": number(
                "share of the smallest plant of a stage there that must be made for the stage to be active",
                "share",
                above=0,
                high=1,
                default=0.5,
            ),
        },
    ),
    table(
        "stocks",
        "Where stock can be kept between periods.",
        {
            "region": _region("region"),
            "item": _item(),
            "initial": number("stock at the start", "item", low=0, default=0),
            "maximum": number("most that can be kept; blank = no limit", "item", low=0),
            "holding_cost": number("cost of keeping one unit", "money/item-year", low=0, default=0),
            "minimum": number("least at the end of every period", "item", low=0, default=0),
        },
    ),
    table(
        "scenarios",
        "Disruptions with a probability; `expand` makes one per member. Each row is a scenario of its own, whether "
        "its item is named or `*`.",
        {
            "scenario": text("name of the scenario", key=True),
            "probability": share("probability over the horizon; of an expanded one: that any one comes", default=0),
            "expand": choice(
                "one scenario per member that matters for the item",
                ("each_region", "each_bloc", "each_firm", "each_site", "each_lane", "each_chokepoint"),
            ),
            "item": _item("item, or * for all", key=False, wildcard=True),
            "period": _period("period"),
            "months": number("length", "month", above=0, high=1200),
            "factor": number("what is left of the member", "share", low=0, default=0),
        },
    ),
    table(
        "disruptions",
        "What a scenario does, snapshot by snapshot. All rows that hit something count, named or `*`: factors "
        "multiply.",
        {
            "scenario": reference("scenario", "scenarios.scenario"),
            "period": _period("period", required=True),
            "months": number("length", "month", above=0, high=1200, required=True),
            "kind": choice(
                "what is hit",
                ("region", "bloc", "firm", "site", "process", "item", "lane", "chokepoint", "market"),
                required=True,
            ),
            "target": text("its name; of a lane: origin|destination or origin|destination|mode", required=True),
            "item": _item("item, or * for all", key=False, wildcard=True),
            "effect": choice("what changes", ("capacity", "flow", "demand", "cost"), default="capacity"),
            "factor": number("multiplies it", low=0, default=0),
        },
    ),
    table(
        "rules",
        "Security rules. Each row holds by itself, named or `*`: what one of them forbids, none allows.",
        {
            "rule": text("name of the rule", key=True),
            "type": choice(
                "type of rule",
                (
                    "max_share",
                    "min_share",
                    "max_import_share",
                    "min_sources",
                    "max_hhi",
                    "min_cover",
                    "min_service",
                    "max_cvar",
                    "min_utilisation",
                    "max_capacity_ratio",
                    "max_emissions",
                    "min_local_content",
                    "budget",
                ),
                required=True,
            ),
            "item": _item("item, or * for all", key=False, wildcard=True),
            "by": choice("what a source is", ("region", "bloc", "firm", "site", "control")),
            "who": text("name of the source, or * for each; by control: home, outside or stake>=0.5", default="*"),
            "scope": reference("region or bloc in which it holds", *_PLACE, required=False),
            **_span(),
            "limit": number("limit"),
            "count": number("number of sources", low=1, high=1000000, whole=True),
            "scenario": reference("scenario, or *", "scenarios.scenario", wildcard=True, default="*"),
            "hard": flag("must it hold", "yes"),
            "penalty": number("cost of a unit of breach, in the unit the rule counts in", "money", low=0),
            "active": flag("is it in force", "yes"),
            "kind": choice(
                "what kind of fact the limit is, for the question what to change where no plan meets all",
                ("physical", "contract", "policy"),
                default="policy",
            ),
        },
    ),
    table(
        "policies",
        "Subsidies, duty and transaction-cost changes, market access. All rows that match count, named or `*`: "
        "subsidies and duty rates add up, relative changes multiply.",
        {
            "policy": text("name of the policy", key=True),
            "kind": choice(
                "kind",
                ("capex", "output", "access", "development", "duty", "transaction_cost", "market_access"),
                required=True,
            ),
            "region": reference("region, bloc or *", *_PLACE, wildcard=True, default="*"),
            "item": reference("item, process or *", "items.item", "processes.process", wildcard=True, default="*"),
            "rate": number(
                "capex, access, development: share of the cost carried; output: money/item or money/activity; "
                "duty: added to the rate; transaction_cost, market_access: relative change of cost, of volume",
                required=True,
            ),
            "budget": number("most that is paid over all periods; blank = no limit", "money", low=0),
            **_span(),
            "active": flag("is it in force", "yes"),
        },
    ),
    table(
        "locks",
        "Decisions held at a value; a row copied from a result sheet works as it is. All rows hold. `*` as a process "
        "is the offer for `*` in sheet access, not every process.",
        {
            "decision": choice("decision", ("opened", "built", "accessed", "started", "kept", "priced"), required=True),
            "site": reference("site", "sites.site", required=False),
            "process": reference("process", "processes.process", required=False, wildcard=True),
            "option": text("option"),
            "firm": reference("firm", "firms.firm", required=False),
            "mode": text("mode"),
            "project": reference("project", "projects.project", required=False),
            "region": reference("market", "regions.region", required=False),
            "item": reference("item", "items.item", required=False),
            "step": text("step"),
            "period": _period("period"),
            "at_least": number("least value", low=0),
            "at_most": number("greatest value", low=0),
        },
    ),
    table(
        "evidence",
        "The range of single inputs, for sensitivity; never used by the solver. `*` in a key names the row with that "
        "cell.",
        {
            "sheet": text("sheet", required=True),
            "key": text("key of the row, `|` between its parts", required=True),
            "column": text("column", required=True),
            "low": number("low end"),
            "high": number("high end"),
        },
    ),
]

INPUTS: dict[str, pa.DataFrameSchema] = {
    schema.name: schema.add_columns(remarks()) for schema in _TABLES if schema.name is not None
}
