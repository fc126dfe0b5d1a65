"""The last sheets of a result workbook: what is found out about a plan, its rules and limits, and how it was made."""

import pandera.pandas as pa

from planner_models.schema.columns import choice, flag, number, share, table, text
from planner_models.schema.decisions import KEYS
from planner_models.schema.result_columns import money, name_keys, rate

FINDINGS: list[pa.DataFrameSchema] = [
    table(
        "security",
        "Concentration of supply, with or without a rule.",
        {
            **name_keys("item", "period"),
            "hhi_region": share("concentration of supply by region"),
            "hhi_firm": share("concentration of supply by firm"),
            "largest_source": text("region that supplies most"),
            "largest_share": share("its share"),
            "import_share": share("share of use imported from other blocs"),
            "controlled_share": share("share of supply made by home firms"),
            "cover": number("stock there throughout the period (the first: at its end) in months of use", "month"),
            "capacity": rate("capacity of all lines, including outside lines"),
            "capacity_ratio": number("that capacity over use; above 1 is over-capacity", "share"),
            "utilisation": share("made over capacity of the lines that home firms control"),
            "single_points": number(
                "number of regions, outside firms, sites, lanes and chokepoints whose loss for a year the rest cannot "
                "replace"
            ),
            "weakest": text("the one whose loss leaves the largest shortfall"),
        },
    ),
    table(
        "origins",
        "Where the content of final goods comes from, through all tiers by proportional mixing.",
        {
            **name_keys("region", "item", "source_item", "source_region", "controller", "period"),
            "share": share("share of the source item in the good"),
        },
    ),
    table(
        "scenarios",
        "Scenarios and their losses.",
        {
            **name_keys("scenario"),
            "probability": share("probability"),
            "service": number("share of the value of demand that is served", "share"),
            "loss": money("cost beyond the baseline that the plan allows for, discounted"),
            "impact": money("cost beyond the same months without disruption, flows being equally free, discounted"),
            "cvar_weight": share("its share of the tail averaged by CVaR"),
            "modelled": flag("whether the plan took it into account; the others are evaluated with the plan fixed"),
        },
    ),
    table(
        "rules",
        "Rules and how the plan meets them.",
        {
            **name_keys("rule", "item", "who", "period"),
            "limit": number("limit"),
            "value": number("value"),
            "slack": number("slack"),
            "met": choice("met, to 1e-6 of the limit", ("yes", "no", "not applicable")),
            "marginal_cost": money(
                "discounted cost saved per unit of limit loosened, at the margin: a slope of the linear programme with "
                "all integers fixed, valid for small steps only",
                "money per unit of limit",
            ),
            "remark": text("why the rule does not apply, or what its figure counts"),
        },
    ),
    table(
        "inertia",
        "Supply limited by sheet inertia, and its limits; a place supplies itself with what is made there and not "
        "shipped out.",
        {
            **name_keys("item", "source", "destination", "period"),
            "supplied": rate("supplied by the source to the destination"),
            "least": rate("lower limit, from the previous period; blank = none"),
            "most": rate("upper limit, from the previous period; blank = none"),
        },
    ),
    table(
        "growth",
        "Capacity put into service where sheet growth limits it.",
        {
            **name_keys("what", "where", "period"),
            "new": rate("capacity put into service over the period", "activity/year"),
            "most": rate("upper limit, from the capacity before", "activity/year"),
        },
    ),
    table(
        "returns",
        "Returns of sold items, by the region where they come back, and how much of them is taken back to be used or "
        "disposed of; the rest stays with its users.",
        {
            **name_keys("region", "item", "period"),
            "returned": rate("units that come back"),
            "collected": rate("units taken back"),
        },
    ),
    table(
        "carbon",
        "Yearly emissions and receipts of each bloc with a price of carbon.",
        {
            **name_keys("bloc", "period"),
            "price": money("price of emissions", "currency/t"),
            "border": flag("whether imports pay for embodied emissions"),
            "emitted": rate("emitted by lines in the bloc", "t/year"),
            "paid": money("paid for these emissions", "money/year"),
            "embodied": rate(
                "default embodied emissions of imports from other blocs, where there is a border adjustment", "t/year"
            ),
            "charged": money("paid for these at the border", "money/year"),
        },
    ),
    table(
        "border",
        "Imports of a bloc with a border adjustment: default embodied emissions, by the reference route.",
        {
            **name_keys("bloc", "origin", "item", "period"),
            "shipped": rate("imports, by all modes"),
            "intensity": number("emissions embodied in a unit", "t/item"),
            "paid_abroad": money("already paid for carbon per unit on the way", "money/item"),
            "charge": money("paid at the border: price x intensity less paid_abroad", "money/item"),
            "amount": money("paid at the border", "money/year"),
        },
    ),
    table(
        "policies",
        "Payments of policies.",
        {**name_keys("policy", "period"), "spent": money("spent over the period"), "budget": money("total budget")},
    ),
    table(
        "eligibility",
        "What qualifies for programmes (sheet eligibility), how far it is from the threshold, and what that brings.",
        {
            **name_keys("programme", "condition", "group", "period"),
            "qualified": flag("whether the group qualifies; of averaging part whether any part does"),
            "volume": rate("what the programme looks at"),
            "eligible": rate("amount that qualifies"),
            "share": share("what counts of the content of what qualifies, else the largest share that the plan allows"),
            "threshold": share("least share"),
            "distance": number("share less threshold; below 0 it is missed by so much", "share"),
            "amount": money("paid or taken off duties, over the period; stated once for all thresholds of a programme"),
        },
    ),
    table(
        "eligible_flows",
        "What qualifies for programmes, from traced content to the good: the part of each flow of the plan.",
        {
            **name_keys(
                *("programme", "group", "flow", "site", "process", "origin", "destination", "item", "mode", "period")
            ),
            "amount": number("what qualifies; of what is made in units of activity", "item/year or activity/year"),
        },
    ),
    table(
        "changes",
        "The decisions of the earlier plan (--keep), and every decision that differs from it.",
        {
            **name_keys("decision", *dict.fromkeys(name for key in KEYS.values() for name in key)),
            "before": number("in the earlier plan: modules, otherwise 1 or 0; for accessed whether it was signed then"),
            "after": number("the same in this plan"),
            "cost": money("paid for the difference, undiscounted"),
        },
    ),
    table(
        "audit",
        "Checks that recompute all figures of these sheets without the optimiser.",
        {
            **name_keys("check"),
            "compared": number("figures compared"),
            "worst": number("largest relative difference"),
            "ok": flag("within tolerance"),
        },
    ),
    table(
        "conversions",
        "Figures of the input that were given in other units: as written, and as the plan has them. Workbooks without "
        "such figures have no such sheet.",
        {
            "sheet": text("sheet of the input", key=True),
            "cell": text("cell of the figure", key=True),
            "column": text("its column"),
            "written": number("as written"),
            "unit": text("unit in which it was written"),
            "factor": number("what multiplies it: from its unit, deflators and exchange rates"),
            "figure": number("in the unit of the plan"),
            "base_unit": text("unit of the plan"),
        },
    ),
    table(
        "issues",
        "Warnings and notes on the input.",
        {
            "severity": choice("severity", ("error", "warning", "info")),
            "sheet": text("sheet"),
            "cell": text("cell"),
            "message": text("what is wrong, and what to write instead"),
        },
    ),
    table("run", "The seal: what was run, with what, on what.", {**name_keys("key"), "seal": text("value")}),
]
