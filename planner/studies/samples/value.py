"""What samples say of plans: regret, and what information about the figures is worth.

All amounts are costs, as minimised, in money; shapes (samples, plans) and (samples,).
"""

from typing import NamedTuple

import numpy as np

FEWEST = 10
"""Samples below which nothing is estimated."""


class Estimate(NamedTuple):
    """A mean over samples and its standard error, in money."""

    value: float
    error: float


def estimate_mean(amounts: np.ndarray) -> Estimate:
    """The mean of independent samples; a Latin hypercube has a smaller error than this (Stein, Technometrics 29, 1987).

    Parameters
    ----------
    amounts
        Shape (samples,).

    Returns
    -------
    Estimate
        The error is NaN for a single sample.
    """
    count = len(amounts)
    error = float(amounts.std(ddof=1)) / np.sqrt(count) if count > 1 else np.nan
    return Estimate(float(amounts.mean()), float(error))


def estimate_perfect(costs: np.ndarray, best: np.ndarray) -> Estimate | None:
    """What knowing all figures beforehand would save: the mean regret of the plan whose mean cost is least.

    Expected value of perfect information: Raiffa and Schlaifer, Applied Statistical Decision Theory (1961).

    Parameters
    ----------
    costs
        Of each plan in each sample; infinite where it cannot be held.
    best
        The least cost found in each sample.

    Returns
    -------
    Estimate or None
        None where every plan cannot be held in some sample.
    """
    sound = costs[:, np.isfinite(costs).all(axis=0)]
    if not sound.shape[1]:
        return None
    return estimate_mean(sound[:, sound.mean(axis=0).argmin()] - best)


def make_basis(positions: np.ndarray) -> np.ndarray:
    """Straight pieces that join at quantiles: 1, the position, and what it is above each joint.

    Three joints from 40 samples on, one from 20 on, none below.
    """
    count = len(positions)
    joints = (0.25, 0.5, 0.75) if count >= 40 else (0.5,) if count >= 20 else ()
    hinges = [np.maximum(positions - np.quantile(positions, joint), 0.0) for joint in joints]
    return np.stack([np.ones(count), positions, *hinges], axis=1)


def fit_left_out(positions: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """What a regression on a figure says of each sample when it has not seen that sample.

    With the hat matrix H of least squares the prediction without sample i is (fit_i - H_ii y_i) / (1 - H_ii): Allen,
    The relationship between variable selection and data augmentation, Technometrics 16 (1974).

    Parameters
    ----------
    positions
        Of the figure, shape (samples,).
    amounts
        What is predicted, shape (samples, ...).

    Returns
    -------
    numpy.ndarray
        Predictions in the shape of `amounts`.
    """
    left, sizes, _ = np.linalg.svd(make_basis(positions), full_matrices=False)
    left = left[:, sizes > 1e-9 * sizes[0]]
    own = (left**2).sum(axis=1)
    own = own.reshape(-1, *[1] * (amounts.ndim - 1))
    return np.asarray((left @ (left.T @ amounts) - own * amounts) / (1 - own))


def estimate_partial(costs: np.ndarray, positions: np.ndarray) -> Estimate:
    """What knowing one figure beforehand would save, all others as unknown as they are.

    The expected cost of each plan given the figure is a regression over the samples (Strong, Oakley, Brennan,
    Estimating multiparameter partial expected value of perfect information from a probabilistic sensitivity analysis
    sample, Medical Decision Making 34, 2014). In each sample the plan is chosen by a regression that has not seen the
    sample: choosing the least of fits that have would count noise as knowledge.

    Parameters
    ----------
    costs
        Of each plan in each sample, all finite.
    positions
        Of the figure in each sample.

    Returns
    -------
    Estimate
        Against the plan whose mean cost is least; it can be below 0 by chance.
    """
    chosen = fit_left_out(positions, costs).argmin(axis=1)
    saved = costs[:, costs.mean(axis=0).argmin()] - costs[np.arange(len(costs)), chosen]
    return estimate_mean(saved)


def explain_share(positions: np.ndarray, amounts: np.ndarray) -> float:
    """The share of the variance of amounts that a figure explains, in samples that its regression has not seen.

    Parameters
    ----------
    positions
        Of the figure in each sample.
    amounts
        Shape (samples,).

    Returns
    -------
    float
        From 0 to 1.
    """
    spread = float(((amounts - amounts.mean()) ** 2).sum())
    if not spread:
        return 0.0
    missed = float(((amounts - fit_left_out(positions, amounts)) ** 2).sum())
    return max(0.0, 1 - missed / spread)


def predict_at(positions: np.ndarray, amounts: np.ndarray, chances: tuple[float, ...]) -> list[float]:
    """The expected amount where a figure is at these quantiles of it.

    Parameters
    ----------
    positions
        Of the figure in each sample.
    amounts
        Shape (samples,).
    chances
        Probabilities of the quantiles.

    Returns
    -------
    list of float
        In the unit of the amounts.
    """
    basis = make_basis(positions)
    factors = np.linalg.lstsq(basis, amounts, rcond=None)[0]
    order = np.argsort(positions)
    fitted = (basis @ factors)[order]
    return [float(np.interp(np.quantile(positions, chance), positions[order], fitted)) for chance in chances]


def share_best(costs: np.ndarray, rounding: np.ndarray) -> np.ndarray:
    """The probability that each plan is the best of those compared; plans that cost the same share it.

    Parameters
    ----------
    costs
        Of each plan in each sample.
    rounding
        Difference up to which costs of a sample are the same, shape (samples,).

    Returns
    -------
    numpy.ndarray
        Shape (plans,), adding up to 1 over the samples in which any plan can be held; 0 where there is none.
    """
    some = np.isfinite(costs).any(axis=1)
    if not some.any():
        return np.zeros(costs.shape[1])
    least = costs[some].min(axis=1)
    first = costs[some] <= (least + rounding[some])[:, None]
    return np.asarray((first / first.sum(axis=1, keepdims=True)).mean(axis=0))
