"""What the workbooks in `instances/` are built from: sourced tables, and the scripts that turn them into sheets.

Each script is run as a module from the repository's root, for example `python -m instances._build.ev_global.build`.
"""

from pathlib import Path

INSTANCES = Path(__file__).parents[1]
"""The folder of the workbooks that a user opens."""
