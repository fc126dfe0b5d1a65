"""The sheets of a result workbook, in the order in which they stand."""

import pandera.pandas as pa

from planner_models.schema.columns import choice, flag, number, share, table, text
from planner_models.schema.findings import FINDINGS
from planner_models.schema.inputs import INTENSITIES, TIERS
from planner_models.schema.result_columns import money, name_keys, rate

_TABLES = [
    table(
        "summary",
        "Headline figures and findings.",
        {**name_keys("metric"), "value": text("value"), "unit": text("unit")},
    ),
    table(
        "targets",
        "Targets of the plan: what each figure is, and whether that is enough.",
        {
            **name_keys("target"),
            "figure": text("key figure"),
            "operator": choice("how it is judged", ("at_most", "at_least", "equal")),
            "value": number("what it is measured against; blank = no base plan was named, or it lacks the figure"),
            "tolerance": number("by how much it may be missed, in its unit"),
            "reached": number("the figure of the plan; blank = the plan has none of this name"),
            "unit": text("unit"),
            "met": flag("whether the target is met; blank = it was not judged"),
        },
    ),
    table(
        "costs",
        "Every cost line; revenue is negative. Discounted amounts add up to the objective (under profit, to minus it).",
        {
            **name_keys("line"),
            "tier": choice("tier of the chain", TIERS, key=True),
            **name_keys("region", "period"),
            "amount": money("undiscounted, over the whole period"),
            "discounted": money("discounted to the base year"),
        },
    ),
    table(
        "cash",
        "Cash by group and period, undiscounted: yearly amounts for all years of the period, capex in full when it is "
        "ordered instead of annuities. Deliveries between groups are not paid for here: revenue goes to the groups in "
        "proportion to what each makes of what is sold.",
        {
            "group": text(
                "group of home firms; shared = what no group pays or earns alone; * = all together", key=True
            ),
            **name_keys("period"),
            "revenue": money("sales to markets"),
            "running": money("yearly payments: production, fixed cost, access, transport, development"),
            "capex": money("modules ordered, in full"),
            "once": money("all other one-off payments: opening and closing, entry, fees, lanes"),
            "duties": money("duties"),
            "carbon": money("price of carbon, and what is paid for it at borders"),
            "subsidies": money("subsidies received, as in sheet costs"),
            "free_cash": money("revenue and subsidies less all that is paid"),
            "cumulative": money("free cash since the beginning, at the end of the period"),
        },
    ),
    table(
        "surplus",
        "Who gains: groups at home by tier, (industry) for what is of no one group, (consumers) and (state); (total) "
        "is their sum. Items change hands at their mean cost of the period. In no total are (outside firms), which "
        "are paid margins, (outside states), which receive what carbon costs there, and what the objective counts and "
        "nobody is paid, for risk and rules: (penalties).",
        {
            **name_keys("group", "tier", "period"),
            "revenue": money(
                "paid by buyers at the end of the chain; of consumers what they gain, of states duties and carbon"
            ),
            "margins": money("margins received for what is sold at arm's length"),
            "transfers": money("items sold to lines and markets less items bought, at mean cost"),
            "charges": money("margins and friction paid for what is bought at arm's length"),
            "costs": money("what its lines and sites cost, and development and selling; of the state subsidies"),
            "profit": money("revenue, margins and transfers less charges and costs"),
            "discounted": money("profit, discounted to the base year"),
        },
    ),
    table(
        "capacity",
        "Capacity and its use, line by line.",
        {
            **name_keys("site", "process", "period"),
            "existing": rate("existing capacity still kept", "activity/year"),
            "added": rate("modules in service", "activity/year"),
            "retired": rate("existing capacity retired or closed by the plan", "activity/year"),
            "capacity": rate("capacity usable", "activity/year"),
            "made": rate("activity", "activity/year"),
            "utilisation": share("made over capacity"),
            "firm": text("firm that controls the site"),
            "control": choice(
                "who controls the line: home = own line, or through an offer with control", ("home", "outside")
            ),
            "idle_cost": money("fixed cost and annuities of the idle share", "money/year"),
        },
    ),
    table(
        "builds",
        "Modules ordered.",
        {
            **name_keys("site", "process", "option", "period"),
            "modules": number("modules ordered", "module"),
            "size": rate("capacity they bring in all", "activity/year"),
            "capex": money("investment in all, with the region's index"),
        },
    ),
    table(
        "sites",
        "Sites that open or close.",
        {
            **name_keys("site", "period"),
            "opened": flag("opens in this period"),
            "closed": flag("closes in this period"),
        },
    ),
    table(
        "access",
        "Offers of outside firms.",
        {
            **name_keys("firm", "process", "mode", "period"),
            "signed": flag("starts in this period"),
            "in_force": flag("in force"),
            "drawn": rate("activity drawn", "activity/year"),
            "entry_cost": money("entry cost paid"),
            "annual_cost": money("annual cost", "money/year"),
            "transaction_cost": money("transaction cost, with the institution factor", "money/year"),
            "margin_paid": money("margin paid to the firm", "money/year"),
            "margin_kept": money("margin returned by the stake", "money/year"),
        },
    ),
    table(
        "arms_length",
        "What firms at home sell to other groups and outside firms at arm's length, line by line.",
        {
            **name_keys("site", "process", "item", "mode", "period"),
            "traded": rate("sold to others"),
            "margin": money("margin over full conversion cost", "money/year"),
            "friction": money("cost of the sale itself", "money/year"),
        },
    ),
    table(
        "group_use",
        "How groups at home use and sell items that others could use too; without a row nothing is sold at arm's "
        "length.",
        {
            **name_keys("group", "item", "period"),
            "made": rate("made by its lines"),
            "used": rate("used by its lines"),
            "traded": rate("sold to others at arm's length"),
            "sale": rate("sold, deployed or disposed of by the group itself"),
            "owned": number("stock that is the group's, at the end of the period", "item"),
        },
    ),
    table(
        "projects",
        "Development projects started.",
        {
            **name_keys("project", "option"),
            "started": text("period of start"),
            "ready": text("period from which it is ready"),
            "cost": money("total cost"),
            "partner": text("partner firm"),
        },
    ),
    table(
        "production",
        "What each line makes and at what cost.",
        {
            **name_keys("site", "process", "mode", "period", "scenario"),
            "made": rate("activity", "activity/year"),
            "unit_cost": money("running cost per unit of activity", "money/activity"),
        },
    ),
    table(
        "flows",
        "Flows on each lane.",
        {
            **name_keys("origin", "destination", "item", "mode", "period", "scenario"),
            "shipped": rate("flow"),
            "cost": money("transport and in-transit stock", "money/year"),
            "duty": money("duties", "money/year"),
        },
    ),
    table(
        "hubs",
        "Regions that forward goods.",
        {
            **name_keys("region", "item", "period"),
            "opened": flag("is it open"),
            "passed": rate("quantity forwarded; of a row for `*` all its items"),
            "cost": money("handling", "money/year"),
        },
    ),
    table(
        "trade",
        "Where the goods that remain in each region were made, regardless of the regions they passed through; a "
        "region's own supply has it at both ends. Goods remain where they are used, sold, deployed, stocked or "
        "disposed of.",
        {
            **name_keys("item", "origin", "destination", "period"),
            "origin_bloc": text("bloc in which it was made"),
            "destination_bloc": text("bloc in which it remains"),
            "quantity": rate("quantity"),
            "value": money("at reference value; blank where the item has none", "money/year"),
            "share": share("share of the total quantity of the item that remains in the destination"),
            "duty": money("duties paid on the whole way", "money/year"),
        },
    ),
    table(
        "advantage",
        "Full cost of each item in each region where it can be made, by the cheapest chain through all tiers: lines "
        "that have or can get capacity, own ones with their newest capacity at full use, others at what they charge. "
        "Capacity limits, learning, clusters and subsidies are not included.",
        {
            **name_keys("item", "region", "period"),
            "tier": choice("tier of the item", TIERS),
            "intensity": choice("factor that its last step uses most intensively", INTENSITIES),
            "process": text("its last step"),
            "labour": money("production labour in all tiers", "money/item"),
            "skilled": money("skilled labour", "money/item"),
            "energy": money("energy", "money/item"),
            "capital": money("annuities and fixed cost of capacity", "money/item"),
            "materials": money("all other cost: what lines state as a whole, royalties, other cost", "money/item"),
            "freight": money("transport and in-transit stock between the steps", "money/item"),
            "duty": money("duties between the steps", "money/item"),
            "institution": money("margins of others and transaction costs", "money/item"),
            "cost": money("total: made there", "money/item"),
            "ratio": number("full cost relative to the best region of the period; 1 = the best"),
            "delivered": money("lowest cost of supplying it there, made there or imported", "money/item"),
            "rca": number(
                "revealed comparative advantage (Balassa): its share in the region's exports over that in all exports, "
                "by value, in the plan's trade between regions; above 1 = the region is strong in it"
            ),
        },
    ),
    table(
        "prices",
        "Shadow price of each item in each place: cost of supplying one more unit a year there in the baseline, with "
        "all yes-or-no decisions and modules fixed. It is a slope that holds only as long as capacity is spare. "
        "Missing where the solver gave no duals.",
        {
            **name_keys("item", "region", "period"),
            "price": money("in money of the period", "money/item"),
            "discounted": money("for one unit in each year of the period, discounted", "money per item/year"),
        },
    ),
    table(
        "stocks",
        "Stock between periods.",
        {
            **name_keys("region", "item", "period", "scenario"),
            "held": number("stock at the end of the period", "item"),
            "added": rate("put in"),
            "released": rate("taken out"),
        },
    ),
    table(
        "demand",
        "Markets served.",
        {
            **name_keys("region", "item", "period", "scenario", "step"),
            "volume": rate("volume of the step, as far as it is offered"),
            "sold": rate("sold"),
            "unserved": rate("not served"),
            "price": money("price of the step", "money/item"),
            "rivals": rate("supply of rivals at the price, as far as it is offered"),
            "share": share(
                "part of the year or of the buyers to which the step is offered; 1 where one step is chosen"
            ),
            "mean_price": money("mean price of the market, weighted by the volume of its steps", "money/item"),
        },
    ),
    table(
        "margins",
        "Margins by period as accounts have them: existing capacity at replacement cost. Under objective profit.",
        {
            **name_keys("period"),
            "revenue": money("revenue, over the whole period"),
            "overhead": money("development and selling"),
            "costs": money("all other costs in money; new capacity by its annuity"),
            "existing_capital": money(
                "annuity of existing capacity of home lines, at the unit cost of the smallest option of each line"
            ),
            "profit": money("profit: revenue less all the above"),
            "margin": number("profit over revenue", "share"),
            "known_margin": number("known margin of these markets (sheet demand), weighted by revenue", "share"),
            "left_out": text("lines whose existing capacity is not counted because they have no option"),
        },
    ),
    table(
        "deployments",
        "Enabling items deployed at the plan's own cost, beyond what is sold.",
        {
            **name_keys("region", "item", "period"),
            "deployed": rate("deployed"),
            "cumulative": number("deployed and sold there by the end of the period", "item"),
        },
    ),
    table(
        "disposal",
        "Surplus that is disposed of.",
        {
            **name_keys("region", "item", "period"),
            "disposed": rate("disposed of"),
            "cost": money("cost of disposal", "money/year"),
        },
    ),
    table(
        "levels",
        "Levels of experience, agglomeration and infrastructure reached.",
        {**name_keys("kind", "name", "level", "period"), "reached": flag("reached")},
    ),
    *FINDINGS,
]

RESULTS: dict[str, pa.DataFrameSchema] = {schema.name: schema for schema in _TABLES if schema.name is not None}
