"""The sheets of `planner sensitivity`, in their order."""

import pandera.pandas as pa

from planner_models.schema import RESULTS
from planner_models.schema.columns import choice, flag, number, table, text

VERDICTS = ("changes the plan", "may change the plan", "the plan stays", "no plan there", "not solved")

MOVED = {
    "figure": text("input, as --set writes it"),
    "rows": number("rows that move together"),
    "value": number("its value; blank where several rows differ"),
    "low": number("low end; blank where several rows differ"),
    "high": number("high end; blank where several rows differ"),
    "unit": text("unit of the value"),
}
"""What is moved in a study, and how far."""

SUPPORT = {
    "source": text("where the range comes from"),
    "confidence": text("how far the figure can be trusted"),
}
"""What a range rests on."""

DECISIVE = table(
    "decisive",
    "The figures that could change the plan, the costliest to have wrong first: what is known of each, and from which "
    "value on another plan is better.",
    {
        "figure": text("input, as --set writes it", key=True),
        "value": number("its value; blank where several rows differ"),
        "unit": text("unit of the value"),
        "way": choice("end at which the plan changes", ("low", "high"), key=True),
        "turns_at": number("value from which the plan found at that end is better; blank where several rows differ"),
        "turns_after": number("how far that is on the way to the end", "share"),
        "regret": number("what holding the plan costs at that end against the best plan found there", "money"),
        "verdict": choice("whether that is more than the gaps of the searches", VERDICTS),
        "changes": number("decisions that differ"),
        "decisions": text("the first of them, before -> after"),
        "ranged": flag("does sheet evidence give its range"),
        **SUPPORT,
        "settle": text("what would settle it"),
    },
)

TORNADO = table(
    "tornado",
    "The figures of largest swing, solved again at both ends: the best plan there, and the plan as it is held there.",
    {
        "rank": number("by the larger change of the objective", key=True),
        "figure": text("input, as --set writes it"),
        "low": number("low end; blank where several rows differ"),
        "high": number("high end; blank where several rows differ"),
        "unit": text("unit of the value"),
        "ranged": flag("does sheet evidence give its range"),
        "change_low": number("change of the objective at the low end, with the best plan found there", "money"),
        "change_high": number("the same at the high end", "money"),
        "predicted_low": number("change to first order at the low end", "money"),
        "predicted_high": number("change to first order at the high end", "money"),
        "regret_low": number("what holding the plan costs at the low end; blank where it cannot be held", "money"),
        "regret_high": number("the same at the high end", "money"),
        "open_low": number("by how much a plan at the low end could be better than the best found", "money"),
        "open_high": number("the same at the high end", "money"),
        "plan_low": choice("does another plan get better at the low end", VERDICTS),
        "plan_high": choice("does another plan get better at the high end", VERDICTS),
    },
)

SCREEN = table(
    "screen",
    "Every figure, by what its ends do to the objective to first order: all decisions that are whole numbers held, the "
    "rest answers at marginal prices. Figures without a range are moved a tenth to either side.",
    {
        "rank": number("by the larger change", key=True),
        **MOVED,
        "ranged": flag("does sheet evidence give its range"),
        "change_low": number("change of the objective at the low end", "money"),
        "change_high": number("change of the objective at the high end", "money"),
        "share": number("the larger of both against the objective", "share"),
        "sure": flag("no where the figure also changes what can be decided, of which prices say nothing"),
        **SUPPORT,
    },
)

SENSITIVITY: dict[str, pa.DataFrameSchema] = {
    str(schema.name): schema
    for schema in (RESULTS["summary"], DECISIVE, TORNADO, SCREEN, RESULTS["issues"], RESULTS["run"])
}
