"""Both encoder-decoders: one loss by two ways, padding without effect, attention by hand, a translation to learn."""

import inspect
import math

import pytest
import torch

from rnn_helpers.decoding import beam_search, greedy, log_prob_of, up_to_end
from rnn_helpers.encoder_decoder import AttentiveEncoderDecoder, EncoderDecoder, attend
from rnn_helpers.padding import IGNORE, pad
from rnn_helpers.training import train

END = 2


def model_of(seed=0, H=8):
    torch.manual_seed(seed)
    return EncoderDecoder(K_in=5, K_out=4, end=END, H=H).double()


def sequences(*rows):
    return [torch.tensor(row) for row in rows]


X = sequences([0, 1, 2], [4], [3, 3, 1, 0])
Y = sequences([1, 0, END], [3, END], [END])


def test_the_loss_is_the_mean_over_all_target_symbols_the_end_included():
    model = model_of()
    x, lengths = pad(X)
    y, target_lengths = pad(Y, IGNORE)
    start, state = model.encode(x, lengths)
    total = log_prob_of(model.step, start, y, state).sum()
    assert torch.allclose(model.loss(x, lengths, y), -total / target_lengths.sum())
    assert target_lengths.sum() == 6


def test_the_decoder_begins_with_the_end_symbol_and_knows_the_input():
    model = model_of()
    start, state = model.encode(*pad(X))
    assert start.tolist() == [END] * 3
    first, _ = model.step(start, state)
    assert torch.allclose(first.exp().sum(1), torch.ones(3, dtype=torch.float64))
    assert not torch.allclose(first[0], first[1])


@pytest.mark.parametrize("changed", [0, 1, 2])
def test_every_letter_of_the_input_counts(changed):
    model = model_of()
    other = X[0].clone()
    other[changed] = 4
    contexts = [model.encode(row[None], torch.tensor([3]))[1].context for row in (X[0], other)]
    for half in (slice(0, 4), slice(4, 8)):
        assert not torch.allclose(contexts[0][:, half], contexts[1][:, half])


def test_side_by_side_is_as_alone_and_padding_has_no_effect():
    model = model_of()
    x, lengths = pad(X, value=4)
    _, together = model.encode(x, lengths)
    for b, row in enumerate(X):
        _, alone = model.encode(row[None], torch.tensor([len(row)]))
        assert torch.allclose(together.context[b], alone.context[0])
    losses = []
    for wider in (0, 3):
        filling = torch.full((3, wider), IGNORE)
        y = torch.cat([pad(Y, IGNORE)[0], filling], 1)
        losses.append(model.loss(torch.cat([x, filling.clamp(min=1)], 1), lengths, y))
    assert torch.allclose(*losses)


def test_searches_take_it_as_it_is():
    model = model_of()
    start, state = model.encode(*pad(X))
    one = greedy(model.step, start, END, max_length=6, state=state)
    beam = beam_search(model.step, start, END, width=5, max_length=6, state=state)
    assert (beam.log_probs[:, 0] >= one.log_probs - 1e-9).all()
    for b in range(3):
        alone = beam_search(
            model.step, start[b : b + 1], END, width=5, max_length=6, state=type(state)(*(s[b : b + 1] for s in state))
        )
        assert torch.allclose(alone.log_probs[0], beam.log_probs[b])


@pytest.mark.parametrize("kind", [EncoderDecoder, AttentiveEncoderDecoder])
def test_it_learns_to_write_backward(kind):
    generator = torch.Generator().manual_seed(0)
    words = [torch.randint(3, 8, (n,), generator=generator) for n in torch.randint(1, 4, (400,), generator=generator)]
    x, lengths = pad(words)
    y, _ = pad([torch.cat([word.flip(0), torch.tensor([END])]) for word in words], IGNORE)
    torch.manual_seed(0)
    model = kind(K_in=8, K_out=8, end=END, H=32)

    def batches():
        while True:
            rows = torch.randint(400, (32,), generator=generator)
            yield x[rows], lengths[rows], y[rows]

    train(model.parameters(), model.loss, batches(), steps=250, lr=1e-2, seed=0, clip=1.0)
    start, state = model.encode(x, lengths)
    found = greedy(model.step, start, END, max_length=6, state=state)
    right = [up_to_end(row, END) == word.flip(0).tolist() for row, word in zip(found.tokens, words, strict=True)]
    assert sum(right) > 390


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="H must be even, half for each direction of the encoder; got 5"):
        EncoderDecoder(3, 3, end=0, H=5)
    with pytest.raises(ValueError, match="between 0 and K_out - 1 = 2, got 3"):
        EncoderDecoder(3, 3, end=3, H=4)


