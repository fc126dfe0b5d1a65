"""What all tests share: random examples are the same in every run, and take the time they take; how plans are tampered
with."""

import gc
import signal
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from planner.audit.audit import AUDITS
from planner_models.instance import Instance
from tests.order import longest_first, place
from tests.plans import Caught, Plan, Tamper, checks_failed, noun_of

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # as in the background of a script: what tests start would inherit it, and never hear a Ctrl-C
    with suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)

gc.set_threshold(50_000, 20, 20)
"""Thousands of tests and all their modules are looked through at each collection: a tenth of the time."""

settings.register_profile(
    "planner",
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Failing examples are not made smaller: they are small, and each try would solve two plans."""
settings.load_profile("planner")

ALL_AUDITS = "all audits"
ONE_IN = 8
"""Of so many plans tampered with one is given to all audits: whether the others stay silent hardly depends on which."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out most of the plans tampered with that all audits would be asked about; the longest files first."""
    _mark_slow_cases(items)
    asked = [item for item in items if ALL_AUDITS in item.name]
    spared = {item for place, item in enumerate(asked) if place % ONE_IN}
    if spared:
        config.hook.pytest_deselected(items=[*spared])
        items[:] = [item for item in items if item not in spared]
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)


def _mark_slow_cases(items: list[pytest.Item]) -> None:
    """The cases of tests marked `one_in` that are slow: all but one of so many that are not slow already."""
    seen: Counter[str] = Counter()
    for item in items:
        mark = item.get_closest_marker("one_in")
        if mark is not None and item.get_closest_marker("slow") is None:
            test = item.nodeid.partition("[")[0]
            if seen[test] % mark.args[0]:
                item.add_marker(pytest.mark.slow)
            seen[test] += 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Several processes: each takes the tests of a file, in the order in which files come."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return place(nodeid)

    config.option.loadscopereorder = False
    return ByFile(config, log) if config.getvalue("dist") == "load" else None


@pytest.fixture(params=["its audit", pytest.param(ALL_AUDITS, marks=pytest.mark.slow)])
def caught(request: pytest.FixtureRequest) -> Caught:
    """The checks that fail once a plan has been tampered with: of the audit concerned, and, slowly, of all audits."""

    def run(data: Instance, tables: Plan, check: str, tampers: list[Tamper], claimed: float | None = None) -> list[str]:
        nouns = AUDITS if request.param == ALL_AUDITS else [noun_of(data, tables, check)]
        return checks_failed(data, tables, *tampers, nouns=nouns, claimed=claimed)

    return run
