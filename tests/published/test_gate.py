"""The release gate of the solver: published optima with presolve on and off, with one, two and four threads.

A new release of HiGHS is let in only where it reaches all of them; continuous integration runs it among the slow tests.
"""

from pathlib import Path

import pytest

from instances._build.facility_location import DATA as LOCATION
from planner.solver.arrays import Compiled
from planner.solver.compiled import compile_model
from planner.solver.highs import Loaded
from planner.solver.solver import Options, make_roundings, solve_arrays
from planner_models.instance import Instance
from planner_models.network import build
from tests.published.convert import DATA, optima, two_stage
from tests.published.test_facility_location import OPTIMA, from_text

CASES: dict[str, tuple[Path, float]] = {
    **{name: (LOCATION / f"{name}.txt", float(OPTIMA[name])) for name in ("cap41", "cap71")},
    **{name: (DATA / "tscflp" / name, figure) for name, figure in [*optima("tscflp").items()][:2]},
}


def _case(path: Path) -> Instance:
    return from_text(path) if path.parent == LOCATION else two_stage(path)


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("presolve", ["on", "off"])
@pytest.mark.parametrize("name", CASES)
def test_published_optimum(monkeypatch: pytest.MonkeyPatch, name: str, presolve: str, threads: int) -> None:
    """The optimum, and a bound that proves it, by the way of every plan: start, search and whole numbers made exact."""
    prepare = Loaded.__init__

    def prepared(self: Loaded, compiled: Compiled, threads: int = 1) -> None:
        prepare(self, compiled, threads)
        self.solver.setOptionValue("presolve", presolve)

    monkeypatch.setattr(Loaded, "__init__", prepared)
    path, figure = CASES[name]
    model = build(_case(path))
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0, threads=threads), roundings=make_roundings(model, compiled))
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(figure, rel=1e-6)
    assert solution.bound == pytest.approx(figure, rel=1e-6)
