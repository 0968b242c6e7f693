"""The units by hand: what they store, keep and show; and what pulses mean."""

import pytest
import torch

from rnn_helpers.bench import gru_by_hand, lstm_by_hand, read_pulses
from rnn_helpers.cells import gru_step, lstm_step


def test_pulses_have_values_and_marks_and_the_rest_is_noise():
    x = read_pulses("+.-?0", torch.tensor([0.5, 0.25, 0.5, -0.75, 0.5, -0.5]))
    assert x.dtype == torch.float64
    assert x.tolist() == [[1, 1, 0], [0.25, 0, 0], [-1, 1, 0], [-0.75, 0, 1], [0, 1, 0], [-0.5, 0, 0]]


@pytest.mark.parametrize(("pulses", "words"), [("+-+-", "at most 3 symbols"), ("+a", "got 'a'")])
def test_other_pulses_are_refused(pulses, words):
    with pytest.raises(ValueError, match=words):
        read_pulses(pulses, torch.zeros(3))


def test_the_gru_stores_at_a_mark_alone():
    theta, h = gru_by_hand(-4.0), torch.tensor([0.5], dtype=torch.float64)
    for x, u, r in (([0.3, 0.0], -4.0, 4.0), ([-1.0, 1.0], 4.0, -4.0)):
        step = gru_step(torch.tensor(x, dtype=torch.float64), h, theta)
        gates = torch.tensor([u, r], dtype=torch.float64).sigmoid()
        torch.testing.assert_close(torch.cat([step.u, step.r]), gates)
        torch.testing.assert_close(step.candidate, torch.tanh(x[0] + gates[1:] * h))


def test_the_lstm_stores_keeps_and_shows_at_its_marks():
    theta, h = lstm_by_hand(3.0), torch.tensor([0.5], dtype=torch.float64)
    for x, sums in (
        ([0.3, 0.0, 0.0], [-4.0, 3.0, -4.0]),
        ([-1.0, 1.0, 0.0], [4.0, -5.0, -4.0]),
        ([0.2, 0.0, 1.0], [-4.0, 3.0, 4.0]),
    ):
        step = lstm_step(torch.tensor(x, dtype=torch.float64), h, 2 * h, theta)
        gates = torch.tensor(sums, dtype=torch.float64).sigmoid()
        torch.testing.assert_close(torch.cat([step.i, step.f, step.o]), gates)
        torch.testing.assert_close(step.candidate, torch.tanh(x[0] + h))
