"""Five families of art. Each fills the box from 0 0 to its width and height; what hangs over is clipped by the caller."""

import itertools
import math
from collections.abc import Callable

from .dice import Dice
from .inks import Ink
from .svg import number, path, tag


def gong(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """Rings struck off centre, cut in two and slipped."""
    ground, light, spot, second = ink
    orders = [(light, spot, ground, second), (spot, light, second, ground), (light, ground, spot, ground), (spot, ground, light, second)]
    order = dice.pick(orders)
    rings = dice.pick([7, 9, 11, 13])
    reach = _diagonal(width, height) * dice.between(0.5, 0.72)
    x, y = width * dice.pick([0.5, 0.34, 0.66]), height * dice.pick([0.42, 0.5, 0.6])
    slip = reach / rings * dice.pick([1, 2])
    if dice.below(2):
        halves = [(0.0, 0.0, x + 1, height), (x, 0.0, width - x, height)]
        centres = [(x, y), (x, y + slip)]
    else:
        halves = [(0.0, 0.0, width, y + 1), (0.0, y, width, height - y)]
        centres = [(x, y), (x + slip, y)]
    out = ""
    for side, ((left, top, wide, tall), (cx, cy)) in enumerate(zip(halves, centres, strict=True)):
        radii = [reach * (1 - ring / rings) for ring in range(rings)]
        circles = [tag("circle", cx=cx, cy=cy, r=radius, fill=order[(ring + side * 2) % 4]) for ring, radius in enumerate(radii)]
        out += tag("clipPath", tag("rect", x=left, y=top, width=wide, height=tall), id=f"half{side}")
        out += tag("g", *circles, clip_path=f"url(#half{side})")
    return out


def kawung(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """Four petals to a cell, coloured by how far they are from one lit cell."""
    ground, light, spot, second = ink
    # Never more than eight rows, so that a tall strip has cells as large as a wide one.
    side = max(width / dice.pick([3, 4, 5]), height / 8)
    # A last row of which only a sliver would be seen is left out.
    columns, rows = math.ceil(width / side - 0.2), math.ceil(height / side - 0.2)
    lit = dice.below(columns), dice.below(rows)
    far = dice.pick([1.2, 1.7, 2.3])
    petal = path("M", 0, 0, "Q", side * 0.46, side * 0.02, side * 0.5, side * 0.5, "Q", side * 0.02, side * 0.46, 0, 0, "Z")
    corners = [(-side / 2, -side / 2, 0), (side / 2, -side / 2, 90), (side / 2, side / 2, 180), (-side / 2, side / 2, 270)]
    petals = [tag("path", d=petal, transform=f"{_moved(x, y)} rotate({turn})") for x, y, turn in corners]
    out = tag("defs", tag("g", *petals, id="flower"))
    for row, column in itertools.product(range(rows), range(columns)):
        x, y = (column + 0.5) * side, (row + 0.5) * side
        distance = _diagonal(column - lit[0], row - lit[1])
        if (column, row) == lit:
            out += tag("circle", cx=x, cy=y, r=side / 2, fill=second) + tag("circle", cx=x, cy=y, r=side * 0.2, fill=ground)
            continue
        fill = second if dice.below(7) == 0 else spot if distance < far else light
        out += tag("use", href="#flower", x=x, y=y, fill=fill)
        if distance >= far:
            out += tag("circle", cx=x, cy=y, r=side * 0.07, fill=ground)
    return out


def parang(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """Waves in slanting bands, a plain band between."""
    _, light, spot, second = ink
    radius = dice.pick([34, 46, 62])
    turn = dice.pick([-45, -32, 45])
    colours = dice.pick([(light, spot), (spot, light), (light, second), (spot, second)])
    band, reach = radius * 3, _diagonal(width, height)
    arcs = [f"a{radius} {radius} 0 0 {arc % 2} {2 * radius} 0" for arc in range(math.ceil(reach / radius))]
    wave = path("M", -reach, 0) + "".join(arcs) + path("v", radius, "H", -reach, "Z")
    count = int(reach / band) + 1
    lit = dice.below(count) - count // 2
    bands = tag("defs", tag("path", id="wave", d=wave))
    for i in range(-count, count + 1):
        fill = second if i == lit and second not in colours else colours[i % 2]
        slide = (i * radius * dice.pick([1, 3])) % (4 * radius)
        bands += tag("use", href="#wave", x=slide, y=i * band, fill=fill)
        if i % 2:
            bands += tag("rect", x=-reach, y=i * band + radius * 1.32, width=2 * reach, height=radius * 0.3, fill=colours[0])
    return tag("g", bands, transform=f"{_moved(width / 2, height / 2)} rotate({turn})")


# Cut shapes on a cloth from -50 to 50 each way.
CUTS = {
    "quarter": "M-50 -50A100 100 0 0 1 50 50H-50Z",
    "arches": "M-50 0A50 50 0 0 1 50 0ZM-50 50A50 50 0 0 1 50 50Z",
    "corner": "M-50 -50L50 50H-50Z",
    "disc": "M-36 0A36 36 0 0 1 36 0A36 36 0 0 1 -36 0Z",
    "bars": "M-50 -50H50V-33.3H-50ZM-50 -16.7H50V0H-50ZM-50 16.7H50V33.3H-50Z",
    "leaf": "M-50 -50Q50 -50 50 50Q-50 50 -50 -50Z",
    "rings": "M-50 -50A100 100 0 0 1 50 50H12A62 62 0 0 0 -50 -12ZM-50 18A32 32 0 0 1 -18 50H-50Z",
}


def tambal(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """A patchwork of large cut shapes, no two alike side by side."""
    ground, light, spot, second = ink
    cloths = [(ground, light), (spot, ground), (light, spot), (ground, spot), (second, light), (ground, second), (light, ground)]
    side = math.ceil(max(width / dice.pick([3, 4]), height / 8))
    # A hair larger than its cloth, or the cloth would shine through along the edges.
    scale = f"scale({(side + 1.6) / 100:.4f})"
    out, last = "", ""
    for row, column in itertools.product(range(math.ceil(height / side)), range(math.ceil(width / side))):
        cloth, colour = dice.pick(cloths)
        last = dice.pick([name for name in CUTS if name != last])
        turn = f"rotate({dice.below(4) * 90})"
        centre = _moved((column + 0.5) * side, (row + 0.5) * side)
        out += tag("rect", x=column * side, y=row * side, width=side, height=side, fill=cloth, shape_rendering="crispEdges")
        out += tag("path", d=CUTS[last], fill=colour, transform=f"{centre} {turn} {scale}")
    return out


def bulan(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """One moon through its phases, one of them lit."""
    _, light, spot, second = ink
    columns = dice.pick([3, 4, 5])
    across = max(width / columns, height / 8)
    columns, rows = max(1, round(width / across)), max(1, round(height / across))
    across, down = width / columns, height / rows
    radius = min(across, down) * 0.43
    shade = dice.pick([spot, spot, second])
    lit, start = dice.below(rows * columns), dice.below(rows * columns)
    out = ""
    for moon in range(rows * columns):
        x, y = (moon % columns + 0.5) * across, (moon // columns + 0.5) * down
        if moon == lit:
            out += tag("circle", cx=x, cy=y, r=radius, fill=second if shade == spot else spot)
        else:
            phase = (moon + start) % (rows * columns) / (rows * columns)
            out += tag("circle", cx=x, cy=y, r=radius - 0.8, fill=shade)
            out += tag("path", d=_lit_part(phase, x, y, radius), fill=light)
    return out


def _lit_part(phase: float, x: float, y: float, radius: float) -> str:
    """What the sun sees of a moon: 0 is new, a half is full, and 1 is new again."""
    waxing, more_than_half = phase < 0.5, 0.25 < phase < 0.75
    # The edge of the shadow is a sine, here as Bhaskara has it: unlike math.sin, it is the same on every machine.
    turn = abs(2 * phase % 1 - 0.5)
    bulge = radius * 16 * turn * (1 - turn) / (5 - 4 * turn * (1 - turn))
    limb = f"A{number(radius)} {number(radius)} 0 0 {waxing:d} {number(x)} {number(y + radius)}"
    shadow = f"A{number(max(bulge, 0.1))} {number(radius)} 0 0 {waxing == more_than_half:d} {number(x)} {number(y - radius)}"
    return f"M{number(x)} {number(y - radius)}{limb}{shadow}Z"


def _diagonal(width: float, height: float) -> float:
    # A square root is exact on every machine; math.hypot has changed in its last digit between versions of Python.
    return math.sqrt(width * width + height * height)


def _moved(x: float, y: float) -> str:
    return f"translate({number(x)} {number(y)})"


Painter = Callable[[Dice, Ink, float, float], str]
FAMILIES: dict[str, Painter] = {"gong": gong, "kawung": kawung, "parang": parang, "tambal": tambal, "bulan": bulan}
