"""Checks of programmes: names that are none, thresholds on what a good does not contain, links that lead nowhere."""

from typing import Any

import pytest

from planner.checks import eligibility
from tests.proofs import workshop
from tests.proofs.test_eligibility import CHAIN, CREDIT
from tests.test_check_dynamics import found

CHECKS = (
    eligibility.programmes_name_what_exists,
    eligibility.programmes_span_time,
    eligibility.programmes_fit_kinds,
    eligibility.programmes_are_linked,
    eligibility.content_is_in_goods,
    eligibility.programmes_look_at_something,
)
OTHER = {"programme": "other"}


@pytest.mark.parametrize(
    ("rule", "programmes", "place", "words"),
    [
        (CHECKS[0], [{"who": "here; ther"}], "error eligibility!who2", "`ther` is not a region or bloc"),
        (CHECKS[0], [{"made_in": "shop"}], "error eligibility!made_in2", "`shop` is not a region or bloc"),
        (CHECKS[0], [{"content": "cells"}], "error eligibility!content2", "`cells` is not a tier or item"),
        (CHECKS[0], [{"basis": "ownership"}], "error eligibility!who2", "`here` is not a firm, group or bloc"),
        (CHECKS[1], [{"from": "2", "to": "1"}], "error eligibility!from2", "exchange them"),
        (CHECKS[2], [{"kind": "capex"}], "error eligibility!averaging2", "write site"),
        (CHECKS[2], [{"kind": "capex", "averaging": "site", "rate": 30}], "error eligibility!rate2", "such as 0.3"),
        (CHECKS[2], [{"kind": "duty", "rate": 10}], "warning eligibility!rate2", "write 0.1"),
        (CHECKS[2], [{"rate": 0}], "warning eligibility!rate2", "brings nothing"),
        (CHECKS[2], [{"kind": "market_access"}], "warning eligibility!rate2", "clear it"),
        (CHECKS[3], [{"needs": "credit"}], "error eligibility!needs2", "needs itself"),
        (CHECKS[3], [{"needs": "other"}, OTHER | {"active": "no"}], "warning eligibility!needs2", "is not active"),
        (CHECKS[3], [{"exclusive_with": "credit"}], "error eligibility!exclusive_with2", "exclude itself"),
        (
            CHECKS[3],
            [{"exclusive_with": "other"}, OTHER | {"kind": "output"}],
            "error eligibility!exclusive_with2",
            "do not look at the same units",
        ),
        (CHECKS[4], [{"content": "upstream"}], "error eligibility!content2", ""),
        (CHECKS[5], [{"market": "there"}], "warning eligibility!market2", "`good` is not sold in `there`"),
        (CHECKS[5], [{"kind": "duty"}], "warning eligibility!market2", ""),
        (
            CHECKS[5],
            [{"kind": "output", "item": "cell", "market": "nowhere"}],
            "warning eligibility!market2",
            "no line",
        ),
    ],
)
def test_faults_are_named(rule: Any, programmes: Any, place: str, words: str) -> None:
    """One issue, at its cell, with what to write."""
    sheets: dict[str, Any] = CHAIN | {"items": [*CHAIN["items"], {"item": "ore", "tier": "upstream"}]}
    sheets |= {"periods": [{"period": "1"}, {"period": "2"}]}
    if rule is CHECKS[5] and "duty" in {row.get("kind") for row in programmes}:
        sheets |= {"lanes": [CHAIN["lanes"][0] | {"item": "cell"}]}
    ((where, message),) = found(rule, workshop(eligibility=[CREDIT | row for row in programmes], **sheets))
    assert where == place
    assert words in message


def test_content_has_a_value_and_no_stock() -> None:
    """By value what has none cannot be weighed; what is stocked cannot be traced."""
    items = [CHAIN["items"][0] | {"value": 0}, CHAIN["items"][1]]
    case = workshop(eligibility=[CREDIT], **(CHAIN | {"items": items}))
    assert [place for place, _ in found(CHECKS[4], case)] == ["error eligibility!basis2"]
    case = workshop(eligibility=[CREDIT], stocks=[{"region": "here", "item": "good"}], **CHAIN)
    assert [place for place, _ in found(CHECKS[4], case)] == ["warning eligibility!averaging2"]


def test_sound_rows_pass() -> None:
    """Nothing is said of them."""
    rows = [CREDIT | {"exclusive_with": "other"}, CREDIT | OTHER | {"rate": 0.8}]
    case = workshop(eligibility=rows, **CHAIN)
    assert [issue for rule in CHECKS for issue in found(rule, case)] == []
