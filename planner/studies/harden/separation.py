"""The worst that losses can do to a plan: sets of up to so many of them under which too little can be served."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from planner.recourse.reaction import SERVED, Reaction, Recourse
from planner.studies.stress.losses import DEFAULT_KINDS, Loss, LossCase, LossCatalogue, inside, set_duration, spread
from planner.words import format_percent
from planner_models.sets.scenarios import Snapshot

MOST_TRIED = 20_000
"""Sets of losses that are tried for one period and month count; beyond that only the worst are followed up."""


@dataclass(frozen=True)
class RobustOptions:
    """How many losses at once, of which kinds, for how long; the least service; and how many sets to try at most.

    `periods`: in which it happens, all where empty; `without`: names of what is not lost.
    """

    service: float
    together: int
    kinds: Sequence[str] = DEFAULT_KINDS
    months: Sequence[float] = (3.0,)
    most: int = MOST_TRIED
    periods: Sequence[str] = ()
    without: Sequence[str] = ()


@dataclass(frozen=True)
class CriticalScenario:
    """A case under which no flows serve as much as was asked for; `service` is the most that any serve."""

    case: LossCase
    service: float


@dataclass
class Separation:
    """What was found, the worst first within each period; how many sets were tried; whether none can be worse.

    `total` is how many there are to try as far as is known; `complete` is no where the user stopped before.
    """

    threats: list[CriticalScenario] = field(default_factory=list)
    tried: int = 0
    total: int = 0
    exact: bool = True
    complete: bool = True

    @property
    def worst(self) -> list[CriticalScenario]:
        """The worst of each period, the worst of all first."""
        ranked = sorted(self.threats, key=lambda threat: (threat.service, threat.case.place))
        first: dict[str, CriticalScenario] = {}
        for threat in ranked:
            first.setdefault(threat.case.period, threat)
        return list(first.values())


def join_searches(parts: Sequence[Separation], complete: bool) -> Separation:
    """Searches of several periods as one."""
    return Separation(
        threats=[threat for part in parts for threat in part.threats],
        tried=sum(part.tried for part in parts),
        total=sum(part.total for part in parts),
        exact=all(part.exact for part in parts),
        complete=complete,
    )


Level = dict[tuple[Loss, ...], Reaction]
"""Sets of losses that are survived so far, with the best answers to them."""


def search(
    recourse: Recourse, losses: LossCatalogue, siege: RobustOptions, show: Callable[[int], None] | None = None
) -> Separation:
    """Every set of up to `together` losses that leaves too little, found without trying all of them.

    A loss that takes away nothing that the best answer to a set uses makes that set no worse: only losses that upset
    the answer are added to it. `show` is told how many sets have been tried. Ctrl-C ends it with what is known by then.
    """
    found = Separation()
    report = show or (lambda tried: None)
    starts: list[tuple[Level, dict[Loss, Snapshot]]] = []
    try:
        for period in siege.periods or recourse.sets.time.periods:
            single = _largest(losses.single(period))
            for months in spread(siege.months, 12.0 * recourse.sets.time.years[period]):
                timed = {loss: set_duration(snapshot, months) for loss, snapshot in single.items()}
                starts.append(({(): recourse.undisturbed(period, months)}, timed))
        found.total = sum(len(timed) for _, timed in starts)
        for level, timed in starts:
            found.total -= len(timed)
            _search_from(level, timed, siege, (recourse, losses), found, report)
    except KeyboardInterrupt:
        found.complete = False
    return found


def _search_from(
    level: Level,
    single: dict[Loss, Snapshot],
    siege: RobustOptions,
    means: tuple[Recourse, LossCatalogue],
    found: Separation,
    report: Callable[[int], None],
) -> None:
    """One period and month count, set by set of growing size."""
    recourse, losses = means
    period, left = level[()].programme.period, siege.most
    for _ in range(siege.together):
        sets = _extend_level(level, single, siege.service)
        found.exact &= len(sets) <= left
        level, sets = {}, sets[:left]
        left -= len(sets)
        found.total += len(sets)
        for members in sets:
            snapshot = losses.joined(single[loss] for loss in members)
            reaction = recourse.serve(period, snapshot)
            found.tried += 1
            report(found.tried)
            if reaction.service < siege.service - SERVED:
                found.threats.append(CriticalScenario(LossCase(members, period, snapshot.months), reaction.service))
            else:
                level[members] = reaction


def _extend_level(level: Level, single: dict[Loss, Snapshot], service: float) -> list[tuple[Loss, ...]]:
    """The sets of a level with one loss more that upsets its answer; those of the worst first, each once.

    Where the undisturbed plan serves too little, any loss that touches the market is a case.
    """
    order = sorted(level, key=lambda losses: level[losses].service)
    upsetting = (
        tuple(sorted((*losses, loss)))
        for losses in order
        for loss, snapshot in single.items()
        if loss not in losses and (level[losses].upset_by(snapshot) or level[losses].service < service - SERVED)
    )
    return list(dict.fromkeys(upsetting))


def _largest(single: dict[Loss, Snapshot]) -> dict[Loss, Snapshot]:
    """Without losses of which another takes away the same and more; of equals the first is kept."""
    kept: dict[Loss, Snapshot] = {}
    for loss, snapshot in sorted(single.items(), key=lambda entry: -_size(entry[1])):
        if not any(inside(snapshot, other) for other in kept.values()):
            kept[loss] = snapshot
    return kept


def _size(snapshot: Snapshot) -> int:
    return len(snapshot.capacity) + len(snapshot.arcs_capacity)


def words(threats: Iterable[CriticalScenario]) -> list[str]:
    """A line for each."""
    return [
        f"the loss of {threat.case.words} for {threat.case.months:g} months in {threat.case.period} leaves at most "
        f"{format_percent(threat.service, 1)} served"
        for threat in threats
    ]
