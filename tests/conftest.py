"""What all tests share: random examples are the same in every run, and take the time they take; how plans are tampered
with."""

import pytest
from hypothesis import HealthCheck, Phase, settings

from planner.audit.audit import AUDITS
from planner_models.instance import Instance
from tests.plans import Caught, Plan, Tamper, checks_failed, noun_of

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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out most of the plans tampered with that all audits would be asked about."""
    asked = [item for item in items if ALL_AUDITS in item.name]
    spared = {item for place, item in enumerate(asked) if place % ONE_IN}
    if spared:
        config.hook.pytest_deselected(items=[*spared])
        items[:] = [item for item in items if item not in spared]


@pytest.fixture(params=["its audit", pytest.param(ALL_AUDITS, marks=pytest.mark.slow)])
def caught(request: pytest.FixtureRequest) -> Caught:
    """The checks that fail once a plan has been tampered with: of the audit concerned, and, slowly, of all audits."""

    def run(data: Instance, tables: Plan, check: str, tampers: list[Tamper], claimed: float | None = None) -> list[str]:
        nouns = AUDITS if request.param == ALL_AUDITS else [noun_of(data, tables, check)]
        return checks_failed(data, tables, *tampers, nouns=nouns, claimed=claimed)

    return run
