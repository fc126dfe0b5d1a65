"""Balance: nothing comes from nowhere, and nothing vanishes but what may be thrown away.

Other blocks post what they make, use and move to `m.supply` and `m.delivered`, sums by (item, region, period). Most
places have only a supply side. Where a region has a lane to itself for an item, what is made there must take that lane
to be of use there; then sales, stocks and local use stand on the delivered side.
"""

from collections import defaultdict

import pyomo.environ as pyo

from planner_models.linear import Terms
from planner_models.sets import Sets


def prepare(m: pyo.ConcreteModel) -> None:
    """Open the two ledgers before any block posts to them."""
    m.supply = defaultdict(Terms)
    m.delivered = defaultdict(Terms)


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """left[i,r,t] >= 0, what is thrown away of disposable items; one row per item, region and period."""
    items = sets.instance["items"]
    disposable = set(items.loc[items["disposable"] == "yes", "item"])
    m.left = pyo.Var([key for key in m.supply if key[0] in disposable], domain=pyo.NonNegativeReals)
    for key, variable in m.left.items():
        m.supply[key].add(-1.0, variable)
    m.balance = pyo.Constraint(list(m.supply), rule=balance)
    m.delivery = pyo.Constraint(list(m.delivered), rule=delivery)


def balance(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """made + arrived + transited - used - shipped - sold - left - (held[t] - held[t-1]) / years = 0"""
    terms = m.supply[key]
    return terms.expression() == -terms.constant


def delivery(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """arrived - transited - used - sold - (held[t] - held[t-1]) / years = 0, where a region has a lane to itself"""
    terms = m.delivered[key]
    return terms.expression() == -terms.constant
