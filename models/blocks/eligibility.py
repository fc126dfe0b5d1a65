"""Eligibility: programmes that apply only while a threshold on content or ownership holds.

Of what a programme looks at, the part that qualifies has a copy of its own: what is made, shipped and sold of it, from
the content whose origin is traced to the good. The copy is a chain in itself, within what the plan makes, ships and
sells, and the threshold is a limit on it alone. Where all that is averaged qualifies or nothing does, one whole number
says so and bounds every part of the copy by itself: no row holds a large number.

Goods of one item in one region are one pool: which of them are in the copy is for the plan to say, as it is for a firm
to say which goods it claims for. What comes out of stock, or back after use, has no known content and cannot be in a
copy. Disruptions change nothing here: programmes are on the terms of the base.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.copies import Copies, list_copies
from planner_models.blocks.costs import CostLine
from planner_models.keys import (
    ClaimedOnce,
    ContentThreshold,
    CopyLimit,
    EligiblePlace,
    GrantedModule,
    LookedAt,
    Qualified,
    RivalGroup,
    SalesAlone,
)
from planner_models.linear import LinearExpression, Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.content import weigh_content
from planner_models.sets.eligibility import PART, ProgrammeTerms

YEARLY, ONCE = "programmes", "programmes once"
"""Cost lines of what programmes pay: by the year, and of capex that is paid when a module is ordered."""

PROGRAMMES = (YEARLY, ONCE)


@dataclass(frozen=True)
class Programmes:
    """What qualifies for programmes.

    volumes: each part of what a programme looks at: the variable of the plan, that of the copy, the most it can be
    content, counted: by threshold, all content of the copy, and what of it counts
    most_granted: by module and period, the most that is paid for one module (money), and what must qualify
    attainable: by threshold that is not held, the best share that the plan allows; set by whoever has solved the model
    """

    qualified: pyo.Var[Qualified]
    copies: Copies
    volumes: dict[LookedAt, tuple[Variable, Variable, float]]
    content: dict[ContentThreshold, LinearExpression]
    counted: dict[ContentThreshold, LinearExpression]
    granted: pyo.Var[GrantedModule]
    most_granted: dict[GrantedModule, tuple[float, Qualified]]
    attainable: dict[ContentThreshold, float] = field(default_factory=dict)


def build(m: Model, sets: Sets) -> None:
    """qualified[programme,g,t] binary, whether all that group g is averaged over qualifies; and its copies, all >= 0.

    eligible_made[programme,g,l,o,i,t] in activity/year, for each traced item i that the line makes;
    eligible_shipped and eligible_sold in item/year; eligible_elsewhere in item/year, what goes where the programme does
    not look; grant[programme,l,k,t,u] in money/year (money where paid once), for modules ordered in t, paid in u.
    """
    programmes = sets.eligibility.programmes
    copies = list_copies(m, sets)
    volumes = dict(_list_volumes(m, sets, copies))
    whole = [key for key in volumes if is_averaged(programmes[key[0]])]
    m.qualified = qualified = pyo.Var(sorted({key[:3] for key in whole}), domain=pyo.Binary)
    content, counted = _measure_content(sets, copies)
    most_granted = dict(_list_grants(sets, qualified))
    m.grant = granted = pyo.Var(list(most_granted), domain=pyo.NonNegativeReals)
    m.programmes = Programmes(qualified, copies, volumes, content, counted, granted, most_granted)
    m.eligible_within = pyo.Constraint(list(copies.within), rule=eligible_within)
    m.eligible_balance = pyo.Constraint(list(copies.pools), rule=eligible_balance)
    m.content_threshold = pyo.Constraint([key for key in content if _least(sets, key) > 0], rule=content_threshold)
    m.qualified_whole = pyo.Constraint(whole, rule=qualified_whole)
    m.qualified_only = pyo.Constraint(whole, rule=qualified_only)
    m.eligible_alone = pyo.Constraint(list(copies.sales_alone), rule=eligible_alone)
    m.claimed_once = pyo.Constraint(_list_shared(sets, volumes), rule=claimed_once)
    m.one_programme = pyo.Constraint(list(_list_rival_groups(sets, qualified)), rule=one_programme)
    m.grant_ordered = pyo.Constraint(list(granted), rule=grant_ordered)
    m.grant_qualified = pyo.Constraint(list(granted), rule=grant_qualified)
    _post_costs(m, sets)


def is_averaged(programme: ProgrammeTerms) -> bool:
    """Whether all that is averaged qualifies or nothing: not where any part may, nor where only what qualifies is sold.

    Parameters
    ----------
    programme
        The programme.

    Returns
    -------
    bool
        Whether it has `qualified`.
    """
    return programme.averaging != PART and (programme.kind, programme.averaging) != ("market_access", "fleet")


def _list_volumes(m: Model, sets: Sets, copies: Copies) -> Iterator[tuple[LookedAt, tuple[Variable, Variable, float]]]:
    """What each programme looks at: all that its sites or firms make, or what is sold, enters or is made in its market.

    Numbered by programme, group and period.
    """
    number: dict[Qualified, int] = defaultdict(int)
    for (name, group, period), kind, key, eligible in copies.ends:
        if kind == "made":
            plan, most = m.production.made[key], sets.most_drawn(*key)
        elif kind == "sold":
            plan, most = m.demand.sold[key], m.demand.most_sold[key]
        else:
            plan, most = m.lanes.shipped[key], m.lanes.most_moved[key[2], key[4]]
        limit = most if plan.ub is None else min(most, plan.ub)
        yield (name, group, period, number[name, group, period]), (plan, eligible, limit)
        number[name, group, period] += 1


def _measure_content(
    sets: Sets, copies: Copies
) -> tuple[dict[ContentThreshold, LinearExpression], dict[ContentThreshold, LinearExpression]]:
    """All content of each copy, and what of it counts, by threshold."""
    values: dict[str, float] = frames.entries(sets.instance["items"].set_index("item")["value"])
    content: dict[ContentThreshold, LinearExpression] = defaultdict(LinearExpression)
    counted: dict[ContentThreshold, LinearExpression] = defaultdict(LinearExpression)
    for (name, group, site, process, mode, item, period), variable in copies.made.items():
        share = sets.eligibility.shares[period][process, item]
        for row, condition in sets.eligibility.programmes[name].conditions.items():
            weight = weigh_content(condition, sets.recipe(process, period), item, values, share)
            if weight:
                content[name, row, group, period].add(weight, variable)
                if (site, process, mode) in condition.counted[period]:
                    counted[name, row, group, period].add(weight, variable)
    return dict(content), counted


def _least(sets: Sets, key: ContentThreshold) -> float:
    return sets.eligibility.programmes[key[0]].conditions[key[1]].thresholds[key[3]]


def _list_grants(sets: Sets, qualified: pyo.Var[Qualified]) -> Iterator[tuple[GrantedModule, tuple[float, Qualified]]]:
    """The modules that a programme may pay for: their annuity in each year in service, or capex when ordered."""
    cash = sets.instance.settings["capital"] == "cash"
    each = sets.options["capex" if cash else "annuity"].to_dict()
    capex = [(name, one) for name, one in sets.eligibility.programmes.items() if one.kind == "capex"]
    for name, programme in capex:
        for key, order in sets.orders.items():
            makes = key[1] in sets.making(programme.item, key[3])
            for period in order.service if makes and key[3] in programme.periods else ():
                if (name, key[0], period) in qualified and (not cash or period == order.service[0]):
                    paid = programme.rates[period] * each[key[:3]]
                    yield (name, *key, period), (paid, (name, key[0], period))


def _list_shared(sets: Sets, volumes: dict[LookedAt, tuple[Variable, Variable, float]]) -> list[ClaimedOnce]:
    """What two programmes of one kind look at that cannot be had for the same units: rival, and the volume."""
    looked_at = {(key[0], id(plan)) for key, (plan, _, _) in volumes.items()}
    return [
        (rival, *key)
        for key, (plan, _, _) in volumes.items()
        for rival in sets.eligibility.programmes[key[0]].rivals
        if key[0] < rival and (rival, id(plan)) in looked_at and not _differ(sets, key[0], rival)
    ]


def _list_rival_groups(sets: Sets, qualified: pyo.Var[Qualified]) -> Iterator[RivalGroup]:
    """Sites or firms that cannot be in two programmes of different kinds."""
    for name, group, period in qualified:
        for rival in sets.eligibility.programmes[name].rivals:
            if name < rival and (rival, group, period) in qualified and _differ(sets, name, rival):
                yield (name, rival, group, period)


def _differ(sets: Sets, name: str, rival: str) -> bool:
    one, other = (sets.eligibility.programmes[key] for key in (name, rival))
    return one.kind != other.kind or one.kind == "capex"


def eligible_within(m: Model, *key: *CopyLimit) -> pyo.Expression:
    """sum_g eligible[programme,g,.] <= made, shipped or sold, each item made by a line for itself"""
    plan, copies = m.programmes.copies.within[key]
    return linear([1.0] * len(copies) + [-1.0], [*copies, plan]) <= 0


def eligible_balance(m: Model, *key: *EligiblePlace) -> pyo.Expression:
    """eligible[programme,g]: made + arrived - used - shipped - sold - elsewhere = 0, for each traced i, r, t"""
    return m.programmes.copies.pools[key].merged().expression() == 0


def content_threshold(m: Model, *key: *ContentThreshold) -> pyo.Expression:
    """sum over lines that count of content eligible_made >= threshold x sum over all lines of content eligible_made"""
    found = LinearExpression()
    if key in m.programmes.counted:
        found.extend(1.0, m.programmes.counted[key])
    found.extend(-_least(m.sets, key), m.programmes.content[key])
    return found.merged().expression() >= 0


def qualified_whole(m: Model, *key: *LookedAt) -> pyo.Expression:
    """v - eligible[v] <= most[v] (1 - qualified[programme,g,t]), for each part v of what is averaged"""
    plan, eligible, most = m.programmes.volumes[key]
    return linear([1.0, -1.0, most], [plan, eligible, m.programmes.qualified[key[:3]]]) <= most


def qualified_only(m: Model, *key: *LookedAt) -> pyo.Expression:
    """eligible[v] <= most[v] qualified[programme,g,t], for each part v of what is averaged"""
    _, eligible, most = m.programmes.volumes[key]
    return linear([1.0, -most], [eligible, m.programmes.qualified[key[:3]]]) <= 0


def eligible_alone(m: Model, *key: *SalesAlone) -> pyo.Expression:
    """sold[q] = sum_g eligible_sold[programme,g,q], where only what qualifies may be sold"""
    plan, copies = m.programmes.copies.sales_alone[key]
    return linear([1.0] * len(copies) + [-1.0], [*copies, plan]) == 0


def claimed_once(m: Model, *key: *ClaimedOnce) -> pyo.Expression:
    """sum over both programmes and all g of eligible[v] <= v, where they cannot be had for the same units"""
    plan = m.programmes.volumes[key[1:]][0]
    both = [
        eligible
        for (name, *_), (whole, eligible, _) in m.programmes.volumes.items()
        if name in key[:2] and whole is plan
    ]
    return linear([1.0] * len(both) + [-1.0], [*both, plan]) <= 0


def one_programme(m: Model, *key: *RivalGroup) -> pyo.Expression:
    """qualified[programme,g,t] + qualified[rival,g,t] <= 1"""
    name, rival, group, period = key
    states = [m.programmes.qualified[one, group, period] for one in (name, rival)]
    return linear([1.0, 1.0], states) <= 1


def grant_ordered(m: Model, *key: *GrantedModule) -> pyo.Expression:
    """grant[programme,l,k,t,u] <= rate x annuity[l,k] (or capex) x built[l,k,t]"""
    each, _ = m.programmes.most_granted[key]
    return linear([1.0, -each], [m.programmes.granted[key], m.capacity.built[key[1:5]]]) <= 0


def grant_qualified(m: Model, *key: *GrantedModule) -> pyo.Expression:
    """grant[programme,l,k,t,u] <= rate x annuity[l,k] (or capex) x max_modules x qualified[programme,site of l,u]"""
    each, state = m.programmes.most_granted[key]
    most = each * m.capacity.max_modules[key[1:4]]
    return linear([1.0, -most], [m.programmes.granted[key], m.programmes.qualified[state]]) <= 0


def _post_costs(m: Model, sets: Sets) -> None:
    """What programmes pay lowers cost; duty is taken off no further than to zero."""
    yearly, once = CostLine(YEARLY), CostLine(ONCE, once=True)
    for variable, amount, label in list_payments(m, sets):
        yearly.add(-amount, variable, label)
    paid_once = sets.instance.settings["capital"] == "cash"
    for key, variable in m.programmes.granted.items():
        period = key[4] if paid_once else key[5]
        (once if paid_once else yearly).add(-1.0, variable, (*sets.places[key[1:3]], period))
    m.cost_lines.extend([yearly, once])


def list_payments(m: Model, sets: Sets) -> Iterator[tuple[Variable, float, tuple[str, str, str]]]:
    """What is paid per unit of copies: variable, money per unit a year, and tier, region and period."""
    copies, programmes = m.programmes.copies, sets.eligibility.programmes
    tiers = sets.instance["items"].set_index("item")["tier"].to_dict()
    for sale, variable in copies.sold.items():
        name, _, region, item, period, _ = sale
        if programmes[name].kind == "subsidy":
            yield variable, programmes[name].rates[period], (tiers[item], region, period)
    for key, variable in copies.made.items():
        name, _, site, process, _, item, period = key
        if programmes[name].kind == "output" and item == programmes[name].item:
            made = dict(sets.recipe(process, period))[item]
            yield variable, programmes[name].rates[period] * made, (*sets.places[site, process], period)
    for variable, relief, (item, region, period) in copies.reliefs:
        yield variable, relief, (tiers[item], region, period)


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheets `eligibility`, what qualifies for each programme, and `eligible_flows`, the copies it is shown by."""
    return {"eligibility": _tabulate(m, sets), "eligible_flows": m.programmes.copies.tabulate()}


