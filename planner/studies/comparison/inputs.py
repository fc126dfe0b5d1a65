"""Input cells that differ: rows joined on their keys, values compared as what they mean, each with its cell."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from planner.results.result_file import ResultFile
from planner.seal import round_saved
from planner.workbook.addresses import write_key
from planner.workbook.changes import VARIANTS
from planner_models.by_period import name_columns
from planner_models.inheritance import resolve_inheritance
from planner_models.instance import NUMERIC, apply_schema
from planner_models.schema import INPUTS, SETTINGS, keys, meta
from planner_models.schema.columns import list_remarks

Row = dict[str, Any]
_LONGEST = 500
"""Letters of a whole row that are shown."""


def input_changes(reference: ResultFile, other: ResultFile) -> list[Row]:
    """Rows of sheet input_changes: first what a plan heeds, then remarks."""
    rows = _settings(reference, other)
    for sheet in INPUTS:
        if sheet != "settings":
            found = _sheet(sheet, reference, other)
            rows += [row | {"difference": "remark"} for row in found] if sheet == VARIANTS else found
    return sorted(rows, key=lambda row: row["difference"] == "remark")


def _settings(reference: ResultFile, other: ResultFile) -> list[Row]:
    changed = [key for key in SETTINGS if reference.instance.settings[key] != other.instance.settings[key]]
    cells = [(found.place, found.reading.setting_cell, found) for found in (reference, other)]
    rows = []
    for key in changed:
        places = ["" if not cell(key) else _whole_place(found, cell(key)) for _, cell, found in cells]
        values = [found.instance.settings[key] for found in (reference, other)]
        rows.append(_row(other, "settings", key, "value", "value", values, places))
    return rows


def _whole_place(found: ResultFile, cell: str) -> str:
    return f"{found.place('settings', 1, 'value').partition('!')[0]}!{cell}"


def _sheet(sheet: str, reference: ResultFile, other: ResultFile) -> list[Row]:
    """The differences of one sheet."""
    plain = not (reference.reading.conversions or other.reading.conversions)
    if plain and _alike(*(found.reading.raw.get(sheet) for found in (reference, other))):
        return []
    ours, theirs = (_fill_defaults(found, sheet) for found in (reference, other))
    identity, every = name_columns(sheet), ours
    if not keys(INPUTS[sheet]):
        ours, theirs = _without_equals(ours, theirs)
    joined = _number_rows(ours, identity).merge(
        _number_rows(theirs, identity), on=[*identity, "number"], how="outer", indicator=True, sort=False
    )
    both = joined[joined["_merge"] == "both"]
    named = _name_rows(sheet, identity, every, both)
    rows = _cells(sheet, named, (reference, other), (ours, theirs), both)
    for side, found, frame, word in (
        ("left_only", reference, ours, "row dropped"),
        ("right_only", other, theirs, "row added"),
    ):
        numbers = joined.loc[joined["_merge"] == side, "row_x" if word == "row dropped" else "row_y"].astype(int)
        rows += [_whole(sheet, identity, (found, other), frame.loc[[row]].iloc[0], int(row), word) for row in numbers]
    if sheet == "periods" and _common_order(ours, theirs) != _common_order(theirs, ours):
        values = [", ".join(frame["period"]) for frame in (ours, theirs)]
        places = [found.place(sheet, 1, "period") for found in (reference, other)]
        rows.append(_row(other, sheet, "", "period", "order", values, places))
    return rows


def _alike(ours: pd.DataFrame | None, theirs: pd.DataFrame | None) -> bool:
    """Whether a sheet is the same in both files to the last cell, as most are."""
    return ours is theirs if ours is None or theirs is None else ours.equals(theirs)


def _fill_defaults(found: ResultFile, sheet: str) -> pd.DataFrame:
    """The rows of a sheet by row number, blanks at what they mean, and the user's own columns as text."""
    raw = found.reading.raw.get(sheet, pd.DataFrame(index=pd.Index([], dtype="int64")))
    converted = bool(found.reading.conversions) and sheet in found.instance.tables
    meant = found.instance[sheet] if converted else resolve_inheritance(sheet, apply_schema(sheet, raw))
    columns = {}
    for name, column in INPUTS[sheet].columns.items():
        if meta(column)["measure"]:
            continue  # figures are compared in the units of the schema
        numeric = meta(column)["kind"] in NUMERIC
        columns[name] = meant[name].map(round_saved) if numeric else meant[name].where(meant[name].notna(), "")
    own = {name: raw[name].map(_as_word) for name in raw if name not in columns}
    return pd.DataFrame(columns | own, index=raw.index)


