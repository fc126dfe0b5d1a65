"""The sheets of `planner sensitivity --samples`, in their order."""

import pandera.pandas as pa

from planner.sheets.sensitivity import MOVED, SUPPORT
from planner_models.schema import RESULTS
from planner_models.schema.columns import flag, number, table, text

COMPARED = table(
    "compared",
    "The plans that are compared, each held in every sample: its decisions as they are, only flows chosen anew. First "
    "the best plan of each sample by itself.",
    {
        "plan": text("name", key=True),
        "origin": text("where it comes from; blank for the best of each sample"),
        "mean": number("mean of the objective over the samples; blank where it cannot be held in some", "money"),
        "deviation": number("standard deviation of the objective", "money"),
        "p10": number("objective that one of ten samples is below", "money"),
        "median": number("median of the objective", "money"),
        "p90": number("objective that nine of ten samples are below", "money"),
        "regret": number("mean of what holding it costs against the best plan found in each sample", "money"),
        "regret_error": number("standard error of that mean", "money"),
        "regret_median": number("median of the regret", "money"),
        "regret_p90": number("regret that nine of ten samples are below", "money"),
        "regret_most": number("largest regret", "money"),
        "best": number("probability that it is the best of those compared; ties are shared", "share"),
        "unbeaten": number("share of samples in which no better plan was found", "share"),
        "not_held": number("samples in which it cannot be held"),
    },
)

FIGURES = table(
    "figures",
    "The figures that were drawn, those worth most to know first. Each is estimated by a regression over the samples.",
    {
        "rank": number("by the value of information, then by its effect", key=True),
        **MOVED,
        "below": number("probability that it is below its value", "share"),
        "information": number(
            "what knowing it beforehand would save among the plans compared; below 0 by chance alone", "money"
        ),
        "information_error": number("standard error of that", "money"),
        "at_p10": number("expected objective of the plan where the figure is at its tenth percentile", "money"),
        "at_p90": number("the same at its ninetieth", "money"),
        "share": number("share of the variance of the plan's objective that it explains", "share"),
        **SUPPORT,
    },
)

SAMPLES = table(
    "samples",
    "Every finished sample: the best plan found.",
    {
        "sample": number("its number", key=True),
        "objective": number("objective of the best plan found", "money"),
        "open": number("by how much a plan could be better still; blank where no bound is known", "money"),
        "changes": number("decisions of the plan that the search found which differ from those of the plan"),
        "refused": text("why nothing is known of it"),
        "seconds": number("time to solve", "s"),
    },
)

OUTCOMES = table(
    "outcomes",
    "Every plan held in every sample with a plan.",
    {
        "sample": number("number of the sample", key=True),
        "plan": text("name of the plan", key=True),
        "objective": number("objective of the plan held; blank where it cannot be held", "money"),
        "regret": number("what holding it costs against the best plan found; blank where it cannot be held", "money"),
        "held": flag("can it be held"),
    },
)

DRAWS = table(
    "draws",
    "How far each figure is on its way to an end, for the figures of the first ranks.",
    {
        "sample": number("number of the sample", key=True),
        "figure": text("input, as --set writes it", key=True),
        "way": number("-1 at the low end, 0 at its value, 1 at the high end", low=-1, high=1),
    },
)

SAMPLED: dict[str, pa.DataFrameSchema] = {
    str(schema.name): schema
    for schema in (
        RESULTS["summary"],
        COMPARED,
        FIGURES,
        SAMPLES,
        OUTCOMES,
        DRAWS,
        RESULTS["audit"],
        RESULTS["issues"],
        RESULTS["run"],
    )
}
