"""Joint draws of the ranged figures of an input: a Latin hypercube of triangular distributions."""

import hashlib
from collections.abc import Sequence

import numpy as np

from planner.issues import InputError, Issue
from planner.studies.sensitivity.ranges import Figure, list_ranged
from planner_models.instance import Instance

LIBRARY = "sampling needs SciPy: pip install -e '.[samples]'"


def list_sampled(instance: Instance) -> list[Figure]:
    """The figures that are drawn: one for each row of sheet evidence whose range has a width.

    Where two ranges cover one cell, the one with fewer rows applies, so that the wider one comes first. Of two ranges
    with the same key and column the later one holds.

    Parameters
    ----------
    instance
        The input.

    Returns
    -------
    list of Figure
        Those of most rows first.

    Raises
    ------
    InputError
        Where there is no range, or one does not hold the figures that it is about.
    """
    figures = list({figure.name: figure for figure in list_ranged(instance)}.values())
    faults = [
        Issue("error", "evidence", "", f"the range of {figure.name} does not hold its value; widen it")
        for figure in figures
        if not _holds_values(figure)
    ]
    wide = [figure for figure in figures if any(_widths(figure))]
    if not wide and not faults:
        words = "no figure has a range to draw from: fill sheet evidence, as docs/SENSITIVITY.md shows"
        faults.append(Issue("error", "evidence", "", words))
    if faults:
        raise InputError(faults)
    return sorted(wide, key=lambda figure: -len(figure.rows))


def _widths(figure: Figure) -> tuple[float, float]:
    """How far the figure may go down and up, over all its rows."""
    return float(np.abs(figure.values - figure.low).sum()), float(np.abs(figure.high - figure.values).sum())


def _holds_values(figure: Figure) -> bool:
    """Whether each figure is between its ends; those of negative ones beside positive ones lie the other way round."""
    least, most = np.minimum(figure.low, figure.high), np.maximum(figure.low, figure.high)
    return bool(((figure.values >= least) & (figure.values <= most)).all())


def chance_below(figure: Figure) -> float:
    """The probability that a figure is below its value, which is the peak of its triangle."""
    down, up = _widths(figure)
    return down / (down + up)


def draw_ways(figures: Sequence[Figure], count: int, seed: int) -> np.ndarray:
    """A Latin hypercube of the figures: each is in each of `count` slices of equal probability exactly once.

    McKay, Beckman, Conover, A comparison of three methods for selecting values of input variables, Technometrics 21
    (1979). The random numbers of a figure depend on its name and the seed alone: studies of variants of a workbook
    draw the same values of what they share.

    Parameters
    ----------
    figures
        What is drawn.
    count
        Number of samples.
    seed
        Of the random numbers.

    Returns
    -------
    numpy.ndarray
        How far each figure is on its way from its value to its low end (down to -1) or its high end (up to 1), shape
        (count, figures).

    Raises
    ------
    InputError
        Where SciPy is not installed.
    """
    try:
        from scipy.stats import qmc
    except ImportError as error:
        raise InputError([Issue("error", "--samples", "", LIBRARY)]) from error
    columns = []
    for figure in figures:
        digest = hashlib.sha256(figure.name.encode()).digest()
        stream = np.random.default_rng([seed, *np.frombuffer(digest, dtype=np.uint32).tolist()])
        chances = qmc.LatinHypercube(1, rng=stream).random(count)[:, 0]
        columns.append(turn_to_ways(chances, chance_below(figure)))
    return np.stack(columns, axis=1)


def turn_to_ways(chances: np.ndarray, below: float) -> np.ndarray:
    """The quantiles of a triangle from -1 to 1 with its peak at 0, whose lower part has the probability `below`.

    Parameters
    ----------
    chances
        Probabilities, shape (n,).
    below
        Probability of values below the peak.

    Returns
    -------
    numpy.ndarray
        Quantiles, shape (n,).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.sqrt(chances / below) - 1
        high = 1 - np.sqrt((1 - chances) / (1 - below))
    return np.where(chances < below, low, high)


def place_draw(instance: Instance, figures: Sequence[Figure], ways: np.ndarray) -> Instance:
    """The instance with each figure at its place in a draw.

    Parameters
    ----------
    instance
        The input.
    figures
        What was drawn, those of most rows first.
    ways
        The draw, shape (figures,); see `draw_ways`.

    Returns
    -------
    Instance
        The input of the sample.
    """
    for figure, way in zip(figures, ways, strict=True):
        instance = figure.place(instance, float(way))
    return instance


def list_positions(figure: Figure, ways: np.ndarray) -> np.ndarray:
    """The draws of a figure on a straight scale: by how much it is above its value, all its rows together.

    Parameters
    ----------
    figure
        The figure.
    ways
        Its draws, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,), as a share of the width of the range.
    """
    below = chance_below(figure)
    return np.where(ways < 0, ways * below, ways * (1 - below))
