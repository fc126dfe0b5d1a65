"""A study of joint samples recomputed from its sheets: regret, quantiles, and what information is worth."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner.audit import Finding, never, same
from planner_models.schema import RESULTS

OWN = "best of each sample"

PERFECT = "expected value of perfect information"


def audit_samples(
    tables: Mapping[str, pd.DataFrame], summary: pd.DataFrame, *, sign: float, complete: bool
) -> pd.DataFrame:
    """Sheet `audit` of a study of samples.

    Parameters
    ----------
    tables
        Sheets `compared`, `figures`, `samples`, `outcomes` and `draws`.
    summary
        Sheet `summary`.
    sign
        1 where the objective is a cost, -1 where it is a profit.
    complete
        Whether all samples are there, so that their draws fill every slice once.

    Returns
    -------
    pandas.DataFrame
        Columns check, compared, worst and ok.
    """
    best = tables["samples"].set_index("sample")["objective"].astype(float).dropna() * sign
    rows = tables["outcomes"]
    costs = rows.pivot(index="sample", columns="plan", values="objective").astype(float) * sign
    costs = costs.reindex(best.index)
    compared = tables["compared"].set_index("plan")
    findings = [
        *_audit_regret(rows, costs, best),
        *_audit_plans(compared, costs, best, sign),
        *_audit_information(summary, costs, best),
        *_audit_draws(tables["figures"], tables["draws"], complete),
        *_audit_figures(tables, costs),
    ]
    written = [(each.check, each.compared, each.worst, "yes" if each.ok else "no") for each in findings]
    return pd.DataFrame(written, columns=list(RESULTS["audit"].columns))


def _audit_regret(rows: pd.DataFrame, costs: pd.DataFrame, best: pd.Series) -> list[Finding]:
    """Each regret is the distance to the best of its sample, which no plan that is held beats."""
    stated = rows.pivot(index="sample", columns="plan", values="regret").astype(float).reindex(best.index)
    true = costs.sub(best, axis=0)
    size = costs.abs().max(axis=1).rename("size")
    pairs = [(stated[plan].dropna(), true[plan].dropna()) for plan in costs]
    value, expected = (pd.concat([pair[side] for pair in pairs], ignore_index=True) for side in (0, 1))
    sizes = pd.concat([size[true[plan].notna()] for plan in costs], ignore_index=True)
    below = (true.min(axis=1) < -1e-6 * best.abs().clip(lower=1e-9)).fillna(value=False)
    return [same("regret of each plan", value, expected, sizes), never("no plan beats the best of a sample", below)]


def _audit_plans(compared: pd.DataFrame, costs: pd.DataFrame, best: pd.Series, sign: float) -> list[Finding]:
    """Means and quantiles of each plan, and how often it is the best."""
    spread = {}
    for plan in compared.index:
        amounts = best if plan.endswith(OWN) or plan not in costs else costs[plan].dropna()
        spread[plan] = (sign * amounts).quantile([0.1, 0.5, 0.9]).tolist()
    expected = pd.DataFrame.from_dict(spread, orient="index", columns=["p10", "median", "p90"])
    stated = compared[["p10", "median", "p90"]].astype(float)
    held = costs.columns[costs.notna().all()]
    mean = costs[held].sub(best, axis=0).mean()
    sizes = costs[held].abs().mean()
    close = costs.sub(costs.min(axis=1), axis=0).le(1e-7 * best.abs().clip(lower=1e-9), axis=0)
    shares = close.div(close.sum(axis=1).replace(0, np.nan), axis=0).mean()
    return [
        same("quantiles of each plan", _flatten(stated), _flatten(expected)),
        same("mean regret", compared.loc[held, "regret"].astype(float), mean, sizes),
        same("probability of being the best", compared.loc[costs.columns, "best"].astype(float), shares),
    ]


def _flatten(table: pd.DataFrame) -> pd.Series:
    """All cells of a table, by its row and column."""
    cells = {(row, column): float(table[column].loc[row]) for row in table.index for column in table}
    return pd.Series(cells, dtype=float)


def _audit_information(summary: pd.DataFrame, costs: pd.DataFrame, best: pd.Series) -> list[Finding]:
    """The value of perfect information is the least mean regret, with its standard error."""
    said = dict(zip(summary["metric"], summary["value"], strict=True))
    held = costs[costs.columns[costs.notna().all()]]
    if not isinstance(said.get(PERFECT), float) or not held.shape[1]:
        return []
    regret = held[held.mean().idxmin()] - best
    stated = pd.Series([said[PERFECT], said["standard error of that"]])
    true = pd.Series([regret.mean(), regret.sem()])
    return [same("value of perfect information", stated, true, pd.Series(held.abs().mean().max(), index=true.index))]


def _audit_draws(figures: pd.DataFrame, draws: pd.DataFrame, complete: bool) -> list[Finding]:
    """Each figure is in each slice of its probability once: its draws turned back to probabilities fill all slices."""
    if not complete or draws.empty:
        return []
    below = figures.set_index("figure")["below"].astype(float)
    ways = draws.pivot(index="sample", columns="figure", values="way").astype(float)
    wrong = {}
    for figure in map(str, ways.columns):
        column, share = ways[figure], float(below.loc[figure])
        chance = np.where(column < 0, share * (1 + column) ** 2, 1 - (1 - share) * (1 - column) ** 2)
        middles = (np.sort(chance) * len(column)) - np.arange(len(column))
        wrong[figure] = bool((middles < -1e-6).any() or (middles > 1 + 1e-6).any())
    return [never("draws fill every slice once", pd.Series(wrong))]


def _audit_figures(tables: Mapping[str, pd.DataFrame], costs: pd.DataFrame) -> list[Finding]:
    """What knowing a figure is worth: every sample left out in turn, and the equations of the others solved anew."""
    held = costs[costs.columns[costs.notna().all()]]
    figures = tables["figures"].set_index("figure")
    if tables["draws"].empty or held.shape[1] < 2:
        return []
    ways = tables["draws"].pivot(index="sample", columns="figure", values="way").astype(float).reindex(held.index)
    below = figures["below"].astype(float)
    true = {figure: _value_figure(ways[figure], float(below.loc[figure]), held) for figure in map(str, ways.columns)}
    stated = figures["information"].astype(float).loc[list(true)]
    sizes = pd.Series(float(held.abs().to_numpy().mean()), index=stated.index)
    return [same("value of knowing each figure", stated, pd.Series(true), sizes)]


def _value_figure(ways: pd.Series, below: float, costs: pd.DataFrame) -> float:
    """The mean of what is saved where the plan of each sample is chosen by the other samples alone."""
    positions = ways.where(ways < 0, 0.0) * below + ways.where(ways > 0, 0.0) * (1 - below)
    count = len(positions)
    quantiles = (0.25, 0.5, 0.75) if count >= 40 else (0.5,) if count >= 20 else ()
    joints = [float(positions.quantile(quantile)) for quantile in quantiles]
    basis = np.column_stack([np.ones(count), positions, *[(positions - joint).clip(lower=0.0) for joint in joints]])
    amounts = costs.to_numpy(float)
    squares = np.einsum("si,sj->sij", basis, basis)
    products = np.einsum("si,sp->sip", basis, amounts)
    inverse = np.linalg.pinv(squares.sum(axis=0) - squares, hermitian=True)
    factors = inverse @ (products.sum(axis=0) - products)
    chosen = np.einsum("si,sip->sp", basis, factors).argmin(axis=1)
    usual = amounts[:, amounts.mean(axis=0).argmin()]
    return float((usual - amounts[np.arange(count), chosen]).mean())
