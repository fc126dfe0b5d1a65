"""An attribution from a checked input to a workbook on the disk."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from planner.issues import Issue
from planner.progress import Live
from planner.report.wording import format_money
from planner.results.result_file import ResultFile
from planner.seal import seal
from planner.sheets.attribution import ATTRIBUTION
from planner.sheets.issues import tabulate_issues
from planner.solver.solver import Options
from planner.studies.attribution.mechanisms import cast
from planner.studies.attribution.report import attribution_charts, attribution_summary, attribution_tiles, method
from planner.studies.attribution.study import Attribution, attribute, attribution_tables, design
from planner.studies.earlier_result import decisions_in
from planner.workbook.board import Board
from planner.workbook.read import Reading
from planner.workbook.write import write_tables


@dataclass(frozen=True)
class AttributionRequest:
    """What was asked for: options of each solve, mechanisms (all where empty), and how to go about it.

    `start` is an earlier plan, from which every search may start.
    """

    options: Options
    only: tuple[str, ...] = ()
    samples: int | None = None
    exact: bool = False
    workers: int = 1
    changes: tuple[str, ...] = ()
    cluster: str | None = None
    start: ResultFile | None = None


def run_attribution(
    reading: Reading, request: AttributionRequest, path: str | Path, issues: list[Issue], live: Live
) -> list[str]:
    """Solve what is needed and write the workbook of the attribution.

    Parameters
    ----------
    reading
        The input.
    request
        Options of each solve, mechanisms, and how to go about it.
    path
        File to write.
    issues
        What was found in the input.
    live
        Display of the steps done.

    Returns
    -------
    list of str
        What to say about it, line by line.

    Raises
    ------
    InputError
        Where there is nothing to compare.
    NoCoalitionPlan
        Where a combination has no plan.
    Unfinished
        Where the user stopped it before anything could be said.
    WriteError
        Where the file cannot be written.
    """
    began = datetime.now(UTC)
    instance = reading.instance
    comparison = design(
        cast(instance, request.only), samples=request.samples, exact=request.exact, seed=request.options.seed
    )
    found = attribute(
        instance,
        comparison,
        request.options,
        request.workers,
        lambda *steps: live.count("coalition", *steps),
        request.cluster,
        None if request.start is None else decisions_in(request.start, instance),
    )
    if not found.says_something:
        raise Unfinished(len(found.solved), len(comparison.needed))
    tables = attribution_tables(found)
    tables["summary"] = attribution_summary(instance, found)
    tables["issues"] = tabulate_issues(issues)
    tables["run"] = _seal(reading, request, found, tables, began)
    board = Board(attribution_tiles(instance, found), attribution_charts(instance, found), across=1)
    write_tables(path, ATTRIBUTION, tables, reading.raw, board)
    return _describe_method(found, instance.settings["currency"])


class Unfinished(Exception):
    """The user stopped before anything could be said."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"stopped by the user after {done} of {total} coalitions: too few for a result")


def _seal(
    reading: Reading, request: AttributionRequest, found: Attribution, tables: dict[str, pd.DataFrame], began: datetime
) -> pd.DataFrame:
    options = asdict(request.options) | {
        "only": ", ".join(request.only),
        "samples": len(found.design.orders) or None,
        "workers": request.workers,
        "start": None if request.start is None else request.start.path.name,
        "changes": list(request.changes),
    }
    facts = {
        "method": method(found),
        "mechanisms": ", ".join(found.design.players),
        "coalitions solved": len(found.solved),
        "started": began.isoformat(timespec="seconds"),
    }
    return seal("attribution", reading.path.name, reading.content_hash, options, facts, tables, ATTRIBUTION)


def _describe_method(found: Attribution, currency: str) -> list[str]:
    """The method, a line per mechanism, and the check of the sum."""
    lines = [method(found)]
    rows = attribution_tables(found)["attribution"].to_dict("records")
    for row in rows:
        worth = "not compared" if pd.isna(row["worth"]) else format_money(row["worth"], currency)
        errors = [
            f"{word} {format_money(row[column], currency)}"
            for word, column in (("standard error", "standard_error"), ("solver error up to", "solver_error"))
            if pd.notna(row[column])
        ]
        remark = [row["remark"]] if row["remark"] else []
        detail = "; ".join(errors + remark)
        lines.append(f"  {row['mechanism']:<18} {worth}" + (f" ({detail})" if detail else ""))
    total = sum(found.worths.values())
    lines.append(f"sum of the worths {total:,.6f}, all on minus all off {found.total:,.6f} (million {currency})")
    return lines
