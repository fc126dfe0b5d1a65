"""What charts of comparisons and frontiers say in their headlines."""

import pandas as pd
import pytest

from planner.report.page import keep_percent
from planner.studies.alternatives.run import describe_choice
from planner.studies.comparison.charts import say_capacity, say_sourcing, say_steps


@pytest.mark.parametrize(
    ("steps", "by", "sign", "words"),
    [
        (
            {"labour": -30.0, "energy": 10.0},
            "group",
            1,
            "Cost falls by 20 million EUR; mainly in labour (−30 million EUR)",
        ),
        ({"labour": 30.0}, "group", -1, "Profit rises by 30 million EUR; mainly in labour (+30 million EUR)"),
        ({"a": 10.0, "b": -10.0}, "group", 1, "Cost stays the same; the largest change is in a (+10 million EUR)"),
        ({"Spain": -30.0}, "region", 1, "The largest change is in Spain (−30 million EUR)"),
    ],
)
def test_a_bridge_names_its_largest_step(steps: dict[str, float], by: str, sign: float, words: str):
    assert say_steps(pd.Series(steps), by, sign, "EUR") == words


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ([10.0, 20.0], "Capacity is the same in both plans"),
        ([10.0, 25.0], "Capacity differs most downstream in later: in b it is 25 % larger"),
        ([5.0, 20.0], "Capacity differs most upstream in now: in b it is 50 % smaller"),
    ],
)
def test_capacity_that_differs_is_named(other: list[float], words: str):
    index = pd.MultiIndex.from_tuples([("upstream", "now"), ("downstream", "later")])
    assert say_capacity(pd.DataFrame({"a": [10.0, 20.0], "b": other}, index=index)) == words


def test_the_largest_shift_of_supply_is_named():
    index = pd.MultiIndex.from_tuples([("cell", "a"), ("cell", "b"), ("car", "a"), ("car", "b")])
    shares = pd.DataFrame({"Spain": [0.5, 0.9, 1.0, 0.9], "Chile": [0.5, 0.1, 0.0, 0.1]}, index=index)
    assert say_sourcing(shares, ["a", "b"]) == "Spain supplies 90 % of cell in b, 50 % in a"
    shares.iloc[1] = shares.iloc[0]
    shares.iloc[3] = shares.iloc[2]
    assert say_sourcing(shares, ["a", "b"]) == "No region's share in the supply of these items differs"


def test_no_line_ends_before_per_cent():
    assert keep_percent("96 % of 3 t, 5 % more") == "96\u00a0% of 3 t, 5\u00a0% more"


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (("opened", "new_site"), "new site open"),
        (("built", "works", "make_cells", "hall", "2027"), "hall for make cells at works, 2027"),
        (("accessed", "Ore", "*", "spot"), "spot with Ore for everything"),
        (("started", "solid_state", "alone"), "project solid state by alone"),
        (("kept", "works", "smelting"), "smelting kept at works"),
        (("priced", "home", "cell", "low"), "priced[home, cell, low]"),
    ],
)
def test_choices_on_the_first_page_are_words(choice: tuple[str, ...], words: str):
    assert describe_choice(choice) == words
