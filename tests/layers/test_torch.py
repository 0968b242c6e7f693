"""The layers against torch.nn: outputs, final states and all gradients, and parameters carried both ways."""

import copy
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.testing import assert_close

from rnn_helpers.layers import GRU, LSTM, RNN, LayerNormLSTM, MinGRU

KINDS = {
    "tanh": (RNN, nn.RNN, {"nonlinearity": "tanh"}),
    "relu": (RNN, nn.RNN, {"nonlinearity": "relu"}),
    "gru": (GRU, nn.GRU, {}),
    "lstm": (LSTM, nn.LSTM, {}),
}
close = {"atol": 1e-10, "rtol": 1e-10}


def generator(seed):
    return torch.Generator().manual_seed(seed)


def draw(seed, *shapes):
    numbers = generator(seed)
    return [torch.randn(*shape, generator=numbers, dtype=torch.float64) for shape in shapes]


def torch_module(kind, D, H, seed=0, **options):
    _, theirs, more = KINDS[kind]
    module = theirs(D, H, batch_first=True, **more, **options).double()
    numbers = generator(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.7 * torch.randn(parameter.shape, generator=numbers, dtype=torch.float64))
    return module


def suffixes(module):
    ends = ["", "_reverse"] if module.bidirectional else [""]
    return [f"_l{layer}{end}" for layer in range(module.num_layers) for end in ends]


def flat(state):
    return list(state) if isinstance(state, tuple) else [state]


def run_theirs(module, x, state, lengths):
    if lengths is None:
        output, state = module(x, state)
        return [output, *flat(state)]
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    output, state = module(packed, state)
    output, _ = pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])
    return [output, *flat(state)]


def run_ours(layer, x, state, lengths):
    output, state = layer(x, state, lengths)
    return [output, *flat(state)]


def gradients(results, wanted, seed):
    """Of a random weighting of all results, so that each output and each part of the state has its say."""
    weights = draw(seed, *(result.shape for result in results))
    return torch.autograd.grad(sum((w * r).sum() for w, r in zip(weights, results, strict=True)), wanted)


def expected_gradients(module, gradient_of):
    """Gradients of our parameters, from those of PyTorch's, by name; written down apart from the package's own map."""
    expected = {}
    for s in suffixes(module):
        V, U, b_ih, b_hh = (gradient_of[name + s] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        H = module.hidden_size
        if isinstance(module, nn.GRU):
            sign = torch.tensor([1.0, -1.0, 1.0]).double().repeat_interleave(H)  # u's rows are those of -z
            expected |= {f"V{s}": sign[:, None] * V, f"U{s}": sign[:, None] * U, f"b{s}": sign * b_ih}
            expected[f"d{s}"] = b_hh[2 * H :]
            assert_close(b_ih[: 2 * H], b_hh[: 2 * H], **close)
        else:
            expected |= {f"V{s}": V, f"U{s}": U, ("c" if isinstance(module, nn.RNN) else "b") + s: b_ih}
            assert_close(b_ih, b_hh, **close)
    return expected


def assert_same_function(layer, module, x, state, lengths, seed):
    x = x.requires_grad_()
    initial = [] if state is None else [part.requires_grad_() for part in flat(state)]
    ours, theirs = run_ours(layer, x, state, lengths), run_theirs(module, x, state, lengths)
    assert_close(ours, theirs, **close)
    names, parameters = zip(*layer.named_parameters(), strict=True)
    n = 1 + len(initial)
    of_ours = gradients(ours, [x, *initial, *parameters], seed)
    their_names, their_parameters = zip(*module.named_parameters(), strict=True)
    of_theirs = gradients(theirs, [x, *initial, *their_parameters], seed)
    assert_close(of_ours[:n], of_theirs[:n], **close)
    expected = expected_gradients(module, dict(zip(their_names, of_theirs[n:], strict=True)))
    assert_close(dict(zip(names, of_ours[n:], strict=True)), expected, **close)


@st.composite
def situations(data):
    sizes = {name: data(st.integers(1, top)) for name, top in [("B", 4), ("T", 6), ("D", 3), ("H", 4)]}
    options = {"num_layers": data(st.integers(1, 3)), "bidirectional": data(st.booleans())}
    lengths = data(st.none() | st.lists(st.integers(1, sizes["T"]), min_size=sizes["B"], max_size=sizes["B"]))
    return sizes, options, lengths, data(st.booleans()), data(st.integers(0, 999))


def initial_state(kind, options, B, H, seed):
    S = options["num_layers"] * (1 + options["bidirectional"])
    h, c = draw(seed + 1, (S, B, H), (S, B, H))
    return (h, c) if kind == "lstm" else h


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=40)
@given(situation=situations())
def test_from_torch_is_the_same_function_with_the_same_gradients(kind, situation):
    (B, T, D, H), options, lengths, with_state, seed = situation[0].values(), *situation[1:]
    module = torch_module(kind, D, H, seed, **options)
    state = initial_state(kind, options, B, H, seed) if with_state else None
    (x,) = draw(seed, (B, T, D))
    assert_same_function(KINDS[kind][0].from_torch(module), module, x, state, lengths, seed)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=20)
