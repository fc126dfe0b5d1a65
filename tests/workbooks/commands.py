"""Mutated workbooks given to the commands: each ends with a status that says why, and with words.

    python -m tests.workbooks.commands --solve 500 --results 200 --log commands.csv

gives 500 mutated instances to `planner solve`, and 200 mutated results to each command that reads one. Cells, rows and
bytes of one to three parts are changed, drawn with a seed; what is judged is in the log, and a run with the same log
goes on after it. A command fails where it ends with anything else than the statuses that it has for wrong input and for
what came out, where it says what a program says that has met the unexpected, or takes long; and `solve` where what it
wrote cannot be read, or where its audit does not agree.
"""

import argparse
import random
import re
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

from tests.benchmarks.kills import NAME, whole, write_small
from tests.forked import Forked, run_forked
from tests.workbooks.test_fuzz import BYTES, NUMBERS

SECONDS, MEMORY = 120, 4_000_000_000
"""Processor time and addresses for a command."""

UNEXPECTED = re.compile(r"Traceback|--debug shows where|^error: \w+(Error|Exception)\b", re.MULTILINE)
"""What is said where nobody had thought of what happened."""

TEXTS = [b"*", b"good", b"B", b"0", b"-1", b"yes", b"", b"base", b"(total)", b"\xe2\x80\x8b", b"=1+1", b"_x0007_"]
CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
ROW = re.compile(rb"<row .*?</row>", re.DOTALL)

READING: dict[str, list[str]] = {
    "compare": ["compare", "{sound}", "{mutant}", "-o", "{out}.xlsx"],
    "compare as a page": ["compare", "{mutant}", "{sound}", "-o", "{out}.html"],
    "report": ["report", "{mutant}", "-o", "{out}.html"],
    "stress": ["stress", "{mutant}", "-o", "{out}.xlsx", "--kinds", "site", "--months", "3"],
    "why": ["why", "{mutant}", "built[S, make, module, 2026]=0"],
    "evaluate": ["evaluate", "{book}", "--plan", "{mutant}", "-o", "{out}.xlsx"],
    "replay": ["replay", "{mutant}"],
    "solve --start": ["solve", "{book}", "--start", "{mutant}", "-o", "{out}.xlsx"],
    "solve --keep": ["solve", "{book}", "--keep", "{mutant}", "--change-cost", "1", "-o", "{out}.xlsx"],
}
"""The commands that read a result."""

STATUSES = {"replay": (0, 1, 2, 3, 4)}
"""Statuses that a command may end with, where they are others than 0, 2, 3 and 4: a replay says with 1 what differs."""


def mutate(source: Path, target: Path, random_: random.Random) -> str:
    """Write a mutant of a workbook, and say what was done to it."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    did = []
    for _ in range(random_.choice([1, 1, 2, 3])):
        name = random_.choice(sheets if random_.random() < 0.9 else sorted(parts))
        change = random_.choice([change_cell] * 6 + [change_row, change_bytes])
        parts[name] = change(parts[name], random_)
        did.append(f"{change.__name__} {name}")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return "; ".join(did)


def change_cell(xml: bytes, random_: random.Random) -> bytes:
    """Another number or text in a cell, seldom in a header."""
    cells = [cell for cell in CELL.finditer(xml) if cell[2] != b"1" or random_.random() < 0.1]
    if not cells:
        return xml
    cell = random_.choice(cells)
    place = cell[1] + cell[2]
    if random_.random() < 0.6:
        new = b'<c r="%b"><v>%b</v></c>' % (place, random_.choice([*NUMBERS, b"0", b"7", b"0.5", b"1e9", b"-3"]))
    else:
        new = b'<c r="%b" t="inlineStr"><is><t>%b</t></is></c>' % (place, random_.choice(TEXTS))
    return xml[: cell.start()] + new + xml[cell.end() :]


def change_row(xml: bytes, random_: random.Random) -> bytes:
    """A row left out, or one twice."""
    rows = list(ROW.finditer(xml))
    if not rows:
        return xml
    row = random_.choice(rows)
    return xml[: row.start()] + row[0] * random_.choice([0, 0, 2]) + xml[row.end() :]


def change_bytes(xml: bytes, random_: random.Random) -> bytes:
    """A few bytes put in, or cut out."""
    place = random_.randrange(len(xml) + 1)
    return xml[:place] + random_.choice(BYTES) + xml[place + random_.choice([0, 0, 3, 40]) :]


def judge(name: str, arguments: list[str], folder: Path) -> str:
    """What a command did with a mutant: "done", "refused", "no plan", or what is wrong with it."""
    said = folder / "said"
    with Forked(arguments, said, SECONDS, MEMORY) as process:
        status = process.wait(3600)
    words = said.read_text("utf-8", errors="replace")
    if status < 0:
        return f"ended by signal {-status}"
    if UNEXPECTED.search(words):
        return f"met the unexpected: {words.strip().splitlines()[-1]}"
    if status not in STATUSES.get(name, (0, 2, 3, 4)):
        return f"ended with {status}: {words.strip()[-200:]}"
    if status == 2 and "error" not in words:
        return "refused without words"
    if status == 0 and arguments[0] == "solve" and not whole(Path(arguments[arguments.index("-o") + 1])):
        return "wrote what is not whole"
    return {0: "done", 2: "refused"}.get(status, "no plan" if status > 2 else "differs")


def run(name: str, seeds: range, folder: Path, log: Path | None = None) -> Counter[str]:
    """Judge a command with the mutants of `seeds`; what was found is counted, and logged one line each."""
    found: Counter[str] = Counter()
    book = write_small(folder)
    sound, mutant, out = folder / "sound.xlsx", folder / "mutant.xlsx", folder / "out"
    if not sound.exists() and run_forked(["solve", str(book), "-o", str(sound)]):
        raise RuntimeError(f"{NAME} cannot be solved")
    places = {"book": book, "sound": sound, "mutant": mutant, "out": out}
    command = READING.get(name, ["solve", "{mutant}", "-o", "{out}.xlsx"])
    for seed in seeds:
        did = mutate(sound if name in READING else book, mutant, random.Random(f"{name} {seed}"))
        for left in folder.glob("out.*"):
            left.unlink()
        verdict = judge(name, [word.format(**places) for word in command], folder)
        well = verdict in ("done", "refused", "no plan", "differs")
        found[verdict if well else f"{name} {seed}: {verdict} ({did})"] += 1
        if log is not None:
            with log.open("a") as lines:
                lines.write(f"{name},{seed},{verdict!r},{did!r}\n")
    return found


def main() -> int:
    """Judge `solve` and the commands that read a result, but for what is in the log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--solve", type=int, default=500)
    parser.add_argument("--results", type=int, default=200)
    parser.add_argument("--log", type=Path)
    given = parser.parse_args()
    lines = given.log.read_text().splitlines() if given.log is not None and given.log.exists() else []
    done = Counter(line.partition(",")[0] for line in lines)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="commands-") as folder:
        for name, count in {"solve": given.solve, **dict.fromkeys(READING, given.results)}.items():
            found = run(name, range(done[name], count), Path(folder), given.log)
            amiss = [words for words in found if words.startswith(f"{name} ")]
            print(
                f"{name}: {', '.join(f'{words} {found[words]}' for words in found if words not in amiss)}", flush=True
            )
            wrong += amiss
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
