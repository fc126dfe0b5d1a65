"""Joint samples of all ranges: each solved, with plans held in it; what regret and information are worth."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from planner.seal import inputs_hash, planner_version
from planner.solver.in_hand import left_open
from planner.solver.solution import Options
from planner.studies.earlier_result import InHand
from planner.studies.samples.candidates import OTHER, OWN, NamedPlan, choose_candidates, join_held
from planner.studies.samples.draws import draw_ways, list_sampled
from planner.studies.samples.journal import Journal, make_identity
from planner.studies.samples.trials import (
    Decisions,
    SampleFound,
    SampleTask,
    read_part,
    try_sample,
    write_decisions,
    write_part,
)
from planner.studies.sensitivity.ends import read_decisions
from planner.studies.sensitivity.ranges import Figure
from planner.studies.sensitivity.study import find_plan
from planner.studies.why.points import SURE
from planner.words import count_noun
from planner.workbook.read import Reading
from planner.workers.pool import ALONE, Workforce, solve_in_order

SEARCHED, HELD = "searched", "held"
"""Stages of the work on a sample, as its journal calls them."""


@dataclass(frozen=True)
class SamplesRequest:
    """How many samples, and how many plans that are found in them are compared as well; options of each solve.

    `seed` is that of the draws. `others` are further plans that are compared, by name. `seconds` is what the search of
    a plan in hand took.
    """

    count: int
    candidates: int
    seed: int
    options: Options
    others: Mapping[str, Decisions] = field(default_factory=dict)
    seconds: float = 0.0


class NoSamples(Exception):
    """Nothing is known of any sample; the message says why."""


@dataclass(frozen=True)
class Samples:
    """What was found.

    figures and `ways`: what was drawn, shape (count, figures). plans: those compared. found: the samples by number,
    `held` beside each plan. `complete` is False where the user stopped it, `open` what the plan itself may be off by.
    """

    reading: Reading
    request: SamplesRequest
    sign: float
    open: float
    figures: list[Figure]
    ways: np.ndarray
    plans: list[NamedPlan]
    found: list[SampleFound]
    complete: bool

    @cached_property
    def sound(self) -> list[SampleFound]:
        """The samples with a plan."""
        return [sample for sample in self.found if not sample.refused]

    @cached_property
    def drawn(self) -> np.ndarray:
        """The draws of the samples with a plan, shape (samples, figures)."""
        return self.ways[[sample.number - 1 for sample in self.sound]]

    @cached_property
    def costs(self) -> np.ndarray:
        """Of each plan held in each sample with a plan, as minimised; infinite where it cannot be held."""
        rows = [[np.inf if cost is None else cost for cost in sample.held] for sample in self.sound]
        return np.array(rows, dtype=float).reshape(len(self.sound), len(self.plans))

    @cached_property
    def best(self) -> np.ndarray:
        """The least cost known in each sample with a plan, also where a plan that is held beats the search."""
        searched = np.array([sample.best for sample in self.sound], dtype=float)
        return np.asarray(np.minimum(searched, self.costs.min(axis=1, initial=np.inf)))

    @cached_property
    def left_open(self) -> np.ndarray:
        """By how much a plan of each sample could be better than the best that is known."""
        searched = np.array([sample.best for sample in self.sound], dtype=float)
        bounds = searched - np.array([sample.open for sample in self.sound], dtype=float)
        return np.asarray(np.maximum(0.0, self.best - bounds))

    @cached_property
    def rounding(self) -> np.ndarray:
        """Difference of two costs of a sample up to which they are the same."""
        return np.asarray(SURE * np.maximum(1e-9, np.abs(self.best)))

    @cached_property
    def regret(self) -> np.ndarray:
        """What holding each plan costs in each sample against the best known, shape (samples, plans)."""
        return np.asarray(self.costs - self.best[:, None])


def assess_samples(
    reading: Reading,
    request: SamplesRequest,
    known: InHand | None,
    journal: Callable[[Mapping[str, str]], tuple[Journal, list[dict[str, Any]]]],
    show: tuple[Callable[[str], None], Callable[[str], None]],
    crew: Workforce = ALONE,
) -> Samples:
    """Draw samples, solve each, hold plans in it, and then hold plans that were found in samples in all of them.

    Parameters
    ----------
    reading
        The input, without faults.
    request
        How many samples and plans.
    known
        The plan in hand; None where it is to be found first.
    journal
        Opens what is already known, for samples of this identity.
    show
        Told what is being done, and what will be done.
    crew
        The workers that share the samples.

    Returns
    -------
    Samples
        What was found; `complete` is False where the user stopped it.

    Raises
    ------
    InputError
        Where no figure has a range, a range does not hold its value, or the journal is of something else.
    NoPlan
        Where there is no plan.
    NoSamples
        Where no sample has a plan.
    KeyboardInterrupt
        Where the user stopped it before a sample was finished.
    """
    say, announce = show
    figures = list_sampled(reading.instance)
    ways = draw_ways(figures, request.count, request.seed)
    announce(describe_work(request, len(figures)))
    began = time.monotonic()
    job, solution = find_plan(reading, request.options, known, say)
    assert solution.values is not None
    seconds = time.monotonic() - began + (0.0 if known is None else request.seconds)
    plans = [NamedPlan("the plan", OWN, read_decisions(job, solution.values))]
    plans += [NamedPlan(name, OTHER, decisions) for name, decisions in request.others.items()]
    book, finished = journal(identify(reading, request, plans))
    work = Work(reading, request, figures, ways, plans[0].decisions, (book, say), crew)
    announce(describe_time(request, len(plans), len(finished), seconds, crew))
    found, complete = work.do(SEARCHED, plans, range(1, request.count + 1), finished)
    _ensure_some(found)
    candidates = choose_candidates(found, plans, request.candidates) if complete else []
    if candidates:
        numbers = [sample.number for sample in found if not sample.refused]
        held, complete = work.do(HELD, candidates, numbers, finished)
        if complete:
            plans, found = [*plans, *candidates], join_held(found, held)
    return Samples(reading, request, job.sign, left_open(solution), figures, ways, plans, found, complete)


def describe_work(request: SamplesRequest, figures: int) -> str:
    """What will be solved, before anything is."""
    plans = 1 + len(request.others)
    more = f", then up to {request.count * request.candidates:,} more of those found" if request.candidates else ""
    return (
        f"{count_noun(request.count, 'sample')} of {count_noun(figures, 'figure')}: {request.count:,} searches and "
        f"{request.count * plans:,} evaluations of plans held{more}"
    )


def describe_time(request: SamplesRequest, plans: int, finished: int, seconds: float, crew: Workforce) -> str:
    """How long that may take, by the time that the plan itself took."""
    left = max(0, request.count - finished)
    total = seconds * left * (1 + 0.3 * (plans + request.candidates)) / max(1, crew.workers)
    known = f", {finished:,} parts are finished already" if finished else ""
    place = "with the workers of the cluster less than" if crew.cluster else "about"
    words = f"{total / 3600:.1f} h" if total >= 5400 else f"{total / 60:.0f} min" if total >= 90 else f"{total:.0f} s"
    return f"the plan took {seconds:.1f} s; the samples may take {place} {words}{known}"


def identify(reading: Reading, request: SamplesRequest, plans: Sequence[NamedPlan]) -> dict[str, str]:
    """What the samples are of: another input, plan or option gives other samples."""
    options = request.options
    return make_identity(
        {
            "version of the planner": planner_version(),
            "input": inputs_hash(reading.instance),
            "options of the solves": [options.gap, options.time_limit, options.seed],
            "number of samples": request.count,
            "seed": request.seed,
            "plans": [[plan.name, write_decisions(plan.decisions)] for plan in plans],
            "number of plans found": request.candidates,
        }
    )


@dataclass(frozen=True)
class Work:
    """What all samples share, and where it is written down and shown."""

    reading: Reading
    request: SamplesRequest
    figures: list[Figure]
    ways: np.ndarray
    known: Decisions
    told: tuple[Journal, Callable[[str], None]]
    crew: Workforce

    def do(
        self, stage: str, plans: Sequence[NamedPlan], numbers: Iterable[int], finished: Sequence[Mapping[str, Any]]
    ) -> tuple[list[SampleFound], bool]:
        """Solve what is not finished yet of a stage; all that is known of it, by number, and whether that is all."""
        journal, show = self.told
        known = {part["number"]: read_part(part) for part in finished if part["stage"] == stage}
        wanted = list(numbers)
        decisions = tuple(plan.decisions for plan in plans)
        tasks = [
            SampleTask(
                self.reading,
                self.request.options,
                tuple(self.figures),
                number,
                self.ways[number - 1],
                self.known,
                decisions,
                stage == SEARCHED,
            )
            for number in wanted
            if number not in known
        ]

        def note(done: list[SampleFound]) -> None:
            journal.add(write_part(stage, done[-1]))
            words = "samples solved" if stage == SEARCHED else "samples with the plans found in them"
            show(f"{len(known) + len(done)} of {len(wanted)} {words}")

        solved, complete = solve_in_order(try_sample, tasks, self.crew, note)
        known |= {sample.number: sample for sample in solved}
        return [known[number] for number in sorted(known)], complete


def _ensure_some(found: Sequence[SampleFound]) -> None:
    if not found:
        raise KeyboardInterrupt
    if all(sample.refused for sample in found):
        reason = Counter(sample.refused for sample in found).most_common(1)[0][0]
        raise NoSamples(f"no sample has a plan; the first reason: {reason}")
