"""Access: which offers of outside firms are signed, when they are in force, and what they cost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.coordination import sold_under_offers
from planner_models.blocks.costs import CostLine
from planner_models.keys import Offer, OfferPeriod
from planner_models.linear import LinearExpression, Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.access import OFFER, OWN

ANYWHERE = "*"
"""Region of what belongs to no place."""


@dataclass(frozen=True)
class Access:
    """Offers of outside firms.

    access_before: an offer one period earlier; recently_signed: the signatures whose term is not over
    rivals: by firm, process and period, the states of the offers that cover it, where there are several
    rival_offers: by offer, the others that cover something it covers
    """

    accessed: pyo.Var[OfferPeriod]
    signed: pyo.Var[OfferPeriod]
    ended: pyo.Var[OfferPeriod]
    access_before: dict[OfferPeriod, OfferPeriod]
    recently_signed: dict[OfferPeriod, list[Variable]]
    rivals: dict[tuple[str, str, str], list[Variable]]
    rival_offers: dict[Offer, set[Offer]]


def build(m: Model, sets: Sets) -> None:
    """accessed[o,t] binary, the offer is in force; signed[o,t], ended[o,t] in [0,1], the moments that changes.

    Offers that cost nothing and have no rival need no decision. Before the first period nothing is in force.
    """
    m.access = _offer(m, sets)
    m.access_state = pyo.Constraint(list(m.access.accessed), rule=access_state)
    m.access_term = pyo.Constraint(list(m.access.recently_signed), rule=access_term)
    m.signed_anew = pyo.Constraint(list(m.access.ended), rule=signed_anew)
    m.one_mode = pyo.Constraint(list(m.access.rivals), rule=one_mode)
    _post_costs(m, sets)


def _offer(m: Model, sets: Sets) -> Access:
    keys: list[OfferPeriod] = [(*offer, period) for offer in sets.signable for period in sets.time.periods]
    leave = sets.offers["exit"].eq("yes").to_dict()
    m.accessed = accessed = pyo.Var(keys, domain=pyo.Binary)
    m.signed = signed = pyo.Var(keys, bounds=(0, 1))
    ends = [key for key in keys if leave[key[:3]] and key[3] != sets.time.periods[0]]
    m.ended = ended = pyo.Var(ends, bounds=(0, 1))
    before = {later: earlier for earlier, later in pairwise(sets.time.periods)}
    covering = _list_covering_offers(sets)
    rival_offers: dict[Offer, set[Offer]] = defaultdict(set)
    for offers in covering.values():
        for offer in offers:
            rival_offers[offer] |= {other for other in offers if other != offer}
    return Access(
        accessed=accessed,
        signed=signed,
        ended=ended,
        access_before={key: (*key[:3], before[key[3]]) for key in keys if key[3] in before},
        recently_signed=_recently_signed(sets, signed, ends),
        rivals=_rivals(sets, accessed, covering),
        rival_offers=rival_offers,
    )


def _recently_signed(
    sets: Sets, signed: pyo.Var[OfferPeriod], ends: list[OfferPeriod]
) -> dict[OfferPeriod, list[Variable]]:
    """By offer that can end and period after the first: the signatures whose term is not over."""
    terms = sets.offers["term"].astype(int).to_dict()
    return {
        key: [signed[(*key[:3], moment)] for moment in sets.time.periods[max(0, place - term + 1) : place + 1]]
        for key in ends
        for term, place in [(terms[key[:3]], sets.time.position[key[3]])]
    }


def _list_covering_offers(sets: Sets) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """(firm, process) -> the offers that cover it and have to be signed; of offers that cover no line by their row."""
    signable = set(sets.signable)
    pairs = sets.covers[["firm", "process", "offer", "mode"]].drop_duplicates()
    covering = defaultdict(list)
    for firm, process, offer, mode in pairs.itertuples(index=False, name=None):
        if (firm, offer, mode) in signable:
            covering[firm, process].append((firm, offer, mode))
    for firm, offer, mode in sorted(signable - {offer for offers in covering.values() for offer in offers}):
        covering[firm, offer].append((firm, offer, mode))
    return dict(sorted(covering.items()))


def _rivals(
    sets: Sets, accessed: pyo.Var[OfferPeriod], covering: dict[tuple[str, str], list[Offer]]
) -> dict[tuple[str, str, str], list[Variable]]:
    """(firm, process, period) -> the states of the offers that cover it, where there are several."""
    return {
        (*link, period): [accessed[(*offer, period)] for offer in offers]
        for link, offers in covering.items()
        if len(offers) > 1
        for period in sets.time.periods
    }


def access_state(m: Model, *key: *OfferPeriod) -> pyo.Expression:
    """accessed[o,t] - accessed[o,t-1] = signed[o,t] - ended[o,t]"""
    change = LinearExpression()
    change.add(1.0, m.access.accessed[key])
    change.add(-1.0, m.access.signed[key])
    if key in m.access.access_before:
        change.add(-1.0, m.access.accessed[m.access.access_before[key]])
    if key in m.access.ended:
        change.add(1.0, m.access.ended[key])
    return change.expression() == 0


def access_term(m: Model, *key: *OfferPeriod) -> pyo.Expression:
    """sum over the last `term` periods of signed[o,.] <= accessed[o,t]"""
    signed = m.access.recently_signed[key]
    return linear([1.0] * len(signed) + [-1.0], [*signed, m.access.accessed[key]]) <= 0


def signed_anew(m: Model, *key: *OfferPeriod) -> pyo.Expression:
    """signed[o,t] <= 1 - accessed[o,t-1]: what is in force is not signed again, not even where a subsidy would pay"""
    return linear([1.0, 1.0], [m.access.signed[key], m.access.accessed[m.access.access_before[key]]]) <= 1


def one_mode(m: Model, *link: *tuple[str, str, str]) -> pyo.Expression:
    """sum over the offers that cover a firm's process of accessed[o,t] <= 1"""
    states = m.access.rivals[link]
    return linear([1.0] * len(states), states) <= 1


