"""What the charts of a study of joint samples show."""

from itertools import pairwise

import numpy as np
import pandas as pd

from planner.sheets.board import Chart
from planner.studies.samples.candidates import FOUND
from planner.studies.samples.report import currency_of, list_worthwhile, name_objective, say_money
from planner.studies.samples.tables import BEST, NINTH, TENTH, Valuation
from planner.studies.samples.value import FEWEST

MOST_BARS = 10

SLICES = 12
"""Columns of the distribution."""


def samples_charts(valued: Valuation) -> list[Chart]:
    """The distribution, the regret of each plan, the tornado of the samples, and what each figure is worth to know.

    Parameters
    ----------
    valued
        The study.

    Returns
    -------
    list of Chart
        Those that can be drawn.
    """
    return [chart for chart in (_distribution(valued), _tornado(valued), _regret(valued), _worth(valued)) if chart]


def _distribution(valued: Valuation) -> Chart | None:
    found = valued.found
    costs = found.costs[:, 0]
    series = {BEST: found.sign * found.best, "the plan held": found.sign * costs[np.isfinite(costs)]}
    every = np.concatenate(list(series.values()))
    if len(found.sound) < FEWEST or np.ptp(every) <= 0:
        return None
    edges = np.linspace(every.min(), every.max(), SLICES + 1)
    names = [f"{low:,.4g} to {high:,.4g}" for low, high in pairwise(edges)]
    counts = {name: np.histogram(values, edges)[0].astype(float) for name, values in series.items()}
    frame = pd.DataFrame(counts, index=names)
    title = f"Samples by {name_objective(found)} (million {currency_of(found)})"
    tenth, ninth = np.quantile(series["the plan held"], [TENTH, NINTH]) if len(series["the plan held"]) else (0.0, 0.0)
    told = (
        f"Eight of ten samples are between {say_money(found, tenth)} and {say_money(found, ninth)} with the plan held"
    )
    return Chart(title, "clustered", "samples", frame, 0.0, told)


def _tornado(valued: Valuation) -> Chart | None:
    values = sorted(valued.figures, key=lambda value: -value.reach)[:MOST_BARS]
    if not values or not values[0].reach:
        return None
    found = valued.found
    mean = float((found.sign * found.costs[:, 0 if valued.sound_plans[0] else valued.preferred or 0]).mean())
    frame = pd.DataFrame(
        {
            "low tenth of the figure": [value.at_tenth - mean for value in values],
            "high tenth of the figure": [value.at_ninth - mean for value in values],
        },
        index=[value.figure.name for value in values],
    )
    told = f"{values[0].figure.name} moves the {name_objective(found)} of the plan most"
    title = f"Expected change of {name_objective(found)} with one figure low or high, all others as unknown as they are"
    return Chart(title, "clustered", f"million {currency_of(found)}", frame, None, told)


def _regret(valued: Valuation) -> Chart | None:
    found = valued.found
    rows = {}
    for place, plan in enumerate(found.plans):
        regret = found.regret[:, place]
        regret = regret[np.isfinite(regret)]
        if len(regret):
            rows[plan.name] = {"mean": float(regret.mean()), "one sample of ten": float(np.quantile(regret, NINTH))}
    if not rows or not any(max(row.values()) > 0 for row in rows.values()):
        return None
    frame = pd.DataFrame.from_dict(rows, orient="index")
    kind = " and of plans found in samples" if any(plan.kind == FOUND for plan in found.plans) else ""
    title = f"Regret of the plan{kind}: cost against the best of each sample"
    least = min(rows, key=lambda name: rows[name]["mean"])
    return Chart(title, "clustered", f"million {currency_of(found)}", frame, 0.0, f"{least} has the least mean regret")


def _worth(valued: Valuation) -> Chart | None:
    worth = list_worthwhile(valued)[:MOST_BARS]
    if not worth:
        return None
    index = [value.figure.name for value in worth]
    frame = pd.DataFrame({"value of knowing it": [value.information.value for value in worth]}, index=index)
    told = f"{index[0]} is worth most to know"
    return Chart("What knowing a figure is worth", "bars", f"million {currency_of(valued.found)}", frame, 0.0, told)
