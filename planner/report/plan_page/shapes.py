"""What the pictures of the page are drawn with: SVG text, colours, and amounts in words."""

from planner.report.picture import COLOURS
from planner.surfaces import in_html
from planner_models.schema import TIERS

INK, FAINT = "#262626", "#595959"
TIER_COLOURS = dict(zip(TIERS, ("#6B9B57", "#2E75B6", "#E3A32B"), strict=True))


def text(x: float, y: float, words: str, size: float = 10, anchor: str = "middle", colour: str = INK) -> str:
    """Words at a place; the anchor is start, middle or end."""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}>{in_html(words)}</text>"


def tip(words: str) -> str:
    """What is shown when the pointer rests on a shape; stands inside it."""
    return f"<title>{in_html(words)}</title>"


def colours(names: list[str]) -> dict[str, str]:
    """A colour for each name, in turn."""
    return {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}


def picture(width: float, height: float, label: str, inside: str) -> str:
    """An SVG element that fills its column."""
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{in_html(label)}">{inside}</svg>'
