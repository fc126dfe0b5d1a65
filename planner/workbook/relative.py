"""Relative changes: `x 1.2`, `+20 %`, `80%`, and the operators `x=`, `+=`, `-=`; ranges of values: `60%..140%:5`.

A value behind a plain `=` that is a number is that number, also with a sign: a quantity of a recipe is below 0.
"""

import math
import re
from dataclasses import dataclass

from planner.words import count_noun

OPERATORS = ("=", "x=", "*=", "×=", "+=", "-=")
"""How a change may be written: set, multiply (in three spellings), add and subtract."""

_TIMES = re.compile(r"[x×*]\s*(?P<number>.+)", re.IGNORECASE | re.DOTALL)
_FIGURE = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<digits>[0-9]+\.?[0-9]*|\.[0-9]+)(?P<power>[eE][+-]?[0-9]+)?\s*(?P<part>%?)"
)
_RANGE = re.compile(
    r"(?P<times>[x×*]?)\s*(?P<first>[+-]?[0-9.]+)\s*(?P<part>%?)\s*\.\.\s*"
    r"[x×*]?\s*(?P<last>[+-]?[0-9.]+)\s*(?P<last_part>%?)\s*:\s*(?P<count>[0-9]+)"
)

MOST_VALUES = 1000
"""Values of one range."""


class StepError(ValueError):
    """A relative change that cannot be understood; the message says what to write."""


@dataclass(frozen=True)
class Step:
    """What is done with a figure: first it is multiplied, then something is added."""

    factor: float = 1.0
    added: float = 0.0

    def apply(self, figure: float) -> float:
        """The figure after the change, in the 15 digits that every spreadsheet keeps."""
        return float(f"{figure * self.factor + self.added:.15g}")


def parse_step(operator: str, value: str, unit: str = "") -> Step | None:
    """What an operator and a value do with a figure.

    Parameters
    ----------
    operator
        One of OPERATORS.
    value
        What is behind it, as text.
    unit
        Unit of the figure. Of a share, 20 % may mean 0.2 or a fifth of what it is: that is refused.

    Returns
    -------
    Step or None
        None where the value is not relative, but what the figure becomes.

    Raises
    ------
    StepError
        The value is no number that the operator can use, or can be read in two ways.
    """
    if operator == "=":
        times = _TIMES.fullmatch(value)
        if times is not None:
            return _multiply(times["number"])
        return _read_per_cent(value, unit)
    if operator in ("+=", "-="):
        return _add(operator[0], value, unit)
    return _multiply(value)


def _figure(value: str) -> tuple[float, str, bool]:
    """A number, its sign as written, and whether per cent follow it."""
    match = _FIGURE.fullmatch(value.strip())
    if match is None:
        raise StepError(f"`{value.strip()}` is not a number to change a figure by: write x 1.2, +20 %, or += 5")
    number = float(match["digits"] + (match["power"] or ""))
    if not math.isfinite(number):
        raise StepError(f"`{value.strip()}` is too large")
    return number, match["sign"], bool(match["part"])


def _multiply(value: str) -> Step:
    number, sign, part = _figure(value)
    return Step((-number if sign == "-" else number) / (100.0 if part else 1.0))


def _add(sign: str, value: str, unit: str) -> Step:
    number, own, part = _figure(value)
    if (own == "-") != (sign == "-"):
        number = -number
    if not part:
        return Step(added=number)
    _refuse_share(value, unit, number)
    return Step(factor=as_factor(100.0 + number))


def _read_per_cent(value: str, unit: str) -> Step | None:
    """`80 %` is that part of a figure, `+20 %` so much more of it; None where there are no per cent."""
    if not value.strip().endswith("%"):
        return None
    number, sign, _ = _figure(value)
    signed = -number if sign == "-" else number
    _refuse_share(value, unit, signed)
    return Step(factor=as_factor(100.0 + signed if sign else number))


def as_factor(per_cent: float) -> float:
    """Per cent as a factor, without what dividing leaves.

    Parameters
    ----------
    per_cent
        Per cent of a figure, such as 120.

    Returns
    -------
    float
        The factor, such as 1.2, in 15 digits.
    """
    return float(f"{per_cent / 100.0:.15g}")


def _refuse_share(value: str, unit: str, number: float) -> None:
    if unit.startswith("share"):
        exact = f"{number / 100:.6g}"
        raise StepError(
            f"`{value.strip()}` of a share can be read in two ways: write {exact.lstrip('-')} for the share itself, "
            f"x {1 + number / 100:.6g} to change it in proportion, or += {exact} to add to it"
        )


def expand_range(value: str) -> list[str]:
    """The values of a range such as `60%..140%:5`: from, to and how many, at equal distances.

    Parameters
    ----------
    value
        A value as it is written in a list of values.

    Returns
    -------
    list of str
        The values in order; the value itself where it is no range.

    Raises
    ------
    StepError
        The two ends are of two kinds, or there are too few or too many values.
    """
    match = _RANGE.fullmatch(value.strip())
    if match is None:
        if ".." in value and ":" in value:
            raise StepError(f"`{value.strip()}` is not a range: write from..to:number of values, such as 60%..140%:5")
        return [value]
    count = int(match["count"])
    if not 2 <= count <= MOST_VALUES:
        raise StepError(f"`{value.strip()}` has {count_noun(count, 'value')}: write from 2 to {MOST_VALUES}")
    if match["part"] != match["last_part"]:
        raise StepError(f"`{value.strip()}` begins and ends in two units: write % at both ends or at none")
    try:
        first, last = float(match["first"]), float(match["last"])
    except ValueError as error:
        raise StepError(f"`{value.strip()}` does not run from a number to a number") from error
    if first == last:
        raise StepError(f"`{value.strip()}` begins where it ends")
    signed = bool(match["part"]) and (match["first"][0] in "+-" or match["last"][0] in "+-")
    shown = [f"{first + (last - first) * place / (count - 1):.12g}" for place in range(count)]
    shown = [f"+{text}" if signed and not text.startswith("-") else text for text in shown]
    return [f"{match['times']}{text}{match['part']}" for text in shown]
