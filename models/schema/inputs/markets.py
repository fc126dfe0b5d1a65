"""The sheets of markets, of what raises demand or lowers cost with volume, and of stocks."""

from planner_models.schema.columns import choice, number, reference, share, table, text
from planner_models.schema.inputs.common import TIERS, item, period, region

TABLES = [
    table(
        "demand",
        "Markets: price-volume steps per region, item and period, of which at most one is chosen. Where conduct is "
        "below 1 and what a market is worth is concave in its volume, steps may be mixed: each for part of the year or "
        "of the buyers.",
        {
            "region": region("market"),
            "item": item(),
            "period": period("period", key=True, required=True),
            "step": text("name of the price-volume step", key=True, default="1"),
            "price": number("price", "money/item", low=0),
            "volume": number("volume that sells at that price", "item/year", low=0, required=True),
            "penalty": number(
                "cost of a unit not served; blank = the setting, or 3 x price; with neither it must be served",
                "money/item",
                low=0,
            ),
            "conduct": share("how sellers act on this market, written at any of its steps; blank = the setting"),
            "overhead": share(
                "share of the price that development and selling take on this market, written at any of its steps; "
                "blank = the setting"
            ),
            "known_margin": number(
                "margin on revenue that sellers are known to earn on this market, compared with the plan's in sheet "
                "margins of a result",
                "share",
                low=-1,
                high=1,
            ),
        },
    ),
    table(
        "rivals",
        "Supply of others to a market: everything they can supply at a cost up to the price. The volume of a step is "
        "reduced by it. Under objective profit.",
        {
            "region": region("market"),
            "item": item(),
            "period": period("period", key=True, required=True),
            "cost": number("cost at which they supply", "money/item", low=0, key=True),
            "volume": number("largest quantity they supply at that cost", "item/year", low=0, required=True),
        },
    ),
    table(
        "enablers",
        "Deployed infrastructure that unlocks demand.",
        {
            "region": region("market"),
            "enabler": reference("item deployed", "items.item", key=True),
            "item": item("item whose demand it raises"),
            "threshold": number(
                "cumulative units sold and deployed there that it needs by the end of the period",
                "item",
                above=0,
                key=True,
            ),
            "uplift": number("total share added to the volume at this threshold", "share", low=0, required=True),
        },
    ),
    table(
        "learning",
        "Experience levels of a process.",
        {
            "process": reference("process", "processes.process", key=True),
            "level": number("level", low=1, high=1000, whole=True, key=True),
            "threshold": number(
                "cumulative activity it needs by the end of the previous period", "activity", low=0, required=True
            ),
            "saving": number(
                "total share of the learnable cost saved at this level", "share", low=0, high=1, required=True
            ),
            "outside": number("cumulative activity of others", "activity/year", low=0, default=0),
            "activity_after": number(
                "yearly activity that has this saving in the experience_years (settings) after the last period; blank "
                "= the capacity of home lines that exists in the last period",
                "activity/year",
                low=0,
            ),
        },
    ),
    table(
        "clusters",
        "Agglomeration levels of a region. Levels of tier `*` and of a named tier are counted separately; their "
        "savings add up.",
        {
            "region": region("region"),
            "level": number("level", low=1, high=1000, whole=True, key=True),
            "stages": number(
                "number of distinct active stages it needs", low=1, high=1000000, required=True, whole=True
            ),
            "saving": number(
                "total share of conversion cost saved at this level", "share", low=0, high=1, required=True
            ),
            "tier": choice("tier it helps", (*TIERS, "*"), default="*"),
            "activity": number(
                "activity at which a stage counts as active, as a share of its smallest plant there",
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
            "region": region("region"),
            "item": item(),
            "initial": number("stock at the start", "item", low=0, default=0),
            "maximum": number("largest stock; blank = no limit", "item", low=0),
            "holding_cost": number("cost of holding one unit", "money/item-year", low=0, default=0, varies=True),
            "minimum": number("smallest stock at the end of every period", "item", low=0, default=0),
        },
    ),
]
