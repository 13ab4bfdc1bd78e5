"""SVG, element by element, in the same bytes on every machine."""

import html


def number(value: float) -> str:
    """One decimal at most, and never a minus nought."""
    return f"{value:z.1f}".removesuffix(".0")


def element(name: str, *inside: str, **attributes: float | str) -> str:
    """`stroke_width=3` becomes `stroke-width="3"`. Attributes are ours and what is inside is markup already: words need `escaped`."""
    values = {key: value if isinstance(value, str) else number(value) for key, value in attributes.items()}
    written = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in values.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def escaped(words: str) -> str:
    return html.escape(words, quote=False)


def path(*parts: float | str) -> str:
    """Path data: commands stay as they are, numbers are written as everywhere else."""
    data = ""
    for part in parts:
        written = part if isinstance(part, str) else number(part)
        apart = data[-1:].isdigit() and written[0].isdigit()
        data += f" {written}" if apart else written
    return data


def moved(x: float, y: float) -> str:
    return f"translate({number(x)} {number(y)})"
