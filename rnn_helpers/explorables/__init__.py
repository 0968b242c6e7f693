"""Figures that answer to the hand: a still picture, and over it, where scripts run, one that computes live.

Each is an ES module beside this file: equations, a drawing and a sentence, on top of `kit.js` and `plot.js`. It is
stored in the output of its cell whole, so that a notebook alone shows it, and a page opened from a file too.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from IPython.display import display
from matplotlib.figure import Figure

from rnn_helpers.figures import show

_HERE = Path(__file__).parent
_SHARED = ("plot", "kit")


def explore(name: str, figure: Figure, alt: str, data: Mapping[str, object] | None = None) -> None:
    """Show a still picture, and over it, where scripts run, the explorable `name`.

    In print, on GitHub and wherever no script runs the still picture remains, with its words.

    Parameters
    ----------
    name : of the module beside this file, such as "wall".
    figure, alt : the still picture and its words, as for `figures.show`.
    data : what the module computes with and does not hold itself: numbers, strings, and lists of them. Numbers must
        be the same on every processor, or the cell needs the tag `nbval-ignore-output`.

    Raises
    ------
    ValueError : there is no such explorable, `data` holds a number that is not finite, or `alt` is no sentence.
    """
    if name not in names():
        raise ValueError(f"explore: name must be one of {', '.join(names())}, got {name!r}")
    page = to_html(name, data or {})
    show(figure, alt)
    words = "Here is a figure to be moved by hand. It works in the book and in a notebook, where scripts run."
    display({"text/html": page, "text/plain": words}, raw=True)


def names() -> list[str]:
    """The explorables there are."""
    return sorted(path.stem for path in _HERE.glob("*.js") if path.stem not in _SHARED)


def to_html(name: str, data: Mapping[str, object]) -> str:
    """The explorable as HTML that fetches nothing."""
    try:
        stored = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("</", "<\\/")
    except ValueError as error:
        raise ValueError(f"explore: every number in data must be finite; json says: {error}") from None
    script = "\n".join(_inlined(_HERE / f"{module}.js") for module in (*_SHARED, name))
    return (
        f'<div class="explorable" data-name="{name}">'
        f'<script type="application/json">{stored}</script></div>\n'
        f'<script type="module">\n{script}</script>'
    )


def _inlined(module: Path) -> str:
    """The text of a module for one script together with those that it imports: without imports and exports."""
    source = module.read_text(encoding="utf-8")
    source = re.sub(r"^import \{[^}]*\} from \"\./[a-z]+\.js\";\n", "", source, flags=re.MULTILINE)
    return re.sub(r"^export (?=const|function)", "", source, flags=re.MULTILINE)
