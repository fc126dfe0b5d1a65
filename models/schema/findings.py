"""The last sheets of a result workbook: what is found out about a plan, its rules and limits, and how it was made."""

import pandera.pandas as pa

from planner_models.schema.columns import choice, flag, number, share, table, text
from planner_models.schema.decisions import KEYS
from planner_models.schema.result_columns import money, name_keys, rate

FINDINGS: list[pa.DataFrameSchema] = [
    table(
        "security",
        "Concentration of supply, also where no rule asks.",
        {
            **name_keys("item", "period"),
            "hhi_region": share("concentration of supply by region"),
            "hhi_firm": share("concentration of supply by firm"),
            "largest_source": text("region that supplies most"),
            "largest_share": share("its share"),
            "import_share": share("share of use that crosses a bloc's border"),
            "controlled_share": share("share of supply made by home firms"),
            "cover": number("stock there throughout the period (the first: at its end) in months of use", "month"),
            "capacity": rate("capacity of all lines, outside ones too"),
            "capacity_ratio": number("that capacity over use; above 1 is over-capacity", "share"),
            "utilisation": share("made over capacity of the lines that home firms control"),
            "single_points": number(
                "regions, outside firms, sites, lanes and chokepoints whose loss for a year the rest cannot make up"
            ),
            "weakest": text("the one of them without which most is missing"),
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
            "service": number("demand value served of what is wanted", "share"),
            "loss": money("what the plan allows for: cost beyond the base, discounted"),
            "impact": money("cost beyond the same months without disruption, with flows as free, discounted"),
            "cvar_weight": share("its share of the tail that CVaR averages"),
            "modelled": flag("did the plan know of it; the others are evaluated with the plan fixed"),
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
                "all integers fixed, not what a step saves",
                "money per unit of limit",
            ),
            "remark": text("why the rule takes no part, or what its figure counts"),
        },
    ),
    table(
        "inertia",
        "What moves no faster than sheet inertia lets it, and between which limits; a place supplies itself with what "
        "is made there and not shipped out.",
        {
            **name_keys("item", "source", "destination", "period"),
            "supplied": rate("supplied by the source to the destination"),
            "least": rate("least, as it can fall from the period before; blank without a limit"),
            "most": rate("most, as it can rise from the period before; blank without a limit"),
        },
    ),
    table(
        "growth",
        "What is put into service where sheet growth limits it.",
        {
            **name_keys("what", "where", "period"),
            "new": rate("capacity put into service over the period", "activity/year"),
            "most": rate("most, from what there was before", "activity/year"),
        },
    ),
    table(
        "returns",
        "What comes back of what was sold, by where it does, and what of it is taken back to be used or thrown away; "
        "the rest stays with its users.",
        {
            **name_keys("region", "item", "period"),
            "returned": rate("what comes back"),
            "collected": rate("what of it is taken back"),
        },
    ),
    table(
        "carbon",
        "What each bloc with a price of carbon has emitted there and receives, yearly.",
        {
            **name_keys("bloc", "period"),
            "price": money("price of emissions", "currency/t"),
            "border": flag("whether imports pay for what they embody"),
            "emitted": rate("emitted by lines in the bloc", "t/year"),
            "paid": money("paid for that", "money/year"),
            "embodied": rate("embodied by default in what enters from other blocs, where there is a border", "t/year"),
            "charged": money("paid for that at the border", "money/year"),
        },
    ),
    table(
        "border",
        "What enters a bloc with a border for carbon: emissions embodied by default, by the reference route.",
        {
            **name_keys("bloc", "origin", "item", "period"),
            "shipped": rate("what enters, by all modes"),
            "intensity": number("emissions embodied in a unit", "t/item"),
            "paid_abroad": money("paid for carbon on the way of a unit", "money/item"),
            "charge": money("paid at the border: price x intensity less paid_abroad", "money/item"),
            "amount": money("paid at the border", "money/year"),
        },
    ),
    table(
        "policies",
        "What policies cost.",
        {**name_keys("policy", "period"), "spent": money("spent over the period"), "budget": money("budget in all")},
    ),
    table(
        "changes",
        "The earlier plan that was to be kept, and every decision that differs from it.",
        {
            **name_keys("decision", *dict.fromkeys(name for key in KEYS.values() for name in key)),
            "before": number("in the earlier plan: modules, else 1 or 0; of accessed whether it was signed then"),
            "after": number("the same in this plan"),
            "cost": money("paid for the difference, undiscounted"),
        },
    ),
    table(
        "audit",
        "Everything recomputed from these sheets without the optimiser.",
        {
            **name_keys("check"),
            "compared": number("figures compared"),
            "worst": number("largest relative difference"),
            "ok": flag("within tolerance"),
        },
    ),
    table(
        "issues",
        "What was noticed in the input.",
        {
            "severity": choice("severity", ("error", "warning", "info")),
            "sheet": text("sheet"),
            "cell": text("cell"),
            "message": text("what it is, and what to write instead"),
        },
    ),
    table("run", "The seal: what was run, with what, on what.", {**name_keys("key"), "seal": text("value")}),
]
