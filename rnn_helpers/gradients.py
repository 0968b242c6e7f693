"""Gradients on their way through time: Jacobians and their products, spectra, norms; and clipping.

All functions here measure or return new tensors; nothing flows back through their results.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor


@torch.no_grad()
def elman_jacobians(h: Float[Tensor, "*B T H"], U: Float[Tensor, "H H"]) -> Float[Tensor, "*B T H H"]:
    """The Jacobians dh_t/dh_{t-1} = Diag(tanh'(z_t)) U of an Elman network, from its states h_1 ... h_T.

    Row i, column j is dh_{t,i}/dh_{t-1,j}. The slope is read off the state: 1 - h_t^2.
    """
    return (1 - h.square()).unsqueeze(-1) * U


@torch.no_grad()
def step_jacobian(step: Callable[[Tensor], Tensor], h: Float[Tensor, "*B H"]) -> Float[Tensor, "*B H H"]:
    """The Jacobian of any step h_{t-1} -> h_t at the state h, such as `lambda h: gru_step(x, h, theta).h`.

    With a batch of states (B, H), one Jacobian for each; the step must treat the sequences of a batch apart from
    each other. For an LSTM the state is h and c side by side:
    `lambda s: torch.cat(lstm_step(x, *s.chunk(2, -1), theta)[:2], -1)`.

    Raises
    ------
    ValueError : the step returns another shape than it was given.
    """

    def summed(h: Tensor) -> Tensor:
        """One output for the whole batch: its derivative with respect to a row is that of the row's own output."""
        h_next = step(h)
        if h_next.shape != h.shape:
            raise ValueError(
                f"step_jacobian: step must keep the shape of the state {tuple(h.shape)}, got {tuple(h_next.shape)}"
            )
        return h_next.reshape(-1, h.shape[-1]).sum(0)

    return torch.func.jacrev(summed)(h).movedim(0, -2).detach()


@torch.no_grad()
def jacobian_products(J: Float[Tensor, "*B T H H"]) -> Float[Tensor, "*B T+1 H H"]:
    """How the last state depends on each: entry k is dh_T/dh_k = J_T J_{T-1} ... J_{k+1}, entry T the identity.

    J[t - 1] is dh_t/dh_{t-1}, as `elman_jacobians` and stacked `step_jacobian`s have it. A row vector dL/dh_T times
    entry k is dL/dh_k, if the loss is on the last state alone.
    """
    product = torch.eye(J.shape[-1], dtype=J.dtype, device=J.device).expand(*J.shape[:-3], -1, -1)
    products = [product]
    for J_t in reversed(J.unbind(-3)):
        product = product @ J_t
        products.append(product)
    return torch.stack(products[::-1], -3)


@torch.no_grad()
def spectral_radius(U: Float[Tensor, "*B H H"]) -> Float[Tensor, "*B"]:
    """The largest absolute value among the eigenvalues: by what factor U stretches a step, in the long run.

    The eigenvalues themselves, complex numbers, are `torch.linalg.eigvals(U)`.
    """
    return torch.linalg.eigvals(U).abs().amax(-1)


@torch.no_grad()
def largest_singular_value(U: Float[Tensor, "*B H H"]) -> Float[Tensor, "*B"]:
    """The most by which U stretches any vector in one step; never below the spectral radius.

    All singular values, largest first, are `torch.linalg.svdvals(U)`.
    """
    return torch.linalg.svdvals(U)[..., 0]


def norms_through_time(loss: Float[Tensor, ""], states: Sequence[Float[Tensor, "*B H"]]) -> Float[Tensor, "T *B"]:
    """The norm of dL/dh_k for each of the states that a loop over time has kept, whatever the unit.

    The derivative is the total one: through all that later steps made of h_k. In a batch each sequence has its own
    norm. For an LSTM give its cells c_k: they carry the gradient, and h_k is only what a cell shows of itself. The
    graph is kept, so the same loss can be asked again. A state after the last one that the loss uses has norm 0.

    Parameters
    ----------
    loss : a scalar; or any one number made from the states.
    states : the very tensors of the loop, such as `[h_0, ..., h_T]`, with `h_0.requires_grad_()` if h_0 is among
        them. Slices of a stacked tensor are not on the way from the states to the loss.

    Raises
    ------
    ValueError : there are no states, one of them requires no gradient, or the loss depends on none.
    """
    states = list(states)
    if not states:
        raise ValueError("norms_through_time: states is empty")
    for k, state in enumerate(states):
        if not state.requires_grad:
            raise ValueError(f"norms_through_time: states[{k}] requires no gradient; h_0 needs requires_grad_()")
    gradients = torch.autograd.grad(loss, states, retain_graph=True, allow_unused=True)
    if all(gradient is None for gradient in gradients):
        raise ValueError(
            "norms_through_time: the loss depends on none of the states; give the very tensors that the loop made, "
            "not copies or slices of a stack"
        )
    return torch.stack(
        [
            torch.zeros_like(state[..., 0]) if gradient is None else gradient.norm(dim=-1)
            for state, gradient in zip(states, gradients, strict=True)
        ]
    ).detach()


@torch.no_grad()
def clip_by_norm(gradients: Iterable[Tensor], threshold: float) -> tuple[list[Tensor], float]:
    """Shorten a gradient to the threshold if it is longer, and keep its direction; with the norm it had before.

    The norm is that of all tensors together, as of one long vector: sqrt(sum of all squares). If it is above the
    threshold every entry is multiplied by threshold / norm (Pascanu, Mikolov and Bengio 2013, arXiv 1211.5063);
    otherwise the entries stay bit for bit. The tensors returned are new. Entries so large that their squares
    overflow are clipped rightly. `torch.nn.utils.clip_grad_norm_` divides by norm + 1e-6 and works in place.

    Raises
    ------
    ValueError : the threshold is not above 0, or `gradients` is not some tensors.
    FloatingPointError : an entry is infinite or not a number. No factor mends that: one NaN would make every entry
        NaN, and one infinity every other entry zero.
    """
    gradients = _finite("clip_by_norm", gradients, threshold)
    largest = max((gradient.abs().max().item() for gradient in gradients if gradient.numel()), default=0.0)
    if largest == 0:
        return [gradient.clone() for gradient in gradients], 0.0
    # In units of about the largest entry no square overflows, nor do all of them vanish. A power of two costs no digit.
    unit = max(2.0 ** (math.frexp(largest)[1] - 1), torch.finfo(gradients[0].dtype).tiny)
    scaled = [gradient / unit for gradient in gradients]
    length = math.hypot(*(gradient.norm().item() for gradient in scaled))
    norm = length * unit
    if norm <= threshold:
        return [gradient.clone() for gradient in gradients], norm
    return [gradient * (threshold / length) for gradient in scaled], norm


@torch.no_grad()
def clip_by_value(gradients: Iterable[Tensor], threshold: float) -> list[Tensor]:
    """Each entry by itself, cut off at -threshold and threshold. New tensors; the direction may turn (see `angle`).

    Raises
    ------
    ValueError, FloatingPointError : as for `clip_by_norm`.
    """
    return [gradient.clamp(-threshold, threshold) for gradient in _finite("clip_by_value", gradients, threshold)]


@torch.no_grad()
def angle(a: Iterable[Tensor], b: Iterable[Tensor]) -> float:
    """The angle between two gradients in degrees, 0 to 180; each a list of tensors, taken as one long vector.

    Raises
    ------
    ValueError : the shapes differ, or one of the two is zero and has no direction.
    FloatingPointError : an entry is infinite or not a number.
    """
    a, b = _finite("angle", a), _finite("angle", b)
    if [tensor.shape for tensor in a] != [tensor.shape for tensor in b]:
        shapes = [[tuple(tensor.shape) for tensor in tensors] for tensors in (a, b)]
        raise ValueError(f"angle: the gradients must have equal shapes, got {shapes[0]} and {shapes[1]}")
    directions = []
    for name, tensors in [("a", a), ("b", b)]:
        vector = torch.cat([tensor.flatten().cpu().double() for tensor in tensors])
        if not vector.any():
            raise ValueError(f"angle: {name} is zero and has no direction")
        vector = vector / vector.abs().max()
        directions.append(vector / vector.norm())
    # the arc cosine of the scalar product would lose half of the digits where the angle is small
    difference, total = (directions[0] - directions[1]).norm(), (directions[0] + directions[1]).norm()
    return math.degrees(2 * math.atan2(difference, total))


def _finite(name: str, gradients: Iterable[Tensor | None], threshold: float = 1.0) -> list[Tensor]:
    """The gradients as a list, after what all of the above must refuse."""
    if not threshold > 0:
        raise ValueError(f"{name}: threshold must be above 0, got {threshold}")
    if isinstance(gradients, Tensor):
        raise ValueError(f"{name}: gradients must be a list of tensors, got one tensor; write [gradient]")
    gradients = list(gradients)
    if not gradients:
        raise ValueError(f"{name}: gradients is empty; an iterator such as model.parameters() is used up by one loop")
    for i, gradient in enumerate(gradients):
        if gradient is None:
            raise ValueError(
                f"{name}: gradients[{i}] is None; the loss does not depend on that parameter, leave it out"
            )
        broken = gradient.numel() - int(gradient.isfinite().sum())
        if broken:
            raise FloatingPointError(
                f"{name}: {broken} of the {gradient.numel()} entries of gradients[{i}] are infinite or not a number"
            )
    return gradients
