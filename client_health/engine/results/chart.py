"""Draws bars as SVG, for a page, a mail and a PDF. Pure Python, no Odoo.

Inline SVG with plain shapes: Debian's wkhtmltopdf runs no script, and reads no picture of its own.
"""

from typing import NamedTuple

from markupsafe import Markup

# In units of the picture: a phone shows it about as large, a page a little larger.
WIDTH, SHOWN = 340, 360
BAR_WIDTH, BAR_HEIGHT = 216, 14
ROW = 46
# Contrast on white: the text 15:1 and 8:1, the bar 5:1; bar against track 4:1
INK, MUTED, FILL, TRACK = "#1f2937", "#4b5563", "#0f766e", "#dfe9e8"
FONT = 'font-family="sans-serif" font-size="14"'
LONGEST = 44  # letters of a label; beside the bar, 16 digits have room


class Bar(NamedTuple):
    """``share``: how much of the width is filled, 0 to 1; beyond, it is cut."""

    label: str
    share: float
    text: str


def draw_bars(title, bars):
    """Return bars, each below its label and beside its figure, as SVG; "" without any.

    A reader that can't see it gets the title and every figure as text.
    """
    if not bars:
        return Markup("")
    height = ROW * len(bars)
    said = "; ".join(f"{_clean(bar.label)}: {bar.text}" for bar in bars)
    rows = Markup("").join(_draw(bar, ROW * number) for number, bar in enumerate(bars))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{shown}"'
        ' height="{shown_height:.0f}" style="max-width: 100%; height: auto;" role="img"'
        ' aria-label="{title}: {said}"><title>{title}</title>{rows}</svg>'
    ).format(
        width=WIDTH,
        height=height,
        shown=SHOWN,
        shown_height=height * SHOWN / WIDTH,
        title=_clean(title),
        said=said,
        rows=rows,
    )


def _draw(bar, top):
    share = max(0.0, min(1.0, bar.share))
    return Markup(
        '<text x="0" y="{base}" {font} fill="{muted}">{label}</text>'
        '<rect x="0" y="{bar_top}" width="{bar}" height="{high}" rx="3" fill="{track}"/>'
        '<rect x="0" y="{bar_top}" width="{filled}" height="{high}" rx="3" fill="{fill}"/>'
        '<text x="{width}" y="{beside}" {font} fill="{ink}" font-weight="bold" text-anchor="end">'
        "{text}</text>"
    ).format(
        base=top + 14,
        bar_top=top + 21,
        beside=top + 33,
        font=Markup(FONT),
        width=WIDTH,
        bar=BAR_WIDTH,
        high=BAR_HEIGHT,
        filled=f"{BAR_WIDTH * share:.1f}",
        label=_shorten(_clean(bar.label)),
        text=bar.text,
        ink=INK,
        muted=MUTED,
        fill=FILL,
        track=TRACK,
    )


def _clean(text):
    """Return the text without what XML has no place for."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _shorten(text):
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
