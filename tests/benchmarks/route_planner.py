"""This project: from the instance as it was read to a loaded HiGHS model."""

import highspy

from planner.solver import highs
from planner.solver.compiled import compile_model
from planner_models.instance import Instance
from planner_models.network import build


def load(instance: Instance) -> highspy.Highs:
    """The model of an instance in HiGHS."""
    return highs.load(compile_model(build(instance)))
