"""A name means one thing in the whole house, and no room of it grows out of hand."""

import ast
from collections import defaultdict

from tests.test_docstrings import TREES
from tests.test_layers import MODULES

MOST_IN_MODULE, MOST_IN_FUNCTION = 350, 50
"""Lines of a module, and of the code of a function without its signature and docstring."""

LISTS = {"planner_models.sets.derive._assemble"}
"""Functions that only list what there is, a line for each of many."""


def test_no_class_shares_its_name_with_another() -> None:
    found = defaultdict(list)
    for module, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                found[node.name.lstrip("_")].append(module)
    assert len(found) > 200
    assert {name: modules for name, modules in found.items() if len(modules) > 1} == {}


def test_modules_are_short() -> None:
    lines = {module: path.read_text("utf-8").count("\n") for module, path in MODULES.items()}
    assert {module: count for module, count in lines.items() if count > MOST_IN_MODULE} == {}


def test_functions_are_short() -> None:
    long = {}
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1 if ast.get_docstring(node) is not None else 0 :]
                count = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                if count > MOST_IN_FUNCTION and f"{module}.{node.name}" not in LISTS:
                    long[f"{module}.{node.name}"] = count
    assert long == {}
