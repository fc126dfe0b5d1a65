"""A first plan: what the relaxation builds, rounded up, so that the search has something good to improve on."""

from collections import defaultdict
from math import ceil

import pyomo.environ as pyo

CLOSE = 1e-6
"""Amounts this near a whole number are that number."""

HARDLY_KEPT = 0.02
"""Existing capacity of which the relaxation keeps no more than this share is retired."""


def round_up(m: pyo.ConcreteModel) -> None:
    """Give every integer variable a whole value near, and mostly above, the relaxed value it holds.

    Modules are rounded by what has been ordered up to each period, so that fractions spread over several periods
    become one module and not one in each.
    """
    ordered: dict[tuple[str, ...], tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    for key, variable in m.built.items():
        level, modules = ordered[key[:3]]
        level += variable.value
        more = max(0, min(ceil(level - CLOSE), int(m.max_modules[key[:3]])) - modules)
        ordered[key[:3]] = (level, modules + more)
        variable.set_value(more, skip_validation=True)
    for states in (m.opened, m.lane_opened):
        for variable in states.values():
            variable.set_value(ceil(variable.value - CLOSE), skip_validation=True)
    for variable in m.kept.values():
        variable.set_value(int(variable.value > HARDLY_KEPT), skip_validation=True)
    for market in m.one_step:
        steps = [m.priced[key] for key in m.markets[market]]
        likely = max(steps, key=lambda variable: variable.value)
        for variable in steps:
            variable.set_value(int(variable is likely), skip_validation=True)
