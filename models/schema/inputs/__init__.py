"""The sheets of an instance workbook, in the order in which the template shows them."""

import pandera.pandas as pa

from planner_models.schema.columns import measures, remarks
from planner_models.schema.inputs import chain, dynamics, markets, money, plants, programmes, reach, terms
from planner_models.schema.inputs.common import INTENSITIES, TIERS

__all__ = ["INPUTS", "INTENSITIES", "TIERS"]

_TABLES = [
    *chain.TABLES,
    *plants.TABLES,
    *reach.TABLES,
    *markets.TABLES,
    *dynamics.TABLES,
    *terms.TABLES,
    *programmes.TABLES,
    *money.TABLES,
]

INPUTS: dict[str, pa.DataFrameSchema] = {
    schema.name: schema.add_columns(
        measures(schema) | {name: column for name, column in remarks().items() if name not in schema.columns}
    )
    for schema in _TABLES
    if schema.name is not None
}
