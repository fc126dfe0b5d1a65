"""The whole way in a browser: drop, run, watch, stop, compare, save; and nothing that goes elsewhere."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pytest

from planner.cli.main import run
from tests.browser import browser
from tests.jobs import PLANNER, ROOT

pytestmark = pytest.mark.slow

PATIENCE = 240.0


def serve(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A server of a folder, and its address with the key."""
    process = subprocess.Popen(
        [*PLANNER, "serve", str(folder), "--no-open"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder without a workbook; no process that works on it is left behind."""
    inside = tmp_path / "workbooks"
    inside.mkdir()
    yield inside
    for process in psutil.process_iter(["cmdline"]):
        if any(str(inside) in part for part in process.info["cmdline"] or []):
            process.kill()


def wait_for(found: Callable[[], Any]) -> Any:
    """What a function returns once that is something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(0.2)
    raise AssertionError("it did not come in time")


def submit(page: Any, words: str) -> None:
    page.find_element("xpath", f"//button[normalize-space()='{words}']").click()


def text_of(page: Any, selector: str) -> str:
    return str(page.execute_script("return document.querySelector(arguments[0])?.innerText || ''", selector))


def requests_elsewhere(page: Any, base: str) -> list[str]:
    """What the browser asked other servers for."""
    asked = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    urls = [event["params"]["request"]["url"] for event in asked if event["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith((base, "file:", "data:", "blob:", "chrome"))]


def drop(page: Any, workbook: Path) -> None:
    """Add a workbook to the folder, and land on its page."""
    page.find_element("id", "file").send_keys(str(workbook))
    submit(page, "Add to the folder")
    wait_for(lambda: "no errors" in text_of(page, ".under"))
    submit(page, "Count jobs")
    wait_for(lambda: "1 job" in text_of(page, "#counted"))


def run_with(page: Any, workbook: str, volume: str) -> None:
    """Run a workbook with another demand, and watch until there is a result."""
    page.get(workbook)
    page.execute_script("document.querySelector('details').open = true")
    page.find_element("name", "set").send_keys(f"demand[*].volume={volume}")
    submit(page, "Run")
    wait_for(lambda: "done" in text_of(page, "#watch"))
    wait_for(lambda: "Result" in text_of(page, "#actions"))


def compare_ticked(page: Any, base: str) -> bytes:
    """Compare all runs, and save the comparison."""
    page.get(f"{base}/runs")
    ticks = page.find_elements("css selector", "input[name=file]")
    assert len(ticks) == 2
    for tick in ticks:
        tick.click()
    submit(page, "Compare the ticked runs")
    wait_for(lambda: "Decisions that differ" in text_of(page, ".report"))
    link = page.find_element("link text", "Download as a workbook").get_attribute("href")
    fetched = (
        "const done = arguments[1]; fetch(arguments[0]).then((answer) => answer.arrayBuffer())"
        ".then((content) => done([...new Uint8Array(content)]))"
    )
    return bytes(page.execute_async_script(fetched, link))


def look_at_result(page: Any, base: str) -> None:
    """One part is shown at a time, charts have tables, and all colours are set although the policy forbids styles."""
    page.get(f"{base}/results")
    page.find_element("css selector", "tbody a").click()
    wait_for(lambda: len(page.find_elements("css selector", ".tabs a.on")) == 1)
    page.find_element("link text", "Costs").click()
    wait_for(lambda: "Table" in text_of(page, "#costs"))
    script = "return [...document.querySelectorAll('[data-style]')].map((shape) => shape.style.cssText)"
    assert all(page.execute_script(script))


def test_from_a_dropped_workbook_to_a_saved_comparison(folder: Path, tmp_path: Path) -> None:
    sent, blank = tmp_path / "tiny.xlsx", tmp_path / "blank.html"
    shutil.copy(ROOT / "instances" / "tiny.xlsx", sent)
    blank.write_text("<p>nothing</p>")
    server, address = serve(folder)
    try:
        with browser(blank) as page:
            page.set_script_timeout(PATIENCE)
            page.get(address)
            assert page.current_url == address.partition("?")[0]
            drop(page, sent)
            assert (folder / "tiny.xlsx").read_bytes() == sent.read_bytes()
            workbook = page.current_url
            for volume in ("100%", "50%"):
                run_with(page, workbook, volume)
            server.kill()  # the next server finds the runs again
            server.wait()
            server, address = serve(folder)
            page.get(address)
            base = address.partition("/?")[0]
            saved = compare_ticked(page, base)
            look_at_result(page, base)
            assert requests_elsewhere(page, "http://127.0.0.1:") == []
            assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
    finally:
        server.kill()
    (tmp_path / "saved.xlsx").write_bytes(saved)
    ticked = [str(folder / "results" / "tiny" / f"{number}.xlsx") for number in (2, 1)]
    assert run(["compare", *ticked, "-o", str(tmp_path / "made.xlsx")]) == 0
    assert rows(tmp_path / "saved.xlsx") == rows(tmp_path / "made.xlsx")


COMPARED = ("headline", "decisions", "bridge", "input_changes")
"""Sheets of a comparison."""


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The cells of a comparison, sheet by sheet, but for the page of charts."""
    book = openpyxl.load_workbook(path, read_only=True)
    return {name: list(book[name].iter_rows(values_only=True)) for name in COMPARED}


def test_a_run_outlives_its_server_and_keeps_its_best_plan(folder: Path, tmp_path: Path) -> None:
    """Watched live, the server is killed, the next one finds the run, and it ends with the best plan."""
    shutil.copy(ROOT / "instances" / "ev_global.xlsx", folder)
    blank = tmp_path / "blank.html"
    blank.write_text("<p>nothing</p>")
    server, address = serve(folder)
    try:
        with browser(blank) as page:
            page.set_page_load_timeout(PATIENCE)
            page.get(address)
            page.find_element("link text", "ev_global.xlsx").click()
            page.find_element("name", "gap").send_keys("0")
            submit(page, "Run")
            wait_for(lambda: "running" in text_of(page, "#watch"))
            server.kill()
            server.wait()
            server, address = serve(folder)
            page.get(address)
            page.get(address.partition("/?")[0] + "/runs/1")
            wait_for(lambda: "%" in text_of(page, "#watch"))
            submit(page, "Stop, keep the best plan")
            wait_for(lambda: "done: stopped by the user" in text_of(page, "#watch"))
    finally:
        server.kill()
    assert (folder / "results" / "ev_global" / "1.xlsx").exists()
