"""Offers of outside firms: which there are under the switches, the lines they cover, and when they are in force."""

import pandas as pd

from planner.audit.case import LINE, AuditedPlan, cache_table
from planner.audit.inherited import resolve_inheritance

OFFER = ["firm", "offer", "mode"]
"""The key of an offer; `offer` is the process of its row, or `*`."""

_AT_NO_TERMS = {
    "entry_cost": 0.0,
    "annual_cost": 0.0,
    "stake": 0.0,
    "controls": "no",
    "offtake_share": 1.0,
    "min_take": 0.0,
    "markup": 0.0,
    "transaction_cost": 0.0,
    "term": 1.0,
    "exit": "yes",
    "priority": 0.0,
    "qualification": 0.0,
}
"""What a line that no row covers is had at: all of it, for its production cost."""

_CONDITIONS = ["entry_cost", "annual_cost", "min_take", "qualification"]


def _rows(case: AuditedPlan) -> pd.DataFrame:
    """The rows of the input sheet `access` of outside firms, whatever the switches say."""
    rows = resolve_inheritance(case, "access").drop(columns="beside")
    firms = case.instance["firms"]
    return rows[rows["firm"].isin(firms.loc[firms["home"] == "no", "firm"])].rename(columns={"process": "offer"})


@cache_table
def tabulate_coverage(case: AuditedPlan) -> pd.DataFrame:
    """Each line of an outside firm with each offer that covers it: LINE, region, tier, OFFER and the terms.

    A row that names a process replaces the `*` row of the same firm and mode. `implicit` marks lines that no row
    covers. With access off the rows in `_market` are left, without stake or control.
    """
    lines = case.lines.reset_index()
    lines = lines[(lines["home"] == "no") & (lines["status"] == "existing")][[*LINE, "region", "tier", "firm"]]
    pairs = lines.merge(_rows(case), on="firm")
    named = pairs[pairs["offer"] == pairs["process"]]
    pairs = pd.concat([named, pairs[pairs["offer"] == "*"]])
    pairs = pairs[~pairs.duplicated([*LINE, "mode"])].assign(implicit=False)
    bare = lines[~pd.MultiIndex.from_frame(lines[LINE]).isin(pd.MultiIndex.from_frame(pairs[LINE]))]
    bare = bare.assign(offer="*", mode="spot", **_AT_NO_TERMS, implicit=True)  # type: ignore[arg-type]
    if case.instance.settings["access"] == "off":
        pairs = pairs[pd.MultiIndex.from_frame(pairs[OFFER]).isin(_market(case, pairs))]
        pairs = pairs.assign(controls="no", stake=0.0)
    return pd.concat([part for part in (pairs, bare) if len(part)] or [pairs]).sort_values([*LINE, "mode"])


@cache_table
def tabulate_home_coverage(case: AuditedPlan) -> pd.DataFrame:
    """Each line at home with each row of its firm that covers it: LINE, OFFER and the terms.

    Spot rows are terms of the market while groups are at arm's length, the others offers where that is to be decided.
    """
    lines = case.lines.reset_index()
    lines = lines[lines["home"] == "yes"][[*LINE, "firm"]]
    pairs = lines.merge(_home_rows(case), on="firm")
    pairs = pd.concat([pairs[pairs["offer"] == pairs["process"]], pairs[pairs["offer"] == "*"]])
    return pairs[~pairs.duplicated([*LINE, "mode"])].sort_values([*LINE, "mode"])


def _home_rows(case: AuditedPlan) -> pd.DataFrame:
    """The rows of the input sheet `access` of firms at home that count under the setting `coordination`."""
    rows = resolve_inheritance(case, "access").drop(columns="beside")
    firms, setting = case.instance["firms"], case.instance.settings["coordination"]
    rows = rows[rows["firm"].isin(firms.loc[firms["home"] == "yes", "firm"]) & (setting != "on")]
    return rows[(rows["mode"] == "spot") | (setting == "decide")].rename(columns={"process": "offer"})


@cache_table
def tabulate_every_coverage(case: AuditedPlan) -> pd.DataFrame:
    """Every line with every offer that covers it, those of firms at home too: LINE and OFFER."""
    home = tabulate_home_coverage(case)
    parts = (tabulate_coverage(case), home[home["mode"] != "spot"])
    return pd.concat([part[[*LINE, *OFFER]] for part in parts if len(part)] or [parts[0][[*LINE, *OFFER]]])


@cache_table
def offers(case: AuditedPlan) -> pd.DataFrame:
    """Every offer, indexed by OFFER: its terms, `always`, and the tier and region its entry and annual cost belong to.

    `always`: a spot offer without conditions on lines that have no other, in force without being signed, unless a lock
    says no to it.
    """
    pairs, rows = tabulate_coverage(case), _rows(case).assign(implicit=False)
    if case.instance.settings["access"] == "off":
        left = (rows["mode"] == "spot") | pd.MultiIndex.from_frame(rows[OFFER]).isin(
            pd.MultiIndex.from_frame(pairs[OFFER]).union(pd.MultiIndex.from_tuples(_of_partners(case), names=OFFER))
        )
        rows = rows[left].assign(controls="no", stake=0.0)
    implicit = pairs[pairs["implicit"]].drop_duplicates(OFFER)[rows.columns]
    table = pd.concat([part for part in (rows, implicit) if len(part)] or [rows]).set_index(OFFER)
    alone = pairs.assign(alone=pairs.groupby(LINE)["mode"].transform("size") == 1).groupby(OFFER)["alone"].all()
    alone = alone.reindex(table.index, fill_value=True)
    spot = table.index.get_level_values("mode") == "spot"
    table["always"] = spot & alone & (table[_CONDITIONS] == 0).all(axis=1) & ~table.index.isin(_list_refused(case))
    table, pairs = _add_home(case, table, pairs)
    first = pairs.drop_duplicates(OFFER).set_index(OFFER).reindex(table.index)
    return table.assign(tier=first["tier"].fillna("downstream"), region=first["region"].fillna("*"))


