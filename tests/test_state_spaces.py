"""The LRU against a plain complex loop, a real rotation, and a convolution; and where its poles start."""

import inspect
import math

import pytest
import torch
from torch.testing import assert_close

from rnn_helpers.layers import MinGRU
from rnn_helpers.state_spaces import LRU, Block, Stack, ring

close = {"atol": 1e-10, "rtol": 1e-10}


def layer_of(D=3, H=5, seed=0, **options):
    torch.manual_seed(seed)
    return LRU(D, H, **options).double()


def inputs(B=2, T=40, D=3, seed=1):
    return torch.randn(B, T, D, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def plain_loop(layer, x, h=None):
    """The equations, one step after the other, in complex numbers."""
    V, W = torch.complex(*layer.V), torch.complex(*layer.W)
    gamma, lam = layer.log_gamma.exp(), layer.poles()
    h = torch.zeros(len(x), layer.H, dtype=torch.complex128) if h is None else h
    outputs = []
    for x_t in x.unbind(1):
        h = lam * h + gamma * (x_t.to(V.dtype) @ V.T)
        outputs.append((h @ W.T).real + layer.d * x_t)
    return torch.stack(outputs, 1), h


def rotation(layer, x):
    """The same in real numbers: each pole turns a pair of states by its phase and shrinks it by its radius."""
    radius, phase = torch.exp(-torch.exp(layer.nu)), torch.exp(layer.theta)
    turn = radius[:, None, None] * torch.stack(
        [torch.stack([phase.cos(), -phase.sin()], 1), torch.stack([phase.sin(), phase.cos()], 1)], 1
    )
    pair = x.new_zeros(len(x), layer.H, 2)
    outputs = []
    for x_t in x.unbind(1):
        driven = torch.stack([x_t @ part.T for part in layer.V], 2) * layer.log_gamma.exp()[:, None]
        pair = torch.einsum("hij,bhj->bhi", turn, pair) + driven
        outputs.append(pair[..., 0] @ layer.W[0].T - pair[..., 1] @ layer.W[1].T + layer.d * x_t)
    return torch.stack(outputs, 1)


def convolution(layer, x):
    """With the kernel Re(W lambda^k V), what an input adds to the output k steps later."""
    T = x.shape[1]
    powers = layer.poles() ** torch.arange(T)[:, None]
    V, W = torch.complex(*layer.V) * layer.log_gamma.exp()[:, None], torch.complex(*layer.W)
    kernel = torch.einsum("oh,kh,hi->koi", W, powers, V).real
    rows = [sum(x[:, t - k] @ kernel[k].T for k in range(t + 1)) + layer.d * x[:, t] for t in range(T)]
    return torch.stack(rows, 1)


@pytest.mark.parametrize("way", [lambda layer, x: plain_loop(layer, x)[0], rotation, convolution])
def test_outputs_and_gradients_in_three_other_ways(way):
    layer, x = layer_of(), inputs().requires_grad_()
    weights = inputs(seed=2)
    wanted = [x, *layer.parameters()]
    ours, other = layer(x)[0], way(layer, x)
    assert_close(ours, other, **close)
    assert_close(
        torch.autograd.grad((weights * ours).sum(), wanted),
        torch.autograd.grad((weights * other).sum(), wanted),
        **close,
    )


def test_a_sequence_in_two_pieces_and_the_last_state():
    layer, x = layer_of(), inputs()
    whole, last = layer(x)
    first, state = layer(x[:, :17])
    second, end = layer(x[:, 17:], state)
    assert_close(torch.cat([first, second], 1), whole, **close)
    assert_close(end, last, **close)
    assert_close(last, plain_loop(layer, x)[1], **close)


def test_padding_has_no_effect():
    layer, x = layer_of(), inputs(T=9)
    spoiled = x.clone()
    spoiled[0, 4:] = math.nan
    y, last = layer(spoiled, lengths=[4, 9])
    alone, end = layer(x[:1, :4])
    assert_close(y[0, :4], alone[0], **close)
    assert_close(last[0], end[0], **close)
    assert (y[0, 4:] == 0).all()
    assert_close(y[1], layer(x[1:])[0][0], **close)
    (y.sum() + last.abs().sum()).backward()
    assert all(part.grad.isfinite().all() for part in layer.parameters())


def test_padding_has_no_effect_on_a_block():
    block, x = Block(layer_of(), 3).double(), inputs(T=9)
    assert_close(block(x, lengths=[4, 9])[0, :4], block(x[:1, :4])[0], **close)


def test_a_block_mixes_steps_by_its_layer_alone():
    torch.manual_seed(0)
    block, x = Block(layer_of(), 3).double(), inputs()
    normed = torch.nn.functional.layer_norm(x, (3,))
    p, q = block.mix(torch.nn.functional.gelu(plain_loop(block.layer, normed)[0])).chunk(2, -1)
    assert_close(block(x), x + p * q.sigmoid(), **close)


def test_a_block_takes_any_layer_and_looks_at_no_later_step():
    block, x = Block(MinGRU(3, 3), 3).double(), inputs()
    changed = x.clone()
    changed[:, 20:] = 0
    assert_close(block(changed)[:, :20], block(x)[:, :20], **close)


def test_a_stack_is_a_map_and_its_blocks_one_above_the_other():
    torch.manual_seed(0)
    stack, x = Stack(3, 4, lambda: LRU(4, 5), 3).double(), inputs()
    y = x @ stack.embed.weight.T + stack.embed.bias
    for block in stack.blocks:
        y = block(y)
    assert_close(stack(x)[0], y, **close)
    assert stack(x)[1] is None
    assert y.shape == (2, 40, 4)
    assert len({id(block.layer) for block in stack.blocks}) == len(stack.blocks) == 3


def test_behind_an_end_a_stack_reads_each_step_alone():
    torch.manual_seed(0)
    stack, x = Stack(3, 4, lambda: MinGRU(4, 4), 2).double(), inputs(T=9)
    other = x.clone()
    other[0, :4] = 0
    y, of_other = stack(x, lengths=[4, 9])[0], stack(other, lengths=[4, 9])[0]
    assert_close(y[0, 4:], of_other[0, 4:], **close)
    assert_close(y[0, :4], stack(x[:1, :4])[0][0], **close)
    assert_close(y[1], stack(x[1:])[0][0], **close)


@pytest.mark.parametrize("sizes", [(0, 4, 2), (3, 0, 2), (3, 4, 0)])
def test_stacks_without_anything_are_refused(sizes):
    D, H, num_blocks = sizes
    with pytest.raises(ValueError, match=f"D, H and num_blocks must be at least 1, got {D}, {H} and {num_blocks}"):
        Stack(D, H, lambda: MinGRU(4, 4), num_blocks)


def test_inputs_that_do_not_fit_a_stack_are_refused():
    forward = inspect.unwrap(Stack.forward)  # without the tests' own check of signatures, as for a reader
    with pytest.raises(ValueError, match=r"x must have shape \(B, T, D\) with D = 3, got \(2, 4, 2\)"):
        forward(Stack(3, 4, lambda: MinGRU(4, 4), 1), torch.zeros(2, 4, 2))


# Where the poles start.


def kolmogorov_smirnov(values, distribution):
    """The largest distance between the shares of values below a point and what the distribution says there."""
    values = values.sort().values
    n = len(values)
    expected, steps = distribution(values), torch.arange(n + 1).double() / n
    return max((steps[1:] - expected).max().item(), (expected - steps[:-1]).max().item())


@pytest.mark.parametrize(("r_min", "r_max"), [(0.0, 1.0), (0.5, 0.9), (0.9, 0.999)])
def test_the_squared_radius_is_uniform_and_the_phase_too(r_min, r_max):
    torch.manual_seed(0)
    n = 20_000
    nu, theta = ring(n, r_min, r_max, dtype=torch.float64)
    radius, phase = torch.exp(-torch.exp(nu)), torch.exp(theta)
    assert r_min <= radius.min()
    assert radius.max() <= r_max

    def by_area(r):
        return (r**2 - r_min**2) / (r_max**2 - r_min**2)

    critical = 1.95 / math.sqrt(n)  # passed by chance once in a thousand draws
    assert kolmogorov_smirnov(radius, by_area) < critical
    assert kolmogorov_smirnov(phase, lambda p: p / (2 * math.pi)) < critical
    # Radius and phase are drawn apart: no correlation.
    assert abs(torch.corrcoef(torch.stack([radius, phase]))[0, 1]) < 4 / math.sqrt(n)


def test_a_uniform_radius_would_be_noticed():
    """The test above against the mistake that it is there for."""
    torch.manual_seed(0)
    wrong = 0.5 + torch.rand(20_000).double() * 0.4
    assert kolmogorov_smirnov(wrong, lambda r: (r**2 - 0.25) / (0.81 - 0.25)) > 5 * 1.95 / math.sqrt(20_000)


def test_the_layer_starts_on_its_ring():
    poles = layer_of(H=2000, r_min=0.9, r_max=0.99).poles().detach()
    assert 0.9 <= poles.abs().min() < 0.901
    assert 0.989 < poles.abs().max() <= 0.99


def test_no_pole_leaves_the_unit_disc_whatever_training_does():
    layer = layer_of(H=4)
    with torch.no_grad():
        layer.nu.copy_(torch.tensor([-30.0, -3.0, 0.0, 9.0]))
    assert (layer.poles().abs() < 1).all()


def test_the_smallest_draws_give_finite_parameters(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *shape, dtype=None: torch.zeros(*shape, dtype=dtype))
    assert all(part.isfinite().all() for part in ring(3, 0.0, 1.0))


def test_gamma_is_the_root_of_what_the_pole_leaves():
    layer = layer_of(H=50, r_min=0.1, r_max=0.99)
    assert_close(layer.log_gamma.exp() ** 2 + layer.poles().abs() ** 2, torch.ones(50).double(), atol=1e-5, rtol=0)


def test_gamma_makes_white_noise_drive_all_states_equally():
    """E|h|^2 of h_t = lambda h_{t-1} + gamma v is gamma^2 E|v|^2 / (1 - |lambda|^2) = E|v|^2 at every radius."""
    torch.manual_seed(0)
    layer = LRU(1, 200, r_min=0.3, r_max=0.99).double()
    with torch.no_grad():
        layer.V.fill_(math.sqrt(0.5))  # |V x|^2 = x^2
    h = torch.zeros(500, 200, dtype=torch.complex128)
    for _ in range(600):
        x = torch.randn(500, 1, dtype=torch.float64)
        h = layer.poles() * h + layer.log_gamma.exp() * (x * torch.complex(*layer.V)[:, 0])
    power = h.abs().square().mean(0).detach()
    radius = layer.poles().abs().detach()
    assert_close(power, torch.ones(200).double(), atol=0.3, rtol=0)
    assert abs(torch.corrcoef(torch.stack([power, radius]))[0, 1]) < 0.35


def test_every_parameter_learns_in_every_dtype():
    torch.manual_seed(0)
    for dtype in (torch.float32, torch.float64):
        layer = LRU(2, 4).to(dtype)
        y, last = layer(torch.randn(3, 30, 2, dtype=dtype))
        assert y.dtype == dtype
        assert last.dtype == (torch.complex64 if dtype == torch.float32 else torch.complex128)
        y.square().sum().backward()
        assert all(p.grad.isfinite().all() and p.grad.abs().sum() > 0 for p in layer.parameters())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ring(3, 0.9, 0.9), "0 <= r_min < r_max <= 1, got 0.9 and 0.9"),
        (lambda: ring(3, 0.5, 1.1), "0 <= r_min < r_max <= 1, got 0.5 and 1.1"),
        (lambda: ring(3, -0.1, 1.0), "got -0.1 and 1.0"),
        (lambda: LRU(0, 3), "D and H must be at least 1, got 0 and 3"),
    ],
)
def test_poles_that_do_not_fit_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("x", "state", "lengths", "message"),
    [
        (torch.zeros(2, 4, 2), None, None, r"x must have shape \(B, T, D\) with D = 3"),
        (torch.zeros(2, 0, 3), None, None, "none of them 0"),
        (torch.zeros(2, 4, 3).double(), None, None, "x is torch.float64, the parameters are torch.float32"),
        (torch.zeros(2, 4, 3), torch.zeros(1, 5) + 0j, None, r"state must be complex of shape \(B, H\) = \(2, 5\)"),
        (torch.zeros(2, 4, 3), None, [4, 5], "lengths must lie between 1 and T = 4"),
    ],
)
def test_calls_that_do_not_fit_are_refused(x, state, lengths, message):
    forward = inspect.unwrap(LRU.forward)  # without the tests' own check of signatures, as for a reader
    with pytest.raises(ValueError, match=message):
        forward(layer_of().float(), x, state, lengths)
