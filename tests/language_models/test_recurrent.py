"""The recurrent model: causal, the same by steps, by windows, at once; tied weights; a carried state."""

import pytest
import torch
from torch.nn.functional import log_softmax

from rnn_helpers.language_models import RecurrentModel, next_tokens, rows_of, token_nats, train_on_rows, with_end
from rnn_helpers.layers import GRU, LSTM, RNN

K = 7
LAYERS = {
    "rnn": lambda: RNN(4, 6),
    "gru": lambda: GRU(4, 6, num_layers=2),
    "lstm": lambda: LSTM(4, 6, num_layers=2),
}
TOKENS = torch.randint(K, (3, 20), generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=LAYERS)
def model(request):
    torch.manual_seed(0)
    return RecurrentModel(K, LAYERS[request.param]()).double()


def parts_of(state):
    return state if isinstance(state, tuple) else (state,)


def selected(state, chosen):
    return tuple(part[chosen] for part in state) if isinstance(state, tuple) else state[chosen]


def test_the_next_token_is_not_seen(model):
    logits, _ = model(TOKENS)
    assert logits.shape == (3, 20, K)
    changed = TOKENS.clone()
    changed[:, 11] = (changed[:, 11] + 1) % K
    other, _ = model(changed)
    assert torch.equal(logits[:, :11], other[:, :11])
    assert not torch.allclose(logits[:, 11], other[:, 11])


def test_steps_windows_and_the_whole_agree(model):
    logits, _ = model(TOKENS)
    expected = log_softmax(logits, -1)
    state = None
    for t in range(20):
        log_probs, state = model.step(TOKENS[:, t], state)
        torch.testing.assert_close(log_probs, expected[:, t].detach())
    nats = -expected[:, :-1].gather(2, TOKENS[:, 1:, None])[..., 0].detach()
    for w in (1, 6, 19, 256):
        torch.testing.assert_close(model.nats(TOKENS, w), nats)


def test_states_of_steps_can_be_selected_by_their_first_axis(model):
    _, state = model.step(TOKENS[:, 0])
    assert all(len(part) == 3 for part in parts_of(state))
    chosen = torch.tensor([2, 0, 2, 1])
    log_probs, _ = model.step(TOKENS[chosen, 1], selected(state, chosen))
    whole, _ = model.step(TOKENS[:, 1], state)
    torch.testing.assert_close(log_probs, whole[chosen])


def test_padding_does_not_matter(model):
    sequences = [with_end(TOKENS[i, :length] % (K - 1) + 1, 0) for i, length in enumerate((3, 9, 5))]
    x, y, lengths = next_tokens(sequences)
    together = token_nats(model(x, lengths=lengths)[0], y)
    x[y < 0] = 5
    assert torch.equal(token_nats(model(x, lengths=lengths)[0], y), together)
    alone = [token_nats(model(s[None, :-1])[0], s[None, 1:])[0] for s in sequences]
    torch.testing.assert_close(together[y >= 0], torch.cat(alone))


def test_dropout_acts_in_training_only_and_modes_are_kept():
    torch.manual_seed(0)
    model = RecurrentModel(K, GRU(4, 6), dropout=0.5)
    assert not torch.equal(model(TOKENS)[0], model(TOKENS)[0])
    assert torch.equal(model.nats(TOKENS), model.nats(TOKENS))
    assert torch.equal(model.step(TOKENS[:, 0])[0], model.step(TOKENS[:, 0])[0])
    assert model.training
    model.eval()
    assert torch.equal(model(TOKENS)[0], model(TOKENS)[0])
    model.nats(TOKENS)
    model.step(TOKENS[:, 0])
    assert not model.training


@pytest.mark.parametrize("variational", [True, False])
def test_embeddings_and_outputs_are_dropped_at_all_steps_alike_if_the_layer_is_variational(variational):
    torch.manual_seed(0)
    model = RecurrentModel(K, GRU(40, 40, 2, dropout=0.5, variational=variational), dropout=0.5)
    read = []
    model.layer.register_forward_pre_hook(lambda layer, arguments: read.append(arguments[0]))
    output, _ = model.states(TOKENS)
    for part in (*read, output):
        dropped = part == 0
        assert 0.3 < dropped.double().mean() < 0.7
        assert (dropped == dropped[:, :1]).all() == variational


def test_tied_weights_are_one_parameter_with_both_gradients():
    torch.manual_seed(0)
    tied, free = RecurrentModel(K, GRU(6, 6), tied=True), RecurrentModel(K, GRU(6, 6))
    size = sum(p.numel() for p in free.parameters()) - sum(p.numel() for p in tied.parameters())
    assert size == K * 6
    free.load_state_dict(tied.state_dict())
    for model in (tied, free):
        nll_of(model).backward()
    torch.testing.assert_close(
        tied.embedding.weight.grad, free.embedding.weight.grad + free.read_out.weight.grad, rtol=1e-4, atol=1e-6
    )


def nll_of(model):
    logits, _ = model(TOKENS[:, :-1])
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), TOKENS[:, 1:].flatten())


def test_the_state_is_carried_from_window_to_window():
    """With windows of 1 the tokens of one step ago are beyond the window: only a carried state knows them."""
    torch.manual_seed(0)
    alternating = torch.tensor([0, 0, 1, 1]).repeat(8, 60)
    model = RecurrentModel(2, RNN(4, 8))
    train_on_rows(model, alternating, w=1, steps=300, lr=1e-2, seed=0)
    assert model.nats(alternating)[:, 4:].mean() < 0.2  # without what came before: ln 2


def test_training_begins_anew_with_the_rows():
    seen = []
    model = RecurrentModel(K, GRU(4, 6))
    forward = model.layer.forward

    def spy(x, state=None, lengths=None):
        seen.append(state is None)
        return forward(x, state, lengths)

    model.layer.forward = spy
    train_on_rows(model, rows_of(TOKENS.flatten(), 4), w=5, steps=7, lr=1e-3, seed=0)
    assert seen == [True, False, False, True, False, False, True]


def test_training_is_the_seed_s():
    losses = []
    for _ in range(2):
        torch.manual_seed(1)
        model = RecurrentModel(K, GRU(4, 6), dropout=0.2)
        losses.append(train_on_rows(model, TOKENS, w=5, steps=5, lr=1e-2, seed=4, clip=1.0).losses)
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RecurrentModel(K, GRU(4, 6, bidirectional=True)), "must not be bidirectional"),
        (lambda: RecurrentModel(K, GRU(4, 6), tied=True), "tied needs D = H, got D = 4 and H = 6"),
        (lambda: RecurrentModel(K, GRU(4, 6), dropout=1.0), "probability below 1, got 1.0"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
