"""Security figures and origins, each worked out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner_models.figures.mixing import INITIAL_STOCK, _solve_mixing, _without_traces
from planner_models.figures.trace import origins, security
from planner_models.instance import Instance, instance
from planner_models.schema import RESULTS

TIER = {"ore": "upstream", "scrap": "midstream", "metal": "midstream", "car": "downstream", "tailings": "midstream"}


def world(recipes: dict[str, dict[str, float]], sites: dict[str, tuple[str, str]], **values: float) -> Instance:
    """Regions A to E, of which A and B are in bloc X; firm `us` is home, `them` and `others` are not.

    `sites` gives region and firm of each site, `values` the reference values of items.
    """
    return instance(
        {
            "periods": [{"period": "1"}, {"period": "2"}],
            "regions": [{"region": name, "bloc": "X" if name in "AB" else None} for name in "ABCDE"],
            "items": [{"item": name, "tier": tier, "value": values.get(name, 0)} for name, tier in TIER.items()],
            "processes": [{"process": name, "tier": "upstream"} for name in recipes],
            "recipes": [
                {"process": process, "item": item, "quantity": quantity}
                for process, recipe in recipes.items()
                for item, quantity in recipe.items()
            ],
            "firms": [{"firm": "us"}, {"firm": "them", "home": "no"}, {"firm": "others", "home": "no"}],
            "sites": [{"site": name, "region": region, "firm": firm} for name, (region, firm) in sites.items()],
        }
    )


def sheet(name: str, columns: list[str], rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).assign(scenario="base").reindex(columns=list(RESULTS[name].columns))


def plan(**rows: list[tuple[Any, ...]]) -> dict[str, pd.DataFrame]:
    """Result sheets from short rows: made (site, process, period, amount), shipped (from, to, item, period, amount),
    sold (region, item, period, amount), stocks (region, item, period, held, added, released)."""
    return {
        "production": sheet("production", ["site", "process", "period", "made"], rows.get("made", [])),
        "flows": sheet("flows", ["origin", "destination", "item", "period", "shipped"], rows.get("shipped", [])),
        "demand": sheet("demand", ["region", "item", "period", "sold"], rows.get("sold", [])),
        "stocks": sheet("stocks", ["region", "item", "period", "held", "added", "released"], rows.get("stocks", [])),
    }


def shares(table: pd.DataFrame, region: str, item: str, period: str = "1", source: str = "ore") -> dict[str, float]:
    """Share by "region/controller" of one source item in one good."""
    rows = table[(table["region"] == region) & (table["item"] == item) & (table["period"] == period)]
    rows = rows[rows["source_item"] == source]
    return {
        f"{row['source_region']}/{row['controller']}": pytest.approx(row["share"], abs=1e-9)
        for row in rows.to_dict("records")
    }


MINES = {"pit": ("A", "them"), "dig": ("B", "others"), "hole": ("C", "us")}
DIG = {"mining": {"ore": 1.0}}


def figures(table: pd.DataFrame, item: str, period: str = "1") -> dict[str, Any]:
    (row,) = table[(table["item"] == item) & (table["period"] == period)].to_dict("records")
    return row


class TestSecurity:
    def test_columns(self):
        assert list(security(world(DIG, MINES), {}).columns) == list(RESULTS["security"].columns)

    def test_concentration_of_supply(self):
        """50, 30 and 20 of 100: 0.25 + 0.09 + 0.04 = 0.38 by region; 20 by the home firm.

        With both 50 and 30 in the hands of one firm: 0.64 + 0.04 = 0.68 by firm.
        """
        made = [("pit", "mining", "1", 50.0), ("dig", "mining", "1", 30.0), ("hole", "mining", "1", 20.0)]
        row = figures(security(world(DIG, MINES), plan(made=made)), "ore")
        assert row["hhi_region"] == pytest.approx(0.38)
        assert row["hhi_firm"] == pytest.approx(0.38)
        assert (row["largest_source"], row["largest_share"]) == ("A", pytest.approx(0.5))
        assert row["controlled_share"] == pytest.approx(0.2)
        row = figures(security(world(DIG, MINES | {"dig": ("B", "them")}), plan(made=made)), "ore")
        assert row["hhi_region"] == pytest.approx(0.38)
        assert row["hhi_firm"] == pytest.approx(0.68)

    def test_import_share_counts_borders_of_blocs(self):
        """A makes 100 ore: 40 are sold in A, 30 in B (same bloc X), 30 in C. 30 of 100 used cross a border."""
        table = security(
            world(DIG, MINES),
            plan(
                made=[("pit", "mining", "1", 100.0)],
                shipped=[("A", "B", "ore", "1", 30.0), ("A", "C", "ore", "1", 30.0)],
                sold=[("A", "ore", "1", 40.0), ("B", "ore", "1", 30.0), ("C", "ore", "1", 30.0)],
            ),
        )
        assert figures(table, "ore")["import_share"] == pytest.approx(0.3)

    def test_what_is_put_up_is_used(self):
        """A makes 100 ore: 25 are sold there, 75 are put up in C as enablers. 75 of 100 used cross a border."""
        put_up = pd.DataFrame([("C", "ore", "1", 75.0, 75.0)], columns=list(RESULTS["deployments"].columns))
        rest = plan(
            made=[("pit", "mining", "1", 100.0)],
            shipped=[("A", "C", "ore", "1", 75.0)],
            sold=[("A", "ore", "1", 25.0)],
        )
        table = security(world(DIG, MINES), rest | {"deployments": put_up})
        assert figures(table, "ore")["import_share"] == pytest.approx(0.75)

    def test_import_share_of_what_passes_through(self):
        """C makes 50 and gets 50 from A; it sells 40 and ships 60 on to D, which sells them.

        C's use is half imported (20 of 40), D's wholly (60): 80 of 100.
        """
        table = security(
            world(DIG, MINES),
            plan(
                made=[("pit", "mining", "1", 50.0), ("hole", "mining", "1", 50.0)],
                shipped=[("A", "C", "ore", "1", 50.0), ("C", "D", "ore", "1", 60.0)],
                sold=[("C", "ore", "1", 40.0), ("D", "ore", "1", 60.0)],
            ),
        )
        assert figures(table, "ore")["import_share"] == pytest.approx(0.8)

    def test_import_share_counts_use_by_lines_and_stock_as_own(self):
        """C uses 100 ore in a smelter, 25 from A, 50 made there and 25 from its stock: a quarter is imported."""
        recipes = DIG | {"smelting": {"ore": -2.0, "metal": 1.0}}
        table = security(
            world(recipes, MINES | {"works": ("C", "us")}),
            plan(
                made=[("pit", "mining", "1", 25.0), ("hole", "mining", "1", 50.0), ("works", "smelting", "1", 50.0)],
                shipped=[("A", "C", "ore", "1", 25.0)],
                stocks=[("C", "ore", "1", 0.0, 0.0, 25.0)],
            ),
        )
        assert figures(table, "ore")["import_share"] == pytest.approx(0.25)
        assert np.isnan(figures(table, "metal")["import_share"])

    def test_cover_in_months(self):
        """30 held where 120 a year are used: 3 months; nothing is held in period 2."""
        sold = [("A", "ore", period, 120.0) for period in "12"]
        made = [("pit", "mining", period, 120.0) for period in "12"]
        stocks = [("A", "ore", "1", 10.0, 0.0, 0.0), ("B", "ore", "1", 20.0, 0.0, 0.0)]
        table = security(world(DIG, MINES), plan(made=made, sold=sold, stocks=stocks))
        assert figures(table, "ore")["cover"] == pytest.approx(3.0)
        assert figures(table, "ore", "2")["cover"] == 0.0

    def test_item_that_only_comes_from_stock_has_no_source(self):
        table = security(
            world(DIG, MINES), plan(sold=[("A", "ore", "1", 5.0)], stocks=[("A", "ore", "1", 0.0, 0.0, 5.0)])
        )
        row = figures(table, "ore")
        assert row["largest_source"] is None
        assert np.isnan(row["hhi_region"])
        assert row["import_share"] == 0.0

    def test_disturbed_scenarios_are_left_out(self):
        tables = plan(made=[("pit", "mining", "1", 50.0)])
        other = tables["production"].assign(site="dig", scenario="war")
        tables["production"] = pd.concat([tables["production"], other], ignore_index=True)
        assert figures(security(world(DIG, MINES), tables), "ore")["hhi_region"] == 1.0


class TestSinglePoints:
    """Ore is dug in A (`them`, 60 of 60), B (`others`, 30 of 40) and C (`us`, 10 of 15); D buys it all."""

    WAYS = (
        {"origin": "A", "destination": "D", "item": "ore", "mode": "sea", "chokepoints": "strait"},
        {
            "origin": "B",
            "destination": "D",
            "item": "ore",
            "mode": "sea",
            "capacity": 45,
            "chokepoints": "strait; canal",
        },
        {"origin": "C", "destination": "D", "item": "*", "mode": "rail", "capacity": 12},
    )

    def figures(self, *ways: dict[str, Any], held: float = 0.0, **tables: list[dict[str, Any]]) -> dict[str, Any]:
        base = world(DIG, MINES)
        lanes = instance({"lanes": list(ways or self.WAYS), **tables})
        data = Instance({**base.tables, **{sheet: lanes[sheet] for sheet in ("lanes", *tables)}}, base.settings)
        made = {"pit": 60.0, "dig": 30.0, "hole": 10.0}
        results = plan(
            made=[(site, "mining", "1", amount) for site, amount in made.items()],
            sold=[("D", "ore", "1", 100.0)],
            stocks=[("D", "ore", "1", held, 0.0, 0.0)],
        )
        moved = {("A", "sea"): 60.0, ("B", "sea"): 30.0, ("C", "rail"): 10.0}
        rows = [(start, "D", "ore", mode, "1", amount) for (start, mode), amount in moved.items()]
        results["flows"] = sheet("flows", ["origin", "destination", "item", "mode", "period", "shipped"], rows)
        could = {"pit": 60.0, "dig": 40.0, "hole": 15.0}
        rows = [(site, "mining", "1", amount, made[site]) for site, amount in could.items()]
        results["capacity"] = sheet("capacity", ["site", "process", "period", "capacity", "made"], rows)
        return figures(security(data, results), "ore")

    def test_what_the_others_cannot_make_up(self):
        """Others can make 15 more than they do: too little for A's 60 (its firm and site too) and for B's 30 (5 then).

        By lane, D can get any amount from A: only the loss of that lane (60, others carry 15 + 2) and of the strait
        (90, past it 2) cannot be made up. The strait leaves 88 missing, A's ore 45.
        """
        row = self.figures()
        assert row["single_points"] == 2 * 3 + 2
        assert row["weakest"] == "chokepoint strait"

    def test_of_two_equally_bad_ones_the_narrowest_is_named(self):
        """Without chokepoints the loss of A's ore leaves 45 missing, that of its lane 60 - 17 = 43: the site it is."""
        row = self.figures(*({**way, "chokepoints": None} for way in self.WAYS))
        assert row["single_points"] == 2 * 3 + 1
        assert row["weakest"] == "site pit"

    def test_stock_makes_up_for_a_year(self):
        """With 45 in stock the loss of A is made up; that of the strait is not."""
        row = self.figures(held=45.0)
        assert row["single_points"] == 1
        assert row["weakest"] == "chokepoint strait"

    def test_a_closed_lane_makes_up_for_nothing(self):
        """E could send D any amount by road, but has no ore. C has: then the strait is none, unless a ban stands."""
        road = {"origin": "C", "destination": "D", "item": "ore", "mode": "road"}
        assert self.figures(*self.WAYS, {**road, "origin": "E"})["weakest"] == "chokepoint strait"
        assert self.figures(*self.WAYS, road)["weakest"] == "site pit"
        ban = [{"origin": "C", "destination": "D", "item": "ore", "ban": "yes"}]
        assert self.figures(*self.WAYS, road, duties=ban)["weakest"] == "chokepoint strait"

    def test_firms_of_the_planner_are_no_sources(self):
        """If only `us` dig, in C, region and site can be lost, the firm cannot."""
        made = [("hole", "mining", "1", 10.0)]
        row = figures(security(world(DIG, MINES), plan(made=made, sold=[("C", "ore", "1", 10.0)])), "ore")
        assert (row["single_points"], row["weakest"]) == (2.0, "site hole")


