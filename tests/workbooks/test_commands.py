"""Mutated workbooks at which a command once met the unexpected, or wrote what it should not have."""

from pathlib import Path

import pandas as pd
import pytest

from planner.issues import Issue
from planner.sheets.issues import tabulate_issues
from planner_models.plan import tidy
from planner_models.schema import RESULTS
from tests.workbooks.commands import run


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        pytest.param("solve", 281, id="a control character in a header"),
        pytest.param("solve", 417, id="capacity of 100 million times what is used"),
        pytest.param("compare", 21, id="nothing is demanded"),
    ],
)
def test_what_once_went_wrong_is_sound(name: str, seed: int, tmp_path: Path) -> None:
    found = run(name, range(seed, seed + 1), tmp_path)
    assert set(found) <= {"done", "refused", "differs"}


def test_control_characters_in_an_issue_are_written_out() -> None:
    table = tabulate_issues([Issue("warning", "sites", "A1", "`na\x07me` is not a known column")])
    assert table["message"].tolist() == ["`na\\x07me` is not a known column"]


def test_a_small_share_beside_a_large_ratio_is_no_noise() -> None:
    rows: dict[str, list[float | str]] = {name: [0.0] for name in RESULTS["security"].columns}
    rows |= {"item": ["cell"], "period": ["2026"], "capacity_ratio": [1e9], "utilisation": [1e-9]}
    kept = tidy("security", pd.DataFrame(rows), {"2026": 0})
    assert kept["utilisation"].tolist() == [1e-9]
    assert kept["capacity_ratio"].tolist() == [1e9]
