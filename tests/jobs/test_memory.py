"""What a job is thought to need, before its model is built."""

from pathlib import Path

import pytest

from planner.cli.main import run
from planner.jobs.memory import available, columns_of
from planner.solver.compiled import compile_model
from planner.workbook.read import read_instance
from planner_models.network import build
from tests.jobs import ROOT


@pytest.mark.parametrize("name", ["tiny", "example", pytest.param("ev_global", marks=pytest.mark.slow)])
def test_the_size_of_a_model_is_known_before_it_is_built(name: str, tmp_path: Path) -> None:
    """To a factor of two: the need for each column is known no better than that."""
    book = ROOT / "instances" / f"{name}.xlsx"
    if name == "example":
        book = tmp_path / "example.xlsx"
        assert run(["new", str(book)]) == 0
    model = build(read_instance(book).instance)
    columns = len(compile_model(model).cost)
    assert columns / 2 <= columns_of(model.sets) <= 2 * columns


def test_there_is_memory_on_this_machine() -> None:
    assert 1e6 < available() < 1e15
