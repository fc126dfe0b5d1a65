"""Which figures have no range in sheet evidence, as far as that can be said before anything is solved."""

from planner.studies.sensitivity.ranges import Figure, list_ranged, list_unranged
from planner.words import count_noun
from planner_models.instance import Instance

MOST = 8
"""Columns that are named; more are counted."""

_NO_DOUBT = {"latitude", "longitude"}
"""Columns that nobody doubts."""


def list_without_range(instance: Instance) -> list[Figure]:
    """Columns with figures that have no range, those that the objective is made of first.

    How much a figure decides takes a plan and its marginal prices, which `planner sensitivity` has. Without one,
    columns in money and demand come before what they are multiplied with, and of these those of most figures first.

    Parameters
    ----------
    instance
        The input.

    Returns
    -------
    list of Figure
        One for each column, all its rows without a range together; none where sheet evidence is empty, because such a
        workbook does not ask for ranges.
    """
    if instance["evidence"].empty:
        return []
    figures = [each for each in list_unranged(instance, list_ranged(instance)) if each.column not in _NO_DOUBT]
    return sorted(figures, key=lambda figure: (not _enters_directly(figure), -len(figure.rows)))


def _enters_directly(figure: Figure) -> bool:
    """Whether a figure is a price, a cost or what is sold."""
    return figure.unit.startswith(("money", "currency")) or (figure.sheet, figure.column) == ("demand", "volume")


def describe_unranged(instance: Instance, every: bool = False) -> str:
    """A line that says which figures have no range.

    Parameters
    ----------
    instance
        The input.
    every
        Name every column, not only the first.

    Returns
    -------
    str
        "" where all have one, or sheet evidence is empty.
    """
    figures = list_without_range(instance)
    if not figures:
        return ""
    most = len(figures) if every else MOST
    named = [f"{figure.name} ({len(figure.rows)})" if figure.rows else figure.name for figure in figures[:most]]
    more = f" and {len(figures) - most} more (--all)" if len(figures) > most else ""
    return (
        f"{count_noun(len(figures), 'column')} of figures without a range in sheet evidence: {', '.join(named)}{more}; "
        "planner sensitivity says which of them could change the plan"
    )
