"""Worths in samples for people: a part of a sentence for each mechanism, and the chart."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from planner.report.wording import format_share
from planner.sheets.board import Chart
from planner.studies.attribution.mechanisms import MECHANISMS
from planner.studies.attribution.sampled import QUANTILES, SampledRanges
from planner.words import count_noun


def describe_samples(ranges: SampledRanges) -> str:
    """How many samples there are, as the beginning of a sentence.

    Parameters
    ----------
    ranges
        The samples.

    Returns
    -------
    str
        Without a full stop.
    """
    refused = len(ranges.samples) - len(ranges.sound)
    without = f" ({refused} of them without a plan for some combination)" if refused else ""
    drawn = f"{count_noun(ranges.figures, 'figure')} drawn together"
    if ranges.complete:
        return f"In {count_noun(ranges.count, 'sample')}{without} of {drawn}"
    done = f"{len(ranges.samples)} of {count_noun(ranges.count, 'sample')}{without}"
    return f"Stopped by the user (--resume goes on): in {done} of {drawn}"


def describe_range(money: Callable[[float], str], ranges: SampledRanges, player: str) -> str:
    """What samples say of the worth of a mechanism, no finer than they are.

    Parameters
    ----------
    money
        Writes an amount.
    ranges
        The samples.
    player
        The mechanism.

    Returns
    -------
    str
        A part of a sentence.
    """
    low, _, high = ranges.quantiles(player)
    text = f"{money(low)} to {money(high)} in eight of ten samples"
    if low <= 0 <= high:
        return f"{text}, so that it is not certain whether it is worth anything"
    if (ranges.totals > 0).all() and low > 0:
        shares = np.quantile(ranges.worths[player].to_numpy() / ranges.totals, (QUANTILES[0], QUANTILES[-1]))
        first, last = (format_share(float(share)) for share in shares)
        return f"{text}, {first if first == last else f'{first} to {last}'} of the whole"
    return text


def chart_ranges(ranges: SampledRanges, scale: float, unit: str) -> Chart:
    """The tenth percentile, median and ninetieth of the worth of each mechanism.

    Parameters
    ----------
    ranges
        The samples.
    scale
        What worths are divided by.
    unit
        Of the amounts after that.

    Returns
    -------
    Chart
        Columns beside each other.
    """
    rows = {MECHANISMS[player]: ranges.quantiles(player) for player in ranges.players}
    names = ["one sample of ten is below", "median", "nine of ten are below"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=names) / scale
    first = max(rows, key=lambda name: rows[name][1])
    title = "What each mechanism is worth over the samples of all ranges"
    return Chart(title, "clustered", unit, frame, None, f"{first} is worth most in the median")
