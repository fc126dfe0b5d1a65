"""In which order several processes run the tests: by file, the longest first, so that none is left alone at the end.

The tests of a file share what its fixtures make, and some files share the plan of a large instance, so that they are
run by one process.
"""

from collections.abc import Iterable

import pytest

TOGETHER = {
    "tests/test_backtest.py": "tests/test_ev_china.py",
    "tests/test_stress.py": "tests/test_ev_maker.py",
}
"""Files that are run with another, whose plan they use."""

SECONDS = {
    "tests/test_ev_china.py": 300,
    "tests/test_plans_live_on.py": 250,
    "tests/test_ev_maker.py": 120,
    "tests/test_snapshots_agree.py": 100,
    "tests/test_brute_force.py": 100,
    "tests/test_rules_audited.py": 80,
    "tests/test_hindcast.py": 70,
    "tests/test_mechanisms.py": 65,
    "tests/jobs/test_kill.py": 110,
    "tests/jobs/test_cluster.py": 110,
    "tests/audits/test_every_figure.py": 45,
    "tests/test_compare.py": 45,
    "tests/test_attribution.py": 30,
    "tests/audits/test_disruptions.py": 30,
    "tests/test_audit.py": 30,
    "tests/test_cli.py": 30,
    "tests/test_writers.py": 30,
    "tests/workbooks/test_write.py": 25,
    "tests/test_conduct.py": 25,
    "tests/test_compare_command.py": 25,
    "tests/test_frontier.py": 20,
    "tests/workbooks/test_lookalikes.py": 20,
    "tests/test_interface.py": 20,
    "tests/workbooks/test_fuzz.py": 20,
    "tests/proofs/test_snapshots.py": 20,
    "tests/proofs/test_reserves.py": 20,
    "tests/proofs/test_growth.py": 20,
    "tests/proofs/test_costs.py": 20,
    "tests/proofs/test_inertia.py": 15,
    "tests/proofs/test_cash.py": 15,
    "tests/proofs/test_by_period.py": 15,
    "tests/test_check_integration.py": 15,
    "tests/test_check_security.py": 15,
    "tests/test_harden.py": 15,
    "tests/test_summary.py": 15,
    "tests/test_wildcards.py": 15,
}
"""What the longest files take, about: the first eight and those of jobs mostly their slow tests; others take less."""


def place(nodeid: str) -> str:
    """The file with whose tests a test is run."""
    file = nodeid.partition("::")[0]
    return TOGETHER.get(file, file)


def longest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Tests by file, the longest file first; those of a file stay in their order."""
    return sorted(items, key=lambda item: -SECONDS.get(place(item.nodeid), 0))
