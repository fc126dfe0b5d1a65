"""Which numbers could change a plan: ranges, the screen, both ends, and where the plan turns.

A shop makes 5 of the 8 goods that are wanted at 2 each; each one missing costs 10, and a module for 10 more costs 20 a
year. The module saves 3 x (10 - 2) = 24, so that it is built, and all costs 8 x 2 + 20 = 36. It would not be built
where it cost more than 24, or where fewer than 5 + 20 / 8 = 7.5 goods were wanted.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from planner.checks.check import check
from planner.cli.main import run
from planner.sheets.sensitivity import SENSITIVITY
from planner.solver.solution import Options
from planner.studies.sensitivity.ranges import list_ranged, list_unranged, split_figure
from planner.studies.sensitivity.report import sensitivity_brief
from planner.studies.sensitivity.study import Sensitivity, SensitivityRequest, assess_sensitivity
from planner.studies.sensitivity.tables import CHANGES, STAYS, sensitivity_tables
from planner.workbook.declared_sheets import read_sheets
from planner.workbook.package import open_package
from planner.workbook.read import open_instance, read_instance
from planner.workbook.write import write_instance
from planner_models.evidence import EvidenceRange, KeyMatcher
from tests.proofs import WORKSHOP, workshop
from tests.proofs.test_locks import MODULE

CAPEX = {"sheet": "options", "key": "*|make|more", "column": "capex", "low": 15, "high": 30, "source": "an offer"}
VOLUME = {"sheet": "demand", "key": "*|good|*|*", "column": "volume", "low": -25, "high": 50, "range_as": "percent"}


def shop(path: Path, *evidence: dict[str, Any]) -> Path:
    """The workbook of the shop, with rows of sheet evidence."""
    lines = [{"site": "shop", "process": "make", "capacity": 5}]
    settings = [{"key": "discount_rate", "value": 0}, {"key": "mip_gap", "value": 0}]
    sheets = {"lines": lines, "options": [MODULE | {"capex": 20}], "evidence": list(evidence), "settings": settings}
    write_instance(WORKSHOP | sheets, path)
    return path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with a range for the cost of the module and one for what is wanted."""
    return shop(tmp_path_factory.mktemp("shop") / "shop.xlsx", CAPEX, VOLUME)


@pytest.fixture(scope="module")
def found(book: Path) -> Sensitivity:
    """Its two ranges, solved at both ends."""
    reading = read_instance(book)
    assert not reading.faults
    return assess_sensitivity(reading, SensitivityRequest(2, Options(gap=0.0)), None, lambda _: None)


def test_the_screen_is_exact_while_the_plan_stays(found: Sensitivity) -> None:
    """To first order the module costs what it costs, and a good more or less 2: its capacity is not full."""
    swings = {swing.figure.name: swing for swing in found.swings}
    assert found.objective == pytest.approx(36)
    module, wanted = swings["options[*|make|more].capex"], swings["demand[*|good|*|*].volume"]
    assert (module.low, module.high) == pytest.approx((-5, 10))
    assert (wanted.low, wanted.high) == pytest.approx((-4, 8))
    assert module.sure
    assert [swing.size for swing in found.swings] == sorted((swing.size for swing in found.swings), reverse=True)


def test_each_figure_without_a_range_is_moved_by_a_tenth(found: Sensitivity) -> None:
    """Making 8 goods at 2 each costs 16: a tenth of that is 1.6."""
    swings = {swing.figure.name: swing for swing in found.swings if not swing.figure.ranged}
    making = swings["processes[*].other_cost"]
    assert (making.low, making.high) == pytest.approx((-1.6, 1.6))
    assert "lines[*].capacity" in swings
    assert "options[*].capex" not in swings


@pytest.mark.parametrize(
    ("figure", "way", "objective", "held", "turn"),
    [
        ("options[*|make|more].capex", -1, 31, 31, None),
        ("options[*|make|more].capex", 1, 40, 46, 0.4),
        ("demand[*|good|*|*].volume", -1, 20, 32, 0.25),
        ("demand[*|good|*|*].volume", 1, 44, 44, None),
    ],
)
def test_both_ends_by_hand(
    found: Sensitivity, figure: str, way: float, objective: float, held: float, turn: float | None
) -> None:
    """At 30 the module is not worth its 24: 5 x 2 + 3 x 10 = 40, holding it costs 46. Of 6 goods one is missing: 20,
    holding the module costs 32. Between as it is and 30, it turns at 24: 4 of 10 of the way; at 7.5 goods, 1 of 4."""
    (end,) = (end for end in found.ends if end.figure.name == figure and end.way == way)
    assert (end.objective, end.held) == pytest.approx((objective, held))
    if turn is None:
        assert end.turn is None
        assert not end.decisions
    else:
        assert end.turn == pytest.approx(turn)
        assert end.decisions == {("built", "shop", "make", "more", "1"): (1.0, 0.0)}


