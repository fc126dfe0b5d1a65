"""The seal of a result: what was run, on what, with what, and what came out."""

import hashlib
import math
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa

from planner_models.instance import NUMERIC, Instance
from planner_models.schema import INPUTS, RESULTS, SETTINGS, meta

_PARTS = {
    "planner": "supply-chain-planner",
    "Pyomo": "pyomo",
    "HiGHS": "highspy",
    "pandas": "pandas",
    "numpy": "numpy",
    "openpyxl": "openpyxl",
}
"""What took part: the word of the seal and the distribution that knows its version."""

Kind = Literal[
    "plan", "comparison", "attribution", "stress test", "frontier", "explanation", "alternatives", "sensitivity"
]
"""What a workbook of ours is, as its sheet `run` says."""

KIND = "kind"

BASE_ERROR = "best base error"
"""What the cost of the cheapest base that rule max_cvar is measured from may be too high by, in discounted money."""

BASE_COST, BASE_SEARCH = "best base cost", "best base search"
"""What that base costs, in discounted money, and what its search began from and took."""

TABLES, COPIES, FACTS = "tables SHA-256", "inputs SHA-256", "run SHA-256"
"""The seals of the result sheets, of the input that the result repeats, and of what sheet `run` says besides."""

COLUMNS = "columns SHA-256"
"""The sheets, columns and settings that the other seals are about: they change from one planner to the next."""

_NOT_HASHED = ("summary", "issues", "run")
"""Sheets of words, and the seal itself."""


def seal(
    kind: Kind,
    input_name: str,
    input_hash: str,
    options: Mapping[str, Any],
    facts: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame] | None = None,
    schemas: Mapping[str, pa.DataFrameSchema] = RESULTS,
    instance: Instance | None = None,
) -> pd.DataFrame:
    """Sheet `run`: one row per fact.

    Nothing is read again here, because the input file may have been saved in the meantime.

    Parameters
    ----------
    kind
        What the workbook is, so that nobody has to guess it from its sheets.
    input_name
        Name of the file that was read.
    input_hash
        SHA-256 of the bytes that were read.
    options
        Options of the run, by name; `changes` among them is a sequence of `--set` texts.
    facts
        How the run ended, by name: status, objective, bound, gap, nodes, started, seconds.
    tables
        Result tables by sheet. Their hash tells a later change by hand. None: no such hash.
    schemas
        Declarations of `tables`, by sheet.
    instance
        What the `in_...` sheets repeat, hashed likewise. None: no such hash.

    Returns
    -------
    pandas.DataFrame
        Columns `key` and `seal`, all text.
    """
    rows = {KIND: kind, "input": input_name, "input SHA-256": input_hash}
    if tables is not None:
        rows[TABLES] = tables_hash(tables, schemas)
    if instance is not None:
        rows[COPIES] = inputs_hash(instance)
        rows[COLUMNS] = columns_hash()
    rows |= {f"{word} version": _version(name) for word, name in _PARTS.items()}
    rows |= {"Python version": platform.python_version(), "platform": platform.platform()}
    rows |= {f"option {name}": _text(value) for name, value in options.items() if name != "changes"}
    rows |= {f"change {number}": change for number, change in enumerate(options.get("changes", ()), 1)}
    rows |= {name: _text(value) for name, value in facts.items()}
    rows[FACTS] = facts_hash(rows)
    return pd.DataFrame(list(rows.items()), columns=list(RESULTS["run"].columns))


def tables_hash(tables: Mapping[str, pd.DataFrame], schemas: Mapping[str, pa.DataFrameSchema] = RESULTS) -> str:
    """SHA-256 of the figures of result tables, the same before they are written and after they are read back.

    Sheets of words are left out, as are empty sheets, columns that `schemas` does not declare, and the order of rows.
    """
    whole = hashlib.sha256()
    for sheet, schema in schemas.items():
        frame = tables.get(sheet)
        if frame is None or frame.empty or sheet in _NOT_HASHED:
            continue
        columns = []
        for name, column in schema.columns.items():
            values = frame[name].tolist() if name in frame else [None] * len(frame)
            numeric = meta(column)["kind"] in NUMERIC
            columns.append([_number(value) if numeric else _word(value) for value in values])
        lines = sorted("\t".join(cells) for cells in zip(*columns, strict=True))
        whole.update("\n".join([sheet, *lines, ""]).encode())
    return whole.hexdigest()


