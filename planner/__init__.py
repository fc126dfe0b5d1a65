"""Plan a three-tier supply chain from an Excel workbook.

>>> import planner
>>> instance = planner.read("chain.xlsx")
>>> planner.check(instance)
>>> result = planner.solve(instance, gap=0.01)
>>> result.tables["builds"]
>>> result.save("plan.xlsx")
>>> planner.compare([planner.open_result("before.xlsx"), result]).save("comparison.xlsx")

`docs/python.md` walks through it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.interface.instances import InstanceFile, check, read
    from planner.interface.results import ComparedResults, Result, compare, open_result
    from planner.interface.solving import Infeasible, NoPlanFound, solve
    from planner.issues import InputError, Issue
    from planner.solver.solution import Options, Progress

    __version__: str

_HOMES = {
    "ComparedResults": "planner.interface.results",
    "Infeasible": "planner.interface.solving",
    "InputError": "planner.issues",
    "InstanceFile": "planner.interface.instances",
    "Issue": "planner.issues",
    "NoPlanFound": "planner.interface.solving",
    "Options": "planner.solver.solution",
    "Progress": "planner.solver.solution",
    "Result": "planner.interface.results",
    "check": "planner.interface.instances",
    "compare": "planner.interface.results",
    "open_result": "planner.interface.results",
    "read": "planner.interface.instances",
    "solve": "planner.interface.solving",
}
"""Where each name is defined; it is loaded when first asked for, so that what needs no solver starts without one."""

__all__ = [
    "ComparedResults",
    "Infeasible",
    "InputError",
    "InstanceFile",
    "Issue",
    "NoPlanFound",
    "Options",
    "Progress",
    "Result",
    "__version__",
    "check",
    "compare",
    "open_result",
    "read",
    "solve",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("planner.seal").planner_version()
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
