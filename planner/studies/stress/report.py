"""A stress test for people: headline figures, sentences, and the chart of the worst losses."""

from typing import Any

import pandas as pd

from planner.recourse.reaction import DIGITS, SERVED, SHORTEST
from planner.report.wording import format_money, format_share, join_names, three_digits
from planner.sheets.board import Chart, Tile
from planner.studies.stress.study import Hit, Stressed
from planner.studies.stress.tables import short_words
from planner_models.instance import Instance
from planner_models.schema import RESULTS
from planner_models.sets.weights import Weights, service_weights

_MOST_BARS = 12
_MOST_NAMED = 4


def months_words(months: float) -> str:
    """A length of time as people say it."""
    return f"{three_digits(months)} month{'s' * (months != 1)}"


def stress_summary(instance: Instance, found: Stressed) -> pd.DataFrame:
    """Rows of metric, value and unit, as on the summary of a plan."""
    currency = instance.settings["currency"]
    sentences = stress_brief(instance, found)
    rows: list[tuple[str, Any, str]] = [
        ("name", f"{instance.settings['name']} under stress", ""),
        ("status", _status(found), ""),
        *[(f"brief {number}", text, "") for number, text in enumerate(sentences, 1)],
        ("cases tried", float(len(found.hits)), ""),
        ("cases in which demand goes unserved", float(sum(hurts(hit) for hit in found.hits)), ""),
    ]
    if found.hits:
        worst = found.ranked[0]
        rows += [
            ("least service", worst.service, "share"),
            ("largest loss", max(hit.loss for hit in found.hits), f"million {currency}"),
        ]
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)


def hurts(hit: Hit) -> bool:
    """Whether something that the plan sells cannot be had; what is not worth selling for a while does not count."""
    return hit.lasts < hit.case.months * (1.0 - SERVED)


def _status(found: Stressed) -> str:
    return f"the plan stays as it is; {'every case was tried' if found.complete else describe_stop(found)}"


def describe_stop(found: Stressed) -> str:
    """How far a stress test came before the user stopped it.

    Parameters
    ----------
    found
        What is known by then.

    Returns
    -------
    str
        How many of how many losses were tried.
    """
    pairs = " (one at a time, no pairs)" if found.tried == found.total else ""
    return f"stopped by the user: {found.tried} of {found.total} losses tried{pairs}"


def stress_brief(instance: Instance, found: Stressed) -> list[str]:
    """The sentences: the worst loss, the worst pair, points of failure, what is survived."""
    if not found.hits:
        return ["No possible loss affects this plan."]
    sentences = [
        "" if found.complete else f"The test was {describe_stop(found)}; the findings cover these.",
        _worst(instance, found),
        _most_expensive(instance, found),
        _pair(instance, found),
        _failures(found),
        _count_survived(found),
        "In each case the plan's sites, offers and stocks stay; flows are chosen anew at least cost while it lasts.",
    ]
    return [sentence for sentence in sentences if sentence]


def _case(hit: Hit) -> str:
    return f"the loss of {hit.case.words} for {months_words(hit.case.months)} in {hit.case.period}"


def _worst(instance: Instance, found: Stressed) -> str:
    hit = found.singles[0]
    currency = instance.settings["currency"]
    if not hurts(hit):
        return "No single loss that was tried leaves demand unserved."
    text = f"The worst is {_case(hit)}: {format_share(hit.service)} of demand is served"
    first = short_words(hit).partition(";")[0]
    loss, weights = format_money(hit.loss, currency), service_weights(instance)
    if weights.by_value:
        lost = f"demand worth {format_money(hit.lost, currency)} is not"
    else:
        amount = f"{three_digits(hit.lost)} {weights.unit or ''}".strip()
        lost = f"{amount} is not (by quantity: {without_value(weights)})"
    most = f" (most of it {first})" if weights.by_value else f"; most of it {first}"
    return f"{text}, {lost}{most}, and the loss costs {loss}.{_describe_ties(found.singles)}"


def without_value(weights: Weights) -> str:
    """Which items have neither value nor price."""
    verb = "has" if len(weights.lacking) == 1 else "have"
    return f"{join_names(list(weights.lacking))} {verb} neither value nor price"


def _describe_ties(ranked: list[Hit]) -> str:
    """How many losses serve as little as the first, and why that one is named."""
    alike = [hit for hit in ranked if hit.service == ranked[0].service]
    tied = len({hit.case.losses for hit in alike})
    if tied == 1:
        return ""
    told = f" {tied} losses leave equally little demand served"
    same = len({hit.case.losses for hit in alike if hit.severity[:3] == ranked[0].severity[:3]})
    if same == tied:
        return f"{told} and are equal in all other respects."
    return f"{told}; this one is felt soonest, or equally soon at the highest cost."


def _most_expensive(instance: Instance, found: Stressed) -> str:
    """The most expensive single loss where it is not the worst, and the pair that costs more than any of them."""
    currency = instance.settings["currency"]
    single, costliest = (max(hits, key=lambda hit: -hit.severity[2]) for hits in (found.singles, found.ranked))
    sentences = []
    costs = [f"it costs {format_money(hit.loss, currency)}." for hit in (single, costliest)]
    if single is not found.singles[0] and single.loss > 0:
        sentences.append(f"The most expensive single loss is {_case(single)}: {costs[0]}")
    if costliest.severity[2] < single.severity[2]:
        sentences.append(f"The most expensive pair is {_case(costliest)}: {costs[1]}")
    return " ".join(sentences)


