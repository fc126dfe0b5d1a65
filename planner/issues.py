"""What is wrong or worth saying about an input, and where it stands."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class ExitStatus(IntEnum):
    """How a command or a job ends, for the shell and for the ledger."""

    DONE = 0
    FAILED = 1
    WRONG_INPUT = 2
    INFEASIBLE = 3
    STOPPED = 4
    TARGET_MISSED = 5


Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, order=True)
class Issue:
    """One fault or remark. `cell` is like "C7", or "" for the whole sheet; `sheet` is "" for the whole file."""

    severity: Severity
    sheet: str
    cell: str
    message: str

    def __str__(self) -> str:
        place = f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        return f"{self.severity}: {place}: {self.message}" if place else f"{self.severity}: {self.message}"


class InputError(Exception):
    """The input is wrong: `issues` lists every fault. The command line ends with exit status 2."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues
