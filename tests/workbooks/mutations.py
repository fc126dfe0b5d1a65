"""Mutated workbooks, and an oracle of what each stored cell may be read as.

A mutation changes the sheet `demand` of a sound workbook in its cells, its XML or its archive, and says which values
each cell may have afterwards: the value a spreadsheet program shows. The reader passes where it ends with faults, or
reads every cell as one of these. It fails where it reads another value without a fault, raises anything else than an
`InputError`, or takes long.

    python -m tests.workbooks.mutations --count 10000 --seed 0 --log mutations.csv

goes on after the last seed in the log.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from planner.issues import InputError
from planner.workbook.read import NEEDED, read_instance
from tests.workbooks.books import SOUND, sheet_part, write

COLUMNS = SOUND["demand"][0]
NUMBERS = {"volume", "price", "penalty"}
LONGEST = 30.0
"""Seconds of processor time that a workbook may take."""


@dataclass
class Mutant:
    """The parts of a workbook under mutation, and for each cell of `demand` the values it may be read as.

    `None` among them allows a blank; a cell that is not in `allowed` must be blank. `doomed` says that the workbook
    must have a fault, however its cells are read. `merged` gives for a merged cell that has no value of its own the one
    above it, whose value it has.
    """

    parts: list[tuple[str, bytes]]
    part: str
    allowed: dict[str, set[object]] = field(default_factory=dict)
    doomed: bool = False
    merged: dict[str, str] = field(default_factory=dict)
    did: list[str] = field(default_factory=list)

    @property
    def xml(self) -> bytes:
        return next(data for name, data in self.parts if name == self.part)

    @xml.setter
    def xml(self, data: bytes) -> None:
        self.parts = [(name, data if name == self.part else old) for name, old in self.parts]


def sound(folder: Path) -> Mutant:
    """The sound workbook, with every cell of `demand` as it is."""
    path = write(folder / "sound.xlsx", {sheet: None for sheet in SOUND if sheet not in NEEDED})
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    mutant = Mutant(parts, sheet_part(path, "demand"))
    mutant.parts = [
        (name, data.replace(b' fullCalcOnLoad="1"', b"") if name == "xl/workbook.xml" else data) for name, data in parts
    ]
    for row, cells in enumerate(SOUND["demand"][1:], 2):
        for column, value in enumerate(cells):
            if value is not None:
                mutant.allowed[f"{chr(65 + column)}{row}"] = {value}
    return mutant


def _element(mutant: Mutant, random_: random.Random) -> tuple[str, bytes]:
    """A filled cell below the header, and its XML; ("", b"") where earlier mutations left none that is whole."""
    place = random_.choice(sorted(mutant.allowed) or [""])
    start = mutant.xml.find(b'<c r="%b"' % place.encode())
    end = mutant.xml.find(b"</c>", start) + 4
    return (place, mutant.xml[start:end]) if place and start >= 0 and end > start else ("", b"")


STORED: list[tuple[str, str, set[object] | None]] = [
    ("number", '<c r="{0}"><v>7</v></c>', {7.0, "7"}),
    ("exponent", '<c r="{0}" t="n"><v>7.5E1</v></c>', {75.0, "75"}),
    ("apostrophes", "<c r='{0}'><v>7</v></c>", {7.0, "7"}),
    ("spaces", '<c  r="{0}" ><v> 7 </v></c >', {7.0, "7"}),
    ("CDATA", '<c r="{0}"><v><![CDATA[7]]></v></c>', {7.0, "7"}),
    ("reference", '<c r="{0}"><v>&#55;</v></c>', {7.0, "7"}),
    ("formula", '<c r="{0}"><f>3+4</f><v>7</v></c>', {7.0, "7"}),
    ("shared formula", '<c r="{0}"><f t="shared" si="0"/><v>7</v></c>', {7.0, "7"}),
    ("text", '<c r="{0}" t="inlineStr"><is><t>seven</t></is></c>', {"seven"}),
    ("runs", '<c r="{0}" t="inlineStr"><is><r><t>sev</t></r><r><t>en</t></r></is></c>', {"seven"}),
    ("escaped", '<c r="{0}" t="inlineStr"><is><t>se_x0076_en</t></is></c>', {"seven"}),
    ("entity", '<c r="{0}" t="str"><v>a&amp;b</v></c>', {"a&b"}),
    ("truth", '<c r="{0}" t="b"><v>1</v></c>', {"TRUE"}),
    ("blank", '<c r="{0}"/>', {None}),
    ("blank value", '<c r="{0}"><v></v></c>', {None}),
    ("empty text", '<c r="{0}" t="str"><f>""</f><v></v></c>', {None}),
    ("cached nothing", '<c r="{0}"><f>3+4</f></c>', None),
    ("text without value", '<c r="{0}" t="str"><f>3+4</f></c>', None),
    ("error", '<c r="{0}" t="e"><v>#DIV/0!</v></c>', None),
    ("infinite", '<c r="{0}"><v>1e999</v></c>', None),
    ("not a number", '<c r="{0}"><v>nan</v></c>', None),
    ("underscore", '<c r="{0}"><v>1_0</v></c>', None),
    ("comma", '<c r="{0}"><v>1,5</v></c>', None),
    ("two values", '<c r="{0}"><v>7</v><v>8</v></c>', None),
    ("value and text", '<c r="{0}" t="inlineStr"><v>7</v><is><t>8</t></is></c>', None),
    ("two texts", '<c r="{0}" t="inlineStr"><is><t>7</t><t>8</t></is></c>', None),
    ("comment", '<c r="{0}"><v>7<!-- 8 -->9</v></c>', None),
    ("instruction", '<c r="{0}"><?a b?><v>7</v></c>', None),
    ("text index", '<c r="{0}" t="s"><v>99</v></c>', None),
    ("broken index", '<c r="{0}" t="s"><v>1.5</v></c>', None),
    ("unknown type", '<c r="{0}" t="x"><v>7</v></c>', None),
    ("bad truth", '<c r="{0}" t="b"><v>7</v></c>', None),
    ("bad date", '<c r="{0}" t="d"><v>soon</v></c>', None),
    ("no format", '<c r="{0}" s="999"><v>7</v></c>', None),
    ("element", '<c r="{0}"><v>7<x>8</x></v></c>', None),
    ("stray text", '<c r="{0}">7</c>', None),
    ("twice", '<c r="{0}"><v>7</v></c><c r="{0}"><v>8</v></c>', None),
    ("elsewhere", '<c r="{0}9"><v>7</v></c>', None),
    ("control", '<c r="{0}" t="inlineStr"><is><t>a_x0007_b</t></is></c>', None),
]
"""Ways in which a cell may be stored, and what it then may be read as; None where it must be a fault."""


def change_cell(mutant: Mutant, random_: random.Random) -> None:
    """Another value, stored in one of many ways."""
    place, element = _element(mutant, random_)
    if not element:
        return
    what, form, values = random_.choice(STORED)
    mutant.xml = mutant.xml.replace(element, form.format(place).encode(), 1)
    mutant.did.append(f"{what} in {place}")
    if values is None:
        mutant.doomed = mutant.doomed or COLUMNS[ord(place[0]) - 65] != "note" or what in ("twice", "elsewhere")
        values = {None}
    for cell in (place, *(lower for lower, upper in mutant.merged.items() if upper == place)):
        mutant.allowed[cell] = values


def hide_cells(mutant: Mutant, random_: random.Random) -> None:
    """A comment around some rows or cells; a spreadsheet program would not show them."""
    tag = random_.choice([b"row", b"c"])
    starts = [at for at in range(len(mutant.xml)) if mutant.xml.startswith(b"<" + tag + b" ", at)]
    if starts:
        start = random_.choice(starts)
        end = mutant.xml.find(b"</" + tag + b">", start) + len(tag) + 3
        mutant.xml = mutant.xml[:start] + b"<!--" + mutant.xml[start:end] + b"-->" + mutant.xml[end:]
        mutant.did.append(f"comment around a {tag.decode()}")
        mutant.doomed = True


def cut(mutant: Mutant, random_: random.Random) -> None:
    """The XML ends early."""
    mutant.xml = mutant.xml[: random_.randrange(len(mutant.xml) - 1)]
    mutant.did.append("cut")
    mutant.doomed = True


def repeat_row(mutant: Mutant, random_: random.Random) -> None:
    """A row is there twice, under its own number."""
    start = mutant.xml.find(b'<row r="%d"' % random_.choice([1, 2, 3]))
    end = mutant.xml.find(b"</row>", start) + 6
    if start >= 0:
        mutant.xml = mutant.xml[:end] + mutant.xml[start:end] + mutant.xml[end:]
        mutant.did.append("row twice")
        mutant.doomed = True


def reorder_rows(mutant: Mutant, _random: random.Random) -> None:
    """Rows in another order: their numbers say where they belong."""
    first, second = mutant.xml.find(b'<row r="2"'), mutant.xml.find(b'<row r="3"')
    end = mutant.xml.find(b"</sheetData>")
    if 0 < first < second < end:
        xml = mutant.xml
        mutant.xml = xml[:first] + xml[second:end] + xml[first:second] + xml[end:]
        mutant.did.append("rows in another order")


def spread(mutant: Mutant, _random: random.Random) -> None:
    """Blanks between all elements of the table."""
    for tag in (b"<row ", b"</row>", b"<c "):
        mutant.xml = mutant.xml.replace(tag, b"\n  " + tag)
    mutant.did.append("blanks between elements")


def merge(mutant: Mutant, random_: random.Random) -> None:
    """Two cells of a column merged; the lower one is blank in the file."""
    column = random_.choice("ABCDE")
    lower = f"{column}3"
    start = mutant.xml.find(b'<c r="%b"' % lower.encode())
    end = mutant.xml.find(b"</c>", start) + 4
    if start < 0 or end < start or b"mergeCells" in mutant.xml or f"{column}2" not in mutant.allowed:
        return
    mutant.xml = mutant.xml[:start] + mutant.xml[end:]
    mutant.xml = mutant.xml.replace(
        b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="%b2:%b3"/></mergeCells>' % ((column.encode(),) * 2)
    )
    mutant.allowed[lower] = mutant.allowed[f"{column}2"]
    mutant.merged[lower] = f"{column}2"
    mutant.did.append(f"{column}2 and {lower} merged")


def stray(mutant: Mutant, random_: random.Random) -> None:
    """A cell far away, where no header is."""
    place = random_.choice(["XFD1048576", "Z999999", "AB4", "H3000"])
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = f'<row r="{row}"><c r="{place}"><v>1</v></c></row></sheetData>'.encode()
    if b'<row r="%b"' % row.encode() not in mutant.xml:
        mutant.xml = mutant.xml.replace(b"</sheetData>", cell)
        mutant.did.append(f"stray {place}")


def entities(mutant: Mutant, _random: random.Random) -> None:
    """A document type, with an entity that would be expanded."""
    if b"<!DOCTYPE" not in mutant.xml:
        mutant.xml = mutant.xml.replace(b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "7">]><worksheet', 1)
        mutant.did.append("entities")
        mutant.doomed = True


def repeat_part(mutant: Mutant, random_: random.Random) -> None:
    """The archive holds a part twice."""
    name, data = random_.choice(mutant.parts)
    mutant.parts.append((random_.choice([name, name.upper()]), data))
    mutant.did.append(f"{name} twice")
    mutant.doomed = True


MUTATIONS = [change_cell] * 12 + [
    hide_cells,
    cut,
    repeat_row,
    reorder_rows,
    spread,
    merge,
    stray,
    entities,
    repeat_part,
]


def mutate(base: Mutant, seed: int) -> Mutant:
    """One to three mutations of the sound workbook, drawn with `seed`."""
    random_ = random.Random(seed)
    mutant = Mutant(list(base.parts), base.part, dict(base.allowed))
    for _ in range(random_.choice([1, 1, 2, 3])):
        before = mutant.doomed
        random_.choice(MUTATIONS)(mutant, random_)
        if mutant.doomed and not before:
            break  # what comes after a fault could only hide it
    return mutant


def judge(mutant: Mutant, path: Path) -> str:
    """What the reader made of a mutant: "read", "refused", or what is wrong with the reader."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in mutant.parts:
            archive.writestr(zipfile.ZipInfo(name), data)
    began = time.process_time()
    try:
        reading = read_instance(path)
    except InputError:
        return "refused"
    except Exception as error:  # whatever else it raises is what this looks for
        return f"raised {error!r}"
    if time.process_time() - began > LONGEST:
        return "slow"
    if reading.faults:
        return "refused"
    if mutant.doomed:
        return "a fault was not seen"
    return _misread(mutant, reading.instance["demand"].to_dict("index")) or "read"