def test_what_could_change_the_plan_comes_first(found: Sensitivity) -> None:
    tables = sensitivity_tables(found)
    decisive = tables["decisive"]
    assert decisive["figure"].tolist() == ["demand[*|good|*|*].volume", "options[*|make|more].capex"]
    assert decisive["regret"].tolist() == pytest.approx([12, 6])
    assert decisive["turns_at"].tolist() == pytest.approx([7.5, 24])
    assert set(decisive["verdict"]) == {CHANGES}
    tornado = tables["tornado"].set_index("figure")
    assert tornado.loc["options[*|make|more].capex", ["plan_low", "plan_high"]].tolist() == [STAYS, CHANGES]
    first, second, *_ = sensitivity_brief(found)
    assert first.startswith("2 figures change the plan within the range: demand[*|good|*|*].volume")
    assert second == (
        "Holding the plan at the low end of demand[*|good|*|*].volume costs 12 million USD against the best; "
        "another plan is better from 7.5 item/year."
    )


def test_no_claim_is_finer_than_the_gap(found: Sensitivity) -> None:
    """Where the plan itself may be off by 20, nothing that is found at the ends is due to a figure for certain."""
    loose = replace(found, open=20.0)
    assert CHANGES not in set(sensitivity_tables(loose)["decisive"]["verdict"])
    assert "is not decided at this gap" in sensitivity_brief(loose)[0]


@pytest.mark.slow
def test_from_the_command_line_and_from_a_result(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """The plan in a result is held as it is; the workbook opens on its dashboard, and its figures can be read."""
    result, first, second = (tmp_path / name for name in ("result.xlsx", "first.xlsx", "second.xlsx"))
    assert run(["solve", str(book), "-o", str(result)]) == 0
    assert run(["sensitivity", str(result), "-o", str(first), "--top", "2"]) == 0
    assert "2 figures change the plan" in capsys.readouterr().out
    tables, issues = read_sheets(open_package(first), SENSITIVITY)
    assert not issues
    assert tables["decisive"]["turns_at"].tolist() == pytest.approx([7.5, 24])
    assert openpyxl.load_workbook(first, read_only=True).sheetnames[0] == "dashboard"
    assert run(["sensitivity", str(result), "-o", str(second), "--set", "settings[seed]=1"]) == 2
    assert "name the instance" in capsys.readouterr().err
    assert run(["sensitivity", str(book), "-o", str(book)]) == 2


def test_without_a_plan_there_is_nothing_to_vary(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = shop(tmp_path / "shop.xlsx")
    change = "demand[*].penalty="
    out = tmp_path / "out.xlsx"
    lock = ["--set", "lines[*].capacity=1", "--set", "options[*].max_modules=0"]
    assert run(["sensitivity", str(path), "-o", str(out), "--set", change, *lock, "--force"]) == 3
    assert "infeasible" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "value", "low", "high"),
    [
        ("value", [10.0], 8.0, 12.0),
        ("factor", [10.0], 8.0, 12.0),
        ("percent", [10.0], 8.0, 12.0),
        ("factor", [-10.0], -12.0, -8.0),
    ],
)
def test_ranges_are_values_factors_or_percentages(written: str, value: list[float], low: float, high: float) -> None:
    limits = {"value": (8.0, 12.0), "factor": (0.8, 1.2), "percent": (-20.0, 20.0)}[written]
    entry = EvidenceRange("demand", "*", "volume", (2,), limits, written, "", "")
    ends = entry.ends(np.array(value))
    assert [float(end[0]) for end in ends] == pytest.approx([low, high])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (CAPEX | {"low": 21}, "is 20, outside its range from 21 to 30"),
        (VOLUME | {"low": 10}, "is 8, outside its range from 8.8 to 12"),
        (VOLUME | {"key": "*|bad|*|*"}, "sheet demand has no row `*|bad|*|*`"),
        (VOLUME | {"key": "*|good"}, "the key of demand is"),
        (CAPEX | {"column": "price"}, "sheet options has no column `price`"),
        (CAPEX | {"range_as": "times"}, "times"),
    ],
)
def test_check_says_what_is_wrong_with_a_range(tmp_path: Path, entry: dict[str, Any], words: str) -> None:
    reading = open_instance(shop(tmp_path / "shop.xlsx", entry)).reading()
    assert any(words in str(issue) and "evidence!" in str(issue) for issue in check(reading))


