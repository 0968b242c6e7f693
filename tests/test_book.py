"""Claims, measured numbers, tables, and the set-up cell's template."""

import ast
import inspect

import numpy as np
import pytest
import torch
from setup_cell import render

from rnn_helpers.book import approx, show_table
from rnn_helpers.book import claim as checked_claim

claim = inspect.unwrap(checked_claim)  # as a reader calls it, without the run-time check of types around it


def test_a_claim_that_holds_prints_its_sentence(capsys):
    claim("Two is more than one.", 2 > 1)
    claim("So says numpy.", np.bool_(True))
    claim("So says torch.", torch.tensor(True))
    assert capsys.readouterr().out == "✓ Two is more than one.\n✓ So says numpy.\n✓ So says torch.\n"


def test_a_claim_that_fails_names_the_values(capsys):
    lstm, rnn, table = 0.2, torch.tensor(0.5, dtype=torch.float64), {"a": [1, 7]}
    with pytest.raises(AssertionError) as failure:
        claim("Größer: the LSTM remembers.", lstm < 0.05 < rnn and table["a"][1] > 3 and max(1, 2) == 3)
    message = str(failure.value)
    assert "✗ This does not hold: Größer: the LSTM remembers." in message
    assert "lstm = 0.2" in message
    assert "rnn = 0.5" in message
    assert "table['a'][1] = 7" in message
    assert "max" not in message
    assert capsys.readouterr().out == ""


def test_the_values_are_read_from_a_call_over_several_lines():
    low, high = 3.0, 2.0
    with pytest.raises(AssertionError, match=r"low = 3\.0(.|\n)*high = 2\.0"):
        claim(
            "In order.",
            low
            < high,
        )  # fmt: skip


def test_the_variable_of_a_comprehension_is_passed_over():
    losses, bound = [0.1, 0.7], 0.5
    with pytest.raises(AssertionError, match=r"losses = \[0.1, 0.7\]") as error:
        claim("All are low.", all(loss < bound for loss in losses))
    assert "bound = 0.5" in str(error.value)


def test_a_variable_of_a_comprehension_may_share_its_name_with_another():
    losses, name = {"a": 0.1, "b": 0.7}, "elsewhere"
    with pytest.raises(AssertionError, match=r"✗ This does not hold: All are low\.") as error:
        claim("All are low.", all(losses[name] < 0.5 for name in losses))
    assert "losses = {'a': 0.1, 'b': 0.7}" in str(error.value)
    assert name == "elsewhere"


def test_large_values_are_shortened():
    losses = torch.linspace(0, 1, 100)
    with pytest.raises(AssertionError, match=r"losses = tensor of shape \(100,\), from 0 to 1"):
        claim("All small.", bool((losses < 0.5).all()) and losses is None)


def test_a_claim_without_source_still_fails_with_its_sentence():
    with pytest.raises(AssertionError, match="does not hold: Never"):
        exec("claim('Never.', 1 > 2)", {"claim": claim})


@pytest.mark.parametrize("holds", [(1 < 2, "always true"), 1, None, "yes", torch.tensor([True]), torch.tensor(1)])
def test_a_claim_takes_a_single_bool(holds):
    with pytest.raises(ValueError, match="single bool"):
        claim("A sentence.", holds)


def test_a_claim_needs_a_sentence():
    with pytest.raises(ValueError, match="non-empty"):
        claim(" ", True)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234.5, 2, "≈ 1200"),
        (0.01234, 3, "≈ 0.0123"),
        (3, 2, "≈ 3.0"),
        (9.999, 2, "≈ 10.0"),
        (-0.5, 1, "≈ -0.5"),
        (0, 2, "≈ 0.0"),
        (1.5e-7, 2, "≈ 1.5e-07"),
        (2.5e9, 2, "≈ 2.5e+09"),
        (torch.tensor(0.25), 2, "≈ 0.25"),
        (float("nan"), 2, "nan"),
        (float("-inf"), 2, "-inf"),
    ],
)
def test_approx(value, digits, text):
    assert approx(value, digits) == text


def test_approx_without_digits():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        approx(1.0, digits=0)


def test_a_table_as_markdown(capsys):
    show_table(["unit", "loss"], [["RNN", approx(0.5)], ["LSTM", 2]])
    assert "| unit | loss |\\n| --- | --- |\\n| RNN | ≈ 0.50 |\\n| LSTM | 2 |" in capsys.readouterr().out


def test_a_row_of_another_length():
    with pytest.raises(ValueError, match="2 columns in the header, 1 in the row"):
        show_table(["a", "b"], [["only"]])


def test_the_set_up_cell_is_python_and_does_nothing_where_the_package_is(capsys):
    cell = render("https://github.com/someone/book/")
    ast.parse(cell)
    assert '"git+https://github.com/someone/book"' in cell
    exec(cell, {})
    assert capsys.readouterr() == ("", "")
