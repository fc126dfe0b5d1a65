"""Logic: each row names two decisions that there are, and says something about them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.checks import needs, report_error, report_warning, rows
from planner.checks.locks import find_unknown
from planner.checks.places import positions
from planner.issues import Issue
from planner.workbook.names import suggest
from planner_models.instance import Instance
from planner_models.sets.logic import LINKED, Term, parse_term

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_SHEETS = ("settings", "periods", "regions", "processes", "firms", "sites", "lines", "line_capacity", "options",
           "access", "projects", "demand", "hubs", "logic")  # fmt: skip
_SIDES = ("if", "then")


@needs(*_SHEETS)
def links_are_of_decisions(reading: "Reading") -> Iterator[Issue]:
    """Both cells of a link name a decision that there is."""
    for row, link in rows(reading.instance["logic"]):
        for side in _SIDES:
            term = parse_term(link[side])
            fault = _describe_form(link[side]) if term is None else _find_fault(reading.instance, term)
            if fault:
                yield report_error(reading, "logic", row, side, f"`{link[side]}`: {fault}")


def _describe_form(written: str) -> str:
    kind = written.partition("[")[0].strip()
    if kind in LINKED:
        return (
            f"the key of {kind} is {', '.join(LINKED[kind])}, the period may be left out; write {kind}[...] with these"
        )
    return f"this is not a decision{suggest(kind, list(LINKED))}; write decision[key], such as opened[Plant A, 2027]"


def _find_fault(instance: Instance, term: Term) -> str:
    """What is wrong with a decision that is written as one; nothing where there is such a decision."""
    if term.period is not None and term.period not in set(instance["periods"]["period"]):
        return f"there is no period `{term.period}`{suggest(term.period, list(instance['periods']['period']))}"
    if term.kind == "hub":
        hubs = list(zip(instance["hubs"]["region"], instance["hubs"]["item"], strict=True))
        return "" if term.subject in hubs else "sheet hubs has no such row; write region, item as they are there"
    found = find_unknown(instance, term.kind, term.subject, term.period)
    return found[1] if found else ""


@needs(*_SHEETS)
def links_say_something(reading: "Reading") -> Iterator[Issue]:
    """A link is of two decisions, and does not say the same as another row, the other way round."""
    order = positions(reading.instance, "periods", "period")
    first: dict[tuple[object, ...], int] = {}
    for row, link in rows(reading.instance["logic"]):
        terms = [parse_term(link[side]) for side in _SIDES]
        if None in terms or not order:
            continue
        if terms[0] == terms[1]:
            message = f"both cells name the same decision, `{link['if']}`; name another, or write a lock instead"
            yield report_error(reading, "logic", row, "then", message)
        key = (link["kind"], *(terms if link["kind"] == "implies" else sorted(map(str, terms))))
        if key in first:
            message = f"row {first[key]} is the same link; remove one of them"
            yield report_warning(reading, "logic", row, "if", message)
        first.setdefault(key, row)
