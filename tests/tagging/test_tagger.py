"""What the tagger sees of words, and that a padded batch is its sentences one by one."""

import pytest
import torch
from torch.testing import assert_close

from rnn_helpers.layers import GRU, LSTM, RNN
from rnn_helpers.padding import pad
from rnn_helpers.tagging import LETTERS, WORD, EmbedViews, Tagger, Views

SENTENCES = [["O", "gato", "dorme"], ["o", "rato", "come"], ["o", "gato", "come", "."]]
K = 5


def test_views_by_hand():
    views = Views(SENTENCES)
    numbers = [v.symbols for v in views.vocabularies]
    assert numbers[0] == ("", "come", "gato", "o")  # those that come twice; "O" and "o" are two words
    assert numbers[1] == ("", "c", "g", "o")
    assert numbers[2] == ("", "e", "o")
    assert numbers[4] == ("", "ato", "o", "ome")
    x = views.encode(["mato", "come"])
    assert x.shape == (2, len(LETTERS))
    assert x[:, 0].tolist() == [0, 1]  # mato is unknown,
    assert x[0, 4] == numbers[4].index("ato")  # its ending is not
    assert views.sizes == [len(symbols) for symbols in numbers]
    assert Views(SENTENCES, WORD).encode(["gato"]).tolist() == [[2]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Views(SENTENCES).encode([]), "words is empty"),
        (lambda: EmbedViews([3, 4], [2]), "2 sizes, but 1 dimensions"),
    ],
)
def test_what_does_not_fit(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def build(layer):
    torch.manual_seed(0)
    encoder = Views(SENTENCES)
    embed = EmbedViews(encoder.sizes, [4, 2, 2, 2, 2, 2])
    model = Tagger(embed, layer(embed.D, 3, bidirectional=True), K).double()
    return model, [encoder.encode(words) for words in [*SENTENCES, ["Xyz"]]]


@pytest.mark.parametrize("layer", [RNN, GRU, LSTM])
def test_a_padded_batch_is_its_sentences_one_by_one(layer):
    model, sentences = build(layer)
    x, lengths = pad(sentences)
    scores = model(x, lengths)
    assert scores.shape == (4, 4, K)
    for b, sentence in enumerate(sentences):
        assert_close(scores[b, : len(sentence)], model(sentence[None])[0], atol=1e-12, rtol=0)
    x[0, 3:] = 2  # whatever stands in the padding
    assert torch.equal(model(x, lengths)[0, :3], scores[0, :3])


def test_without_lengths_the_backward_direction_reads_padding():
    model, sentences = build(GRU)
    x, lengths = pad(sentences)
    wrong, right = model(x), model(x, lengths)
    assert (wrong - right)[0, :3].abs().max() > 1e-4  # the sentence has 3 words of 4 steps
    assert_close(wrong[2], right[2])  # this one is full


def test_every_word_has_a_say_at_every_other_and_every_parameter_learns():
    model, sentences = build(GRU)
    x, lengths = pad(sentences)
    seen = []
    model.embed.register_forward_hook(lambda module, args, output: seen.append(output))
    model(x, lengths)[2, 1].sum().backward(retain_graph=True)
    (gradient,) = torch.autograd.grad(model.layer(seen[0], None, lengths)[0][2, 1].sum(), seen[0])
    assert gradient[2].abs().sum(1).min() > 0
    assert not gradient[[0, 1, 3]].any()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in model.parameters())


def test_embeddings_start_small():
    torch.manual_seed(0)
    table = EmbedViews([1000], [64]).tables[0].weight
    assert 0.09 < table.std() < 0.11
