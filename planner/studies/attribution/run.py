"""An attribution from a checked input to a workbook on the disk."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from planner.issues import Issue
from planner.progress import Live
from planner.report.wording import format_money
from planner.results.result_file import ResultFile
from planner.seal import seal
from planner.sheets.attribution import ATTRIBUTION
from planner.sheets.issues import tabulate_issues
from planner.solver.solver import Options
from planner.studies.attribution.charts import attribution_charts
from planner.studies.attribution.in_hand import take_plans
from planner.studies.attribution.mechanisms import cast
from planner.studies.attribution.range_words import describe_samples
from planner.studies.attribution.ranges import sample_attribution
from planner.studies.attribution.report import attribution_summary, attribution_tiles, method
from planner.studies.attribution.sampled import SampledRanges
from planner.studies.attribution.study import Attribution, attribute, attribution_tables, design
from planner.studies.earlier_result import decisions_in
from planner.studies.samples.journal import Journal
from planner.workbook.board import Board
from planner.workbook.read import Reading
from planner.workbook.write import write_tables
from planner.workers.pool import Workforce


@dataclass(frozen=True)
class AttributionRequest:
    """What was asked for: options of each solve, mechanisms (all where empty), and how to go about it.

    `samples` is the number of orders of mechanisms, `ranges` that of joint samples of the ranged figures; finished ones
    of an earlier run count where it is to `resume`, and may be lost with `force`. `start` is an earlier plan, from
    which every search may start; `solved` are plans of combinations.
    """

    options: Options
    only: tuple[str, ...] = ()
    samples: int | None = None
    exact: bool = False
    workers: int = 1
    changes: tuple[str, ...] = ()
    cluster: str | None = None
    start: ResultFile | None = None
    ranges: int | None = None
    resume: bool = False
    force: bool = False
    solved: tuple[ResultFile, ...] = ()


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
        take_plans(request.solved, instance, comparison.players),
    )
    if not found.says_something:
        raise Unfinished(len(found.solved), len(comparison.needed))
    journals: list[Journal] = []
    if request.ranges is not None and found.complete:
        found = _sample(reading, request, found, Path(path), (journals, live))
    tables = attribution_tables(found)
    tables["summary"] = attribution_summary(instance, found)
    tables["issues"] = tabulate_issues(issues)
    tables["run"] = _seal(reading, request, found, tables, began)
    board = Board(attribution_tiles(instance, found), attribution_charts(instance, found), across=1)
    write_tables(path, ATTRIBUTION, tables, reading.raw, board)
    if journals and found.ranges is not None and found.ranges.complete:
        journals[0].remove()
    return _describe_method(found, instance.settings["currency"])


def _sample(
    reading: Reading, request: AttributionRequest, found: Attribution, path: Path, told: tuple[list[Journal], Live]
) -> Attribution:
    """The attribution with its worths in samples; what is finished is kept in a journal, which is noted."""
    journals, live = told

    def open_journal(identity: Mapping[str, str]) -> tuple[Journal, list[dict[str, Any]]]:
        journals.append(Journal(path, identity))
        return journals[0], journals[0].begin(request.resume, request.force)

    crew = Workforce(request.workers, request.cluster)
    show = (lambda done, total: live.count("sample", done, total), live.announce)
    return sample_attribution(reading, found, (request.ranges or 0, request.options), open_journal, show, crew)


class Unfinished(Exception):
    """The user stopped before anything could be said."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"stopped by the user after {done} of {total} coalitions: too few for a result")


def _seal(
    reading: Reading, request: AttributionRequest, found: Attribution, tables: dict[str, pd.DataFrame], began: datetime
) -> pd.DataFrame:
    options = asdict(request.options) | {
        "only": ", ".join(request.only),
        "orders": len(found.design.orders) or None,
        "samples": request.ranges,
        "workers": request.workers,
        "start": None if request.start is None else request.start.path.name,
        "solved": ", ".join(result.path.name for result in request.solved) or None,
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
    if found.ranges is not None and found.ranges.players:
        lines += _describe_ranges(found.ranges, currency)
    lines.append(f"sum of the worths {total:,.6f}, all on minus all off {found.total:,.6f} (million {currency})")
    return lines


def _describe_ranges(ranges: SampledRanges, currency: str) -> list[str]:
    """A line per mechanism with its range over the samples, and the probability that it is worth most."""
    lines = [f"{describe_samples(ranges)} (eight of ten, and the probability of being worth most)"]
    for player in ranges.players:
        low, median, high = (format_money(amount, currency) for amount in ranges.quantiles(player))
        lines.append(f"  {player:<18} {low} to {high}, median {median}; {ranges.chance_of_rank(player, 1):.0%}")
    return lines
