"""Names that would do something on some surface, over every surface: they are only ever read.

The worked example is solved once; then its names are replaced, in input and plan alike, and everything is written that
shows them: the result, its page, a comparison as workbook, Markdown and page, and what the commands say.
"""

import json
import re
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from planner.cli.main import run
from planner.report.picture import picture
from planner.report.workbook import write_result
from planner.sheets.board import Chart
from planner.sheets.waterfall import BASE, BELOW, TOTAL, waterfall
from planner.surfaces import in_cell, in_html, in_json_script, in_markdown, visible
from planner.workbook.write import write_instance
from planner_models.instance import Instance
from tests import worked_example

HOSTILE = (
    "<!--<script>",
    "=cmd|' /C calc'!A0",
    "\x1b]0;title\x07\x1b[31m",
    "</script><svg onload=alert(1)>",
    "\u202egnp.exe",
    "+1|*b*|&lt;i&gt;",
    "\"onmouseover='x' {{7*7}}",
    "-2+3\x0b",
    "@SUM(1)",
    "[a](javascript:b) <b>",
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
STORED = tuple(text for text in HOSTILE if not re.search("[\x00-\x08\x0b-\x1f]", text))
"""Those that a workbook may hold: control characters are refused when one is read."""

OWN_NAMES = {"regions": "region", "items": "item", "processes": "process", "sites": "site", "firms": "firm"}


def renamed() -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], Instance]:
    """Plan, input and instance of the worked example under hostile names."""
    example = worked_example.reading()
    names = [name for sheet, column in OWN_NAMES.items() for name in example.instance[sheet][column]]
    names += example.instance["periods"]["period"].tolist()
    known = {name: f"{STORED[number % len(STORED)]} {name}" for number, name in enumerate(dict.fromkeys(names))}

    def with_names(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.map(lambda value: known.get(value, value) if isinstance(value, str) else value)

    instance = Instance(
        {sheet: with_names(frame) for sheet, frame in example.instance.tables.items()},
        example.instance.settings | {"name": HOSTILE[3]},
    )
    tables = {sheet: with_names(frame) for sheet, frame in worked_example.outcome().tables.items()}
    brief = pd.DataFrame([("brief 1", HOSTILE[1], ""), ("name", HOSTILE[5], "")], columns=["metric", "value", "unit"])
    tables["summary"] = pd.concat([brief, tables["summary"]], ignore_index=True)
    return tables, {sheet: with_names(frame) for sheet, frame in example.raw.items()}, instance


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "base.xlsx"
    tables, inputs, instance = renamed()
    write_result(path, tables, inputs, instance)
    return path


def assert_cells_are_text(path: Path) -> None:
    """All parts are XML; no cell is a formula, and text that looks like one is marked as text."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    trees = {name: ET.fromstring(content) for name, content in parts.items()}
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    formats = trees["xl/styles.xml"].find(f"{space}cellXfs")
    assert formats is not None
    quoted = [form.get("quotePrefix") in ("1", "true") for form in formats]
    looked_at = 0
    for name, tree in trees.items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        assert not list(tree.iter(f"{space}f")), name
        for cell in tree.iter(f"{space}c"):
            text = "".join(cell.itertext())
            if cell.get("t") == "inlineStr" and text.startswith(("=", "+", "-", "@")):
                looked_at += 1
                assert quoted[int(cell.get("s", "0"))], (name, cell.get("r"), text)
    assert looked_at > 20


class Page(HTMLParser):
    """The elements of a page and their attributes, as a browser takes them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script":
            self.scripts[-1] += data

    def handle_comment(self, data: str) -> None:
        assert data.startswith(" written by planner"), data


def assert_page_is_ours(path: Path, scripts: int) -> Page:
    """Only elements that the planner makes, none that loads or runs anything, and its scripts as they were written."""
    content = path.read_text("utf-8")
    assert not CONTROL.search(content)
    page = Page()
    page.feed(content)
    page.close()
    assert page.tags.count("script") == scripts
    assert not {"b/", "i", "img", "iframe", "object", "link"} & (set(page.tags) - {"i"} if scripts else set(page.tags))
    assert not {name for name in page.attributes if name.startswith("on")}
    return page


def test_cells_of_every_workbook_are_text(result: Path, tmp_path: Path) -> None:
    assert_cells_are_text(result)
    other = tmp_path / "total.xlsx"
    other.write_bytes(result.read_bytes())
    assert run(["compare", str(result), str(other), "-o", str(tmp_path / "c.xlsx")]) == 0
    assert_cells_are_text(tmp_path / "c.xlsx")


def test_the_page_of_a_plan_runs_only_its_own_script(result: Path, tmp_path: Path) -> None:
    assert run(["report", str(result), "-o", str(tmp_path / "page.html")]) == 0
    page = assert_page_is_ours(tmp_path / "page.html", scripts=2)
    data = page.scripts[0]
    assert not set("<>&") & set(data)
    assert any(region.startswith("<!--<script>") for region in next(iter(json.loads(data).values())))


@pytest.mark.slow
def test_a_comparison_only_shows_names(result: Path, tmp_path: Path) -> None:
    other = tmp_path / "<!--<script>.xlsx"
    other.write_bytes(result.read_bytes())
    assert run(["compare", str(result), str(other), "-o", str(tmp_path / "c.html")]) == 0
    assert_page_is_ours(tmp_path / "c.html", scripts=0)
    assert run(["compare", str(result), str(other), "-o", str(tmp_path / "c.md")]) == 0
    written = (tmp_path / "c.md").read_text("utf-8").rpartition("<!-- written by planner")[0]
    assert not CONTROL.search(written)
    assert not re.search(r"(?<!\\)[<*`\[&]", written)


def test_no_control_character_reaches_the_terminal(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, inputs, _ = renamed()
    tables = {
        sheet: frame.drop(columns=[c for c in frame if c not in worked_example.reading().columns.get(sheet, {})])
        for sheet, frame in inputs.items()
        if sheet != "settings"
    }
    tables["demand"] = tables["demand"].assign(volume=-1.0)
    write_instance({**tables, "settings": [{"key": "name", "value": HOSTILE[2]}]}, tmp_path / "in.xlsx")
    assert run(["check", str(tmp_path / "in.xlsx")]) == 2
    assert run(["compare", str(result), str(tmp_path / "\x1b[31m\u202e.xlsx"), "-o", str(tmp_path / "c.md")]) == 2
    assert (
        run(["run", str(tmp_path / "in.xlsx"), "-o", str(tmp_path / "jobs"), "--set", f"sites[{HOSTILE[2]}].a=1"]) == 2
    )
    said = "".join(capsys.readouterr())
    assert r"\x1b" in said
    assert not CONTROL.search(said)


@pytest.mark.parametrize("text", HOSTILE)
def test_each_surface_shows_a_name_and_obeys_nothing(text: str) -> None:
    assert not CONTROL.search(visible(text))
    assert not set("<>\"'") & set(in_html(text))
    assert json.loads(in_json_script({text: [text]})) == {text: [text]}
    assert not set("<>&") & set(in_json_script(text))
    assert not re.search("[\x00-\x08\x0b-\x1f]", in_cell(text))
    assert not re.match(r"[-+=#>|]", in_markdown(text))


@pytest.mark.parametrize("name", [BASE, TOTAL, f"a{BELOW}", "others", "*"])
def test_no_name_of_a_file_or_region_is_taken_for_a_word_of_ours(name: str) -> None:
    """As many bars as figures: a series of that name is drawn in its own colour, and stands in the legend."""
    frame = pd.DataFrame({name: [3.0, 2.0], "another": [1.0, 4.0]}, index=["one", "two"])
    odd, plain = (
        picture(Chart("capacity", "clustered", "GWh", each)) for each in (frame, frame.set_axis(["x", "y"], axis=1))
    )
    assert odd.count("<rect") == plain.count("<rect") == 6
    assert re.findall(r'fill="#\w+"/>', odd) == re.findall(r'fill="#\w+"/>', plain)


def test_steps_of_one_name_stay_steps_of_their_own() -> None:
    frame = waterfall(("base", 1.0), [("base", 2.0), ("others", 1.0), ("base", 2.0)], "base", better=1.0)
    assert len(frame) == 5
    assert frame[TOTAL].dropna().tolist() == [1.0, 6.0]
