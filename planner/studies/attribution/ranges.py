"""An attribution in joint samples of the ranged figures: every combination of mechanisms solved in each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.checks.check import check
from planner.seal import inputs_hash, planner_version
from planner.solver.solver import Options
from planner.studies.attribution.coalitions import Begun, Solved, Task, find_start, name_coalition, solve_coalition
from planner.studies.attribution.inherited import keep_inheritance
from planner.studies.attribution.sampled import SampledRanges, SampledWorths
from planner.studies.attribution.shapley import Coalition, largest_errors
from planner.studies.attribution.study import Attribution, Design
from planner.studies.samples.draws import draw_ways, list_sampled, place_draw
from planner.studies.samples.journal import Journal, make_identity
from planner.studies.sensitivity.ranges import Figure
from planner.words import count_noun
from planner.workbook.read import Reading
from planner.workers.pool import Workforce, solve_in_order
from planner_models.schema.decisions import Decision


@dataclass(frozen=True)
class SampledTask:
    """A sample in which all combinations of a design are to be solved, each from its plan without samples."""

    reading: Reading
    options: Options
    figures: tuple[Figure, ...]
    number: int
    ways: np.ndarray
    comparison: Design
    plans: Mapping[Coalition, Mapping[Decision, float]]
    sign: float


def value_sample(task: SampledTask) -> SampledWorths:
    """The worth of each mechanism in a sample.

    Parameters
    ----------
    task
        The sample and the combinations.

    Returns
    -------
    SampledWorths
        Discounted money; they add up to all on minus all off in this sample.

    Raises
    ------
    KeyboardInterrupt
        The user stopped a search.
    """
    moved = replace(task.reading, instance=place_draw(task.reading.instance, task.figures, task.ways))
    fault = next((issue for issue in check(moved) if issue.severity == "error"), None)
    if fault is not None:
        return SampledWorths(task.number, {}, refused=f"not a sound input: {fault.message}")
    solved: dict[Coalition, Solved] = {}
    for coalition in task.comparison.needed:
        shared = Task(moved.instance, task.comparison.players, task.options, task.plans.get(coalition, {}))
        plan = solve_coalition(shared, Begun(coalition, find_start(coalition, solved, task.sign)))
        if plan.status == "interrupted":
            raise KeyboardInterrupt
        if plan.objective is None:
            who = name_coalition(coalition, task.comparison.players)
            return SampledWorths(task.number, {}, refused=f"with {who}: {plan.words}")
        solved[coalition] = plan
    found = Attribution(task.comparison, keep_inheritance(solved, task.sign), task.sign)
    return SampledWorths(task.number, found.worths, found.total, largest_errors(found.weights, found.slack))


def sample_attribution(
    reading: Reading,
    found: Attribution,
    asked: tuple[int, Options],
    journal: Callable[[Mapping[str, str]], tuple[Journal, list[dict[str, Any]]]],
    show: tuple[Callable[[int, int], None], Callable[[str], None]],
    crew: Workforce,
) -> Attribution:
    """An attribution with its worths in joint samples of the ranged figures.

    Parameters
    ----------
    reading
        The input, without faults.
    found
        The attribution without samples, all of whose combinations are solved.
    asked
        Number of samples, and the options of each solve; their seed is that of the draws.
    journal
        Opens what is already known, for samples of this identity.
    show
        Told how many samples of how many are done, and what will be done.
    crew
        The workers that share the samples.

    Returns
    -------
    Attribution
        The same with `ranges`: those finished where the user stopped it. The journal is the caller's to remove.

    Raises
    ------
    InputError
        Where no figure has a range, a range does not hold its value, or the journal is of something else.
    """
    count, options = asked
    figures = list_sampled(reading.instance)
    ways = draw_ways(figures, count, options.seed)
    count_steps, announce = show
    book, finished = journal(identify(reading, found, count, options))
    known = {part["number"]: SampledWorths(**part) for part in finished}
    seconds = sum(plan.seconds for plan in found.solved.values())
    announce(
        f"{count_noun(count, 'sample')} of {count_noun(len(figures), 'figure')}: "
        f"{(count - len(known)) * len(found.solved):,} solves; the {len(found.solved)} without samples took "
        f"{seconds:.1f} s"
    )
    comparison = replace(found.design, orders=found.orders)
    plans = {coalition: plan.decisions for coalition, plan in found.solved.items()}
    tasks = [
        SampledTask(reading, options, tuple(figures), number, ways[number - 1], comparison, plans, found.sign)
        for number in range(1, count + 1)
        if number not in known
    ]

    def note(done: list[SampledWorths]) -> None:
        book.add(write_sampled(done[-1]))
        count_steps(len(known) + len(done), count)

    solved, _ = solve_in_order(value_sample, tasks, crew, note)
    known |= {sample.number: sample for sample in solved}
    return replace(found, ranges=SampledRanges([known[number] for number in sorted(known)], count, len(figures)))


def identify(reading: Reading, found: Attribution, count: int, options: Options) -> dict[str, str]:
    """What the samples are of: another input, option or choice of mechanisms gives other samples."""
    return make_identity(
        {
            "version of the planner": planner_version(),
            "input": inputs_hash(reading.instance),
            "options of the solves": [options.gap, options.time_limit, options.seed],
            "number of samples": count,
            "mechanisms": list(found.design.players),
            "orders": [list(order) for order in found.orders],
        }
    )


def write_sampled(sample: SampledWorths) -> dict[str, Any]:
    """A finished sample as a line of the journal."""
    errors = None if sample.errors is None else dict(sample.errors)
    return vars(sample) | {"worths": dict(sample.worths), "errors": errors}
