"""What people read of an attribution: sentences, tiles and charts of games whose figures are plain."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pandas as pd
import pytest

from planner.report.picture import picture
from planner.sheets.board import Chart
from planner.sheets.waterfall import axis_floor, waterfall
from planner.studies.attribution.charts import attribution_charts
from planner.studies.attribution.coalitions import Gains, Solved
from planner.studies.attribution.mechanisms import MECHANISMS, Cast
from planner.studies.attribution.report import attribution_summary, attribution_tiles, method
from planner.studies.attribution.shapley import Coalition
from planner.studies.attribution.study import Attribution, Design, design
from planner.workbook.drawing import draw_chart
from planner.workbook.figures import Figures
from planner_models.instance import Instance, instance


def chain(**settings: Any) -> Instance:
    return instance({}, **{"name": "chain", "currency": "EUR", **settings})


def game(
    total: Callable[[Coalition], float],
    comparison: Design,
    *,
    sign: float = -1.0,
    gap: float = 0.0,
    status: str = "within_gap",
) -> Attribution:
    """All plans of a design, each `gap` times its total off its bound."""
    solved = {}
    for who in comparison.needed:
        objective = total(who)
        bound = objective + sign * gap * abs(objective)
        solved[who] = Solved(who, status, "solved", objective, bound, gap, 1.0)
    return Attribution(comparison, solved, sign)


PAIR = Cast(("access", "scale"), {"support": "no policy pays"}, {})


def together(who: Coalition) -> float:
    """Costs 12,000; access saves 1,000, scale 2,000, both together 600 more."""
    return 12_000 - 1000 * ("access" in who) - 2000 * ("scale" in who) - 600 * (len(who) == 2)


def brief(found: Attribution, **settings: Any) -> str:
    table = attribution_summary(chain(**settings), found)
    return " ".join(str(row.value) for row in table.itertuples() if str(row.metric).startswith("brief"))


def test_the_brief_says_what_each_mechanism_is_worth():
    """Each gets half of what they gain together: access 1,300 and scale 2,300 of 3,600."""
    text = brief(game(together, design(PAIR)))
    for words in (
        "Integration of the chain is worth 3.6 billion EUR (discounted): the plan costs 8.4 billion EUR with",
        "and costs 12 billion EUR with all of them off.",
        "Economies of scale: 2.3 billion EUR saved, 64 % of the whole; 2 billion EUR if it came alone, "
        "2.6 billion EUR on top of all others, so it gains from the others.",
        "Access to outside firms: 1.3 billion EUR saved, 36 % of the whole;",
        "strengthen each other most (600 million EUR more together than apart)",
        "Worth nothing in this workbook: Support by policy (no policy pays).",
        "Every plan was solved to optimality.",
    ):
        assert words in text


def test_a_worth_within_the_gap_is_not_sold_as_one():
    """With 20 % each plan could be 1,680 to 2,400 better: that is more than access seems to save."""
    text = brief(game(together, design(PAIR), gap=0.2, status="time_limit"))
    assert "Access to outside firms: 1.3 billion EUR saved, which is less than the possible error." in text
    assert "a smaller gap narrows it. 4 of 4 plans were stopped at the time limit." in text
    assert "strengthen" not in text
    assert "optimal" not in text


def test_an_error_that_counts_is_told_beside_a_worth():
    """With 1 % each plan could be 84 to 120 better; the 1,300 of access are known to about 115."""
    text = brief(game(together, design(PAIR), gap=0.01))
    assert re.search("Access to outside firms: 1.3 billion EUR saved, give or take 1[01][0-9] million EUR, 36 %", text)
    assert "give or take" not in brief(game(together, design(PAIR), gap=1e-4))


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (0.0, "gain 2 billion EUR, consumers gain 1 billion EUR and the state loses 400 million EUR"),
        (0.05, "gain 2 billion EUR and consumers gain 1 billion EUR; what the state may gain or lose is less than"),
        (0.5, "Who gains by it cannot be told at this gap."),
    ],
)
def test_who_gains_is_no_finer_than_the_gap(gap: float, words: str):
    """Profits of 10 and 12 billion, with 1 billion more for consumers and 400 million less for the state.

    With a gap of 5 % a plan can be 600 million better, with one of 50 % 6 billion.
    """
    nobody, both = Gains(10_000, 0, 0), Gains(12_000, 1000, -400)
    found = game(lambda who: 10_000 + 1000 * len(who), design(PAIR), sign=1.0, gap=gap)
    solved = {who: replace(plan, gains=both if len(who) == 2 else nobody) for who, plan in found.solved.items()}
    assert words in brief(replace(found, solved=solved), objective="profit")


def test_all_that_cannot_be_ranked_is_said():
    """Worth 1,000, 990 and 980, each off by up to 100: the first and the last are no better told apart than others."""
    saved = {"access": 1000, "scale": 990, "learning": 980}
    comparison = design(Cast(tuple(saved), {}, {}))
    text = brief(game(lambda who: 10_000 - sum(saved[name] for name in who), comparison, gap=0.01))
    names = [MECHANISMS[name] for name in saved]
    ranking = text[text.index("At this gap their order is not decided") :]
    for first, second in combinations(names, 2):
        assert f"{first} and {second}" in ranking
    sure = brief(game(lambda who: 10_000 - sum(saved[name] for name in who), comparison))
    assert "not decided" not in sure


def test_losses_are_called_losses():
    """Profit of -1,000 without and 500 with scale, of which support takes 200."""

    def profit(who: Coalition) -> float:
        return -1000 + 1500 * ("scale" in who) - 200 * ("support" in who)

    found = game(profit, design(Cast(("scale", "support"), {}, {"access": "not selected"})), sign=1.0)
    text = brief(found, objective="profit")
    assert "The set of mechanisms compared here is worth 1.3 billion EUR" in text
    assert "the plan earns 300 million EUR with the mechanisms" in text
    assert "and loses 1 billion EUR with all of them off" in text
    assert "Support by policy: 200 million EUR lost." in text
    assert "Not compared because not selected: Access to outside firms." in text


def test_scale_that_costs_is_explained():
    found = game(lambda who: 15.0 + 5 * len(who), design(Cast(("scale",), {}, {})))
    assert "Economies of scale: 5 million EUR lost: modules are whole" in brief(found)


def test_estimates_are_called_estimates():
    found = game(together, design(PAIR, samples=6))
    assert method(found) == "Shapley values estimated from 6 sampled orders of 2 mechanisms"
    everything = dict(found.solved)
    del everything[frozenset({"scale"})]
    orders = (("access", "scale"),) * 2 + found.design.orders
    part = Attribution(Design(PAIR, orders), everything, -1.0)
    assert method(part) == "stopped by the user: Shapley values estimated from the first 2 of 8 sampled orders"
    assert "With one pair of orders the sampling error is not known." in brief(part)


def test_the_summary_adds_up():
    table = attribution_summary(chain(), game(together, design(PAIR))).set_index("metric")
    assert table.at["worth of all mechanisms", "value"] == 3600
    assert table.at["sum of these worths", "value"] == pytest.approx(3600)
    assert (table.at["worth of access", "value"], table.at["worth of scale", "value"]) == (1300, 2300)
    assert table.at["worth of all mechanisms", "unit"] == "million EUR"
    assert table["value"].notna().all()


def test_tiles_show_the_whole_the_parts_and_the_error():
    shown = [(tile.label, tile.value, tile.detail) for tile in attribution_tiles(chain(), game(together, design(PAIR)))]
    assert shown == [
        ("Together worth", "3.6 billion EUR", "cost 12 billion EUR → 8.4 billion EUR"),
        ("Economies of scale", "2.3 billion EUR", "64 % of the whole"),
        ("Access to outside firms", "1.3 billion EUR", "36 % of the whole"),
        ("A worth may be off by", "nothing", "all plans are optimal"),
    ]


def test_charts_lead_from_all_off_to_all_on():
    """In billions: 12 less 2.3 less 1.3 is 8.4; the steps take 30 % of the height, so the axis begins higher."""
    steps, places = attribution_charts(chain(), game(together, design(PAIR)))
    assert list(steps.frame.index) == [
        "All off\n12",
        "Economies of scale\n−2.3",
        "Access to outside firms\n−1.3",
        "All on\n8.4",
    ]
    assert steps.frame["base"].tolist() == pytest.approx([float("nan"), 9.7, 8.4, float("nan")], nan_ok=True)
    assert steps.frame["better"].tolist() == pytest.approx([float("nan"), 2.3, 1.3, float("nan")], nan_ok=True)
    assert steps.floor == 6
    assert steps.message == "Largest contribution: Economies of scale, 2.3 billion EUR of 3.6 billion EUR"
    assert "axis begins at 6" in steps.unit
    assert places.frame.loc["Economies of scale"].tolist() == pytest.approx([2, 2.3, 2.6])


def drawn_levels(frame: pd.DataFrame) -> list[tuple[float, float]]:
    """From where to where each row's visible columns reach, stacked as Excel does: up from 0 and down from 0."""
    reach = []
    for _, row in frame.fillna(0.0).iterrows():
        base = row.get("base", 0.0)
        visible = row.drop("base", errors="ignore")
        up, down = visible[visible > 0].sum(), visible[visible < 0].sum()
        reach.append((max(base, 0) + up if up else min(base, 0), min(base, 0) + down if down else max(base, 0)))
    return reach


