"""The style of the figures, and the way one is shown and stored.

A figure is shown as one SVG image. It draws its own paper and ink, so it can be read on any page; the ink and the
paper are CSS variables, so that a page which inlines the image (the rendered book does) recolours it with its theme.
Its description for those who don't see it travels inside, as the SVG's title and as the output's plain text.
"""

import hashlib
import html
import io
import re

import matplotlib as mpl
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

# Told apart by people with any of the common colour-vision deficiencies (the palette of Okabe and Ito, darkened or
# lightened until each has a contrast of at least 3 on the book's light and on its dark page; a test holds them to it).
COLORS = {"blue": "#2a84c6", "orange": "#c4690f", "green": "#128b69", "pink": "#bf5896", "grey": "#777d82"}

# Stand-ins that `show` replaces by the page's own colours: text and axes, paper, grid lines.
INK, PAPER, FAINT = "#010203", "#fdfefc", "#c0c1c2"
_PAGE_COLORS = {
    INK: "var(--figure-ink, #1f2328)",
    PAPER: "var(--figure-paper, #ffffff)",
    FAINT: "var(--figure-faint, #d8dce0)",
}

STYLE = {
    "figure.facecolor": PAPER,
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "savefig.facecolor": PAPER,
    "font.size": 11,
    "mathtext.fontset": "cm",
    "text.color": INK,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": mpl.cycler(color=list(COLORS.values())),
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "lines.linewidth": 2.0,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "svg.hashsalt": "recurrent",  # the same drawing gives the same file
}
mpl.rcParams.update(STYLE)  # for good: a text takes its colour and font when it is written, not when it is shown


def new_figure(
    width: float = 7.0, height: float = 3.2, columns: int = 1, rows: int = 1, **axes_options: object
) -> tuple[Figure, Axes | np.ndarray]:
    """A figure in the style of the book and its axes (an array of axes if there are several).

    Parameters
    ----------
    width, height : size in inches; 7 fills the page's measure.
    columns, rows : number of panels.
    axes_options : passed on to `Figure.subplots`, as `sharey=True`.
    """
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots(rows, columns, **axes_options)


def label_line(line: Line2D, text: str, at: int = -1, offset: tuple[float, float] = (5, 0)) -> None:
    """Write `text` beside point number `at` of a line, in the line's colour: a label where the eye is.

    `offset` is in points, to the right and up. The label may stand outside the axes: the layout makes room.
    """
    x, y = line.get_xdata()[at], line.get_ydata()[at]
    line.axes.annotate(
        text,
        (x, y),
        offset,
        textcoords="offset points",
        color=line.get_color(),
        va="center",
        annotation_clip=False,
    )


def show(figure: Figure, alt: str) -> None:
    """Show a figure as an SVG image with `alt`, the words for those who don't see it.

    Parameters
    ----------
    figure : from `new_figure`.
    alt : what the figure shows, in one or more full sentences: kind of drawing, axes, and what is to be seen in it.

    Raises
    ------
    ValueError : `alt` is not a sentence, or an axis with data has no label.
    """
    alt = " ".join(alt.split())  # it may be wrapped like any text
    if len(alt) < 40 or not alt.endswith("."):
        raise ValueError(f"show: alt must describe the figure in a full sentence of 40 characters or more, got {alt!r}")
    for axes in figure.axes:
        if axes.axison and not (axes.get_xlabel() and axes.get_ylabel()) and not _shares_label(axes):
            raise ValueError("show: an axis has no label; set both with axes.set(xlabel=..., ylabel=...)")
    display({"image/svg+xml": to_svg(figure, alt), "text/plain": alt}, raw=True)


def to_svg(figure: Figure, alt: str) -> str:
    """The figure as the text of an SVG image, in the page's colours, with `alt` as its title."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = _tightened(svg)
    for stand_in, color in _PAGE_COLORS.items():
        svg = svg.replace(stand_in, color)
    svg = _own_names(svg)
    title = f"<title>{html.escape(alt)}</title>"
    return re.sub(r"(<svg[^>]*)>", lambda tag: f'{tag[1]} role="img">{title}', svg, count=1)


def _tightened(svg: str) -> str:
    """What is drawn, without comments, indentation, names that nobody asks for, and digits that nobody sees.

    Names of axes, ticks, legends and texts stay: by them one can cut a panel out of a figure.
    """
    asked = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    asked |= set(re.findall(r'id="((?:axes|[xy]tick|legend|text)_\d+)"', svg))
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="([^"]+)"', lambda name: name[0] if name[1] in asked else "", svg)
    svg = re.sub(r">\s+<", "><", svg)
    return re.sub(r' (d|x|y)="([^"]*)"', lambda numbers: f' {numbers[1]}="{_shorten(numbers[2])}"', svg)


def _shorten(numbers: str) -> str:
    """Places with two decimals: a hundredth of a point is not seen."""
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", re.sub(r"(\.\d\d)\d+", r"\1", numbers))


def _own_names(svg: str) -> str:
    """The same SVG with names of its own, so that several can stand in one page."""
    prefix = f"f{hashlib.sha256(svg.encode()).hexdigest()[:8]}-"
    return re.sub(r'(id="|href="#|url\(#)', lambda start: start[1] + prefix, svg)


def _shares_label(axes: Axes) -> bool:
    """True for a panel whose missing label stands on a panel that shares the axis, or a colour bar's empty side."""
    if hasattr(axes, "_colorbar"):
        return bool(axes.get_ylabel() or axes.get_xlabel())
    shared_x = any(other.get_xlabel() for other in axes.get_shared_x_axes().get_siblings(axes))
    shared_y = any(other.get_ylabel() for other in axes.get_shared_y_axes().get_siblings(axes))
    return shared_x and shared_y
