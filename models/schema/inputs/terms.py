"""The sheets of what may go wrong, what is asked of a plan, and how sure the figures are."""

from planner_models.schema.columns import choice, flag, number, reference, share, table, text
from planner_models.schema.inputs.common import PLACE, item, period, span

TABLES = [
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
            "item": item("item, or * for all", key=False, wildcard=True),
            "period": period("period"),
            "months": number("length", "month", above=0, high=1200),
            "factor": number("share that remains of the member", "share", low=0, default=0),
        },
    ),
    table(
        "disruptions",
        "Effects of a scenario, snapshot by snapshot. All rows that apply to something count, named or `*`: factors "
        "multiply.",
        {
            "scenario": reference("scenario", "scenarios.scenario"),
            "period": period("period", required=True),
            "months": number("length", "month", above=0, high=1200, required=True),
            "kind": choice(
                "kind of what is affected",
                ("region", "bloc", "firm", "site", "process", "item", "lane", "chokepoint", "market"),
                required=True,
            ),
            "target": text("its name; for a lane: origin|destination or origin|destination|mode", required=True),
            "item": item("item, or * for all", key=False, wildcard=True),
            "effect": choice("what changes", ("capacity", "flow", "demand", "cost"), default="capacity"),
            "factor": number("multiplies it", low=0, default=0),
        },
    ),
    table(
        "rules",
        "Security rules. Each row applies independently, named or `*`: a plan must meet all of them.",
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
                    "max_open",
                    "min_open",
                    "single_source",
                    "min_capacity",
                    "max_capacity",
                    "max_new",
                    "max_disposal",
                    "min_cash",
                ),
                required=True,
            ),
            "item": item("item, or * for all", key=False, wildcard=True),
            "by": choice(
                "how sources or groups are distinguished; for max_open and min_open what is counted: site, hub or lane",
                ("region", "bloc", "firm", "site", "control", "process", "hub", "lane"),
            ),
            "who": text(
                "name of the source, or * for each; by control: home, outside or stake>=0.5; for max_open and min_open "
                "what is counted, separated by `;`: sites, regions of hubs, destinations of lanes; * for all",
                default="*",
            ),
            "scope": reference("region or bloc to which it applies", *PLACE, required=False),
            **span(),
            "limit": number("limit; for single_source the number of sources, blank = 1"),
            "count": number("number of sources", low=1, high=1000000, whole=True),
            "scenario": reference("scenario, or *", "scenarios.scenario", wildcard=True, default="*"),
            "hard": flag("must be met; no = may be missed at a penalty", "yes"),
            "penalty": number("cost of a unit of breach, in the unit of the limit", "money", low=0),
            "active": flag("is it in force", "yes"),
            "kind": choice(
                "what sets the limit; used to suggest changes when no plan meets all limits",
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
            "region": reference("region, bloc or *", *PLACE, wildcard=True, default="*"),
            "item": reference("item, process or *", "items.item", "processes.process", wildcard=True, default="*"),
            "rate": number(
                "capex, access, development: share of the cost carried; output: money/item or money/activity; "
                "duty: added to the rate; transaction_cost, market_access: relative change of cost, of volume",
                required=True,
            ),
            "budget": number("largest payment over all periods; blank = no limit", "money", low=0),
            **span(),
            "active": flag("is it in force", "yes"),
        },
    ),
    table(
        "locks",
        "Decisions held at a value; a row copied from a result sheet works as it is. All rows hold. `*` as a process "
        "is the `*` row of sheet access, not every process.",
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
            "period": period("period"),
            "at_least": number("least value", low=0),
            "at_most": number("greatest value", low=0),
        },
    ),
    table(
        "logic",
        "Decisions that imply or exclude each other, or of which at least one must be taken. A decision is written "
        "decision[key] with the key columns of sheet locks, such as opened[Plant A], built[Plant A, cells, big, 2027] "
        "or hub[Port, cars] (`|` between the parts where a name has a comma). Without its period it holds in each; of "
        "modules and projects all periods count together, and modules where there is at least one.",
        {
            "if": text("decision", key=True),
            "then": text("the other decision", key=True),
            "kind": choice(
                "implies: the first requires the second; excludes: not both; either: at least one of them",
                ("implies", "excludes", "either"),
                key=True,
                default="implies",
            ),
        },
    ),
    table(
        "variants",
        "Named what-ifs: planner run makes a job of each variant, beside one of the workbook as it is (base). The rows "
        "of a variant are made in order, each like a change of --set. A plan of the workbook itself uses none of them.",
        {
            "variant": text("name of the variant, as files and comparisons call it; several rows make one", key=True),
            "note": text("what it is about"),
            "sheet": text("sheet to change", key=True),
            "key": text(
                "key of the row, `|` between its parts; `*` = every row, or as a part any value (in double quotes the "
                "row with that cell); of sheets without a key the number of the row",
                key=True,
            ),
            "column": text("column to change; of settings `value`", key=True),
            "change": choice(
                "= sets the value, + adds it (below 0: subtracts it), x multiplies by it, % raises by this many per "
                "cent (below 0: reduces)",
                ("=", "+", "x", "%"),
                default="=",
            ),
            "value": text("value; behind = also x 1.2, 80 % or +20 %; blank = the cell is cleared"),
        },
    ),
    table(
        "evidence",
        "The ranges of inputs, for `planner sensitivity`; never used by the solver. A key means the row of exactly "
        "this key, else `*` in it means any value: `*|vehicle_mass|*|*` is every row of that item.",
        {
            "sheet": text("sheet", required=True),
            "key": text("key of the row, `|` between its parts", required=True),
            "column": text("column", required=True),
            "low": number("low end"),
            "high": number("high end"),
            "range_as": choice(
                "how both ends are written: value, in the unit of the column; factor, times the figure; "
                "percent, more or less than it (-10 and 10)",
                ("value", "factor", "percent"),
                default="value",
            ),
        },
    ),
    table(
        "targets",
        "What a plan has to reach to be accepted; never used by the solver. A plan that misses a target is still "
        "written, and `planner solve` ends with exit status 5.",
        {
            "target": text("name of the target", key=True),
            "figure": text("key figure, as sheet summary and `planner compare` call it", required=True),
            "operator": choice("how the figure is judged", ("at_most", "at_least", "equal"), required=True),
            "value": text(
                "number in the unit of the figure on sheet summary, or base: the figure of the plan that "
                "`planner solve --base` names",
                required=True,
            ),
            "tolerance": number("by how much it may be missed", low=0, default=0),
            "tolerance_as": choice(
                "how the tolerance is written: value, in the unit of the figure; percent, of the value",
                ("value", "percent"),
                default="value",
            ),
        },
    ),
]