@pytest.mark.parametrize(
    ("start", "steps"),
    [
        (100.0, {"a": -30.0, "b": 10.0}),
        (-20.0, {"a": 50.0, "b": -45.0}),
        (-20.0, {"a": -5.0, "b": 15.0}),
        (5.0, {"a": -5.0, "b": 0.0, "c": 3.0}),
    ],
)
def test_steps_hang_between_their_levels_on_both_sides_of_zero(start: float, steps: dict[str, float]):
    levels = [start]
    for amount in steps.values():
        levels.append(levels[-1] + amount)
    expected = [(max(0, start), min(0, start))]
    expected += [(max(pair), min(pair)) for pair in pairwise(levels)]
    expected.append((max(0, levels[-1]), min(0, levels[-1])))
    frame = waterfall(("start", start), list(steps.items()), "end", better=1.0)
    assert drawn_levels(frame) == expected


def test_a_step_is_better_or_worse_by_what_is_wanted():
    cost = waterfall(("start", 10.0), [("a", -4.0), ("b", 1.0)], "end", better=-1.0)
    assert cost["better"].dropna().index.tolist() == ["a"]
    assert cost["worse"].dropna().index.tolist() == ["b"]


@pytest.mark.parametrize("start", [10.0, -10.0, -1.0])
def test_the_legend_names_each_colour_once_on_whatever_side_of_zero_its_steps_lie(start: float):
    chart = Chart(
        "steps", "waterfall", "USD", waterfall(("start", start), [("a", 3.0), ("b", -3.0)], "end", better=1.0)
    )
    native = draw_chart(chart, Figures())
    names = list(chart.frame.columns)
    unnamed = set(native.legend["delete_series"])
    expected = ["total", "better", "worse"]
    assert [name for number, name in enumerate(names) if number not in unnamed] == expected
    page = picture(chart)
    assert [page.count(f">{name}<") for name in expected] == [1, 1, 1]


@pytest.mark.parametrize(
    ("levels", "floor"),
    [
        ([100.0, 40.0], None),
        ([-5.0, 20.0], None),
        ([100.0, 90.0], 80.0),
        ([4535.0, 4520.0], 4510.0),
        ([7.0, 7.0], None),
    ],
)
def test_the_axis_begins_where_small_steps_can_be_seen(levels: list[float], floor: float | None):
    assert axis_floor(levels) == floor
