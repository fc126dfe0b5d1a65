"""A frontier from a checked input to a workbook."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from planner.issues import Issue
from planner.progress import Live
from planner.seal import seal
from planner.sheets.frontier import FRONTIER
from planner.sheets.issues import tabulate_issues
from planner.studies.frontier.curve import Frontier, FrontierRequest
from planner.studies.frontier.report import frontier_brief, frontier_curve, frontier_summary, frontier_tiles
from planner.studies.frontier.study import FrontierWatch, frontier
from planner.studies.frontier.tables import frontier_tables
from planner.workbook.board import Board
from planner.workbook.read import Reading
from planner.workbook.write import write_tables
from planner.workers.pool import ALONE, Workforce


def run_frontier(
    reading: Reading, request: FrontierRequest, output: Path, issues: list[Issue], live: Live, crew: Workforce = ALONE
) -> tuple[Frontier, list[str]]:
    """Solve along the rule and write the workbook of the frontier.

    Parameters
    ----------
    reading
        The input.
    request
        The rule, how many points, the other axis, and options of each solve.
    output
        File to write.
    issues
        What was found in the input.
    live
        Display of the search and the steps done.
    crew
        The workers that share the solves.

    Returns
    -------
    tuple of Frontier and list of str
        What was found, and what to say about it, line by line.

    Raises
    ------
    InputError
        Where the rule cannot be varied.
    NoPlan
        Where there is no plan, even without the rule.
    KeyboardInterrupt
        Where the user stopped before any point was known.
    WriteError
        Where `output` cannot be written.
    """
    began = datetime.now(UTC)
    found = frontier(reading, request, FrontierWatch(live.show, live.say), issues, crew)
    if not found.points:
        raise KeyboardInterrupt
    tables = frontier_tables(found)
    options = asdict(request.options) | {"rule": request.rule, "points": request.points, "against": request.against}
    facts = {"points solved": len(found.points), "started": began.isoformat(timespec="seconds")}
    every = {"summary": frontier_summary(found, tables), **tables, "issues": tabulate_issues(issues)}
    every["run"] = seal("frontier", reading.path.name, reading.content_hash, options, facts, tables, FRONTIER)
    board = Board(frontier_tiles(found), frontier_curve(found), across=1)
    write_tables(output, FRONTIER, every, reading.raw, board)
    return found, frontier_brief(found, tables)
