"""The wall: loss, gradient and both descents against the package's recurrence and clipping."""

import pytest
import torch
from explorable import Figure, assert_close

from rnn_helpers.bptt import elman
from rnn_helpers.gradients import clip_by_norm, clip_by_value


def loss_and_gradient(theta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    theta = theta.detach().requires_grad_()
    u, c = theta
    nothing = theta.new_zeros(1, 50, 1)
    h = elman(nothing, theta.new_full((1, 1), -0.6), theta.new_zeros(1, 1), u.view(1, 1), c.view(1))
    loss = (h[0, -1, 0] - 0.7) ** 2
    (gradient,) = torch.autograd.grad(loss, theta)
    return loss.detach(), gradient


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({"rate": -1, "tau": -0.7, "kind": "norm", "steps": 183}, 0),
        ({"rate": -0.5, "tau": -1.2, "kind": "norm", "steps": 60}, 4),
        ({"rate": -1.2, "tau": -1.3, "kind": "element", "steps": 90}, 9),
    ],
)
def test_numbers(figure: Figure, settings: dict, left: int) -> None:
    figure.turn(**settings)
    numbers = figure.move("start", ArrowLeft=left)
    tau, rate = 10 ** settings["tau"], 10 ** settings["rate"]
    limits = {
        "plain": lambda gradient: gradient,
        "clipped": (lambda gradient: clip_by_norm([gradient], tau)[0][0])
        if settings["kind"] == "norm"
        else (lambda gradient: clip_by_value([gradient], tau)[0]),
    }
    for run, limit in limits.items():
        theta = torch.tensor([2 - 0.01 * left, 0.7], dtype=torch.float64)
        path, losses, norms = [theta], [], []
        for _ in range(settings["steps"] + 1):
            loss, gradient = loss_and_gradient(path[-1])
            losses.append(loss)
            norms.append(gradient.norm())
            path.append(path[-1] - rate * limit(gradient))
        assert_close(numbers[run]["path"], torch.stack(path[:-1]))
        assert_close(numbers[run]["losses"], torch.stack(losses))
        assert_close(numbers[run]["norms"], torch.stack(norms))


def test_a_link_with_a_name_that_every_object_has_breaks_nothing(figure: Figure) -> None:
    figure.page.evaluate("location.hash = 'wall:constructor=1;steps=7'")
    figure.page.wait_for_function("document.querySelector('.explorable').values.steps === 7")
    assert not figure.errors
