"""Writes the pages of the manual that are made from the code: formulation, commands, checks and the data dictionary.

`python docs/generate.py` writes them anew; `tests/test_manual.py` fails until that is done. `python docs/generate.py
--examples` also collects the examples of checks anew, from the tests of checks (some minutes); where files of tests are
named after it, from these, for checks that have no example.
"""

from __future__ import annotations

import ast
import csv
import inspect
import pkgutil
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

DOCS = Path(__file__).parent
ROOT = DOCS.parent
EXAMPLES = DOCS / "check_examples.csv"
sys.path[:0] = [str(ROOT)] * (str(ROOT) not in sys.path)

import pyomo.environ as pyo  # noqa: E402
import typer  # noqa: E402

import planner_models.blocks  # noqa: E402
from planner.checks.check import CHECKS  # noqa: E402
from planner.cli.main import app  # noqa: E402
from planner.issues import ExitStatus, Issue  # noqa: E402
from planner.workbook.dictionary import dictionary  # noqa: E402
from planner_models import keys  # noqa: E402
from planner_models.network import BLOCKS, build  # noqa: E402
from tests import proofs  # noqa: E402

MADE = "<!-- Made by `python docs/generate.py`; changes here are lost. -->\n"

LETTERS = {
    "i": "item",
    "r": "region; P, S and D are a region or a bloc, S of a source and D of a destination",
    "t, u, v": "period",
    "l": "line: a process at a site",
    "o": "mode in which a line is used: own, or that of an offer; of projects the option",
    "k": "option of capacity, or size of it; in rules on shares the source",
    "s": "site; in clusters the stage",
    "a": "arc: origin, destination, item and mode",
    "h": "hub",
    "q": "price step of a market; level of experience, of a cluster or of an enabler",
    "p": "process",
    "j": "project",
    "g": "group of home firms",
    "w": "scenario and snapshot; in limits on growth process or stage and place",
    "x": "share of the smallest plant from which a stage counts as active",
}
"""What the letters in the formulas stand for."""

Rule = Callable[..., object]


def modules_of_blocks() -> list[ModuleType]:
    """Every module of the blocks, in the order in which they are built, each after the module that it is part of."""
    order = {block.__name__: place for place, block in enumerate(BLOCKS)}
    found = [
        import_module(info.name)
        for info in pkgutil.walk_packages(planner_models.blocks.__path__, "planner_models.blocks.")
    ]

    def place(module: ModuleType) -> tuple[int, bool, str]:
        name = module.__name__
        whole = next((part for part in (name, name.rpartition(".")[0]) if part in order), "")
        return order.get(whole, len(order)), whole != name, name

    return sorted(found, key=place)


@cache
def _model() -> pyo.ConcreteModel:
    """A small model: components exist even where their sets are empty."""
    return build(proofs.workshop())


def _built(kind: type) -> list[str]:
    """The names of its components of a kind."""
    return [component.name for component in _model().component_objects(kind)]


def find_rules() -> dict[str, Rule]:
    """The function of each constraint of the model: it has the name of the constraint."""
    named = set(_built(pyo.Constraint))
    return {
        name: function
        for module in modules_of_blocks()
        for name, function in vars(module).items()
        if name in named and inspect.isfunction(function) and function.__module__ == module.__name__
    }


def find_proofs() -> dict[str, list[str]]:
    """By constraint, the cases that are solved by hand with it and without, in words."""
    for info in pkgutil.iter_modules(proofs.__path__, "tests.proofs."):
        import_module(info.name)
    found: dict[str, list[str]] = defaultdict(list)
    for name, tests in proofs.PROOFS.items():
        # by module, and in a module as they are written: whatever was imported first
        for test in sorted(tests, key=lambda name: name.rpartition(".")[0]):
            module, _, function = test.rpartition(".")
            case = getattr(sys.modules[module], function)
            title = function.removeprefix("test_").replace("_", " ")
            found[name].append(f"*{title[:1].upper()}{title[1:]}.* {' '.join((case.__doc__ or '').split())}")
    return found


