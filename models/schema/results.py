"""The sheets of a result workbook, in the order in which they stand."""

import pandera.pandas as pa

from planner_models.schema.columns import choice, flag, number, share, table, text
from planner_models.schema.decisions import KEYS
from planner_models.schema.inputs import INTENSITIES, TIERS


def _keys(*names: str) -> dict[str, pa.Column]:
    return {name: text(_KEY_WORDS.get(name, name), key=True) for name in names}


_KEY_WORDS = {
    "line": "cost line",
    "tier": "tier of the chain",
    "region": "region; of transport and duties the destination",
    "origin": "from",
    "destination": "to",
    "scenario": "scenario; base is the baseline",
    "step": "price-volume step",
    "mode": "mode of transport, or of access",
}


def _money(description: str, unit: str = "money") -> pa.Column:
    return number(description, unit)


def _rate(description: str, unit: str = "item/year") -> pa.Column:
    return number(description, unit)


_TABLES = [
    table(
        "summary",
        "Headline figures and the plan in words.",
        {**_keys("metric"), "value": text("value"), "unit": text("unit")},
    ),
    table(
        "costs",
        "Every cost line; revenue is negative. Discounted amounts add up to the objective (under profit, to minus it).",
        {
            **_keys("line"),
            "tier": choice("tier of the chain", TIERS, key=True),
            **_keys("region", "period"),
            "amount": _money("undiscounted, over the whole period"),
            "discounted": _money("discounted to the base year"),
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
            **_keys("period"),
            "revenue": _money("sales to markets"),
            "running": _money("all that is paid by the year: production, fixed cost, access, transport, development"),
            "capex": _money("modules ordered, in full"),
            "once": _money("all else that is paid once: opening and closing, entry, fees, lanes"),
            "duties": _money("duties"),
            "carbon": _money("price of carbon, and what is paid for it at borders"),
            "subsidies": _money("subsidies received, as in sheet costs"),
            "free_cash": _money("revenue and subsidies less all that is paid"),
            "cumulative": _money("free cash since the beginning, at the end of the period"),
        },
    ),
    table(
        "surplus",
        "Who gains: groups at home by tier, (industry) for what is of no one group, (consumers) and (state); (total) "
        "is their sum. Items change hands at their mean cost of the period. In no total are (outside firms), which "
        "are paid margins, (outside states), which receive what carbon costs there, and what the objective counts and "
        "nobody is paid, for risk and rules: (penalties).",
        {
            **_keys("group", "tier", "period"),
            "revenue": _money(
                "paid by buyers at the end of the chain; of consumers what they gain, of states duties and carbon"
            ),
            "margins": _money("margins received for what is sold at arm's length"),
            "transfers": _money("items sold to lines and markets less items bought, at mean cost"),
            "charges": _money("margins and friction paid for what is bought at arm's length"),
            "costs": _money("what its lines and sites cost, and development and selling; of the state subsidies"),
            "profit": _money("revenue, margins and transfers less charges and costs"),
            "discounted": _money("profit, discounted to the base year"),
        },
    ),
    table(
        "capacity",
        "Capacity and its use, line by line.",
        {
            **_keys("site", "process", "period"),
            "existing": _rate("existing capacity still kept", "activity/year"),
            "added": _rate("modules in service", "activity/year"),
            "retired": _rate("existing capacity retired or closed by the plan", "activity/year"),
            "capacity": _rate("capacity usable", "activity/year"),
            "made": _rate("activity", "activity/year"),
            "utilisation": share("made over capacity"),
            "firm": text("firm that controls the site"),
            "control": choice("who decides on the line: home = own, or by an offer that controls", ("home", "outside")),
            "idle_cost": _money("fixed cost and annuities of the share that stands idle", "money/year"),
        },
    ),
    table(
        "builds",
        "Modules ordered.",
        {
            **_keys("site", "process", "option", "period"),
            "modules": number("modules ordered", "module"),
            "size": _rate("capacity they bring in all", "activity/year"),
            "capex": _money("investment in all, with the region's index"),
        },
    ),
    table(
        "sites",
        "Sites that open or close.",
        {**_keys("site", "period"), "opened": flag("opens in this period"), "closed": flag("closes in this period")},
    ),
    table(
        "access",
        "Offers of outside firms.",
        {
            **_keys("firm", "process", "mode", "period"),
            "signed": flag("starts in this period"),
            "in_force": flag("in force"),
            "drawn": _rate("activity drawn", "activity/year"),
            "entry_cost": _money("entry cost paid"),
            "annual_cost": _money("annual cost", "money/year"),
            "transaction_cost": _money("transaction cost, with the institution factor", "money/year"),
            "margin_paid": _money("margin paid to the firm", "money/year"),
            "margin_kept": _money("margin the stake gives back", "money/year"),
        },
    ),
    table(
        "arms_length",
        "What firms at home sell to other groups and outside firms at arm's length, line by line.",
        {
            **_keys("site", "process", "item", "mode", "period"),
            "traded": _rate("sold to others"),
            "margin": _money("margin over full conversion cost", "money/year"),
            "friction": _money("cost of the sale itself", "money/year"),
        },
    ),
    table(
        "group_use",
        "What groups at home do with items that others could use too; without a row nothing is at arm's length.",
        {
            **_keys("group", "item", "period"),
            "made": _rate("made by its lines"),
            "used": _rate("used by its lines"),
            "traded": _rate("sold to others at arm's length"),
            "sale": _rate("sold, deployed or disposed of by the group itself"),
            "owned": number("stock that is the group's, at the end of the period", "item"),
        },
    ),
    table(
        "projects",
        "Development projects started.",
        {
            **_keys("project", "option"),
            "started": text("period of start"),
            "ready": text("period from which it is ready"),
            "cost": _money("cost in all"),
            "partner": text("firm it is done with"),
        },
    ),
    table(
        "production",
        "What each line makes and at what cost.",
        {
            **_keys("site", "process", "mode", "period", "scenario"),
            "made": _rate("activity", "activity/year"),
            "unit_cost": _money("running cost per unit of activity", "money/activity"),
        },
    ),
    table(
        "flows",
        "What moves on each lane.",
        {
            **_keys("origin", "destination", "item", "mode", "period", "scenario"),
            "shipped": _rate("flow"),
            "cost": _money("transport and in-transit stock", "money/year"),
            "duty": _money("duties", "money/year"),
        },
    ),
    table(
        "hubs",
        "Places that pass goods on.",
        {
            **_keys("region", "item", "period"),
            "opened": flag("is it open"),
            "passed": _rate("passed on; of a row for `*` all its items"),
            "cost": _money("handling", "money/year"),
        },
    ),
    table(
        "trade",
        "Where what stays in each region was made, whatever it passed through on its way; a region's own supply has it "
        "at both ends. It stays where it is used, sold, deployed, put in stock or thrown away.",
        {
            **_keys("item", "origin", "destination", "period"),
            "origin_bloc": text("bloc in which it was made"),
            "destination_bloc": text("bloc in which it stays"),
            "quantity": _rate("quantity"),
            "value": _money("at reference value; blank where the item has none", "money/year"),
            "share": share("share of all of the item that stays in the destination"),
            "duty": _money("duties paid on the whole way", "money/year"),
        },
    ),
    table(
        "advantage",
        "Full cost of each item in each region where it can be made, by the cheapest chain through all tiers: lines "
        "that have or can get capacity, own ones with their newest capacity at full use, others at what they charge. "
        "Capacity itself, learning, clusters and subsidies do not count.",
        {
            **_keys("item", "region", "period"),
            "tier": choice("tier of the item", TIERS),
            "intensity": choice("factor that its last step leans on most", INTENSITIES),
            "process": text("its last step"),
            "labour": _money("production labour in all tiers", "money/item"),
            "skilled": _money("skilled labour", "money/item"),
            "energy": _money("energy", "money/item"),
            "capital": _money("annuities and fixed cost of capacity", "money/item"),
            "materials": _money("all other cost: what lines state as a whole, royalties, other cost", "money/item"),
            "freight": _money("transport and in-transit stock between the steps", "money/item"),
            "duty": _money("duties between the steps", "money/item"),
            "institution": _money("margins of others and transaction costs", "money/item"),
            "cost": _money("all of that: made there", "money/item"),
            "ratio": number("that over the cost in the best region of the period; 1 = the best"),
            "delivered": _money("least cost of having it there, made there or brought", "money/item"),
            "rca": number(
                "revealed comparative advantage (Balassa): its share in the region's exports over that in all exports, "
                "by value, in the plan's trade between regions; above 1 = the region is strong in it"
            ),
        },
    ),
    table(
        "prices",
        "Shadow price of each item in each place: what one unit more a year taken there would cost in the baseline, "
        "with all yes-or-no decisions and modules as they are. A slope: it holds only as far as spare capacity "
        "does. Missing where the solver gave no duals.",
        {
            **_keys("item", "region", "period"),
            "price": _money("in money of the period", "money/item"),
            "discounted": _money("for one unit in each year of the period, discounted", "money per item/year"),
        },
    ),
    table(
        "stocks",
        "Stock between periods.",
        {
            **_keys("region", "item", "period", "scenario"),
            "held": number("stock at the end of the period", "item"),
            "added": _rate("put in"),
            "released": _rate("taken out"),
        },
    ),
    table(
        "demand",
        "Markets served.",
        {
            **_keys("region", "item", "period", "scenario", "step"),
            "volume": _rate("volume of the step, as far as it is offered"),
            "sold": _rate("sold"),
            "unserved": _rate("not served"),
            "price": _money("price of the step", "money/item"),
            "rivals": _rate("what rivals supply at the price, as far as it is offered"),
            "share": share(
                "part of the year or of the buyers to which the step is offered; 1 where one step is chosen"
            ),
            "mean_price": _money("mean price of the market, its steps weighed by volume", "money/item"),
        },
    ),
    table(
        "margins",
        "Margins by period as accounts have them: existing capacity at replacement cost. Under objective profit.",
        {
            **_keys("period"),
            "revenue": _money("revenue, over the whole period"),
            "overhead": _money("development and selling"),
            "costs": _money("all other costs in money; new capacity by its annuity"),
            "existing_capital": _money(
                "annuity of existing capacity of home lines: per unit that of the smallest option of the line"
            ),
            "profit": _money("what is left"),
            "margin": number("profit over revenue", "share"),
            "known_margin": number("the margin known of these markets (demand), weighed by revenue", "share"),
            "left_out": text("lines with existing capacity and no option, of which nothing is counted"),
        },
    ),
    table(
        "deployments",
        "Enabling items put up at the plan's own cost, beyond what is sold.",
        {
            **_keys("region", "item", "period"),
            "deployed": _rate("deployed"),
            "cumulative": number("deployed and sold there by the end of the period", "item"),
        },
    ),
    table(
        "disposal",
        "Surplus that is thrown away.",
        {
            **_keys("region", "item", "period"),
            "disposed": _rate("thrown away"),
            "cost": _money("what that costs", "money/year"),
        },
    ),
    table(
        "levels",
        "Levels of experience, agglomeration and infrastructure reached.",
        {**_keys("kind", "name", "level", "period"), "reached": flag("reached")},
    ),
    table(
        "security",
        "Concentration of supply, also where no rule asks.",
        {
            **_keys("item", "period"),
            "hhi_region": share("concentration of supply by region"),
            "hhi_firm": share("concentration of supply by firm"),
            "largest_source": text("region that supplies most"),
            "largest_share": share("its share"),
            "import_share": share("share of use that crosses a bloc's border"),
            "controlled_share": share("share of supply made by home firms"),
            "cover": number("stock there throughout the period (the first: at its end) in months of use", "month"),
            "capacity": _rate("capacity of all lines, outside ones too"),
            "capacity_ratio": number("that capacity over use; above 1 is over-capacity", "share"),
            "utilisation": share("made over capacity of the lines that home firms control"),
            "single_points": number(
                "regions, outside firms, sites, lanes and chokepoints whose loss for a year the rest cannot make up"
            ),
            "weakest": text("the one of them without which most is missing"),
        },
    ),
    table(
        "origins",
        "Where the content of final goods comes from, through all tiers by proportional mixing.",
        {
            **_keys("region", "item", "source_item", "source_region", "controller", "period"),
            "share": share("share of the source item in the good"),
        },
    ),
    table(
        "scenarios",
        "Scenarios and their losses.",
        {
            **_keys("scenario"),
            "probability": share("probability"),
            "service": number("demand value served of what is wanted", "share"),
            "loss": _money("what the plan allows for: cost beyond the base, discounted"),
            "impact": _money("cost beyond the same months without disruption, with flows as free, discounted"),
            "cvar_weight": share("its share of the tail that CVaR averages"),
            "modelled": flag("did the plan know of it; the others are evaluated with the plan fixed"),
        },
    ),
    table(
        "rules",
        "Rules and how the plan meets them.",
        {
            **_keys("rule", "item", "who", "period"),
            "limit": number("limit"),
            "value": number("value"),
            "slack": number("slack"),
            "met": choice("met, to 1e-6 of the limit", ("yes", "no", "not applicable")),
            "marginal_cost": _money(
                "discounted cost saved per unit of limit loosened, at the margin: a slope of the linear programme with "
                "all integers fixed, not what a step saves",
                "money per unit of limit",
            ),
            "remark": text("why the rule takes no part, or what its figure counts"),
        },
    ),
    table(
        "inertia",
        "What moves no faster than sheet inertia lets it, and between which limits; a place supplies itself with what "
        "is made there and not shipped out.",
        {
            **_keys("item", "source", "destination", "period"),
            "supplied": _rate("supplied by the source to the destination"),
            "least": _rate("least, as it can fall from the period before; blank without a limit"),
            "most": _rate("most, as it can rise from the period before; blank without a limit"),
        },
    ),
    table(
        "growth",
        "What is put into service where sheet growth limits it.",
        {
            **_keys("what", "where", "period"),
            "new": _rate("capacity put into service over the period", "activity/year"),
            "most": _rate("most, from what there was before", "activity/year"),
        },
    ),
    table(
        "returns",
        "What comes back of what was sold, by where it does, and what of it is taken back to be used or thrown away; "
        "the rest stays with its users.",
        {
            **_keys("region", "item", "period"),
            "returned": _rate("what comes back"),
            "collected": _rate("what of it is taken back"),
        },
    ),
    table(
        "carbon",
        "What each bloc with a price of carbon has emitted there and receives, yearly.",
        {
            **_keys("bloc", "period"),
            "price": _money("price of emissions", "currency/t"),
            "border": flag("whether imports pay for what they embody"),
            "emitted": _rate("emitted by lines in the bloc", "t/year"),
            "paid": _money("paid for that", "money/year"),
            "embodied": _rate("embodied by default in what enters from other blocs, where there is a border", "t/year"),
            "charged": _money("paid for that at the border", "money/year"),
        },
    ),
    table(
        "border",
        "What enters a bloc with a border for carbon: emissions embodied by default, by the reference route.",
        {
            **_keys("bloc", "origin", "item", "period"),
            "shipped": _rate("what enters, by all modes"),
            "intensity": number("emissions embodied in a unit", "t/item"),
            "paid_abroad": _money("paid for carbon on the way of a unit", "money/item"),
            "charge": _money("paid at the border: price x intensity less paid_abroad", "money/item"),
            "amount": _money("paid at the border", "money/year"),
        },
    ),
    table(
        "policies",
        "What policies cost.",
        {**_keys("policy", "period"), "spent": _money("spent over the period"), "budget": _money("budget in all")},
    ),
    table(
        "changes",
        "The earlier plan that was to be kept, and every decision that differs from it.",
        {
            **_keys("decision", *dict.fromkeys(name for key in KEYS.values() for name in key)),
            "before": number("in the earlier plan: modules, else 1 or 0; of accessed whether it was signed then"),
            "after": number("the same in this plan"),
            "cost": _money("paid for the difference, undiscounted"),
        },
    ),
    table(
        "audit",
        "Everything recomputed from these sheets without the optimiser.",
        {
            **_keys("check"),
            "compared": number("figures compared"),
            "worst": number("largest relative difference"),
            "ok": flag("within tolerance"),
        },
    ),
    table(
        "issues",
        "What was noticed in the input.",
        {
            "severity": choice("severity", ("error", "warning", "info")),
            "sheet": text("sheet"),
            "cell": text("cell"),
            "message": text("what it is, and what to write instead"),
        },
    ),
    table("run", "The seal: what was run, with what, on what.", {**_keys("key"), "seal": text("value")}),
]

RESULTS: dict[str, pa.DataFrameSchema] = {schema.name: schema for schema in _TABLES if schema.name is not None}