def _misread(mutant: Mutant, rows: dict[int, dict[str, object]]) -> str:
    """The first cell that was read as something that it does not hold; "" where there is none."""
    for row, cells in rows.items():
        for column, name in enumerate(COLUMNS):
            place = f"{chr(65 + column)}{row}"
            value = None if cells[name] is None or cells[name] != cells[name] else cells[name]
            if value not in mutant.allowed.get(place, {None}):
                return f"{place} was read as {value!r}, it holds {mutant.allowed.get(place)}"
    lost = [place for place, values in mutant.allowed.items() if None not in values and int(place[1:]) not in rows]
    return f"{lost[0]} was lost" if lost else ""


def run(seeds: range, log: Path | None = None) -> Counter[str]:
    """Judge the mutants of `seeds`; what was found is counted, and logged one line each."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        base = sound(Path(folder))
        for seed in seeds:
            mutant = mutate(base, seed)
            verdict = judge(mutant, Path(folder) / "mutant.xlsx")
            found[verdict if verdict in ("read", "refused") else f"{seed}: {verdict} ({'; '.join(mutant.did)})"] += 1
            if log is not None:
                with log.open("a") as lines:
                    lines.write(f"{seed},{verdict!r},{'; '.join(mutant.did)!r}\n")
    return found


def main() -> int:
    """Judge `--count` mutants from `--seed` on, but for those in the log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path)
    given = parser.parse_args()
    done = len(given.log.read_text().splitlines()) if given.log is not None and given.log.exists() else 0
    found = run(range(given.seed + done, given.seed + given.count), given.log)
    print(f"read {found.pop('read', 0)}, refused {found.pop('refused', 0)}, wrong {sum(found.values())}")
    print("\n".join(found))
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
