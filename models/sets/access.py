"""Offers of outside firms, and the draws they open: which line can be drawn on through which mode, at what price."""

from collections.abc import Mapping

import pandas as pd

from planner_models import frames
from planner_models.by_period import each_view
from planner_models.instance import Instance
from planner_models.keys import Draw, Offer

OFFER = ["firm", "process", "mode"]
LINE = ["site", "process"]
DRAW = ["site", "process", "mode"]
OWN, SPOT = "own", "spot"
MODES = ("spot", "contract", "alliance", "equity", "joint_venture", "acquire")
"""From the loosest to the one that binds most."""

TERMS = ["offtake_share", "min_take", "markup", "stake", "transaction_cost", "qualification", "controls", "priority"]
"""What an offer says about every line it covers."""

_FREE: dict[str, object] = {"offtake_share": 1.0, "min_take": 0.0, "markup": 0.0, "stake": 0.0, "transaction_cost": 0.0}
_FREE |= {"qualification": 0.0, "controls": "no", "priority": 0.0, "offer": None}
"""Terms of a line that nobody has to be asked for."""


def offer_table(instance: Instance) -> pd.DataFrame:
    """The offers of outside firms, whatever the switches say, indexed by firm, process (or `*`) and mode."""
    firms = instance["firms"].set_index("firm")["home"]
    offers = instance["access"]
    return offers[offers["firm"].map(firms) == "no"].set_index(OFFER).sort_index()


