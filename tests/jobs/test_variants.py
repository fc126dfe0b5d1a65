"""A workbook opened once and read under changes is what it would be if it were opened for each of them."""

from dataclasses import fields

import numpy as np
import pytest

from planner.solver.compiled import Compiled, compile_model
from planner.workbook.read import open_instance, read_instance
from planner_models.instance import Instance
from planner_models.network import build
from tests.jobs import ROOT, TINY

VARIANTS = (
    (),
    ("demand[*].volume=7",),
    ("demand[*].price=3", "settings[objective]=profit"),
    ("lanes[*].cost=1", "settings[discount_rate]=0.2"),
    ("lines[*].conversion_cost=5",),
    ("sites[*].site=",),
    ("options[*].capex=9", "options[*].no_such_column=1"),
    (),
)


def arrays(instance: Instance) -> dict[str, np.ndarray]:
    """The model of an instance as numbers."""
    compiled = compile_model(build(instance))
    found = {field.name: getattr(compiled, field.name) for field in fields(Compiled)}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)} | {
        "offset": np.array(compiled.offset),
        "names": np.array([each.name for each in (*compiled.variables, *compiled.rows)]),
    }


@pytest.mark.parametrize("book", [TINY, pytest.param(ROOT / "instances" / "ev_global.xlsx", marks=pytest.mark.slow)])
def test_variants_of_an_opened_workbook_are_those_of_a_fresh_one(book) -> None:
    draft = open_instance(book)
    for changes in VARIANTS:
        ours, theirs = draft.reading(changes), read_instance(book, changes)
        assert ours.issues == theirs.issues
        assert ours.columns == theirs.columns
        assert ours.instance.settings == theirs.instance.settings
        for sheet, frame in theirs.instance.tables.items():
            assert ours.instance.tables[sheet].equals(frame), (changes, sheet)
            assert ours.instance[sheet].equals(theirs.instance[sheet]), (changes, sheet)
        for sheet, frame in theirs.raw.items():
            assert ours.raw[sheet].equals(frame), (changes, sheet)
        if not theirs.faults:
            built, anew = arrays(ours.instance), arrays(theirs.instance)
            assert all(np.array_equal(built[name], anew[name]) for name in anew), changes
