"""The list of workbooks, their faults, and how new ones come in."""

import re
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from planner.page.folder import Folder
from tests.page.conftest import ROOT
from tests.page.test_security import assert_page_is_ours


def address_of(client: TestClient, name: str) -> str:
    """The address of a workbook in the list."""
    found = re.search(rf'href="/workbooks/(\w+)">{re.escape(name)}</a>', client.get("/").text)
    assert found is not None, name
    return found.group(1)


def test_the_list_has_kind_and_faults(client: TestClient) -> None:
    page = client.get("/").text
    assert "<td>instance</td>" in page
    assert "no errors" in client.get(f"/workbooks/{address_of(client, 'tiny.xlsx')}/count").text
    assert_page_is_ours(page)


def test_faults_are_listed_by_cell(client: TestClient, folder: Path) -> None:
    """A file that was changed on the disk is judged again."""
    path = folder / "faulty.xlsx"
    path.write_bytes((folder / "tiny.xlsx").read_bytes())
    where = f"/workbooks/{address_of(client, 'faulty.xlsx')}"
    assert "no errors" in client.get(where).text
    book = openpyxl.load_workbook(path)
    book["demand"]["A3"] = "<svg onload=alert(1)>"
    book.save(path)
    page = client.get(where).text
    assert "demand!A3" in page
    assert "1 error" in page
    assert "&lt;svg onload" in page
    assert_page_is_ours(page)
    path.unlink()
    assert client.get(where).status_code == 404


def test_a_result_is_no_instance(client: TestClient, folder: Path, csrf: dict[str, str]) -> None:
    sample = ROOT / "results" / "tiny" / "sample.xlsx"
    answer = client.post("/upload", data=csrf, files={"file": ("sample.xlsx", sample.read_bytes())})
    assert answer.status_code == 422
    assert "not an instance: send the workbook of its input" in answer.text
    assert not (folder / "sample.xlsx").exists()


def test_what_is_sent_is_kept_once_and_replaces_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    first, new = folder.add(b"one", "a.xlsx")
    again, known = folder.add(b"one", "b.xlsx")
    other, _ = folder.add(b"two", "a.xlsx")
    assert (new, known) == (True, False)
    assert first == again
    assert (first.name, other.name) == ("a.xlsx", "a (2).xlsx")
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"one", b"two"]


def test_an_upload_leads_to_the_workbook(client: TestClient, folder: Path, csrf: dict[str, str]) -> None:
    content = (folder / "tiny.xlsx").read_bytes()
    answer = client.post("/upload", data=csrf, files={"file": ("../new.xlsx", content)}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/workbooks/{address_of(client, 'tiny.xlsx')}"
    assert client.get(answer.headers["location"] + "/download").content == content


@pytest.mark.parametrize("path", ["/nowhere", "/workbooks/0000000000000000"])
def test_what_is_not_there_is_said_in_words(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "This could not be done" in answer.text
