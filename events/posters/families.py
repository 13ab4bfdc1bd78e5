"""Five families of art. Each fills the box from 0 0 to its width and height; what hangs over is for the caller to cover."""

import itertools
import math
from collections.abc import Callable

from .dice import Dice
from .inks import Ink
from .svg import element, moved, path


def gong(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """Rings struck off centre, cut in two and slipped."""
    ground, light, spot, second = ink
    orders = [(light, spot, ground, second), (spot, light, second, ground), (light, ground, spot, ground), (spot, ground, light, second)]
    order = dice.pick(orders)
    rings = dice.pick([6, 8, 10, 12])
    left, top = dice.pick([0.34, 0.5, 0.66]), dice.pick([0.42, 0.5, 0.6])
    step = _diagonal(width * max(left, 1 - left), height * max(top, 1 - top)) * 1.15 / rings  # beyond the farthest corner
    centre = moved(width * left, height * top)
    slip = step * dice.pick([1, 2])
    turn = dice.pick([0, 90])
    halves = ""
    # The first half goes a little under the second, or the ground would shine through the cut.
    for side, (x, y) in enumerate([(2.0, 0.0), (0.0, slip)]):
        for ring in range(rings):
            half = _half_ring(x, y, step * (rings - ring), step, side)
            halves += element("path", d=half, fill=order[(ring + side * 2) % 4])
    return element("g", halves, transform=f"{centre} rotate({turn})")


def _half_ring(x: float, y: float, outer: float, thickness: float, side: int) -> str:
    # A ring, and not a disc under the next disc: a stack of edges along the cut would show as a hairline.
    inner = max(outer - thickness - 1, 0)
    there = path("A", outer, outer, 0, 0, side, x, y + outer)
    back = path("A", inner, inner, 0, 0, 1 - side, x, y - inner)
    return path("M", x, y - outer) + there + path("V", y + inner) + back + "Z"


FLOWER = "q4 48 50 50q-2-46-50-50q-4 48-50 50q2-46 50-50q-4-48-50-50q2 46 50 50q4-48 50-50q-2 46-50 50"  # from its heart


def kawung(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """Four petals to a cell, coloured by how far they are from one lit cell."""
    ground, light, spot, second = ink
    columns, rows, scale = _cells(dice, width, height)
    lit = dice.below(columns), dice.below(rows)
    far = dice.pick([1.2, 1.7, 2.3])
    flowers = {light: "", spot: "", second: ""}
    hearts = ""
    for row, column in itertools.product(range(rows), range(columns)):
        distance = _diagonal(column - lit[0], row - lit[1])
        color = second if dice.below(8) == 0 else spot if distance < far else light
        heart = path("M", column * 100 + 50, row * 100 + 50)
        if distance:
            flowers[color] += heart + FLOWER
        if distance > far:
            hearts += heart + "m-7 0a7 7 0 0 0 14 0a7 7 0 0 0-14 0"
    x, y = lit[0] * 100 + 50, lit[1] * 100 + 50
    lamp = element("circle", cx=x, cy=y, r=50, fill=second) + element("circle", cx=x, cy=y, r=20, fill=ground)
    petals = [element("path", d=data, fill=color) for color, data in [*flowers.items(), (ground, hearts)] if data]
    return element("g", *petals, lamp, transform=scale)


def parang(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """Waves in slanting bands, a plain band between."""
    _, light, spot, second = ink
    radius = max(math.sqrt(width * height) / dice.pick([12, 15, 19]), width / 60, height / 60)
    cos, sin = dice.pick([(0.8, 0.6), (0.6, 0.8), (0.8, -0.6), (0.6, -0.8)])
    colors = dice.pick([(light, spot), (spot, light), (light, second), (spot, second)])
    wide, tall = width / radius, height / radius  # all that follows is measured in radii
    reach = math.ceil((wide * abs(sin) + tall * cos) / 6) + 1
    lit = dice.below(reach) - reach // 2
    bands = ""
    for band in range(-reach, reach + 1):
        start, end = _chord(band * 3.0, wide, tall, cos, sin)
        if start < end:
            start -= (start - dice.pick([0, 2])) % 4
            waves = "".join("a1 1 0 0 0 2 0a1 1 0 0 1 2 0" for _ in range(math.ceil((end - start) / 4)))
            data = path("M", start, band * 3, waves, "v1H", start, "Z")
            if band % 2:
                bands += element("path", d=path("M", start, band * 3 + 1.3, "H", end, "v.3H", start, "Z"), fill=colors[0])
            bands += element("path", d=data, fill=second if band == lit and second not in colors else colors[band % 2])
    turn = " ".join(f"{part * radius:.4f}" for part in (cos, sin, -sin, cos))
    return element("g", bands, transform=f"{moved(width / 2, height / 2)} matrix({turn} 0 0)")


def _chord(y: float, wide: float, tall: float, cos: float, sin: float) -> tuple[float, float]:
    """From where to where a band a little above and below y crosses a turned sheet, and a little beyond."""
    crossings = []
    for edge in (y - 1.0, y + 1.7):
        across = sorted([(-wide / 2 + edge * sin) / cos, (wide / 2 + edge * sin) / cos])
        along = sorted([(-tall / 2 - edge * cos) / sin, (tall / 2 - edge * cos) / sin])
        crossings.append((across, along))
    start = max(min(one[side][0] for one in crossings) for side in (0, 1))
    end = min(max(one[side][1] for one in crossings) for side in (0, 1))
    return start, end


# Cut shapes on a cloth from -50 to 50 each way.
CUTS = [
    "M-50-50A100 100 0 0 1 50 50H-50Z",  # a quarter
    "M-50 0A50 50 0 0 1 50 0ZM-50 50A50 50 0 0 1 50 50Z",  # two arches
    "M-50-50L50 50H-50Z",  # a corner
    "M-36 0A36 36 0 0 1 36 0A36 36 0 0 1-36 0Z",  # a disc
    "M-50-50H50V-30H-50ZM-50-10H50V10H-50ZM-50 30H50V50H-50Z",  # bars
    "M-50-50Q50-50 50 50Q-50 50-50-50Z",  # a leaf
    "M-50-50A100 100 0 0 1 50 50H12A62 62 0 0 0-50-12ZM-50 18A32 32 0 0 1-18 50H-50Z",  # ripples
]


def tambal(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """A patchwork of large cut shapes, no two alike side by side."""
    ground, light, spot, second = ink
    cloths = [(ground, light), (spot, ground), (light, spot), (ground, spot), (second, light), (ground, second), (light, ground)]
    columns, rows, scale = _cells(dice, width, height)
    patches, last_cut, last_cloth = "", "", ("", "")
    for row, column in itertools.product(range(rows), range(columns)):
        last_cloth = dice.pick([cloth for cloth in cloths if cloth[0] != last_cloth[0]])
        last_cut = dice.pick([cut for cut in CUTS if cut != last_cut])
        centre = moved(column * 100 + 50, row * 100 + 50)
        patches += element("rect", x=column * 100, y=row * 100, width=100.5, height=100.5, fill=last_cloth[0])
        # A hair larger than its cloth, or the cloth would shine through along the edges.
        patches += element("path", d=last_cut, fill=last_cloth[1], transform=f"{centre} rotate({dice.below(4) * 90}) scale(1.008)")
    return element("g", patches, transform=scale)


def bulan(dice: Dice, ink: Ink, width: float, height: float) -> str:
    """One moon through its phases, one of them lit."""
    _, light, spot, second = ink
    side = max(math.sqrt(width * height / dice.pick([6, 9, 14])), width / 8, height / 8)
    columns, rows = max(1, round(width / side)), max(1, round(height / side))
    across, down = width / columns, height / rows
    radius = min(across, down) * 0.44
    shade = dice.pick([spot, spot, second])
    total = rows * columns
    lit, start = dice.below(total), dice.below(total)
    moons = ""
    for moon in range(total):
        x, y = (moon % columns + 0.5) * across, (moon // columns + 0.5) * down
        if moon == lit:
            moons += element("circle", cx=x, cy=y, r=radius, fill=second if shade == spot else spot)
        else:
            moons += element("circle", cx=x, cy=y, r=radius - 0.8, fill=shade)
            moons += element("path", d=_lit_part((moon + start) % total / total, x, y, radius), fill=light)
    return moons


def _lit_part(phase: float, x: float, y: float, radius: float) -> str:
    """What the sun sees of a moon: 0 is new, a half is full, and 1 is new again."""
    waxing, more_than_half = phase < 0.5, 0.25 < phase < 0.75
    # The edge of the shadow is a sine, here as Bhaskara has it: unlike math.sin, it is the same on every machine.
    turn = abs(2 * phase % 1 - 0.5)
    bulge = radius * 16 * turn * (1 - turn) / (5 - 4 * turn * (1 - turn))
    limb = path("A", radius, radius, 0, 0, int(waxing), x, y + radius)
    shadow = path("A", max(bulge, 0.1), radius, 0, 0, int(waxing == more_than_half), x, y - radius)
    return path("M", x, y - radius) + limb + shadow + "Z"


def _cells(dice: Dice, width: float, height: float) -> tuple[int, int, str]:
    """Columns, rows and the scale of cells of 100 by 100: a dozen large cells, and no last row of slivers."""
    slope = height / width
    fine = [columns for columns in range(2, 9) if 6 <= columns * columns * slope <= 18 and _ends_well(columns * slope)]
    across = down = max(width / dice.pick(fine or [4]), height / 8)
    if _is_whole(height / across):
        down = height / round(height / across)
    columns, rows = (max(1, math.ceil(cells - 0.01)) for cells in (width / across, height / down))
    return columns, rows, f"scale({across / 100:.4f} {down / 100:.4f})"


def _ends_well(rows: float) -> bool:
    return _is_whole(rows) or rows % 1 > 0.5


def _is_whole(rows: float) -> bool:
    """Whether so many rows can be made whole by a stretch that nobody sees."""
    return round(rows) > 0 and abs(rows - round(rows)) <= 0.05 * round(rows)


def _diagonal(width: float, height: float) -> float:
    # A square root is exact on every machine; math.hypot has changed in its last digit between versions of Python.
    return math.sqrt(width * width + height * height)


Painter = Callable[[Dice, Ink, float, float], str]
FAMILIES: dict[str, Painter] = {"gong": gong, "kawung": kawung, "parang": parang, "tambal": tambal, "bulan": bulan}
