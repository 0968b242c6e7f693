"""Every Markdown cell reads the same everywhere, and the check that says so can fail."""

import pytest
from lessons import TEXTS, read
from portable import faults


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_the_cells_of_a_lesson_are_portable(text):
    cells = [cell.source for cell in read(text.with_suffix(".ipynb")).cells if cell.cell_type == "markdown"]
    assert cells
    assert [fault for cell in cells for fault in faults(cell)] == []


@pytest.mark.parametrize(
    "markdown",
    [
        "```{note}\nA note.\n```",
        ":::{admonition} Title\ntext\n:::",
        "See {ref}`there`.",
        "As {cite}`elman1990finding` says.",
        "(a-target)=\n# Title",
        "{{ substitution }}",
        "A footnote.[^1]",
        "> [!NOTE]\n> text",
        "\\begin{align}\na\n\\end{align}",
        "Inline \\(x\\).",
        "$$x = 1 \\label{one}$$",
        "$$\nx = 1\n$$ (one)",
        "![a picture](pictures/one.png)",
        "[chapter 1](01_recurrent_networks.md)",
        '<div class="note">text</div>',
        "Term\n: definition",
        "<!-- hidden -->",
        "$$ x = 1",
        "$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned} \\tag{2.5}$$",
    ],
)
def test_what_would_show_raw_somewhere_is_found(markdown):
    assert faults(markdown)


@pytest.mark.parametrize(
    "markdown",
    [
        "# Title\n\nText with `code`, $h_t = \\tanh(z_t)$ and **bold**.",
        "$$h_t = g(Vx_t + Uh_{t-1} + c). \\tag{2.3}$$",
        "$$\\begin{aligned} a &= b \\cr c &= d \\end{aligned} \\tag{2.5}$$",
        "$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$ and $$x \\tag{2.5}$$",
        "| a | b |\n|---|---|\n| $x < y$ | `{ref}` |",
        "> **Pitfall.** *Nothing carried.* Text.",
        "[paper](https://doi.org/10.1038/323533a0) and [below](#exercises)",
        "<details><summary>More</summary>text</details>",
        "```python\nx = {'a': 1}\n```",
    ],
)
def test_what_reads_the_same_everywhere_passes(markdown):
    assert faults(markdown) == []
