"""A study of joint samples from a checked input, or a result, to a workbook."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from planner.audit.samples import audit_samples
from planner.issues import Issue
from planner.progress import Live
from planner.seal import seal
from planner.sheets.issues import tabulate_issues
from planner.sheets.samples import SAMPLED
from planner.studies.earlier_result import InHand
from planner.studies.samples.charts import samples_charts
from planner.studies.samples.journal import Journal
from planner.studies.samples.report import samples_brief, samples_summary, samples_tiles
from planner.studies.samples.study import Samples, SamplesRequest, assess_samples
from planner.studies.samples.tables import Valuation, samples_tables
from planner.workbook.board import Board
from planner.workbook.read import Reading
from planner.workbook.write import write_tables
from planner.workers.pool import ALONE, Workforce


@dataclass(frozen=True)
class Destination:
    """The workbook to write, and what becomes of samples that an earlier run left beside it."""

    output: Path
    resume: bool = False
    force: bool = False


def run_samples(
    reading: Reading,
    request: SamplesRequest,
    known: InHand | None,
    destination: Destination,
    issues: Sequence[Issue],
    show: tuple[Live, Callable[[str], None]],
    crew: Workforce = ALONE,
) -> tuple[Samples, list[str]]:
    """Solve the samples and write the workbook; what is finished stays beside it until all is.

    Parameters
    ----------
    reading
        The input, without faults.
    request
        How many samples and plans, and the options of each solve.
    known
        The plan in hand; None where it is to be found first.
    destination
        The workbook to write.
    issues
        What was found in the input.
    show
        Display of what is being done, and who is told what will be done.
    crew
        The workers that share the samples.

    Returns
    -------
    tuple of Samples and list of str
        What was found, and what to say about it, line by line.

    Raises
    ------
    InputError
        Where nothing can be drawn, or finished samples are of something else.
    NoPlan
        Where there is no plan.
    NoSamples
        Where no sample has a plan.
    KeyboardInterrupt
        Where the user stopped it before a sample was finished.
    WriteError
        Where the workbook cannot be written.
    """
    began = datetime.now(UTC)
    live, announce = show
    opened: list[Journal] = []

    def open_journal(identity: Mapping[str, str]) -> tuple[Journal, list[dict[str, Any]]]:
        journal = Journal(destination.output, identity)
        opened.append(journal)
        return journal, journal.begin(destination.resume, destination.force)

    found = assess_samples(reading, request, known, open_journal, (live.say, announce), crew)
    valued = Valuation(found)
    _write(valued, destination.output, issues, began)
    if found.complete:
        opened[0].remove()
    return found, samples_brief(valued)


def _write(valued: Valuation, output: Path, issues: Sequence[Issue], began: datetime) -> None:
    found, reading = valued.found, valued.found.reading
    tables = samples_tables(valued)
    summary = samples_summary(valued)
    facts = {
        "samples solved": len(found.found),
        "plans compared": len(found.plans),
        "complete": found.complete,
        "started": began.isoformat(timespec="seconds"),
    }
    request = found.request
    options = asdict(request.options) | {
        "samples": request.count,
        "seed of the draws": request.seed,
        "candidates": request.candidates,
        "plans": ", ".join(request.others),
    }
    audited = audit_samples(tables, summary, sign=found.sign, complete=found.complete)
    every = {"summary": summary, **tables, "audit": audited, "issues": tabulate_issues(issues)}
    every["run"] = seal("sensitivity", reading.path.name, reading.content_hash, options, facts, tables, SAMPLED)
    write_tables(output, SAMPLED, every, reading.raw, Board(samples_tiles(valued), samples_charts(valued)))
