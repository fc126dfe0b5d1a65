"""No figure of a result can be changed, and no row dropped, doubled or renamed, without the audit saying so.

The plan is that of `tests/every_mechanism.py`; what can be changed is read off the schema of the results.
"""

from collections.abc import Iterator

import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.audit.sheets import AUDITED
from planner_models.instance import NUMERIC
from planner_models.schema import RESULTS, keys, meta
from tests.every_mechanism import outcome
from tests.plans import CONCERNED, Plan, failed, is_noticed

WORDS = ("summary", "conversions", "targets", "audit", "issues", "run")
"""Sheets that state no figure of a plan: the summary is made from the others, of which targets repeat figures
(`tests/test_targets.py` changes these), conversions repeat what was read; the seal hashes all but the summary."""

NOT_RECOMPUTED = {("rules", "marginal_cost"), ("rules", "remark"), ("levels", "reached"), ("hubs", "opened")}
"""Remarks are words. A price of a limit is a dual of the whole model: the audit knows its sign, and that what is not
reached has none. A level that is said not to be reached is one that the plan makes no use of. The hub of
this plan costs nothing and passes nothing on, so that open or closed is the same; `tests/proofs/test_hubs.py` has hubs
for which it is not."""

IDLE = ("hubs",)
"""Sheets whose rows in this plan say nothing that would be missed."""

SMALL_DIFFERENCE = {("scenarios", "loss")}
"""Figures that are a small difference of large sums: a hundredth of the smallest of them is within rounding."""

Cell = tuple[str, str, int]
"""Sheet, column and row."""


def figures() -> list[tuple[str, str]]:
    """Every column of every audited sheet that is no key and not a mere name."""
    return [
        (sheet, name)
        for sheet in AUDITED
        for name, column in RESULTS[sheet].columns.items()
        if not meta(column)["key"] and (sheet, name) not in NOT_RECOMPUTED
    ]


def changed(tables: Plan, cell: Cell) -> Plan:
    """The plan with one cell changed: a number by a hundredth, a flag turned, a word replaced."""
    sheet, name, row = cell
    facts, table = meta(RESULTS[sheet].columns[name]), tables[sheet].copy()
    value = table.at[row, name]
    if facts["kind"] in NUMERIC:
        table.loc[row, name] = value * 1.01 if value == value and value != 0 else 1.0
    elif facts["choices"]:
        table.loc[row, name] = next(word for word in facts["choices"] if word != value)
    else:
        table.loc[row, name] = "3" if value != "3" else "1"
    return tables | {sheet: table}


def spots(tables: Plan, sheet: str, name: str) -> Iterator[int]:
    """Rows to try: the first that says something, in the base and in a disruption, and the first that says nothing."""
    table = tables[sheet]
    says = table[name].notna() & (table[name] != 0)
    if (sheet, name) in SMALL_DIFFERENCE:
        says &= table[name].abs() > 0.01 * table[name].abs().max()
    in_base = pd.Series(True, index=table.index)
    if "scenario" in table and sheet != "scenarios":
        in_base = table["scenario"] == "base"
    silent = table[name].isna() | (table[name] == 0)
    for part in (says & in_base, says & ~in_base, silent):
        yield from table.index[part][:1]


def test_every_sheet_of_a_plan_is_audited() -> None:
    """And each of its sheets has rows in the plan that the other tests change."""
    assert set(AUDITED) == set(RESULTS) - set(WORDS)
    assert set(CONCERNED) == set(AUDITED)
    tables = outcome("profit")[1]
    assert [sheet for sheet in AUDITED if not len(tables.get(sheet, ()))] == []


@pytest.mark.one_in(2)
@pytest.mark.parametrize("objective", ["profit", "cost"])
def test_the_plan_agrees(objective: str) -> None:
    """Every audit has something to compare, but for those of what the plan does not do."""
    case, tables, claimed = outcome(objective)
    found = audit(case, tables, claimed)
    assert failed(found) == []
    assert found["check"].is_unique


FIRST = dict(reversed(figures()))
"""One column of each sheet, which the default run tries; the slow one tries all."""


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        pytest.param(*figure, marks=() if figure in FIRST.items() else pytest.mark.slow, id="-".join(figure))
        for figure in figures()
    ],
)
def test_a_changed_figure_is_noticed(sheet: str, name: str) -> None:
    """One cell in each kind of row."""
    case, tables, claimed = outcome("profit")
    for row in spots(tables, sheet, name):
        assert is_noticed(case, changed(tables, (sheet, name, row)), claimed, sheet), tables[sheet].loc[row].to_dict()


