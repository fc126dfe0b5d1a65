"""What is finished of a study, a line for each sample on the disk: whoever is killed whenever loses no other sample.

The first line says what the samples are of. A last line that was cut off counts as not there.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from planner.issues import InputError, Issue

ENDING = ".samples.jsonl"
"""Of the file beside the workbook that is to be written."""


def make_identity(parts: Mapping[str, Any]) -> dict[str, str]:
    """What samples are of, each part as a hash, so that it can be said what differs.

    Parameters
    ----------
    parts
        Anything that `json` can write, by a word for people.

    Returns
    -------
    dict of str to str
        SHA-256 of each part.
    """
    return {name: hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest() for name, part in parts.items()}


class Journal:
    """The finished samples of the workbook that is to be written at `output`."""

    def __init__(self, output: Path, identity: Mapping[str, str]) -> None:
        self.path = output.with_name(output.name + ENDING)
        self._identity = dict(identity)

    def begin(self, resume: bool, force: bool) -> list[dict[str, Any]]:
        """The finished parts of an earlier run where it is to be resumed, else a journal without any.

        Parameters
        ----------
        resume
            Whether to go on with what is there.
        force
            Whether what is there may be lost.

        Returns
        -------
        list of dict
            The parts in the order in which they were finished.

        Raises
        ------
        InputError
            Where there are finished parts and it is not said what to do with them, or they are of something else.
        """
        found = list(self._read()) if self.path.exists() else []
        if resume and found:
            self._compare(found[0])
            self._write([json.dumps(line) for line in found])
            return found[1:]
        if len(found) > 1 and not (force or resume):
            words = (
                f"{self.path} holds {len(found) - 1} finished parts of a run that was stopped: go on with --resume, or "
                "begin anew with --force"
            )
            raise InputError([Issue("error", "", "", words)])
        self._write([json.dumps(self._identity)])
        return []

    def _read(self) -> Iterator[dict[str, Any]]:
        lines = self.path.read_text("utf-8").split("\n")
        for number, line in enumerate(lines[:-1], 1):  # what is behind the last line end was cut off
            try:
                part = json.loads(line)
            except ValueError:
                part = None
            if not isinstance(part, dict):
                words = f"line {number} of {self.path} is not of a journal of samples: delete the file"
                raise InputError([Issue("error", "", "", words)])
            yield part

    def _compare(self, first: Mapping[str, Any]) -> None:
        names = [name for name in {**self._identity, **first} if first.get(name) != self._identity.get(name)]
        if names:
            words = (
                f"{self.path} is of a run with other {', '.join(names)}: give the same again to resume it, or begin "
                "anew with --force and without --resume"
            )
            raise InputError([Issue("error", "", "", words)])

    def _write(self, lines: list[str]) -> None:
        with self.path.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def add(self, part: Mapping[str, Any]) -> None:
        """Write down a part; it is on the disk when this returns."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(part) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def remove(self) -> None:
        """All is in the workbook."""
        self.path.unlink(missing_ok=True)
