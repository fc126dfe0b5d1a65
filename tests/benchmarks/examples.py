"""Run all tests that draw random examples, the slow ones too, with many times as many examples as every other run.

    python -m tests.benchmarks.examples [--times 10] [--only brute_force] [-n 2]

Ten times is what a release should pass: 550 instances against the brute force, 250 of them under rules, 150 against an
independent program of disruptions, a thousand spoilt workbooks. Exits with the status of pytest.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.examples import VARIABLE

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Run them and return pytest's status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=float, default=10.0)
    parser.add_argument("--only", default="", help="part of the names of files")
    parser.add_argument("-n", type=int, default=0, help="processes")
    given = parser.parse_args()
    command = [sys.executable, "-m", "pytest", "-q", "-m", "slow or not slow", *drawing(given.only)]
    command += ["-n", str(given.n)] if given.n else []
    return subprocess.run(command, cwd=ROOT, env={**os.environ, VARIABLE: str(given.times)}, check=False).returncode


def drawing(only: str = "") -> list[str]:
    """The files of tests that draw."""
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "from tests.examples import" in path.read_text("utf-8") and only in path.name
    ]
    if not found:
        raise SystemExit(f"no file of random tests has {only!r} in its name")
    return found


if __name__ == "__main__":
    sys.exit(main())
