"""Sheet targets: what a plan has to reach, judged on the result, recomputed by the audit."""

from pathlib import Path

import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.cli.main import run
from planner.interface.results import Result, open_result
from planner.issues import ExitStatus
from planner.report.summary import plan_figures
from planner.report.targets import judge_targets, list_figures
from planner.report.unit_costs import list_unit_costs
from planner.report.verdicts import describe_targets, list_missed
from planner.sheets.figures import is_figure
from planner_models.instance import Instance, apply_schema
from tests.workbooks import books

SAMPLE = Path(__file__).parents[1] / "results" / "tiny" / "sample.xlsx"
FACTS = {"objective": 4535.2, "bound": 4535.2, "gap": 0.0}


@pytest.fixture(scope="module")
def sample() -> Result:
    """A plan whose total cost is 4,535.2 and which serves all demand."""
    return open_result(SAMPLE)


def with_targets(sample: Result, *rows: dict[str, object]) -> Instance:
    """The instance of the sample with rows of sheet targets."""
    instance = sample.file.instance
    return Instance({**instance.tables, "targets": apply_schema("targets", pd.DataFrame(rows))}, instance.settings)


def target(figure: str, operator: str, value: object, **more: object) -> dict[str, object]:
    return {
        "target": f"{figure} {operator} {value}",
        "figure": figure,
        "operator": operator,
        "value": str(value),
        **more,
    }


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (target("total cost", "at_most", 4535.2), "yes"),
        (target("total cost", "at_most", 4500), "no"),
        (target("total cost", "at_most", 4500, tolerance=40), "yes"),
        (target("total cost", "at_most", 4500, tolerance=1, tolerance_as="percent"), "yes"),
        (target("total cost", "at_most", 4500, tolerance=0.7, tolerance_as="percent"), "no"),
        (target("demand served", "at_least", 1), "yes"),
        (target("demand served", "equal", 0.9, tolerance=0.05), "no"),
        (target("modules built", "equal", 1), "yes"),
        (target("number of dogs", "at_most", 1), "no"),
        (target("total cost", "at_most", "base"), None),
    ],
)
def test_targets_are_judged(sample: Result, row: dict[str, object], met: str | None) -> None:
    """The audit agrees, and does not where the verdict, the figure or the limit was changed by hand."""
    instance = with_targets(sample, row)
    judged = judge_targets(instance, sample.tables, FACTS, None)
    assert judged["met"].tolist() == [met]
    tables = {**sample.tables, "targets": judged}
    assert audit(instance, tables, 4535.2, ["targets"])["ok"].eq("yes").all()
    for column, value in (("met", "no" if met == "yes" else "yes"), ("tolerance", 77.0)):
        wrong = audit(instance, {**tables, "targets": judged.assign(**{column: value})}, 4535.2, ["targets"])
        assert not wrong["ok"].eq("yes").all(), column
    assert not audit(instance, {**tables, "targets": judged.iloc[:0]}, 4535.2, ["targets"])["ok"].eq("yes").all()


def test_the_audit_recomputes_figures(sample: Result) -> None:
    instance = with_targets(sample, target("total cost", "at_most", 5000))
    judged = judge_targets(instance, sample.tables, FACTS, None).assign(reached=4000.0)
    found = audit(instance, {**sample.tables, "targets": judged}, 4535.2, ["targets"])
    assert found.loc[found["ok"] == "no", "check"].tolist() == ["targets: figures"]


def test_a_base_is_measured_against(sample: Result) -> None:
    base = {"total cost": (4000.0, "million USD, discounted")}
    row = target("total cost", "at_most", "base", tolerance=10, tolerance_as="percent")
    judged = judge_targets(with_targets(sample, row), sample.tables, FACTS, base)
    assert judged[["value", "tolerance", "met"]].to_numpy().tolist() == [[4000.0, 400.0, "no"]]
    assert list_missed({"targets": judged}) == [
        "total cost at_most base (total cost 4,535, and not at most 4,000 million USD, discounted)"
    ]


def test_the_sentence_counts_what_is_met_missed_and_open(sample: Result) -> None:
    rows = (
        target("total cost", "at_most", 5000),
        target("modules built", "at_most", 0),
        target("sites opened", "at_most", "base"),
    )
    judged = judge_targets(with_targets(sample, *rows), sample.tables, FACTS, None)
    assert describe_targets({"targets": judged}) == (
        "The plan meets 1 of 2 targets; it misses modules built at_most 0 (modules built 1, and not at most 0 module); "
        "without the figure of a base plan sites opened at_most base is not judged."
    )
    assert describe_targets({}) == ""


def test_every_figure_of_a_plan_is_one_that_a_target_may_name(sample: Result) -> None:
    instance, tables = sample.file.instance, sample.tables
    names = [*list_figures(instance, tables, FACTS), *(row[0] for row in plan_figures(instance, tables))]
    names += [row[0] for row in list_unit_costs(instance, tables)]
    assert [name for name in names if not is_figure(name)] == []
    assert len(names) > 30


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        (["a", "total cost", "at_most", "1,5"], "targets!D2", "`1,5` is not a number: write one with a point"),
        (["a", "total cost", "below", 5], "targets!C2", "at_most, at_least"),
        (["a", "total costs", "at_most", 5], "targets!B2", "did you mean `total cost`"),
        (["a", "total cost", "at_most", 0, 5, "percent"], "targets!E2", "is per cent of the value 0"),
        (["a", "total cost", "at_most", 5, -1], "targets!E2", "write a number of 0 or more"),
    ],
)
def test_faults_name_the_cell(
    tmp_path: Path, row: list[object], place: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    head = ["target", "figure", "operator", "value", "tolerance", "tolerance_as"]
    run(["check", str(books.write(tmp_path / "book.xlsx", {"targets": [head, row]}))])
    found = [line for line in capsys.readouterr().err.splitlines() if f"{place}: " in line]
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.slow
def test_a_plan_that_misses_a_target_is_written_and_ends_with_5(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The worked example with its target out of reach; then measured against the plan that missed it."""
    path, edited, first, second = (tmp_path / f"{name}.xlsx" for name in ("new", "edited", "first", "second"))
    assert run(["new", str(path), "--with", "targets"]) == 0
    assert run(["edit", str(path), "-o", str(edited), "--set", "targets[Demand is met].value=2"]) == 0
    assert run(["solve", str(edited), "-o", str(first)]) == ExitStatus.TARGET_MISSED
    assert "1 target missed: Demand is met (demand served " in capsys.readouterr().err
    table = open_result(first).tables["targets"]
    assert table[["value", "met"]].to_numpy().tolist() == [[2.0, "no"]]
    against = ["--base", str(first), "--set", "targets[Demand is met].value=base"]
    assert run(["solve", str(edited), "-o", str(second), *against]) == ExitStatus.DONE
    assert open_result(second).tables["targets"]["met"].tolist() == ["yes"]
    assert "The plan meets 1 of 1 target." in capsys.readouterr().out
