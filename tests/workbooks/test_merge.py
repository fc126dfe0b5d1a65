"""Three ways to merge: nothing that one of two people has written is lost, and nothing is decided in silence."""

import random
from pathlib import Path

import openpyxl
import pytest

from planner.cli.main import run
from planner.workbook.merging.merge import merge_workbooks
from planner.workbook.merging.rows import MergedRows, Rows, is_same, match_by_key, merge_rows
from planner.workbook.patching.content import Content
from planner.workbook.read import read_instance
from tests.workbooks import books

State = dict[int, dict[str, Content]]
COLUMNS = ("key", "x", "y", "z")


def apply(mine: Rows, found: MergedRows) -> State:
    """Mine after the merge."""
    after = {number: dict(row) for number, row in mine.items()}
    for (number, name), content in found.cells.items():
        after[number][name] = content
    for number in found.removed:
        del after[number]
    for number, row in found.added:
        after[10_000 + number] = dict(row)
    return {number: {name: value for name, value in row.items() if value is not None} for number, row in after.items()}


def make_cells(key: str, texts_by_name: dict[str, str]) -> dict[str, Content]:
    return {"key": key, **texts_by_name}


def make_base(draw: random.Random) -> State:
    """Up to nine rows, some with the same key; every other cell is a text that is nowhere else."""
    return {
        number: make_cells(
            draw.choice("abcde"), {name: f"{name}{number}" for name in COLUMNS[1:] if draw.random() < 0.8}
        )
        for number in range(2, draw.randint(2, 11))
    }


def edit(base: State, who: str, draw: random.Random, renames: bool) -> State:
    """A copy in which cells were changed, cleared and filled, and rows added, removed, moved and given another key."""
    after = {number: dict(row) for number, row in base.items() if draw.random() < 0.9}
    for number, row in after.items():
        for name in COLUMNS[1:]:
            if draw.random() < 0.15:
                row[name] = draw.choice([None, f"{who}-{name}{number}"])
        if renames and draw.random() < 0.05:
            row["key"] = draw.choice("abcdef")
    for number in range(20, 20 + draw.choice([0, 0, 1, 2])):
        after[number] = make_cells(draw.choice("aghi"), {name: f"{who}-new-{name}{number}" for name in COLUMNS[1:3]})
    order = list(after.values())
    if draw.random() < 0.3:
        draw.shuffle(order)
    return {
        number: {name: value for name, value in row.items() if value is not None} for number, row in enumerate(order, 2)
    }


def texts(rows: Rows) -> set[str]:
    return {str(value) for row in rows.values() for name, value in row.items() if name != "key"}


def sort_rows(rows: Rows) -> list[list[tuple[str, Content]]]:
    return sorted(sorted(row.items(), key=str) for row in rows.values())


def judge(seed: int, is_unique: bool) -> None:
    """What a merge may not do, for one case."""
    draw, match = random.Random(seed), match_by_key(["key"])
    base = make_base(draw)
    renames = draw.random() < 0.5  # a row that one renamed and the other removed is there under its new key
    mine, theirs = edit(base, "mine", draw, renames), edit(base, "theirs", draw, renames)
    found = merge_rows(base, mine, theirs, match, None, is_unique)
    after = apply(mine, found)
    told = {str(value) for conflict in found.conflicts for value in (conflict.mine, conflict.theirs)}
    written = (texts(mine) | texts(theirs)) - texts(base)
    assert written <= texts(after) | told, f"seed {seed}: a cell is lost"
    assert texts(base) & texts(mine) & texts(theirs) <= texts(after) | told, f"seed {seed}: what nobody changed is lost"
    if not found.conflicts and not renames:
        gone = texts(base) - (texts(mine) & texts(theirs))
        assert not gone & texts(after), f"seed {seed}: what somebody removed is back"
    assert sort_rows(apply(mine, merge_rows(base, mine, base, match))) == sort_rows(mine)
    assert sort_rows(apply(base, merge_rows(base, base, theirs, match))) == sort_rows(theirs)
    taken = texts(apply(mine, merge_rows(base, mine, theirs, match, "theirs", is_unique)))
    assert texts(theirs) - texts(base) <= taken, f"seed {seed}: a cell of theirs is lost, which was to be taken"


