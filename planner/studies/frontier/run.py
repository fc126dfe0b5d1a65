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
    """Solve along the rule, write the workbook at `output`, and return what was found and what to say.

    Raises InputError where the rule cannot be varied, NoPlan where there is no plan, KeyboardInterrupt where the user
    stopped before any point was known.
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
