"""Fails where more of the expressions in mypy's report are `Any` than is allowed: any_share.py REPORT_FOLDER."""

import sys
from pathlib import Path

MOST = 10.0
"""Per cent."""


def main(folder: str) -> int:
    """Exit status: 0 where the share of `Any` in the report that `mypy --any-exprs-report` wrote is at most MOST."""
    (total,) = (
        line.split()
        for line in (Path(folder) / "any-exprs.txt").read_text("utf-8").splitlines()
        if line.split()[:1] == ["Total"]
    )
    share = 100.0 * int(total[1]) / int(total[2])
    print(f"{share:.1f} % of expressions are Any, {MOST:g} % may be")
    return int(share > MOST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
