"""Result tables written by hand, and what is done to them to see whether the audit notices."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from planner.audit.audit import AUDITS, audit
from planner.audit.case import AuditedPlan
from planner_models.instance import Instance
from planner_models.schema import RESULTS

Plan = dict[str, pd.DataFrame]
Tamper = Callable[[Plan], object]


def table(sheet: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows in the order of the sheet's columns; a scenario is always the base."""
    columns = [name for name in RESULTS[sheet].columns if name != "scenario"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(scenario="base") if "scenario" in RESULTS[sheet].columns else frame


def objective(tables: Plan) -> float:
    """The sum of all discounted amounts: a cost in money."""
    return float(tables["costs"]["discounted"].sum())


def failed(result: pd.DataFrame) -> list[str]:
    """The checks of an audit that do not agree."""
    return list(result.loc[result["ok"] == "no", "check"])


def put(sheet: str, row: int, **cells: Any) -> Tamper:
    """Writes cells of a row."""

    def change(tables: Plan) -> None:
        for name, value in cells.items():
            tables[sheet].loc[row, name] = value

    return change


def scale(sheet: str, row: int, *columns: str, by: float = 1.00001) -> Tamper:
    """Multiplies cells of a row."""

    def change(tables: Plan) -> None:
        tables[sheet].loc[row, list(columns)] *= by

    return change


def add(sheet: str, *cells: Any) -> Tamper:
    """Appends a row."""

    def change(tables: Plan) -> None:
        tables[sheet] = pd.concat([tables[sheet], table(sheet, [cells])], ignore_index=True)

    return change


def drop(sheet: str, row: int) -> Tamper:
    """Removes a row."""

    def change(tables: Plan) -> None:
        tables[sheet] = tables[sheet].drop(index=row)

    return change


def undiscounted(rows: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    """The sheet `costs` at a discount rate of 0: line, tier, region, period, amount over the period."""
    return table("costs", [(*row, row[-1]) for row in rows])


def checks_failed(
    data: Instance,
    tables: Plan,
    *tampers: Tamper,
    nouns: Iterable[str] = tuple(AUDITS),
    claimed: float | None = None,
) -> list[str]:
    """The checks of some audits that do not agree once a plan of an instance has been tampered with.

    The instance can be tampered with as well: its sheets are beside the others as `in_...`. The objective `claimed` is,
    where it is not given, what the sheet `costs` then adds up to.
    """
    given = {f"in_{sheet}": frame.reset_index(drop=True) for sheet, frame in data.tables.items()}
    tables = {sheet: frame.copy() for sheet, frame in (tables | given).items()}
    for tamper in tampers:
        tamper(tables)
    inputs = {
        sheet: tables[f"in_{sheet}"] for sheet in data.tables if not tables[f"in_{sheet}"].equals(given[f"in_{sheet}"])
    }
    changed = replace(data, tables={**data.tables, **inputs}) if inputs else data
    sign = -1.0 if data.settings["objective"] == "profit" else 1.0
    return failed(audit(changed, tables, sign * objective(tables) if claimed is None else claimed, nouns))


_NOUNS: dict[int, dict[str, str]] = {}
"""By the identity of an instance: which audit each check of its sound plan belongs to."""


def noun_of(data: Instance, tables: Plan, check: str) -> str:
    """The audit that a check belongs to, as the audits of the sound plan `tables` show; of one they lack, `costs`."""
    if id(data) not in _NOUNS:
        case = AuditedPlan(data, tables, objective(tables))
        _NOUNS[id(data)] = {finding.check: noun for noun in AUDITS for finding in AUDITS[noun](case)}
    return _NOUNS[id(data)].get(check, "costs")


Caught = Callable[..., list[str]]
"""Instance, its sound plan, the check that should fail, what is done to them, and `claimed`: the checks that fail."""


Case = tuple[str, list[Tamper]]


def named(cases: list[Case]) -> dict[str, Any]:
    """Arguments of parametrize: check and tampers, with names that say which."""
    ids = [f"{number}: {check}" for number, (check, _) in enumerate(cases)]
    return {"argnames": ("check", "tampers"), "argvalues": cases, "ids": ids}


CONCERNED: dict[str, tuple[str, ...]] = {
    "costs": ("costs",),
    "surplus": ("surplus",),
    "cash": ("cash",),
    "capacity": ("capacity",),
    "builds": ("options", "capacity"),
    "sites": ("capacity", "costs"),
    "access": ("access", "costs"),
    "arms_length": ("coordination", "costs"),
    "group_use": ("coordination",),
    "projects": ("projects", "production"),
    "production": ("production", "balance", "disturbances"),
    "flows": ("lanes", "balance", "disturbances", "costs"),
    "hubs": ("hubs", "costs"),
    "trade": ("trade",),
    "prices": ("prices",),
    "advantage": ("advantage",),
    "stocks": ("balance", "disturbances"),
    "demand": ("demand", "disturbances"),
    "margins": ("margins",),
    "deployments": ("enablers",),
    "disposal": ("balance", "costs"),
    "levels": ("levels", "costs", "demand"),
    "policies": ("subsidies",),
    "eligibility": ("eligibility",),
    "eligible_flows": ("eligibility",),
    "security": ("security",),
    "origins": ("origins",),
    "scenarios": ("scenarios", "losses", "calm"),
    "rules": ("rules",),
    "inertia": ("inertia",),
    "growth": ("growth",),
    "returns": ("returns", "balance"),
    "carbon": ("carbon",),
    "border": ("carbon",),
    "changes": ("changes", "costs"),
}
"""By result sheet: the audits that its figures concern, the likeliest first."""


def is_noticed(data: Instance, tables: Plan, claimed: float, sheet: str) -> bool:
    """Whether an audit that concerns the sheet fails, or the sheet itself cannot be used."""
    case = AuditedPlan(data, tables, claimed)
    return any(not finding.ok for noun in (*CONCERNED[sheet], "names") for finding in AUDITS[noun](case))