def test_a_key_with_a_star_of_its_own_means_that_row() -> None:
    """`*` in a key is any value only where no row has it as it is."""
    lanes = [{"origin": "here", "destination": "there", "item": item, "mode": "sea"} for item in ("*", "good")]
    matcher = KeyMatcher(workshop(lanes=lanes), "lanes")
    assert matcher.match("here|there|*|sea") == (2,)
    assert matcher.match("here|*|*|sea") == matcher.match("*") == (2, 3)
    assert matcher.match("here|there|good") == matcher.match("there|here|*|sea") == ()


def test_a_column_is_split_into_its_rows(tmp_path: Path) -> None:
    """Names are as --set takes them, parts with signs of the grammar in quotes."""
    lines = [{"site": site, "process": "make", "capacity": 5} for site in ("shop", 'the "old" | shop')]
    sites = [{"site": line["site"], "region": "here", "firm": "own"} for line in lines]
    instance = workshop(sites=sites, lines=lines)
    figures = {figure.name: figure for figure in list_unranged(instance, list_ranged(instance))}
    parts = split_figure(instance, figures["lines[*].capacity"])
    assert [part.name for part in parts] == ["lines[shop|make].capacity", 'lines["the ""old"" | shop"|make].capacity']
    assert split_figure(instance, parts[0]) == []
    assert parts[0].place(instance, -1.0)["lines"]["capacity"].tolist() == pytest.approx([4.5, 5.0])


def test_check_lists_figures_without_a_range(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Money and demand first; a workbook that has no sheet evidence hears nothing of it."""
    assert run(["check", str(shop(tmp_path / "shop.xlsx", CAPEX))]) == 0
    said = capsys.readouterr().out
    assert "columns of figures without a range in sheet evidence: " in said
    first = said.partition("sheet evidence: ")[2]
    assert first.index("demand[*].volume (1)") < first.index("lines[*].capacity (1)")
    assert "options[*].capex" not in said
    assert run(["check", str(shop(tmp_path / "plain.xlsx"))]) == 0
    assert "without a range" not in capsys.readouterr().out


def test_a_duty_has_a_range_by_what_it_is_about(tmp_path: Path) -> None:
    """Rows of a sheet without a key are named as --set does; a reduction takes the same factor as its duty."""
    duties = [
        {"origin": "there", "destination": "here", "item": "good", "rate": rate, "from": "1"} for rate in (0.2, -0.05)
    ]
    evidence = [
        {
            "sheet": "duties",
            "key": "there|here|good",
            "column": "rate",
            "low": 0.5,
            "high": 1.5,
            "range_as": "factor",
            "source": "-",
            "confidence": "low",
        }
    ]
    instance = workshop(duties=duties, evidence=evidence)
    (figure,) = list_ranged(instance)
    assert (figure.name, len(figure.rows)) == ("duties[there|here|good].rate", 2)
    assert figure.place(instance, -1.0)["duties"]["rate"].tolist() == pytest.approx([0.1, -0.025])
    assert figure.place(instance, 1.0)["duties"]["rate"].tolist() == pytest.approx([0.3, -0.075])
    assert not [issue for issue in check(_reading(instance, tmp_path)) if issue.sheet == "evidence"]


def _reading(instance: Any, folder: Path) -> Any:
    """The instance as it is read from a workbook."""
    sheets = {name: table for name, table in instance.tables.items() if len(table)}
    write_instance(sheets, folder / "book.xlsx")
    return read_instance(folder / "book.xlsx")


def test_a_range_ends_where_its_column_does(tmp_path: Path) -> None:
    """Half as much again of a share of 0.8 would be 1.2; no share is above 1."""
    evidence = [{"sheet": "processes", "key": "make", "column": "learnable_share", "low": 0.5, "high": 1.5}]
    processes = [{"process": "make", "tier": "downstream", "other_cost": 2, "learnable_share": 0.8}]
    (figure,) = list_ranged(workshop(processes=processes, evidence=[evidence[0] | {"range_as": "factor"}]))
    assert (float(figure.low[0]), float(figure.high[0])) == pytest.approx((0.4, 1.0))
