"""Every table of both workbooks, declared once: template, reader, checks, writer and dictionary are loops over it."""

from models.schema.columns import keys, meta
from models.schema.inputs import INPUTS, TIERS
from models.schema.results import RESULTS
from models.schema.settings import SETTINGS, SWITCHES

NOT_MODELLED = tuple(name for name, schema in INPUTS.items() if not (schema.metadata or {})["modelled"])
"""Input sheets whose mathematics has not been written: a workbook that fills them is refused."""

__all__ = ["INPUTS", "NOT_MODELLED", "RESULTS", "SETTINGS", "SWITCHES", "TIERS", "keys", "meta"]
