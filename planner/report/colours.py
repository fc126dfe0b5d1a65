"""Colours of series, the same in every chart, workbook and page: of regions, and of tiers."""

import zlib
from collections.abc import Iterable

from planner_models.instance import Instance
from planner_models.schema import TIERS

OTHERS = "B9C4CF"
"""The sum of all others."""

_WHEEL = (
    *("1F3A5F", "C8553D", "2E9CA6", "E3A32B", "6B9B57", "8E6C9E", "4C78A8", "B07A2A", "D9A6A0", "3F7F6B", "A23B72"),
    *("7A8FA6", "5B8C2A", "F28E5B", "2F4B7C", "C9B458", "76B7B2", "9C4F2E", "B58FC2", "55606E", "8FBF8F", "E07B91"),
    *("3B6EA8", "A89F91"),
)
"""Told apart from each other side by side, in print as well."""

TIER_COLOURS = dict(zip(TIERS, ("1F3A5F", "2E9CA6", "E3A32B"), strict=True))


def region_colours(instance: Instance, shown: Iterable[str]) -> dict[str, str]:
    """The colours of regions in a chart.

    A region has the colour that its name gives, whatever else is in the workbook; where two of a workbook would have
    the same, the later one in sheet `regions` takes the next that is free.

    Parameters
    ----------
    instance
        The input, for all regions.
    shown
        Names of series; those that are no region are sums of others.

    Returns
    -------
    dict
        Colour, as six hexadecimal digits, by name.
    """
    taken: dict[str, str] = {}
    for region in dict.fromkeys(instance["regions"]["region"]):
        start = zlib.crc32(str(region).encode()) % len(_WHEEL)
        order = [*_WHEEL[start:], *_WHEEL[:start]]
        taken[region] = next((colour for colour in order if colour not in taken.values()), order[0])
    return {name: taken.get(name, OTHERS) for name in shown}
