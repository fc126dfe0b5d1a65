"""A study of joint samples for people: headline figures, sentences, and what the charts show."""

from typing import Any

import numpy as np
import pandas as pd

from planner.report.wording import format_money, format_share, join_names
from planner.sheets.board import Tile
from planner.studies.samples.study import Samples
from planner.studies.samples.tables import NINTH, TENTH, FigureValue, Valuation
from planner.studies.samples.value import FEWEST
from planner.words import count_noun
from planner_models.schema import RESULTS

MOST_NAMED = 3

Row = tuple[str, Any, str]


def samples_summary(valued: Valuation) -> pd.DataFrame:
    """Rows of metric, value and unit, as on the summary of a plan.

    Parameters
    ----------
    valued
        The study.

    Returns
    -------
    pandas.DataFrame
        Amounts in million of the currency.
    """
    found = valued.found
    unit = f"million {currency_of(found)}"
    rows: list[Row] = [
        ("name", f"{found.reading.instance.settings['name']}: how sure the plan is", ""),
        ("status", describe_status(found), ""),
        *[(f"brief {number}", words, "") for number, words in enumerate(samples_brief(valued), 1)],
        ("objective", "profit" if found.sign < 0 else "cost", ""),
        ("samples requested", float(found.request.count), ""),
        ("samples with a plan", float(len(found.sound)), ""),
        ("figures drawn", float(len(found.figures)), ""),
        ("plans compared", float(len(found.plans)), ""),
        ("seed of the draws", float(found.request.seed), ""),
        *_information_rows(valued, unit),
        ("left open by the gaps of the samples, mean", _mean_open(found), unit),
    ]
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)


def _information_rows(valued: Valuation, unit: str) -> list[Row]:
    if valued.perfect is None:
        return [("expected value of perfect information", "not known", "")]
    return [
        ("expected value of perfect information", valued.perfect.value, unit),
        ("standard error of that", valued.perfect.error, unit),
    ]


def _mean_open(found: Samples) -> float | str:
    mean = float(found.left_open.mean())
    return mean if np.isfinite(mean) else "not known"


def currency_of(found: Samples) -> str:
    """The currency of the workbook."""
    return str(found.reading.instance.settings["currency"])


def say_money(found: Samples, amount: float) -> str:
    """An amount in millions as people say it."""
    return format_money(amount, currency_of(found))


def name_objective(found: Samples) -> str:
    """What the plans are compared by."""
    return "cost" if found.sign > 0 else "profit"


def describe_status(found: Samples) -> str:
    """How many samples are finished, and whether that is all.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    str
        Words for the page.
    """
    solved = f"{len(found.found)} of {count_noun(found.request.count, 'sample')} solved"
    words = f"{solved}, {count_noun(len(found.plans), 'plan')} held in each"
    return words if found.complete else f"stopped by the user: {words}; --resume goes on"


def samples_brief(valued: Valuation) -> list[str]:
    """The sentences: the distribution, regret, the best plan, what information is worth, and how sure all this is.

    Parameters
    ----------
    valued
        The study.

    Returns
    -------
    list of str
        Sentences, the most important first.
    """
    parts = [
        _describe_distribution(valued.found),
        _describe_regret(valued),
        _describe_best(valued),
        _describe_information(valued),
        _describe_figures(valued),
        _describe_losses(valued.found),
        _describe_certainty(valued),
    ]
    return [part for part in parts if part]


def _describe_distribution(found: Samples) -> str:
    costs = found.costs[:, 0]
    held = np.isfinite(costs)
    if not held.any():
        return "The plan cannot be held in any sample."
    tenth, median, ninth = np.quantile(found.sign * costs[held], [TENTH, 0.5, NINTH])
    verb = "costs" if found.sign > 0 else "earns"
    return (
        f"The plan {verb} {say_money(found, median)} in the median, between {say_money(found, tenth)} and "
        f"{say_money(found, ninth)} in eight of ten samples."
    )


def _describe_regret(valued: Valuation) -> str:
    found = valued.found
    regret = found.regret[:, 0]
    held = np.isfinite(regret)
    if not held.any():
        return ""
    mean, ninth = float(regret[held].mean()), float(np.quantile(regret[held], NINTH))
    unbeaten = float((regret <= found.rounding).mean())
    return (
        f"Holding it costs {say_money(found, mean)} on average against the best plan of each sample, and more than "
        f"{say_money(found, ninth)} in one of ten; in {format_share(unbeaten)} of the samples no better plan was found."
    )


