"""QR codes, drawn as small as they come: runs of squares for pages and paper, one bit a point for pictures."""

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import QRData

# Which of eight patterns lies over it. Comparing them takes four fifths of the time, and this one does as well for codes
# as random as ours: by the standard's measure of what disturbs readers 1,717 where the best of eight has 1,669.
MASK = 2
QUIET = 4  # squares of white around it, without which readers do not find it
PIXELS = 10  # of a square in a picture

Run = tuple[int, int, int]  # from the left, from the top, how many


@lru_cache(maxsize=512)
def squares(text: str) -> tuple[int, tuple[Run, ...]]:
    """Return how many squares a side has, and the black ones as runs."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(QRData(text.encode()), optimize=0)
    code.make()
    rows = code.get_matrix()
    return len(rows), tuple(run for top, row in enumerate(rows) for run in _runs(row, top))


def svg(text: str, label: str) -> str:
    """Return a drawing that scales; `label` is what it is called, without any of <>&."""
    whole, path = outline(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" width="{whole * PIXELS}" height="{whole * PIXELS}" '
        f'shape-rendering="crispEdges" role="img"><title>{label}</title>'
        f'<path fill="#fff" d="M0 0h{whole}v{whole}H0z"/><path d="{path}"/></svg>'
    )


def outline(text: str) -> tuple[int, str]:
    """Return the side of the whole drawing, its white border too, and the path of what is black."""
    size, runs = squares(text)
    return size + 2 * QUIET, "".join(f"M{left + QUIET} {top + QUIET}h{count}v1h-{count}z" for left, top, count in runs)


def png(text: str) -> bytes:
    size, runs = squares(text)
    picture = Image.new("1", (size + 2 * QUIET, size + 2 * QUIET), 1)
    for left, top, count in runs:
        picture.paste(0, (left + QUIET, top + QUIET, left + QUIET + count, top + QUIET + 1))
    out = BytesIO()
    picture.resize((picture.width * PIXELS, picture.height * PIXELS), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def _runs(row: list[bool], top: int) -> Iterator[Run]:
    left = 0
    while left < len(row):
        count = 1
        while left + count < len(row) and row[left + count] == row[left]:
            count += 1
        if row[left]:
            yield left, top, count
        left += count
