"""Words of messages that depend on a number or on another word: plurals, articles, and per cent."""

_VOWELS = "aeiou"


def count_noun(count: float, noun: str, plural: str = "") -> str:
    """A number and its noun: 1 row, 2 rows, 0 rows.

    Parameters
    ----------
    count
        How many.
    noun
        The noun for one.
    plural
        The noun for any other number, where that is not the noun with an s.

    Returns
    -------
    str
        The number, a space and the noun.
    """
    number = f"{int(count):,}" if count == int(count) else f"{count:,g}"
    return f"{number} {noun if count == 1 else plural or noun + 's'}"


def with_article(noun: str) -> str:
    """A noun with its indefinite article: a region, an item.

    Parameters
    ----------
    noun
        The noun for one.

    Returns
    -------
    str
        The article, a space and the noun.
    """
    return f"{'an' if noun[:1].lower() in _VOWELS else 'a'} {noun}"


def format_percent(share: float, decimals: int = 0) -> str:
    """A share in per cent, as it is printed: 12 %, 2.50 %, −0.3 %.

    Parameters
    ----------
    share
        The share, 1 for the whole.
    decimals
        Digits after the decimal point.

    Returns
    -------
    str
        With a space before the sign of per cent, and a minus that is as wide as a plus.
    """
    return f"{float(share):.{decimals}%}".replace("%", " %").replace("-", "−")
