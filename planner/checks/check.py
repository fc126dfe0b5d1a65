"""What is wrong with an input, all at once: the faults the reader found, then every business rule."""

from typing import TYPE_CHECKING

from planner.checks import (
    Check,
    access,
    attainable,
    capacity,
    coordination,
    demand,
    disruptions,
    duties,
    dynamics,
    evidence,
    groups,
    lanes,
    levels,
    locks,
    logic,
    names,
    options,
    orphans,
    policies,
    projects,
    reach,
    recipes,
    returns,
    rules,
    scenarios,
    sites,
    stocks,
    switches,
    weights,
)
from planner.checks.memory import cache_by_input
from planner.issues import Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading

CHECKS: tuple[Check, ...] = (
    *names.NAMES_DIFFER_VISIBLY,
    names.keys_are_no_totals_or_notes,
    names.periods_have_demand,
    recipes.recipes_make_something,
    recipes.recipe_rows_say_something,
    recipes.processes_have_recipes,
    recipes.nothing_comes_from_nothing,
    sites.somebody_can_make,
    sites.outside_candidates,
    sites.site_windows,
    sites.lines_can_have_capacity,
    sites.line_capacity_has_lines,
    dynamics.productivity_is_of_lines,
    dynamics.productivity_is_not_replaced,
    dynamics.inertia_limits_something,
    dynamics.inertia_can_begin,
    dynamics.growth_is_of_lines,
    dynamics.growth_leaves_what_exists,
    returns.returns_follow_sales,
    returns.initial_returns_have_a_place,
    returns.what_returns_is_of_use,
    returns.no_more_returns_than_was_sold,
    options.options_have_lines,
    options.options_can_be_ready,
    options.multiples_make_sense,
    options.capex_is_in_its_unit,
    access.offers_cover_lines,
    access.every_line_has_an_offer,
    access.terms_fit_horizon,
    access.offers_let_draw,
    access.stakes_fit_modes,
    coordination.groups_are_at_home_or_not,
    coordination.group_names_are_free,
    coordination.home_rows_are_used,
    coordination.home_offers_cover_lines,
    coordination.home_terms_say_something,
    coordination.home_offers_pay,
    coordination.friction_has_values,
    projects.projects_need_no_circle,
    projects.projects_end_in_time,
    projects.required_projects_can_be_ready,
    projects.projects_are_for_something,
    projects.options_differ,
    projects.partners_offer_the_stake,
    lanes.lanes_have_distance,
    lanes.freight_has_mass,
    lanes.inner_lanes_do_something,
    lanes.lanes_carry_something,
    lanes.chokepoints_are_spelled_alike,
    lanes.chokepoints_are_separated,
    duties.duties_span_time,
    duties.duties_are_not_below_zero,
    duties.duties_match_lanes,
    duties.rates_are_shares,
    duties.blocs_are_not_regions,
    demand.profit_has_prices,
    demand.steps_fit_objective,
    demand.prices_are_near_values,
    demand.market_terms_agree,
    demand.conduct_needs_profit,
    demand.surplus_has_steps,
    demand.held_prices_are_decided,
    demand.rivals_can_sell,
    levels.learning_levels_rise,
    levels.learning_saves_something,
    levels.learning_is_within_reach,
    levels.experience_after_the_plan_counts,
    levels.cluster_levels_rise,
    levels.clusters_have_stages,
    levels.savings_leave_a_cost,
    levels.enabler_thresholds_rise,
    levels.enablers_are_told_apart,
    levels.enablers_can_be_deployed,
    levels.enablers_need_profit,
    policies.rates_fit_kinds,
    policies.budgets_are_for_subsidies,
    policies.policies_span_time,
    policies.targets_fit_kinds,
    policies.policies_match_something,
    stocks.stock_limits,
    stocks.stocks_can_fill,
    reach.demand_can_be_met,
    reach.inputs_can_reach_lines,
    capacity.capacity_covers_demand,
    capacity.least_loads_fit_demand,
    orphans.items_are_used,
    orphans.what_is_made_has_an_outlet,
    orphans.processes_have_lines,
    orphans.sites_have_lines,
    orphans.firms_are_of_use,
    orphans.regions_are_used,
    scenarios.names_are_free,
    scenarios.probabilities_add_up,
    scenarios.scenarios_do_something,
    scenarios.snapshots_fit_periods,
    scenarios.expansions_have_members,
    scenarios.risk_has_scenarios,
    weights.service_can_be_weighed,
    weights.shortage_has_a_cost,
    weights.losses_have_values,
    weights.content_has_values,
    disruptions.targets_exist,
    disruptions.effects_fit_kinds,
    disruptions.factors_change_something,
    disruptions.disruptions_hit_something,
    rules.rules_are_complete,
    rules.rules_use_what_they_say,
    rules.limits_fit_types,
    rules.sources_have_names,
    rules.rules_span_time,
    rules.service_is_of_something,
    rules.shares_leave_room,
    attainable.rules_can_be_met,
    attainable.imports_leave_a_source,
    attainable.cover_has_a_stock,
    attainable.limited_sources_supply,
    groups.openings_count_something,
    groups.groups_can_have_their_capacity,
    groups.disposal_is_allowed,
    groups.least_flows_fit_capacity,
    groups.hubs_pass_something,
    locks.locks_are_complete,
    locks.locks_can_hold,
    logic.links_are_of_decisions,
    logic.links_say_something,
    switches.switches_leave_rows_out,
    switches.lines_stay_in_reach,
    reach.switches_keep_reach,
    evidence.evidence_is_about_something,
)
"""One function per business rule. A rule whose sheets the reader found fault with keeps silent."""


def check(reading: "Reading") -> list[Issue]:
    """Every issue of an input.

    Parameters
    ----------
    reading
        The input as read, with the issues of the reader.

    Returns
    -------
    list of Issue
        Those of the reader first, then those of the business rules, errors before warnings.
    """
    order = {"error": 0, "warning": 1, "info": 2}
    found = [issue for rule in CHECKS for issue in _issues(reading, rule)]
    return [*reading.issues, *sorted(found, key=lambda issue: order[issue.severity])]


@cache_by_input
def _issues(reading: "Reading", rule: Check) -> list[Issue]:
    """What one rule finds."""
    return list(rule(reading))