def _describe_best(valued: Valuation) -> str:
    """Which of several plans is the best to hold, and which is so most often."""
    found = valued.found
    if len(found.plans) < 2 or valued.preferred is None:
        return ""
    preferred = found.plans[valued.preferred]
    share = format_share(float(valued.best_shares[valued.preferred]))
    text = f"Of {count_noun(len(found.plans), 'plan')} compared, {preferred.name} is the best on average"
    if not valued.sound_plans.all():
        text += " among those that can be held in every sample"
    text += f", and the best in {share} of the samples"
    gain, error = _compare_plans(valued)
    if not valued.preferred or gain is None:
        return f"{text}."
    sure = "" if gain > 2 * error else ", which is within the sampling error"
    return f"{text}; it is {say_money(found, gain)} better than the plan{sure}."


def _compare_plans(valued: Valuation) -> tuple[float | None, float]:
    """What the preferred plan gains over the plan as it is, with its standard error; None where that is not known."""
    costs = valued.found.costs
    if valued.preferred is None or not valued.sound_plans[0]:
        return None, 0.0
    gained = costs[:, 0] - costs[:, valued.preferred]
    return float(gained.mean()), float(gained.std(ddof=1) / np.sqrt(len(gained))) if len(gained) > 1 else np.inf


def _describe_information(valued: Valuation) -> str:
    found, perfect = valued.found, valued.perfect
    if perfect is None:
        return ""
    return (
        f"Knowing all figures before deciding would be worth {say_money(found, perfect.value)} "
        f"(standard error {say_money(found, perfect.error)})."
    )


def list_worthwhile(valued: Valuation) -> list[FigureValue]:
    """The figures of which knowing one is worth something beyond twice its standard error.

    Parameters
    ----------
    valued
        The study.

    Returns
    -------
    list of FigureValue
        Those worth most first.
    """
    return [value for value in valued.figures if value.sure and value.information.value > 0]


def _describe_figures(valued: Valuation) -> str:
    if len(valued.found.plans) < 2 or not valued.figures:
        return ""
    worth = list_worthwhile(valued)
    if not worth:
        return "No single figure is worth knowing beyond the sampling error, among the plans compared."
    names = [
        f"{value.figure.name} ({say_money(valued.found, value.information.value)}, standard error "
        f"{say_money(valued.found, value.information.error)})"
        for value in worth
    ]
    return f"Worth most to know first: {join_names(names, MOST_NAMED)}."


def _describe_losses(found: Samples) -> str:
    """Samples without a plan, and those in which the plan cannot be held."""
    parts = []
    refused = len(found.found) - len(found.sound)
    if refused:
        parts.append(f"{count_noun(refused, 'sample')} without a plan, which are left out")
    broken = int((~np.isfinite(found.costs[:, 0])).sum())
    if broken:
        parts.append(f"{count_noun(broken, 'sample')} in which the plan cannot be held")
    return f"There {'is' if refused + broken == 1 else 'are'} {join_names(parts)}." if parts else ""


def _describe_certainty(valued: Valuation) -> str:
    found = valued.found
    if not found.complete and len(found.found) == found.request.count:
        return "Stopped by the user before plans found in samples were held in all of them: --resume goes on."
    if not found.complete:
        return f"Stopped by the user after {count_noun(len(found.found), 'sample')}: --resume goes on."
    if len(found.sound) < FEWEST:
        return f"Fewer than {FEWEST} samples have a plan: too few to say what information is worth."
    mean = _mean_open(found)
    if isinstance(mean, str):
        return "Some samples were stopped before any bound was known, so that regret may be larger without limit."
    if mean <= float(found.rounding.mean()):
        return ""
    return f"Samples were solved to a gap: regret and the value of information may be {say_money(found, mean)} larger."


def samples_tiles(valued: Valuation) -> list[Tile]:
    """The distribution, regret, and what information is worth.

    Parameters
    ----------
    valued
        The study.

    Returns
    -------
    list of Tile
        Up to five.
    """
    found = valued.found
    costs, regret = found.costs[:, 0], found.regret[:, 0]
    held = np.isfinite(costs)
    shown = []
    if held.any():
        tenth, median, ninth = np.quantile(found.sign * costs[held], [TENTH, 0.5, NINTH])
        spread = f"{say_money(found, tenth)} to {say_money(found, ninth)} in 8 of 10 samples"
        shown.append(
            Tile(f"{name_objective(found).capitalize()} of the plan, median", say_money(found, median), spread)
        )
        mean = float(regret[held].mean())
        shown.append(Tile("Mean regret of the plan", say_money(found, mean), f"over {held.sum()} samples"))
    unbeaten = format_share(float((regret <= found.rounding).mean()))
    shown.append(Tile("No better plan found", unbeaten, "of the samples"))
    if valued.perfect is not None:
        error = f"standard error {say_money(found, valued.perfect.error)}"
        shown.append(Tile("Perfect information is worth", say_money(found, valued.perfect.value), error))
    worth = list_worthwhile(valued)
    if worth:
        first = worth[0]
        shown.append(Tile("Worth most to know", say_money(found, first.information.value), first.figure.name))
    return shown