def _tabulate(m: Model, sets: Sets) -> pd.DataFrame:
    paid = _sum_paid(m, sets)
    looked_at: dict[Qualified, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for key, (plan, eligible, _) in m.programmes.volumes.items():
        factor = m.programmes.copies.per_unit.get(id(eligible), 1.0)
        looked_at[key[:3]][0] += factor * plan.value
        looked_at[key[:3]][1] += factor * eligible.value
    rows = []
    for (name, group, period), (volume, eligible) in looked_at.items():
        for place, (row, condition) in enumerate(sets.eligibility.programmes[name].conditions.items()):
            stated: ContentThreshold = (name, row, group, period)
            content, counted = (
                sums[stated].value() if stated in sums else 0.0 for sums in (m.programmes.content, m.programmes.counted)
            )
            share = counted / content if content > 0 else m.programmes.attainable.get(stated)
            least = condition.thresholds[period]
            state = "yes" if eligible > NOTHING * max(1.0, volume) else "no"
            rows.append((*stated, state, volume, eligible, share, least, None if share is None else share - least,
                         paid[name, group, period] if place == 0 else 0.0))  # fmt: skip
    columns = ["programme", "condition", "group", "period", "qualified", "volume", "eligible", "share", "threshold"]
    return pd.DataFrame(rows, columns=[*columns, "distance", "amount"])


NOTHING = 1e-9
"""A copy of no more than this share of what there is, is none."""


def _sum_paid(m: Model, sets: Sets) -> dict[Qualified, float]:
    """What each programme pays for each group in a period, in money over the period."""
    found: dict[Qualified, float] = defaultdict(float)
    for variable, amount, label in list_payments(m, sets):
        name, group = variable.index()[:2]
        found[name, group, label[2]] += amount * variable.value * sets.time.years[label[2]]
    paid_once = sets.instance.settings["capital"] == "cash"
    for key, variable in m.programmes.granted.items():
        found[key[0], key[1], key[5]] += variable.value * (1 if paid_once else sets.time.years[key[5]])
    return found
