"""The house: no import goes up, none in a circle, and `models` knows nothing of `planner`."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = {"models": "planner_models", "planner": "planner"}
"""The folders of the code, and the packages as which they are installed."""

FLOORS = (
    ("planner", "planner.__main__"),
    ("planner.cli",),
    ("planner.page",),
    ("planner.jobs",),
    ("planner.interface",),
    ("planner.studies",),
    ("planner.planning",),
    ("planner.report",),
    ("planner.recourse", "planner.diagnosis", "planner.audit", "planner.checks"),
    ("planner.results",),
    ("planner.workbook",),
    ("planner.workers", "planner.ledger", "planner.progress"),
    ("planner.solver",),
    ("planner.sheets",),
    ("planner.seal", "planner.issues", "planner.surfaces", "planner.words"),
    ("planner_models",),
)
"""Rooms from the top floor to the ground: each imports only from the floors below it, and from itself."""

FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def modules() -> dict[str, Path]:
    """Every module of the two packages by its dotted name."""
    found = {}
    for folder, name in NAMES.items():
        for path in (ROOT / folder).rglob("*.py"):
            parts = [name, *path.relative_to(ROOT / folder).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


MODEL = "planner_models.model"
"""Names the types of what blocks offer, which import it: the one module with imports that never run."""


def imports(module: str) -> Iterator[str]:
    """The modules of the project that a module imports, wherever in it the import is."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            known = name if name in MODULES else name.rpartition(".")[0]
            if known in MODULES and known != module:
                yield known


ARROWS = {module: sorted(set(imports(module))) if module != MODEL else [] for module in MODULES}


def room(module: str) -> str:
    """The room of a module: the package or file right below `planner`; all of `models` is one."""
    parts = module.split(".")
    return parts[0] if parts[0] == "planner_models" else ".".join(parts[:2])


def circles(arrows: dict[str, list[str]]) -> list[list[str]]:
    """The groups of nodes that can all reach each other (Tarjan's strongly connected components of more than one)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        number[node] = low[node] = len(number)
        stack.append(node)
        for target in arrows.get(node, []):
            if target not in number:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], number[target])
        if low[node] == number[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in arrows:
        if node not in number:
            visit(node)
    return found


def test_every_room_has_a_floor() -> None:
    assert {room(module) for module in MODULES} == set(FLOOR)


def test_no_import_goes_up() -> None:
    up = [
        f"{module} imports {target}"
        for module, targets in ARROWS.items()
        for target in targets
        if room(target) != room(module) and FLOOR[room(target)] <= FLOOR[room(module)]
    ]
    assert not up


def test_no_file_is_in_a_circle() -> None:
    assert not circles(ARROWS)


def test_model_imports_only_what_type_checkers_read() -> None:
    """Its fields are of types of the blocks, which import it: a circle of annotations, and of nothing that runs."""
    body = ast.parse(MODULES[MODEL].read_text("utf-8")).body
    run = [node.module for node in body if isinstance(node, ast.ImportFrom)]
    assert run == ["__future__", "typing"]
    assert [ast.unparse(node.test) for node in body if isinstance(node, ast.If)] == ["TYPE_CHECKING"]


@pytest.mark.parametrize("depth", [2, 3])
def test_no_package_is_in_a_circle(depth: int) -> None:
    arrows: dict[str, set[str]] = defaultdict(set)
    for module, targets in ARROWS.items():
        for target in targets:
            source, end = (".".join(name.split(".")[:depth]) for name in (module, target))
            if source != end and not source.startswith(end + ".") and not end.startswith(source + "."):
                arrows[source].add(end)
    assert not circles({source: sorted(targets) for source, targets in arrows.items()})


def test_commands_are_in_the_command_line_only() -> None:
    outside = [module for module in MODULES if not module.startswith("planner.cli") and "typer" in _libraries(module)]
    assert not outside


def _libraries(module: str) -> set[str]:
    """The first names of all that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        found |= {name.split(".")[0] for name in names}
    return found


def test_every_package_is_packed() -> None:
    packed = (ROOT / "pyproject.toml").read_text("utf-8")
    packages = [module for module, path in MODULES.items() if path.name == "__init__.py"]
    assert not [package for package in packages if f'"{package}"' not in packed]
