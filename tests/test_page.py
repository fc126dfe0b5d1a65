"""The page of a plan: what it holds, that it loads nothing, and that it answers clicks in a browser."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from planner.cli.main import run
from tests.browser import browser

SAMPLE = Path(__file__).parents[1] / "results" / "tiny" / "sample.xlsx"
TABS = ["overview", "map", "sankey", "capacity", "access", "costs", "advantage", "security"]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sample plan."""
    made = tmp_path_factory.mktemp("page") / "plan.html"
    assert run(["report", str(SAMPLE), "-o", str(made)]) == 0
    return made


def test_it_stands_beside_the_result_where_no_place_is_named(tmp_path: Path) -> None:
    result = tmp_path / "plan.xlsx"
    shutil.copy(SAMPLE, result)
    assert run(["report", str(result)]) == 0
    assert (tmp_path / "plan.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_nothing_is_loaded_from_elsewhere(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["'](?!#)|url\(|@import|https?://""", words)


def test_what_a_region_makes_is_in_the_page(page: Path) -> None:
    """The panel's figures stand in the page as data: every period, every region."""
    found = re.search(r'id="regions">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))
    assert all(data.values())
    assert any(lines for regions in data.values() for region in regions.values() for lines in region.values())


def test_an_instance_has_no_plan_to_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    instance = SAMPLE.parents[2] / "instances" / "tiny.xlsx"
    assert run(["report", str(instance), "-o", str(tmp_path / "page.html")]) == 2
    assert "holds no plan to show" in capsys.readouterr().err


def test_a_result_edited_by_hand_is_said_on_the_page(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(SAMPLE)
    book["costs"]["E2"] = 1234567.0
    book.save(tmp_path / "edited.xlsx")
    assert run(["report", str(tmp_path / "edited.xlsx")]) == 0
    assert "was edited by hand" in (tmp_path / "edited.html").read_text(encoding="utf-8")


def test_it_answers_clicks(page: Path) -> None:
    """Every tab shows its part and nothing else; periods, figures and regions can be chosen; no error, no request."""
    with browser(page) as opened:
        tabs = opened.find_elements("css selector", "nav a")
        assert [tab.get_attribute("data-tab") for tab in tabs] == [tab for tab in TABS if tab in _present(opened)]
        for tab in tabs:
            tab.click()
            shown = [
                part.get_attribute("id")
                for part in opened.find_elements("css selector", "section")
                if part.is_displayed()
            ]
            assert shown == [tab.get_attribute("data-tab")]
        _look_at_the_map(opened)
        _change_the_figure(opened)
        assert [entry for entry in opened.get_log("browser") if entry["level"] == "SEVERE"] == []
        requests = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
        sent = [each["params"]["request"]["url"] for each in requests if each["method"] == "Network.requestWillBeSent"]
        assert not any(url.startswith("http") for url in sent)


def _present(opened: Any) -> set[str]:
    return {part.get_attribute("id") for part in opened.find_elements("css selector", "section")}


def _look_at_the_map(opened: Any) -> None:
    """Another period, a region, its panel; closer and back."""
    opened.find_element("css selector", 'nav a[data-tab="map"]').click()
    buttons = opened.find_elements("css selector", 'button[data-group="map"]')
    buttons[0].click()
    assert buttons[0].get_attribute("aria-pressed") == "true"
    layers = opened.find_elements("css selector", "#atlas g.layer")
    assert [layer.get_attribute("data-period") for layer in layers if layer.is_displayed()] == [buttons[0].text]
    region = next(each for each in opened.find_elements("css selector", ".region") if each.is_displayed())
    region.click()
    panel = opened.find_element("id", "panel").text
    assert panel.startswith(f"{region.get_attribute('data-region')}, {buttons[0].text}")
    whole = opened.find_element("id", "atlas").get_dom_attribute("viewBox")
    opened.find_element("id", "closer").click()
    assert opened.find_element("id", "atlas").get_dom_attribute("viewBox") != whole
    opened.find_element("id", "whole").click()
    assert opened.find_element("id", "atlas").get_dom_attribute("viewBox") == whole


def _change_the_figure(opened: Any) -> None:
    """The heat map of another figure."""
    opened.find_element("css selector", 'nav a[data-tab="security"]').click()
    buttons = opened.find_elements("css selector", 'button[data-group="heat"]')
    buttons[-1].click()
    layers = opened.find_elements("css selector", 'div.layer[data-group="heat"]')
    assert [layer.get_attribute("data-layer") for layer in layers if layer.is_displayed()] == [buttons[-1].text]
