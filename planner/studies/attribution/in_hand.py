"""Combinations that are solved already: results of `planner solve` with the switches of a combination."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from planner.issues import InputError, Issue
from planner.results.result_file import ResultFile
from planner.seal import inputs_hash
from planner.studies.attribution.coalitions import Solved, add_up_gains
from planner.studies.attribution.shapley import Coalition
from planner.studies.earlier_result import take_in_hand
from planner_models.instance import Instance

OF_SOLVES = ("mip_gap", "time_limit", "threads", "seed")
"""Settings that say how a plan is searched, and nothing of what it is."""

OF_STUDIES = ("evidence", "variants")
"""Sheets that other studies read, and no plan depends on."""


def take_plans(results: Iterable[ResultFile], instance: Instance, players: Sequence[str]) -> dict[Coalition, Solved]:
    """The combinations of mechanisms that results are the plans of.

    Parameters
    ----------
    results
        Results with a plan.
    instance
        The instance whose mechanisms are compared.
    players
        The switches that are turned.

    Returns
    -------
    dict of Coalition to Solved
        Each combination with its plan, of several plans the best.

    Raises
    ------
    InputError
        Where a result was edited by hand, or is none of this instance with every switch on or off.
    """
    found: dict[Coalition, Solved] = {}
    issues = []
    for result in results:
        fault = _find_fault(result, instance, players)
        if fault:
            issues.append(Issue("error", "", "", f"--solved {result.path}: {fault}"))
            continue
        plan = _read_plan(result, players)
        sign = 1.0 if instance.settings["objective"] == "profit" else -1.0
        known = found.get(plan.coalition)
        if known is None or sign * (plan.objective or 0.0) > sign * (known.objective or 0.0):
            found[plan.coalition] = plan
    if issues:
        raise InputError(issues)
    return found


def _find_fault(result: ResultFile, instance: Instance, players: Sequence[str]) -> str:
    """Why a result is not the plan of a combination; "" where it is."""
    if result.seal != "fits":
        return "it was edited after it was solved, or has no seal: solve it again"
    settings = result.instance.settings
    turned = {player: settings[player] for player in players}
    half = [f"{player} {value}" for player, value in turned.items() if value not in ("on", "off")]
    if half:
        return f"it was solved with {', '.join(half)}: solve it with --set 'settings[...].value=on' or off"
    if _hash_decisive(result.instance) != _hash_decisive(instance.with_settings(**turned)):
        return "it is a plan of another input: only the mechanisms that are compared may differ from the workbook"
    return ""


def _hash_decisive(instance: Instance) -> str:
    """The hash of what a plan depends on."""
    tables = {name: table for name, table in instance.tables.items() if name not in OF_STUDIES}
    return inputs_hash(replace(instance, tables=tables, settings={**instance.settings, **dict.fromkeys(OF_SOLVES)}))


def _read_plan(result: ResultFile, players: Sequence[str]) -> Solved:
    settings, facts = result.instance.settings, result.facts
    bound, gap = (None if value != value else value for value in (result.figure("bound"), result.figure("gap")))
    surplus = result.tables.get("surplus")
    return Solved(
        frozenset(player for player in players if settings[player] == "on"),
        facts.get("status", ""),
        facts.get("status_text", ""),
        result.objective,
        bound,
        gap,
        result.figure("seconds", 0.0),
        gains=None if surplus is None or surplus.empty else add_up_gains(surplus),
        decisions=take_in_hand(result).decisions,
    )
