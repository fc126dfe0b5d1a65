"""The data dictionary: every sheet and column of both workbooks as Markdown, from the schema.

python -m planner.workbook.dictionary docs/WORKBOOK.md
"""

import sys
from pathlib import Path

import pandera.pandas as pa

from planner.sheets.attribution import ATTRIBUTION
from planner.sheets.comparison import COMPARISON
from planner.sheets.frontier import FRONTIER, HARDENED
from planner.sheets.plans import ALTERNATIVES, BREAK_EVEN
from planner.sheets.samples import SAMPLED
from planner.sheets.stress import STRESS
from planner.workbook.assist import format_default, limits_in_words
from planner_models.schema import INPUTS, RESULTS, SETTINGS, meta
from planner_models.schema.columns import list_remarks

_INTRODUCTION = """\
# The workbooks

Every sheet and column of the instance workbook, of the result workbook and of what studies and comparisons write. This
page is made from the schema
(`python -m planner.workbook.dictionary docs/WORKBOOK.md`); `planner new FILE` writes a workbook with the same words as
notes on its headers.

One row per thing, names in `lower_snake_case` in row 1. `money` is millions of the currency in `settings`, `item` the
item's own unit, `activity` one unit of a process; flows, demand and capacity are rates per year. `*` means every one.
A column in **bold** is part of the key. Every input sheet may also carry `source`, `confidence` (high, medium, low) and
`note`, and columns of your own: they are kept and shown, never used (except in sheet `inertia`,
where `source` names a place). Sheets whose figures have units may carry `unit`, `currency` and `price_year`, which say
in what the figures of a row are given where that is another unit than in these tables ([UNITS.md](UNITS.md)). Sheets
whose name begins with `_` are ignored.
"""


def dictionary() -> str:
    """The page as Markdown."""
    parts = [_INTRODUCTION, "## Instance workbook\n"]
    parts += [_sheet(schema, leave_out=list_remarks(schema)) for schema in INPUTS.values()]
    parts.append("### Keys of `settings`\n\n" + _table(dict(SETTINGS)))
    parts.append("## Result workbook\n")
    parts += [_sheet(schema) for schema in RESULTS.values()]
    parts.append("### `in_<sheet>`\n\nEvery input sheet as it was read, with your own columns.\n")
    parts.append(
        "## Attribution workbook\n\nWhat `planner attribute` writes; `summary`, `issues` and `run` as above.\n"
    )
    parts += [_sheet(schema) for name, schema in ATTRIBUTION.items() if name not in RESULTS]
    parts.append(
        "## Comparison workbook\n\nWhat `planner compare` writes; `summary`, `issues` and `run` as above. Sheet "
        "`headline` has a column for each file.\n"
    )
    parts += [_sheet(schema) for name, schema in COMPARISON.items() if name not in RESULTS]
    parts.append(
        "## Workbook of `planner why`\n\nThe sheets of a comparison of the plan with the one in which the decision is "
        "forced, and:\n"
    )
    parts.append(_sheet(BREAK_EVEN))
    parts.append(
        "## Workbook of `planner alternatives`\n\n`summary`, `issues` and `run` as above. Sheet `choices` has a column "
        "for each plan.\n"
    )
    parts += [_sheet(schema) for name, schema in ALTERNATIVES.items() if name not in RESULTS]
    parts.append(
        "## Stress workbook\n\nWhat `planner stress` writes; `summary`, `issues` and `run` as above. Sheets `heat_map` "
        "and `endurance` have a column for each period.\n"
    )
    parts += [_sheet(schema) for name, schema in STRESS.items() if name not in RESULTS]
    parts.append("## Hardened result\n\n`planner harden` writes a result workbook with two sheets more.\n")
    parts += [_sheet(schema) for schema in HARDENED.values()]
    parts.append("## Frontier workbook\n\nWhat `planner frontier` writes; `summary`, `issues` and `run` as above.\n")
    parts += [_sheet(schema) for name, schema in FRONTIER.items() if name not in RESULTS]
    parts.append(
        "## Workbook of `planner sensitivity --samples`\n\n`summary`, `audit`, `issues` and `run` as above. What "
        "`figures` and `outcomes` are estimated from: [SENSITIVITY.md](SENSITIVITY.md).\n"
    )
    parts += [_sheet(schema) for name, schema in SAMPLED.items() if name not in RESULTS]
    return "\n".join(parts)


def _sheet(schema: pa.DataFrameSchema, leave_out: tuple[str, ...] = ()) -> str:
    columns = {name: column for name, column in schema.columns.items() if name not in leave_out}
    return f"### `{schema.name}`\n\n{schema.description}\n\n{_table(columns)}"


def _table(columns: dict[str, pa.Column]) -> str:
    lines = ["| column | meaning | unit | allowed | blank means |", "| --- | --- | --- | --- | --- |"]
    for name, column in columns.items():
        facts = meta(column)
        shown = f"**{name}**" if facts["key"] else name
        if facts["required"]:
            blank = "not allowed"
        else:
            blank = "–" if facts["default"] is None else f"`{format_default(facts['default'])}`"
            blank = f"as the `*` row, else {blank}" if facts["inherits"] else blank
        allowed = ", ".join(filter(None, [_list_allowed(column), facts["varies"] and "may vary by period"]))
        cells = (shown, str(column.description), facts["unit"], allowed, blank)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _list_allowed(column: pa.Column) -> str:
    facts = meta(column)
    if facts["ref"]:
        names = [f"`{ref}`" for ref in facts["ref"]] + ["`*`"] * facts["wildcard"]
        return "name in " + " or ".join(names)
    if facts["choices"]:
        return ", ".join(facts["choices"]) if len(facts["choices"]) <= 15 else "see below"
    if facts["kind"] == "text":
        return "text"
    return ", ".join(part for part in (f"{facts['kind']}", limits_in_words(facts)) if part)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(dictionary(), encoding="utf-8")
