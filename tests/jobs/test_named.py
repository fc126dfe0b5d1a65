"""Variants that a workbook keeps: one job of each beside the base, with names everywhere."""

from pathlib import Path

import openpyxl
import pytest

from planner.cli.main import run
from planner.issues import Issue
from planner.jobs.entries import find_result_name, name_file
from planner.jobs.plan import list_requests
from planner.jobs.vary import RunSpecification, list_combinations
from planner.ledger.ledger import FILE, JobRequest, Ledger
from planner.results.result_file import read_result_file
from planner.studies.comparison.study import compare
from planner.workbook.read import open_instance
from tests.jobs import TINY, Here, jobs

HEADER = ["variant", "note", "sheet", "key", "column", "change", "value"]
ROWS = [
    ["High demand", "more cars", "demand", "*", "volume", "%", 20],
    ["Low rate", None, "settings", "discount_rate", "value", "x", 0.5],
    ["High demand", None, "settings", "discount_rate", "value", "=", 0.05],
]


def keep_variants(path: Path, rows: list) -> Path:
    """A copy of the tiny instance that keeps these variants."""
    book = openpyxl.load_workbook(TINY)
    if "variants" in book.sheetnames:
        del book["variants"]
    sheet = book.create_sheet("variants")
    for row in (HEADER, *rows):
        sheet.append(row)
    for cell in sheet["F"]:
        cell.data_type = "s"  # a lone = is no formula
    book.save(path)
    return path


