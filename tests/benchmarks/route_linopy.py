"""linopy: one vector of variables for each table; each balance row is a grouped sum of all that enters or leaves."""

import highspy
import linopy
import numpy as np
import pandas as pd
import xarray

from tests.benchmarks.tables import Tables


def load(data: Tables) -> highspy.Highs:
    """The model of the tables in HiGHS."""
    m = linopy.Model()
    shipped = m.add_variables(lower=0, coords=[_numbers(data.flows)], name="shipped")
    made = m.add_variables(lower=0, coords=[_numbers(data.made)], name="made")
    sold = m.add_variables(lower=0, upper=_row(data.demand["volume"]), name="sold")
    unserved = m.add_variables(lower=0, coords=[_numbers(data.demand)], name="unserved")
    built = m.add_variables(lower=0, upper=_row(data.modules["most"]), integer=True, name="built")
    using = made.isel(row=data.yields["made"].to_numpy())
    serving = built.isel(row=data.service["module"].to_numpy())
    balance = _grouped(
        (shipped, -1.0, data.flows["origin"]),
        (shipped, 1.0, data.flows["destination"]),
        (using, data.yields["quantity"], data.yields["place"]),
        (sold, -1.0, data.demand["place"]),
    )
    m.add_constraints(balance == 0, name="balance")
    limit = _grouped((made, 1.0, data.made.index), (serving, -data.service["capacity"], data.service["made"]))
    m.add_constraints(limit <= _row(data.made["existing"]), name="within_capacity")
    m.add_constraints(sold + unserved == _row(data.demand["volume"]), name="service")
    if len(data.modules):
        most = _row(data.modules.groupby("group")["most"].first())
        m.add_constraints(_grouped((built, 1.0, data.modules["group"])) <= most, name="module_limit")
    priced = [(shipped, data.flows), (made, data.made), (unserved, data.demand), (built, data.modules)]
    m.add_objective(sum((variables * _row(frame["cost"])).sum() for variables, frame in priced))
    return linopy.io.to_highspy(m)


def _numbers(frame: pd.DataFrame) -> pd.RangeIndex:
    return pd.RangeIndex(len(frame), name="row")


def _row(values: pd.Series) -> xarray.DataArray:
    """Values by number of the row."""
    return xarray.DataArray(values.to_numpy(), coords=[pd.RangeIndex(len(values), name="row")])


def _grouped(*parts: tuple[linopy.Variable, float | pd.Series, pd.Series | pd.Index]) -> linopy.LinearExpression:
    """The sum of factor x variable of all parts by group."""
    terms = []
    for variables, factor, _ in parts:
        factors = np.broadcast_to(np.asarray(factor, dtype=float), variables.shape)
        plain = variables.assign_coords(row=np.arange(len(factors)))
        terms.append(plain * xarray.DataArray(factors, coords=[pd.RangeIndex(len(factors), name="row")]))
    together = linopy.merge(terms, dim="row")
    groups = np.concatenate([np.asarray(group) for *_, group in parts])
    together = together.assign_coords(row=np.arange(len(groups)))
    series = pd.Series(groups, index=pd.RangeIndex(len(groups), name="row"), name="row")
    return together.groupby(series.rename("group")).sum().rename(group="row")
