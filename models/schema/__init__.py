"""Every table of both workbooks, declared once: template, reader, checks, writer and dictionary are loops over it."""

from planner_models.schema.columns import keys, meta
from planner_models.schema.inputs import INPUTS, TIERS
from planner_models.schema.results import RESULTS
from planner_models.schema.settings import SETTINGS, SWITCHES

__all__ = ["INPUTS", "RESULTS", "SETTINGS", "SWITCHES", "TIERS", "keys", "meta"]
