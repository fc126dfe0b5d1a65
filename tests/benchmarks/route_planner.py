"""This project: from the instance as it was read to a loaded HiGHS model."""

import highspy

from models.instance import Instance
from models.network import build
from planner import highs
from planner.compiled import compile_model


def load(instance: Instance) -> highspy.Highs:
    """The model of an instance in HiGHS."""
    return highs.load(compile_model(build(instance)))
