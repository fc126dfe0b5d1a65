"""Whatever a file holds, the reader answers with a reading or with an `InputError`, and soon.

The mutations are drawn with fixed seeds, so a failure can be repeated: the seed is the test's parameter.
"""

import datetime
import random
import time
import zipfile

import openpyxl
import pytest

from planner.issues import InputError, Issue
from planner.workbook.read import read_instance
from planner_models.schema import INPUTS
from tests.examples import times
from tests.workbooks import mutations
from tests.workbooks.books import INTEGRATED, sheet_part, write

VALUES = [
    None, "", " ", 0, -1, 1e-320, 1e308, -1e308, 2**63, 0.1 + 0.2, True, False, "x" * 40_000, "1,234",
    "1.234,5", "nan", "=1+1", "=", "#DIV/0!", "*", "|", "\u200b", "🔋", "é", "e\u0301", "\u202e abc", "'", '"', "\n",
    "=HYPERLINK(1)",
    datetime.date(1900, 1, 1), datetime.datetime(9999, 12, 31, 23, 59), datetime.time(1), datetime.timedelta(days=-3),
    "France ", "FRANCE", "settings", "region", "periods",
]  # fmt: skip
NUMBERS = [b"", b"1e999", b"-1e999", b"nan", b"-0", b"1e-400", b"9" * 400, b"0x1", b"1,5", b"99999999999", b"-700000"]
BYTES = [
    b"",
    b"<",
    b">",
    b"&",
    b"\0",
    b"\xff",
    b"]]>",
    b"<v>",
    b"</c>",
    b'"',
    b"t=",
    b's="99999"',
    b"<!--",
    b"\xef\xbb\xbf",
]
MARKED = ("demand", "access", "projects", "learning", "policies")
"""Sheets of which one has its XML changed in every attack on parts."""
CHANGES = [
    "",
    "[",
    "a[b].c=d",
    "demand[*].volume=x",
    "demand[*].region=*",
    'settings["',
    "lines[|||].capacity==",
    "*[*].*=*",
    "access[them|*|*].stake=2",
    "projects[*].needs=launch",
    "learning[make|1].level=2",
    "policies[grant].budget=",
]


def answered(path, changes=()):
    """Read the file; anything but a reading or an `InputError` fails the test, and so does a long wait."""
    began = time.process_time()
    reading, issues = None, []
    try:
        reading = read_instance(path, changes)
        issues = reading.issues
    except InputError as refusal:
        issues = refusal.issues or ["a refusal without a reason"]
    assert time.process_time() - began < 60, "this is a hang"
    assert all(isinstance(issue, Issue) and issue.message for issue in issues)
    assert reading is None or set(reading.instance.tables) == set(INPUTS) - {"settings"}
    return reading


def spoilt_cells(random_, path):
    """Cells, headers and sheets changed as a user might, with values no user would type."""
    sheets = {name: [list(row) for row in rows] for name, rows in INTEGRATED.items()}
    for _ in range(random_.randint(1, 6)):
        name = random_.choice(list(sheets))
        rows = sheets[name]
        action = random_.randrange(7)
        if action == 0 and len(sheets) > 1:
            del sheets[name]
        elif action == 1:
            sheets[random_.choice([name.upper(), f"{name} ", name[:-1], "_x", f"in_{name}", "Ä" * 31])] = rows
        elif action == 2 and rows:
            rows.insert(random_.randrange(len(rows) + 1), random_.choice(rows)[:])
        elif action == 3 and rows and rows[0]:
            column = random_.randrange(len(rows[0]))
            for row in rows:
                row.insert(column, row[min(column, len(row) - 1)] if row else None)
        elif rows:
            row = random_.choice(rows)
            if row:
                row[random_.randrange(len(row))] = random_.choice(VALUES)
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        page = book.create_sheet(name[:31])
        for row in rows:
            page.append(row)
    for _ in range(random_.randint(0, 2)):
        cell = random_.choice(book.worksheets).cell(random_.randint(1, 6), random_.randint(1, 9))
        cell.value, cell.data_type = random_.choice(
            [("#N/A", "e"), ("=1+1", "s"), ("TRUE", "b"), (-700000, "n"), (1e12, "n"), ("9", "n")]
        )
        cell.number_format = random_.choice(["General", "yyyy-mm-dd", "[h]:mm", "0.0%", '"d"0'])
    book.save(path)


