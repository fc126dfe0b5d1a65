"""The manual: pages made from the code are up to date, commands exist, and every example runs as it is written."""

import csv
import importlib.util
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import openpyxl
import pyomo.environ as pyo
import pytest
import typer

from planner.checks.check import CHECKS
from planner.cli.main import app, run
from planner_models.network import build
from tests.proofs import workshop

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The script that makes pages from the code."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["formulation.md", "commands.md", "checks.md"])
def test_pages_made_from_the_code_are_up_to_date(name: str, generator: ModuleType) -> None:
    """If not: python docs/generate.py"""
    assert (DOCS / name).read_text("utf-8") == generator.PAGES[name]()


def test_the_formulation_has_every_constraint_and_variable_and_no_other() -> None:
    page = (DOCS / "formulation.md").read_text("utf-8")
    model = build(workshop())
    constraints = {constraint.name for constraint in model.component_objects(pyo.Constraint)}
    assert set(re.findall(r"^### `(\w+)`$", page, re.MULTILINE)) == constraints
    listed = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert listed == {variable.name for variable in model.component_objects(pyo.Var)}


def test_examples_of_checks_are_those_of_checks_that_exist(generator: ModuleType) -> None:
    """Each has one: of those that look at names in one sheet each, one speaks for all."""
    with generator.EXAMPLES.open(encoding="utf-8", newline="") as file:
        found = {row["check"] for row in csv.DictReader(file)}
    known = {check.__name__ for check in CHECKS}
    assert found <= known
    alike = {name for name in known if re.fullmatch(r"names_of_\w+_differ_visibly", name)}
    assert known - found < alike


def test_words_of_examples_are_those_of_the_checks(generator: ModuleType) -> None:
    """A message that was changed needs a new example: what to write instead begins in the source as in the example.

    But for the few where a name comes early.
    """
    source = " ".join(path.read_text("utf-8") for path in sorted((ROOT / "planner" / "checks").glob("*.py")))
    plain = re.sub(r'"\s*\n\s*f?"', "", source)
    with generator.EXAMPLES.open(encoding="utf-8", newline="") as file:
        remedies = [row["message"].partition("; ")[2] for row in csv.DictReader(file)]
    begun = [
        match.group().strip() for match in (re.match(r"(?:[a-z]+ ?){0,4}", remedy) for remedy in remedies) if match
    ]
    other = [words for words in begun if words not in plain]
    assert len(other) < 0.05 * len(begun), other


def commands_of(text: str) -> Iterator[str]:
    """The planner's command lines in the code blocks of a page; a line that ends with a backslash goes on."""
    for block in re.findall(r"^```(?:bash|sh)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            command = line.partition(" # ")[0].strip()
            if command.startswith("planner "):
                yield command


def all_commands() -> list[tuple[str, str]]:
    """Page and command, of all pages."""
    return [(page.name, line) for page in PAGES for line in commands_of(page.read_text("utf-8"))]


@pytest.mark.parametrize(("page", "line"), all_commands())
def test_commands_of_the_pages_exist(page: str, line: str) -> None:
    """Command, options and number of arguments are those of the command line; nothing is run."""
    command, words = typer.main.get_command(app), shlex.split(line)[1:]
    while getattr(command, "commands", None) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    command.make_context("planner", words, resilient_parsing=True)
    known = {flag for part in command.params for flag in (*part.opts, *part.secondary_opts)} | {"-h", "--help"}
    flags = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert flags <= known, f"{page}: {line}"


TYPED = re.compile(r"^Sheet `(\w+)`[^\n]*(?:\n[^\n|]+)*\n\n((?:\|[^\n]*\n)+)", re.MULTILINE)
"""A sheet and the table that is typed into it, on the page of the tutorial."""


def fill_in(path: Path, page: str) -> None:
    """Type the tables of a page into a blank workbook, under the headers of the same names."""
    book = openpyxl.load_workbook(path)
    for name, table in TYPED.findall(page):
        sheet, (columns, _, *lines) = book[name], [_split(line) for line in table.splitlines()]
        headers = [cell.value for cell in sheet[1]]
        for place, cells in enumerate(lines, start=2):
            row = place
            if name == "settings":
                row = next(cell.row for cell in sheet["A"] if cell.value == cells[0])
            for column, text in zip(columns, cells, strict=True):
                if text:
                    value = text if column == "period" else _typed(text)
                    sheet.cell(row, headers.index(column) + 1).value = value
    book.save(path)


def _split(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _typed(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Its tables are typed into the blank workbook, its commands run as they are written, and its figures are found."""
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "tutorial.md").read_text("utf-8")
    begin, *others = commands_of(page)
    assert run(shlex.split(begin)[1:]) == 0
    fill_in(tmp_path / "aurora.xlsx", page)
    capsys.readouterr()
    for line in others:
        assert run(shlex.split(line)[1:]) == 0, line
    told = capsys.readouterr()
    for words in re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        assert words.strip() in told.out
    header, *rows = openpyxl.load_workbook("plan.xlsx")["builds"].iter_rows(values_only=True)
    orders = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(order["period"], order["modules"]) for order in orders if order["modules"]] == [("2026-27", 2)]


BY_HAND = re.compile(
    r"instances/ev_|plan\.toml|planner serve|--cluster|tcp://|tls://|planner jobs( *#.*)?$|jobs watch"
    r"|jobs (show|cancel|retry|log)|--resume|--samples|regions/\*"
    r"|base\.xlsx|secure\.xlsx|plain\.xlsx|crma\.xlsx|fragmented|coordinated|both\.xlsx|hindcast"
)
"""Commands that take many minutes, another machine or files of the reader's own: their words are checked, no more."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the pages begin from: the worked example, its result, and the instances."""
    path = tmp_path_factory.mktemp("pages")
    (path / "instances").symlink_to(ROOT / "instances")
    (path / "results").mkdir()
    chain, result = path / "chain.xlsx", path / "result.xlsx"
    assert run(["new", str(chain)]) == 0
    assert run(["solve", str(chain), "-o", str(result)]) == 0
    for name in ("sent.xlsx", "returned.xlsx"):
        shutil.copy(chain, path / name)
    for name in ("earlier.xlsx", "before.xlsx", "after.xlsx"):
        shutil.copy(result, path / name)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "tutorial.md"], ids=lambda page: page.name)
def test_examples_of_the_pages_run(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands as they are written, in order, on the worked example; that there is no plan may be an answer."""
    monkeypatch.chdir(folder)
    for line in commands_of(page.read_text("utf-8")):
        if BY_HAND.search(line):
            continue
        words = shlex.split(line)[1:]
        if words[0] == "new":
            Path(words[1]).unlink(missing_ok=True)
        assert run(words) in (0, 3 if words[0] in ("why", "harden") else 0), line


def test_every_page_is_in_the_index() -> None:
    """Once: a page that is listed twice is an error of the manual's build."""
    listed = (DOCS / "index.md").read_text("utf-8").splitlines()
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    assert {page: listed.count(page) for page in pages} == dict.fromkeys(pages, 1)
