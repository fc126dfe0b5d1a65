"""Measures of security that stand beside cost on a frontier."""

import math
from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from planner.planning import Problem
from planner.recourse.reaction import Recourse
from planner_models.blocks.disruptions.risk import base_cost, probabilities, tail
from planner_models.sets.scenarios import BASE

MEASURES = {"service": 1.0, "hhi": -1.0, "cvar": -1.0, "import_share": -1.0}
"""Measures by name: 1 where more is safer, -1 where less is."""

Tables = Mapping[str, pd.DataFrame]


def least_served(recourse: Recourse, names: Iterable[str]) -> float:
    """The least, over scenarios, of the most that can be served in each; of the baseline what is served."""
    shares = []
    for name in names:
        keys = [key for key in recourse.sets.snapshots if key[0] == name]
        if name == BASE:
            years = recourse.sets.time.years
            parts = [(12.0 * years[period], recourse.undisturbed(period, 12.0)) for period in recourse.programmes]
        else:
            snapshots = recourse.sets.snapshots
            parts = [(snapshots[key].months, recourse.serve(key[1], snapshots[key])) for key in keys]
        served = sum(months * sum(part.served.values()) for months, part in parts)
        wanted = sum(months * sum(part.wanted.values()) for months, part in parts)
        shares.append(served / wanted if wanted > 0 else 1.0)
    return min(shares, default=math.nan)


def _service(job: Problem, tables: Tables, rule: pd.Series) -> float:
    """The least service over all scenarios of the workbook."""
    return least_served(Recourse(job.model), job.model.sets.scenarios.index)


def _cvar(job: Problem, tables: Tables, rule: pd.Series) -> float:
    """The mean of the worst costs, base and loss, in money: no plan is safer for making its own base cost more."""
    rows = tables["scenarios"]
    chances = probabilities(job.model.sets)
    losses = dict(zip(rows["scenario"], rows["loss"].astype(float), strict=True)) | {BASE: 0.0}
    shares = tail(losses, chances, job.reading.instance.settings["cvar_alpha"])
    return base_cost(job.model, job.model.sets).value() + sum(share * losses[name] for name, share in shares.items())


def _security(column: str) -> Callable[[Problem, Tables, pd.Series], float]:
    def worst(job: Problem, tables: Tables, rule: pd.Series) -> float:
        """The largest figure of the rule's item, in the periods of the rule; of every item where it names none.

        NaN where none of it is left.
        """
        rows = tables["security"]
        window = job.model.sets.time.window(rule["from"], rule["to"])
        rows = rows[rows["period"].isin(window) & (rows["item"].eq(rule["item"]) | (rule["item"] == "*"))]
        return float(rows[column].astype(float).max())

    return worst


MEASURES_OF = {
    "service": _service,
    "hhi": _security("hhi_region"),
    "cvar": _cvar,
    "import_share": _security("import_share"),
}
"""How each is measured: the largest figure where there are many."""
