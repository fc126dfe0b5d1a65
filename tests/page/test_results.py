"""Results on the page: what they show, hostile names included, their rows, comparisons, and what can be saved."""

import base64
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from planner.page.folder import Folder
from planner.page.security import Keys
from planner.page.server import make_app
from planner.page.web import PageState
from planner.report.workbook import write_result
from planner.results.result_file import read_result_file
from tests.page.conftest import ORIGIN, ROOT
from tests.page.test_security import assert_page_is_ours
from tests.test_text_of_others import assert_cells_are_text, renamed

SAMPLE = ROOT / "results" / "tiny" / "sample.xlsx"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Path]]:
    """A folder with two results whose names would do something, and the page of it."""
    folder = tmp_path_factory.mktemp("hostile")
    inside = folder / "results" / "<svg onload=alert(1)>"
    inside.mkdir(parents=True)
    tables, inputs, instance = renamed()
    write_result(inside / "a.xlsx", tables, inputs, instance)
    shutil.copy(inside / "a.xlsx", inside / "<b>.xlsx")
    state = PageState(Folder(folder), Keys("key"))
    with TestClient(make_app(state, 8321), base_url=ORIGIN, headers={"Origin": ORIGIN}) as client:
        client.cookies.set("planner-8321", "key")
        yield client, folder


def addresses(client: TestClient) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/results/(\w+)"', client.get("/results").text)))


def test_a_result_shows_its_plan_and_nothing_runs(hostile: tuple[TestClient, Path]) -> None:
    client, _ = hostile
    found = addresses(client)
    assert len(found) == 2
    page = client.get(f"/results/{found[0]}").text
    for part in ("overview", "map", "sankey", "capacity", "costs", "security"):
        assert f'id="{part}"' in page
    assert page.count("<summary>Table") >= 3
    assert_page_is_ours(page)
    assert_page_is_ours(client.get("/results").text)


@pytest.mark.slow
def test_every_sheet_can_be_read_row_by_row(hostile: tuple[TestClient, Path]) -> None:
    client, folder = hostile
    address = addresses(client)[0]
    names = re.findall(rf'href="/results/{address}/sheets/(\w+)"', client.get(f"/results/{address}").text)
    assert {"costs", "builds", "in_demand", "in_lanes"} <= set(names)
    for name in ("costs", "in_demand"):
        page = client.get(f"/results/{address}/sheets/{name}").text
        assert_page_is_ours(page)
    rows = len(read_result_file(next((folder / "results").rglob("a.xlsx")), "a").tables["costs"])
    assert f"{rows} row" in client.get(f"/results/{address}/sheets/costs").text
    assert "0 rows" in client.get(f"/results/{address}/sheets/costs?find=nowhere-at-all").text
    assert client.get(f"/results/{address}/sheets/nothing").status_code == 404
    assert client.get(f"/results/{address}/sheets/costs?first=-1&find=%3Cscript").status_code == 200


@pytest.mark.slow
def test_results_are_compared_and_the_comparison_is_that_of_the_command(
    hostile: tuple[TestClient, Path], tmp_path: Path
) -> None:
    client, _ = hostile
    one, two = addresses(client)
    page = client.get(f"/comparison?file={one}&file={two}").text
    assert page.index("Decisions that differ") < page.index("Steps of the bridges") < page.index("Headline figures")
    assert_page_is_ours(page)
    saved = client.get(f"/comparison/download?file={one}&file={two}&base={two}")
    assert saved.headers["content-disposition"] == 'attachment; filename="comparison.xlsx"'
    (tmp_path / "c.xlsx").write_bytes(saved.content)
    assert_cells_are_text(tmp_path / "c.xlsx")
    assert {"headline", "decisions", "bridge"} <= set(openpyxl.load_workbook(io.BytesIO(saved.content)).sheetnames)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("file={one}", 422),
        ("file={one}&file={one}", 422),
        ("file={one}&file=0000", 404),
        ("base=../x&file={one}", 404),
    ],
)
def test_a_comparison_needs_two_results_of_the_folder(
    hostile: tuple[TestClient, Path], query: str, status: int
) -> None:
    client, _ = hostile
    for path in ("/comparison", "/comparison/download"):
        assert client.get(f"{path}?{query.format(one=addresses(client)[0])}").status_code == status
    assert client.get("/comparison/download?form=exe").status_code == 422


@pytest.mark.slow
def test_one_file_holds_page_and_workbook_with_its_seal(hostile: tuple[TestClient, Path]) -> None:
    client, folder = hostile
    for address in addresses(client):
        page = client.get(f"/results/{address}/share")
        assert page.headers["content-disposition"].startswith("attachment; filename")
        content = re.search(r'href="data:[\w./-]+;base64,([\w+/=]+)"', page.text)
        assert content is not None
        assert base64.b64decode(content.group(1)) == next((folder / "results").rglob("a.xlsx")).read_bytes()
        assert page.text.rstrip().endswith("-->")


@pytest.mark.slow
def test_what_holds_no_plan_is_said_in_words(hostile: tuple[TestClient, Path]) -> None:
    client, folder = hostile
    shutil.copy(ROOT / "instances" / "tiny.xlsx", folder / "results" / "<svg onload=alert(1)>" / "tiny.xlsx")
    (address,) = [address for address in addresses(client) if client.get(f"/results/{address}").status_code == 422]
    assert "holds no plan to show" in client.get(f"/results/{address}").text
    assert client.get(f"/results/{address}/download").status_code == 200
