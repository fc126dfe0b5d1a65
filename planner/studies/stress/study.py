"""What happens to a plan that stays as it is when something is lost: every single loss, then pairs of the worst."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from planner.recourse.reaction import SERVED, Reaction, Recourse
from planner.studies.stress.losses import DEFAULT_KINDS, Loss, LossCase, LossCatalogue, set_duration, spread
from planner_models.sets.scenarios import Snapshot

MOST_WORST = 10
"""The worst single losses of a period that are also tried in pairs, unless told otherwise."""


@dataclass(frozen=True)
class Trial:
    """What is tried: kinds of losses, how long, in which periods (all where empty), how many of the worst in pairs."""

    kinds: Sequence[str] = DEFAULT_KINDS
    months: Sequence[float] = (3.0,)
    periods: Sequence[str] = ()
    worst: int = MOST_WORST
    factor: float = 0.0


@dataclass(frozen=True)
class Hit:
    """What a case does: service as a share, what is not served, loss in money, and how many months the plan survives.

    `lost` is in money, or in quantities where markets are weighed by those (see `service_weights`); `loss` is what it
    costs beyond the same months without disruption; `short` says which markets (region, item) go without, and how much.
    """

    case: LossCase
    service: float
    lost: float
    loss: float
    lasts: float
    short: dict[tuple[str, str], float]

    @property
    def severity(self) -> tuple[Any, ...]:
        """Sorts the worst first: by what is served, then by how long the plan would survive, then by the cost.

        Figures count without the solver's noise; cases that do the same stand in the order of their kinds and names.
        """
        return (self.service, round(self.lasts, 4), -float(f"{self.loss:.6g}"), self.case.place)


@dataclass
class Stressed:
    """What is known: all hits, how many of how many losses were tried, and whether all that were to be."""

    hits: list[Hit] = field(default_factory=list)
    tried: int = 0
    total: int = 0
    complete: bool = True

    @property
    def pairs(self) -> int:
        """How many pairs were tried."""
        return len({(hit.case.losses, hit.case.period) for hit in self.hits if len(hit.case.losses) > 1})

    @property
    def ranked(self) -> list[Hit]:
        """The worst first."""
        return sorted(self.hits, key=lambda hit: hit.severity)

    @property
    def singles(self) -> list[Hit]:
        """The worst first, of losses that come alone."""
        return [hit for hit in self.ranked if len(hit.case.losses) == 1]


def stress(recourse: Recourse, trial: Trial, show: Callable[[int, int], None] | None = None) -> Stressed:
    """Try every case. `show` is told how many of how many are done; Ctrl-C ends it with what is known by then."""
    losses = LossCatalogue(recourse.sets, trial.kinds, trial.factor)
    found = Stressed()
    report = show or (lambda done, total: None)
    try:
        _try_all(recourse, losses, trial, found, report)
    except KeyboardInterrupt:
        found.complete = False
    return found


def _try_all(
    recourse: Recourse, losses: LossCatalogue, trial: Trial, found: Stressed, report: Callable[[int, int], None]
) -> None:
    """Singles of all periods first, then pairs."""
    periods = trial.periods or recourse.sets.time.periods
    single = {period: losses.single(period) for period in periods}
    found.total = sum(map(len, single.values()))
    for period, snapshots in single.items():
        for loss, snapshot in snapshots.items():
            report(found.tried, found.total)
            found.hits += _hits(recourse, (loss,), period, snapshot, trial)
            found.tried += 1
    pairs = {period: _pairs(recourse, found, period, single[period], trial) for period in periods}
    found.total += sum(map(len, pairs.values()))
    for period, members in pairs.items():
        for both in members:
            report(found.tried, found.total)
            snapshot = losses.joined(single[period][loss] for loss in both)
            found.hits += _hits(recourse, both, period, snapshot, trial)
            found.tried += 1


def _hits(recourse: Recourse, losses: tuple[Loss, ...], period: str, snapshot: Snapshot, trial: Trial) -> list[Hit]:
    """What some losses do, by how long they last; all of it or nothing, so that a loss that is known is known whole."""
    lasts = recourse.months(period, snapshot)
    hits = []
    for months in spread(trial.months, 12.0 * recourse.sets.time.years[period]):
        timed = set_duration(snapshot, months)
        reaction = recourse.react(period, timed)
        impact = recourse.impact(reaction.loss, {period: timed})
        hits.append(
            Hit(LossCase(losses, period, months), reaction.service, reaction.lost, impact, lasts, reaction.unserved())
        )
    return hits


def _pairs(
    recourse: Recourse, found: Stressed, period: str, snapshots: dict[Loss, Snapshot], trial: Trial
) -> list[tuple[Loss, ...]]:
    """Pairs of the worst single losses of a period, without those that are no worse than one of the two.

    One that leaves nothing to be lost cannot be made worse; nor does it add anything to lose what is not used any more
    (over the longest time that is tried) once the other is lost.
    """
    longest = 12.0 * recourse.sets.time.years[period]
    singles = [hit for hit in found.singles if hit.case.period == period and hit.service > SERVED]
    felt = [hit.case.losses[0] for hit in singles if hit.loss > 0 or hit.service < 1 or hit.lasts < longest]
    worst = list(dict.fromkeys(felt))[: trial.worst]
    months = spread(trial.months, longest)[-1]

    def answer(loss: Loss) -> Reaction:
        return recourse.react(period, set_duration(snapshots[loss], months))

    answers = {loss: answer(loss) for loss in worst}
    unfelt = dict.fromkeys(hit.case.losses[0] for hit in singles if hit.case.losses[0] not in felt)
    reserves = _reserves(list(unfelt), answers.values(), snapshots)[: trial.worst - len(worst)]
    answers |= {loss: answer(loss) for loss in reserves}
    return [
        tuple(sorted(pair))
        for pair in combinations(answers, 2)
        if answers[pair[0]].upset_by(snapshots[pair[1]]) and answers[pair[1]].upset_by(snapshots[pair[0]])
    ]


def _reserves(unfelt: list[Loss], answers: Collection[Reaction], snapshots: dict[Loss, Snapshot]) -> list[Loss]:
    """Losses that alone cost nothing, first those of what the answers to other losses use: sources that lie idle."""
    return sorted(unfelt, key=lambda loss: not any(answer.upset_by(snapshots[loss]) for answer in answers))
