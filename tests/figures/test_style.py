"""What a stored figure must be: described, small, the same each time, in the page's colours, readable on both pages."""

import re
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from rnn_helpers.figures import COLORS, draw_triangle, draw_unrolled, label_line, new_figure, show
from rnn_helpers.figures.style import FAINT, INK, PAPER, to_svg

ALT = "A straight line from the lower left to the upper right, step against step."


def a_line():
    figure, axes = new_figure(4, 2)
    (line,) = axes.plot(range(5))
    axes.set(xlabel="step", ylabel="step")
    return figure, line


@pytest.fixture
def shown(monkeypatch):
    outputs = []
    monkeypatch.setattr("rnn_helpers.figures.style.display", lambda bundle, raw: outputs.append(bundle))
    return outputs


def test_a_figure_is_shown_as_svg_with_its_words(shown):
    figure, _ = a_line()
    assert show(figure, alt=ALT) is None
    (bundle,) = shown
    assert bundle["text/plain"] == ALT
    root = ElementTree.fromstring(bundle["image/svg+xml"])
    assert root.attrib["role"] == "img"
    assert root.find("{http://www.w3.org/2000/svg}title").text == ALT


def test_alt_may_be_wrapped_and_is_escaped(shown):
    figure, _ = a_line()
    show(figure, alt="\n    A straight line, y < x & more,\n    from the left to the right.\n")
    assert shown[0]["text/plain"] == "A straight line, y < x & more, from the left to the right."
    ElementTree.fromstring(shown[0]["image/svg+xml"])


@pytest.mark.parametrize("alt", ["", "A line.", "A line that goes on and on without ever coming to an end"])
def test_alt_is_enforced(alt, shown):
    figure, _ = a_line()
    with pytest.raises(ValueError, match="full sentence"):
        show(figure, alt=alt)
    assert not shown


def test_labels_are_enforced(shown):
    figure, axes = new_figure()
    axes.plot(range(5))
    axes.set(xlabel="step")
    with pytest.raises(ValueError, match="has no label"):
        show(figure, alt=ALT)


def test_panels_that_share_an_axis_share_its_label(shown):
    figure, axes = new_figure(columns=2, sharey=True)
    for panel in axes:
        panel.plot(range(3))
        panel.set(xlabel="step")
    axes[0].set(ylabel="loss")
    show(figure, alt=ALT)
    assert len(shown) == 1


def test_the_same_drawing_gives_the_same_file():
    assert to_svg(a_line()[0], ALT) == to_svg(a_line()[0], ALT)


def test_two_figures_of_a_page_share_no_name():
    figure, line = a_line()
    label_line(line, "rise")
    names = [set(re.findall(r' id="([^"]+)"', to_svg(drawn, ALT))) for drawn in (figure, a_line()[0])]
    assert names[0]
    assert not names[0] & names[1]


def test_every_reference_inside_a_figure_resolves():
    figure, line = a_line()
    label_line(line, "$h_t$")
    svg = to_svg(figure, ALT)
    names = set(re.findall(r' id="([^"]+)"', svg))
    references = re.findall(r'href="#([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg)
    assert references
    others = names - set(references)
    assert set(references) < names
    assert {re.sub(r"^\w+-|\d", "", name) for name in others} == {"axes_", "xtick_", "ytick_", "text_"}


def test_the_page_colours_replace_their_stand_ins():
    svg = to_svg(a_line()[0], ALT)
    assert "var(--figure-ink, " in svg
    assert "var(--figure-paper, " in svg
    assert not any(stand_in in svg for stand_in in (INK, PAPER, FAINT))
    assert "#000000" not in svg  # black that a dark page would swallow


def test_a_figure_is_small():
    figure, axes = new_figure(columns=2)
    for panel in axes:
        panel.plot(np.sin(np.arange(1000)))
        panel.set(xlabel="step", ylabel="loss")
    svg = to_svg(figure, ALT)
    assert len(svg) < 70_000
    assert "<!--" not in svg
    assert "\n<" not in svg


def test_drawings_of_the_lessons_are_drawn():
    import torch

    figure, axes = new_figure(columns=2)
    draw_unrolled(axes[0], T=3)
    draw_triangle(axes[1], torch.rand(6, 6), torch.eye(6, dtype=torch.bool), "diagonal")
    with mpl.rc_context({"svg.fonttype": "none"}):  # letters as text, not as drawn paths
        svg = to_svg(figure, ALT)
    assert svg.count("<image") == 1
    assert "diagonal" in svg


def contrast(first, second):
    def luminance(color):
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("color", COLORS.values(), ids=COLORS)
def test_each_colour_is_seen_on_the_light_and_on_the_dark_page(color):
    assert contrast(color, "#ffffff") >= 3
    assert contrast(color, "#121212") >= 3