def _as_word(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _number_rows(frame: pd.DataFrame, identity: list[str]) -> pd.DataFrame:
    """Identity, row number in the sheet, and a number among the rows of the same identity."""
    part = frame[identity].reset_index(names="row")
    return part.assign(number=part.groupby(identity, dropna=False).cumcount())


def _without_equals(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both without the rows that are the same in every column; for sheets without a key."""
    if ours.empty or theirs.empty:
        return ours, theirs
    columns = list(dict.fromkeys([*ours, *theirs]))
    numbered = [_count_rows(frame.reindex(columns=columns)) for frame in (ours, theirs)]
    known = [set(rows) for rows in numbered]
    kept = [[row not in other for row in rows] for rows, other in zip(numbered, reversed(known), strict=True)]
    return ours[kept[0]], theirs[kept[1]]


def _count_rows(frame: pd.DataFrame) -> list[tuple[str, int]]:
    """Each row as text, with a number among the rows of the same text."""
    texts = pd.Series(["\t".join(map(_format_cell, row)) for row in frame.itertuples(index=False, name=None)])
    return list(zip(texts, texts.groupby(texts).cumcount(), strict=True))


def _cells(
    sheet: str,
    named: list[str],
    files: tuple[ResultFile, ResultFile],
    frames: tuple[pd.DataFrame, pd.DataFrame],
    both: pd.DataFrame,
) -> list[Row]:
    """The cells that differ in rows that both files have, which are `named`, column by column."""
    identity = name_columns(sheet)
    numbers = [both[name].astype(int).tolist() for name in ("row_x", "row_y")]
    rows = []
    for column in dict.fromkeys([*frames[0], *frames[1]]):
        if column in identity:
            continue
        values = [
            frame[column].reindex(number).reset_index(drop=True) if column in frame else pd.Series([""] * len(both))
            for frame, number in zip(frames, numbers, strict=True)
        ]
        differ = ((values[0] != values[1]) & ~(values[0].isna() & values[1].isna())).to_numpy().nonzero()[0].tolist()
        known = column in INPUTS[sheet].columns and column not in list_remarks(INPUTS[sheet])
        shown = [value.tolist() for value in values]
        for position in differ:
            places = [
                found.place(sheet, number[position], column) for found, number in zip(files, numbers, strict=True)
            ]
            stated = [
                found.reading.conversions.get((sheet, number[position], column))
                for found, number in zip(files, numbers, strict=True)
            ]
            if all(stated) and str(stated[0]) == str(stated[1]):
                continue  # what differs is a rate or an index, and is listed as such
            pair = [
                value[position] if said is None else said.explain() for said, value in zip(stated, shown, strict=True)
            ]
            rows.append(_row(files[1], sheet, named[position], column, "value" if known else "remark", pair, places))
    return rows


def _name_rows(sheet: str, identity: list[str], reference: pd.DataFrame, both: pd.DataFrame) -> list[str]:
    """The key of each row that both files have; where several rows of the reference share it, the number of the row."""
    named = list(zip(*(both[name].tolist() for name in identity), strict=True))
    if keys(INPUTS[sheet]):
        return [_key(parts) for parts in named]
    shared = set(reference.index[reference.duplicated(identity, keep=False)])
    rows = both["row_x"].astype(int)
    return [str(row) if row in shared else _key(parts) for parts, row in zip(named, rows, strict=True)]


def _whole(
    sheet: str, identity: list[str], files: tuple[ResultFile, ResultFile], cells: pd.Series, number: int, word: str
) -> Row:
    """A row that only one of the files has: its filled cells in one text."""
    filled = [
        f"{name}={_format_cell(value)}"
        for name, value in cells.items()
        if _select_filled(value) and name not in identity
    ]
    text = "; ".join(filled)[:_LONGEST]
    place = files[0].place(sheet, number, "")
    values, places = ([text, None], [place, ""]) if word == "row dropped" else ([None, text], ["", place])
    return _row(files[1], sheet, _key(cells[identity]), "", word, values, places)


def _row(
    other: ResultFile, sheet: str, key: str, column: str, difference: str, values: list[Any], places: list[str]
) -> Row:
    shown = [value if isinstance(value, int | float) and value == value else _as_word(value) for value in values]
    return {
        "file": other.label,
        "sheet": sheet,
        "key": key,
        "column": column,
        "difference": difference,
        "before": shown[0],
        "after": shown[1],
        "cell_before": places[0],
        "cell_after": places[1],
    }


def _key(parts: Iterable[Any]) -> str:
    return write_key(map(_format_cell, parts))


def _select_filled(value: Any) -> bool:
    return value is not None and value == value and value != ""


def _format_cell(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) and value == value else _as_word(value)


def _common_order(frame: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    known = set(other["period"])
    return [name for name in frame["period"] if name in known]