# Looking back.


def attentive(seed=0, H=8):
    torch.manual_seed(seed)
    return AttentiveEncoderDecoder(K_in=5, K_out=4, end=END, H=H).double()


def test_it_has_the_same_parameters():
    assert {n: p.shape for n, p in attentive().named_parameters()} == {
        n: p.shape for n, p in model_of().named_parameters()
    }


def test_attention_by_hand():
    query = torch.tensor([[2.0, 0.0]]).double()
    memory = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]]]).double()
    context, weights = attend(query, memory, torch.tensor([[True, True, False]]))
    e = math.exp(2 / math.sqrt(2))
    assert torch.allclose(weights, torch.tensor([[e / (e + 1), 1 / (e + 1), 0.0]]).double())
    assert torch.allclose(context, weights[:, :2])


def test_equal_states_are_looked_at_equally():
    _, weights = attend(torch.randn(2, 4), torch.ones(2, 3, 4), torch.tensor([[True] * 3, [True, False, True]]))
    assert torch.allclose(weights, torch.tensor([[1 / 3] * 3, [0.5, 0.0, 0.5]]))


def test_its_loss_is_that_of_the_single_steps():
    model = attentive()
    x, lengths = pad(X)
    y, target_lengths = pad(Y, IGNORE)
    start, state = model.encode(x, lengths)
    total = log_prob_of(model.step, start, y, state).sum()
    assert torch.allclose(model.loss(x, lengths, y), -total / target_lengths.sum())


def test_looking_back_side_by_side_is_as_alone_and_searches_take_it():
    model = attentive()
    x, lengths = pad(X, value=4)
    wider = torch.cat([x, torch.full((3, 2), 1)], 1)
    start, state = model.encode(wider, lengths)
    beam = beam_search(model.step, start, END, width=5, max_length=6, state=state)
    for b, row in enumerate(X):
        first, alone = model.encode(row[None], lengths[b : b + 1])
        one = beam_search(model.step, first, END, width=5, max_length=6, state=alone)
        assert torch.allclose(one.log_probs[0], beam.log_probs[b])
        assert torch.allclose(
            model.alignment(row[None], lengths[b : b + 1], one.tokens[:, 0]),
            model.alignment(wider[b : b + 1], lengths[b : b + 1], one.tokens[:, 0])[:, :, : len(row)],
        )


def test_alignments_are_weights_over_the_letters():
    model = attentive()
    x, lengths = pad(X)
    weights = model.alignment(x, lengths, pad(Y, IGNORE)[0])
    assert weights.shape == (3, 3, 4)
    assert torch.allclose(weights.sum(2), torch.ones(3, 3).double())
    assert (weights[1, :, 1:] == 0).all()
    # The first row is what the encoder's last states ask, before anything is written.
    _, state = model.encode(x, lengths)
    assert torch.allclose(weights[:, 0], attend(state.h, state.memory, state.valid)[1])


def test_what_is_written_changes_where_it_looks():
    model = attentive()
    x, lengths = pad(X)
    one, other = (model.alignment(x[:1], lengths[:1], torch.tensor([[k, 0, 0]])) for k in (0, 1))
    assert torch.allclose(one[:, :2], other[:, :2])  # the state that asks has read all symbols but the last one
    assert not torch.allclose(one[:, 2], other[:, 2])


@pytest.mark.parametrize(
    ("query", "valid", "message"),
    [
        (torch.zeros(2, 3), torch.ones(2, 5, dtype=torch.bool), "wants query"),
        (torch.zeros(2, 4), torch.ones(2, 4, dtype=torch.bool), "wants query"),
        (torch.zeros(2, 4), torch.tensor([[True] * 5, [False] * 5]), "valid must be true somewhere in each row"),
    ],
)
def test_what_attend_refuses(query, valid, message):
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(attend)(query, torch.zeros(2, 5, 4), valid)
