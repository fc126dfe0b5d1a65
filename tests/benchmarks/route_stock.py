"""Pyomo as its manual shows it: rules that return sums, and the solver interface `appsi_highs`."""

from collections import defaultdict

import highspy
import pandas as pd
import pyomo.environ as pyo
from pyomo.contrib.appsi.solvers import Highs

from tests.benchmarks.tables import Tables


def load(data: Tables) -> highspy.Highs:
    """The model of the tables in HiGHS."""
    m = pyo.ConcreteModel()
    m.shipped = pyo.Var(range(len(data.flows)), domain=pyo.NonNegativeReals)
    m.made = pyo.Var(range(len(data.made)), domain=pyo.NonNegativeReals)
    volume, most = data.demand["volume"].tolist(), data.modules["most"].tolist()
    m.sold = pyo.Var(range(len(volume)), bounds=lambda _, market: (0, volume[market]))
    m.unserved = pyo.Var(range(len(volume)), domain=pyo.NonNegativeReals)
    m.built = pyo.Var(range(len(most)), domain=pyo.NonNegativeIntegers, bounds=lambda _, module: (0, most[module]))
    leaving, arriving = _by(data.flows["origin"]), _by(data.flows["destination"])
    yielding, selling = _by(data.yields["place"]), _by(data.demand["place"])
    uses, quantity = data.yields["made"].tolist(), data.yields["quantity"].tolist()

    def balance(m: pyo.ConcreteModel, place: int) -> pyo.Expression:
        return (
            sum(m.shipped[flow] for flow in arriving[place])
            - sum(m.shipped[flow] for flow in leaving[place])
            + sum(quantity[entry] * m.made[uses[entry]] for entry in yielding[place])
            - sum(m.sold[market] for market in selling[place])
            == 0
        )

    m.balance = pyo.Constraint(range(data.places), rule=balance)
    serving, existing = _by(data.service["made"]), data.made["existing"].tolist()
    module, capacity = data.service["module"].tolist(), data.service["capacity"].tolist()

    def within_capacity(m: pyo.ConcreteModel, line: int) -> pyo.Expression:
        added = sum(capacity[entry] * m.built[module[entry]] for entry in serving[line])
        return m.made[line] <= existing[line] + added

    m.within_capacity = pyo.Constraint(range(len(existing)), rule=within_capacity)
    m.service = pyo.Constraint(range(len(volume)), rule=lambda m, at: m.sold[at] + m.unserved[at] == volume[at])
    groups = _by(data.modules["group"])
    m.module_limit = pyo.Constraint(
        list(groups), rule=lambda m, group: sum(m.built[entry] for entry in groups[group]) <= most[groups[group][0]]
    )
    priced = [(m.shipped, data.flows), (m.made, data.made), (m.unserved, data.demand), (m.built, data.modules)]
    costs = [(variables, frame["cost"].tolist()) for variables, frame in priced]
    m.objective = pyo.Objective(
        expr=sum(cost[key] * variable for variables, cost in costs for key, variable in variables.items())
    )
    interface = Highs()
    interface.set_instance(m)
    return interface._solver_model


def _by(groups: pd.Series) -> dict[int, list[int]]:
    """Group -> the numbers of its rows."""
    found = defaultdict(list)
    for number, group in enumerate(groups.tolist()):
        found[group].append(number)
    return found
