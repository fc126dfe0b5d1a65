"""The vocabulary in which tables are declared: a column says its kind, unit, default, range and reference once.

A table is a `pandera.DataFrameSchema`; what pandera has no word for stands in the `metadata` of its columns:

=========== ==========================================================================
kind        text, number, integer, flag (yes | no), choice, reference
unit        for people; "" where a column has none
default     what a blank cell means; None where blank stays blank
key         part of the table's key
ref         tuple of "sheet.column" names, any of which may hold the name
wildcard    `*` (every one) is allowed
choices     the allowed words
low, high   the closed range of a number; `above` where the lower end is open
inherits    a blank cell of a row beside a `*` row of the same thing means what that row says, else the default
varies      sheet by_period may give the figure another value in some periods
measure     says in what the figures of its row are given; no part of an instance
=========== ==========================================================================
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa

KINDS = ("text", "number", "integer", "flag", "choice", "reference")

LARGEST, SMALLEST = 1e18, 1e-18
"""No figure is larger, and none but 0 is smaller: beyond 1e20 a solver takes a figure for infinite."""

SIZE = "size"
"""What the check is called that refuses such figures."""


def _is_sized(values: pd.Series) -> pd.Series:
    size = values.abs()
    return (size <= LARGEST) & ((size >= SMALLEST) | (size == 0.0))


def _column(
    kind: str, description: str, dtype: Any, required: bool, checks: Sequence[pa.Check], **meta: Any
) -> pa.Column:
    metadata = {"kind": kind, "unit": "", "default": None, "key": False, "ref": (), "wildcard": False, "choices": ()}
    metadata |= {"low": None, "high": None, "above": None, "required": required, "inherits": False, "varies": False}
    metadata |= {"measure": False}
    return pa.Column(
        dtype, list(checks), nullable=not required, required=False, description=description, metadata=metadata | meta
    )


def text(description: str, *, required: bool = False, key: bool = False, default: str | None = None) -> pa.Column:
    """A column of free text.

    Parameters
    ----------
    description
        What it holds, in one phrase.
    required
        Whether a blank is a fault, unless there is a default.
    key
        Whether it is part of the key of its table; then required, unless it has a default.
    default
        What a blank means.

    Returns
    -------
    pandera.Column
        The declared column.
    """
    return _column("text", description, object, (required or key) and default is None, (), key=key, default=default)


def number(
    description: str,
    unit: str = "",
    *,
    low: float | None = None,
    above: float | None = None,
    high: float | None = None,
    default: float | None = None,
    required: bool = False,
    whole: bool = False,
    key: bool = False,
    varies: bool = False,
) -> pa.Column:
    """A column of finite numbers.

    Their size is bounded where the column itself gives no limits: see `LARGEST` and `SMALLEST`.

    Parameters
    ----------
    description
        What it holds, in one phrase.
    unit
        Unit, for people; "" for none.
    low
        Least value.
    above
        Value that it must exceed.
    high
        Greatest value.
    default
        What a blank means.
    required
        Whether a blank is a fault.
    whole
        Whether it must be an integer.
    key
        Whether it is part of the key of its table; then required.
    varies
        Whether sheet by_period may give it another value in some periods.

    Returns
    -------
    pandera.Column
        The declared column.
    """
    checks = [pa.Check(_is_sized, error=SIZE)]
    if low is not None:
        checks.append(pa.Check.ge(low))
    if above is not None:
        checks.append(pa.Check.gt(above))
    if high is not None:
        checks.append(pa.Check.le(high))
    kind = "integer" if whole else "number"
    bounds = {"low": low, "above": above, "high": high, "varies": varies}
    return _column(kind, description, float, required or key, checks, unit=unit, default=default, key=key, **bounds)


def share(description: str, *, default: float | None = None, varies: bool = False) -> pa.Column:
    """A share from 0 to 1."""
    return number(description, "share", low=0, high=1, default=default, varies=varies)


def flag(description: str, default: str | None = None) -> pa.Column:
    """A column of `yes` or `no`.

    Parameters
    ----------
    description
        What yes means, in one phrase.
    default
        What a blank means.

    Returns
    -------
    pandera.Column
        The declared column.
    """
    return choice(description, ("yes", "no"), default=default, kind="flag")


def choice(
    description: str,
    choices: Sequence[str],
    *,
    default: str | None = None,
    required: bool = False,
    key: bool = False,
    kind: str = "choice",
) -> pa.Column:
    """A column of one word of several.

    Parameters
    ----------
    description
        What it holds, in one phrase.
    choices
        The allowed words.
    default
        What a blank means.
    required
        Whether a blank is a fault, unless there is a default.
    key
        Whether it is part of the key of its table; then required, unless it has a default.
    kind
        Kind in the vocabulary of this module: choice or flag.

    Returns
    -------
    pandera.Column
        The declared column.
    """
    needed = (required or key) and default is None
    check = pa.Check.isin(list(choices))
    return _column(kind, description, object, needed, [check], choices=tuple(choices), default=default, key=key)


def reference(
    description: str,
    *ref: str,
    required: bool = True,
    key: bool = False,
    wildcard: bool = False,
    default: str | None = None,
) -> pa.Column:
    """A name that must stand in one of the `ref` columns, each written "sheet.column"; `*` too where `wildcard`."""
    needed = required and default is None
    return _column("reference", description, object, needed, (), ref=ref, key=key, wildcard=wildcard, default=default)


def mark_inheriting(columns: dict[str, pa.Column]) -> dict[str, pa.Column]:
    """The columns, each of them one whose blank cells mean what the `*` row of the same thing says."""
    for column in columns.values():
        column.metadata = meta(column) | {"inherits": True}
    return columns


def remarks() -> dict[str, pa.Column]:
    """The columns every input table may carry; kept and shown, never used by the mathematics.

    Returns
    -------
    dict of str to pandera.Column
        `source`, `confidence` and `note`.
    """
    return {
        "source": text("where the figure comes from"),
        "confidence": choice("how far the figure can be trusted", ("high", "medium", "low")),
        "note": text("free text"),
    }


MEASURES = ("unit", "currency", "price_year")
"""Columns that say in what the figures of a row are given."""

_PLAIN_UNITS = ("", "degree", "period", "module")
"""Units that figures are always in."""


def measures(schema: pa.DataFrameSchema) -> dict[str, pa.Column]:
    """The columns by which the rows of an input table may be in other units than its columns are.

    Parameters
    ----------
    schema
        The declared table.

    Returns
    -------
    dict of str to pandera.Column
        Of `MEASURES` those that the figures of the table can be in and that it does not declare; none without such
        figures. Their cells are no part of an instance, whose figures are in the units of the columns.
    """
    numeric = [meta(column) for column in schema.columns.values() if meta(column)["kind"] == "number"]
    units = [facts["unit"] for facts in numeric if facts["unit"] not in _PLAIN_UNITS]
    if schema.name in _STATING:
        units.append("money")
    if not units or {"currency", "year"} <= set(schema.columns):
        return {}
    found = {
        "unit": text("unit of the row's figures, such as EUR/MWh, or `column: unit`; `;` between several"),
        "currency": text("currency of its amounts; blank = that of the settings"),
        "price_year": number("year of whose prices its amounts are; blank = that of the plan", "year", whole=True),
    }
    money = any("money" in unit or "currency" in unit for unit in units)
    names = MEASURES if money else MEASURES[:1]
    declared = {name: found[name] for name in names if name not in schema.columns}
    for column in declared.values():
        column.metadata = meta(column) | {"measure": True}
    return declared


_STATING = ("settings", "by_period", "evidence", "rules", "policies")
"""Tables whose figures have the unit of what they are about."""


def list_remarks(schema: pa.DataFrameSchema) -> tuple[str, ...]:
    """The columns of a table that say nothing by themselves: remarks, and units of what else the row has.

    A column of such a name that is part of the key is none of them.

    Parameters
    ----------
    schema
        The declared table.

    Returns
    -------
    tuple of str
        Names of columns, of those of `measures` and `remarks`.
    """
    stated = (name for name in MEASURES if name in schema.columns and meta(schema.columns[name])["measure"])
    return (
        *stated,
        *(name for name in remarks() if name not in schema.columns or not meta(schema.columns[name])["key"]),
    )


def table(name: str, description: str, columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    """A table of a workbook.

    Parameters
    ----------
    name
        Name of its sheet.
    description
        What it holds, in one sentence.
    columns
        Columns by name, in order.

    Returns
    -------
    pandera.DataFrameSchema
        The declared table.
    """
    return pa.DataFrameSchema(columns, name=name, description=description)


def keys(schema: pa.DataFrameSchema) -> list[str]:
    """The names of the key columns, in order."""
    return [name for name, column in schema.columns.items() if meta(column)["key"]]


def meta(column: pa.Column) -> dict[str, Any]:
    """What `_column` noted about a column."""
    return column.metadata or {}
