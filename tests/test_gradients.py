"""Jacobians against autograd, norms through time against products of Jacobians, clipping against PyTorch's."""

import inspect
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from rnn_helpers.bptt import elman
from rnn_helpers.cells import GRUParameters, LSTMParameters, elman_step, gru_step, lstm_step
from rnn_helpers.gradients import (
    angle,
    clip_by_norm,
    clip_by_value,
    elman_jacobians,
    jacobian_products,
    largest_singular_value,
    norms_through_time,
    spectral_radius,
    step_jacobian,
)


def draw(*shapes, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]


def draw_unit(parameters, D, H, seed=0):
    """Parameters of a gated unit: V (H, D), U (H, H), b (H), again and again."""
    return parameters(*draw(*[(H, D), (H, H), (H,)] * (len(parameters._fields) // 3), seed=seed))


# --- Jacobians


def test_elman_jacobians_equal_autograd():
    x, h0, V, U, c = draw((1, 5, 2), (1, 4), (4, 2), (4, 4), (4,))
    h = elman(x, h0, V, U, c)[0]
    for t, J in enumerate(elman_jacobians(h, U)):
        before = h0[0] if t == 0 else h[t - 1]
        expected = torch.autograd.functional.jacobian(lambda h, x_t=x[0, t]: torch.tanh(V @ x_t + U @ h + c), before)
        assert_close(J, expected)


def test_elman_jacobians_of_a_batch():
    h, U = draw((3, 5, 4), (4, 4))
    h = h.tanh()
    J = elman_jacobians(h, U)
    assert J.shape == (3, 5, 4, 4)
    assert_close(J[2], elman_jacobians(h[2], U))


def test_results_carry_no_graph():
    h, U = draw((5, 4), (4, 4))
    U.requires_grad_()
    J = elman_jacobians(h, U)
    results = [J, jacobian_products(J), spectral_radius(U), step_jacobian(lambda h: torch.tanh(U @ h), h[0])]
    assert not any(result.requires_grad for result in results)


def test_step_jacobian_of_an_elman_step():
    x, h, V, U, c = draw((2,), (4,), (4, 2), (4, 4), (4,))
    J = step_jacobian(lambda h: elman_step(x, h, V, U, c), h)
    assert_close(J, elman_jacobians(elman_step(x, h, V, U, c)[None], U)[0])


def test_step_jacobian_of_a_gru_step_and_of_an_lstm_step():
    x, h, c = draw((2,), (3,), (3,))
    gru, lstm = draw_unit(GRUParameters, 2, 3), draw_unit(LSTMParameters, 2, 3)

    def both(s):
        return torch.cat(lstm_step(x, *s.chunk(2, -1), lstm)[:2], -1)

    for step, state in [(lambda h: gru_step(x, h, gru).h, h), (both, torch.cat([h, c]))]:
        assert_close(step_jacobian(step, state), torch.autograd.functional.jacobian(step, state))


def test_step_jacobian_is_right_in_the_limit_of_small_steps():
    """By differences, and not symmetric: a transposed Jacobian would be seen."""
    x, h = draw((2,), (3,))
    theta, eps = draw_unit(GRUParameters, 2, 3), 1e-6
    columns = [
        (gru_step(x, h + eps * e, theta).h - gru_step(x, h - eps * e, theta).h) / (2 * eps)
        for e in torch.eye(3, dtype=torch.float64)
    ]
    J = step_jacobian(lambda h: gru_step(x, h, theta).h, h)
    assert_close(J, torch.stack(columns, 1), atol=1e-8, rtol=1e-6)
    assert (J - J.T).norm() > 0.1


def test_step_jacobian_of_a_batch_is_that_of_each():
    x, h = draw((5, 2), (5, 3))
    theta = draw_unit(GRUParameters, 2, 3)
    J = step_jacobian(lambda h: gru_step(x, h, theta).h, h)
    for row in range(5):
        assert_close(J[row], step_jacobian(lambda h, x_b=x[row]: gru_step(x_b, h, theta).h, h[row]))


def test_step_that_changes_the_shape():
    with pytest.raises(ValueError, match=r"must keep the shape of the state \(3,\), got \(2,\)"):
        step_jacobian(lambda h: h[:2], torch.ones(3))


@settings(deadline=None, max_examples=20)
@given(T=st.integers(1, 6), H=st.integers(1, 4), seed=st.integers(0, 99))
def test_jacobian_products_have_the_later_step_on_the_left(T, H, seed):
    (J,) = draw((T, H, H), seed=seed)
    products = jacobian_products(J)
    assert products.shape == (T + 1, H, H)
    for k in range(T + 1):
        expected = torch.eye(H, dtype=torch.float64)
        for t in range(k + 1, T + 1):  # J[t - 1] is dh_t/dh_{t-1}
            expected = J[t - 1] @ expected
        assert_close(products[k], expected)


def test_jacobian_products_of_a_batch():
    (J,) = draw((2, 3, 4, 4))
    assert_close(jacobian_products(J)[1], jacobian_products(J[1]))


def test_jacobian_products_are_dh_T_by_dh_k_of_the_whole_network():
    x, h0, V, U, c = draw((1, 6, 2), (1, 4), (4, 2), (4, 4), (4,))
    products = jacobian_products(elman_jacobians(elman(x, h0, V, U, c)[0], U))
    expected = torch.autograd.functional.jacobian(lambda h0: elman(x, h0, V, U, c)[0, -1], h0)[:, 0]
    assert_close(products[0], expected)


# --- spectra


def test_spectra_in_closed_form():
    turn = torch.tensor([[0.0, -2.0], [2.0, 0.0]])  # eigenvalues 2i and -2i
    shear = torch.tensor([[0.9, 100.0], [0.0, 0.9]])  # not normal: stretches far more than its eigenvalues say
    negative = torch.diag(torch.tensor([-3.0, 1.0]))
    U = torch.stack([turn, shear, negative])
    assert_close(spectral_radius(U), torch.tensor([2.0, 0.9, 3.0]))
    a = 100 / 2
    assert_close(largest_singular_value(U), torch.tensor([2.0, a + math.hypot(a, 0.9), 3.0]))


@settings(deadline=None, max_examples=20)
@given(H=st.integers(1, 8), seed=st.integers(0, 99))
def test_spectral_radius_is_the_growth_in_the_long_run_and_never_above_the_largest_singular_value(H, seed):
    (U,) = draw((H, H), seed=seed)
    radius, sigma = spectral_radius(U), largest_singular_value(U)
    assert radius <= sigma * (1 + 1e-12)
    power = torch.linalg.matrix_power(U / radius, 4096)  # Gelfand: the norm of U^n grows like radius^n
    assert abs(torch.linalg.matrix_norm(power, 2).log() / 4096) < 0.01


# --- norms through time


def run(step, x, state):
    states = [state]
    for x_t in x.unbind(-2):
        states.append(step(x_t, states[-1]))
    return states


def test_norms_through_time_equal_products_of_jacobians():
    x, h0, V, U, c, w = draw((7, 2), (4,), (4, 2), (4, 4), (4,), (4,))
    states = run(lambda x_t, h: elman_step(x_t, h, V, U, c), x, h0.requires_grad_())
    products = jacobian_products(elman_jacobians(torch.stack(states[1:]), U))
    norms = norms_through_time(states[-1] @ w, states)
    assert_close(norms, (w @ products).norm(dim=-1))
    assert not norms.requires_grad


def test_norms_through_time_of_a_gru_in_a_batch():
    x, h0, w = draw((3, 5, 2), (3, 4), (4,))
    theta = draw_unit(GRUParameters, 2, 4)
    states = run(lambda x_t, h: gru_step(x_t, h, theta).h, x, h0.requires_grad_())
    norms = norms_through_time((states[-1] @ w).sum(), states)
    assert norms.shape == (6, 3)
    J = torch.stack(
        [
            step_jacobian(lambda h, x_t=x_t: gru_step(x_t, h, theta).h, h)
            for x_t, h in zip(x.unbind(1), states[:-1], strict=True)
        ]
    )
    for b in range(3):
        assert_close(norms[:, b], (w @ jacobian_products(J[:, b])).norm(dim=-1))


def test_norms_through_time_of_an_lstm_reach_the_cells_through_all_paths():
    """A cell acts on the next step by its forget gate and, shown as h, by all gates: both must be counted."""
    x, h0, c0, w = draw((5, 2), (3,), (3,), (3,))
    theta = draw_unit(LSTMParameters, 2, 3)
    cells, h = [c0.requires_grad_()], h0
    for x_t in x:
        h, c = lstm_step(x_t, h, cells[-1], theta)[:2]
        cells.append(c)
    norms = norms_through_time(h @ w, cells)

    def last(c_0):
        h, c = h0, c_0
        for x_t in x:
            h, c = lstm_step(x_t, h, c, theta)[:2]
        return h @ w

    expected = torch.autograd.functional.jacobian(last, c0.detach())
    assert_close(norms[0], expected.norm())


def test_norms_through_time_can_be_asked_twice_and_before_backward():
    (U, h0) = draw((3, 3), (3,))
    U.requires_grad_()
    states = run(lambda _, h: torch.tanh(U @ h), torch.zeros(4, 1), h0.requires_grad_())
    loss = states[-1].square().sum()
    assert_close(norms_through_time(loss, states), norms_through_time(loss, states))
    assert U.grad is None
    loss.backward()


def test_a_state_after_the_one_the_loss_uses_has_norm_zero():
    U, h0 = draw((3, 3), (3,))
    states = run(lambda _, h: torch.tanh(U @ h), torch.zeros(4, 1), h0.requires_grad_())
    norms = norms_through_time(states[2].sum(), states)
    assert (norms[:3] > 0).all()
    assert norms[3:].tolist() == [0, 0]


def test_states_that_are_not_on_the_way_to_the_loss():
    U, h0 = draw((3, 3), (3,))
    states = run(lambda _, h: torch.tanh(U @ h), torch.zeros(4, 1), h0.requires_grad_())
    with pytest.raises(ValueError, match="not copies or slices of a stack"):
        norms_through_time(states[-1].sum(), torch.stack(states).unbind())


def test_first_state_without_gradient():
    U, h0 = draw((3, 3), (3,))
    states = run(lambda _, h: torch.tanh(U.requires_grad_() @ h), torch.zeros(4, 1), h0)
    with pytest.raises(ValueError, match=r"states\[0\] requires no gradient"):
        norms_through_time(states[-1].sum(), states)
    assert len(norms_through_time(states[-1].sum(), states[1:])) == 4


def test_no_states():
    with pytest.raises(ValueError, match="states is empty"):
        norms_through_time(torch.ones(()), [])


# --- clipping

finite = st.floats(-1e3, 1e3, allow_subnormal=False)


@settings(deadline=None, max_examples=60)
@given(
    a=st.lists(finite, min_size=1, max_size=5),
    b=st.lists(finite, min_size=1, max_size=5),
    threshold=st.floats(1e-3, 1e4),
)
def test_clip_by_norm_is_the_formula_for_all_tensors_together(a, b, threshold):
    gradients = [torch.tensor(a, dtype=torch.float64), torch.tensor([b], dtype=torch.float64)]
    clipped, norm = clip_by_norm(gradients, threshold)
    assert norm == pytest.approx(math.sqrt(sum(entry**2 for entry in a + b)))
    factor = min(1.0, threshold / norm) if norm > 0 else 1.0
    for before, after in zip(gradients, clipped, strict=True):
        assert_close(after, before * factor, rtol=1e-12, atol=1e-300)
    if norm <= threshold:
        assert all(map(torch.equal, gradients, clipped))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("threshold", [0.1, 1.0, 1000.0])
def test_clip_by_norm_equals_pytorch_up_to_its_millionth(dtype, threshold):
    gradients = draw((3, 4), (4,), (2, 2, 2), (), dtype=dtype)
    parameters = [torch.zeros_like(gradient, requires_grad=True) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    expected_norm = torch.nn.utils.clip_grad_norm_(parameters, threshold)
    clipped, norm = clip_by_norm(gradients, threshold)
    assert norm == pytest.approx(expected_norm.item(), rel=1e-6)
    for ours, parameter in zip(clipped, parameters, strict=True):
        assert_close(ours, parameter.grad, rtol=2e-6, atol=0)


def test_clip_by_norm_keeps_the_direction_and_meets_the_threshold():
    gradients = draw((30,), (5, 6))
    clipped, norm = clip_by_norm(gradients, 0.5)
    assert norm > 0.5
    assert clip_by_norm(clipped, 1.0)[1] == pytest.approx(0.5, rel=1e-14)
    assert angle(gradients, clipped) < 1e-6


def test_clip_by_norm_is_not_per_tensor():
    """3 and 4 make 5: each alone is below 4.5, together they are not."""
    clipped, norm = clip_by_norm([torch.tensor([3.0]), torch.tensor([4.0])], 4.5)
    assert norm == 5
    assert_close(torch.cat(clipped), torch.tensor([2.7, 3.6]))


@pytest.mark.parametrize("clip", [lambda g, t: clip_by_norm(g, t)[0], clip_by_value])
@pytest.mark.parametrize("threshold", [0.1, 100.0])
def test_clipping_returns_new_tensors_and_leaves_the_given(clip, threshold):
    gradients = draw((3,), (2, 2))
    before = [gradient.clone() for gradient in gradients]
    for clipped in clip(gradients, threshold):
        clipped.zero_()
    assert all(map(torch.equal, gradients, before))


def test_at_the_threshold_nothing_changes():
    gradients = [torch.tensor([3.0, 4.0])]
    clipped, norm = clip_by_norm(gradients, 5)
    assert norm == 5
    assert torch.equal(clipped[0], gradients[0])
    just_below = math.nextafter(5, 0)
    assert clip_by_norm(gradients, just_below)[1] == 5


def test_zero_gradients_stay():
    gradients = [torch.zeros(3), torch.zeros(0), torch.zeros(2, 2)]
    clipped, norm = clip_by_norm(gradients, 1.0)
    assert norm == 0
    assert all(map(torch.equal, gradients, clipped))
    assert clip_by_value(gradients, 1.0)[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(("dtype", "huge"), [(torch.float32, 1e30), (torch.float64, 1e200)])
def test_entries_whose_squares_overflow(dtype, huge):
    gradient = torch.tensor([3 * huge, 4 * huge], dtype=dtype)
    assert gradient.square().sum().isinf()
    (clipped,), norm = clip_by_norm([gradient], 1.0)
    assert norm == pytest.approx(5 * huge)
    assert_close(clipped, torch.tensor([0.6, 0.8], dtype=dtype))


def test_a_norm_that_overflows_itself():
    largest = torch.finfo(torch.float64).max
    (clipped,), norm = clip_by_norm([torch.full((4,), largest, dtype=torch.float64)], 1.0)
    assert norm == math.inf
    assert_close(clipped, torch.full((4,), 0.5, dtype=torch.float64))


@pytest.mark.parametrize(("dtype", "tiny"), [(torch.float32, 1e-30), (torch.float64, 1e-200)])
def test_entries_whose_squares_vanish(dtype, tiny):
    gradient = torch.tensor([3 * tiny, -4 * tiny], dtype=dtype)
    assert gradient.square().sum() == 0
    (clipped,), norm = clip_by_norm([gradient], tiny)
    assert norm == pytest.approx(5 * tiny)
    assert_close(clipped / tiny, torch.tensor([0.6, -0.8], dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_smallest_numbers_there_are(dtype):
    smallest = torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps
    gradient = torch.tensor([3 * smallest, 4 * smallest], dtype=dtype)
    (clipped,), norm = clip_by_norm([gradient], 1.0)
    assert norm == 5 * smallest > 0
    assert torch.equal(clipped, gradient)


def test_clip_by_norm_rounds_as_the_formula_does():
    (gradient,) = draw((1000,))
    (clipped,), norm = clip_by_norm([gradient], 0.1)
    assert norm == gradient.norm().item()
    assert torch.equal(clipped, gradient * (0.1 / norm))


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_entries_that_are_not_finite_are_named(broken):
    gradients = [torch.ones(3), torch.tensor([[1.0, broken], [broken, 2.0]])]
    for clip in (clip_by_norm, clip_by_value):
        with pytest.raises(FloatingPointError, match=r"2 of the 4 entries of gradients\[1\] are infinite or not a"):
            clip(gradients, 1.0)


@pytest.mark.parametrize(("broken", "healthy_becomes"), [(math.nan, math.nan), (math.inf, 0.0)])
def test_what_pytorch_does_with_one_broken_entry(broken, healthy_becomes):
    """Without a word: one NaN makes every entry NaN; one infinity makes every other entry zero, itself NaN."""
    parameters = [torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)]
    parameters[0].grad, parameters[1].grad = torch.ones(2), torch.tensor([broken])
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    assert_close(parameters[0].grad, torch.full((2,), healthy_becomes), equal_nan=True)
    assert parameters[1].grad.isnan().all()


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize("threshold", [0.0, -1.0, math.nan])
def test_threshold_must_be_above_zero(clip, threshold):
    with pytest.raises(ValueError, match=f"{clip.__name__}: threshold must be above 0, got {threshold}"):
        clip([torch.ones(2)], threshold)


def test_what_is_no_list_of_gradients():
    with pytest.raises(ValueError, match="gradients is empty"):
        clip_by_norm([], 1.0)
    with pytest.raises(ValueError, match=r"write \[gradient\]"):
        inspect.unwrap(clip_by_norm)(torch.ones(2), 1.0)
    with pytest.raises(ValueError, match=r"gradients\[1\] is None"):
        inspect.unwrap(clip_by_norm)([torch.ones(2), None], 1.0)


def test_a_generator_of_gradients_is_read_once():
    clipped, norm = clip_by_norm((gradient for gradient in [torch.ones(2), torch.ones(2)]), 1.0)
    assert norm == pytest.approx(2)
    assert len(clipped) == 2


def test_clip_by_value_cuts_each_entry():
    (clipped,) = clip_by_value([torch.tensor([-3.0, 0.5, 3.0])], 1)
    assert clipped.tolist() == [-1, 0.5, 1]


# --- angles


def test_clipping_each_entry_turns_the_direction():
    """(4, 3) becomes (1, 1): from 36.87 degrees above the axis to 45."""
    gradients = [torch.tensor([4.0]), torch.tensor([3.0])]
    assert angle(gradients, clip_by_value(gradients, 1.0)) == pytest.approx(45 - math.degrees(math.atan2(3, 4)))
    assert angle(gradients, clip_by_norm(gradients, 1.0)[0]) < 1e-5


@pytest.mark.parametrize("degrees", [0, 1e-9, 30, 90, 150, 180])
@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_angle_in_closed_form(degrees, scale):
    radians = math.radians(degrees)
    a = [torch.tensor([scale, 0.0], dtype=torch.float64)]
    b = [torch.tensor([math.cos(radians), math.sin(radians)], dtype=torch.float64)]
    assert angle(a, b) == pytest.approx(degrees, rel=1e-9)


def test_angle_goes_over_all_tensors():
    a = [torch.tensor([1.0]), torch.tensor([[0.0]])]
    b = [torch.tensor([0.0]), torch.tensor([[5.0]])]
    assert angle(a, b) == pytest.approx(90)


def test_angles_that_do_not_exist():
    with pytest.raises(ValueError, match="b is zero and has no direction"):
        angle([torch.ones(2)], [torch.zeros(2)])
    with pytest.raises(ValueError, match=r"equal shapes, got \[\(2,\)\] and \[\(1, 2\)\]"):
        angle([torch.ones(2)], [torch.ones(1, 2)])
    with pytest.raises(FloatingPointError, match=r"1 of the 2 entries"):
        angle([torch.ones(2)], [torch.tensor([1.0, math.nan])])