def _pair(instance: Instance, found: Stressed) -> str:
    """The pair that adds most to the worse of its two parts."""
    alone = {(hit.case.losses[0], hit.case.period, hit.case.months): hit.service for hit in found.singles}
    pairs = [hit for hit in found.ranked if len(hit.case.losses) > 1]
    if not pairs:
        return ""

    added = [
        round(min(alone[loss, hit.case.period, hit.case.months] for loss in hit.case.losses) - hit.service, DIGITS - 1)
        for hit in pairs
    ]
    most = max(added)
    if most <= SERVED:
        return f"No pair of the worst losses ({len(pairs)} tried) is worse than the worse of its two losses alone."
    hit = pairs[added.index(most)]
    tied = len({pair.case.losses for pair, more in zip(pairs, added, strict=True) if more == most})
    also = f" {tied} pairs have the same effect." if tied > 1 else ""
    first, second = (loss.words for loss in hit.case.losses)
    return (
        f"The pair that matters most is {first} with {second}: without both for "
        f"{months_words(hit.case.months)} in {hit.case.period}, {format_share(hit.service)} of demand is served; "
        f"without the worse of the two alone, {format_share(hit.service + most)}.{also}"
    )


def _failures(found: Stressed) -> str:
    """What leaves demand unserved from the first day on."""
    hurting = dict.fromkeys(hit.case.words for hit in found.singles if hurts(hit) and hit.lasts <= 2 * SHORTEST)
    tried = len({hit.case.losses for hit in found.singles})
    if not hurting:
        return ""
    some = f"{len(hurting)} of {tried} single losses leave"
    return f"{some} demand unserved from the first day on: {join_names(list(hurting), _MOST_NAMED)}."


def _count_survived(found: Stressed) -> str:
    """How many losses stock and slack carry the plan through."""
    shortest: dict[tuple, float] = {}
    for hit in found.singles:
        key = hit.case.losses
        shortest[key] = min(shortest.get(key, hit.lasts), hit.lasts)
    longest = max(hit.case.months for hit in found.singles)
    carried = sum(lasts >= longest * (1 - SERVED) for lasts in shortest.values())
    return (
        f"Stock and slack carry the plan through {carried} of {len(shortest)} single losses for "
        f"{months_words(longest)} in every period that was tried."
    )


def stress_tiles(instance: Instance, found: Stressed) -> list[Tile]:
    """How much was tried, the worst service, the costliest loss, and what is survived."""
    if not found.hits:
        return []
    currency = instance.settings["currency"]
    worst, costliest = found.ranked[0], max(found.ranked, key=lambda hit: -hit.severity[2])
    single = found.singles[0]
    hurting = len({hit.case.losses for hit in found.singles if hurts(hit)})
    tried = len({hit.case.losses for hit in found.singles})
    return [
        Tile("Single losses that hurt", f"{hurting} of {tried}", "leave demand unserved"),
        Tile("Least served, single loss", format_share(single.service), _short(single)),
        Tile("Least served, with pairs", format_share(worst.service), _short(worst)),
        Tile("Highest cost, with pairs", format_money(costliest.loss, currency), _short(costliest)),
        Tile("Cases tried", f"{len(found.hits):,}", "losses, periods, durations"),
    ]


def _short(hit: Hit) -> str:
    """A case in the few letters that a tile has."""
    names = " + ".join(loss.member.replace("|", " to ") for loss in hit.case.losses)
    return names if len(names) <= 34 else f"{names[:32]}..."


def stress_charts(instance: Instance, found: Stressed) -> list[Chart]:
    """The worst single losses: the value that each leaves unserved, in its worst period."""
    worst: dict[str, Hit] = {}
    for hit in sorted(found.singles, key=lambda hit: (-float(f"{hit.lost:.6g}"), hit.severity)):
        worst.setdefault(hit.case.words, hit)
    shown = [hit for hit in worst.values() if hit.lost > 0][:_MOST_BARS]
    if not shown:
        return []
    weights = service_weights(instance)
    large = max(max(hit.lost if weights.by_value else 0.0, hit.loss) for hit in shown) >= 10_000
    scale = 1000 if large else 1
    unit = f"{'billion' if large else 'million'} {instance.settings['currency']}"
    rows = {
        f"{hit.case.words}\n{hit.case.period}": {
            **({"value not served": hit.lost / scale} if weights.by_value else {}),
            "loss, discounted": hit.loss / scale,
        }
        for hit in shown
    }
    longest = max(hit.case.months for hit in shown)
    title = f"The worst single losses, each in its worst period, up to {months_words(longest)}"
    costliest = max(shown, key=lambda hit: hit.loss)
    cost = format_money(costliest.loss, instance.settings["currency"])
    message = f"The most expensive loss is {costliest.case.words} in {costliest.case.period}: {cost}"
    return [Chart(title, "clustered", unit, pd.DataFrame.from_dict(rows, orient="index"), message=message)]
