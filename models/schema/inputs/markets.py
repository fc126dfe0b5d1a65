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
                "margin on revenue that sellers are known to earn on this market, to be set beside the plan's (sheet "
                "margins of a result)",
                "share",
                low=-1,
                high=1,
            ),
        },
    ),
    table(
        "rivals",
        "What others supply to a market: all they can at a cost up to the price. A step's volume is what they leave. "
        "Under objective profit.",
        {
            "region": region("market"),
            "item": item(),
            "period": period("period", key=True, required=True),
            "cost": number("cost at which they supply", "money/item", low=0, key=True),
            "volume": number("most that they can supply at it", "item/year", low=0, required=True),
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
            "activity_after": number(
                "activity that saves by the level in the experience_years (settings) after the last period; blank = "
                "the capacity of home lines that exists in the last period",
                "activity/year",
                low=0,
            ),
        },
    ),
    table(
        "clusters",
        "Agglomeration levels of a region. Levels of tier `*` and of a named tier are counted apart; what is saved "
        "adds up.",
        {
            "region": region("region"),
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
            "region": region("region"),
            "item": item(),
            "initial": number("stock at the start", "item", low=0, default=0),
            "maximum": number("most that can be kept; blank = no limit", "item", low=0),
            "holding_cost": number("cost of keeping one unit", "money/item-year", low=0, default=0, varies=True),
            "minimum": number("least at the end of every period", "item", low=0, default=0),
        },
    ),
]
