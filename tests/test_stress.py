"""A plan under losses, from the command line, with every figure worked out by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from planner.cli import run
from planner.comparison.files import read_compared
from planner.recourse.reaction import Recourse
from planner.recourse.restored import restored
from planner.studies import stress as study
from planner.studies.stress import Trial
from planner.workbook.write import write_instance

ROOT = Path(__file__).parents[1]

Rows = list[dict[str, Any]]


def two_sources(**sheets: Rows) -> dict[str, Rows]:
    """120 cells a year at 10 each: works A makes 80 at 1, works B the other 40 of its 100 at 2; 10 lie in stock.

    The plan costs 80 + 80 = 160 a year. Without A, B makes 100 and 20 a year come from stock, for 6 months. Without B
    40 a year come from stock, for 3 months.
    """
    return {
        "settings": [{"key": "discount_rate", "value": 0}, {"key": "mip_gap", "value": 0}],
        "periods": [{"period": "now"}],
        "regions": [{"region": region} for region in ("west", "east", "home")],
        "items": [{"item": "cell", "tier": "midstream", "value": 10}],
        "processes": [{"process": "make", "tier": "midstream"}],
        "recipes": [{"process": "make", "item": "cell", "quantity": 1}],
        "firms": [{"firm": "us"}],
        "sites": [{"site": "A", "region": "west", "firm": "us"}, {"site": "B", "region": "east", "firm": "us"}],
        "lines": [
            {"site": "A", "process": "make", "capacity": 80, "unit_cost": 1},
            {"site": "B", "process": "make", "capacity": 100, "unit_cost": 2},
        ],
        "lanes": [
            {"origin": "west", "destination": "home", "item": "cell", "chokepoints": "strait"},
            {"origin": "east", "destination": "home", "item": "cell"},
        ],
        "stocks": [{"region": "home", "item": "cell", "initial": 10, "minimum": 10}],
        "demand": [{"region": "home", "item": "cell", "period": "now", "volume": 120, "price": 10, "penalty": 30}],
    } | sheets


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of two sources."""
    tmp_path = tmp_path_factory.mktemp("two")
    write_instance(two_sources(), tmp_path / "two.xlsx")
    assert run(["solve", str(tmp_path / "two.xlsx"), "-o", str(tmp_path / "plan.xlsx")]) == 0
    return tmp_path / "plan.xlsx"


def sheet(path: Path, name: str) -> pd.DataFrame:
    return pd.read_excel(path, sheet_name=name, engine="calamine")


def row(path: Path, loss: str, months: float) -> dict[str, Any]:
    rows = sheet(path, "losses")
    (found,) = rows[(rows["loss"] == loss) & (rows["months"] == months)].to_dict("records")
    return found


def stressed(result: Path, *options: str) -> Path:
    """The stress test with these options, made once."""
    out = result.with_name(f"stress {' '.join(options)}.xlsx")
    if not out.exists():
        assert run(["stress", str(result), "-o", str(out), *options]) == 0
    return out


@pytest.mark.parametrize(
    ("loss", "months", "service", "lost", "amount", "survives"),
    [
        # B makes all it can, 20 a year come from stock and have to be bought again at 10
        ("site A", 3, 1, 0, 0.25 * (200 + 200 - 160), 6),
        ("region west", 6, 1, 0, 0.5 * (200 + 200 - 160), 6),
        ("lane west to home", 12, 110 / 120, 100, 200 + 100 + 10 * 30 - 160, 6),
        ("chokepoint strait", 3, 1, 0, 0.25 * (200 + 200 - 160), 6),
        # 80 from A, 40 a year from stock
        ("site B", 3, 1, 0, 0.25 * (80 + 400 - 160), 3),
        ("site B", 6, 100 / 120, 0.5 * 200, 0.5 * (80 + 200 + 20 * 30 - 160), 3),
        # nothing but stock: 120 a year for a month
        ("site A and site B", 3, 40 / 120, 0.25 * 800, 0.25 * (400 + 80 * 30 - 160), 1),
    ],
)
def test_every_figure(
    result: Path, loss: str, months: int, service: float, lost: float, amount: float, survives: float
) -> None:
    """All that is said about a loss."""
    found = row(stressed(result, "--months", str(months)), loss, months)
    assert found["service"] == pytest.approx(service, abs=1e-6)
    assert found["lost_value"] == pytest.approx(lost, abs=1e-6)
    assert found["loss_amount"] == pytest.approx(amount, abs=1e-6)
    assert found["survives"] == pytest.approx(survives, rel=1e-4)


