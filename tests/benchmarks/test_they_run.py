"""The benchmark programs run, and their contenders load one and the same model."""

import pytest

from planner.cli.main import run
from planner.results.result_file import read_result_file
from planner.solver.solver import Options, solve_arrays
from planner.workbook.read import read_instance
from planner.workbook.write import write_instance
from tests.benchmarks import build, compare, snapshots, tightening, workbook
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
    for name, write in workbook.WRITERS.items():
        write(tmp_path / "result.xlsx", table, instance)
        assert (tmp_path / "result.xlsx").stat().st_size > 10_000, name


def test_the_comparison_benchmark_writes_results_whose_seal_fits(tmp_path):
    paths = compare.write(tmp_path, 2_000)
    found = [read_result_file(path, path.stem) for path in paths]
    assert [(file.seal, len(file.tables["flows"])) for file in found] == [("fits", 2_000)] * 2
    assert run(["compare", *map(str, paths), "-o", str(tmp_path / "comparison.xlsx")]) == 0


def test_every_step_of_the_formulation_has_the_same_optimum(tmp_path):
    """The worked example, with offers, a project, experience and a cluster, solved without any gap."""
    assert run(["new", str(tmp_path / "example.xlsx")]) == 0
    found = {}
    for name, compiled, roundings in tightening.steps(tmp_path / "example.xlsx"):
        relaxed = tightening.relaxation(compiled)
        solution = solve_arrays(compiled, Options(gap=0.0), None, roundings)
        found[name] = (len(compiled.rows), relaxed, solution.objective)
    optimum = found["started"][2]
    assert [objective for *_, objective in found.values()] == [pytest.approx(optimum)] * 4
    rows, relaxed = zip(*[figures[:2] for figures in found.values()], strict=True)
    assert rows[0] < rows[1] == rows[2]
    assert relaxed[0] <= relaxed[1] <= relaxed[2] <= optimum


def test_every_snapshot_adds_about_as_many_columns_as_the_first(tmp_path):
    assert run(["new", str(tmp_path / "example.xlsx")]) == 0
    instance = read_instance(tmp_path / "example.xlsx", ()).instance
    none, one, four = (snapshots.measured(instance, count, 60) for count in (0, 1, 4))
    assert none.columns < one.columns < four.columns <= none.columns + 4 * 2 * (one.columns - none.columns)
    assert all(found.relaxing is not None for found in (none, one, four))
    assert len(list(snapshots.table([none, one, four]))) == 5
