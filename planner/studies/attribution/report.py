"""An attribution for people: headline figures, a sentence per mechanism, and what the charts show."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from planner.report.brief import join_names
from planner.report.wording import format_money, format_share
from planner.sheets.board import Tile
from planner.studies.attribution.mechanisms import MECHANISMS
from planner.studies.attribution.range_words import describe_range, describe_samples
from planner.studies.attribution.sampled import FEWEST, QUANTILES, SURE, SampledRanges
from planner.studies.attribution.shapley import NONE, interactions, largest_errors, standard_errors
from planner.studies.attribution.study import PARTS, Attribution
from planner.words import count_noun
from planner_models.instance import Instance
from planner_models.schema import RESULTS

Row = tuple[str, Any, str]

MOST_TILES = 6

MOST_REASONS = 3
"""Reasons why mechanisms are worth nothing that a sentence has; where there are more, sheet `worths` has them."""

_VERBS = {
    "profit": ("firms at home", "gain", "lose"),
    "consumers": ("consumers", "gain", "lose"),
    "state": ("the state", "gains", "loses"),
}
"""The parts of total surplus in words, with what they do."""

ALIKE = 0.05
"""Share of its worth up to which what a mechanism adds as the first and as the last is called alike, and up to which
its possible error is not told beside it."""


class Words:
    """An attribution with what all sentences about it need: the currency, and which way is better."""

    def __init__(self, instance: Instance, found: Attribution) -> None:
        self.found = found
        self.name = instance.settings["name"]
        self.currency = instance.settings["currency"]
        self.profit = instance.settings["objective"] == "profit"
        self.everybody = frozenset(found.design.players)
        self.errors = largest_errors(found.weights, found.slack)
        self.sampling = standard_errors(found.orders, found.gains) if found.orders else {}

    def money(self, amount: float) -> str:
        """An amount as people say it."""
        return format_money(amount, self.currency)

    def objective(self, coalition: frozenset[str]) -> float:
        """The total of a coalition's plan, as the workbook counts it."""
        return self.found.gains[coalition] * self.found.sign + 0.0

    @property
    def ranges(self) -> SampledRanges | None:
        """The worths in samples, where there are enough of them to say something."""
        ranges = self.found.ranges
        return ranges if ranges is not None and len(ranges.sound) >= FEWEST else None

    @property
    def measure(self) -> str:
        """What the plans are compared by."""
        if not self.profit:
            return "cost"
        return "total surplus" if self.found.counts_surplus else "profit"

    def plan(self, coalition: frozenset[str]) -> str:
        """What a coalition's plan does, such as "costs 3 billion USD"."""
        total = self.objective(coalition)
        if not self.profit:
            return f"costs {self.money(total)}"
        if self.found.counts_surplus:
            return f"has a total surplus of {self.money(total)}"
        return f"{'earns' if total >= 0 else 'loses'} {self.money(abs(total))}"

    def reach(self, player: str) -> float:
        """How far a worth may be off: the solver's error, and twice the standard error where orders are sampled."""
        return self.errors[player] + 2 * (self.sampling.get(player) or 0.0)


def attribution_summary(instance: Instance, found: Attribution) -> pd.DataFrame:
    """Rows of metric, value and unit, as on the summary of a plan."""
    words = Words(instance, found)
    unit = f"million {words.currency}"
    plans = words.measure
    rows: list[Row] = [
        ("name", f"What integration is worth: {words.name}", ""),
        ("status", method(found), ""),
        ("worth of all mechanisms", found.total, unit),
        (f"{plans} with all mechanisms off", words.objective(NONE), unit),
        (f"{plans} with all mechanisms on", words.objective(words.everybody), unit),
        *[(f"brief {number}", text, "") for number, text in enumerate(brief(words), 1)],
        *[(f"worth of {player}", worth, unit) for player, worth in found.worths.items()],
        ("sum of these worths", math.fsum(found.worths.values()), unit),
        ("largest error of the total", found.total_error if math.isfinite(found.total_error) else "not known", unit),
        ("plans solved", len(found.solved), ""),
        ("time to solve them", math.fsum(plan.seconds for plan in found.solved.values()), "s"),
    ]
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)


def method(found: Attribution) -> str:
    """How the worths were found, and whether that is all that was asked for."""
    players = len(found.design.players)
    count = f"{count_noun(players, 'mechanism')}"
    if not found.design.orders:
        return f"Shapley values, exact over all {len(found.solved)} combinations of {count}"
    done, asked = len(found.orders), len(found.design.orders)
    if done < asked:
        return f"stopped by the user: Shapley values estimated from the first {done} of {asked} sampled orders"
    return f"Shapley values estimated from {done} sampled orders of {count}"


def brief(words: Words) -> list[str]:
    """The sentences: the whole, each mechanism, what goes together, what was left out, how sure all this is."""
    parts = [_whole(words), _sampled_whole(words), *[_mechanism(words, player) for player in words.found.worths]]
    parts += [
        _share_out(words),
        _rank(words),
        _pairs(words),
        _others(words),
        _describe_meaning(words),
        _certainty(words),
    ]
    return [part for part in parts if part]


