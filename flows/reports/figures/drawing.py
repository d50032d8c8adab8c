"""How every figure is drawn: colours of Okabe and Ito beside a dash pattern, the same bytes each time.

Whatever a machine's matplotlib is set to is left aside, and nothing of the moment goes into a file. matplotlib is
imported when a figure is drawn.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

WIDTH = 8.6
"""Inches at a text size of 8 to 9 points: printed at 170 mm, the width of a page, the smallest text has 6 points."""

GREY = "#555555"
PALE = "#BBBBBB"

Draw = Callable[[], "Figure"]


@dataclass(frozen=True, slots=True)
class Group:
    """Who is drawn as one: an arm, or everyone together."""

    name: Literal["IMNI", "OMIT", "All"]
    label: str
    colour: str
    dash: Any
    hatch: str


IMNI = Group("IMNI", "IMNI (control)", "#0072B2", "solid", "")
OMIT = Group("OMIT", "OMIT (experimental)", "#D55E00", (0, (5, 1.6)), "///")
EVERYONE = Group("All", "All patients", "#333333", "solid", "")
BY_ARM = (IMNI, OMIT)


def sheet(height: float) -> Figure:
    """An empty figure, `height` in inches, that no other code sees."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height), dpi=110, facecolor="white")


def as_svg(draw: Draw, key: str) -> str:
    """A figure as an SVG element whose text can be selected and read aloud; `key` keeps its ids apart from others'."""
    buffer = io.StringIO()
    with _untouched({"svg.hashsalt": f"imni {key}", "svg.fonttype": "none"}):
        draw().savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def as_png(draw: Draw) -> bytes:
    """A figure as PNG, 110 dots an inch, in 64 colours: a third of the size, and nobody sees a difference."""
    from PIL import Image  # matplotlib's own way to pictures

    drawn, small = io.BytesIO(), io.BytesIO()
    with _untouched({}):
        draw().savefig(drawn, format="png")
    picture = Image.open(drawn).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    picture.save(small, "PNG", optimize=True)
    return small.getvalue()


def as_markdown(draw: Draw, says: str) -> str:
    """A figure inside markdown; `says` is what it shows, for who cannot see it."""
    return f"![{says}](data:image/png;base64,{base64.b64encode(as_png(draw)).decode()})"


@contextmanager
def _untouched(settings: dict[RcKeyType, Any]) -> Generator[None]:
    """matplotlib as it comes, whatever this machine's configuration says."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        with mpl.rc_context(settings):
            yield