@pytest.mark.parametrize("is_unique", [True, False])
def test_random_merges_lose_no_cell(is_unique: bool) -> None:
    for seed in range(500):
        judge(seed, is_unique)


@pytest.mark.slow
def test_many_random_merges_lose_no_cell() -> None:
    for seed in range(1000, 11_000):
        judge(seed, seed % 2 == 0)


def test_a_number_is_not_its_text() -> None:
    assert not is_same(1.0, "1")
    assert not is_same(1.0, True)
    assert is_same("a", "a")


@pytest.fixture
def three(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A workbook and two copies: each changes, adds and removes something else; the rows of theirs are sorted anew."""
    base = books.write(tmp_path / "base.xlsx")
    demand = [list(row) for row in books.SOUND["demand"]]
    mine = books.write(
        tmp_path / "mine.xlsx", {"demand": [demand[0], [*demand[1][:4], 111, *demand[1][5:]], demand[2]]}
    )
    book = openpyxl.load_workbook(mine)
    book["demand"]["J1"], book["demand"]["J2"] = "twice", "=D2*2"
    book.save(mine)
    changed = [demand[0], demand[2], [*demand[1][:3], 12.5, *demand[1][4:]], ["Chile", "cell", "2024", 1, 50]]
    theirs = books.write(
        tmp_path / "theirs.xlsx", {"demand": changed, "duties": [books.SOUND["duties"][0]], "own": [["x"]]}
    )
    return base, mine, theirs


def test_what_theirs_changed_is_in_mine(three: tuple[Path, Path, Path], tmp_path: Path) -> None:
    base, mine, theirs = three
    book = openpyxl.load_workbook(theirs)
    del book["own"]
    book.save(theirs)
    out = tmp_path / "out.xlsx"
    assert run(["merge", *map(str, three), "-o", str(out)]) == 0
    after = openpyxl.load_workbook(out)
    demand = [[cell.value for cell in row] for row in after["demand"].iter_rows(max_col=5)]
    assert demand[1:] == [
        ["France", "cell", "2024", 12.5, 111],
        ["France", "cell", "2029", 20, 90],
        ["Chile", "cell", "2024", 1, 50],
    ]
    assert after["demand"]["J2"].value == "=D2*2"
    assert read_instance(out).instance.tables["duties"].empty
    assert merge_workbooks(base, mine, theirs).sheets == {
        "demand": "1 cell changed, 1 row added",
        "duties": "1 row removed",
    }


def test_a_sheet_that_mine_lacks_is_said(three: tuple[Path, Path, Path], tmp_path: Path) -> None:
    assert run(["merge", *map(str, three), "-o", str(tmp_path / "out.xlsx")]) == 2
    assert not (tmp_path / "out.xlsx").exists()


def test_conflicts_are_listed_by_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = books.write(tmp_path / "base.xlsx")
    mine = books.write(tmp_path / "mine.xlsx", books.edited("demand", {"D2": 11}))
    theirs = books.write(tmp_path / "theirs.xlsx", books.edited("demand", {"D2": 12, "E3": 91}))
    names = [str(path) for path in (base, mine, theirs)]
    out = tmp_path / "out.xlsx"
    assert run(["merge", *names, "-o", str(out)]) == 2
    assert "error: demand!D2: volume: base `10`, mine `11`, theirs `12`: make them agree" in capsys.readouterr().err
    assert not out.exists()
    for side, volume in (("mine", 11), ("theirs", 12)):
        assert run(["merge", *names, "-o", str(out), "--take", side, "--force"]) == 0
        assert read_instance(out).instance.tables["demand"].loc[[2, 3], ["volume", "price"]].to_numpy().tolist() == [
            [volume, 100],
            [20, 91],
        ]
        assert "1 conflict decided" in capsys.readouterr().out
    assert run(["merge", *names, "-o", str(out), "--take", "both"]) == 2
