"""SVG, element by element, in the same bytes on every machine."""

import html


def number(value: float) -> str:
    """One decimal at most, and never a minus nought."""
    return f"{value:z.1f}".removesuffix(".0")


def tag(name: str, *inside: str, **attributes: float | str) -> str:
    """One element; `stroke_width=3` becomes `stroke-width="3"`. What is inside is markup already: text needs `text()`."""
    written = "".join(f' {key.replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def text(words: str) -> str:
    return html.escape(words, quote=False)


def path(*parts: float | str) -> str:
    """Path data: letters stay letters, numbers are written as everywhere else."""
    out = ""
    for part in parts:
        written = part if isinstance(part, str) else number(part)
        out += f" {written}" if out and out[-1].isdigit() and not written[0].isalpha() else written
    return out


def _value(value: float | str) -> str:
    return html.escape(value) if isinstance(value, str) else number(value)
