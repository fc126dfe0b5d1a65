"""The whole way in a browser: drop, run, watch, stop, compare, save; and nothing that goes elsewhere."""

import json
import re
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
        if str(inside) in (process.info["cmdline"] or []):
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


def test_from_a_dropped_workbook_to_a_saved_comparison(folder: Path, tmp_path: Path) -> None:
    sent = tmp_path / "tiny.xlsx"
    shutil.copy(ROOT / "instances" / "tiny.xlsx", sent)
    blank = tmp_path / "blank.html"
    blank.write_text("<p>nothing</p>")
    server, address = serve(folder)
    base = address.partition("/?")[0]
    try:
        with browser(blank) as page:
            page.get(address)
            assert page.current_url == f"{base}/"
            page.find_element("id", "file").send_keys(str(sent))
            submit(page, "Add to the folder")
            assert "no errors" in text_of(page, ".under")
            assert (folder / "tiny.xlsx").read_bytes() == sent.read_bytes()
            workbook = page.current_url
            submit(page, "Count jobs")
            wait_for(lambda: "1 job" in text_of(page, "#counted"))
            for volume in ("100%", "50%"):
                page.get(workbook)
                page.execute_script("document.querySelector('details').open = true")
                page.find_element("name", "set").send_keys(f"demand[*].volume={volume}")
                submit(page, "Run")
                wait_for(lambda: "done" in text_of(page, "#watch"))
                wait_for(lambda: "Result" in text_of(page, "#actions"))
            server.kill()  # whoever looks on finds the runs again with the next server
            server.wait()
            server, address = serve(folder)
            base = address.partition("/?")[0]
            page.get(address)
            page.get(f"{base}/runs")
            ticks = page.find_elements("css selector", "input[name=file]")
            assert len(ticks) == 2
            for tick in reversed(ticks):
                tick.click()
            submit(page, "Compare the ticked runs")
            assert "Decisions that differ" in text_of(page, ".report")
            link = page.find_element("link text", "Download as a workbook").get_attribute("href")
            content = page.execute_async_script(
                "const done = arguments[1]; fetch(arguments[0]).then((answer) => answer.arrayBuffer())"
                ".then((bytes) => done([...new Uint8Array(bytes)]))",
                link,
            )
            page.get(f"{base}/results")
            page.find_element("css selector", "tbody a").click()
            assert len(page.find_elements("css selector", ".tabs a.on")) == 1
            page.find_element("link text", "Costs").click()
            assert "Table" in text_of(page, "#costs")
            colours = page.execute_script(
                "return [...document.querySelectorAll('[data-style]')].map((x) => x.style.cssText)"
            )
            assert all(colours)
            assert requests_elsewhere(page, "http://127.0.0.1:") == []
            assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
    finally:
        server.kill()
    saved = tmp_path / "saved.xlsx"
    saved.write_bytes(bytes(content))
    ticked = [folder / "results" / "tiny" / f"{number}.xlsx" for number in re.findall(r"\d", "12")]
    for order in (ticked, ticked[::-1]):
        made = tmp_path / f"{order[0].stem}-first.xlsx"
        assert run(["compare", *map(str, order), "-o", str(made)]) == 0
    tables = [rows(tmp_path / f"{number}-first.xlsx") for number in (1, 2)]
    assert rows(saved) in tables


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The cells of a comparison, sheet by sheet, but for the page of charts."""
    book = openpyxl.load_workbook(path, read_only=True)
    return {
        name: list(book[name].iter_rows(values_only=True))
        for name in ("headline", "decisions", "bridge", "input_changes")
    }


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
