"""What one room offers to another is documented: Parameters, Returns with shapes and units, and Raises."""

import ast
from collections.abc import Iterator

from tests.test_layers import MODULES

TREES = {module: ast.parse(path.read_text("utf-8")) for module, path in MODULES.items()}


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _list_offered() -> dict[str, ast.FunctionDef]:
    """The functions that a module of another room imports, by dotted name."""
    wanted = set()
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in MODULES and _room(node.module) != _room(module):
                wanted |= {(node.module, alias.name) for alias in node.names}
    return {
        f"{module}.{node.name}": node
        for module, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and (module, node.name) in wanted
    }


def _find_gaps(function: ast.FunctionDef) -> Iterator[str]:
    """The sections that its docstring lacks."""
    words = ast.get_docstring(function) or ""
    if (function.args.posonlyargs or function.args.args or function.args.kwonlyargs) and (
        "Parameters\n----------" not in words
    ):
        yield "Parameters"
    gives = function.returns is not None and ast.unparse(function.returns) not in ("None", "NoReturn")
    if gives and not ("Returns\n-------" in words or "Yields\n------" in words):
        yield "Returns"
    if any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(function)) and "Raises\n------" not in words:
        yield "Raises"


def test_functions_that_rooms_share_say_what_they_take_and_give() -> None:
    offered = _list_offered()
    assert len(offered) > 200
    assert {name: gaps for name, function in offered.items() if (gaps := [*_find_gaps(function)])} == {}
