"""One attack for each line of what the page promises."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from planner.page.folder import Folder, safe_name
from planner.page.security import LARGEST_FORM, LARGEST_UPLOAD, POLICY
from planner.page.server import HOST, ROUTES
from planner.page.web import HERE, PageState
from tests.test_text_of_others import CONTROL, HOSTILE, Page


def test_it_listens_on_this_machine_only() -> None:
    assert HOST == "127.0.0.1"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8321", "127.0.0.1:80", "127.0.0.1.evil.example:8321", ""]
)
def test_another_name_for_this_machine_is_refused(client: TestClient, host: str) -> None:
    """A website whose name is bent to 127.0.0.1 still says its own name."""
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("token", ["", "wrong", "KEY"])
def test_nobody_comes_in_without_the_key(client: TestClient, token: str) -> None:
    cookies = {"Cookie": f"planner-8321={token}"}
    assert client.get("/", headers=cookies).status_code == 403
    assert client.get("/static/page.css", headers=cookies).status_code == 403
    assert client.get(f"/?token={token}", headers=cookies, follow_redirects=False).status_code == 403


def test_the_key_is_for_this_server_alone(client: TestClient) -> None:
    """No script reads the cookie, no other website sends it, and the address loses the key at once."""
    answer = client.get("/?token=key", follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9", "https://127.0.0.1:8321"])
def test_requests_of_other_websites_are_refused(client: TestClient, csrf: dict[str, str], origin: str) -> None:
    assert client.get("/", headers={"Origin": origin}).status_code == 403
    assert client.post("/upload", data=csrf, headers={"Origin": origin}).status_code == 403


def test_a_form_without_an_origin_is_refused(state: PageState, client: TestClient, csrf: dict[str, str]) -> None:
    request = client.build_request("POST", "/upload", data=csrf)
    del request.headers["origin"]
    assert client.send(request).status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def posts() -> list[str]:
    """The addresses to which something is posted."""
    return [route.path for route in ROUTES if isinstance(route, Route) and "POST" in (route.methods or ())]


@pytest.mark.parametrize("path", posts())
@pytest.mark.parametrize("given", [{}, {"csrf": ""}, {"csrf": "0" * 64}])
def test_every_form_needs_its_secret(client: TestClient, path: str, given: dict[str, str]) -> None:
    answer = client.post(path.replace("{address}", "0" * 16).replace("{number:int}", "1"), data=given)
    assert answer.status_code == 403
    assert "this form is of an earlier start of the server" in answer.text


def test_every_route_is_one_of_the_two_kinds() -> None:
    """What is posted goes through the check of the secret, and what is got changes nothing."""
    for route in ROUTES:
        assert isinstance(route, Route)
        assert route.methods in ({"GET", "HEAD"}, {"POST"})


def test_the_policy_has_no_unsafe_word(client: TestClient) -> None:
    assert "unsafe" not in POLICY
    for path in ("/", "/nowhere", "/static/page.js"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"


def test_templates_keep_to_the_policy() -> None:
    """No script or style in a page, nothing from elsewhere, and no attribute of htmx that is a script."""
    for path in (HERE / "templates").glob("*.html"):
        words = path.read_text("utf-8")
        for sign in ("<style", "style=", "javascript:", "http://", "https://", "onclick", "hx-on", "js:", "|safe("):
            assert sign not in words, (path.name, sign)


@pytest.mark.parametrize(
    "path",
    [
        "/workbooks/../../etc/passwd",
        "/workbooks/..%2f..%2fetc%2fpasswd/download",
        "/workbooks/%2e%2e%2fsecret.xlsx/download",
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/workbooks/secret.xlsx/download",
    ],
)
def test_no_path_leaves_the_folder(client: TestClient, folder: Path, path: str) -> None:
    (folder.parent / "secret.xlsx").write_bytes(b"secret")
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content.replace(b"/secret", b"")


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "out", tmp_path / "in"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.xlsx").write_bytes(b"secret")
    (inside / "link.xlsx").symlink_to(outside / "secret.xlsx")
    (inside / "results").mkdir()
    (inside / "results" / "all").symlink_to(outside)
    assert Folder(inside).list_workbooks() == []
    assert Folder(inside).list_results() == []


def test_too_much_is_not_read(client: TestClient, csrf: dict[str, str]) -> None:
    """Neither what says its size nor what does not, however it is sent."""
    declared = {"Content-Length": str(LARGEST_UPLOAD + 1), "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/upload", content=b"", headers=declared).status_code == 413
    parts = iter([b"csrf=" + csrf["csrf"].encode(), *[b"&x=" + b"a" * 500_000] * (1 + LARGEST_FORM // 500_000)])
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/nowhere", content=parts, headers=kind).status_code in (404, 413)


def bomb() -> bytes:
    """A small file that would take gigabytes once it is unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(8):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 20_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "words"), [(b"hello", "not"), (b"", "is empty"), (bomb(), ""), (b"PK\x03\x04" + b"\0" * 99, "damaged")]
)
def test_what_is_no_workbook_is_not_kept(
    client: TestClient, folder: Path, csrf: dict[str, str], content: bytes, words: str
) -> None:
    before = sorted(path.name for path in folder.iterdir())
    answer = client.post("/upload", data=csrf, files={"file": ("a.xlsx", content)})
    assert answer.status_code == 422
    assert words in answer.text
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize(
    "name",
    [
        *HOSTILE,
        "../../x.xlsx",
        "..\\x.xlsx",
        "CON.xlsx",
        "nul",
        ".hidden.xlsx",
        "~$open.xlsx",
        "a\r\nSet-Cookie: x.xlsx",
        "",
    ],
)
def test_names_of_files_do_no_harm(name: str) -> None:
    made = safe_name(name)
    assert made.endswith((".xlsx", ".xlsm"))
    assert not set('<>:"/\\|?*\r\n%;=@[]{}`') & set(made)
    assert not CONTROL.search(made)
    assert not made.startswith((".", "~$", " "))
    assert made.split(".")[0].casefold() not in ("con", "nul", "")


def test_the_name_of_a_download_is_safe(client: TestClient, folder: Path) -> None:
    hostile = folder / 'a"; filename=evil.exe; x=<svg onload=alert(1)>.xlsx'
    hostile.write_bytes((folder / "tiny.xlsx").read_bytes())
    try:
        page = client.get("/").text
        assert "<svg onload" not in page
        addresses = [part.split('"')[0] for part in page.split('href="/workbooks/')[1:]]
        for address in addresses:
            given = client.get(f"/workbooks/{address}/download").headers["content-disposition"]
            assert given.startswith("attachment; filename")
            assert not set("<>\\") & set(given)
            assert given.count("filename") == 1 or "evil.exe" in given.partition("filename")[2]
    finally:
        hostile.unlink()


def assert_page_is_ours(words: str) -> None:
    """Only elements and scripts of our own, nothing that runs on its own, and no characters that nobody sees."""
    assert not CONTROL.search(words)
    page = Page()
    page.feed(words)
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    assert not {"iframe", "object", "embed", "style", "b/", "img"} & set(page.tags)
    assert not [script for script in page.scripts if script.strip() and "{" not in script]


def test_vendored_files_are_those_that_were_published() -> None:
    """`SHA256SUMS` lists every file, and the files are as they were when they were listed."""
    vendor = HERE / "static" / "vendor"
    listed = dict(reversed(line.split("  ")) for line in (vendor / "SHA256SUMS").read_text("utf-8").splitlines())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.iterdir()}
    del found["SHA256SUMS"]
    assert listed == found
    assert any(name.endswith("LICENSE") for name in found)