def inputs_hash(instance: Instance) -> str:
    """SHA-256 of an input as it was understood, the same whether read from its workbook or from a result of it.

    The order of rows counts only where it has a meaning, that of periods; blank cells count as what they mean.

    Parameters
    ----------
    instance
        The input.

    Returns
    -------
    str
        The hash, as hexadecimal digits.
    """
    whole = hashlib.sha256()
    for sheet, schema in INPUTS.items():
        frame = instance.tables.get(sheet)
        if frame is None or frame.empty:
            continue
        columns = []
        for name, column in schema.columns.items():
            if meta(column)["measure"]:
                continue  # the figures are in the units of the columns already
            shown = _number if meta(column)["kind"] in NUMERIC else _word
            columns.append([shown(value) for value in frame[name].tolist()])
        lines = ["\t".join(cells) for cells in zip(*columns, strict=True)]
        lines = lines if sheet == "periods" else sorted(lines)
        whole.update("\n".join([sheet, *lines, ""]).encode())
    chosen = sorted((name, _text(value)) for name, value in instance.settings.items())
    whole.update("\n".join(f"{name}\t{value}" for name, value in chosen).encode())
    return whole.hexdigest()


@cache
def columns_hash() -> str:
    """SHA-256 of what the seals of a plan are about: the columns of result and input sheets, and the settings.

    A result whose own differs was sealed by a planner with other columns: its other seals tell nothing here.

    Returns
    -------
    str
        The hash, as hexadecimal digits.
    """
    names = [f"{sheet}.{column}" for part in (RESULTS, INPUTS) for sheet in part for column in part[sheet].columns]
    return hashlib.sha256("\n".join([*names, *SETTINGS]).encode()).hexdigest()


def facts_hash(facts: Mapping[str, str]) -> str:
    """SHA-256 of the rows of sheet `run`, in any order, but for this hash itself."""
    lines = sorted(f"{name}\t{(value or '').strip()}" for name, value in facts.items() if name != FACTS)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def find_broken_seals(
    facts: Mapping[str, str], tables: Mapping[str, pd.DataFrame], instance: Instance
) -> list[str] | None:
    """The parts of a result that were changed after it was sealed.

    A seal of an earlier version says nothing about the inputs and itself.

    Parameters
    ----------
    facts
        Rows of its sheet `run`: key -> seal.
    tables
        Result tables by sheet.
    instance
        The input that the result repeats.

    Returns
    -------
    list of str or None
        Some of "tables", "inputs" and "sheet run"; empty where nothing was changed, None where there is no seal.
    """
    if not facts.get(TABLES):
        return None
    parts = ["tables"] if tables_hash(tables) != facts[TABLES] else []
    if facts.get(COPIES) and inputs_hash(instance) != facts[COPIES]:
        parts.append("inputs")
    if facts.get(FACTS) and facts_hash(facts) != facts[FACTS]:
        parts.append("sheet run")
    return parts


def round_saved(value: float) -> float:
    """A number in the 15 digits that every spreadsheet keeps.

    Parameters
    ----------
    value
        Any number.

    Returns
    -------
    float
        The number, rounded to 15 significant digits.
    """
    return float(f"{value:.15g}")


def _number(value: Any) -> str:
    """A number as text, alike for 1, 1.0 and a zero of either sign; blank where missing.

    In the 15 digits that every spreadsheet keeps: some save no more, and saving is no edit.
    """
    return "" if value is None or math.isnan(value) else f"{float(value) + 0.0:.15g}"


def _word(value: Any) -> str:
    """A text with its tabs and line ends made visible; blank where missing."""
    return "" if value is None or value != value else repr(str(value))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return "yes" if value is True else "no" if value is False else str(value)


def planner_version() -> str:
    """The version of the planner that is running.

    Returns
    -------
    str
        The version.
    """
    return _version(_PARTS["planner"])


def _version(name: str) -> str:
    """The version of an installed distribution."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed as a package"