BY_OBJECTIVE = ("costs", "surplus", "cash", "demand", "deployments", "scenarios", "rules")
"""Sheets whose audits do something else under cost than under profit."""


@pytest.mark.slow
@pytest.mark.parametrize(("sheet", "name"), [figure for figure in figures() if figure[0] in BY_OBJECTIVE])
def test_a_changed_figure_of_a_plan_at_least_cost_is_noticed(sheet: str, name: str) -> None:
    """One cell in each kind of row."""
    case, tables, claimed = outcome("cost")
    for row in spots(tables, sheet, name) if sheet in tables else ():
        assert is_noticed(case, changed(tables, (sheet, name, row)), claimed, sheet), tables[sheet].loc[row].to_dict()


@pytest.mark.parametrize("row", [0, 1])
def test_a_wrong_price_of_a_limit_that_is_not_reached_is_noticed(row: int) -> None:
    """A price below 0, and one of a limit with slack."""
    case, tables, claimed = outcome("profit")
    rules = tables["rules"]
    slack = rules.index[(rules["slack"] > 0.1) & (rules["marginal_cost"] == 0)][0]
    wrong = rules["marginal_cost"].where(rules.index != slack, (-1.0, 1e4)[row])
    assert is_noticed(case, tables | {"rules": rules.assign(marginal_cost=wrong)}, claimed, "rules")


def without(tables: Plan, sheet: str, row: int) -> Plan:
    return {**tables, sheet: tables[sheet].drop(index=row)}


def doubled(tables: Plan, sheet: str, row: int) -> Plan:
    return {**tables, sheet: pd.concat([tables[sheet], tables[sheet].loc[[row]]], ignore_index=True)}


def renamed(tables: Plan, sheet: str, row: int, name: str) -> Plan:
    table = tables[sheet].astype({name: object})
    table.loc[row, name] = "nowhere"
    return {**tables, sheet: table}


@pytest.mark.one_in(8)
@pytest.mark.parametrize("sheet", [sheet for sheet in AUDITED if sheet not in IDLE])
def test_a_dropped_row_is_noticed(sheet: str) -> None:
    """The row with the largest figure; see `outcome` for the plan."""
    case, tables, claimed = outcome("profit")
    numbers = tables[sheet].select_dtypes("number").drop(columns=["before", "budget"], errors="ignore").abs()
    row = numbers.max(axis=1).idxmax() if len(numbers.columns) else 0
    assert is_noticed(case, without(tables, sheet, row), claimed, sheet), tables[sheet].loc[row].to_dict()


@pytest.mark.slow
def test_rows_said_twice_are_a_finding() -> None:
    """One of each sheet, all at once: the audits of all nouns come to an end."""
    case, tables, claimed = outcome("profit")
    for sheet in AUDITED:
        tables = doubled(tables, sheet, len(tables[sheet]) // 2)
    assert "every key is listed once" in failed(audit(case, tables, claimed))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("place", [0, *(pytest.param(place, marks=pytest.mark.slow) for place in (1, 2, 3)), 4])
def test_unknown_names_are_a_finding(place: int) -> None:
    """In the first, second, ... key column of every sheet, all at once."""
    case, tables, claimed = outcome("profit")
    for sheet in AUDITED:
        names = keys(RESULTS[sheet])
        tables = renamed(tables, sheet, len(tables[sheet]) // 2, names[min(place, len(names) - 1)])
    assert "rows refer to what exists" in failed(audit(case, tables, claimed))


@pytest.mark.slow
def test_cells_that_cannot_be_read_are_a_finding() -> None:
    """Words for numbers and flags, in a row of every sheet."""
    case, tables, claimed = outcome("profit")
    for sheet in AUDITED:
        table, row = tables[sheet].astype(object), len(tables[sheet]) // 2
        table.loc[row, [name for name in table if name not in keys(RESULTS[sheet])]] = "many"
        tables = {**tables, sheet: table}
    assert "every cell can be read" in failed(audit(case, tables, claimed))
