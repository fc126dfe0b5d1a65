"""What can be lost: regions, firms, sites, lanes and chokepoints, alone or together, and what each loss takes away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from planner.issues import Issue
from planner_models import frames
from planner_models.instance import Instance, apply_schema
from planner_models.sets import Sets
from planner_models.sets.policies import blocs
from planner_models.sets.scenarios import Arc, Draw, Snapshot, World, scenario_sets

KINDS = ("region", "bloc", "firm", "site", "lane", "chokepoint")
DEFAULT_KINDS = ("region", "firm", "site", "lane", "chokepoint")


@dataclass(frozen=True, order=True)
class Loss:
    """One thing that is lost: its kind and name."""

    kind: str
    member: str

    @property
    def words(self) -> str:
        """As people say it, such as "lane south to north"."""
        return f"{self.kind} {self.member.replace('|', ' to ')}"

    @property
    def names(self) -> tuple[str, ...]:
        """What it can be called: by its member, as a lane is written in a workbook or as people say it, or by both."""
        spoken = self.member.replace("|", " to ")
        return tuple(dict.fromkeys((self.member, spoken, f"{self.kind} {self.member}", self.words)))

    @property
    def place(self) -> tuple[int, str]:
        """Sorts losses by kind, in the order in which kinds are listed, and name."""
        return KINDS.index(self.kind), self.member


@dataclass(frozen=True)
class LossCase:
    """Losses that come together, in one period, for some months."""

    losses: tuple[Loss, ...]
    period: str
    months: float

    @property
    def words(self) -> str:
        """As people say it, such as "site A and lane b to c"."""
        return " and ".join(loss.words for loss in self.losses)

    @property
    def place(self) -> tuple[int, tuple[tuple[int, str], ...]]:
        """Sorts cases of which none is worse: fewer losses first, then by their kinds and names."""
        return len(self.losses), tuple(loss.place for loss in self.losses)


class LossCatalogue:
    """What can be lost in the plan of some sets, as far as it matters; what is left of it is `factor`.

    Losses with a name among `without` are left out.
    """

    def __init__(
        self, sets: Sets, kinds: Sequence[str] = DEFAULT_KINDS, factor: float = 0.0, without: Sequence[str] = ()
    ) -> None:
        self.sets, self.kinds, self.factor, self.without = sets, kinds, factor, frozenset(without)
        self._priority: dict[Draw, float] = frames.entries(sets.draws["priority"])
        self._single: dict[str, dict[Loss, Snapshot]] = {}

    def single(self, period: str) -> dict[Loss, Snapshot]:
        """Every loss that matters in a period, each for one month.

        The planner is no risk to itself: where only one firm is home, its loss is left out.
        """
        if period not in self._single:
            self._single[period] = self._found(period)
        return self._single[period]

    def _found(self, period: str) -> dict[Loss, Snapshot]:
        rows = [
            {"scenario": kind, "expand": f"each_{kind}", "period": period, "months": 1.0, "factor": self.factor}
            for kind in self.kinds
        ]
        _, snapshots = scenario_sets(self._world(rows))
        home = set(self.sets.instance["firms"].query("home == 'yes'")["firm"])
        found = {}
        for (name, _), snapshot in snapshots.items():
            kind, _, member = name.partition(": ")
            loss = Loss(kind, member)
            if not (kind == "firm" and home == {member}) and self.without.isdisjoint(loss.names):
                found[loss] = snapshot
        return found

    def joined(self, snapshots: Iterable[Snapshot]) -> Snapshot:
        """What losses that come together take away: the product of their factors, not below what priority keeps."""
        parts = list(snapshots)
        capacity: dict[Draw, float] = {}
        arcs: dict[Arc, float] = {}
        for part in parts:
            for draw, factor in part.capacity.items():
                capacity[draw] = max(capacity.get(draw, 1.0) * factor, self._priority[draw])
            for arc, factor in part.arcs_capacity.items():
                arcs[arc] = arcs.get(arc, 1.0) * factor
        return Snapshot(parts[0].months, capacity, arcs_capacity=arcs)

    def _world(self, scenarios: list[dict]) -> World:
        """The sets with these scenarios in place of the workbook's own."""
        instance, sets = self.sets.instance, self.sets
        changed = {
            "scenarios": apply_schema("scenarios", pd.DataFrame(scenarios)),
            "disruptions": apply_schema("disruptions", pd.DataFrame()),
        }
        own = Instance({**instance.tables, **changed}, instance.settings).with_settings(scenarios="on", rules="off")
        return World(own, sets.draws, sets.most, sets.flows, sets.demand)


def every_loss(instance: Instance) -> set[Loss]:
    """All that an input names and that can be lost, whether it matters to a plan or not."""
    regions, lanes = instance["regions"], instance["lanes"]
    passed = lanes["chokepoints"].dropna().str.split(";").explode().str.strip()
    members = {
        "region": regions["region"],
        "bloc": blocs(instance),
        "firm": instance["firms"]["firm"],
        "site": instance["sites"]["site"],
        "lane": lanes["origin"] + "|" + lanes["destination"],
        "chokepoint": passed[passed != ""],
    }
    return {Loss(kind, member) for kind in KINDS for member in members[kind]}


def set_duration(snapshot: Snapshot, months: float) -> Snapshot:
    """The same for another time."""
    return replace(snapshot, months=months)


def spread(months: Iterable[float], longest: float) -> list[float]:
    """The month counts that fit into a period, each once, in order; at least the longest that fits."""
    return sorted({float(np.minimum(count, longest)) for count in months})


def warn_cut_short(instance: Instance, months: Iterable[float], periods: Sequence[str] = ()) -> list[Issue]:
    """A warning where a month count does not fit into some of the periods (all where empty) and is cut there."""
    longest = {
        period: 12.0 * years
        for period, years in zip(instance["periods"]["period"], instance["periods"]["years"], strict=True)
        if period in periods or not periods
    }
    cut = {count: [period for period, most in longest.items() if count > most] for count in dict.fromkeys(months)}
    told = [
        f"--months {count:g} is reduced to {', '.join(f'{longest[period]:g} in {period}' for period in names)}"
        for count, names in cut.items()
        if names
    ]
    if not told:
        return []
    return [Issue("warning", "", "", f"no loss lasts longer than its period: {'; '.join(told)}")]


def inside(one: Snapshot, other: Snapshot) -> bool:
    """Whether everything that `one` takes away `other` takes away too; both leave nothing of what they hit."""
    pairs = ((one.capacity, other.capacity), (one.arcs_capacity, other.arcs_capacity))
    return all(mine.keys() <= theirs.keys() for mine, theirs in pairs)
