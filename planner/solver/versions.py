"""Which releases of HiGHS can be trusted."""

import re
from functools import cache
from importlib.metadata import version

SOUND_FROM = (1, 16)
"""The first release that every published optimum was reached with; 1.14 and before call wrong plans optimal."""


class UnsoundSolver(RuntimeError):
    """A release of HiGHS that is known, or not known well enough, to give wrong answers."""


@cache
def ensure_sound_solver() -> None:
    """Refuse a HiGHS that is too old to be trusted.

    Raises
    ------
    UnsoundSolver
        Where releases as old as the one installed may call wrong plans optimal.
    """
    installed = version("highspy")
    numbers = tuple(map(int, re.findall(r"\d+", installed)[:2]))
    if numbers < SOUND_FROM:
        wanted = ".".join(map(str, SOUND_FROM))
        raise UnsoundSolver(
            f"HiGHS {installed} is installed, and releases before {wanted} may call wrong plans optimal: "
            f'install a later one with pip install "highspy>={wanted}"'
        )