def draw_table(instance: Instance, lines: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    """One row per line and mode in which what it makes can be had, indexed by site, process and mode.

    Own lines have the mode `own`. An offer that names a process replaces the `*` offer of that firm and mode there.
    A line of an outside firm that no row of the sheet covers can be drawn on spot, without limit or markup.
    While the switch `access` is off only offers on market terms are left (see `market_terms`).
    Adds to the terms: `firm`, `offer` (the process cell of the offer; None without one), `controlled` (bool: own, or
    the offer controls), `margin` (money/activity, paid over production cost) and `kept` (what the stake gives back).
    """
    everything = lines.reset_index()[[*LINE, "firm", "home"]]
    outside = everything[~everything["home"]]
    covered, free = outside, everything
    if len(outside):
        covered = _cover_lines(outside, offers)
        if instance.settings["access"] == "off":
            covered = market_terms(instance, covered)
        free = everything[everything["home"] | ~_find_covered(instance, everything)]
    free = free.assign(mode=[OWN if home else SPOT for home in free["home"]], **_FREE)  # type: ignore[arg-type]
    draws = pd.concat([frame for frame in (covered, free) if len(frame)] or [free]).set_index(DRAW).sort_index()
    running = lines["running"].reindex(frames.drop_level(draws.index, "mode")).to_numpy(float)
    draws["controlled"] = draws["home"].astype(bool) | (draws["controls"] == "yes")
    draws["margin"] = running * draws["markup"] * (1.0 - draws["stake"])
    draws["kept"] = running * draws["markup"] * draws["stake"]
    return draws


def _cover_lines(outside: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    """Each line of an outside firm with each offer that covers it; one that names the process replaces the `*` one."""
    terms = offers.reset_index()[[*OFFER, *TERMS]].rename(columns={"process": "offer"})
    covered = outside.merge(terms, on="firm")
    covered = covered[(covered["offer"] == covered["process"]) | (covered["offer"] == "*")]
    return covered.sort_values("offer", key=lambda names: names == "*", kind="stable").drop_duplicates(DRAW)


def least_binding(offers: pd.DataFrame, by: list[str]) -> pd.Series:
    """Which offers bind least among those with the same `by`: draw something, without stake, in the loosest mode.

    Parameters
    ----------
    offers : pandas.DataFrame
        With columns `mode`, `stake` and `offtake_share`, and those of `by`.
    by : list of str
        What is told apart, a line say, or a firm.

    Returns
    -------
    pandas.Series
        Bool, indexed like `offers`: one is chosen of each group.
    """
    order = offers.assign(
        barred=offers["offtake_share"] == 0, owning=offers["stake"] > 0, bond=offers["mode"].map(MODES.index)
    ).sort_values(["barred", "owning", "bond"], kind="stable")
    first = order.index[~order.duplicated(by)]
    return pd.Series(offers.index.isin(first), index=offers.index)


def market_terms(instance: Instance, covered: pd.DataFrame) -> pd.DataFrame:
    """What is left of the offers that cover lines while `access` is off: off never takes a line out of reach.

    Spot rows; for each line without one the offer that binds least; for each partner of a project the offer beyond
    spot that binds least. They cover what they cover while it is on, at the same costs, but without stake or control:
    so that off never helps either.

    Parameters
    ----------
    instance : Instance
    covered : pandas.DataFrame
        One row per line and offer that covers it: columns site, process, firm, offer (the process cell of its row), and
        the terms of the offer.

    Returns
    -------
    pandas.DataFrame
        Rows of `covered`.
    """
    covered = covered.reset_index(drop=True)
    spot = covered["mode"] == SPOT
    with_spot = pd.MultiIndex.from_frame(covered.loc[spot, LINE])
    loosest = least_binding(covered, LINE) & ~pd.MultiIndex.from_frame(covered[LINE]).isin(with_spot)
    offers = pd.MultiIndex.from_frame(covered[["firm", "offer", "mode"]])
    left = spot | offers.isin(offers[loosest.to_numpy()]) | offers.isin(partner_offers(instance))
    return covered[left].assign(stake=0.0, controls="no")


def partner_offers(instance: Instance) -> pd.MultiIndex:
    """The one offer beyond spot of each partner of a project that binds least.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.MultiIndex
        Firm, process cell (a process or `*`) and mode.
    """
    offers = offer_table(instance).reset_index()
    beyond = offers[(offers["mode"] != SPOT) & offers["firm"].isin(set(instance["projects"]["partner"]))]
    return pd.MultiIndex.from_frame(beyond.loc[least_binding(beyond, ["firm"]), OFFER])


def offers_left(instance: Instance, offers: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """The offers that the switch `access` leaves: all; while it is off those on market terms, without stake or control.

    Parameters
    ----------
    instance : Instance
    offers : pandas.DataFrame
        As `offer_table` gives them.
    draws : pandas.DataFrame
        As `draw_table` gives them.

    Returns
    -------
    pandas.DataFrame
        Rows of `offers`.
    """
    if instance.settings["access"] == "on":
        return offers
    used = pd.MultiIndex.from_frame(draws.reset_index()[["firm", "offer", "mode"]])
    left = offers.index.isin(used) | offers.index.isin(partner_offers(instance))
    left |= offers.index.get_level_values("mode") == SPOT
    return offers[left].assign(stake=0.0, controls="no")


def _find_covered(instance: Instance, lines: pd.DataFrame) -> pd.Series:
    """Which of these lines some row of the sheet covers, whatever the switches say."""
    rows = instance["access"][["firm", "process"]].drop_duplicates()
    named = pd.MultiIndex.from_frame(lines[["firm", "process"]]).isin(pd.MultiIndex.from_frame(rows))
    return pd.Series(named, index=lines.index) | lines["firm"].isin(rows.loc[rows["process"] == "*", "firm"])


def list_covered_lines(draws: pd.DataFrame, between: Mapping[Draw, tuple[Offer, float, int]]) -> pd.DataFrame:
    """Every line with every offer that covers it.

    Parameters
    ----------
    draws
        As `draw_table` gives them.
    between
        By site, process and mode: the offer of a firm at home that covers the line there.

    Returns
    -------
    pandas.DataFrame
        Columns site, process, firm, offer (the process cell of its row) and mode, sorted by line.
    """
    outside = draws[draws["offer"].notna()].reset_index()[[*LINE, "firm", "offer", "mode"]]
    home = pd.DataFrame([(*draw[:2], *offer) for draw, (offer, _, _) in between.items()], columns=outside.columns)
    return pd.concat([frame for frame in (outside, home) if len(frame)] or [outside]).sort_values([*LINE, "mode"])


def conditional_offers(
    offers: pd.DataFrame, draws: pd.DataFrame, refused: set[tuple[str, ...]]
) -> list[tuple[str, str, str]]:
    """The offers that have to be signed; a spot offer without cost or duty to take, alone on its lines, has not.

    Unless a lock has `refused` it.
    """
    rivals = draws.groupby(level=LINE, sort=False).size()
    contested = draws[rivals.reindex(frames.drop_level(draws.index, "mode")).to_numpy() > 1].reset_index()
    contested_offers = set(zip(contested["firm"], contested["offer"], contested["mode"], strict=True))
    found = []
    for offer, row in frames.lines(offers):
        free = not row[["entry_cost", "annual_cost", "min_take", "qualification"]].any()
        if not (offer[2] == SPOT and free and offer not in contested_offers | refused):
            found.append(offer)
    return found


def price_draws(views: Mapping[str, Instance], costs: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The draws with what they cost in each period.

    Parameters
    ----------
    views
        By period: the instance that holds in it.
    costs
        By period: the lines with what they cost in it.

    Returns
    -------
    dict of str to pandas.DataFrame
        By period, as `draw_table` gives them.
    """
    found: dict[str, pd.DataFrame] = {}
    for view, periods in each_view(views):
        found |= dict.fromkeys(periods, draw_table(view, costs[periods[0]], offer_table(view)))
    return found


def transaction_charges(
    views: Mapping[str, Instance], lines: pd.DataFrame, terms: Mapping[str, pd.DataFrame]
) -> dict[tuple[str, str, str, str], float]:
    """(site, process, mode, period) -> transaction cost x institution factor of the site's region, in money/activity.

    Parameters
    ----------
    views
        By period: the instance that holds in it.
    lines
        Lines with their region, indexed by site and process.
    terms
        As `price_draws` gives them.

    Returns
    -------
    dict
        Where it is above zero.
    """
    found: dict[tuple[str, str, str, str], float] = {}
    for view, periods in each_view(views):
        draws = terms[periods[0]]
        factor = view["regions"].set_index("region")["institution_factor"]
        region = lines["region"].reindex(frames.drop_level(draws.index, "mode"))
        charge = draws["transaction_cost"] * factor.reindex(region).to_numpy()
        charged = frames.entries(charge[charge > 0])
        found |= {(*draw, period): amount for period in periods for draw, amount in charged.items()}
    return found
