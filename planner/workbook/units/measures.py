"""Units as people write them: a text taken apart into a size and the powers of what it measures.

The grammar is small on purpose: terms with `/` (or `per`) between, each of scale words, numbers and names with powers
up to 3. Pint resolves the names and their prefixes, from definitions of our own: with its defaults kt is a knot.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from planner.workbook.names import quote
from planner.workbook.units.hints import AMBIGUOUS, describe_unknown

if TYPE_CHECKING:
    from pint import UnitRegistry

MONEY, ITEM, ACTIVITY, WORK, TIME, COUNT = "money", "item", "activity", "work", "time", "count"

LONGEST = 60
"""Letters that a unit may have."""

_MOST_TERMS, _HIGHEST_POWER = 12, 3

_DEFINITIONS = """
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
gram = [mass] = g = gramme
tonne = 1e6 * gram = t = metric_ton
pound = 453.59237 * gram = lb
metre = [length] = m = meter
mile = 1609.344 * metre = mi
litre = 0.001 * metre ** 3 = l = liter
second = [time] = s
minute = 60 * second = min
hour = 3600 * second = h = hr
day = 24 * hour = d
week = 7 * day
year = 365 * day = yr
month = year / 12
watt_hour = [energy] = Wh
joule = watt_hour / 3600 = J
watt = [power] = W
ampere_hour = [charge] = Ah
tkm = 1e9 * gram * metre
"""

_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "mio": 1e6, "M": 1e6, "billion": 1e9,
           "bn": 1e9}  # fmt: skip

_CLOCK = ("second", "minute", "hour")
"""Times of which as many are worked as pass."""

_PIECES = {"piece", "pieces", "pcs", "unit", "units", "set", "sets"}
_CARBON = re.compile(r"CO2(?:eq|e)?(?![A-Za-z0-9])")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TOKEN = re.compile(r"\s*(?:(/)|([0-9]+(?:\.[0-9]+)?)|(%)|([^\W\d_]+)(?:(?:\*\*|\^)?([0-9]+))?|[*·×](?!\*))\s*")
_SIGNS = {"€": " EUR ", "£": " GBP ", "$": " $ ", "¥": " ¥ "}


class UnitError(ValueError):
    """A unit that cannot be used; the message goes on from the unit in quotation marks."""


@dataclass(frozen=True)
class Measure:
    """A unit: its size in base units (gram, metre, second, watt-hour, piece, 1 of the currency), and powers.

    `currency` is the code that it names, `calendar` whether it has a time of which an unknown part is worked.
    """

    size: float
    powers: Mapping[str, int] = field(default_factory=dict)
    currency: str | None = None
    calendar: bool = False

    def times(self, other: "Measure", power: int = 1) -> "Measure":
        """The product with a power of another unit."""
        powers = dict(self.powers)
        for name, exponent in other.powers.items():
            powers[name] = powers.get(name, 0) + power * exponent
        powers = {name: exponent for name, exponent in powers.items() if exponent}
        currency = self.currency or other.currency
        return Measure(self.size * other.size**power, powers, currency, self.calendar or other.calendar)

    def without(self, *names: str) -> "Measure":
        """The same without the powers of some names; the size is not changed."""
        kept = {name: power for name, power in self.powers.items() if name not in names}
        return Measure(self.size, kept, self.currency, self.calendar)


@dataclass(frozen=True)
class UnitWords:
    """What words may mean in a unit besides the units that everybody knows.

    `currencies` are codes; `nouns` what pieces are called that are counted; `labels` say what is measured, and are
    passed over.
    """

    currencies: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()


_GENERAL = {
    "%": Measure(0.01),
    "item": Measure(1.0, {ITEM: 1}),
    "items": Measure(1.0, {ITEM: 1}),
    "activity": Measure(1.0, {ACTIVITY: 1}),
    "activities": Measure(1.0, {ACTIVITY: 1}),
    "currency": Measure(1.0, {MONEY: 1}),
    "money": Measure(1e6, {MONEY: 1}),
}
"""UnitWords of the schema."""


def join_words(parts: Iterable[UnitWords]) -> UnitWords:
    """The words of several figures together."""
    listed = list(parts)
    return UnitWords(*(frozenset().union(*(getattr(words, name) for words in listed)) for name in _KINDS_OF_WORDS))


_KINDS_OF_WORDS = ("currencies", "nouns", "labels")


@cache
def _registry() -> "UnitRegistry":
    from pint import UnitRegistry

    registry: UnitRegistry = UnitRegistry(None)
    registry.load_definitions(_DEFINITIONS.strip().splitlines())
    return registry


def _spell(text: str) -> str:
    """The text with compatible signs made alike, `per` as a slash, codes for signs of currencies, and no CO2."""
    spelled = unicodedata.normalize("NFKC", text)
    for sign, code in _SIGNS.items():
        spelled = spelled.replace(sign, code)
    return re.sub(r"\bper\b", "/", _CARBON.sub(" ", spelled)).strip()


def parse(text: str, words: UnitWords = UnitWords()) -> Measure:
    """A unit taken apart.

    Parameters
    ----------
    text
        The unit, such as "EUR/MWh" or "thousand vehicles/year".
    words
        Currencies, and the words of the item that is measured.

    Returns
    -------
    Measure
        Its size and powers.

    Raises
    ------
    UnitError
        The text is no unit, or may mean several.
    """
    if len(text) > LONGEST:
        raise UnitError(f"is longer than {LONGEST} letters: write a unit such as EUR/MWh")
    result = Measure(1.0)
    for number, term in enumerate(_split_terms(_spell(text))):
        side = 1 if number == 0 else -1
        result = result.times(_measure_term(term, words, side), side)
    return result


def _split_terms(spelled: str) -> list[list[tuple[str, str, str]]]:
    """Terms between slashes, each a list of (number, name, power)."""
    terms: list[list[tuple[str, str, str]]] = [[]]
    position = count = 0
    while position < len(spelled):
        match = _TOKEN.match(spelled, position)
        if match is None or match.end() == position:
            if spelled[position] in "$¥":
                raise UnitError(f"`{spelled[position]}` is the sign of several currencies: write a code such as USD")
            raise UnitError(f"cannot be understood at `{quote(spelled[position:])}`: write a unit such as EUR/MWh")
        slash, number, percent, name, power = match.groups()
        if slash:
            terms.append([])
        elif number or percent or name:
            terms[-1].append((number or "", percent or name or "", power or ""))
        position = match.end()
        count += 1
    if count > 2 * _MOST_TERMS or not all(terms):
        raise UnitError("cannot be understood: write a unit such as EUR/MWh, with something on both sides of each /")
    return terms


def _measure_term(term: list[tuple[str, str, str]], words: UnitWords, side: int) -> Measure:
    """What stands between two slashes; a scale word alone, such as thousand, counts pieces."""
    result, named, scaled = Measure(1.0), False, False
    for number, name, power in term:
        scale = float(number) if number else None if power else _scale(name)
        if scale is None:
            named = True
            result = result.times(_measure_name(name, power, words))
            continue
        if not 0 < scale <= 1e12:
            raise UnitError(f"has the number {quote(number)}: write one above 0 and up to a million million")
        scaled = scaled or not number or (side < 0 and scale != 1.0)
        result = result.times(Measure(scale))
    if not named and not scaled and result.size != 1.0:
        raise UnitError("is a number: write a unit such as EUR/MWh")
    return result.times(Measure(1.0, {COUNT: 1})) if scaled and not named else result


def _scale(name: str) -> float | None:
    """The size of a scale word."""
    return _SCALES.get(name) or _SCALES.get(name.casefold() if len(name) > 1 else name) or _plural_scale(name)


def _scale_or_number(word: str) -> float | None:
    return (float(word) or None) if _NUMBER.fullmatch(word) else _scale(word)


def _plural_scale(name: str) -> float | None:
    return _SCALES.get(name[:-1].casefold()) if len(name) > 4 and name.endswith("s") else None


def _power(written: str) -> int:
    if not written:
        return 1
    if len(written) > 1 or not 1 <= int(written) <= _HIGHEST_POWER:
        raise UnitError(f"has the power {quote(written)}: write one from 1 to {_HIGHEST_POWER}")
    return int(written)


def _is_label(name: str, power: str, words: UnitWords) -> bool:
    return name + power in words.labels


def _measure_name(name: str, power: str, words: UnitWords) -> Measure:
    """What a name with a power means; raises UnitError where that is nothing, or several things."""
    if name + power in AMBIGUOUS:
        raise UnitError(f"`{name + power}` has several meanings: write {AMBIGUOUS[name + power]}")
    if _is_label(name, power, words):
        return Measure(1.0)
    found = _GENERAL.get(name) or _measure_money(name, words) or _measure_physical(name)
    if found is None and (name in words.nouns or name in _PIECES):
        found = Measure(1.0, {COUNT: 1})
    if found is None:
        raise UnitError(describe_unknown(name, [*words.currencies, *sorted(words.nouns)]))
    return Measure(1.0).times(found, _power(power))


def _measure_money(name: str, words: UnitWords) -> Measure | None:
    if name in words.currencies:
        return Measure(1.0, {MONEY: 1}, name)
    prefix, code = name[:1], name[1:]
    if code not in words.currencies or _measure_physical(name) is not None:
        return None
    if prefix in ("k", "M"):
        return Measure({"k": 1e3, "M": 1e6}[prefix], {MONEY: 1}, code)
    raise UnitError(f"`{quote(name)}` has several meanings: write thousand {code}, million {code} or {code}")


def _measure_physical(name: str) -> Measure | None:
    """A unit that pint knows."""
    if not name.isascii():
        return None
    registry = _registry()
    known = registry.parse_unit_name(name)
    if not known:
        return None
    unit = registry.Unit(name)
    size = registry.Quantity(1.0, unit).to_root_units().magnitude
    powers = {dimension.strip("[]"): int(float(str(power))) for dimension, power in unit.dimensionality.items()}
    return Measure(float(size), powers, calendar=powers.get(TIME) is not None and known[0][1] not in _CLOCK)


def parse_own_unit(text: str, item: str = "") -> tuple[Measure, UnitWords]:
    """What one of an item is, from its cell in items: a unit and what it is of, or a number of pieces.

    Parameters
    ----------
    text
        Such as "kt", "kt LCE contained", "GWh of cells", "k vehicles" or "thousand".
    item
        Name of the item; where pieces are counted, its words may stand for one.

    Returns
    -------
    tuple of Measure and UnitWords
        The unit, and the words that units of the item's figures may use besides.

    Raises
    ------
    UnitError
        The unit has several meanings.
    """
    terms = _spell(text[:LONGEST]).split()
    size = 1.0
    while terms and (scale := _scale_or_number(terms[0])) is not None:
        size, terms = size * scale, terms[1:]
    if terms:
        try:
            unit = parse(terms[0])
        except UnitError:
            if terms[0] in AMBIGUOUS:
                raise
            unit = None
        if unit is not None and unit.powers and MONEY not in unit.powers:
            return Measure(size, {}).times(unit), UnitWords(labels=frozenset(terms[1:]))
    named = [*terms, *re.split(r"[\W_]+", item)]
    return Measure(size, {COUNT: 1}), UnitWords(
        nouns=frozenset(name for word in filter(None, named) for name in _forms(word))
    )


def _forms(word: str) -> Collection[str]:
    """A noun in the singular and the plural."""
    single = word[:-3] + "y" if word.endswith("ies") else word[:-1] if word.endswith("s") else word
    return {word, single, single + "s"}
