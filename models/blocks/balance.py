"""Balance: nothing comes from nowhere, and nothing vanishes but what may be thrown away.

Other blocks post what they make, use and move to `m.ledgers.supply` and `m.ledgers.delivered`, sums by (item, region,
period). Most places have only a supply side. Where a region has a lane to itself for an item, what is made there must
take that lane to be of use there; then sales, stocks and local use are on the delivered side. So it is at hubs, where
what is made stays without a lane (`retained`), and what has arrived is passed on (`transited`) within their capacity.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.costs import CostLine
from planner_models.keys import Place
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets


@dataclass(frozen=True)
class Ledgers:
    """Sums by item, region and period: the supply side, and the delivered side where a region has one.

    prices: what the optimum moves by where one more unit a year is taken there, discounted money per item/year, all
    integers held; set by whoever has solved the model, empty where the solver gave no duals
    """

    supply: dict[Place, LinearExpression]
    delivered: dict[Place, LinearExpression]
    prices: dict[Place, float] = field(default_factory=dict)


def prepare(m: Model) -> None:
    """Open the two ledgers before any block posts to them."""
    m.ledgers = Ledgers(supply=defaultdict(LinearExpression), delivered=defaultdict(LinearExpression))


def build(m: Model, sets: Sets) -> None:
    """left[i,r,t] >= 0, what is disposed of; one row per item, region and period."""
    items = sets.instance["items"]
    disposable = set(items.loc[items["disposable"] == "yes", "item"])
    m.left = left = pyo.Var([key for key in m.ledgers.supply if key[0] in disposable], domain=pyo.NonNegativeReals)
    disposal, facts = CostLine("disposal"), items.set_index("item")[["tier", "disposal_cost"]].to_dict("index")
    for key, variable in left.items():
        m.ledgers.supply[key].add(-1.0, variable)
        disposal.add(facts[key[0]]["disposal_cost"], variable, (facts[key[0]]["tier"], key[1], key[2]))
    m.cost_lines.append(disposal)
    m.balance = pyo.Constraint(list(m.ledgers.supply), rule=balance)
    m.delivery = pyo.Constraint(list(m.ledgers.delivered), rule=delivery)


def balance(m: Model, *key: *Place) -> pyo.Expression:
    """made + arrived + transited - retained - used - shipped - sold - left - (held[t] - held[t-1]) / years = 0"""
    terms = m.ledgers.supply[key]
    return terms.expression() == -terms.constant


def delivery(m: Model, *key: *Place) -> pyo.Expression:
    """arrived + retained - transited - used - sold - (held[t] - held[t-1]) / years = 0, where a region has two sides"""
    terms = m.ledgers.delivered[key]
    return terms.expression() == -terms.constant


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheets `disposal` (what is thrown away, and what that costs in money/year) and `prices` (of every place)."""
    each = sets.instance["items"].set_index("item")["disposal_cost"].to_dict()
    rows = [
        (region, item, period, left.value, left.value * each[item]) for (item, region, period), left in m.left.items()
    ]
    found = {"disposal": pd.DataFrame(rows, columns=["region", "item", "period", "disposed", "cost"])}
    prices = [(*key, price / sets.time.annual[key[2]], price) for key, price in m.ledgers.prices.items()]
    columns = ["item", "region", "period", "price", "discounted"]
    return found | ({"prices": pd.DataFrame(prices, columns=columns)} if prices else {})
