"""Our own drawings as pixels, for those who cannot show SVG: it knows what the other modules write, and nothing else."""

import itertools
import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from PIL import Image, ImageDraw

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]  # as SVG has it: x' = a x + c y + e
FINER = 3  # drawn so much larger, then made smaller: that smooths the edges
STEPS = 24  # straight pieces of a curve

TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)")


def paint(svg: str, width: int, height: int) -> Image.Image:
    """Return the drawing, whose own size is width by height."""
    image = Image.new("RGB", (width * FINER, height * FINER))
    root = ElementTree.fromstring(svg)  # noqa: S314  # written by ourselves just now
    _paint(ImageDraw.Draw(image), root, (FINER, 0, 0, FINER, 0, 0), (width, height))
    return image.resize((width, height), Image.Resampling.BOX)


def _paint(draw: ImageDraw.ImageDraw, element: ElementTree.Element, matrix: Matrix, size: Point) -> None:
    for name, numbers in re.findall(r"(\w+)\(([^)]*)\)", element.get("transform", "")):
        matrix = _times(matrix, _matrix(name, [float(number) for number in numbers.split()]))
    for path, closed in _outlines(element, size):
        points = [_moved(matrix, point) for point in path]
        if element.get("fill") != "none":
            draw.polygon(points, fill=element.get("fill"))
        elif len(points) > 1:
            _stroke(draw, points, closed, float(element.get("stroke-width", 1)) * matrix[0], element.get("stroke"))
    for child in element:
        _paint(draw, child, matrix, size)


def _stroke(draw: ImageDraw.ImageDraw, points: list[Point], closed: bool, width: float, color: str | None) -> None:
    """Draw lines with square ends, pointed where they turn by a right angle and round where by less."""
    half = width / 2
    pieces = list(itertools.pairwise(points))
    for number, (start, end) in enumerate(pieces):
        length = math.dist(start, end)
        if not length:
            continue
        x, y = (end[0] - start[0]) / length * half, (end[1] - start[1]) / length * half
        before = pieces[number - 1] if number or closed else None
        after = pieces[(number + 1) % len(pieces)] if number + 1 < len(pieces) or closed else None
        first, last = (not other or _is_corner((start, end), other) for other in (before, after))
        a = (start[0] - x * first, start[1] - y * first)
        b = (end[0] + x * last, end[1] + y * last)
        draw.polygon([(a[0] - y, a[1] + x), (b[0] - y, b[1] + x), (b[0] + y, b[1] - x), (a[0] + y, a[1] - x)], fill=color)
        if not last:
            draw.ellipse((end[0] - half, end[1] - half, end[0] + half, end[1] + half), fill=color)


