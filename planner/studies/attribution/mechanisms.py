"""The mechanisms of integration that can be switched off, and which of them can make a difference in an instance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.issues import InputError, Issue
from planner.workbook.names import quote, suggest
from planner_models.instance import Instance
from planner_models.schema import SWITCHES
from planner_models.sets.derive import derive
from planner_models.sets.policies import DUTY

MECHANISMS = {
    "coordination": "Coordination of groups at home",
    "access": "Access to outside firms",
    "scale": "Economies of scale",
    "learning": "Learning by doing",
    "clusters": "Regional clusters",
    "joint_development": "Joint development",
    "alliances": "Alliances",
    "enablers": "Enabling infrastructure",
    "support": "Support by policy",
    "duty_policies": "Duties by policy",
    "returns": "Returns after use",
    "carbon": "Prices of carbon",
}
"""Switch -> what people call it. The other switches, rules and scenarios, are the terms of the question, no channel."""


@dataclass(frozen=True)
class Cast:
    """Who is compared: `players` are switched on and off; `idle` are worth nothing, `untouched` not asked about.

    Both of the latter say why.
    """

    players: tuple[str, ...]
    idle: dict[str, str]
    untouched: dict[str, str]


def cast(instance: Instance, only: Sequence[str] = ()) -> Cast:
    """The cast for an instance; `only` names the mechanisms to compare, all where it is empty.

    Raises InputError for a name that is no mechanism, and where nobody is left to play.
    """
    issues = [Issue("error", "", "", _unknown(name)) for name in only if name not in MECHANISMS]
    if issues:
        raise InputError(issues)
    reasons = {name: _why_idle(name, instance) for name in MECHANISMS}
    idle = {name: reason for name, reason in reasons.items() if reason}
    able = [name for name in MECHANISMS if name not in idle]
    players = tuple(name for name in able if name in only or not only)
    untouched = {name: "not selected" for name in able if name not in players}
    if not players:
        why = "; ".join(f"{name}: {reason}" for name, reason in idle.items() if name in only or not only)
        message = f"there is no mechanism to compare ({why})"
        raise InputError([Issue("error", "", "", message)])
    return Cast(players, idle, untouched)


def _unknown(name: str) -> str:
    if name in SWITCHES:
        return f"`{name}` is a switch, but not a mechanism of integration: choose among {', '.join(MECHANISMS)}"
    hint = suggest(name, MECHANISMS) or f": choose among {', '.join(MECHANISMS)}"
    return f"there is no mechanism `{quote(name)}`{hint}"


def _why_idle(name: str, instance: Instance) -> str:
    """Why a mechanism can make no difference; "" where it may."""
    if instance.settings[name] == "off" and name != "coordination":
        return "switched off in sheet settings"
    return _IDLE[name](instance)


def _access(instance: Instance) -> str:
    return "" if (instance["access"]["mode"] != "spot").any() else "sheet access has no offer beyond spot"


def _scale(instance: Instance) -> str:
    """Off also lifts that modules are whole, so that one size on a line is enough to make a difference."""
    return "sheet options has no module that a line could order" if derive(instance).options.empty else ""


def _has_learning(instance: Instance) -> str:
    learnable = instance["processes"].query("learnable_share > 0")["process"]
    rows = instance["learning"].query("saving > 0")
    return "" if rows["process"].isin(learnable).any() else "sheet learning has no level that makes a process cheaper"


def _clusters(instance: Instance) -> str:
    return "" if (instance["clusters"]["saving"] > 0).any() else "sheet clusters has no level with a saving"


def _has_partners(kind: str) -> Callable[[Instance], str]:
    def reason(instance: Instance) -> str:
        projects = instance["projects"]
        offered = (projects["kind"] == kind) & projects["partner"].notna()
        return "" if offered.any() else f"sheet projects has no option of kind {kind} with a partner"

    return reason


def _enablers(instance: Instance) -> str:
    if instance.settings["objective"] == "cost":
        return "enablers raise demand, which counts under objective profit only"
    return "" if (instance["enablers"]["uplift"] > 0).any() else "sheet enablers has no row with an uplift"


def _has_policies(of_duties: bool) -> Callable[[Instance], str]:
    def reason(instance: Instance) -> str:
        if instance.settings["policies"] == "off":
            return "policies are switched off in sheet settings"
        policies = instance["policies"]
        heeded = (policies["active"] == "yes") & (policies["rate"] != 0) & ((policies["kind"] == DUTY) == of_duties)
        kind = "of kind duty" if of_duties else "of another kind than duty"
        return "" if heeded.any() else f"sheet policies has no active row {kind} with a rate"

    return reason


def _has_returns(instance: Instance) -> str:
    return "" if derive(instance).returns else "sheet returns has no row of which anything comes back in time"


def _has_carbon(instance: Instance) -> str:
    return "" if (instance["carbon"]["price"] > 0).any() else "sheet carbon has no price"


def _coordination(instance: Instance) -> str:
    """At arm's length only what one group at home sells to another costs more."""
    if instance.settings["coordination"] == "off":
        return "groups at home are at arm's length in sheet settings"
    sets = derive(instance.with_settings(coordination="off"))
    groups, users = sets.arms_length.groups, set[tuple[str, str | None]]()
    for site, process in sets.lines.index:
        users |= {(item, groups.get(site)) for item, quantity in sets.recipes.get(process, ()) if quantity < 0}
    sold = {(item, groups[site]) for site, _, item, _ in sets.arms_length.wedges}
    if any(used == made and user != maker for made, maker in sold for used, user in users):
        return ""
    return "no group at home could sell to others at arm's length"


_IDLE: dict[str, Callable[[Instance], str]] = {
    "coordination": _coordination,
    "access": _access,
    "scale": _scale,
    "learning": _has_learning,
    "clusters": _clusters,
    "joint_development": _has_partners("joint"),
    "alliances": _has_partners("alliance"),
    "enablers": _enablers,
    "support": _has_policies(of_duties=False),
    "duty_policies": _has_policies(of_duties=True),
    "returns": _has_returns,
    "carbon": _has_carbon,
}