class TestOrigins:
    def test_columns(self):
        assert list(origins(world(DIG, MINES), {}).columns) == list(RESULTS["origins"].columns)

    def test_content_through_two_tiers(self):
        """C smelts 60 ore of A and 40 of B into 50 metal; D makes cars of 20 of it and of 20 metal smelted in E of its
        own ore of A: cars in D are (20 x 0.6 + 20 x 1) / 40 = 80 % from A, 20 % from B.
        """
        recipes = DIG | {"smelting": {"ore": -2.0, "metal": 1.0}, "building": {"metal": -1.0, "car": 3.0}}
        sites = MINES | {"works": ("C", "us"), "east": ("E", "us"), "plant": ("D", "us")}
        table = origins(
            world(recipes, sites),
            plan(
                made=[
                    ("pit", "mining", "1", 100.0),
                    ("dig", "mining", "1", 40.0),
                    ("works", "smelting", "1", 50.0),
                    ("east", "smelting", "1", 20.0),
                    ("plant", "building", "1", 40.0),
                ],
                shipped=[
                    ("A", "C", "ore", "1", 60.0),
                    ("B", "C", "ore", "1", 40.0),
                    ("A", "E", "ore", "1", 40.0),
                    ("C", "D", "metal", "1", 20.0),
                    ("E", "D", "metal", "1", 20.0),
                ],
                sold=[("D", "car", "1", 120.0), ("C", "metal", "1", 30.0)],
            ),
        )
        assert shares(table, "D", "car") == {"A/them": 0.8, "B/others": 0.2}
        assert shares(table, "C", "metal") == {"A/them": 0.6, "B/others": 0.4}
        assert set(table["source_item"]) == {"ore"}

    def test_amounts_weigh_not_shares(self):
        """Metal in C: 10 smelted from 2 ore each (of A) and 10 leached from 8 ore each (of B): 20 to 80 ore."""
        recipes = DIG | {"smelting": {"ore": -2.0, "metal": 1.0}, "leaching": {"ore": -8.0, "metal": 1.0}}
        sites = MINES | {"works": ("A", "us"), "heap": ("B", "us")}
        table = origins(
            world(recipes, sites),
            plan(
                made=[
                    ("pit", "mining", "1", 20.0),
                    ("dig", "mining", "1", 80.0),
                    ("works", "smelting", "1", 10.0),
                    ("heap", "leaching", "1", 10.0),
                ],
                shipped=[("A", "C", "metal", "1", 10.0), ("B", "C", "metal", "1", 10.0)],
                sold=[("C", "metal", "1", 20.0)],
            ),
        )
        assert shares(table, "C", "metal") == {"A/them": 0.2, "B/others": 0.8}

    def test_two_firms_in_one_region(self):
        """Region and controller are two things: A's ore is 3 parts theirs, 1 part ours."""
        table = origins(
            world(DIG, {"pit": ("A", "them"), "own": ("A", "us")}),
            plan(made=[("pit", "mining", "1", 3.0), ("own", "mining", "1", 1.0)], sold=[("A", "ore", "1", 4.0)]),
        )
        assert shares(table, "A", "ore") == {"A/them": 0.75, "A/us": 0.25}

    def test_flows_that_run_in_a_circle(self):
        """100 ore of A come to C and 100 of B to D; C sends 50 to D and D 50 to C. Both pools hold 150.

        c = (100 + 50 d) / 150 and d = 50 c / 150 for the share of A: c = 0.75, d = 0.25.
        """
        table = origins(
            world(DIG, MINES),
            plan(
                made=[("pit", "mining", "1", 100.0), ("dig", "mining", "1", 100.0)],
                shipped=[
                    ("A", "C", "ore", "1", 100.0),
                    ("B", "D", "ore", "1", 100.0),
                    ("C", "D", "ore", "1", 50.0),
                    ("D", "C", "ore", "1", 50.0),
                ],
                sold=[("C", "ore", "1", 100.0), ("D", "ore", "1", 100.0)],
            ),
        )
        assert shares(table, "C", "ore") == {"A/them": 0.75, "B/others": 0.25}
        assert shares(table, "D", "ore") == {"A/them": 0.25, "B/others": 0.75}

    def test_nothing_comes_of_rounding(self):
        """Metal of D is of scrap alone and has no ore, though it meets metal of C in E.

        Equations solved together leave 1e-17 of ore there: all of the ore in it, and so a share of 1.
        """
        recipes = DIG | {"collecting": {"scrap": 1.0}, "casting": {"ore": -5.0, "metal": 4.0}}
        recipes |= {"melting": {"scrap": -3.0, "metal": 1.0}}
        sites = {"pit": ("A", "them"), "yard": ("B", "others"), "works": ("C", "us"), "oven": ("D", "us")}
        table = origins(
            world(recipes, sites),
            plan(
                made=[
                    ("pit", "mining", "1", 15.0),
                    ("works", "casting", "1", 3.0),
                    ("yard", "collecting", "1", 39.0),
                    ("oven", "melting", "1", 13.0),
                ],
                shipped=[
                    ("A", "C", "ore", "1", 15.0),
                    ("B", "D", "scrap", "1", 39.0),
                    ("D", "E", "metal", "1", 1 / 3),
                    ("C", "E", "metal", "1", 1 / 9),
                    ("E", "B", "metal", "1", 1 / 9),
                ],
                sold=[("D", "metal", "1", 1.0), ("E", "metal", "1", 1.0)],
            ),
        )
        assert shares(table, "D", "metal") == {}
        assert shares(table, "E", "metal") == {"A/them": 1.0}

    def test_nothing_comes_of_rounding_where_pools_run_in_a_circle(self):
        """Pools 0 and 2 feed each other: what is scrap comes to both, ore only to pool 1, which has much of theirs too.

        The equations of all three are solved together, which may leave 7e-18 of ore in pool 2: it has none.
        """
        into = np.array([[0.0, 0.0, 0.2], [3.0, 0.0, 1 / 3], [3.0, 0.0, 0.0]])
        sources = np.array([[0.0, 0.4], [0.3, 0.0], [0.0, 0.0]])
        content = _without_traces(_solve_mixing(into, sources), pd.Index(["ore", "scrap"]))
        assert content[:, 0].tolist() == [0.0, pytest.approx(0.3), 0.0]
        assert content[:, 1] == pytest.approx([1.0, 4.0, 3.0])

    def test_circle_that_nothing_feeds(self):
        """A flow from C to D and back with no source has no origin, and does not disturb the others."""
        table = origins(
            world(DIG, MINES),
            plan(
                made=[("pit", "mining", "1", 10.0)],
                shipped=[("C", "D", "metal", "1", 5.0), ("D", "C", "metal", "1", 5.0)],
                sold=[("A", "ore", "1", 10.0), ("C", "metal", "1", 1.0)],
            ),
        )
        assert shares(table, "A", "ore") == {"A/them": 1.0}
        assert shares(table, "C", "metal") == {}

    def test_recycled_ore_counts_where_it_is_made_last(self):
        """Casting makes 4 metal and 1 scrap of 5 ore; recycling makes 1 ore of 1 scrap in E.

        Of the 50 ore cast in C 40 come from A and 10 from E: 80 and 20 %, although E's ore once was A's too. If the
        ore in scrap were counted again, A would have more than 80 %.
        """
        recipes = DIG | {"casting": {"ore": -5.0, "metal": 4.0, "scrap": 1.0}, "recycling": {"scrap": -1.0, "ore": 1.0}}
        sites = MINES | {"works": ("C", "us"), "loop": ("E", "us")}
        table = origins(
            world(recipes, sites),
            plan(
                made=[("pit", "mining", "1", 40.0), ("works", "casting", "1", 10.0), ("loop", "recycling", "1", 10.0)],
                shipped=[
                    ("A", "C", "ore", "1", 40.0),
                    ("C", "E", "scrap", "1", 10.0),
                    ("E", "C", "ore", "1", 10.0),
                ],
                sold=[("C", "metal", "1", 40.0)],
            ),
        )
        assert shares(table, "C", "metal") == {"A/them": 0.8, "E/us": 0.2}

    @pytest.mark.parametrize(
        ("values", "content"), [({"metal": 9, "tailings": 1}, 9.0), ({"metal": 1, "tailings": 0}, 5.0), ({}, 5.0)]
    )
    def test_products_share_content_by_value(self, values, content):
        """10 ore of A go into 1 metal and 1 tailings: by value 9 to 1 the metal holds 9; by quantity 5, where one
        of them, or none, has a value. Mixed with metal of 5 ore of B each, 1 to 1.
        """
        roasting = {"ore": -10.0, "metal": 1.0, "tailings": 1.0}
        recipes = DIG | {"roasting": roasting, "smelting": {"ore": -5.0, "metal": 1.0}}
        sites = MINES | {"oven": ("A", "us"), "works": ("B", "us")}
        table = origins(
            world(recipes, sites, **values),
            plan(
                made=[
                    ("pit", "mining", "1", 10.0),
                    ("dig", "mining", "1", 5.0),
                    ("oven", "roasting", "1", 1.0),
                    ("works", "smelting", "1", 1.0),
                ],
                shipped=[("A", "C", "metal", "1", 1.0), ("B", "C", "metal", "1", 1.0)],
                sold=[("C", "metal", "1", 2.0)],
            ),
        )
        assert shares(table, "C", "metal") == {"A/them": content / (content + 5), "B/others": 5 / (content + 5)}

    def test_stock_keeps_the_last_mix(self):
        """In period 1 C gets ore of A and B, 3 to 1, and stocks some; in period 2 it sells from stock alone."""
        table = origins(
            world(DIG, MINES),
            plan(
                made=[("pit", "mining", "1", 30.0), ("dig", "mining", "1", 10.0)],
                shipped=[("A", "C", "ore", "1", 30.0), ("B", "C", "ore", "1", 10.0)],
                stocks=[("C", "ore", "1", 40.0, 40.0, 0.0), ("C", "ore", "2", 0.0, 0.0, 40.0)],
                sold=[("C", "ore", "2", 40.0)],
            ),
        )
        assert shares(table, "C", "ore", "2") == {"A/them": 0.75, "B/others": 0.25}

    def test_stock_beside_supply_has_its_mix(self):
        """In period 2 C gets 10 ore of B beside 30 from stock: the stock is taken to be of B too."""
        table = origins(
            world(DIG, MINES),
            plan(
                made=[("pit", "mining", "1", 30.0), ("dig", "mining", "2", 10.0)],
                shipped=[("A", "C", "ore", "1", 30.0), ("B", "C", "ore", "2", 10.0)],
                stocks=[("C", "ore", "1", 30.0, 30.0, 0.0), ("C", "ore", "2", 0.0, 0.0, 30.0)],
                sold=[("C", "ore", "2", 40.0)],
            ),
        )
        assert shares(table, "C", "ore", "2") == {"B/others": 1.0}

    def test_stock_from_the_start(self):
        """Metal in C is smelted from ore that lay there before the first period."""
        recipes = DIG | {"smelting": {"ore": -2.0, "metal": 1.0}}
        table = origins(
            world(recipes, {"works": ("C", "us")}),
            plan(
                made=[("works", "smelting", "1", 10.0)],
                stocks=[("C", "ore", "1", 0.0, 0.0, 20.0)],
                sold=[("C", "metal", "1", 10.0)],
            ),
        )
        assert shares(table, "C", "metal") == {f"C/{INITIAL_STOCK}": 1.0}

    def test_lane_inside_a_region_changes_nothing(self):
        """What passes the lane from C to C comes from where it came from."""
        made = [("pit", "mining", "1", 30.0), ("hole", "mining", "1", 10.0)]
        flows = [("A", "C", "ore", "1", 30.0)]
        sold = [("C", "ore", "1", 40.0)]
        plain = origins(world(DIG, MINES), plan(made=made, shipped=flows, sold=sold))
        inner = origins(world(DIG, MINES), plan(made=made, shipped=[*flows, ("C", "C", "ore", "1", 10.0)], sold=sold))
        pd.testing.assert_frame_equal(plain, inner)
        assert shares(plain, "C", "ore") == {"A/them": 0.75, "C/us": 0.25}

    def test_random_plans_add_up(self):
        """Whatever flows: shares of one source item in one good add up to 1, and none is negative."""
        random = np.random.default_rng(7)
        recipes = DIG | {"casting": {"ore": -5.0, "metal": 4.0, "scrap": 1.0}, "recycling": {"scrap": -1.0, "ore": 0.5}}
        sites = MINES | {f"cast{r}": (r, "us") for r in "ABCDE"} | {f"loop{r}": (r, "them") for r in "ABCDE"}
        process = {"c": "casting", "l": "recycling"}
        for _ in range(20):
            made = [
                (site, process.get(site[0], "mining") if len(site) == 5 else "mining", period, random.uniform(1, 9))
                for site in sites
                for period in "12"
            ]
            shipped = [
                (a, b, item, period, random.uniform(0, 3))
                for a in "ABCDE"
                for b in "ABCDE"
                for item in ("ore", "metal", "scrap")
                for period in "12"
                if a != b and random.random() < 0.5
            ]
            sold = [(region, "metal", period, 1.0) for region in "ABCDE" for period in "12"]
            table = origins(world(recipes, sites), plan(made=made, shipped=shipped, sold=sold))
            sums = table.groupby(["region", "item", "source_item", "period"])["share"].sum()
            assert len(sums) == 10
            np.testing.assert_allclose(sums, 1.0, rtol=1e-9)
            assert (table["share"] > 0).all()
