"""Files held against each other: the tables of the comparison, and everything that has to be said about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
import pandera.pandas as pa

from planner.issues import Issue
from planner.results.result_file import ResultFile
from planner.sheets.comparison import comparison_schemas
from planner.sheets.issues import tabulate_issues
from planner.studies.comparison.alignment import AlignedPlan, plan_of, remarks
from planner.studies.comparison.bridge import check, steps
from planner.studies.comparison.decisions import list_decisions
from planner.studies.comparison.differences import decision_changes
from planner.studies.comparison.headline import headline
from planner.studies.comparison.inputs import input_changes
from planner.studies.comparison.movers import flow_changes, rule_changes, scenario_changes, security_changes
from planner.studies.comparison.variants import name_figures, pivot_table, tabulate_variants
from planner_models import frames
from planner_models.collector import collector_paused

_MOVED = {
    "flow_changes": flow_changes,
    "security_changes": security_changes,
    "scenario_changes": scenario_changes,
    "rule_changes": rule_changes,
}
"""Sheets of figures that moved, and what finds them in two plans."""


@dataclass(frozen=True)
class Comparison:
    """Files, the first of them the reference; their plans in its periods; and the tables of `schemas` but summary, run.

    `plans` holds the files that have one, by label.
    """

    files: list[ResultFile]
    plans: dict[str, AlignedPlan]
    schemas: dict[str, pa.DataFrameSchema]
    tables: dict[str, pd.DataFrame]
    issues: list[Issue]

    @property
    def reference(self) -> ResultFile:
        """What all others are held against."""
        return self.files[0]

    def of(self, sheet: str, label: str) -> pd.DataFrame:
        """The rows of a sheet that are about one file."""
        frame = self.tables[sheet]
        return frame[frame["file"] == label]


@collector_paused()
def compare(files: Sequence[ResultFile]) -> Comparison:
    """Compare all files with the first, and make the bridge from each to the next.

    Parameters
    ----------
    files
        Results or instances, the reference first.

    Returns
    -------
    Comparison
        The tables by sheet, without summary and run, and the issues of all files.
    """
    reference, others = files[0], files[1:]
    plans = {found.label: plan_of(reference, found) for found in files if found.has_plan}
    rows: dict[str, list[Any]] = {sheet: [] for sheet in ("input_changes", "decisions", *_MOVED)}
    for found in others:
        rows["input_changes"] += input_changes(reference, found)
        if reference.label in plans and found.label in plans:
            pair = plans[reference.label], plans[found.label]
            ours, theirs = map(list_decisions, pair)
            rows["decisions"] += decision_changes(ours, theirs, (reference.label, found.label))
            for sheet, moved in _MOVED.items():
                rows[sheet] += moved(*pair).assign(file=found.label).to_dict("records")
    rows["bridges"], rows["bridge"] = _bridges(files)
    rows["files"] = [_about(found) for found in files]
    figures = headline(list(files))
    units = [str(unit).partition(",")[0] for unit in figures["unit"]]
    schemas = comparison_schemas([found.label for found in files], dict(zip(name_figures(figures), units, strict=True)))
    tables = {sheet: pd.DataFrame(found, columns=list(schemas[sheet].columns)) for sheet, found in rows.items()}
    tables["headline"] = figures
    tables["variants"] = tabulate_variants(list(files), plans, figures, tables["input_changes"])
    tables["pivot"], beyond = pivot_table(list(files), figures, tables["input_changes"])
    issues = [issue for found in files for issue in found.issues]
    issues += [issue for found in others for issue in remarks(reference, found)]
    if beyond:
        issues.append(
            Issue("warning", "pivot", "", f"{beyond:,} figures have no room on the sheet: compare fewer files")
        )
    tables["issues"] = tabulate_issues(issues)
    return Comparison(list(files), plans, schemas, tables, issues)


def _bridges(files: Sequence[ResultFile]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of sheets bridges and bridge: from each plan to the next in the same currency."""
    planned = [found for found in files if found.has_plan]
    checks, rows = [], []
    for one, two in pairwise(planned):
        if one.currency != two.currency:
            continue
        found = steps(one.tables["costs"], two.tables["costs"])
        ends = {"from": one.label, "to": two.label}
        checks.append(ends | check(one.tables["costs"], two.tables["costs"], found))
        rows += [ends | row for row in frames.rows(found)]
    return checks, rows


def _about(found: ResultFile) -> dict[str, Any]:
    return {
        "file": found.label,
        "path": str(found.path),
        "kind": found.kind,
        "name": found.instance.settings["name"],
        "status": found.facts.get("status_text") or found.facts.get("status"),
        "goal": found.goal,
        "currency": found.currency,
        "periods": ", ".join(found.periods["period"]),
        "planner": found.facts.get("planner version"),
        "input": found.facts.get("input"),
        "seal": found.seal,
    }