def spoilt_parts(random_, path, sound):
    """The XML of some parts changed in a few places; the archive stays whole."""
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w") as new:
        chosen = [*random_.sample(old.namelist(), random_.randint(1, 2)), sheet_part(sound, random_.choice(MARKED))]
        for name in old.namelist():
            data = old.read(name)
            if name in chosen:
                for _ in range(random_.randint(1, 4)):
                    data = _spoilt(random_, data)
            if name not in chosen or random_.random() > 0.02:
                new.writestr(name, data)


def _spoilt(random_, data):
    place = random_.randrange(len(data) + 1)
    action = random_.randrange(6)
    if action == 0:
        return data[:place] + random_.choice(BYTES) + data[place:]
    if action == 1:
        return data[:place] + data[place + random_.randint(1, 60) :]
    if action == 2:
        other = random_.randrange(len(data) + 1)
        return data[:place] + data[other : other + 80] + data[place:]
    marks = {3: (b"<v>", b"</v>", NUMBERS), 4: (b' r="', b'"', [b"", b"A0", b"a1", b"A1", b"ZZZ1", b"G99999999999"])}
    before, after, values = marks.get(
        action, (b' t="', b'"', [b"s", b"e", b"b", b"d", b"str", b"n", b"inlineStr", b"?"])
    )
    start = data.find(before, place)
    end = data.find(after, start + len(before)) if start >= 0 else -1
    return data if end < 0 else data[: start + len(before)] + random_.choice(values) + data[end:]


def spoilt_bytes(random_, path, sound):
    """Bytes of the archive itself changed, cut out or repeated."""
    content = bytearray(sound.read_bytes())
    for _ in range(random_.randint(1, 8)):
        place = random_.randrange(len(content))
        if random_.random() < 0.7:
            content[place] = random_.randrange(256)
        elif random_.random() < 0.5:
            del content[place : place + random_.randint(1, 200)]
        else:
            content[place:place] = content[place : place + 100]
    path.write_bytes(content)


def _attack(seed, path):
    random_ = random.Random(seed)
    sound = write(path / "sound.xlsx", INTEGRATED)
    target = path / "spoilt.xlsx"
    kind = random_.choice([spoilt_cells, spoilt_parts, spoilt_bytes])
    if kind is spoilt_cells:
        kind(random_, target)
    else:
        kind(random_, target, sound)
    answered(target, random_.sample(CHANGES, random_.randint(0, 2)))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("seed", range(20))
def test_any_file_is_answered(tmp_path, seed):
    _attack(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_many_files_are_answered(tmp_path, block):
    """A hundred files; a thousand as EXAMPLES says."""
    for seed in range(first := 1000 + block * 1000, first + times(25)):
        _attack(seed, tmp_path)


def test_nothing_is_misread(tmp_path):
    """Each stored cell is read as what it holds, or is a fault."""
    found = mutations.run(range(20))
    assert set(found) == {"read", "refused"}


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_much_is_not_misread(tmp_path, block):
    """Forty files; four hundred as EXAMPLES says."""
    found = mutations.run(range(first := 1000 + block * 1000, first + times(10)))
    assert set(found) <= {"read", "refused"}


@pytest.mark.parametrize("place", ["D2", "A3"])
def test_a_misreading_is_seen(tmp_path, place):
    """Guards the oracle: a workbook that holds something else than it may is found."""
    mutant = mutations.sound(tmp_path)
    assert mutations.judge(mutant, tmp_path / "mutant.xlsx") == "read"
    mutant.allowed[place] = {"something else"}
    assert mutations.judge(mutant, tmp_path / "mutant.xlsx").startswith(f"{place} was read as")
    mutant.doomed = True
    assert mutations.judge(mutant, tmp_path / "mutant.xlsx") == "a fault was not seen"


def test_the_mutations_reach_the_reader(tmp_path):
    """Guards the fuzzing itself: of mutated cells most must be read and have faults, else nothing is tried out."""
    faults = []
    for seed in range(10):
        spoilt_cells(random.Random(seed), tmp_path / "spoilt.xlsx")
        reading = answered(tmp_path / "spoilt.xlsx")
        faults.append(reading is not None and bool(reading.issues))
    assert sum(faults) >= 8
