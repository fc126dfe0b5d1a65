"""How the gap of a solve closes, as a picture: incumbent and bound over time."""

from collections.abc import Sequence
from functools import partial

from planner.report.picture import COLOURS, frame_picture, write_text
from planner.report.wording import four_digits

Step = tuple[float | None, float | None, float | None, float | None]
"""Seconds, incumbent, bound and gap."""

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 260, 84, 12, 30, 30
_LINES = 4

_write = partial(write_text, size=11, anchor="start")


def draw_gap(steps: Sequence[Step]) -> str:
    """The chart as an SVG element; "" where there are fewer than two points."""
    points = [(float(step[0]), step[1], step[2]) for step in steps if step[0] is not None]
    values = [float(value) for _, *pair in points for value in pair if value is not None]
    if len(points) < 2 or not values:
        return ""
    first, last = points[0][0], max(point[0] for point in points)
    low, high = min(values), max(values)
    wide, tall = (last - first) or 1.0, (high - low) or 1.0

    def place(seconds: float, value: float) -> tuple[float, float]:
        across = _LEFT + (seconds - first) / wide * (_WIDTH - _LEFT - _RIGHT)
        return across, _HEIGHT - _BOTTOM - (value - low) / tall * (_HEIGHT - _TOP - _BOTTOM)

    parts = [_write(_LEFT, 16, "incumbent", colour=COLOURS[0]), _write(_LEFT + 90, 16, "bound", colour=COLOURS[3])]
    for line in range(_LINES):
        value = low + tall * line / (_LINES - 1)
        height = place(first, value)[1]
        parts.append(f'<path d="M{_LEFT} {height:.1f}H{_WIDTH - _RIGHT}" stroke="#E5E5E5"/>')
        parts.append(_write(_LEFT - 6, height + 4, four_digits(value), anchor="end"))
    parts.append(_write(_LEFT, _HEIGHT - 8, f"{first:.0f} s"))
    parts.append(_write(_WIDTH - _RIGHT, _HEIGHT - 8, f"{last:.0f} s", anchor="end"))
    for number, colour in ((1, COLOURS[0]), (2, COLOURS[3])):
        known = [(point[0], point[number]) for point in points]
        path = _stairs([place(seconds, value) for seconds, value in known if value is not None])
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    words = f"Incumbent and bound over {last:.0f} seconds"
    return frame_picture(words, parts, _WIDTH, _HEIGHT)


def _stairs(points: Sequence[tuple[float, float]]) -> str:
    """A line that keeps its height until the next point: figures hold until they are improved."""
    if not points:
        return ""
    return f"M{points[0][0]:.1f} {points[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points[1:])
