"""Two shops under security rules: what the proofs of the rules share."""

from typing import Any

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, Rows, workshop

ROAD = {"item": "good", "mode": "road"}
TWO_SHOPS: dict[str, Rows] = {
    "regions": [{"region": "here", "bloc": "west"}, {"region": "there", "bloc": "east"}],
    "sites": [*WORKSHOP["sites"], {"site": "branch", "region": "there", "firm": "own"}],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10},
        {"site": "branch", "process": "make", "capacity": 10, "unit_cost": 4},
    ],
    "lanes": [
        ROAD | {"origin": "there", "destination": "here"},
        ROAD | {"origin": "here", "destination": "there"},
    ],
}
"""The branch there makes goods at 4, the shop here at 2; 8 are wanted here, and the road is free. Optimum 16."""


def rule(kind: str, limit: float, **facts: Any) -> dict[str, Any]:
    """A row of sheet `rules`, about goods."""
    return {"rule": kind, "type": kind, "item": "good", "limit": limit} | facts


def soft(kind: str, limit: float, penalty: float, **facts: Any) -> dict[str, Any]:
    """The same as a wish: each unit of breach costs the penalty."""
    return rule(kind, limit, hard="no", penalty=penalty, **facts)


def ruled(*rules: dict[str, Any], settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The two shops under these rules, with some of their sheets replaced."""
    return workshop(settings, **(TWO_SHOPS | {"rules": list(rules)} | sheets))
