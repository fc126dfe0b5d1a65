"""The benchmark programs run, and their contenders load one and the same model."""

import pytest

from planner.workbook.read import read_instance
from planner.workbook.write import write_instance, write_result
from tests.benchmarks import build, workbook
from tests.benchmarks.cases import CASES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", CASES)
def test_all_contenders_load_the_same_model(case):
    found = build.measured(case, 10_000, 1, "--solve")
    assert len(list(build.rows(case, found))) == 3
    own = found["planner"]
    assert own["columns"] >= 10_000
    for other in (found["linopy"], found["stock"]):
        assert [other[name] for name in ("columns", "rows", "nonzeros")] == [
            own[name] for name in ("columns", "rows", "nonzeros")
        ]
        assert other["optimum"] == pytest.approx(own["optimum"])


def test_the_workbook_benchmark_reads_and_writes_what_it_says(tmp_path):
    instance = workbook.wide(1_000)
    write_instance(workbook.sheets(instance), tmp_path / "instance.xlsx")
    reading = read_instance(tmp_path / "instance.xlsx")
    assert not reading.faults
    assert 900 <= len(reading.instance["lanes"]) <= 1_000
    table = workbook.flows(instance, 1_000)
    assert len(table) == 1_000
    write_result(tmp_path / "result.xlsx", {"flows": table}, {}, instance)
    assert (tmp_path / "result.xlsx").stat().st_size > 10_000
