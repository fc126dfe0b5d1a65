"""The parts around the sheets, where changed cells ask for it, and the archive with the changed parts in it."""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping

from planner.workbook.package import Package, refuse
from planner.workbook.patching.positions import Element, list_children, splice

_FORMULA = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?f[\s/>]")
_SWITCH = re.compile(rb'\sfullCalcOnLoad="[^"]*"')
_BEFORE_CALCULATION = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "AlternateContent", "revisionPtr",
)  # fmt: skip
"""Elements of a workbook behind which its way of calculating is said."""

_TYPES = "[Content_Types].xml"


def refuse_signed(package: Package) -> None:
    """Raise InputError where a change would break the signature of a workbook."""
    if any(member.lower().startswith("_xmlsignatures/") for member in package.archive.namelist()):
        raise refuse(
            f"{package.name} is signed, and a change would break the signature: save a copy without it and change that"
        )


def request_calculation(package: Package, parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The changed part of the workbook that asks for all formulas to be calculated when it is opened.

    Nothing where no sheet has a formula. `parts` are the sheets that were changed.
    """
    if not any(_FORMULA.search(parts.get(part) or package.part(part)) for _, part in package.sheets):
        return {}
    data = package.part(package.book)
    children = list_children(data)
    found = next((child for child in children if child.name == "calcPr"), None)
    if found is not None:
        tag = _SWITCH.sub(b"", data[found.start : found.opened])
        end = len(tag) - (2 if tag.endswith(b"/>") else 1)
        new = tag[:end].rstrip() + b' fullCalcOnLoad="1"' + tag[end:]
        return {package.book: splice(data, [(found.start, found.opened, new)])}
    last = [child for child in children if child.name in _BEFORE_CALCULATION][-1]
    sheets = next(child for child in children if child.name == "sheets")
    head = data[sheets.start + 1 : sheets.opened]
    prefix = head[: head.index(b"sheets")]
    return {package.book: splice(data, [(last.end, last.end, b"<" + prefix + b'calcPr fullCalcOnLoad="1"/>')])}


def drop_calculation_chain(package: Package) -> dict[str, bytes | None]:
    """The parts without the order in which formulas were calculated, which a spreadsheet program makes anew.

    It names every cell with a formula, and a workbook whose order names a cell without one is said to be damaged.
    """
    folder, file = posixpath.split(package.book)
    members = {member.lower(): member for member in package.archive.namelist()}
    links = members.get(f"{folder}/_rels/{file}.rels".lstrip("/").lower())
    if links is None:
        return {}
    data = package.part(links)
    found = [child for child in list_children(data) if child.attributes.get("Type", "").endswith("/calcChain")]
    if not found:
        return {}
    target = posixpath.normpath(posixpath.join("/" + folder, found[0].attributes.get("Target", ""))).lstrip("/")
    member = members.get(target.lower())
    dropped: dict[str, bytes | None] = {links: _without(data, found)}
    if member is not None:
        dropped[member] = None
        types = package.part(_TYPES)
        named = [
            child
            for child in list_children(types)
            if child.attributes.get("PartName", "").lstrip("/").lower() == target.lower()
        ]
        dropped[_TYPES] = _without(types, named)
    return dropped


def _without(data: bytes, elements: list[Element]) -> bytes:
    return splice(data, [(element.start, element.end, b"") for element in elements])


def pack(package: Package, parts: Mapping[str, bytes | None]) -> bytes:
    """The archive with `parts` in place of those it had; None leaves one out. All others are as they were."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = package.archive.comment
        for entry in package.archive.infolist():
            data = parts[entry.filename] if entry.filename in parts else package.part(entry.filename)
            if data is None:
                continue
            copy = zipfile.ZipInfo(entry.filename, entry.date_time)
            copy.compress_type = (
                zipfile.ZIP_STORED if entry.compress_type == zipfile.ZIP_STORED else zipfile.ZIP_DEFLATED
            )
            copy.external_attr, copy.create_system = entry.external_attr, entry.create_system
            copy.comment = entry.comment
            archive.writestr(copy, data)
    return out.getvalue()
