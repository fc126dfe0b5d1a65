"""Every table of both workbooks, declared once: template, reader, checks, writer and dictionary are loops over it."""

from models.schema.columns import keys, meta
from models.schema.inputs import INPUTS, TIERS
from models.schema.results import RESULTS
from models.schema.settings import SETTINGS, SWITCHES

__all__ = ["INPUTS", "RESULTS", "SETTINGS", "SWITCHES", "TIERS", "keys", "meta"]
