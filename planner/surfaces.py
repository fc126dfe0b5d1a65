"""Text that others wrote, as it is put on each surface: terminal, HTML (and SVG in it), JSON in HTML, Markdown, cells.

Names come from workbooks that anybody may have made. On no surface may a name do anything but be read: no escape
sequence reaches a terminal, no mark-up a page, no formula a cell, and nothing turns the direction in which the text
around it is read. What would do so is shown instead, such as `\\x1b`.
"""

import html
import json
import re

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a text begins with that a spreadsheet would take for a formula once somebody edits its cell."""

LONGEST_TEXT = 32_767
"""Characters a cell can hold; longer text would make the file unreadable and is cut."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but for the tab and the line end
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of reading
    "\u2028\u2029\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9a-fA-F]{4}_)")
"""Characters that stand in XML only as `_xHHHH_`, and underscores that would be taken for the start of that."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#|~&!$])")
_BLOCK = re.compile(r"^(\s*)([-+=]|\d+[.)])")
"""What makes a line of Markdown a list or a heading."""


def visible(text: str) -> str:
    """Write out characters that nobody sees, but that programs obey: `\\x1b`, `\\u202e`.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The text, without such characters.
    """
    return _UNSEEN.sub(_write_out, text)


def _write_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def in_html(text: object) -> str:
    """Text in HTML, or in SVG inside HTML: between tags or in quoted attributes.

    Parameters
    ----------
    text
        Text, or what is turned into text.

    Returns
    -------
    str
        The text, escaped.
    """
    return html.escape(visible(str(text)))


def in_json_script(value: object) -> str:
    """A value as JSON inside a script element; no text in it can end that element, or hide its end.

    Parameters
    ----------
    value
        What JSON can hold.

    Returns
    -------
    str
        The JSON, with `<`, `>`, `&` and unseen characters escaped.

    Raises
    ------
    TypeError
        Where JSON cannot hold the value.
    ValueError
        Where the value holds itself.
    """
    written = json.dumps(value, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return _UNSEEN.sub(lambda match: json.dumps(match.group())[1:-1], written)


def in_markdown(text: object) -> str:
    """Text on one line of Markdown, in which nothing is taken for a mark or for HTML.

    Parameters
    ----------
    text
        Text, or what is turned into text.

    Returns
    -------
    str
        The text on one line, with single spaces and escaped marks.
    """
    line = _MARKDOWN.sub(r"\\\1", visible(" ".join(str(text).split())))
    return _BLOCK.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", line)


def in_cell(text: str) -> str:
    """Text as the XML of a cell holds it, before `<` and `&` are escaped.

    Parameters
    ----------
    text
        Any text; what is longer than a cell can hold is cut.

    Returns
    -------
    str
        The text, with `_xHHHH_` for control characters.
    """
    cut = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return _NO_XML.sub(lambda match: f"_x{ord(match.group()):04X}_", cut)
