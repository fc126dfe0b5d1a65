"""The sheets of the workbook that `planner compare` writes, in the order in which they stand."""

from collections.abc import Mapping, Sequence

import pandera.pandas as pa

from planner_models.schema import RESULTS, TIERS
from planner_models.schema.columns import choice, flag, number, table, text

CHANGES = "change to "
"""Begins the name of a column with what a file has more than the reference."""

FILE, CHANGED, DEMAND_CHANGE = "file", "changed", "demand, more than in the reference"
"""Columns of sheet variants before those of the figures."""

NAMED = ("variant", "sheet", "key", "column", "value")
"""Columns of sheet pivot."""

PIVOTED = ("costs", "cash", "builds", "sites", "access", "capacity", "production", "flows", "demand", "security")
"""Result sheets whose figures are on sheet pivot."""

POINTS = ", changes in percentage points"
"""Ends the unit of a row of shares, or of per cents, whose changes are counted in those."""

DIFFERENCES = ("added", "dropped", "moved", "changed", "earlier", "later", "larger", "smaller")

DECISIONS = {
    "opened": "a candidate site opens",
    "closed": "a site closes",
    "built": "modules are ordered",
    "in force": "an offer of an outside firm is signed or in force",
    "started": "a development project starts",
    "retired": "existing capacity is retired or closed",
    "stocked": "stock is held",
    "priced": "a price step is offered, where a market has several",
    "deployed": "enabling items are deployed at the plan's own cost",
}
"""Kinds of decisions and what they mean."""

_FILE = "file compared with the reference"


def _money(description: str) -> pa.Column:
    return number(description, "money")


def _pair(words: str, unit: str = "") -> dict[str, pa.Column]:
    """A figure of the reference, of the file, and the difference."""
    return {
        "before": number(f"{words} in the reference", unit),
        "after": number(f"{words} in the file", unit),
        "change": number("after less before", unit),
    }


_FILES = table(
    "files",
    "The files that are compared; the first is the reference.",
    {
        "file": text("short, unique name", key=True),
        "path": text("path of the file"),
        "kind": choice("kind of workbook", ("result", "instance")),
        "name": text("name of the instance"),
        "status": text("how the solve ended"),
        "goal": choice("objective of the plan", ("cost", "profit")),
        "currency": text("currency of its amounts"),
        "periods": text("periods, in time order"),
        "planner": text("version of the planner that made it"),
        "input": text("instance workbook it was made from"),
        "seal": choice("whether the seal fits the tables", ("fits", "does not fit", "none")),
    },
)

_DECISIONS = table(
    "decisions",
    "Decisions that differ from the reference.",
    {
        "file": text(_FILE, key=True),
        "decision": choice("what is decided: " + "; ".join(f"{k} = {v}" for k, v in DECISIONS.items()), [*DECISIONS]),
        "difference": choice("how it differs; moved = the same elsewhere", DIFFERENCES),
        "what": text("process, project or item it is about; of a site its processes"),
        "where_before": text("site, firm or region in the reference"),
        "where_after": text("site, firm or region in the file"),
        "how_before": text("option or mode in the reference"),
        "how_after": text("option or mode in the file"),
        "period_before": text("period in which it begins in the reference"),
        "period_after": text("period in which it begins in the file"),
        "size_before": number("size in the reference"),
        "size_after": number("size in the file"),
        "unit": text("unit of the sizes"),
        "words": text("the difference as a sentence"),
    },
)

_BRIDGES = table(
    "bridges",
    "The difference between the cost of each file and the next, and whether the steps on sheet bridge add up to it.",
    {
        "from": text("file", key=True),
        "to": text("next file", key=True),
        "cost_before": _money("sum of all cost lines, discounted; revenue is negative"),
        "cost_after": _money("the same for the next file"),
        "difference": _money("of the two"),
        "steps": _money("sum of the steps"),
        "unexplained": _money("difference less steps"),
        "exact": flag("yes where the steps add up to the difference, to a billionth"),
    },
)

_BRIDGE = table(
    "bridge",
    "The steps from the cost of each file to that of the next, discounted, the largest first.",
    {
        "from": text("file", key=True),
        "to": text("next file", key=True),
        "group": text("group of cost lines"),
        "line": text("cost line", key=True),
        "tier": choice("tier of the chain", TIERS, key=True),
        "region": text("region", key=True),
        "before": _money("discounted amount"),
        "after": _money("discounted amount in the next file"),
        "change": _money("after less before"),
    },
)