def _whole(words: Words) -> str:
    found = words.found
    off, on = words.plan(NONE), words.plan(words.everybody)
    subject = "The set of mechanisms compared here" if found.design.cast.untouched else "Integration of the chain"
    gained = "is worth" if found.total >= 0 else "loses"
    text = f"{subject} {gained} {words.money(abs(found.total))} (discounted)"
    if on == off:
        return f"{text}: with and without it the plan {on}, to three digits."
    return f"{text}: the plan {on} with the mechanisms compared here, and {off} with all of them off."


def _share_out(words: Words) -> str:
    """Who gains by all mechanisms together, and what the objective makes of it."""
    found = words.found
    if not found.counts_surplus:
        return ""
    on, off = words.everybody, NONE
    parts = {name: found.parts(part)[on] - found.parts(part)[off] for name, part in PARTS.items()}
    counted = found.objectives[on] - found.objectives[off]
    least = 1e-9 * max(abs(gain) for gain in found.gains.values())
    room = max(least, found.total_error)
    said = [
        f"{who} {gain if parts[name] > 0 else lose} {words.money(abs(parts[name]))}"
        for name, (who, gain, lose) in _VERBS.items()
        if abs(parts[name]) > room
    ]
    unsure = [who for name, (who, *_) in _VERBS.items() if least < abs(parts[name]) <= room]
    if not said:
        return "Who gains by it cannot be told at this gap." if unsure else ""
    text = f"Of this {join_names(said)}"
    if unsure:
        return f"{text}; what {join_names(unsure)} may gain or lose is less than the possible error."
    if abs(counted - sum(parts.values())) <= least:
        return f"{text}."
    moves = "improves" if counted >= 0 else "worsens"
    return (
        f"{text}; the objective of the plans {moves} by {words.money(abs(counted))}, because margins and duties that "
        "only change hands count in it."
    )


def _mechanism(words: Words, player: str) -> str:
    found, name = words.found, MECHANISMS[player]
    worth = found.worths[player]
    if abs(worth) <= 1e-9 * max(abs(gain) for gain in found.gains.values()):
        return f"{name}: worth nothing here."
    won = "gained" if words.found.counts_surplus else "earned"
    verb = (won if words.profit else "saved") if worth > 0 else "lost"
    text = f"{name}: {words.money(abs(worth))} {verb}"
    if abs(worth) <= words.reach(player):
        return f"{text}, which is less than the possible error."
    if words.ranges is not None:
        return f"{text}; {describe_range(words.money, words.ranges, player)}."
    if words.reach(player) > ALIKE * abs(worth):
        text += f", give or take {words.money(words.reach(player))}"
    if player == "scale" and worth < 0:
        return f"{text}: modules are whole, and with this switched off they may have any size."
    if found.total > 0 and 0 < worth <= found.total:
        text += f", {format_share(worth / found.total)} of the whole"
    alone = found.added(frozenset({player}), NONE)
    last = found.added(words.everybody, words.everybody - {player})
    if alone is None or last is None or len(found.design.players) < 2:
        return f"{text}."
    slack = found.slack[NONE] + found.slack[words.everybody]
    if abs(last - alone) <= max(slack, ALIKE * abs(worth)):
        return f"{text}."
    text += f"; {words.money(alone)} if it came alone, {words.money(last)} on top of all others"
    return f"{text}, so it {'gains from' if last > alone else 'overlaps with'} the others."


def _rank(words: Words) -> str:
    """Which two in the order of worths could as well be the other way round; those nearest to each other first."""
    ranked = list(words.found.worths.items())
    rounding = 1e-9 * max((abs(gain) for gain in words.found.gains.values()), default=0.0)
    pairs = sorted(combinations(ranked, 2), key=lambda pair: pair[0][1] - pair[1][1])
    alike = [
        f"{MECHANISMS[first]} and {MECHANISMS[second]}"
        for (first, one), (second, two) in pairs
        if rounding < words.reach(first) + words.reach(second) >= one - two or _is_open(words, first, second)
    ]
    why = "At this gap" if words.ranges is None else "At this gap and within the ranges"
    return f"{why} their order is not decided: {join_names(alike, 4)}." if alike else ""


def _is_open(words: Words, first: str, second: str) -> bool:
    """Whether samples leave it open which of two is worth more."""
    if words.ranges is None:
        return False
    chances = (words.ranges.chance_above(first, second), words.ranges.chance_above(second, first))
    alike = words.ranges.worths[first].equals(words.ranges.worths[second])
    return max(chances) < SURE and not alike


