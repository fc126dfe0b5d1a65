"""A folder of results as files to compare: those that hold plans, the base first."""

from pathlib import Path

from planner.issues import InputError, Issue
from planner.results.result_file import list_facts
from planner.seal import KIND
from planner.workbook.declared_sheets import read_sheets
from planner.workbook.names import OWN
from planner.workbook.package import open_package
from planner.workbook.variants import BASE
from planner_models.schema import RESULTS


def list_plans(folder: Path) -> list[Path]:
    """The plans in a folder.

    Parameters
    ----------
    folder
        The folder, such as `results/chain`.

    Returns
    -------
    list of pathlib.Path
        First that of the base, else one of an input without changes, then the others by name. Workbooks that hold no
        plan are left out.

    Raises
    ------
    InputError
        Where there is no plan.
    """
    found = {path: _read_facts(path) for path in sorted(folder.glob("*.xlsx")) if not path.name.startswith(("~$", "."))}
    plans = {path: facts for path, facts in found.items() if facts is not None}
    if not plans:
        inner = sorted(str(path.parent) for path in folder.glob("*/*.xlsx"))
        hint = f": name the folder of one instance, such as {inner[0]}" if inner else ""
        raise InputError([Issue("error", "", "", f"{folder} holds no result of planner run or solve{hint}")])
    return sorted(plans, key=lambda path: (_rank(plans[path]), path.stem.casefold()))


def _rank(facts: dict[str, str]) -> int:
    """0 for the base, 1 for an input without changes, 2 for any other."""
    if facts.get("option variant") == BASE:
        return 0
    return 2 if "change 1" in facts else 1


def _read_facts(path: Path) -> dict[str, str] | None:
    """What sheet `run` of a plan says; None where the file is none."""
    try:
        package = open_package(path)
        if all(name != OWN for name, _ in package.sheets):
            return None
        run = read_sheets(package, {OWN: RESULTS[OWN]})[0].get(OWN)
    except InputError:
        return None
    facts = {} if run is None else list_facts(run)
    return facts if facts.get(KIND, "plan") == "plan" and facts.get("planner version") else None