_INPUTS = table(
    "input_changes",
    "Inputs that differ from the reference, row by row of the same key; the order of rows does not count.",
    {
        "file": text(_FILE, key=True),
        "sheet": text("input sheet", key=True),
        "key": text("key of the row, | between its parts", key=True),
        "column": text("column; blank = the whole row", key=True),
        "difference": choice(
            "what differs; a remark is a column that plans do not use",
            ("value", "row added", "row dropped", "order", "remark"),
        ),
        "before": text("in the reference; blank cells show their default"),
        "after": text("in the file; blank cells show their default"),
        "cell_before": text("cell in the reference"),
        "cell_after": text("cell in the file"),
    },
)

_FLOWS = table(
    "flow_changes",
    "Flows that changed most, by value.",
    {
        "file": text(_FILE, key=True),
        "origin": text("from", key=True),
        "destination": text("to", key=True),
        "item": text("item", key=True),
        "mode": text("mode of transport", key=True),
        "period": text("period", key=True),
        **_pair("flow", "item/year"),
        "worth": number("change by value; blank for an item without a value", "money/year"),
    },
)

_SECURITY = table(
    "security_changes",
    "Security figures that changed most.",
    {
        "file": text(_FILE, key=True),
        "item": text("item", key=True),
        "period": text("period", key=True),
        "figure": text("column of sheet security", key=True),
        **_pair("figure"),
        "source_before": text("largest source in the reference, where that is the figure"),
        "source_after": text("largest source in the file, where that is the figure"),
    },
)

_SCENARIOS = table(
    "scenario_changes",
    "Service and loss of each scenario, where they differ.",
    {
        "file": text(_FILE, key=True),
        "scenario": text("scenario", key=True),
        "figure": text("column of sheet scenarios", key=True),
        **_pair("figure; blank where the scenario is missing"),
    },
)

_RULES = table(
    "rule_changes",
    "How far each rule is met, where that differs.",
    {
        "file": text(_FILE, key=True),
        "rule": text("rule", key=True),
        "item": text("item", key=True),
        "who": text("source, scope or scenario", key=True),
        "period": text("period", key=True),
        "figure": text("column of sheet rules", key=True),
        **_pair("figure; blank where the rule is missing"),
        "met_before": flag("whether it is met in the reference"),
        "met_after": flag("whether it is met in the file"),
    },
)


_PIVOT = table(
    "pivot",
    "All figures of all plans in one long table, for pivot tables of your own; figures of 0 are left out.",
    {
        "variant": text("file, or variant", key=True),
        "sheet": text(
            "sheet of its result; headline; or in_<sheet> for an input that differs from the reference", key=True
        ),
        "key": text("cells of the key columns of that sheet, | between", key=True),
        "column": text("column of that sheet; of headline the unit", key=True),
        "value": number("figure"),
    },
)


def share_in_points(unit: str, column: str) -> bool:
    """Whether a cell of sheet headline holds the change of a share, in percentage points.

    Parameters
    ----------
    unit
        Unit of the row, as in column `unit`.
    column
        Name of the column.

    Returns
    -------
    bool
        True for a change of a share in percentage points.
    """
    return unit.startswith("share") and unit.endswith(POINTS) and column.startswith(CHANGES)


def comparison_schemas(
    labels: Sequence[str], figures: Mapping[str, str] | None = None
) -> dict[str, pa.DataFrameSchema]:
    """The sheets of a comparison of files.

    Parameters
    ----------
    labels
        Short names of the files; the first is the reference.
    figures
        Key figures on sheet variants: column and unit.

    Returns
    -------
    dict of str to pandera.DataFrameSchema
        Sheets by name, in their order in the workbook. Sheet `headline` has a column for each label and, but for the
        first, one for its change.
    """
    headline = table(
        "headline",
        "Headline figures side by side.",
        {
            "metric": text("figure", key=True),
            "unit": text("its unit"),
            **{label: number(f"in {label}") for label in labels},
            **{CHANGES + label: number(f"in {label} less in {labels[0]}, as the unit says") for label in labels[1:]},
        },
    )
    variants = table(
        "variants",
        "Each file in a row: what it changed, and its key figures; a column for each row of headline.",
        {
            FILE: text("file, or variant", key=True),
            CHANGED: text("requested changes, otherwise inputs that differ from the reference"),
            DEMAND_CHANGE: number(
                "how much more is demanded, at prices of the reference; under objective profit, is sold", "share"
            ),
            **{name: number("key figure", unit) for name, unit in (figures or {}).items()},
        },
    )
    sheets = (
        headline,
        variants,
        _PIVOT,
        _FILES,
        _DECISIONS,
        _BRIDGES,
        _BRIDGE,
        _INPUTS,
        _FLOWS,
        _SECURITY,
        _SCENARIOS,
        _RULES,
    )
    ends = (RESULTS["issues"], RESULTS["run"])
    return {str(schema.name): schema for schema in (RESULTS["summary"], *sheets, *ends)}


COMPARISON = comparison_schemas(("first file", "second file"))
"""The sheets of a comparison of two files."""
