"""The sheets of a frontier and those that hardening adds to a result, in the order in which they stand."""

import pandera.pandas as pa

from planner_models.schema import RESULTS
from planner_models.schema.columns import flag, number, table, text

POINTS = table(
    "points",
    "The plans along the frontier, from the one without the rule to the tightest limit that can be met.",
    {
        "point": number("counted from the plan without the rule", key=True),
        "limit": number("limit of the rule; at the first point, the figure of the plan found without it"),
        "objective": number("total of the plan, discounted", "money"),
        "price": number("additional cost, or profit forgone, compared with the plan without the rule", "money"),
        "measure": number("the figure on the other axis"),
        "value": number("figure that the rule limits"),
        "dominated": flag("whether another point is as safe and cheaper, or safer at the same cost"),
        "nothing_left": flag(
            "whether nothing is left to which the rule or the measure applies; then it is not on the curve"
        ),
        "open_end": flag("whether tighter limits were not tried and may be feasible"),
        "knee": flag("whether it is farthest from the straight line between the ends, both axes scaled alike"),
        "status": text("how the solve ended"),
        "gap": number("how far the plan can be from the best", "share"),
        "seconds": number("time to solve", "s"),
    },
)

FLIPS = table(
    "flips",
    "Decisions that change from one plan to the next, including dominated plans.",
    {
        "limit_before": number("limit of the looser plan", key=True),
        "limit_after": number("limit of the tighter plan", key=True),
        "decision": text("what is decided"),
        "difference": text("how it differs"),
        "what": text("process, project or item concerned; for a site, its processes"),
        "words": text("the difference as a sentence"),
        "size_before": number("size in the looser plan"),
        "size_after": number("size in the tighter plan"),
        "unit": text("unit of the sizes"),
    },
)

FRONTIER: dict[str, pa.DataFrameSchema] = {
    str(schema.name): schema for schema in (RESULTS["summary"], POINTS, FLIPS, RESULTS["issues"], RESULTS["run"])
}

CASES = table(
    "cases",
    "The cases that the plan was hardened against, in the order in which they were found.",
    {
        "round": number("solve after which it was found", key=True),
        "loss": text("what is lost at the same time", key=True),
        "period": text("period in which it happens", key=True),
        "months": number("how long it lasts", "month"),
        "service": number("largest share of demand that the previous plan could serve", "share"),
    },
)

DIFFERENCES = table(
    "differences",
    "Decisions of the hardened plan that differ from those of the plain one.",
    {
        "decision": text("what is decided"),
        "difference": text("how it differs"),
        "what": text("process, project or item concerned; for a site, its processes"),
        "words": text("the difference as a sentence"),
        "size_before": number("size in the plain plan"),
        "size_after": number("size in the hardened plan"),
        "unit": text("unit of the sizes"),
    },
)

HARDENED: dict[str, pa.DataFrameSchema] = {str(schema.name): schema for schema in (CASES, DIFFERENCES)}
