"""What the charts of an attribution show."""

from collections.abc import Mapping

import pandas as pd

from planner.report.gains import surplus_waterfall
from planner.report.wording import four_digits
from planner.sheets.board import Chart
from planner.sheets.waterfall import axis_floor, waterfall
from planner.studies.attribution.mechanisms import MECHANISMS
from planner.studies.attribution.range_words import chart_ranges
from planner.studies.attribution.report import Words
from planner.studies.attribution.shapley import NONE
from planner.studies.attribution.study import PARTS, Attribution
from planner_models.instance import Instance

_GAINERS = {"profit": "firms at home", "consumers": "consumers", "state": "state"}
"""The parts of total surplus in words."""


def attribution_charts(instance: Instance, found: Attribution) -> list[Chart]:
    """The waterfall from all off to all on, and what each mechanism adds as the first, on average and as the last."""
    words = Words(instance, found)
    off, on = words.objective(NONE), words.objective(words.everybody)
    large = max(abs(off), abs(on)) >= 10_000
    scale = 1000 if large else 1
    unit = f"{'billion' if large else 'million'} {words.currency}, discounted"
    steps = {player: found.sign * worth / scale for player, worth in found.worths.items()}
    levels = [off / scale]
    for amount in steps.values():
        levels.append(levels[-1] + amount)
    named = [(f"{MECHANISMS[player]}\n{four_digits(amount, '+')}", amount) for player, amount in steps.items()]
    start, end = f"All off\n{four_digits(levels[0])}", f"All on\n{four_digits(levels[-1])}"
    frame = waterfall((start, levels[0]), named, end, better=found.sign)
    floor = axis_floor(levels)
    axis = unit if floor is None else f"{unit} (axis begins at {floor:,g})"
    title = f"From all mechanisms off to all on: {words.measure} of the plan"
    whole = Chart(title, "waterfall", axis, frame, floor, _message(words))
    charts = [whole, *_integration(words), *_by_place(words, scale, unit)]
    return charts if words.ranges is None else [*charts[:1], chart_ranges(words.ranges, scale, unit), *charts[1:]]


def _message(words: Words) -> str:
    """Which mechanism adds most, where its worth is no smaller than its error."""
    worths = words.found.worths
    first = max(worths, key=lambda player: worths[player])
    if all(abs(worth) <= words.reach(player) for player, worth in worths.items()):
        return "Every worth is smaller than its possible error"
    if worths[first] <= words.reach(first):
        return ""
    second = max((worth for player, worth in worths.items() if player != first), default=0.0)
    rank = "Largest contribution" if worths[first] - second > words.reach(first) else "Among the largest contributions"
    return f"{rank}: {MECHANISMS[first]}, {words.money(worths[first])} of {words.money(words.found.total)}"


def _integration(words: Words) -> list[Chart]:
    """Total surplus without and with coordination, all other mechanisms on, by who gains."""
    on = words.everybody
    off = on - {"coordination"}
    parts = {name: words.found.parts(part) for name, part in PARTS.items()} if words.found.counts_surplus else {}
    if on == off or not all({on, off} <= set(gains) for gains in parts.values()) or not parts:
        return []
    before, after = ({_GAINERS[name]: gains[key] for name, gains in parts.items()} for key in (off, on))
    title = "From fragmented to integrated, all other mechanisms on, by who gains"
    return [surplus_waterfall(("Fragmented", before), ("Integrated", after), words.currency, title)]


def _by_place(words: Words, scale: float, unit: str) -> list[Chart]:
    """For each mechanism what it adds as the first, on average, and as the last; those that are solved."""
    found = words.found
    rows: dict[str, Mapping[str, float | None]] = {
        MECHANISMS[player]: {
            "alone, all others off": found.added(frozenset({player}), NONE),
            "worth (average over all orders)": worth,
            "last, all others on": found.added(words.everybody, words.everybody - {player}),
        }
        for player, worth in found.worths.items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index").astype(float).dropna() / scale
    if len(frame) < 2:
        return []
    return [Chart("What each mechanism adds, by when it is put in place", "clustered", unit, frame)]
