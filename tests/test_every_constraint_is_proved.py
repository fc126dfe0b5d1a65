"""No constraint without a proof, and no proof of a constraint that is gone."""

import ast
import pkgutil
from importlib import import_module
from pathlib import Path

import pyomo.environ as pyo
import pytest

import planner_models
from planner_models.network import build
from tests import proofs
from tests.proofs import PROOFS, workshop

for module in pkgutil.iter_modules(proofs.__path__, "tests.proofs."):
    import_module(module.name)


def declared() -> set[str]:
    """Names given to constraints anywhere in the source of the model: `m.name = pyo.Constraint(...)`."""
    names = set()
    for path in Path(planner_models.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and _makes_constraints(node.value):
                names |= {target.attr for target in node.targets if isinstance(target, ast.Attribute)}
    return names


def _makes_constraints(value: ast.expr) -> bool:
    """Whether an expression is a call of Constraint, ConstraintList or the like."""
    if not isinstance(value, ast.Call):
        return False
    called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return called.endswith(("Constraint", "ConstraintList"))


def built() -> set[str]:
    """Names of the constraints that a built model holds; components exist even where their sets are empty."""
    return {constraint.name for constraint in build(workshop()).component_objects(pyo.Constraint)}


def test_constraints_are_declared_where_the_source_shows_them() -> None:
    """The two ways of finding them agree, so that neither misses one."""
    assert declared() == built()


@pytest.mark.parametrize("name", sorted(declared()))
def test_constraint_is_proved(name: str) -> None:
    """Each has a proof, whose test by construction solves the instance with the constraint and without."""
    assert PROOFS[name]


def test_proofs_are_of_constraints_that_exist() -> None:
    """A proof of something that was renamed or dropped would prove nothing."""
    assert {name for name, tests in PROOFS.items() if tests} <= declared()
