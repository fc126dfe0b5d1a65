"""The worked example of the template, solved once for all tests that look at its plan."""

import tempfile
from functools import cache
from pathlib import Path

from planner.planning import Outcome, choose_options, make_plan
from planner.workbook.read import Reading, read_instance
from planner.workbook.template import write_template


@cache
def reading() -> Reading:
    """The template as the reader sees it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.xlsx"
        write_template(path, blank=False)
        return read_instance(path)


@cache
def outcome() -> Outcome:
    """The plan of the worked example."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.xlsx"
        write_template(path, blank=False)
        example = read_instance(path)
        return make_plan(example, choose_options(example, threads=1), changes=("settings[seed]=0",))
