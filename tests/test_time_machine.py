"""`make timemachine`: who learns from what and is asked what, and what is said to whoever has no such text."""

import importlib.util
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "time_machine.py"
SPEC = importlib.util.spec_from_file_location("time_machine", TOOL)
time_machine = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(time_machine)
TRAIN, HELD_OUT = time_machine.TRAIN, time_machine.HELD_OUT


@pytest.fixture(scope="module")
def characters():
    """Twenty symbols at random, as many as half a Time Machine has."""
    numbers = torch.randint(20, (90_000,), generator=torch.Generator().manual_seed(0))
    return "".join(chr(ord("a") + number) for number in numbers.tolist())


def test_on_the_textbook_s_terms_the_first_10032_are_learned_from(characters):
    text = time_machine.Text(characters, special=("unknown",))
    assert text.K == 21
    assert [piece.tolist() for piece in text.pieces] == [text.tokens[:TRAIN].tolist()]
    assert text.held_out.tolist() == text.tokens[TRAIN - time_machine.LEAD : TRAIN + HELD_OUT].tolist()


def test_with_all_the_text_what_is_asked_is_still_not_learned_from(characters):
    text = time_machine.Text(characters, everything=True)
    before, after = text.pieces
    assert before.tolist() == text.tokens[:TRAIN].tolist()
    assert after.tolist() == text.tokens[TRAIN + HELD_OUT :].tolist()


def test_5000_characters_are_asked_in_every_way(characters):
    text = time_machine.Text(characters)
    counting = time_machine.MarkovModel(text.pieces, text.K, 1)
    model = time_machine.Textbook(text.K)
    walk = time_machine.in_one_walk(text, model)
    assert text.nats(counting).shape == walk.shape == (HELD_OUT,)
    targets = text.tokens[TRAIN : TRAIN + HELD_OUT]
    expected = model(text.held_out[None, :-1])[0].log_softmax(-1)[-HELD_OUT:]
    assert torch.allclose(walk, -expected.gather(1, targets[:, None])[:, 0], atol=1e-5)


def test_the_textbook_validates_in_windows_from_a_state_of_zero(characters):
    text, seen = time_machine.Text(characters), []

    class Uniform:
        def __call__(self, tokens):
            seen.append(tokens)
            return torch.zeros(*tokens.shape, text.K)

    assert time_machine.as_it_validates(text, Uniform()) == pytest.approx(20, rel=1e-4)
    (windows,) = seen
    assert windows.shape == (HELD_OUT, 32)
    assert windows[0].tolist() == text.tokens[TRAIN - 32 : TRAIN].tolist()
    assert windows[-1, -1] == text.tokens[TRAIN + HELD_OUT - 2]


def test_a_mixture_has_the_mean_of_the_probabilities():
    half, quarter = torch.tensor([math.log(2)]), torch.tensor([math.log(4)])
    assert time_machine.mixed(half, quarter).item() == pytest.approx(-math.log(3 / 8))


def test_training_begins_at_the_frequencies():
    model = time_machine.RecurrentModel(3, time_machine.RNN(2, 2))
    time_machine.start_from_counts(model, torch.tensor([0, 0, 0, 1]))
    assert model.read_out.bias.exp().tolist() == pytest.approx([4 / 7, 2 / 7, 1 / 7])


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "Project Gutenberg"), (b"short", "holds 5 characters, too few"), (b"\xff" * 9, "can't be read as a text")],
)
def test_without_such_a_text_the_next_step_is_named(tmp_path, content, message):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    arguments = [sys.executable, TOOL, *([path] if content is not None else [""])]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
