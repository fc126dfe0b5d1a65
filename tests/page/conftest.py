"""A folder with a workbook, and a browser without a screen that talks to its page."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from planner.page.folder import Folder
from planner.page.security import Keys
from planner.page.server import make_app
from planner.page.web import PageState

ROOT = Path(__file__).parents[2]
ORIGIN = "http://127.0.0.1:8321"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the instance tiny."""
    path = tmp_path_factory.mktemp("workbooks")
    shutil.copy(ROOT / "instances" / "tiny.xlsx", path)
    return path


@pytest.fixture(scope="module")
def state(folder: Path) -> PageState:
    return PageState(Folder(folder), Keys("key"))


@pytest.fixture(scope="module")
def client(state: PageState) -> Iterator[TestClient]:
    """A client with the key of the server, whose forms come from the server's own pages."""
    with TestClient(make_app(state, 8321), base_url=ORIGIN, headers={"Origin": ORIGIN}) as made:
        assert made.get("/?token=key", follow_redirects=False).status_code == 303
        yield made


@pytest.fixture
def csrf(state: PageState) -> dict[str, str]:
    """The field of a form that shows that it is one of the server's."""
    return {"csrf": state.keys.csrf}