@given(situation=situations())
def test_to_torch_is_the_same_function_with_the_same_gradients(kind, situation):
    (B, T, D, H), options, lengths, with_state, seed = situation[0].values(), *situation[1:]
    ours, _, more = KINDS[kind]
    layer = ours(D, H, **({"reset": "after"} if kind == "gru" else more), **options).double()
    with torch.no_grad():
        for parameter, value in zip(
            layer.parameters(), draw(seed, *(p.shape for p in layer.parameters())), strict=True
        ):
            parameter.copy_(value)
    state = initial_state(kind, options, B, H, seed) if with_state else None
    (x,) = draw(seed, (B, T, D))
    assert_same_function(layer, layer.to_torch(), x, state, lengths, seed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_there_and_back_is_exact(kind, bidirectional):
    module = torch_module(kind, 3, 4, num_layers=2, bidirectional=bidirectional, dropout=0.25)
    ours = KINDS[kind][0]
    layer = ours.from_torch(module)
    again = ours.from_torch(layer.to_torch())
    assert repr(again) == repr(layer)
    assert list(again.state_dict()) == list(layer.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), layer.parameters(), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_to_torch_is_batch_first_and_puts_our_bias_into_one_of_two(kind):
    layer = KINDS[kind][0].from_torch(torch_module(kind, 3, 4))
    module = layer.to_torch()
    assert module.batch_first
    if kind == "gru":
        assert not module.bias_hh_l0[:8].any()
        assert torch.equal(module.bias_hh_l0[8:], layer.d_l0)
    else:
        assert not module.bias_hh_l0.any()


def test_batch_first_or_not_gives_the_same_layer():
    module = torch_module("lstm", 3, 4)
    time_first = nn.LSTM(3, 4).double()
    time_first.load_state_dict(module.state_dict())
    a, b = LSTM.from_torch(module), LSTM.from_torch(time_first)
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_dtype_mode_and_independence_carry_over(kind):
    module = torch_module(kind, 3, 4, num_layers=2, dropout=0.5).float().eval()
    before = copy.deepcopy(module.state_dict())
    layer = KINDS[kind][0].from_torch(module)
    assert not layer.training
    assert {p.dtype for p in layer.parameters()} == {torch.float32}
    back = layer.to_torch()
    assert not back.training
    assert {p.dtype for p in back.parameters()} == {torch.float32}
    assert layer.train().to_torch().training
    with torch.no_grad():
        for parameter in (*layer.parameters(), *back.parameters()):
            assert parameter.requires_grad
            parameter.fill_(7)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


@pytest.mark.parametrize("kind", KINDS)
def test_conversion_draws_nothing(kind):
    module = torch_module(kind, 3, 4)
    before = torch.get_rng_state()
    KINDS[kind][0].from_torch(module).to_torch()
    assert torch.equal(torch.get_rng_state(), before)


def test_float32_stays_close():
    module = torch_module("gru", 3, 4).float()
    x = draw(0, (2, 5, 3))[0].float()
    assert_close(GRU.from_torch(module)(x), module(x))


def test_state_of_one_goes_into_the_other():
    module = torch_module("lstm", 3, 4, num_layers=2, bidirectional=True)
    layer = LSTM.from_torch(module)
    (x,) = draw(1, (2, 5, 3))
    _, state = layer(x)
    assert_close(layer(x, module(x)[1]), module(x, state), **close)


def test_modules_that_cannot_be_carried_over():
    with pytest.raises(ValueError, match=r"LSTM.from_torch: module must be a torch.nn.LSTM, got GRU"):
        LSTM.from_torch(nn.GRU(2, 3))
    with pytest.raises(ValueError, match=r"RNN.from_torch: module must be a torch.nn.RNN, got LSTM"):
        RNN.from_torch(nn.LSTM(2, 3))
    with pytest.raises(ValueError, match=r"GRU.from_torch: module has bias=False.*training would move them"):
        GRU.from_torch(nn.GRU(2, 3, bias=False))
    with pytest.raises(ValueError, match=r"LSTM.from_torch: module has proj_size = 2"):
        LSTM.from_torch(nn.LSTM(2, 3, proj_size=2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns, and goes on
        idle = nn.LSTM(2, 3, dropout=0.5)
    with pytest.raises(ValueError, match=r"num_layers = 1, 0\.5 would do nothing"):
        LSTM.from_torch(idle)


def test_layers_that_pytorch_does_not_have():
    with pytest.raises(ValueError, match=r"GRU.to_torch: with reset=\"before\".*another function"):
        GRU(2, 3).to_torch()
    with pytest.raises(ValueError, match=r"LSTM.to_torch: this layer is coupled.*after its first step of training"):
        LSTM(2, 3, coupled=True).to_torch()
    with pytest.raises(ValueError, match=r"LSTM.to_torch: this layer is diagonal.*after its first step of training"):
        LSTM(2, 3, diagonal=True).to_torch()
    with pytest.raises(ValueError, match=r"LayerNormLSTM.to_torch: torch.nn has no such unit"):
        LayerNormLSTM(2, 3).to_torch()
    with pytest.raises(ValueError, match=r"LSTM.to_torch: this layer has input_connections=True"):
        LSTM(2, 3, 2, input_connections=True).to_torch()
    with pytest.raises(ValueError, match=r"GRU.to_torch: this layer has variational=True"):
        GRU(2, 3, dropout=0.5, variational=True).to_torch()
    with pytest.raises(ValueError, match=r"MinGRU.to_torch: torch.nn has no such unit"):
        MinGRU(2, 3).to_torch()
    with pytest.raises(ValueError, match=r"MinGRU.from_torch: torch.nn has no such unit"):
        MinGRU.from_torch(nn.GRU(2, 3))
