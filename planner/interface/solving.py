"""Solving in Python: from an instance to a plan, or to why there is none."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from planner.interface.instances import InstanceFile, check
from planner.interface.results import Result
from planner.issues import InputError
from planner.planning import Outcome, choose_options, make_plan
from planner.report.targets import Figure, list_figures
from planner.results.result_file import ResultFile, list_facts
from planner.solver.solution import Options, Progress
from planner.solver.solver import catch_interrupts
from planner.studies.earlier_result import place_beside
from planner.studies.information.study import value_information
from planner.workbook.read import Reading


class NoPlanFound(Exception):
    """The search ended without a plan.

    Attributes
    ----------
    status : str
        How it ended: infeasible, time_limit, interrupted, unbounded or failed.
    reasons : tuple of str
        Where the input allows no plan, the fewest cells to change, and to what.
    """

    def __init__(self, words: str, status: str, reasons: Sequence[str] = (), remarks: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.status = status
        self.reasons = tuple(reasons)
        self.remarks = tuple(remarks)


class Infeasible(NoPlanFound):
    """It is proved that no plan meets every limit of the workbook."""


def solve(
    instance: InstanceFile,
    options: Options | None = None,
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    start: Result | None = None,
    keep: Result | None = None,
    change_cost: float | None = None,
    value_of_information: bool = False,
    base: Result | None = None,
) -> Result:
    """Find the best plan, audited. Ctrl-C ends the search with the best plan so far.

    Parameters
    ----------
    instance
        What `read` returned.
    options
        Gap, time limit, threads and seed together; by default those of the workbook's settings. The next four
        replace single ones.
    gap
        Relative gap at which the search stops, as a share.
    time_limit
        Longest search, in seconds.
    threads
        Threads of the solver.
    seed
        Seed of the solver.
    on_progress
        Told of time (seconds), incumbent and bound (money) and gap (share) while the search lasts.
    start
        An earlier plan to start the search from.
    keep
        An earlier plan to depart from only where that pays, at `change_cost` for each decision that changes.
    change_cost
        Money for each decision, or module, that differs from `keep`.
    value_of_information
        Add to table `summary` what it would be worth to know which disruption comes.
    base
        An earlier plan, against whose figures targets with the value base are measured.

    Returns
    -------
    Result
        The plan; `status` says whether it is proved to be within the gap.

    Raises
    ------
    InputError
        Where the instance has faults; `issues` lists them all.
    Infeasible
        Where it is proved that no plan meets every limit; `reasons` lists the fewest cells to change.
    NoPlanFound
        Where the search ended without a plan for another reason.
    """
    issues = check(instance)
    faults = [issue for issue in issues if issue.severity == "error"]
    if faults:
        raise InputError(faults)
    first, kept = (None if plan is None else plan.file for plan in (start, keep))
    reading, earlier = place_beside(instance.reading, first, kept, change_cost)
    chosen = {} if options is None else asdict(options)
    given = {"gap": gap, "time_limit": time_limit, "threads": threads, "seed": seed}
    chosen |= {name: value for name, value in given.items() if value is not None}
    options = choose_options(reading, **chosen)
    extra = value_information if value_of_information else None
    figures = None if base is None else _list_figures(base)
    with catch_interrupts() as stop:
        outcome = make_plan(reading, options, on_progress, instance.changes, issues, stop, earlier, extra, base=figures)
    return _gather(reading, outcome)


def _list_figures(result: Result) -> dict[str, Figure]:
    """The key figures of a plan, as targets are judged by them."""
    facts = {"objective": result.objective, "bound": result.bound, "gap": result.gap}
    return list_figures(result.file.instance, result.tables, facts)


def _gather(reading: Reading, outcome: Outcome) -> Result:
    """The plan of an outcome. Raises NoPlanFound where there is none."""
    solution = outcome.solution
    if not outcome.tables:
        kind = Infeasible if solution.status == "infeasible" else NoPlanFound
        raise kind(solution.words, solution.status, outcome.reasons, outcome.remarks)
    facts = list_facts(outcome.tables["run"])
    name = reading.path.stem
    file = ResultFile(reading.path, name, "result", reading, outcome.tables, facts, "fits", reading.content_hash, [])
    return Result(file, outcome.remarks)
