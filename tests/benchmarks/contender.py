"""One contender, one case, one size, in a process of its own: the time to a loaded HiGHS model and the peak memory.

    python -m tests.benchmarks.contender planner transport 10000

prints one line of JSON. A small model is loaded before the clock starts, so that imports do not count.
"""

import argparse
import json
import resource
import time
from importlib import import_module

from planner_models.collector import collector_paused
from planner_models.instance import Instance
from planner_models.sets.derive import derive
from tests.benchmarks.cases import CASES
from tests.benchmarks.tables import Tables, tables

WARM = 1000
"""Columns of the small model."""

CONTENDERS = ("planner", "linopy", "stock")


def main() -> None:
    """Load one model and print what it took, and the size of what HiGHS then holds.

    seconds: of processor time, which other programs on the machine change little, from the instance on; ready: the
    same from ready tables on, for the planner from the instance as ever; elapsed: s of `ready` by the clock on the
    wall; peak: MB of the whole process; before: the same before the model was loaded.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("contender", choices=CONTENDERS)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("columns", type=int)
    parser.add_argument("--solve", action="store_true", help="also report the optimum of the relaxation")
    given = parser.parse_args()
    load = import_module(f"tests.benchmarks.route_{given.contender}").load
    own = given.contender == "planner"
    load(_given(CASES[given.case](WARM), own)[0])
    data, deriving = _given(CASES[given.case](given.columns), own)
    before = _peak()
    began, busy = time.perf_counter(), time.process_time()
    loaded = load(data)
    ready = time.process_time() - busy
    solver, unit = (loaded.solver, loaded.scale.money) if own else (loaded, 1.0)
    facts = {"seconds": deriving + ready, "ready": ready, "elapsed": time.perf_counter() - began}
    facts |= {"peak": _peak(), "before": before}
    facts |= {"columns": solver.getNumCol(), "rows": solver.getNumRow(), "nonzeros": solver.getNumNz()}
    if given.solve:
        solver.setOptionValue("solve_relaxation", True)
        solver.run()
        facts["optimum"] = solver.getObjectiveValue() / unit
    print(json.dumps(facts))


def _given(instance: Instance, own: bool) -> tuple[Instance | Tables, float]:
    """What a contender loads from, and the s of processor time that deriving its sets took.

    The planner gets the instance and derives the sets inside its own clock. The others get numbered tables: deriving
    the sets counts, under the same paused collector as in the planner, and numbering them does not.
    """
    if own:
        return instance, 0.0
    busy = time.process_time()
    with collector_paused():
        sets = derive(instance)
    deriving = time.process_time() - busy
    return tables(sets), deriving


def _peak() -> float:
    """Peak memory of this process in MB (ru_maxrss is in kB on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