def _is_corner(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    lengths = math.dist(a, b) * math.dist(c, d)
    return bool(lengths) and abs((b[0] - a[0]) * (d[0] - c[0]) + (b[1] - a[1]) * (d[1] - c[1])) < lengths * 0.2


def _outlines(element: ElementTree.Element, size: Point) -> Iterator[tuple[list[Point], bool]]:
    kind = element.tag.rpartition("}")[2]

    def number(name: str) -> float:
        text = element.get(name, "0")
        return size[name == "height"] if text == "100%" else float(text)

    if kind == "rect":
        x, y, w, h = (number(name) for name in ("x", "y", "width", "height"))
        yield [(x, y), (x + w, y), (x + w, y + h), (x, y + h)], True
    elif kind == "circle":
        x, y, r = (number(name) for name in ("cx", "cy", "r"))
        turns = (math.tau * step / STEPS / 4 for step in range(STEPS * 4))
        yield [(x + r * math.cos(turn), y + r * math.sin(turn)) for turn in turns], True
    elif kind == "path":
        yield from _path(element.get("d", ""))


def _path(data: str) -> Iterator[tuple[list[Point], bool]]:
    """Follow M, L, H, V, A, Q and T, each from the corner or (in small letters) from where it stands, and Z."""
    tokens, command, points = TOKEN.findall(data), "", [(0.0, 0.0)]
    begin, control = points[0], points[0]

    def take(count: int) -> list[float]:
        return [float(tokens.pop(0)) for _ in range(count)]

    while tokens:
        if tokens[0].isalpha():
            command = tokens.pop(0)
        letter, (x, y) = command.upper(), points[-1]
        base_x, base_y = (x, y) if command.islower() else (0.0, 0.0)
        if letter in "MZ" and len(points) > 1:
            yield points + ([begin] if letter == "Z" else []), letter == "Z"
        if letter == "Z":
            points = [begin]
            continue
        if letter == "H":
            points.append((base_x + take(1)[0], y))
        elif letter == "V":
            points.append((x, base_y + take(1)[0]))
        elif letter == "A":
            rx, ry, _turn, large, sweep, to_x, to_y = take(7)
            points += _arc((x, y), (base_x + to_x, base_y + to_y), (rx, ry), large=bool(large), sweep=bool(sweep))
        elif letter in "QT":
            bend = take(2) if letter == "Q" else None
            new = (base_x + bend[0], base_y + bend[1]) if bend else (2 * x - control[0], 2 * y - control[1])
            to_x, to_y = take(2)
            points += _curve((x, y), new, (base_x + to_x, base_y + to_y))
            control = new
            continue
        else:
            to_x, to_y = take(2)
            there = (base_x + to_x, base_y + to_y)
            if letter == "M":
                begin, points, command = there, [there], "l" if command == "m" else "L"
            else:
                points.append(there)
        control = points[-1]
    if len(points) > 1:
        yield points, False


def _curve(a: Point, b: Point, c: Point) -> Iterator[Point]:
    for step in range(1, STEPS + 1):
        t = step / STEPS
        yield tuple((1 - t) ** 2 * p + 2 * t * (1 - t) * q + t * t * r for p, q, r in zip(a, b, c, strict=True))  # type: ignore[misc]  # a pair, as a and b and c are


def _arc(a: Point, b: Point, radii: Point, *, large: bool, sweep: bool) -> Iterator[Point]:
    """As the SVG standard turns two ends into a centre; the axes of our arcs are never turned."""
    rx, ry = radii
    if not rx or not ry:
        yield b
        return
    x, y = (a[0] - b[0]) / 2, (a[1] - b[1]) / 2
    reach = (x / rx) ** 2 + (y / ry) ** 2
    if reach > 1:
        rx, ry, reach = rx * math.sqrt(reach), ry * math.sqrt(reach), 1.0
    off = math.sqrt(max(0.0, 1 / reach - 1)) * (-1 if large == sweep else 1) if reach else 0.0
    cx, cy = off * rx * y / ry, -off * ry * x / rx
    start, end = math.atan2((y - cy) / ry, (x - cx) / rx), math.atan2((-y - cy) / ry, (-x - cx) / rx)
    turn = (end - start) % math.tau if sweep else -((start - end) % math.tau)
    middle = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    for step in range(1, 2 * STEPS + 1):
        angle = start + turn * step / STEPS / 2
        yield middle[0] + cx + rx * math.cos(angle), middle[1] + cy + ry * math.sin(angle)


def _matrix(name: str, n: list[float]) -> Matrix:
    if name == "translate":
        return 1, 0, 0, 1, n[0], n[1]
    if name == "scale":
        return n[0], 0, 0, n[-1], 0, 0
    if name == "rotate":
        cos, sin = math.cos(math.radians(n[0])), math.sin(math.radians(n[0]))
        return cos, sin, -sin, cos, 0, 0
    return n[0], n[1], n[2], n[3], n[4], n[5]


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f


def _moved(matrix: Matrix, point: Point) -> Point:
    a, b, c, d, e, f = matrix
    return a * point[0] + c * point[1] + e, b * point[0] + d * point[1] + f
