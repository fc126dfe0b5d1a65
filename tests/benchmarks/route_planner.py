"""This project: from the instance as it was read to a loaded HiGHS model."""

from planner.solver import highs
from planner.solver.compiled import compile_model
from planner_models.instance import Instance
from planner_models.network import build


def load(instance: Instance) -> highs.Loaded:
    """The model of an instance in HiGHS, with the factors of its units."""
    return highs.load(compile_model(build(instance)))
