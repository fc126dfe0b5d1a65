"""A replay in words."""

from planner.studies.replay.study import Replay
from planner.studies.why.question import format_decision

MOST_NAMED = 10


def lines(found: Replay) -> list[str]:
    """Whether objective and decisions agree, and what in the versions differs.

    Parameters
    ----------
    found
        What came out now beside what the result says.

    Returns
    -------
    list of str
        What to say, line by line; objectives in millions.
    """
    then = found.given.objective
    if found.objective is None:
        text = [f"no plan now: {found.outcome.solution.words}; the result has {then:,.6f}"]
    else:
        word = "agrees" if found.same_objective else "differs"
        text = [f"objective {word}: {found.objective:,.6f} now, {then:,.6f} in the result"]
        text += _decisions(found)
    if found.excuse:
        text.append(found.excuse)
    text += [f"{name}: {before} then, {now} now" for name, before, now in found.versions]
    if not found.versions:
        text.append("the versions are the same")
    return text


def _decisions(found: Replay) -> list[str]:
    if not found.differing:
        return ["decisions agree"]
    count = len(found.differing)
    named = [f"  {format_decision(key)}: {now:g} now, {then:g} then" for key, then, now in found.differing[:MOST_NAMED]]
    more = [f"  and {count - MOST_NAMED} more"] if count > MOST_NAMED else []
    return [f"decisions differ ({count}):", *named, *more]
