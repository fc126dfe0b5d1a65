"""The optimum of `instances/tiny.xlsx`, worked out by hand, and the command that finds it.

Money is millions of USD; at 25 % the factors of 2025, 2026 and 2027 are 1, 0.8 and 0.64.

Vehicles (thousands): 100, 100 and 200 are wanted in the north. Each takes 20,000 hours x 50 = 1 of labour and 10 of the
rest, and 0.05 GWh of cells: 5, 5 and 10 GWh. The plants cost 50 (cars) and 20 (mine) a year. Not serving a thousand
vehicles costs 3 x 30 = 90: all are served.

Cells from the south: 40 + 60 / 12 of the rival's fixed cost + 2 kt of ore at 5 = 55; 2 for freight and
80 x 25 % x 36.5 / 365 = 2 for the time under way make 59, from 2026 on with 25 % of 80 in duty 79.
Cells from the north: 50 GWh of energy at 0.1 = 5, other 30, and 2 kt of ore at 5 + 0.5 freight and
10 x 25 % x 36.5 / 365 = 0.25 under way: 35 + 11.5 = 46.5. That saves 32.5 per GWh with the duty, 12.5 without.

    vehicles      2025: 1100 + 70 = 1170      2026: 1170              2027: 2270
    cells         2025: 5 x 59 = 295          2026: 5 x 79 = 395      2027: 10 x 79 = 790
    all imported  1465 + 0.8 x 1565 + 0.64 x 3060 = 1465 + 1252 + 1958.4 = 4675.4

A cell plant costs 20 to open and 5 a year: opened in 2025 20 + 5 + 4 + 3.2 = 32.2, in 2026 16 + 4 + 3.2 = 23.2.
Over 3 years at 25 % a capex of 1 is 125/244 a year: the small module (5 GWh) costs 62.5 + 10 = 72.5 a year, the large
one (10 GWh) 100 + 15 = 115. Ordered a year ahead, they save

    small in 2025                  0.8 x (162.5 - 72.5) + 0.64 x (162.5 - 72.5) - 32.2 =  97.4
    small in 2026                                         0.64 x (162.5 - 72.5) - 23.2 =  34.4
    large in 2025                  0.8 x (162.5 - 115)  + 0.64 x (325 - 115)    - 32.2 = 140.2
    large in 2026                                         0.64 x (325 - 115)    - 23.2 = 111.2
    small in 2025, large in 2026   0.8 x (162.5 - 72.5) + 0.64 x (325 - 187.5)  - 32.2 = 127.8

(a small module beside a large one that already makes all cells only costs). So the large module is ordered in 2025:
4675.4 - 140.2 = 4535.2. Without the duty, which is 80 + 128 = 208, no plant pays (the large one would save
0.64 x (125 - 115) = 6.4 in 2027, less than it costs to open): 4467.4.
"""

from pathlib import Path

import pandas as pd
import pytest

from instances._build.tiny import tiny
from planner.cli.main import run
from planner.workbook.read import read_instance, read_tables
from planner_models.instance import Instance, instance
from tests.brute_force import brute_force
from tests.solving import optimum

WORKBOOK = Path(__file__).parent.parent / "instances" / "tiny.xlsx"
IMPORTED, DUTY, SAVED = 4675.4, 208.0, 140.2
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The result workbook of `planner solve instances/tiny.xlsx`, read back."""
    path = tmp_path_factory.mktemp("tiny") / "tiny_result.xlsx"
    assert run(["solve", str(WORKBOOK), "-o", str(path)]) == 0
    return read_tables(path)


def costs(result: Tables, line: str) -> float:
    """What a cost line comes to, discounted."""
    table = result["costs"]
    return table.loc[table["line"] == line, "discounted"].sum()


def test_the_workbook_is_what_its_script_writes() -> None:
    """Whoever changes a figure in one must change it in the other."""
    tables = tiny()
    settings = dict(tables.pop("settings").itertuples(index=False))
    written, read = instance(tables, **settings), read_instance(WORKBOOK).instance
    assert written.settings == read.settings
    for sheet, table in written.tables.items():
        pd.testing.assert_frame_equal(table, read.tables[sheet], check_index_type=False, check_names=False)


def test_the_command_finds_the_optimum(result: Tables) -> None:
    """4675.4 - 140.2 = 4535.2, which is also what the cost lines add up to."""
    facts = result["summary"].set_index("metric")["value"]
    assert float(facts["objective"]) == pytest.approx(IMPORTED - SAVED, rel=1e-9)
    assert facts["status"].startswith("optimal")
    assert result["costs"]["discounted"].sum() == pytest.approx(IMPORTED - SAVED, rel=1e-9)


def test_the_audit_agrees(result: Tables) -> None:
    """Everything recomputed from the result sheets is as the sheets say."""
    assert len(result["audit"])
    assert set(result["audit"]["ok"]) == {"yes"}


def test_the_large_module_is_ordered_in_the_first_year(result: Tables) -> None:
    """One module of 10 GWh at the cell plant, ordered in 2025, and nothing else."""
    orders = result["builds"][["site", "option", "period", "modules"]].to_numpy().tolist()
    assert orders == [["cell plant", "large", "2025", 1]]


def test_the_cost_lines(result: Tables) -> None:
    """The lines of the plan above, each discounted."""
    assert costs(result, "opening") == pytest.approx(20)
    assert costs(result, "site fixed cost") == pytest.approx(5 * (1 + 0.8 + 0.64))
    assert costs(result, "capital") == pytest.approx(100 * (0.8 + 0.64))
    assert costs(result, "labour") == pytest.approx(100 + 0.8 * 100 + 0.64 * 200)
    assert costs(result, "energy") == pytest.approx(5 * (0.8 * 5 + 0.64 * 10))
    assert costs(result, "transport") == pytest.approx(2 * 5 + 0.5 * (0.8 * 10 + 0.64 * 20))
    assert costs(result, "in-transit stock") == pytest.approx(2 * 5 + 0.25 * (0.8 * 10 + 0.64 * 20))
    assert costs(result, "duties") == 0


def without(sheet: str, **facts: str) -> Instance:
    """The instance without the rows of a sheet that have these facts."""
    case = read_instance(WORKBOOK).instance
    table = case[sheet]
    hit = pd.Series(True, index=table.index)
    for column, value in facts.items():
        hit &= table[column] == value
    return Instance({**case.tables, sheet: table[~hit]}, case.settings)


@pytest.mark.parametrize(
    ("case", "figure"),
    [
        (without("duties"), IMPORTED - DUTY),
        (without("options"), IMPORTED),
        (without("options", option="large"), IMPORTED - 97.4),
        (without("options", option="small"), IMPORTED - SAVED),
    ],
    ids=["no duty", "no module", "no large module", "no small module"],
)
def test_what_it_would_be_otherwise(case: Instance, figure: float) -> None:
    """Without the duty, and without one or both modules; the brute force says the same."""
    assert optimum(case) == pytest.approx(figure, rel=1e-9)
    assert brute_force(case) == pytest.approx(figure, rel=1e-9)
