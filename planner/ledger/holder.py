"""Which process stands behind a file: who locks it, and whether somebody who wrote it is still alive."""

import contextlib
import os
from pathlib import Path

import psutil

SAME_START = 1.0
"""Seconds by which two readings of the start of one process may differ."""


def find_birth(pid: int) -> float | None:
    """When a process of this machine began, in seconds since 1970; None where there is none, or only its remains."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def is_alive(pid: int, began: float) -> bool:
    """Whether the process that began then is still there; another one may have its number by now."""
    found = find_birth(pid)
    return found is not None and abs(found - began) < SAME_START


def holders(path: Path) -> str:
    """The other processes that hold a lock on the file or, where that cannot be told, have it open; in words."""
    locking = _lockers(path) or _openers(path)
    return " and ".join(_read_name(pid) for pid in sorted(locking)) or "another process"


def _lockers(path: Path) -> set[int]:
    """Linux lists all locks with process and inode."""
    try:
        facts, lines = path.stat(), Path("/proc/locks").read_text().splitlines()
    except OSError:
        return set()
    place = f"{os.major(facts.st_dev):02x}:{os.minor(facts.st_dev):02x}:{facts.st_ino}"
    found = {int(line.split()[4]) for line in lines if place in line.split() and line.split()[1] != "->"}
    return {pid for pid in found if pid > 0} - {os.getpid()}


def _openers(path: Path) -> set[int]:
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if any(Path(file.path) == path.resolve() for file in process.open_files()):
                found.add(process.pid)
    return found - {os.getpid()}


def _read_name(pid: int) -> str:
    try:
        return f"process {pid} ({psutil.Process(pid).name()})"
    except psutil.Error:
        return f"process {pid}"
