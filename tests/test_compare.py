"""What `compare` finds in pairs made by hand: the plan of `tiny.xlsx` beside itself with one thing changed."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.results.result_file import read_result_file
from planner.studies.comparison import headline as headline_module
from planner.studies.comparison.bridge import check, steps
from planner.studies.comparison.decisions import COLUMNS
from planner.studies.comparison.differences import decision_changes
from planner.studies.comparison.report import brief, comparison_tiles
from planner.studies.comparison.study import Comparison, compare
from planner_models.schema import RESULTS
from tests.results import Change, base, compared, outcome, put, reading, result, setting

Pair = Callable[..., Comparison]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Makes the comparison of the plan with a changed one."""

    def make(tables: dict[str, Change] | None = None, inputs: dict[str, Change] | None = None) -> Comparison:
        return compare([base(), read_result_file(result(tmp_path / "b.xlsx", tables, inputs), "b")])

    return make


def found(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Decision, difference and words of each decision that differs."""
    rows = comparison.tables["decisions"]
    return list(rows[["decision", "difference", "words"]].itertuples(index=False, name=None))


def changes(comparison: Comparison) -> list[tuple]:
    """Sheet, key, column, old and new value of each input that differs."""
    rows = comparison.tables["input_changes"]
    return list(rows[["sheet", "key", "column", "before", "after"]].itertuples(index=False, name=None))


def said(comparison: Comparison) -> str:
    return "\n".join(map(str, comparison.issues))


def backwards(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in the opposite order."""
    return frame.iloc[::-1].reset_index(drop=True)


def test_a_plan_beside_itself_shows_nothing(pair: Pair):
    same = pair()
    moved = ("flow_changes", "security_changes", "scenario_changes", "rule_changes")
    for sheet in ("decisions", "input_changes", *moved, "issues"):
        assert same.tables[sheet].empty, sheet
    assert same.tables["bridge"]["change"].abs().max() == 0
    assert same.tables["files"]["seal"].tolist() == ["fits", "fits"]


@pytest.mark.slow
def test_the_order_of_rows_does_not_count(pair: Pair):
    every = dict.fromkeys(("flows", "costs", "capacity", "production", "security"), backwards)
    turned = pair(every, dict.fromkeys(("lanes", "options", "demand", "recipes", "settings"), backwards))
    assert found(turned) == []
    assert changes(turned) == []
    assert said(turned) == ""


def test_a_module_ordered_a_period_later(pair: Pair):
    words = "New large for cell making at cell plant: 2026 instead of 2025"
    assert found(pair({"builds": put("period", "2026")})) == [("built", "later", words)]


@pytest.mark.slow
def test_a_module_of_another_option_and_one_elsewhere(pair: Pair):
    option = pair({"builds": lambda rows: rows.assign(option="small", size=5.0)})
    words = "New small for cell making at cell plant instead of large, 2025, 5 activity/year instead of 10"
    assert found(option) == [("built", "changed", words)]
    words = "New large for cell making at rival plant instead of cell plant, 2025"
    assert found(pair({"builds": put("site", "rival plant")})) == [("built", "moved", words)]


def test_more_of_the_same_module(pair: Pair):
    words = "New large for cell making at cell plant, 2025: 30 activity/year instead of 10"
    assert found(pair({"builds": put("size", 30.0)})) == [("built", "larger", words)]


@pytest.mark.slow
def test_an_offer_in_another_mode(pair: Pair):
    words = "Access to rival by contract for cell making instead of spot, 2025"
    assert found(pair({"access": put("mode", "contract")})) == [("in force", "changed", words)]


def test_an_offer_that_lasts_longer(pair: Pair):
    def longer(rows: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([rows, rows.assign(period="2026")], ignore_index=True)

    words = "Access to rival by spot for cell making, 2025: 2 years instead of 1"
    assert found(pair({"access": longer})) == [("in force", "larger", words)]


@pytest.mark.slow
def test_a_site_that_does_not_open(pair: Pair):
    assert found(pair({"sites": lambda rows: rows.head(0)})) == [
        ("opened", "dropped", "Site cell plant opens, 2025: not in b")
    ]


def test_a_site_that_closes(pair: Pair):
    def closing(rows: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([rows, pd.DataFrame([("mine", "2027", "no", "yes")], columns=list(rows))], ignore_index=True)

    assert found(pair({"sites": closing})) == [("closed", "added", "Site mine closes, 2027: not in a")]


@pytest.mark.slow
def test_a_plant_opened_elsewhere_is_moved(pair: Pair):
    """The rival's site makes cells too, so that it is the same plant in another place."""
    words = "Site rival plant opens instead of cell plant, 2025"
    assert found(pair({"sites": put("site", "rival plant")})) == [("opened", "moved", words)]


def test_projects_retired_lines_and_stocks(pair: Pair):
    started = [("software", "joint", "2026", "2027", 5.0, "rival")]
    held = [("north", "ore", "2026", "base", 4.0, 4.0, 0.0), ("north", "ore", "2027", "base", 6.0, 2.0, 0.0)]
    comparison = pair(
        {
            "projects": lambda rows: pd.DataFrame(started, columns=list(rows)),
            "capacity": put("retired", 3.0),
            "stocks": lambda rows: pd.DataFrame(held, columns=list(rows)),
        }
    )
    assert found(comparison) == [
        ("retired", "added", "Capacity for assembly at car plant retired, 3 activity/year, 2025: not in a"),
        ("started", "added", "Project software by option joint with rival, 2026: not in a"),
        ("stocked", "added", "Stock of ore in north, 6 kt, 2026: not in a"),
    ]


def test_what_is_most_alike_is_matched_first():
    """Two modules: the one of the same year is the same, the other came earlier."""

    def builds(*years: int) -> pd.DataFrame:
        rows = [("built", "p", "o", "s", str(year), float(year), 1.0, "activity/year") for year in years]
        return pd.DataFrame(rows, columns=COLUMNS)

    (row,) = decision_changes(builds(2025, 2030), builds(2025, 2027), ("a", "b"))
    assert (row["difference"], row["period_before"], row["period_after"]) == ("earlier", "2030", "2027")


@pytest.mark.slow
def test_an_input_cell_with_its_place_in_both_files(pair: Pair):
    """The row of the lane stands in row 3 of the one file and, as the rows are turned, in row 2 of the other."""
    comparison = pair(inputs={"lanes": lambda rows: backwards(put("cost", 2.5, 1)(rows))})
    assert changes(comparison) == [("lanes", "south|north|cell|sea", "cost", 2.0, 2.5)]
    places = comparison.tables["input_changes"].loc[0, ["cell_before", "cell_after"]].tolist()
    assert places == ["in_lanes!E3", "in_lanes!E2"]


def test_a_blank_cell_is_what_it_means_and_a_setting_has_its_place(pair: Pair):
    comparison = pair(inputs={"lanes": put("opening_cost", 0.0), "settings": setting("discount_rate", 0.1)})
    assert changes(comparison) == [("settings", "discount_rate", "value", 0.25, 0.1)]
    assert comparison.tables["input_changes"].at[0, "cell_after"] == "in_settings!B6"
    assert "the discount rate is 0.1, that of a 0.25" in said(comparison)


@pytest.mark.slow
def test_rows_that_only_one_file_has_and_remarks_last(pair: Pair):
    comparison = pair(inputs={"lanes": lambda rows: put("note", "checked")(rows.head(1))})
    rows = comparison.tables["input_changes"]
    assert rows["difference"].tolist() == ["row dropped", "remark"]
    assert rows.loc[0, ["key", "cell_before"]].tolist() == ["south|north|cell|sea", "in_lanes!A3"]
    assert "cost=2" in rows.at[0, "before"]


@pytest.mark.slow
def test_a_sheet_without_a_key_is_joined_on_what_its_rows_are_about(pair: Pair):
    def another(rows: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([rows.assign(destination="south"), put("rate", 0.5)(rows)], ignore_index=True)

    assert changes(pair(inputs={"duties": lambda rows: rows.assign(checked_by=None)})) == []
    rows = pair(inputs={"duties": another}).tables["input_changes"]
    assert rows[["difference", "key", "column"]].to_numpy().tolist() == [
        ["value", "south|north|cell", "rate"],
        ["row added", "south|south|cell", ""],
    ]


def test_the_order_of_periods_is_an_input(pair: Pair):
    rows = pair(inputs={"periods": backwards}).tables["input_changes"]
    assert rows["difference"].tolist() == ["order"]


@pytest.mark.slow
def test_the_flow_and_the_security_figure_that_moved(pair: Pair):
    """10 more ore at a value of 10 is worth 100; half of the cells come from elsewhere."""

    def concentrated(rows: pd.DataFrame) -> pd.DataFrame:
        return put("largest_source", "north")(put("largest_share", 0.5)(rows))

    comparison = pair({"flows": put("shipped", 20.0, 1), "security": concentrated})
    flows = comparison.tables["flow_changes"]
    assert flows[["item", "period", "change", "worth"]].to_numpy().tolist() == [["ore", "2026", 10.0, 100.0]]
    (row,) = comparison.tables["security_changes"].to_dict("records")
    assert (row["figure"], row["change"], row["source_before"], row["source_after"]) == (
        "largest_share",
        -0.5,
        "south",
        "north",
    )


def rows_of(sheet: str, *rows: tuple) -> Change:
    """A result sheet that has these rows."""
    names = list(RESULTS[sheet].columns)
    return lambda _: pd.DataFrame([(*row, *[None] * (len(names) - len(row))) for row in rows], columns=names)


@pytest.mark.slow
def test_scenarios_that_are_met_otherwise(tmp_path: Path):
    """Of three scenarios one is as before, one is served better and loses 2 instead of 5, one is new."""
    same = ("flood", 0.1, 1.0, 0.5, 0.5, 0.0, "yes")
    a = result(
        tmp_path / "a.xlsx", {"scenarios": rows_of("scenarios", same, ("quake", 0.1, 0.5, 5.0, 5.0, 1.0, "yes"))}
    )
    new = [("quake", 0.1, 0.8, 2.0, 2.0, 1.0, "yes"), ("strike", 0.0, 0.9, 7.0, 7.0, 0.0, "no")]
    b = result(tmp_path / "b.xlsx", {"scenarios": rows_of("scenarios", same, *new)})
    comparison = compared(a, b)
    rows = comparison.tables["scenario_changes"].fillna(-1.0)
    assert rows[["scenario", "figure", "before", "after", "change"]].to_numpy().tolist() == [
        ["strike", "service", -1.0, 0.9, -1.0],
        ["strike", "loss", -1.0, 7.0, -1.0],
        ["strike", "probability", -1.0, 0.0, -1.0],
        ["quake", "service", 0.5, 0.8, pytest.approx(0.3)],
        ["quake", "loss", 5.0, 2.0, -3.0],
    ]
    sentence = next(text for text in brief(comparison) if text.startswith("Disruptions"))
    assert "strike: in one of the two only" in sentence
    assert "quake: 80 % served instead of 50 %, 2 million USD lost instead of 5 million USD" in sentence


@pytest.mark.slow
def test_a_negative_loss_is_a_saving(tmp_path: Path):
    plans = [
        result(
            tmp_path / f"{name}.xlsx",
            {
                "scenarios": rows_of(
                    "scenarios", *[(f"case {n}", 0.1, 1.0, loss, loss, 1.0, "yes") for n, loss in losses]
                )
            },
        )
        for name, losses in (("a", [(1, -0.474), (2, 3.0)]), ("b", [(1, -0.377), (2, -1.0)]))
    ]
    sentence = next(text for text in brief(compared(*plans)) if text.startswith("Disruptions"))
    assert "0.377 million USD saved instead of 0.474 million USD" in sentence
    assert "1 million USD saved instead of 3 million USD lost" in sentence
    assert "-" not in sentence


@pytest.mark.slow
def test_gaps_are_told_apart_in_percentage_points(tmp_path: Path):
    place = int((outcome().tables["run"]["key"] == "gap").argmax())
    plans = [
        result(tmp_path / f"{name}.xlsx", {"run": put("seal", gap, place)})
        for name, gap in (("a", "0.01284"), ("b", "0.0144"))
    ]
    row = compared(*plans).tables["headline"].set_index("metric").loc["gap"]
    assert [row["a"], row["b"], row["change to b"]] == pytest.approx([1.28, 1.44, 0.16])
    assert str(row["unit"]).endswith("percentage points")


@pytest.mark.slow
def test_losses_in_two_currencies_are_not_subtracted(tmp_path: Path):
    scenarios = [
        rows_of("scenarios", ("quake", 0.1, service, loss, loss, 1.0, "yes")) for service, loss in ((0.5, 5), (0.6, 4))
    ]
    a = result(tmp_path / "a.xlsx", {"scenarios": scenarios[0]})
    b = result(tmp_path / "b.xlsx", {"scenarios": scenarios[1]}, {"settings": setting("currency", "EUR")})
    assert compared(a, b).tables["scenario_changes"]["figure"].tolist() == ["service"]


@pytest.mark.slow
def test_rules_that_are_met_otherwise(tmp_path: Path):
    """The value of the first rule moves and breaks it; the slack of the second is 0 in one and unknown in the other."""
    spread = ("spread", "ore", "*", "2025", 0.5)
    cover = ("cover", "ore", "*", "2025", 1.0, 1.0)
    a = result(tmp_path / "a.xlsx", {"rules": rows_of(
        "rules", (*cover, 0.0, "yes", 3.0), (*spread, 0.4, 0.1, "yes", 0.0))})  # fmt: skip
    b = result(tmp_path / "b.xlsx", {"rules": rows_of(
        "rules", (*cover, 0.0, "yes", None), (*spread, 0.7, -0.2, "no", 0.0))})  # fmt: skip
    comparison = compared(a, b)
    rows = comparison.tables["rule_changes"]
    assert rows[["rule", "figure", "before", "met_before", "met_after"]].to_numpy().tolist() == [
        ["spread", "value", 0.4, "yes", "no"],
        ["spread", "slack", 0.1, "yes", "no"],
        ["cover", "marginal_cost", 3.0, "yes", "yes"],
    ]
    assert rows["change"].tolist()[:2] == [pytest.approx(0.3), pytest.approx(-0.3)]
    assert "b breaks spread, which the other does not." in brief(comparison)


def test_the_step_of_a_market_that_has_several(tmp_path: Path):
    """Step 2 in one period only; in the other period the volume of step 1 changes, and is shown as its size."""
    steps = pd.DataFrame({"region": "north", "item": "cell", "period": ["2025", "2025", "2026", "2026"]})
    steps = steps.assign(step=["1", "2", "1", "2"], volume=10.0, price=1.0)

    def demand(*rows: tuple[str, str, float]) -> Change:
        return rows_of("demand", *[
            ("north", "cell", period, "base", step, volume, volume, 0.0, 1.0) for period, step, volume in rows
        ])  # fmt: skip

    files = [
        result(tmp_path / f"{name}.xlsx", {"demand": table}, {"demand": lambda _: steps})
        for name, table in (("a", demand(("2025", "1", 10), ("2026", "1", 10))),
                            ("b", demand(("2025", "2", 12), ("2026", "1", 11))))
    ]  # fmt: skip
    assert found(compared(*files)) == [
        ("priced", "changed", "Step 2 for cell in north instead of 1, 2025, 12 item/year instead of 10"),
        ("priced", "larger", "Step 1 for cell in north, 2026: 11 item/year instead of 10"),
    ]


@pytest.mark.slow
def test_enabling_items_put_up(pair: Pair):
    deployed = rows_of("deployments", ("north", "cell", "2025", 5.0, 5.0), ("north", "cell", "2026", 5.0, 10.0))
    assert found(pair({"deployments": deployed})) == [
        ("deployed", "added", "Deployment of cell in north, 10 item, 2025: not in a")
    ]


def test_the_bridge_names_line_tier_and_region(pair: Pair):
    costs = outcome().tables["costs"]
    row = int((costs["line"] == "opening").argmax())
    comparison = pair({"costs": put("discounted", 25.0, row)})
    first = comparison.tables["bridge"].loc[0]
    assert first[["group", "line", "tier", "region"]].tolist() == ["plants", "opening", "midstream", "north"]
    assert first["change"] == pytest.approx(25 - costs.at[row, "discounted"])
    assert comparison.tables["bridges"]["exact"].tolist() == ["yes"]


lines = st.sampled_from(["labour", "energy", "revenue", "new line"])
amounts = st.floats(min_value=-1e9, max_value=1e9, allow_subnormal=False)
cost_tables = st.lists(
    st.tuples(lines, st.sampled_from(["upstream", "midstream", None]), st.sampled_from(["a", "b", None]), amounts),
    max_size=25,
).map(
    lambda rows: pd.DataFrame(
        [(line, tier, region, "1", amount, amount) for line, tier, region, amount in rows],
        columns=list(RESULTS["costs"].columns),
    )
)


@pytest.mark.slow
@given(cost_tables, cost_tables)
def test_every_bridge_adds_up(before: pd.DataFrame, after: pd.DataFrame):
    bridge = steps(before, after)
    told = check(before, after, bridge)
    size = max(1.0, before["discounted"].abs().sum(), after["discounted"].abs().sum())
    assert abs(bridge["change"].sum() - (after["discounted"].sum() - before["discounted"].sum())) <= 1e-9 * size
    assert abs(told["unexplained"]) <= 1e-9 * size
    assert not bridge.duplicated(["line", "tier", "region"]).any()


@pytest.mark.slow
def test_three_files_go_from_each_to_the_next(tmp_path: Path):
    first = {"a": 1.0, "b": 2.0, "c": 4.0}
    paths = [result(tmp_path / f"{name}.xlsx", {"costs": put("discounted", cost)}) for name, cost in first.items()]
    comparison = compared(*paths)
    bridges = comparison.tables["bridges"]
    assert bridges[["from", "to"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]
    assert bridges["difference"].tolist() == pytest.approx([1, 2])
    total = comparison.tables["headline"].set_index("metric").loc["total cost"]
    assert total[["change to b", "change to c"]].tolist() == pytest.approx([1, 3])


def test_another_currency_is_not_subtracted(pair: Pair):
    comparison = pair(inputs={"settings": setting("currency", "EUR")})
    assert "amounts are in EUR, those of a in USD" in said(comparison)
    assert comparison.tables["bridges"].empty
    rows = comparison.tables["headline"].set_index("metric")
    assert rows.at["objective", "unit"] == "million of its currency"
    assert pd.isna(rows.at["objective", "change to b"])
    assert rows.at["modules built", "change to b"] == 0


@pytest.mark.slow
def test_another_objective_is_not_subtracted_but_costs_are(pair: Pair):
    rows = outcome().tables["run"]
    place = int((rows["key"] == "objective").argmax())
    earned = put("seal", str(-float(rows.at[place, "seal"])), place)
    comparison = pair({"run": earned}, {"settings": setting("objective", "profit")})
    assert "optimised for profit, a for cost" in said(comparison)
    headline = comparison.tables["headline"].set_index("metric")["change to b"]
    assert pd.isna(headline["objective"])
    assert headline["total cost"] == 0
    assert "these measures differ" in " ".join(brief(comparison))


def renamed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(period=frame["period"].replace({"2027": "third"}))


def test_periods_of_another_name_are_matched_by_their_year(pair: Pair):
    dated = [sheet for sheet, frame in outcome().tables.items() if "period" in frame]
    inputs = [sheet for sheet, frame in reading().raw.items() if "period" in frame and len(frame)]
    comparison = pair(dict.fromkeys(dated, renamed), dict.fromkeys(inputs, renamed))
    assert "third is compared with 2027 of a: both begin in 2027" in said(comparison)
    assert comparison.tables["flow_changes"].empty
    assert comparison.tables["security_changes"].empty


@pytest.mark.slow
def test_a_period_that_only_one_has_is_said(pair: Pair):
    def longer(rows: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([rows, rows.tail(1).assign(period="2028")], ignore_index=True)

    assert "2028 of b is not among the periods of a" in said(pair(inputs={"periods": longer}))


def test_figures_are_not_worked_out_from_a_faulty_input(pair: Pair):
    twice = pair(inputs={"periods": lambda rows: pd.concat([rows, rows.tail(1)], ignore_index=True)})
    assert "b: the input has 1 error, the first: error: periods!A5" in said(twice)
    assert "only the input is compared with a: b has no plan to show" in said(twice)


@pytest.mark.slow
def test_another_version_is_said(pair: Pair):
    rows = outcome().tables["run"]
    place = int((rows["key"] == "HiGHS version").argmax())
    assert "made with HiGHS 0.9, a with 1." in said(pair({"run": put("seal", "0.9", place)}))


def test_a_difference_within_the_gaps_is_no_finding(pair: Pair):
    rows = outcome().tables["run"]
    gap, objective = (int((rows["key"] == key).argmax()) for key in ("gap", "objective"))
    total = float(rows.at[objective, "seal"])
    comparison = pair(
        {
            "run": lambda frame: put("seal", "0.01", gap)(put("seal", str(total + 1), objective)(frame)),
            "costs": lambda frame: put("discounted", frame["discounted"].iloc[0] + 1)(frame),
        }
    )
    assert "This is within the gaps of the two plans" in " ".join(brief(comparison))


@pytest.mark.slow
def test_a_card_says_that_a_change_is_one_and_where_it_leads(tmp_path: Path):
    place = int((outcome().tables["run"]["key"] == "objective").argmax())
    profit = {"settings": setting("objective", "profit")}
    plans = [
        result(tmp_path / f"{name}.xlsx", {"run": put("seal", amount, place)}, profit)
        for name, amount in (("a", "9090"), ("b", "-1700"))
    ]
    first, second = comparison_tiles(compared(*plans))[:2]
    assert (first.label, first.value) == ("Profit of a", "9.09 billion USD")
    assert (second.label, second.value) == ("Change from a to b", "−10.8 billion USD")
    assert second.detail == "to −1.7 billion USD (−119 %)"


@pytest.mark.slow
def test_an_edited_file_without_names_of_periods_is_compared_as_far_as_it_goes(pair: Pair):
    nameless = pair(inputs={"periods": lambda rows: rows.drop(columns="period")})
    assert "b has no plan to show" in said(nameless)
    assert nameless.tables["files"]["periods"].tolist() == ["2025, 2026, 2027", ""]


def test_what_sums_leave_of_nothing_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Amounts that cancel are 0, beside a file's largest amount, and so is what two files differ by in rounding."""
    figures = {
        "a": [("profit", -2e-11, "million USD"), ("cost", 1e3, "million USD"), ("use", 0.1 + 0.2, "share")],
        "b": [("profit", 0.0, "million USD"), ("cost", 1e3 + 2e-4, "million USD"), ("use", 0.3, "share")],
    }
    monkeypatch.setattr(headline_module, "plan_figures", lambda _, tables: figures[tables["label"]])
    monkeypatch.setattr(headline_module, "list_unit_costs", lambda *_: [])
    monkeypatch.setattr(headline_module, "list_security_figures", lambda *_: [])
    files = [
        SimpleNamespace(
            label=label,
            has_plan=True,
            currency="USD",
            goal="cost",
            objective=1.0,
            instance=None,
            tables={"label": label},
            figure=lambda fact: float("nan"),
        )
        for label in figures
    ]
    rows = headline_module.headline(files).set_index("metric")
    assert list(rows["a"][["profit", "cost"]]) == [0, 1e3]
    assert list(rows["change to b"][["profit", "use"]]) == [0, 0]
    assert rows["change to b"]["cost"] == pytest.approx(2e-4)