def _add_home(case: AuditedPlan, table: pd.DataFrame, pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Offers and the lines they cover, with those of firms at home that may be signed."""
    rows = _home_rows(case)
    rows = rows[rows["mode"] != "spot"]
    if rows.empty:
        return table, pairs
    covered = tabulate_home_coverage(case).merge(case.lines.reset_index()[[*LINE, "region", "tier"]], on=LINE)
    signed = rows.assign(implicit=False, always=False).set_index(OFFER)
    parts = [part for part in (table, signed) if len(part)]
    return pd.concat(parts), pd.concat([part for part in (pairs, covered) if len(part)])


_BONDS = {"spot": 0, "contract": 1, "alliance": 2, "equity": 3, "joint_venture": 4, "acquire": 5}


def _loosest(rows: pd.DataFrame) -> tuple[str, str, str]:
    """The offer among some that binds least: lets draw anything, gives no stake, and is of the loosest mode."""
    ranks = [
        (share == 0, stake > 0, _BONDS[mode], place)
        for place, (share, stake, mode) in enumerate(
            zip(rows["offtake_share"], rows["stake"], rows["mode"], strict=True)
        )
    ]
    firm, offer, mode = rows[OFFER].iloc[min(ranks)[-1]]
    return firm, offer, mode


def _market(case: AuditedPlan, pairs: pd.DataFrame) -> list[tuple[str, str, str]]:
    """The offers that are left with access off: spot, and where a line has none the one that binds least there.

    Of partners of projects also the one beyond spot that binds least.
    """
    left = [tuple(offer) for offer in pairs.loc[pairs["mode"] == "spot", OFFER].to_numpy()]
    for _, rows in pairs.sort_values([*LINE, "mode"]).groupby(LINE):
        if not (rows["mode"] == "spot").any():
            left.append(_loosest(rows))
    return left + _of_partners(case)


def _of_partners(case: AuditedPlan) -> list[tuple[str, str, str]]:
    """Of each partner of a project: its offer beyond spot that binds least."""
    rows = _rows(case).sort_values(OFFER)
    rows = rows[(rows["mode"] != "spot") & rows["firm"].isin(case.instance["projects"]["partner"].dropna())]
    return [_loosest(group) for _, group in rows.groupby("firm")]


def _list_refused(case: AuditedPlan) -> list[tuple[str, str, str]]:
    """The offers to which a lock says no, so that they have to be signed to be in force."""
    locks = case.instance["locks"]
    rows = locks[(locks["decision"] == "accessed") & (locks["at_most"] < 1)]
    return list(zip(rows["firm"], rows["process"].fillna("*"), rows["mode"], strict=True))


@cache_table
def states(case: AuditedPlan) -> pd.DataFrame:
    """Every offer in every period: its terms, and signed and in_force (bool) as the sheet `access` says.

    `spell` and `before` count the periods it has been in force without a break by this one and by the one before;
    `usable`: in force for longer than its qualification.
    """
    grid = offers(case).reset_index().merge(case.periods.reset_index()[["period", "place"]], how="cross")
    sheet = case["access"].rename(columns={"process": "offer"})[[*OFFER, "period", "signed", "in_force"]]
    sheet = sheet.drop_duplicates([*OFFER, "period"])
    grid = grid.merge(sheet, on=[*OFFER, "period"], how="left").sort_values([*OFFER, "place"], ignore_index=True)
    grid["signed"] = grid["signed"].eq("yes")
    grid["in_force"] = grid["in_force"].eq("yes") | grid["always"]
    breaks = (~grid["in_force"]).groupby([grid[name] for name in OFFER]).cumsum().rename("breaks")
    spell = grid["in_force"].astype(int).groupby([*(grid[name] for name in OFFER), breaks]).cumsum()
    grid["spell"] = spell
    grid["before"] = grid.groupby(OFFER)["spell"].shift(fill_value=0)
    grid["usable"] = grid["always"] | (grid["spell"] > grid["qualification"])
    return grid


@cache_table
def reach(case: AuditedPlan) -> pd.DataFrame:
    """Each outside line with each offer that covers it in each period: the columns of `covered`, period and states."""
    now = states(case)[[*OFFER, "period", "place", "always", "in_force", "usable"]]
    parts = [tabulate_coverage(view).merge(now[now["period"].isin(periods)], on=OFFER) for view, periods in case.views]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def tabulate_control(case: AuditedPlan) -> pd.Series:
    """By site, process and period: does the plan decide on the line: its own, or by an offer that controls."""
    key = [*LINE, "period"]
    ours = case.grid.set_index(key).index
    rows = reach(case)
    held = rows[rows["in_force"] & (rows["controls"] == "yes")]
    home = case.lines["home"].reindex(pd.MultiIndex.from_frame(case.grid[LINE])).eq("yes").to_numpy()
    return pd.Series(home | ours.isin(pd.MultiIndex.from_frame(held[key])), index=ours)
