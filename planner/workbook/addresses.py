"""How a row of an input sheet is named: its key as text, as `--set`, sheet variants and comparisons write it alike."""

import re
from collections.abc import Iterable

from planner.workbook.names import quote, trim

SAYING = "write sheet[key].column=value, such as sites[Plant A].opening_cost=120 or settings[mip_gap]=0.01"
_PART = re.compile(r'\s*"((?:[^"]|"")*)"\s*|([^|"]*)')


class ChangeError(ValueError):
    """A change that cannot be understood or finds nothing to change.

    Attributes
    ----------
    part : str
        Which part is wrong: sheet, key, column or value.
    """

    def __init__(self, message: str, part: str = "key") -> None:
        super().__init__(message)
        self.part = part


def write_key(parts: Iterable[str]) -> str:
    """A key as `--set` takes it.

    Parameters
    ----------
    parts
        The cells that name a row, as text.

    Returns
    -------
    str
        The parts with `|` between; one that would be read as something else is in double quotes.
    """
    return "|".join(map(_write_part, parts))


def _write_part(part: str) -> str:
    plain_part = part and part != "*" and part == trim(part) and not any(sign in part for sign in '|"]')
    return part if plain_part else '"' + part.replace('"', '""') + '"'


def parse_key(written: str, saying: str = SAYING) -> tuple[str | None, ...]:
    parts: list[str | None] = []
    position = 0
    while True:
        match = _PART.match(written, position)
        if match is None or (match.end() < len(written) and written[match.end()] != "|"):
            raise ChangeError(f"the key [{quote(written)}] cannot be understood: {saying}")
        quoted, bare = match.group(1), match.group(2)
        if quoted is not None:
            parts.append(quoted.replace('""', '"'))
        else:
            parts.append(None if trim(bare) == "*" else trim(bare))
        position = match.end() + 1
        if match.end() >= len(written):
            return tuple(parts)