def _sampled_whole(words: Words) -> str:
    """What all mechanisms together are worth in the samples."""
    ranges = words.found.ranges
    if ranges is None:
        return ""
    text = describe_samples(ranges)
    if words.ranges is None:
        return f"{text}: too few have worths to say anything of them."
    low, median, high = np.quantile(ranges.totals, QUANTILES)
    text += f", they are together worth {words.money(low)} to {words.money(high)} in eight of ten samples"
    return f"{text} (median {words.money(median)})."


def _pairs(words: Words) -> str:
    """The pair that helps each other most and the pair that overlaps most."""
    slack = words.found.slack
    pairs = interactions(words.found.design.players, words.found.gains)
    sure = {
        pair: gained
        for pair, gained in pairs.items()
        if abs(gained) > max(1e-9, slack[NONE] + sum(slack[frozenset({player})] for player in pair))
        and abs(gained) > max(_width(words, player) for player in pair)
    }
    if not sure or len(words.found.design.players) < 2:
        return ""
    parts = []
    for pair, verb in ((max(sure, key=sure.__getitem__), "strengthen"), (min(sure, key=sure.__getitem__), "overlap")):
        names, gained = " and ".join(MECHANISMS[player] for player in pair), sure[pair]
        if verb == "strengthen" and gained > 0:
            parts.append(f"{names} strengthen each other most ({words.money(gained)} more together than apart)")
        if verb == "overlap" and gained < 0:
            parts.append(f"{names} overlap most ({words.money(-gained)} less together than apart)")
    return "; ".join(parts) + "."


def _width(words: Words, player: str) -> float:
    """How far apart the worth of a mechanism is in eight of ten samples; 0 without samples."""
    if words.ranges is None:
        return 0.0
    low, _, high = words.ranges.quantiles(player)
    return high - low


def _others(words: Words) -> str:
    others = words.found.design.cast
    reasons: dict[str, list[str]] = {}
    for name, reason in others.idle.items():
        reasons.setdefault(reason, []).append(MECHANISMS[name])
    parts = [f"{join_names(names, 8)} ({reason})" for reason, names in reasons.items()]
    if len(parts) > MOST_REASONS:
        parts = [join_names([name for names in reasons.values() for name in names], len(MECHANISMS))]
    text = f"Worth nothing in this workbook: {'; '.join(parts)}." if parts else ""
    if others.untouched:
        text += f" Not compared because not selected: {join_names([MECHANISMS[name] for name in others.untouched], 8)}."
    return text.strip()


def _describe_meaning(words: Words) -> str:
    return (
        "The worth of a mechanism is what it adds on average over all orders in which the mechanisms could be put in "
        "place (its Shapley value); the worths add up to the whole."
        if len(words.found.design.players) > 1
        else ""
    )


def _certainty(words: Words) -> str:
    """How far the figures may be off, from the search and from sampling."""
    error = max(words.errors.values())
    if not math.isfinite(error):
        text = "Some plans were stopped before any bound was known, so the error of the worths is not known."
    elif error <= 1e-6 * max(1e-9, *(abs(gain) for gain in words.found.gains.values())):
        text = "Every plan was solved to optimality."
    else:
        most = words.money(error)
        text = f"Plans were solved to a gap, so a worth can be off by up to {most}; a smaller gap narrows it."
        if words.found.counts_surplus and words.profit:
            text += " That is by the objective: the surplus of a better plan, were there one, may differ by more."
    stopped = sum(plan.status == "time_limit" for plan in words.found.solved.values())
    if stopped:
        text += f" {stopped} of {len(words.found.solved)} plans were stopped at the time limit."
    sampling = [error for error in words.sampling.values() if error is not None]
    if sampling and max(sampling) > 0:
        return f"{text} Sampling adds a standard error of up to {words.money(max(sampling))}."
    unknown = words.sampling and not sampling
    return f"{text} With one pair of orders the sampling error is not known." if unknown else text


def attribution_tiles(instance: Instance, found: Attribution) -> list[Tile]:
    """The whole, the largest mechanisms, and how sure the figures are."""
    words = Words(instance, found)
    on, off = words.money(words.objective(words.everybody)), words.money(words.objective(NONE))
    shown = [Tile("Together worth", words.money(found.total), f"{words.measure} {off} → {on}")]
    for player, worth in list(found.worths.items())[: MOST_TILES - 2]:
        share = f"{format_share(worth / found.total)} of the whole" if 0 < worth <= found.total else ""
        if words.ranges is not None:
            low, _, high = words.ranges.quantiles(player)
            share = f"{words.money(low)} to {words.money(high)} in 8 of 10 samples"
        shown.append(Tile(MECHANISMS[player], words.money(worth), share))
    error = max(words.reach(player) for player in found.worths)
    sure = words.money(error) if math.isfinite(error) else "not known"
    if error <= 1e-6 * max(1e-9, *(abs(gain) for gain in found.gains.values())):
        return [*shown, Tile("A worth may be off by", "nothing", "all plans are optimal")]
    return [*shown, Tile("A worth may be off by", sure, "gap and sampling" if found.orders else "gap of the plans")]
