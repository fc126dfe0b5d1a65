"""Every command of the README and of docs is one that the command line takes; those about variants are run."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from planner.cli.main import app, run
from tests.jobs.test_named import ROWS, keep_variants

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(?:bash|sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def list_commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each command of ours in the blocks of a page, as a shell would take them apart."""
    for block in _BLOCK.findall(page.read_text("utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r" && |; ", line):
                words = shlex.split(part, comments=True)
                if words and Path(words[0]).name == "planner":
                    yield words[1:]


def parse(arguments: list[str]) -> Any:
    """Take a command line apart without running it; raises click's UsageError for what the command does not know."""
    command, words = typer.main.get_command(app), arguments
    context = command.make_context("planner", list(words))
    while hasattr(command, "resolve_command") and (rest := [*context._protected_args, *context.args]):
        name, command, words = command.resolve_command(context, rest)
        context = command.make_context(name, list(words), parent=context)
    return context


COMMANDS = [
    pytest.param(words, id=f"{page.name}: {' '.join(words)[:60]}") for page in PAGES for words in list_commands(page)
]


@pytest.mark.parametrize("words", COMMANDS)
def test_documented_commands_are_understood(words: list[str]) -> None:
    parse(words)


def test_a_command_that_there_is_not_is_noticed() -> None:
    for wrong in (["solv", "a.xlsx"], ["solve", "a.xlsx", "--no-such-option"], ["jobs", "forget"]):
        with pytest.raises(Exception, match="No such"):
            parse(wrong)
    assert len(COMMANDS) > 20


def test_the_commands_about_variants_do_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the tiny instance in place of the worked example, which takes longer; all else as it is written."""
    monkeypatch.chdir(tmp_path)
    book = keep_variants(tmp_path / "variants.xlsx", ROWS)
    for words in list_commands(ROOT / "docs" / "VARIANTS.md"):
        if words[0] == "new":
            assert run(words) == 0
            shutil.copy(book, "chain.xlsx")
        elif words[0] != "run" or "--vary" not in words:
            written = [word for word in words if word != "duties[4].rate=0.3"]
            written = written[:-1] if written[-1] == "--set" else written
            assert run(written) == 0, words
    names = {path.name for path in Path("results/chain").glob("*.xlsx")}
    assert names == {"base.xlsx", "High demand.xlsx", "Low rate.xlsx", "comparison.xlsx", "plan.xlsx"}
