"""Sites: candidates open at most once, and a site may close once and for good; one whose window ends has to."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.by_period import list_by_period
from planner_models.keys import SitePeriod
from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.sets import Sets


@dataclass(frozen=True)
class Sites:
    """Whether a site exists, by site and period, and the moments at which that changes."""

    opened: pyo.Var[SitePeriod]
    opens: pyo.Var[SitePeriod]
    closes: pyo.Var[SitePeriod]


def build(m: Model, sets: Sets) -> None:
    """opened[s,t] binary, the site exists; opens, closes in [0,1], the moments at which that changes.

    Only sites whose state is a decision have variables; the others are open throughout their window. None closes
    while a line that may not be retired has capacity there.
    """
    variable = sets.sites[sets.sites["variable"]]
    states: list[SitePeriod] = [(site, period) for site in variable.index for period in sets.windows[site]]
    m.opened = opened = pyo.Var(states, domain=pyo.Binary)
    m.opens = opens = pyo.Var([key for key in states if variable.at[key[0], "candidate"]], bounds=(0, 1))
    held = variable["held_until"].to_dict()
    m.closes = closes = pyo.Var([key for key in states if sets.time.position[key[1]] > held[key[0]]], bounds=(0, 1))
    m.sites = Sites(opened, opens, closes)
    m.site_state = pyo.Constraint(states, rule=site_state)
    m.open_once = pyo.Constraint([site for site in variable.index if variable.at[site, "candidate"]], rule=open_once)
    _post_costs(m, sets)


def _change(m: Model, site: str, period: str) -> LinearExpression:
    """opened[s,t] - opened[s,t-1] - opens[s,t] + closes[s,t]; before its window an existing site is open."""
    change = LinearExpression()
    change.add(1.0, m.sites.opened[site, period])
    window = m.sets.windows[site]
    if period != window[0]:
        change.add(-1.0, m.sites.opened[site, window[window.index(period) - 1]])
    elif not m.sets.sites.at[site, "candidate"]:
        change.add(-1.0, None)
    if (site, period) in m.sites.opens:
        change.add(-1.0, m.sites.opens[site, period])
    if (site, period) in m.sites.closes:
        change.add(1.0, m.sites.closes[site, period])
    return change


def site_state(m: Model, site: str, period: str) -> pyo.Expression:
    """opened[s,t] - opened[s,t-1] = opens[s,t] - closes[s,t]"""
    change = _change(m, site, period)
    return change.expression() == -change.constant


def open_once(m: Model, site: str) -> pyo.Expression:
    """sum_t opens[s,t] <= 1"""
    moments = [variable for key, variable in m.sites.opens.items() if key[0] == site]
    return linear([1.0] * len(moments), moments) <= 1


def _after_window(sets: Sets, site: str) -> str | None:
    """The period in which a site is closed because its window has ended; None where it lasts as long as the plan."""
    window = sets.windows[site]
    end = sets.time.position[window[-1]] + 1 if window else len(sets.time.periods)
    return sets.time.periods[end] if end < len(sets.time.periods) else None


def _post_costs(m: Model, sets: Sets) -> None:
    """Opening and closing are paid once, the fixed cost every year the site is open.

    A site that is still open when its window ends is closed in the period after that.
    """
    fixed = CostLine("site fixed cost")
    opening, closing = CostLine("opening", once=True), CostLine("closing", once=True)
    each = list_by_period(sets.views, "sites", ["site"], "fixed_cost")
    for site, row in frames.lines(sets.sites[sets.sites["home"]]):
        for period in sets.windows[site]:
            label = (row["tier"], row["region"], period)
            fixed.add(each[site, period], m.sites.opened[site, period] if row["variable"] else None, label, site)
            if (site, period) in m.sites.opens:
                opening.add(row["opening_cost"], m.sites.opens[site, period], label)
            if (site, period) in m.sites.closes:
                closing.add(row["closing_cost"], m.sites.closes[site, period], label)
        end = _after_window(sets, str(site))
        if end is not None:
            last = m.sites.opened[site, sets.windows[site][-1]] if row["variable"] else None
            closing.add(row["closing_cost"], last, (row["tier"], row["region"], end), site)
    m.cost_lines.extend([fixed, opening, closing])


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `sites`: the sites that open or close, and when."""
    rows = []
    for site, row in frames.lines(sets.sites[sets.sites["home"]]):
        before = 0 if row["candidate"] else 1
        for period in sets.windows[site] if row["variable"] else ():
            now = round(m.sites.opened[site, period].value)
            if now != before:
                rows.append((site, period, "yes" if now else "no", "no" if now else "yes"))
            before = now
        end = _after_window(sets, str(site))
        if before and end is not None:
            rows.append((site, end, "no", "yes"))
    return {"sites": pd.DataFrame(rows, columns=["site", "period", "opened", "closed"])}
