"""What to write instead of a unit that has several meanings, or none."""

from collections.abc import Sequence

from planner.workbook.names import quote, suggest

AMBIGUOUS = {
    "ton": "tonne (1000 kg), or 907.18474 kg for a short ton",
    "tons": "tonne (1000 kg), or 907.18474 kg for short tons",
    "MT": "t (a metric tonne) or Mt (a million of them)",
    "mt": "t (a metric tonne) or Mt (a million of them)",
    "MM": "million, or thousand",
    "mm": "million, unless it is a length",
    "T": "thousand, or t for tonne",
    "Mm2": "million m2; as a power of the megametre it is a million times as much",
    "Mm3": "million m3; as a power of the megametre it is a million million times as much",
    "gallon": "l (litre)",
    "barrel": "l (litre)",
}
"""What people write with more than one meaning, and what to write instead."""

_COMMON = ("kWh", "MWh", "GWh", "kg", "t", "kt", "Mt", "km", "tkm", "h", "day", "month", "year", "thousand", "million",
           "GW", "MJ", "GJ", "Wh", "kW", "MW", "TWh", "g", "item", "activity", "piece")  # fmt: skip


def describe_unknown(name: str, known: Sequence[str]) -> str:
    """What is said of a name that is no unit.

    Parameters
    ----------
    name
        The name as written.
    known
        The currencies and goods that a unit may name in the workbook.

    Returns
    -------
    str
        That it is not known, and what to write instead.
    """
    meant = [unit for unit in _COMMON if unit.casefold() == name.casefold()]
    if meant:
        return f"`{quote(name)}` is not a known unit: write {' or '.join(meant)}"
    if len(name) == 3 and name.isascii() and name.isupper():
        return f"`{name}` has no exchange rate: add rows for it to sheet exchange_rates, or correct it"
    near = suggest(name, [*known, *_COMMON])
    return f"`{quote(name)}` is not a known unit{near or ': write one such as kWh, t, km, h, thousand, or a currency'}"
