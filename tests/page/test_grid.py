"""The grid: faulty cells are filled, corrected in place and checked again; the workbook itself is never touched."""

import re
import shutil
import threading
import time
import urllib.parse
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from planner.page.edits import Edits, hash_content
from planner.page.folder import Folder
from planner.page.security import Keys
from planner.page.server import make_app
from planner.page.web import PageState
from planner.workbook.patching.change_list import CellChange, read_change_list
from planner.workbook.patching.patch import patch_workbook
from tests.page.conftest import ORIGIN
from tests.test_text_of_others import HOSTILE
from tests.workbooks import books


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small workbook in which one price is a word, and one cell has markup in it."""
    folder = tmp_path_factory.mktemp("grid")
    path = books.write(folder / "small.xlsx", books.edited("demand", {"E2": "dear", "G3": f"{HOSTILE[0]}<b>&"}))
    book = openpyxl.load_workbook(path)
    book.create_sheet("my notes")["A1"] = "=demand!D2*2"
    book.save(path)
    return folder


@pytest.fixture(scope="module")
def page(place: Path) -> Iterator[tuple[TestClient, PageState, str]]:
    """A client, the state of its server, and the address of the workbook."""
    state = PageState(Folder(place), Keys("key"))
    with TestClient(make_app(state, 8321), base_url=ORIGIN, headers={"Origin": ORIGIN}) as client:
        client.get("/?token=key", follow_redirects=False)
        yield client, state, f"/workbooks/{state.folder.list_workbooks()[0].address}"


def cell(text: str, name: str) -> str:
    """The element of a cell."""
    found = re.search(rf'<td id="{name}".*?</td>', text)
    assert found is not None
    return found[0]


def change(page: tuple[TestClient, PageState, str], name: str, value: str, sheet: str = "demand") -> str:
    client, state, address = page
    given = {"csrf": state.keys.csrf, "sheet": sheet, "cell": name, "value": value, "note": "why"}
    answer = client.post(f"{address}/cells", data=given)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_faulty_cell_is_corrected_and_taken_back(page: tuple[TestClient, PageState, str], place: Path) -> None:
    """The whole way: filled, linked, corrected, downloaded with everything else as it was, undone."""
    client, state, address = page
    before = (place / "small.xlsx").read_bytes()
    text = client.get(f"{address}/grid", params={"sheet": "demand"}).text
    assert 'class="error" aria-invalid="true"' in cell(text, "E2")
    assert f"{address}/grid?sheet=demand&amp;cell=E2" in text
    landed = client.get(f"{address}/grid", params={"sheet": "demand", "cell": "E2"}).text
    assert "error: E2 is the text" in landed
    assert 'name="value" value="dear"' in landed
    corrected = change(page, "E2", "95")
    assert 'class=" changed chosen"' in cell(corrected, "E2")
    assert "aria-invalid" not in cell(corrected, "E2")
    out = place.parent / "out.xlsx"
    out.write_bytes(client.get(f"{address}/changed").content)
    assert out.read_bytes() == patch_workbook(place / "small.xlsx", [CellChange("demand", "E2", "95")]).content
    with zipfile.ZipFile(out) as new, zipfile.ZipFile(place / "small.xlsx") as old:
        part = books.sheet_part(out, "demand")
        assert {name for name in old.namelist() if old.read(name) != new.read(name)} == {part, "xl/workbook.xml"}
    listing = place.parent / "changes.csv"
    listing.write_bytes(client.get(f"{address}/changes").content)
    assert read_change_list(listing) == [CellChange("demand", "E2", "95", "dear", "why")]
    undone = client.post(f"{address}/undo", data={"csrf": state.keys.csrf}).text
    assert 'aria-invalid="true"' in cell(undone, "E2")
    assert (place / "small.xlsx").read_bytes() == before


def test_changes_outlive_the_server_and_belong_to_one_content(
    page: tuple[TestClient, PageState, str], place: Path
) -> None:
    _, state, _ = page
    change(page, "D2", "11")
    change(page, "D2", "12")
    file = state.folder.list_workbooks()[0]
    assert Edits(Folder(place), hash_content(file)).list_effective() == [CellChange("demand", "D2", "12", "10", "why")]
    assert Edits(Folder(place), "0" * 64).read() == []
    change(page, "D2", "10")
    assert Edits(state.folder, hash_content(file)).list_effective() == []
    while Edits(state.folder, hash_content(file)).undo():
        pass


def test_rules_that_join_sheets_are_checked_as_well(page: tuple[TestClient, PageState, str]) -> None:
    client, state, address = page
    change(page, "E2", "95")
    text = client.get(f"{address}/grid/issues").text
    assert "nothing can make `cell` for `France`" in text
    client.post(f"{address}/undo", data={"csrf": state.keys.csrf})


def test_text_of_others_is_text(page: tuple[TestClient, PageState, str]) -> None:
    client, state, address = page
    text = change(page, "G2", "<script>alert(1)</script>\"'&")
    assert "<script>alert" not in text
    assert "&lt;b&gt;&amp;" in cell(text, "G3")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in cell(text, "G2")
    client.post(f"{address}/undo", data={"csrf": state.keys.csrf})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sheet": "demand", "cell": "2D"}, "is not a cell"),
        ({"sheet": "nothing", "cell": "A1"}, "the workbook has no sheet"),
        ({"sheet": "demand", "cell": "A9999999"}, "is not a cell of a sheet"),
        ({"sheet": "demand", "cell": "A2", "value": "x" * 40_000}, "at most 32,767 characters"),
    ],
)
def test_what_cannot_be_changed_is_said(
    page: tuple[TestClient, PageState, str], given: dict[str, str], said: str
) -> None:
    client, state, address = page
    answer = client.post(f"{address}/cells", data={"csrf": state.keys.csrf, "value": "1", **given})
    assert answer.status_code == 422
    assert said in answer.text


def test_far_rows_and_unknown_places_do_no_harm(page: tuple[TestClient, PageState, str]) -> None:
    client, _, address = page
    for asked in ({"row": "99999999999"}, {"row": "-1"}, {"cell": "ZZZ1048577"}, {"sheet": "../..", "cell": "<b>"}):
        assert client.get(f"{address}/grid", params=asked).status_code == 200
    assert client.get("/workbooks/0000000000000000/grid").status_code == 404


@pytest.mark.slow
def test_it_is_kept_as_a_workbook_of_its_own(page: tuple[TestClient, PageState, str], place: Path) -> None:
    client, state, address = page
    change(page, "E2", "95")
    answer = client.post(f"{address}/save", data={"csrf": state.keys.csrf}, follow_redirects=False)
    assert answer.status_code == 303
    assert openpyxl.load_workbook(place / "small (2).xlsx")["demand"]["E2"].value == 95
    (place / "small (2).xlsx").unlink()
    client.post(f"{address}/undo", data={"csrf": state.keys.csrf})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tiny", "ev_maker"])
def test_a_change_is_shown_with_its_faults_within_a_second_of_cpu(name: str, tmp_path: Path) -> None:
    """What the request computes: patching, reading and judging all cells; rules that join sheets come behind."""
    from planner.page.sheet_view import Wanted, view_sheet

    path = shutil.copy(Path(__file__).parents[2] / "instances" / f"{name}.xlsx", tmp_path)
    view_sheet(Wanted(Path(path), (), "demand"))
    began = time.process_time()
    view = view_sheet(Wanted(Path(path), (CellChange("demand", "E2", "many"),), "demand", "E2"))
    assert time.process_time() - began < 1.5
    assert any(issue.cell == "E2" and issue.severity == "error" for issue in view.issues)


@pytest.mark.slow
def test_in_a_browser_a_fault_leads_to_its_cell_and_is_corrected(place: Path, tmp_path: Path) -> None:
    """Chromium: click the fault, type over the value, see the cell without its fault; arrows move in the grid."""
    import uvicorn
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys as Key
    from selenium.webdriver.support.ui import WebDriverWait

    from planner.page.server import _listen
    from tests.browser import browser

    listening = _listen(None)
    port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(make_app(PageState(Folder(place), Keys("key")), port), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    blank = tmp_path / "blank.html"
    blank.write_text("<p>begin</p>", "utf-8")
    try:
        with browser(blank) as opened:
            wait = WebDriverWait(opened, 60)
            opened.get(f"http://127.0.0.1:{port}/?token=key")
            opened.find_element(By.LINK_TEXT, "small.xlsx").click()
            wait.until(lambda found: found.find_elements(By.LINK_TEXT, "demand!E2"))
            opened.find_element(By.LINK_TEXT, "demand!E2").click()
            wait.until(lambda found: "cell=E2" in found.current_url)
            assert opened.find_element(By.ID, "E2").get_attribute("aria-invalid") == "true"
            opened.save_screenshot(str(tmp_path / "grid.png"))
            value = opened.find_element(By.NAME, "value")
            value.clear()
            value.send_keys("95", Key.ENTER)
            wait.until(lambda found: found.find_element(By.ID, "E2").text == "95")
            assert opened.find_element(By.ID, "E2").get_attribute("aria-invalid") is None
            opened.find_element(By.ID, "E2").click()
            opened.switch_to.active_element.send_keys(Key.ARROW_LEFT)
            assert opened.switch_to.active_element.get_attribute("id") == "D2"
            assert opened.find_element(By.NAME, "cell").get_attribute("value") == "D2"
            loaded = opened.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
            assert {urllib.parse.urlsplit(name).hostname for name in loaded} <= {"127.0.0.1"}
            wrong = [entry for entry in opened.get_log("browser") if entry["level"] == "SEVERE"]
            assert not wrong, wrong
    finally:
        server.should_exit = True
        thread.join(10)
        Edits(Folder(place), hash_content(Folder(place).list_workbooks()[0])).undo()
