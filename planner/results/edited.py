"""Results that have been read and are not as they were written.

What was edited by hand may contradict itself in any way; where a command meets the unexpected with such a file, it says
so rather than call it a fault of the planner.
"""

from contextvars import ContextVar
from pathlib import Path

_EDITED: ContextVar[tuple[Path, ...]] = ContextVar("results whose seal does not fit", default=())


def note_edited(path: Path) -> None:
    """Remember a result that has no seal, or one that does not fit.

    Parameters
    ----------
    path
        The file.
    """
    _EDITED.set(tuple(dict.fromkeys((*_EDITED.get(), path))))


def list_edited() -> tuple[Path, ...]:
    """The results noted since `forget_edited`.

    Returns
    -------
    tuple of pathlib.Path
        The files, each once, in the order in which they were read first.
    """
    return _EDITED.get()


def forget_edited() -> None:
    """Begin anew: what an earlier command of this process has read is nothing to the next."""
    _EDITED.set(())