def test_ranked_mapped_and_said(result: Path, capsys: pytest.CaptureFixture) -> None:
    """The pair that takes both sources is the worst; sheets carry native shades; the planner's own firm is no risk."""
    out = result.with_name("both.xlsx")
    assert run(["stress", str(result), "-o", str(out), "--months", "6", "--months", "3"]) == 0
    rows = sheet(out, "losses")
    assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    assert rows["service"].is_monotonic_increasing
    assert rows["together"][0] == 2
    assert rows["short"][0] == "cell in home (100 %)"
    assert not rows["loss"].str.contains("firm us").any()
    heat = sheet(out, "heat_map").set_index(["kind", "member"])["now"]
    assert heat["site", "B"] == pytest.approx(100 / 120)  # under 6 months, the longest asked for
    assert sheet(out, "endurance").set_index(["kind", "member"])["now"]["site", "A"] == pytest.approx(6, rel=1e-4)
    book = openpyxl.load_workbook(out)
    assert all(book[name].conditional_formatting for name in ("heat_map", "endurance"))
    said = capsys.readouterr().out
    assert "Worst is the loss of region east for 6 months in now: 83 % of what is asked for is served" in said
    assert "33 % served" not in said  # of pairs for 6 months a sixth is served
    assert "adds most: 17 % served, against 83 % with one alone" in said


def test_what_lies_inside_another_loss_makes_no_pair(result: Path) -> None:
    """Site A lies in region west and ships over the lane: neither is tried with it."""
    losses = set(sheet(stressed(result, "--months", "3"), "losses")["loss"])
    assert "region west and site A" not in losses
    assert "region east and site A" in losses


def test_one_period_some_kinds_part_of_a_loss(result: Path) -> None:
    """Half of A is left, so that with 80 of B everything is served; half of B is enough."""
    out = stressed(result, "--kinds", "site", "--period", "now", "--factor", "0.5", "--top", "0", "--months", "12")
    assert sorted(sheet(out, "losses")["loss"]) == ["site A", "site B"]
    assert row(out, "site A", 12)["service"] == pytest.approx(1)
    assert row(out, "site B", 12)["survives"] == pytest.approx(12)


def test_months_end_with_the_period(result: Path) -> None:
    """A period of one year has no loss of 24 months."""
    assert set(sheet(stressed(result, "--months", "24"), "losses")["months"]) == {12}


def test_what_cannot_be_asked(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Everything that is wrong at once; files that hold no plan."""
    out = tmp_path / "out.xlsx"
    assert run(["stress", str(result), "-o", str(out), "--kinds", "site,sit", "--period", "never"]) == 2
    told = capsys.readouterr().err
    assert "--kinds sit is no kind of loss; did you mean `site`?" in told
    assert "--period never does not exist: the periods are now" in told
    assert run(["stress", str(result.with_name("two.xlsx")), "-o", str(out)]) == 2
    assert "holds no plan" in capsys.readouterr().err
    assert run(["stress", str(result), "-o", str(result)]) == 2
    assert run(["stress", str(stressed(result, "--months", "3")), "-o", str(out)]) == 2
    assert "stress test" in capsys.readouterr().err
    assert not out.exists()


def test_ctrl_c_writes_what_is_known(result: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped at the fourth loss."""
    calls: Iterator[int] = iter(range(3))

    def lasting(self: Recourse, *_: Any) -> float:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return 12.0

    monkeypatch.setattr(study.Recourse, "months", lasting)
    out = result.with_name("stopped.xlsx")
    assert run(["stress", str(result), "-o", str(out)]) == 4
    assert len(sheet(out, "losses")) == 3
    assert "stopped by the user" in sheet(out, "summary")["value"][1]


@contextmanager
def maker(tmp_path: Path) -> Iterator[Recourse]:
    """ev_maker, quickly solved, as it is read back from its result."""
    path = tmp_path / "maker.xlsx"
    assert run(["solve", str(ROOT / "instances" / "ev_maker.xlsx"), "-o", str(path), "--gap", "0.05"]) == 0
    yield Recourse(restored(read_compared(path, "maker")))


@pytest.mark.slow
def test_a_sourced_plan(tmp_path: Path) -> None:
    """Losing more, or for longer, never serves more; hundreds of losses take seconds."""
    with maker(tmp_path) as recourse:
        found = study.stress(recourse, Trial(months=(2.0, 6.0), worst=5))
    assert len(found.hits) > 1000
    singles = {(hit.case.losses[0], hit.case.period, hit.case.months): hit for hit in found.singles}
    for hit in found.hits:
        assert -1e-6 <= hit.service <= 1 + 1e-6
        for loss in hit.case.losses:
            alone = singles[loss, hit.case.period, hit.case.months]
            assert hit.loss >= alone.loss - 1e-4 * max(1.0, abs(alone.loss))
            assert hit.lasts <= alone.lasts + 1e-4
        if hit.lasts >= hit.case.months and hit.service < 1:
            assert hit.loss <= singles[hit.case.losses[0], hit.case.period, hit.case.months].loss + 1e-4
