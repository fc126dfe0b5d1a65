"""Names as people write them: what counts as the same name, and which known name was probably meant."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

OWN = "run"
"""The sheet that every workbook has that the planner writes as a result."""

GUIDE = "guide"
"""The sheet of an input workbook that explains the others, which is not read."""

_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"
"""Zero-width characters that copying from web pages leaves behind; `str.strip` keeps them."""


def trim(text: str) -> str:
    """A text without blanks, no-break spaces and zero-width characters around it.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The trimmed text.
    """
    return text.strip().strip(_UNSEEN).strip()


def plain(name: str) -> str:
    """A name as it is compared when headers and sheet names are matched.

    Parameters
    ----------
    name
        The name as written.

    Returns
    -------
    str
        In lower case, words joined by `_`.
    """
    return "_".join(name.replace("-", " ").replace("_", " ").casefold().split()).strip(_UNSEEN)


_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABESIJKMHOPCTYXaesijopcyxdqwABEZHIKMNOPTYXo",
)
"""Letters of the Cyrillic and Greek alphabets that look like Latin ones."""

_SEPARATORS = re.compile(r"[\s_./\u2010-\u2015\u2212-]+")
_QUOTES = re.compile("[\u2018\u2019\u02bc\u00b4`]")


def fold_appearance(name: str) -> str:
    """A name as it is seen: two names of one form cannot be told apart on the screen.

    Parameters
    ----------
    name
        The name as written.

    Returns
    -------
    str
        The form of the name.
    """
    composed = unicodedata.normalize("NFC", name).translate(_LOOKALIKES)
    kept = (" " if sign.isspace() else sign for sign in composed if unicodedata.category(sign) not in ("Cf", "Cc"))
    return " ".join("".join(kept).split())


def plain_form(name: str) -> str:
    """A name without what people do not write with care: letter case, widths, hyphens, dashes and quotation marks.

    Parameters
    ----------
    name
        The name as written.

    Returns
    -------
    str
        The form of the name.
    """
    compatible = unicodedata.normalize("NFKC", fold_appearance(name))
    return _SEPARATORS.sub(" ", _QUOTES.sub("'", compatible.casefold())).strip()


def near(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Known names that resemble a name; letter case and blanks do not count.

    Parameters
    ----------
    name
        The name as written.
    known
        Names to compare it with.
    count
        Number of names at most.

    Returns
    -------
    list of str
        Names of `known`, the nearest first; empty where none resembles it.
    """
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(plain(candidate)[:80], candidate)
    return [folded[match] for match in difflib.get_close_matches(plain(name)[:80], list(folded), count, 0.6)]


def suggest(name: str, known: Iterable[str]) -> str:
    """A clause that offers the known names that a name resembles.

    Parameters
    ----------
    name
        The name as written.
    known
        Names to compare it with.

    Returns
    -------
    str
        A clause such as "; did you mean `China`?", or "" where nothing known resembles it.
    """
    matches = near(name, known)
    return f"; did you mean {' or '.join(f'`{match}`' for match in matches)}?" if matches else ""


def quote(value: object) -> str:
    """A value as a message quotes it.

    Parameters
    ----------
    value
        Anything that has a text.

    Returns
    -------
    str
        One line of 60 characters at most; a longer one is cut and ends in "...".
    """
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
