"""How a report writes numbers, money, shares and lists of names, the same in every sentence, tile and page."""

from planner.words import format_percent

CENT = 1e-8
"""Money in millions: less is what sums leave of 0."""


def format_money(amount: float, currency: str) -> str:
    """An amount in millions as people say it: 45.3 billion USD, 820 million USD.

    Parameters
    ----------
    amount
        Millions of the currency.
    currency
        Name of the currency.

    Returns
    -------
    str
        Three digits or so, with million, billion or trillion; less than a cent is 0.
    """
    for size, word in ((1e6, "trillion"), (1e3, "billion")):
        if abs(amount) >= size:
            return f"{three_digits(amount / size)} {word} {currency}"
    return f"{three_digits(amount if abs(amount) >= CENT else 0.0)} million {currency}"


def format_signed(amount: float, currency: str) -> str:
    """A change of money with its sign: +820 million USD, −1.2 billion USD.

    Parameters
    ----------
    amount
        Millions of the currency.
    currency
        Name of the currency.

    Returns
    -------
    str
        As `format_money`, with a plus or a minus before it.
    """
    return f"{'+' if amount > 0 else '−'}{format_money(abs(amount), currency)}"


def sentence(words: str) -> str:
    """A line of a report as a sentence.

    Parameters
    ----------
    words
        The line; one that begins with a decision, such as opened[Plant A], keeps its first letter.

    Returns
    -------
    str
        With a capital and a full stop.
    """
    key = "[" in words.partition(" ")[0]
    return f"{words if key else words[:1].upper() + words[1:]}{'' if words.endswith('.') else '.'}"


MOST_NAMES = 4
"""Names in one sentence; more are counted."""


def join_names(names: list[str], most: int = MOST_NAMES) -> str:
    """Names in a sentence: the first of them, as many as fit, and how many there are beyond those.

    Parameters
    ----------
    names
        The names, in order.
    most
        How many to write out where not all fit; one more is written out rather than counted.

    Returns
    -------
    str
        The names with commas and "and".
    """
    if len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def join_choices(names: list[str]) -> str:
    """Alternatives in a sentence: lanes, sites or firms.

    Parameters
    ----------
    names
        The names, in order.

    Returns
    -------
    str
        The names with commas and "or".
    """
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def three_digits(value: float) -> str:
    """About three significant digits, with separators: 1,230; 45.3; 0.123.

    Parameters
    ----------
    value
        The number.

    Returns
    -------
    str
        The number as text.
    """
    if value == 0:
        return "0"
    size = abs(value)
    return f"{value:,.0f}" if size >= 99.95 else f"{value:.1f}".removesuffix(".0") if size >= 9.995 else f"{value:.3g}"


def four_digits(value: float, sign: str = "") -> str:
    """About four digits, so that totals that are close to each other differ.

    Parameters
    ----------
    value
        The number.
    sign
        "+" for a plus before positive numbers, else "".

    Returns
    -------
    str
        The number as text, with separators.
    """
    return format(value, f"{sign},.4g" if abs(value) < 9999.5 else f"{sign},.0f").replace("-", "−")


def format_share(share: float) -> str:
    """A share in per cent; never 100 % or 0 % for something a little less or more.

    Parameters
    ----------
    share
        The share, 1 for the whole.

    Returns
    -------
    str
        Whole per cent, or "under 1 %" and "over 99 %".
    """
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1 - 1e-9:
        return "over 99 %"
    return format_percent(share)
