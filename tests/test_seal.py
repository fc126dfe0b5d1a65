"""The seal names what was run on what, and its hash changes with any figure and with nothing else."""

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest

from planner.cli.main import run
from planner.jobs.work import WorkOrder, carry_out
from planner.report.workbook import write_result
from planner.seal import find_broken_seals, seal, tables_hash
from planner.workbook import package
from planner.workbook.read import read_tables
from planner_models.instance import NUMERIC
from planner_models.schema import RESULTS, meta
from tests import worked_example
from tests.jobs import TINY
from tests.jobs.test_runner import Silent


def costs() -> pd.DataFrame:
    rows = [("labour", "upstream", "North", "1", 0.1 + 0.2, 1.0), ("energy", "upstream", "North", "1", 3.0, -0.0)]
    return pd.DataFrame(rows, columns=list(RESULTS["costs"].columns))


def test_the_seal_holds_hashes_versions_options_changes_and_outcome():
    options = {"gap": 0.01, "threads": None, "seed": 3, "changes": ["settings[seed]=3", "=1+1"]}
    facts = {"status": "optimal", "gap": 0.005, "started": "2025-01-01T00:00:00+00:00", "seconds": 1.5}
    table = seal("plan", "input.xlsx", hashlib.sha256(b"anything").hexdigest(), options, facts, {"costs": costs()})
    assert list(table.columns) == list(RESULTS["run"].columns)
    assert table["key"].is_unique
    values = dict(table.itertuples(index=False, name=None))
    assert values["input"] == "input.xlsx"
    assert values["input SHA-256"] == hashlib.sha256(b"anything").hexdigest()
    assert values["tables SHA-256"] == tables_hash({"costs": costs()})
    assert (values["option gap"], values["option threads"], values["option seed"]) == ("0.01", "", "3")
    assert (values["change 1"], values["change 2"]) == ("settings[seed]=3", "=1+1")
    assert (values["status"], values["gap"], values["seconds"]) == ("optimal", "0.005", "1.5")
    for part in ("planner", "Pyomo", "HiGHS", "Python", "pandas"):
        assert values[f"{part} version"]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.one_in(4)
@pytest.mark.parametrize("command", ["solve", "alternatives", "compare", "stress"])
def test_the_seal_is_of_what_was_read_whatever_is_saved_meanwhile(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is replaced, or deleted, as soon as it has been read once."""
    book, out = tmp_path / "book.xlsx", tmp_path / "out.xlsx"
    shutil.copy(TINY, book)
    if command == "stress":
        book.unlink()
        assert run(["solve", str(TINY), "-o", str(book)]) == 0
    before, read = _hash(book), package._content

    def read_once(path: Path) -> bytes:
        content = read(path)
        if path == book:
            book.write_bytes(b"saved meanwhile") if command != "solve" else book.unlink()
        return content

    monkeypatch.setattr(package, "_content", read_once)
    more = {"alternatives": ["--number", "1"], "compare": [str(TINY)]}
    assert run([command, str(book), *more.get(command, []), "-o", str(out)]) == 0
    sealed = dict(read_tables(out)["run"].itertuples(index=False, name=None))
    assert sealed["input SHA-256"] == before


@pytest.mark.slow
def test_a_job_whose_input_changes_while_it_is_solved_keeps_its_plan(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    shutil.copy(TINY, book)

    class Saving(Silent):
        def ask(self, message: object) -> bool:
            book.write_bytes(b"saved meanwhile")
            return True

    content_hash = _hash(book)
    answer = carry_out(WorkOrder(str(book), content_hash, (), {}, 1, str(tmp_path / "r.xlsx")), Saving())
    assert (answer.state, answer.written) == ("done", True)
    sealed = dict(read_tables(tmp_path / "r.xlsx")["run"].itertuples(index=False, name=None))
    assert sealed["input SHA-256"] == content_hash


def test_the_hash_survives_writing_and_reading(tmp_path: Path):
    outcome, reading = worked_example.outcome(), worked_example.reading()
    write_result(tmp_path / "result.xlsx", outcome.tables, reading.raw, reading.instance)
    back = read_tables(tmp_path / "result.xlsx")
    sealed = dict(back["run"].itertuples(index=False, name=None))["tables SHA-256"]
    assert tables_hash(back) == sealed
    assert tables_hash(outcome.tables) == sealed


def test_the_hash_changes_with_any_figure():
    original = tables_hash({"costs": costs()})
    for column, value in {"amount": 0.31, "line": "Labour", "period": "2"}.items():
        changed = costs()
        changed.loc[0, column] = value
        assert tables_hash({"costs": changed}) != original
    assert tables_hash({"costs": costs().head(1)}) != original
    assert tables_hash({"costs": costs(), "stocks": stock()}) != original


def stock() -> pd.DataFrame:
    return pd.DataFrame([("r", "i", "1", "base", 1.0, 1.0, 0.0)], columns=list(RESULTS["stocks"].columns))


def test_the_hash_is_blind_to_what_is_no_figure():
    """Row order, a zero's sign, columns of the user, empty tables, and the sheets of words."""
    original = tables_hash({"costs": costs()})
    same = costs().iloc[::-1].assign(amount=lambda frame: frame["amount"], mine="x", discounted=[0.0, 1.0])
    words = {"summary": pd.DataFrame({"metric": ["a"], "value": ["b"], "unit": ["c"]})}
    assert tables_hash({"costs": same, "stocks": stock().head(0), **words}) == original


def test_the_hash_is_of_what_every_spreadsheet_keeps():
    """Some programs save 15 digits of a number: what they save is still what was sealed."""
    saved = costs()
    saved["amount"] = [float(f"{amount:.15g}") for amount in saved["amount"]]
    assert saved.loc[0, "amount"] != costs().loc[0, "amount"]
    assert tables_hash({"costs": saved}) == tables_hash({"costs": costs()})


def test_what_the_seal_itself_says_is_sealed(tmp_path: Path):
    outcome, reading = worked_example.outcome(), worked_example.reading()
    write_result(tmp_path / "result.xlsx", outcome.tables, reading.raw, reading.instance)
    back = read_tables(tmp_path / "result.xlsx")
    facts = dict(back["run"].itertuples(index=False, name=None))
    assert find_broken_seals(facts, back, reading.instance) == []
    for name, value in {"status": "optimal!", "objective": "1", "option gap": "0.5"}.items():
        assert find_broken_seals(facts | {name: value}, back, reading.instance) == ["sheet run"]


def test_figures_of_a_plan_are_what_every_spreadsheet_keeps():
    """So that one that saves 15 digits, or 16 as openpyxl does, saves what was there."""
    for sheet, table in worked_example.outcome().tables.items():
        for name, column in RESULTS[sheet].columns.items():
            if meta(column)["kind"] in NUMERIC and name in table:
                kept = [float(f"{value:.15g}") for value in table[name].dropna()]
                assert kept == pytest.approx(table[name].dropna().tolist(), rel=3e-16, abs=0), (sheet, name)
