"""Identical lines are used alike: what the optimum leaves open where nothing tells them apart.

The share of its capacity that each line makes is made the same among lines of one process in one region that cost the
same and are reached in the same mode. Every row of the model is held to: where a rule, a group, an offer, a lock or a
disruption tells the lines apart, some row would not hold, and they stay as they are. The objective stays too.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from planner.solver.compiled import Compiled
from planner_models.keys import Activity
from planner_models.linear import LinearExpression
from planner_models.model import Model

ROUNDING = 1e-9
"""Amounts that differ by less than this share are the same."""

CENTS = 9
"""Digits in which costs of lines are compared."""


class _Values:
    """Values by column, with the activity of every row; changes are taken where all rows hold."""

    def __init__(self, compiled: Compiled, values: np.ndarray) -> None:
        self.compiled = compiled
        self.values = values.copy()
        self.column = {id(variable): place for place, variable in enumerate(compiled.variables)}
        count = len(compiled.starts) - 1
        self.row_of = np.repeat(np.arange(count), np.diff(compiled.starts))
        terms = compiled.values * values[compiled.columns]
        self.activity = np.bincount(self.row_of, terms, count)
        self.size = np.bincount(self.row_of, np.abs(terms), count)
        self.by_column = np.argsort(compiled.columns, kind="stable")
        self.first = np.searchsorted(compiled.columns[self.by_column], np.arange(len(values) + 1))

    def value(self, terms: LinearExpression) -> float:
        """What a sum comes to."""
        columns = [self.column[id(variable)] for variable in terms.variables]
        return terms.constant + float(np.dot(terms.coefficients, self.values[columns])) if columns else terms.constant

    def share_out(self, groups: Iterable[tuple[list[int], np.ndarray]]) -> None:
        """Share out the sum of the columns of each group, all of them or none."""
        columns = np.concatenate([np.array(group, dtype=int) for group, _ in groups])
        wanted = np.concatenate([self.values[group].sum() * shares for group, shares in groups])
        change = wanted - self.values[columns]
        if np.abs(change).max() > ROUNDING * np.abs(wanted).max() and self._holds(columns, wanted, change):
            self.values[columns] = wanted

    def _holds(self, columns: np.ndarray, wanted: np.ndarray, change: np.ndarray) -> bool:
        """Whether bounds, rows and cost hold with the change; then the activity of the rows is brought up to date."""
        made, room = self.compiled, ROUNDING * np.maximum(1.0, np.abs(wanted))
        paid = made.cost[columns] * change
        fits = (wanted >= made.lower[columns] - room) & (wanted <= made.upper[columns] + room)
        if not fits.all() or abs(paid.sum()) > ROUNDING * np.abs(made.cost[columns] * wanted).sum():
            return False
        entries = [self.by_column[self.first[column] : self.first[column + 1]] for column in columns]
        amounts = np.repeat(change, [len(places) for places in entries])
        places = np.concatenate(entries)
        rows, position = np.unique(self.row_of[places], return_inverse=True)
        moved = self.activity[rows] + np.bincount(position, made.values[places] * amounts, len(rows))
        slack = ROUNDING * np.maximum(1.0, self.size[rows])
        low = np.minimum(made.row_lower[rows], self.activity[rows])  # a row that was off by rounding may stay so
        high = np.maximum(made.row_upper[rows], self.activity[rows])
        if (moved < low - slack).any() or (moved > high + slack).any():
            return False
        self.activity[rows] = moved
        return True


def use_alike(m: Model, compiled: Compiled, values: np.ndarray) -> np.ndarray:
    """The same plan with identical lines used alike.

    Parameters
    ----------
    m
        A built model.
    compiled
        Its arrays.
    values
        The plan, by column.

    Returns
    -------
    numpy.ndarray
        The values by column, of the same objective; `values` themselves while the switch `ties` is off.
    """
    if m.sets.instance.settings["ties"] == "off":
        return values
    current, credits = _Values(compiled, values), _list_credits(m)
    for members in _list_alike(m).values():
        usable = np.array(
            [current.value(m.capacity.usable[key]) if key in m.capacity.usable else 0.0 for key in members]
        )
        if len(members) > 1 and usable.sum() > 0:
            shares = usable.clip(min=0.0) / usable.clip(min=0.0).sum()
            sums = [([current.column[id(m.production.made[key])] for key in members], shares)]
            levels = {level for key in members for level in credits[key]}
            if any(set(credits[key]) != levels for key in members):
                continue
            sums += [([current.column[id(credits[key][level])] for key in members], shares) for level in levels]
            current.share_out(sums)
    return current.values


def _list_alike(m: Model) -> dict[tuple[Any, ...], list[Activity]]:
    """The activities of one process in one region, mode and period that cost the same."""
    found: dict[tuple[Any, ...], list[Activity]] = defaultdict(list)
    each = m.sets.draw_prices()
    for key in m.production.made:
        site, process, mode, period = key
        price = (*each[key], m.sets.transaction_cost(*key))
        rounded = tuple(float(f"{amount:.{CENTS}g}") for amount in price)
        found[process, m.sets.places[site, process][1], mode, period, rounded].append(key)
    return found


def _list_credits(m: Model) -> dict[Activity, dict[Any, Any]]:
    """By activity: the savings credited to it, by kind and level."""
    found: dict[Activity, dict[Any, Any]] = defaultdict(dict)
    for kind, credits in (("experience", m.experience.practised), ("cluster", m.clusters.settled)):
        for key, variable in credits.items():
            found[key[:4]][kind, *key[4:]] = variable
    return found
