"""The keys of variables and of what is said about them: what each place in a tuple names."""

Line = tuple[str, str]
"""Site and process."""

LinePeriod = tuple[str, str, str]
"""Site, process and period."""

Draw = tuple[str, str, str]
"""Site, process and mode in which its capacity is had."""

Activity = tuple[str, str, str, str]
"""Site, process, mode and period: what is made."""

Option = tuple[str, str, str]
"""Site, process and option of building there."""

Ordering = tuple[str, str, str, str]
"""Site, process, option and period in which modules are ordered."""

Offer = tuple[str, str, str]
"""Firm, process cell and mode of a row of offers."""

OfferPeriod = tuple[str, str, str, str]
"""Firm, process cell, mode and period."""

SitePeriod = tuple[str, str]
"""Site and period."""

Flow = tuple[str, str, str, str, str]
"""Origin, destination, item, mode and period."""

Lane = tuple[str, str, str, str, str]
"""Origin, destination, item cell of the row, mode and period."""

SharedLane = tuple[str, str, str, str]
"""Origin, destination, mode and period of a lane whose capacity its items share."""

Place = tuple[str, str, str]
"""Item, region and period."""

Market = tuple[str, str, str]
"""Region, item and period."""

Step = tuple[str, str, str, str]
"""Region, item, period and step."""

Raise = tuple[str, str, str, str, str, float]
"""Region, item, period, step, enabler and threshold."""

Threshold = tuple[str, str, str, float, str]
"""Region, enabler, item, threshold and period."""

Start = tuple[str, str, str]
"""Project, option and period in which it begins."""

Level = tuple[str, int, str]
"""Process, or region, level and period."""

Stage = tuple[str, str, float, str]
"""Region, stage, share of the smallest plant and period."""

Credit = tuple[str, str, str, str, int]
"""Site, process, mode, period and level of what is made at a level."""

Grant = tuple[str, str, str, str, bool]
"""Policy, tier, region, period and whether it is paid once."""

HubPeriod = tuple[str, str, str]
"""Region, item cell of a hub, and period."""

Supplied = tuple[str, str, str, str]
"""Item, source and destination (each a region or a bloc) and period."""

Good = tuple[str, str, str, str]
"""Site, process, item that it makes and period."""

GroupItem = tuple[str, str, str]
"""Group of firms, item and period."""

Traded = tuple[str, str, str, str, str]
"""Site, process, item, mode in which it is sold at arm's length, and period."""

TradedUnder = tuple[str, str, str, str, str, int]
"""Site, process, item, mode, period and so many periods before it in which the offer must be in force."""

Tie = tuple[str, str, str, str]
"""Project, option that ties what it opens, item and period."""

TiedSupply = tuple[str, str, str]
"""Firm that is a partner, item and period."""

Qualified = tuple[str, str, str]
"""Programme, group over which it is averaged, and period."""

EligibleMade = tuple[str, str, str, str, str, str, str]
"""Programme, group, site, process, mode, item made and period."""

EligibleShipped = tuple[str, str, str, str, str, str, str]
"""Programme, group, origin, destination, item, mode and period."""

EligibleSold = tuple[str, str, str, str, str, str]
"""Programme, group, region, item, period and step."""

EligiblePlace = tuple[str, str, str, str, str]
"""Programme, group, item, region and period."""

ContentThreshold = tuple[str, str, str, str]
"""Programme, row that states the threshold, group and period."""

GrantedModule = tuple[str, str, str, str, str, str]
"""Programme, site, process, option, period of the order and period in which its capital cost is paid."""

CopyLimit = tuple[str, int]
"""Programme, and number of what is made, shipped or sold in its copies."""

LookedAt = tuple[str, str, str, int]
"""Programme, group, period, and number of what the programme looks at."""

SalesAlone = tuple[str, str, str, str, str]
"""Programme, region, item, period and step of sales of nothing but what qualifies."""

ClaimedOnce = tuple[str, str, str, str, int]
"""Rival programme; then programme, group, period and number of what both look at."""

RivalGroup = tuple[str, str, str, str]
"""Programme, rival, group and period."""