def test_one_job_of_each_variant_beside_the_base(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    book, out = keep_variants(tmp_path / "chain.xlsx", ROWS), tmp_path / "out"
    assert run(["run", str(book), "-o", str(out), "--workers", "1"]) == 0
    assert "(High demand): done" in capsys.readouterr().err
    found = {job.name: (job.result, job.changes) for job in jobs(out)}
    assert found == {
        "base": ("chain/base.xlsx", ()),
        "High demand": ("chain/High demand.xlsx", ("demand[*].volume += 20%", "settings[discount_rate].value=0.05")),
        "Low rate": ("chain/Low rate.xlsx", ("settings[discount_rate].value x= 0.5",)),
    }
    files = {name: read_result_file(out / result, name) for name, (result, _) in found.items()}
    assert files["High demand"].facts["option variant"] == "High demand"
    volumes = {name: file.instance["demand"]["volume"].sum() for name, file in files.items()}
    assert volumes["High demand"] == pytest.approx(1.2 * volumes["base"])
    assert volumes["Low rate"] == volumes["base"]
    rates = {name: file.instance.settings["discount_rate"] for name, file in files.items()}
    assert rates["High demand"] == 0.05
    assert rates["Low rate"] == pytest.approx(rates["base"] / 2)


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("row", "cell", "words"),
    [
        (["V", None, "demnd", "*", "volume", "x", 2], "C2", "did you mean `demand`"),
        (["V", None, "demand", "*", "volum", "x", 2], "E2", "did you mean `volume`"),
        (["V", None, "demand", "nowhere|x|y|1", "volume", "x", 2], "D2", "no row of sheet `demand`"),
        (["V", None, "sites", "*", "region", "x", 2], "E2", "holds text"),
        (["V", None, "demand", "*", "volume", "x", "many"], "G2", "is not a number"),
        (["V", None, "demand", "*", "volume", "x", -2], "G2", "of 0 or more"),
        (["V", None, "demand", "*", None, "x", -2], "E2", "is blank"),
        (["Base", None, "demand", "*", "volume", "x", 2], "A2", "write another name"),
    ],
)
def test_faults_of_variants_are_told_before_any_job(
    tmp_path: Path, capsys: pytest.CaptureFixture, row: list, cell: str, words: str
) -> None:
    book, out = keep_variants(tmp_path / "chain.xlsx", [row]), tmp_path / "out"
    assert run(["check", str(book)]) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert f"variants!{cell}: " in line
    assert words in line
    assert run(["run", str(book), "-o", str(out), "--workers", "1"]) == 2
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_a_small_number_of_per_cent_is_doubted(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    book = keep_variants(tmp_path / "chain.xlsx", [["V", None, "demand", "*", "volume", "%", 0.2]])
    assert run(["check", str(book)]) == 0
    assert "warning: variants!G2: changes by 0.2 %: where 20 % is meant, write 20" in capsys.readouterr().err


def test_combinations_are_named_by_what_they_vary(tmp_path: Path) -> None:
    book = keep_variants(tmp_path / "chain.xlsx", ROWS[:1])
    vary = ("demand[*].volume=80%..120%:3", "settings[seed]=1,2")
    found = list_requests([RunSpecification((str(book),), vary=vary)], Here())
    assert [request.name for request in found[:3]] == [
        "base, volume 80%, seed 1",
        "base, volume 80%, seed 2",
        "base, volume 100%, seed 1",
    ]
    assert len(found) == 12
    assert found[-1].name == "High demand, volume 120%, seed 2"
    assert found[-1].changes == ("demand[*].volume += 20%", "demand[*].volume=120%", "settings[seed]=2")


def test_files_of_other_jobs_of_a_name_are_kept(tmp_path: Path) -> None:
    """The same asked for again takes the same file, whatever has become of its workbook since."""
    with Ledger(tmp_path / FILE) as ledger:
        for instance, changes, seal in (("a", (), "1"), ("b", (), "2"), ("a", ("x",), "3"), ("a", (), "4")):
            ledger.add(JobRequest(f"/{instance}/chain.xlsx", "hash", changes, {}, seal, "A/B"))
        names = [find_result_name(ledger, job) for job in ledger.jobs()]
    assert names == ["A_B", "A_B (2)", "A_B (3)", "A_B"]
    assert name_file(' con/trol:"x". ') == "con_trol_x_"


def test_failed_jobs_can_be_removed(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with Ledger(tmp_path / FILE) as ledger:
        for number, state in enumerate(("failed", "done", "cancelled"), 1):
            ledger.add(JobRequest("/x/chain.xlsx", "hash", (), {}, state))
            ledger.update(number, state=state)
    assert run(["jobs", "-o", str(tmp_path), "remove"]) == 2
    assert run(["jobs", "-o", str(tmp_path), "remove", "1", "2"]) == 2
    assert "job 2 has a plan" in capsys.readouterr().err
    assert [job.number for job in jobs(tmp_path)] == [1, 2, 3]
    assert run(["jobs", "-o", str(tmp_path), "remove", "--failed"]) == 0
    assert [job.number for job in jobs(tmp_path)] == [2]
    assert run(["jobs", "-o", str(tmp_path), "remove", "2", "--force"]) == 0
    assert jobs(tmp_path) == []


def test_a_ledger_without_names_is_brought_up_to_date(tmp_path: Path) -> None:
    import sqlite3

    with Ledger(tmp_path / FILE) as ledger:
        ledger.add(JobRequest("/x/chain.xlsx", "hash", (), {}, "seal"))
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("ALTER TABLE jobs DROP COLUMN name")
    database.execute("PRAGMA user_version = 1")
    database.commit()
    database.close()
    assert [job.name for job in jobs(tmp_path)] == [""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the tiny instance and its variants."""
    place = tmp_path_factory.mktemp("variants")
    book = keep_variants(place / "chain.xlsx", ROWS)
    assert run(["run", str(book), "-o", str(place / "out"), "--workers", "1"]) == 0
    return place / "out" / "chain"


@pytest.mark.slow
def test_a_folder_is_compared_with_its_base(folder: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(["compare", str(folder)]) == 0
    capsys.readouterr()
    sheets = openpyxl.load_workbook(folder / "comparison.xlsx")
    table = list(sheets["variants"].values)
    column = {name: place for place, name in enumerate(table[0])}
    rows = {row[0]: row for row in table[1:]}
    assert list(rows) == ["base", "High demand", "Low rate"]
    assert rows["base"][1] == "nothing"
    assert rows["High demand"][1] == "demand[*].volume += 20% and settings[discount_rate].value=0.05"
    assert rows["High demand"][column["demand, more than in the reference"]] == pytest.approx(0.2)
    assert rows["Low rate"][column["demand, more than in the reference"]] == 0
    place = next(place for head, place in column.items() if head.startswith("objective"))
    totals = {name: row[place] for name, row in rows.items()}
    pivot = [row for row in sheets["pivot"].values if row[1] == "headline" and row[2] == "objective"]
    assert {row[0]: row[4] for row in pivot} == pytest.approx(totals)
    costs = [row for row in sheets["pivot"].values if row[:2] == ("base", "costs") and row[3] == "discounted"]
    assert sum(row[4] for row in costs) == pytest.approx(totals["base"])
    told = [row[1] for row in sheets["summary"].values if str(row[0]).startswith("brief")]
    assert any("20 % more is demanded in High demand than in base" in str(words) for words in told)


@pytest.mark.slow
def test_what_a_comparison_prints_can_be_given_back(folder: Path, capsys: pytest.CaptureFixture) -> None:
    """Every changed cell, made again in the base with --set, is what the variant has."""
    book = folder.parents[1] / "chain.xlsx"
    found = compare([read_result_file(folder / f"{name}.xlsx", name) for name in ("base", "High demand")])
    changed = found.tables["input_changes"]
    assert len(changed) >= 2
    changes = [
        f"{row.sheet}[{row.key}].{row.column}={row.after}" for row in changed.itertuples() if row.difference == "value"
    ]
    ours = open_instance(book).reading(changes).instance
    theirs = found.files[1].instance
    for sheet, table in ours.tables.items():
        assert table.reset_index(drop=True).equals(theirs.tables[sheet].reset_index(drop=True)), sheet
    assert dict(ours.settings) == dict(theirs.settings)


def test_a_folder_without_plans_is_refused(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(["compare", str(tmp_path), "-o", str(tmp_path / "c.xlsx")]) == 2
    assert "holds no result" in capsys.readouterr().err
    assert run(["compare", str(folder.parent), "-o", str(tmp_path / "c.xlsx")]) == 2
    assert f"such as {folder}" in capsys.readouterr().err


def test_relative_values_are_combined_with_others() -> None:
    """A list of relative values is none itself: each value is understood alone."""
    issues: list[Issue] = []
    vary = ("demand[*].volume=-10%,+10%", "settings[discount_rate]=0.05,0.07")
    found = list_combinations(RunSpecification((), vary=vary), issues)
    assert not issues
    assert [name for name, _ in found] == [
        f"volume {sign}10%, discount_rate {rate}" for sign in "-+" for rate in ("0.05", "0.07")
    ]
