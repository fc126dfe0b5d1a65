"""Random disruptions of small instances, as hypothesis draws them."""

from hypothesis import strategies as st

from tests.small_instances import Row, Rows, Tables
from tests.small_mechanisms import mechanism_instances

LINES = ("region", "bloc", "firm", "site", "process", "item")
PLACES = ("region", "bloc", "item", "market")
ARCS = ("lane",)
EFFECTS = {
    "capacity": (*LINES, *ARCS),
    "flow": (*LINES, *ARCS),
    "demand": PLACES,
    "cost": (*LINES, *ARCS),
}
"""The kinds that each effect goes with."""


@st.composite
def disrupted_instances(draw: st.DrawFn) -> tuple[Tables, Row]:
    """A small instance with one to three scenarios of one to three hits each."""
    tables, settings = draw(mechanism_instances())
    names = [f"scenario {number}" for number in range(draw(st.integers(1, 3)))]
    chance = st.sampled_from([0, 0.1, 0.3])
    hits: Rows = []
    for name in names:
        months = {row["period"]: draw(st.sampled_from([3, 6, 12])) for row in tables["periods"]}
        for _ in range(draw(st.integers(1, 3))):
            period = draw(st.sampled_from(list(months)))
            place = {"scenario": name, "period": period, "months": months[period]}
            hits.append(place | _hit(draw, tables))
    tables["scenarios"] = [{"scenario": name, "probability": draw(chance)} for name in names]
    tables["disruptions"] = hits
    risk = {"risk_weight": draw(st.sampled_from([0, 0, 0.5])), "cvar_alpha": draw(st.sampled_from([0, 0.5, 0.9]))}
    return tables, settings | risk


def _hit(draw: st.DrawFn, tables: Tables) -> Row:
    """What is hit, how, and by which factor."""
    effect = draw(st.sampled_from(sorted(EFFECTS)))
    kind = draw(st.sampled_from([kind for kind in EFFECTS[effect] if _targets(tables, kind)]))
    row: Row = {"kind": kind, "target": draw(st.sampled_from(_targets(tables, kind))), "effect": effect}
    items = ["*", *_targets(tables, "item")]
    return row | {"item": draw(st.sampled_from(items)), "factor": draw(st.sampled_from([0, 0.5, 0.9, 1, 1.5]))}


def _targets(tables: Tables, kind: str) -> list[str]:
    """What a kind of disruption can name in an instance."""
    if kind == "market":
        return sorted({row["region"] for row in tables["demand"]})
    if kind == "bloc":
        return sorted({row["bloc"] or row["region"] for row in tables["regions"]})
    if kind == "lane":
        return sorted({f"{row['origin']}|{row['destination']}" for row in tables.get("lanes", [])})
    return sorted({row[kind] for row in tables[f"{kind}s" if kind != "process" else "processes"]})
