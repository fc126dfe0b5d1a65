"""A sensitivity study from a checked input, or a result, to a workbook."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from planner.issues import Issue
from planner.progress import Live
from planner.seal import seal
from planner.sheets.issues import tabulate_issues
from planner.sheets.sensitivity import SENSITIVITY
from planner.studies.earlier_result import InHand
from planner.studies.sensitivity.report import (
    sensitivity_brief,
    sensitivity_charts,
    sensitivity_summary,
    sensitivity_tiles,
)
from planner.studies.sensitivity.study import Sensitivity, SensitivityRequest, assess_sensitivity
from planner.studies.sensitivity.tables import sensitivity_tables
from planner.workbook.board import Board
from planner.workbook.read import Reading
from planner.workbook.write import write_tables
from planner.workers.pool import ALONE, Workforce


def run_sensitivity(
    reading: Reading,
    request: SensitivityRequest,
    known: InHand | None,
    output: Path,
    issues: Sequence[Issue],
    live: Live,
    crew: Workforce = ALONE,
) -> tuple[Sensitivity, list[str]]:
    """MarginalScreen the figures of an input, solve the largest again, and write the workbook.

    Parameters
    ----------
    reading
        The input, without faults.
    request
        How many figures are solved again, and the options of each solve.
    known
        The plan in hand; None where it is to be found first.
    output
        File to write.
    issues
        What was found in the input.
    live
        Display of what is being done.
    crew
        The workers that share the solves.

    Returns
    -------
    tuple of Sensitivity and list of str
        What was found, and what to say about it, line by line.

    Raises
    ------
    NoPlan
        Where there is no plan.
    KeyboardInterrupt
        Where the user stopped it before the screen was done.
    WriteError
        Where `output` cannot be written.
    """
    began = datetime.now(UTC)
    found = assess_sensitivity(reading, request, known, live.say, crew)
    tables = sensitivity_tables(found)
    facts = {
        "figures": len(found.swings),
        "ends solved": len(found.ends),
        "complete": found.complete,
        "started": began.isoformat(timespec="seconds"),
    }
    every = {"summary": sensitivity_summary(found), **tables, "issues": tabulate_issues(issues)}
    options = asdict(request.options) | {"top": request.top}
    every["run"] = seal("sensitivity", reading.path.name, reading.content_hash, options, facts, tables, SENSITIVITY)
    board = Board(sensitivity_tiles(found), sensitivity_charts(found), across=1)
    write_tables(output, SENSITIVITY, every, reading.raw, board)
    return found, sensitivity_brief(found)
