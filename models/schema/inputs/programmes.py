"""The sheet of programmes that look inside a good: what it contains, where that is made, and who owns its makers."""

from planner_models.schema.columns import choice, flag, number, reference, share, table, text
from planner_models.schema.inputs.common import PLACE, span

TABLES = [
    table(
        "eligibility",
        "Programmes that apply only while a threshold on content or ownership holds: subsidies, duty preferences, "
        "market access and capex grants. What counts is how much of the content of the item is made in the right "
        "places, or by firms in the right hands, traced through the chain. All rows apply independently, unless "
        "`needs` or `exclusive_with` links them.",
        {
            "programme": text("name of the programme", key=True),
            "kind": choice(
                "subsidy: paid per unit sold in the market; output: paid per unit made there on lines that home firms "
                "control; duty: duty taken off what arrives there from abroad; market_access: only what qualifies may "
                "be sold there; capex: share of the capital cost of modules at sites that qualify; condition: pays "
                "nothing, for other rows to need",
                ("subsidy", "output", "duty", "market_access", "capex", "condition"),
                required=True,
            ),
            "item": reference("item that has to qualify", "items.item"),
            "market": reference("region, bloc or * where it applies", *PLACE, wildcard=True, default="*"),
            "made_in": text(
                "regions or blocs where the last step must take place, `;` between; for duty where the goods come "
                "from; * = anywhere",
                default="*",
            ),
            "content": text(
                "items or tiers whose origin is traced, `;` between; * = all of the chain. By value an item counts "
                "with its value less the value of the other content in it",
                default="*",
            ),
            "who": text(
                "regions or blocs whose content counts, `;` between; by ownership firms, blocs of firms, or home",
                required=True,
            ),
            "counted": choice(
                "inside: what is from there counts; outside: what is not from there",
                ("inside", "outside"),
                default="inside",
            ),
            "threshold": number(
                "least share of the content that counts; by ownership the least share of ownership with which a line "
                "counts",
                "share",
                low=0,
                high=1,
                required=True,
                varies=True,
            ),
            "basis": choice(
                "what is measured: value or quantity of the content, or ownership of the lines that make it",
                ("value", "quantity", "ownership"),
                default="value",
            ),
            "content_share": share(
                "by ownership: least share of the content, by value, made on lines that count", default=1, varies=True
            ),
            "averaging": choice(
                "over what the share is measured, all of which qualifies or nothing: all that a site or a firm makes, "
                "or the fleet, which is everything in the market; part = any part of the fleet may qualify by itself",
                ("fleet", "firm", "site", "part"),
                default="fleet",
            ),
            "rate": number(
                "subsidy, output: money/item; duty: points of the duty rate taken off, to zero at most; capex: share "
                "of the capital cost",
                low=0,
                default=0,
                varies=True,
            ),
            "needs": reference(
                "another programme whose threshold must hold for the same units",
                "eligibility.programme",
                required=False,
            ),
            "exclusive_with": reference(
                "another programme that cannot be had for the same units or sites",
                "eligibility.programme",
                required=False,
            ),
            **span(),
            "active": flag("is it in force", "yes"),
        },
    ),
]
