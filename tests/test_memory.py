"""What is known of an input is found again only where what it was derived from is the same."""

import random
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.checks.check import check
from planner.checks.memory import KEPT, cache_by_input
from planner.workbook.read import open_instance, read_instance
from planner_models.instance import NUMERIC, Instance, instance
from planner_models.schema import INPUTS, SETTINGS, keys, meta

INSTANCES = Path(__file__).parents[1] / "instances"


@dataclass
class Counted:
    """A function of an instance that counts its calls."""

    calls: int = 0
    kept: list[Instance] = field(default_factory=list)

    def value(self, given: Instance) -> float:
        """Reads one table, and a setting where that table has rows."""
        self.calls += 1
        rows = given["firms"]
        return len(rows) * (given.settings["discount_rate"] if len(rows) else 1.0)


def small() -> Instance:
    return instance({"firms": [{"firm": "us"}], "regions": [{"region": "here"}]}, discount_rate=0.1)


def with_table(given: Instance, sheet: str) -> Instance:
    """The same with a table that says the same but is another."""
    return replace(given, tables={**given.tables, sheet: given[sheet].copy()})


def test_only_what_was_looked_at_counts() -> None:
    counted = Counted()
    value = cache_by_input(counted.value)
    given = small()
    assert value(given) == value(given) == value(with_table(given, "regions")) == 0.1
    assert value(given.with_settings(mip_gap=0.5)) == 0.1
    assert counted.calls == 1
    assert value(given.with_settings(discount_rate=0.2)) == 0.2
    assert value(with_table(given, "firms")) == 0.1
    assert counted.calls == 3
    assert value(given) == 0.1
    assert counted.calls == 3


def test_what_an_inner_function_looked_at_counts_for_the_outer_one() -> None:
    """Also where the inner one knew its answer and looked at nothing anew."""
    inner = cache_by_input(lambda given: given.settings["discount_rate"])
    outer = cache_by_input(lambda given: 2 * inner(given))
    given = small()
    assert inner(given) == 0.1
    assert outer(given) == 0.2
    assert outer(given.with_settings(discount_rate=0.3)) == 0.6


def test_which_keys_there_are_counts_where_somebody_asked() -> None:
    names = cache_by_input(lambda given: sorted(given.settings))
    given = small()
    assert "other" not in names(given)
    assert "other" in names(given.with_settings(other=1))


def test_arguments_and_callers_are_kept_apart() -> None:
    times = cache_by_input(lambda given, factor, *, plus=0: [factor * len(given["firms"]) + plus])
    given = small()
    found = times(given, 2)
    found.append(5)
    assert (times(given, 2), times(given, 3), times(given, 2, plus=1)) == ([2], [3], [3])


def test_only_the_latest_are_kept() -> None:
    counted = Counted()
    value = cache_by_input(counted.value)
    rates = [0.01 * step for step in range(1, KEPT + 2)]
    for rate in rates:
        value(small().with_settings(discount_rate=rate))
    given = small()
    for rate in rates:
        value(given.with_settings(discount_rate=rate))
    assert counted.calls == 2 * len(rates)
    value(given.with_settings(discount_rate=rates[-1]))
    assert counted.calls == 2 * len(rates)


def test_what_is_found_cannot_look_at_the_input_later() -> None:
    """It would be found again for another input, of which it knows nothing."""
    keeping = cache_by_input(lambda given: [given])
    (held,) = keeping(small())
    with pytest.raises(RuntimeError, match="after all was derived"):
        held.settings["discount_rate"]


def changes_of(path: Path) -> list[str]:
    """One change of every column of numbers in which a workbook says something, and of every switch."""
    found = []
    reading = read_instance(path)
    for sheet, schema in INPUTS.items():
        rows = reading.instance.tables.get(sheet)
        for name, column in schema.columns.items() if rows is not None and len(rows) else ():
            if name == "confidence" or name not in rows:
                continue
            if meta(column)["kind"] in NUMERIC and name not in keys(schema) and rows[name].notna().any():
                value = rows[name].dropna().iloc[0]
                found += [f"{sheet}[*].{name}={given:g}" for given in (0, 2 * value + 1)]
            elif meta(column)["kind"] not in NUMERIC and meta(column).get("choices"):
                found += [f"{sheet}[*].{name}={choice}" for choice in meta(column)["choices"]]
    for name, column in SETTINGS.items():
        found += [f"settings[{name}]={choice}" for choice in meta(column).get("choices") or ()]
    return found


@pytest.mark.parametrize(
    ("name", "number", "least"),
    [
        ("tiny", 8, 5),
        pytest.param("tiny", 20, 10, marks=pytest.mark.slow),
        pytest.param("ev_maker", 50, 10, marks=pytest.mark.slow),
    ],
)
def test_a_sweep_is_told_what_each_variant_would_be_told_alone(name: str, number: int, least: int) -> None:
    """More than `least` different issues are found in all, so that there is something to be told."""
    path = INSTANCES / f"{name}.xlsx"
    draft = open_instance(path)
    changes = changes_of(path)
    said: set[Any] = set()
    for change in random.Random(1).sample(changes, min(number, len(changes))):
        found = check(draft.reading([change]))
        assert found == check(read_instance(path, [change])), change
        said.update(found)
    assert len(said) > least


def test_a_sweep_asks_each_rule_once_of_what_no_change_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[pd.DataFrame] = []
    monkeypatch.setattr(
        "planner.checks.check.CHECKS", (lambda reading: asked.append(reading.instance["lanes"]) or iter(()),)
    )
    draft = open_instance(INSTANCES / "tiny.xlsx")
    for change in ("demand[*].volume=5", "demand[*].volume=6", "lanes[*].cost=1", "settings[discount_rate]=0.01"):
        check(draft.reading([change]))
    assert len(asked) == 2
