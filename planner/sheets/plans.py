"""The sheets of the workbooks about a plan's decisions: `planner why` and `planner alternatives`."""

from collections.abc import Sequence

import pandera.pandas as pa

from planner.sheets.comparison import comparison_schemas
from planner_models.schema import RESULTS
from planner_models.schema.columns import choice, number, table, text
from planner_models.schema.decisions import KEYS

BREAK_EVEN = table(
    "break_even",
    "The main driver of the decision at several values, and the cost with and without the decision.",
    {
        "driver": text("input, as --set writes it", key=True),
        "value": number("its value", key=True),
        "as_planned": number("objective with the decision as in the plan", "money"),
        "forced": number("objective with the decision forced the other way", "money"),
        "cost_of_forcing": number("cost of forcing it; below zero the decision flips", "money"),
        "open": number("largest change of that by the gaps of the two solves", "money"),
        "remark": text("note on the value"),
    },
)


def why_schemas(labels: Sequence[str]) -> dict[str, pa.DataFrameSchema]:
    """The sheets of a comparison of the plan with the forced one, and the break-even.

    Parameters
    ----------
    labels
        Short names of the plans; the first is the reference.

    Returns
    -------
    dict of str to pandera.DataFrameSchema
        Sheets by name, in their order: `summary`, `break_even`, then the rest of the comparison.
    """
    found = comparison_schemas(labels)
    return {"summary": found.pop("summary"), "break_even": BREAK_EVEN, **found}


def alternative_schemas(plans: int) -> dict[str, pa.DataFrameSchema]:
    """The plans, every choice with its verdict and what each plan does, issues and seal.

    Parameters
    ----------
    plans
        Number of plans.

    Returns
    -------
    dict of str to pandera.DataFrameSchema
        Sheets by name, in their order: `summary`, `plans`, `choices` (with a column for each plan), `issues`, `run`.
    """
    shown = table(
        "plans",
        "The best plan, and others that cost little more and differ as much as possible.",
        {
            "plan": text("name; plan 1 is the best found", key=True),
            "objective": number("total of the plan, discounted", "money"),
            "extra": number("how much worse than plan 1", "money"),
            "extra_share": number("the same, relative to plan 1", "share"),
            "choices_that_differ": number("from plan 1"),
            "nearest": number("number of choices that differ from the most similar plan"),
            "seconds": number("time to find it", "s"),
        },
    )
    names = list(dict.fromkeys(name for key in KEYS.values() for name in key))
    verdicts = table(
        "choices",
        "Every choice, and whether all plans within the cost cap take it, some, or none.",
        {
            "decision": text("kind of decision", key=True),
            **{name: text(name, key=True) for name in names},
            "verdict": choice(
                "always and never are proved; undecided = no plan found decides differently, but none was ruled out in "
                "time",
                ("always", "never", "optional", "undecided"),
            ),
            **{f"plan_{place}": number(f"1 where plan {place} takes it") for place in range(1, plans + 1)},
        },
    )
    sheets = (RESULTS["summary"], shown, verdicts, RESULTS["issues"], RESULTS["run"])
    return {str(schema.name): schema for schema in sheets}


WHY = why_schemas(("result", "forced"))
ALTERNATIVES = alternative_schemas(2)
"""The sheets of a typical one, for the data dictionary and to tell such a workbook from a result."""
