"""Blocks of the manual that are no commands of the planner: shells, certificates, plan files and clusters."""

import re
import shutil
import ssl
import subprocess
import sys
import types
from pathlib import Path
from typing import Any, ClassVar

import pytest

from planner.jobs.plan import RunSpecification, list_requests
from tests.jobs import TINY, Here

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
JOBS = ROOT / "docs" / "JOBS.md"


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_every_block_is_in_a_language_that_a_test_knows() -> None:
    """Text is compared where it is made or run, bash and toml here and in test_manual, Python here and in doctests."""
    for page in PAGES:
        known = {"bash", "python", "text", "toml", "{toctree}", ""}
        assert set(re.findall(r"^```(\S*)$", page.read_text("utf-8"), re.MULTILINE)) <= known, page.name


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this machine")
def test_shells_can_read_their_blocks() -> None:
    text = "\n".join(block for page in PAGES for block in blocks(page, "bash"))
    checked = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_plan_file_of_the_manual_makes_its_jobs(tmp_path: Path) -> None:
    """Three volumes of each of two workbooks, and the first workbook as it is."""
    (text,) = blocks(JOBS, "toml")
    (tmp_path / "regions").mkdir()
    for name in ("base.xlsx", "regions/north.xlsx"):
        (tmp_path / name).write_bytes(TINY.read_bytes() + name.encode())
    plan = tmp_path / "plan.toml"
    plan.write_text(text, "utf-8")
    found = list_requests([RunSpecification((str(plan),))], Here())
    profit = "settings[objective]=profit"
    varied = [(profit, f"demand[*].volume={volume}") for volume in (100, 120, 140)]
    assert [request.changes for request in found] == [*varied, *varied, ()]
    assert [request.options for request in found] == [{"gap": 0.005, "time_limit": 600.0}] * 6 + [{}]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_certificates_are_made_as_the_manual_says(tmp_path: Path) -> None:
    """The lines with openssl are run; TLS in Python accepts what they made, and the authority has signed it."""
    lines = [line for block in blocks(JOBS, "bash") for line in block.splitlines() if line.startswith("openssl ")]
    assert len(lines) == 3
    for line in lines:
        subprocess.run(line.split(), cwd=tmp_path, check=True, capture_output=True)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(tmp_path / "ca.pem"))
    server.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    verify = ["openssl", "verify", "-CAfile", "ca.pem", "cert.pem"]
    assert subprocess.run(verify, cwd=tmp_path, check=True, capture_output=True, text=True).stdout == "cert.pem: OK\n"


class FakeCluster:
    """In place of a cluster that needs machines: keeps what it was asked for."""

    scheduler_address = "tls://scheduler:8786"
    made: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, **asked: Any) -> None:
        self.made.append(asked)

    def scale(self, jobs: int) -> None:
        """As dask-jobqueue has it."""
        assert jobs > 0


@pytest.mark.parametrize(
    ("module", "name"), [("dask_jobqueue", "SLURMCluster"), ("dask_kubernetes.operator", "KubeCluster")]
)
def test_scripts_for_clusters_run(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """With a stand-in for the cluster; `distributed` itself accepts the certificates of the script."""
    pytest.importorskip("distributed")
    (script,) = [block for block in blocks(JOBS, "python") if f"import {name}" in block]
    for part in (module.partition(".")[0], module):
        monkeypatch.setitem(sys.modules, part, types.ModuleType(part))
    monkeypatch.setattr(sys.modules[module], name, FakeCluster, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: "")
    monkeypatch.setattr(FakeCluster, "made", [])
    exec(compile(script, JOBS.name, "exec"), {})
    (asked,) = FakeCluster.made
    assert FakeCluster.scheduler_address in capsys.readouterr().out
    if name == "SLURMCluster":
        assert asked["security"].tls_worker_cert == "cert.pem"
        assert asked["security"].require_encryption