def find_variables(module: ModuleType) -> Iterator[tuple[str, str, str]]:
    """Name, index and domain of the variables that a module declares: `m.name = pyo.Var(...)`."""
    tree = ast.parse(inspect.getsource(module))
    index = {
        node.target.id: ast.unparse(node.annotation.slice)
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.annotation, ast.Subscript)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.value.func) == "pyo.Var"
        ):
            for target in node.targets:
                if isinstance(target, ast.Attribute):
                    yield target.attr, index.get(target.attr, ""), _name_domain(node.value)


def _name_domain(call: ast.Call) -> str:
    facts = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    words = {
        "pyo.Binary": "0 or 1",
        "pyo.NonNegativeReals": "≥ 0",
        "pyo.NonNegativeIntegers": "0, 1, 2, ...",
        "pyo.Reals": "any number",
        "pyo.UnitInterval": "from 0 to 1",
    }
    if facts.get("bounds") == "(0, 1)":
        return "from 0 to 1"
    return words.get(facts.get("domain", ""), "within its bounds")


def describe_keys() -> dict[str, str]:
    """What each kind of index names, from the module of keys."""
    found = {}
    body = ast.parse(inspect.getsource(keys)).body
    for node, after in pairwise(body):
        if isinstance(node, ast.Assign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[ast.unparse(node.targets[0])] = str(after.value.value).rstrip(".")
    return found


def formulation() -> str:
    """The page with every variable and constraint of the model."""
    rules, cases, kinds = find_rules(), find_proofs(), describe_keys()
    parts = [MADE, FORMULATION_HEAD, "## Nomenclature\n\n| letter | names |\n| --- | --- |"]
    parts += [f"| {letter} | {words} |" for letter, words in LETTERS.items()]
    parts.append(
        "\nVariables are written with their indices in brackets. Parameters are columns of the workbook, under the "
        "names that they have there (see [the workbooks](WORKBOOK.md)), or words. `most` before a variable is the "
        "largest value that it can have in any plan. A dot in brackets means every value of that index.\n"
    )
    variables_of = {module: list(find_variables(module)) for module in modules_of_blocks()}
    declared = {name for variables in variables_of.values() for name, _, _ in variables}
    of_snapshots = [name for name in _built(pyo.Var) if name not in declared]
    for module, variables in variables_of.items():
        own = {name: rule for name, rule in rules.items() if rule.__module__ == module.__name__}
        if module.__name__.endswith(".snapshots"):
            index = "Scenario, and the index of the same variable in the baseline"
            variables += [(name, index, "≥ 0") for name in of_snapshots]
        if own or variables:
            parts.append(_write_block(module, own, variables, cases, kinds))
    return "\n".join(parts)


FORMULATION_HEAD = """# Formulation

Every variable and every constraint of the mixed-integer model, block by block in the order in which the model is
built. A block is empty where the workbook does not use its mechanism. The objective is the discounted sum of all
cost lines, which sheet `costs` of a result lists (under objective profit: of all revenue less all costs).

Below each constraint are the cases that prove it: small instances solved by hand, with and without the constraint.
The same cases run as tests, from `tests/proofs`.
"""


def _write_block(
    module: ModuleType,
    rules: dict[str, Rule],
    variables: list[tuple[str, str, str]],
    cases: dict[str, list[str]],
    kinds: dict[str, str],
) -> str:
    title = module.__name__.removeprefix("planner_models.blocks.").replace("_", " ").replace(".", ": ")
    parts = [f"## {title[:1].upper()}{title[1:]}\n", inspect.cleandoc(module.__doc__ or ""), ""]
    declare = getattr(module, "build", None)
    if variables:
        if declare is not None and declare.__doc__:
            parts += [inspect.cleandoc(declare.__doc__), ""]
        parts += ["| variable | index | values |", "| --- | --- | --- |"]
        parts += [f"| `{name}` | {kinds.get(index, index) or '–'} | {domain} |" for name, index, domain in variables]
        parts.append("")
    for name, rule in rules.items():
        formula, _, words = inspect.cleandoc(rule.__doc__ or "").partition("\n\n")
        parts += [f"### `{name}`\n", f"```text\n{formula}\n```\n"]
        parts += [f"{words}\n"] if words else []
        parts += [f"- {case}" for case in cases.get(name, ())]
        parts.append("")
    return "\n".join(parts)


def commands() -> str:
    """The page with every command and its options, and the exit statuses."""
    parts = [MADE, "# Commands\n", "`planner COMMAND -h` prints the same in a terminal.\n"]
    for name, command in _walk(typer.main.get_command(app), "planner"):
        parts.append(_write_command(name, command))
    parts.append("## Exit status\n\n| status | name | meaning |\n| --- | --- | --- |")
    parts += [f"| {status.value} | {status.name.lower()} | {STATUSES[status]} |" for status in ExitStatus]
    return "\n".join(parts) + "\n"


STATUSES = {
    ExitStatus.DONE: "done",
    ExitStatus.FAILED: "any other error; `planner --debug COMMAND` shows where",
    ExitStatus.WRONG_INPUT: "the workbook or the command line is wrong; every error was listed, with sheet and cell",
    ExitStatus.INFEASIBLE: "proven infeasible; the smallest changes that allow a plan were listed",
    ExitStatus.STOPPED: "stopped before a plan was found, by the time limit or by Ctrl-C",
    ExitStatus.TARGET_MISSED: "the plan was written, and misses a target of sheet `targets`",
}


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A command and all below it; a group that does nothing by itself is left out."""
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield name, command
    for key, inner in below.items():
        yield from _walk(inner, f"{name} {key}")


def _write_command(name: str, command: Any) -> str:
    arguments = [part for part in command.params if part.param_type_name == "argument"]
    options = [part for part in command.params if part.param_type_name == "option" and part.name != "help"]
    usage = " ".join([name, *(_write_argument(part) for part in arguments)])
    parts = [f"## `{name}`\n", f"```text\n{usage}{' [OPTIONS]' if options else ''}\n```\n"]
    parts += [f"{inspect.cleandoc(command.help)}\n"] if command.help else []
    rows = [(f"`{part.metavar or part.name.upper()}`", part) for part in arguments]
    rows += [(", ".join(f"`{flag}`" for flag in (*part.opts, *part.secondary_opts)), part) for part in options]
    if rows:
        parts += ["| argument or option | meaning | default |", "| --- | --- | --- |"]
        parts += [
            f"| {flags} | {_escape(getattr(part, 'help', '') or '')} | {_write_default(part)} |" for flags, part in rows
        ]
    return "\n".join(parts) + "\n"


def _write_argument(part: Any) -> str:
    name = (part.metavar or part.name.upper()).rstrip(".") + ("..." if part.nargs == -1 else "")
    return name if part.required else f"[{name}]"


def _write_default(part: Any) -> str:
    if part.required:
        return "required"
    default = part.default
    return "" if callable(default) or default in (None, False, (), [], "") else f"`{default}`"


def _escape(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def checks() -> str:
    """The page with every check of an input and examples of what it says."""
    examples = read_examples()
    parts = [MADE, CHECKS_HEAD]
    previous = ""
    for check in CHECKS:
        group = check.__module__.rpartition(".")[2].replace("_", " ")
        if group != previous:
            parts.append(f"## {group[:1].upper()}{group[1:]}\n")
            previous = group
        title = check.__name__.replace("_", " ")
        parts += [f"### {title[:1].upper()}{title[1:]}\n", " ".join((check.__doc__ or "").split()) + "\n"]
        for severity, place, message in examples.get(check.__name__, ()):
            parts.append(f"- **{severity}** {place}: {_quote_markdown(message)}")
        parts.append("")
    return "\n".join(parts)


CHECKS_HEAD = """# Checks

`planner check FILE` lists everything that is wrong with a workbook, each with its cell. An **error** makes a plan
impossible or meaningless: exit status 2. A **warning** deserves a look, **info** is good to know; the plan is made
with both. Each message says what is wrong and, after the semicolon or colon, what to write instead. `planner check
FILE --mark MARKED.xlsx` writes a copy in which the cells are coloured and commented.

Faults of single cells (a text for a number, a name that is not listed, a missing column, a damaged file) are
reported by the reader, all at once. A check below is skipped while cells of its sheets cannot be read. The
examples come from the tests of the checks.
"""


def _quote_markdown(message: str) -> str:
    """A message with its marks escaped outside of backticks."""
    pieces = message.split("`")
    return "`".join(
        re.sub(r"([*_\[\]<>])", r"\\\1", piece) if place % 2 == 0 else piece for place, piece in enumerate(pieces)
    )


def read_examples() -> dict[str, list[tuple[str, str, str]]]:
    """By check: severity, place and message of examples."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["check"]].append((row["severity"], row["place"], row["message"]))
    return found


class Recorder:
    """Notes the messages of every check while the tests of checks run: up to `MOST` that begin differently."""

    MOST = 3

    def __init__(self) -> None:
        self.names = {check.__name__ for check in CHECKS}
        self.found: dict[str, dict[str, tuple[str, str, str]]] = defaultdict(dict)

    def note(self, issue: Issue) -> None:
        """Put an issue down to the check that is running."""
        frame = inspect.currentframe()
        while frame is not None and frame.f_code.co_name not in self.names:
            frame = frame.f_back
        place = _name_cells(f"{issue.sheet}!{issue.cell}")
        if frame is None or not re.fullmatch(r"\w+(![A-Z]+\d+|, row \d+, \w+)", place):
            return
        kind = re.sub(r"`[^`]*`|[-\d.]+", "", issue.message)[:25]
        known = self.found[frame.f_code.co_name]
        if len(known) < self.MOST:
            known.setdefault(kind, (issue.severity, place, _name_cells(issue.message)))


def _name_cells(text: str) -> str:
    """A text with cells of an input that was never in a workbook, lines!capacity2, named by row and column."""
    return re.sub(r"\b(\w+)!([a-z]\w*?)(\d+)\b", r"\1, row \3, \2", text)


def collect_examples() -> None:
    """Run the tests of checks and write down an example of each message."""
    import pytest

    recorder = Recorder()
    make = Issue.__init__

    def make_and_note(issue: Issue, *facts: str) -> None:
        make(issue, *facts)
        recorder.note(issue)

    Issue.__init__ = make_and_note  # type: ignore[assignment, method-assign]
    named = sys.argv[sys.argv.index("--examples") + 1 :]
    files = named or _test_files()
    known = read_examples()
    pytest.main(["-q", "-p", "no:cacheprovider", "-m", "slow or not slow", *files])
    with EXAMPLES.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["check", "severity", "place", "message"])
        for check in CHECKS:
            found = list(recorder.found[check.__name__].values())
            found, kept = (known[check.__name__], found) if named else (found, known[check.__name__])
            found = found or kept
            writer.writerows([check.__name__, *example] for example in found)


def _test_files() -> list[str]:
    """The tests in which checks say something."""
    tests = ROOT / "tests"
    named = (*sorted(tests.glob("test_check*.py")), tests / "test_switches.py", tests / "test_weights.py")
    return [
        str(path) for path in (*named, *(tests / "workbooks" / f"test_{name}.py" for name in ("lookalikes", "units")))
    ]


PAGES: dict[str, Callable[[], str]] = {
    "formulation.md": formulation,
    "commands.md": commands,
    "checks.md": checks,
    "WORKBOOK.md": dictionary,
}
"""The pages that are made, and what makes them."""


def main() -> None:
    """Write every page."""
    if "--examples" in sys.argv:
        collect_examples()
    for name, make in PAGES.items():
        text = make()
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