def offer_labels(sets: Sets) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Tier and region that the costs of an offer are put down to: those of the first line it covers."""
    first = sets.covers.drop_duplicates(["firm", "offer", "mode"])
    covered = {
        (row["firm"], row["offer"], row["mode"]): sets.places[row["site"], row["process"]]
        for row in first.to_dict("records")
    }
    return {offer: covered.get(offer, ("downstream", ANYWHERE)) for offer in sets.offers.index}


def _post_costs(m: Model, sets: Sets) -> None:
    """Entry once at signing, the annual cost while in force; margin and transaction cost on what is drawn."""
    entry, annual = CostLine("access entry", once=True), CostLine("access annual")
    margin, transaction = CostLine("margin"), CostLine("transaction cost")
    costs = sets.offers[["entry_cost", "annual_cost"]].to_dict("index")
    labels = offer_labels(sets)
    for key, variable in m.access.accessed.items():
        label = (*labels[key[:3]], key[3])
        entry.add(costs[key[:3]]["entry_cost"], m.access.signed[key], label)
        annual.add(costs[key[:3]]["annual_cost"], variable, label)
    margins = {period: table["margin"].to_dict() for period, table in sets.terms.items()}
    for (site, process, mode, period), variable in m.production.made.items():
        if mode != OWN:
            label = (*sets.places[site, process], period)
            margin.add(margins[period][site, process, mode], variable, label)
            transaction.add(sets.transaction_cost(site, process, mode, period), variable, label)
    m.cost_lines.extend([entry, annual, margin, transaction])


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `access`: offers signed, in force or drawn on, with what they cost and what margin they keep."""
    terms = {
        period: table[["firm", "offer", "margin", "kept"]].to_dict("index") for period, table in sets.terms.items()
    }
    figures: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0] * 4)
    for (site, process, mode, period), variable in m.production.made.items():
        if mode != OWN and variable.value:
            draw = terms[period][site, process, mode]
            made = variable.value
            charge = sets.transaction_cost(site, process, mode, period)
            amounts = [made, made * charge, made * draw["margin"], made * draw["kept"]]
            key = (draw["firm"], draw["offer"] or ANYWHERE, mode, period)
            figures[key] = [a + b for a, b in zip(figures[key], amounts, strict=True)]
    for offered, sold in sold_under_offers(m):
        figures[offered] = [a + b for a, b in zip(figures[offered], sold, strict=True)]
    costs = sets.offers[["entry_cost", "annual_cost"]].to_dict("index")
    rows = []
    for key in [*m.access.accessed, *(key for key in figures if key not in m.access.accessed)]:
        state = round(m.access.accessed[key].value) if key in m.access.accessed else 1
        if state:
            before = m.access.access_before.get(key)
            new = key in m.access.accessed and not (before and round(m.access.accessed[before].value))
            cost = costs[key[:3]] if key in m.access.accessed else {"entry_cost": 0.0, "annual_cost": 0.0}
            paid = (cost["entry_cost"] * new, cost["annual_cost"])
            rows.append((*key, "yes" if new else "no", "yes", figures[key][0], *paid, *figures[key][1:]))
    columns = ["signed", "in_force", "drawn", "entry_cost", "annual_cost"]
    columns += ["transaction_cost", "margin_paid", "margin_kept"]
    return {"access": pd.DataFrame(rows, columns=[*OFFER, "period", *columns])}
