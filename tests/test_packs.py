"""Packs of programmes: every row is dated and sourced, and can be added to a workbook under its own names."""

from pathlib import Path

import pytest

from planner.cli.main import run
from planner.issues import InputError
from planner.workbook.packs import fit_pack, read_pack
from planner.workbook.read import read_instance
from planner.workbook.template import choose_sheets, write_template

PACKS = sorted((Path(__file__).parents[1] / "instances" / "packs").glob("*.csv"))
NAMES = {
    **{"CAR": "car", "CELL": "cell", "CELL_MATERIALS": "cathode", "CRITICAL_MINERALS": "lithium", "STEEL": "cathode"},
    **{"MINED": "lithium", "REFINED": "cathode", "RECYCLED": "cathode", "FTA_PARTNERS": "Southland"},
    **{"US": "Northland", "EU": "Northland", "UK": "Southland", "Canada": "Southland", "Mexico": "Southland"},
    **{"China": "Eastern League"},
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example with few sheets, and no programme yet."""
    path = tmp_path_factory.mktemp("packs") / "chain.xlsx"
    write_template(path, blank=False, sheets=choose_sheets(["access"]))
    return path


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_packs_are_sourced_and_fit(pack: Path, book: Path) -> None:
    """Each row says from where and as of when, and all names of the pack can be given others."""
    rows = read_pack(pack)
    assert all(row["source"] and row["confidence"] and row["note"].startswith("as of ") for row in rows)
    fitted, late = fit_pack(read_instance(book), rows, NAMES, ())
    assert len(fitted) + len(late) == len(rows)


def test_a_pack_is_added_on_the_command_line(book: Path, tmp_path: Path) -> None:
    """Years become periods: of ratios that rise every year, that of the middle of a period applies in it."""
    out = tmp_path / "more.xlsx"
    names = [word for name, own in NAMES.items() for word in ("--name", f"{name}={own}")]
    assert run(["add", str(book), str(PACKS[-2]), "-o", str(out), "--only", "45X cells 2029", *names]) == 0
    row = read_instance(out).instance["eligibility"].iloc[0]
    assert (row["programme"], row["item"], row["market"]) == ("45X cells 2029", "cell", "Northland")
    assert (row["from"], row["to"], row["rate"], row["content_share"]) == ("2028-30", "2028-30", 35, 0.8)
    assert run(["check", str(out)]) == 0
    assert run(["add", str(out), str(PACKS[-2]), "-o", str(tmp_path / "twice.xlsx"), "--only", "45X cells 2029",
                *names]) == 2  # fmt: skip


def test_names_that_are_none_are_all_listed(book: Path) -> None:
    """One fault each, with what to write."""
    rows = read_pack(PACKS[0])
    with pytest.raises(InputError) as fault:
        fit_pack(read_instance(book), rows, {"CAR": "car"}, ("no such",))
    words = str(fault.value)
    assert "no programme `no such`" in words
    with pytest.raises(InputError) as fault:
        fit_pack(read_instance(book), rows, {"CAR": "car"}, ())
    assert "--name 'China=...'" in str(fault.value)
    assert "--name 'CELL=...'" in str(fault.value)
