"""What a pixel sees: the context against the gradient of the package's models, the order against its diagonals."""

import pytest
import torch
from explorable import Figure

from rnn_helpers.pixels import (
    DiagonalBiLSTM,
    PixelModel,
    before,
    diagonal_model,
    diagonals,
    masked_convolution_model,
    row_model,
    seen,
)

N, M = 10, 12


class Leaking(DiagonalBiLSTM):
    """The second direction without its shift."""

    def shifted(self, right: torch.Tensor) -> torch.Tensor:
        return right


MODELS = {
    "convolution": lambda layers: masked_convolution_model(H=16, num_layers=layers, first_kernel=3),
    "row": lambda layers: row_model(H=8, num_layers=layers, first_kernel=3),
    "diagonal": lambda layers: diagonal_model(H=8, num_layers=layers, first_kernel=3),
    "leak": lambda layers: PixelModel(Leaking, 8, layers, first_kernel=3),
}


@pytest.mark.parametrize("layers", [1, 2, 5])
@pytest.mark.parametrize("kind", MODELS)
def test_context_is_that_of_the_gradient(figure: Figure, kind: str, layers: int) -> None:
    torch.manual_seed(layers)
    model = MODELS[kind](layers).double()
    images = torch.rand(32, N, M, dtype=torch.float64).round()
    for i, j in [(0, 0), (0, M - 1), (3, 0), (4, 7), (5, M - 1), (N - 1, 6)]:
        figure.host.evaluate("(host, pixel) => host.set({ pixel })", f"{j},{i}")
        numbers = figure.turn(kind=kind, layers=layers)
        assert (numbers["row"], numbers["column"]) == (i, j)
        found = torch.tensor(numbers["seen"])
        assert torch.equal(found, seen(model, images, i, j)), f"{kind}, {layers} layers, pixel {i}, {j}"
        if kind == "diagonal":
            assert torch.equal(found, before(N, M, i, j))


def test_order_is_that_of_rows_and_diagonals(figure: Figure) -> None:
    numbers = figure.turn(kind="diagonal")
    left, right = torch.tensor(numbers["states"]).unbind(-1)
    pixels, spans = diagonals(N, M + 1)
    steps = torch.cat([torch.full((hi - lo,), step + 1) for step, (lo, hi) in enumerate(spans)])
    assert torch.equal(left.flatten()[pixels], steps)
    assert torch.equal(right.flip(1), left)
    shifted = torch.cat(
        [torch.zeros(1, M + 1, dtype=right.dtype), right[:-1]]
    )  # what is made at a place is used below it
    assert torch.equal(torch.tensor(numbers["ready"]), torch.maximum(left, shifted))
    assert numbers["steps"] == len(spans)
    rows = torch.arange(1, N + 1)[:, None].expand(N, M)
    assert torch.equal(torch.tensor(figure.turn(kind="row")["ready"]), rows)
    assert figure.turn(kind="convolution")["steps"] == 1


def test_a_pixel_is_chosen_by_keys_and_by_a_tap(figure: Figure) -> None:
    figure.host.get_by_role("button", name="Reset").click()
    numbers = figure.move("pixel", ArrowUp=3, ArrowLeft=2)
    assert (numbers["row"], numbers["column"]) == (N - 4, 4)
    figure.host.locator("rect.cell").nth(1 * M + 9).click()
    assert (figure.numbers()["row"], figure.numbers()["column"]) == (1, 9)


def test_a_leak_is_said(figure: Figure) -> None:
    figure.turn(kind="leak")
    figure.page.wait_for_timeout(400)
    assert "a leak" in figure.host.locator("[role=status]").inner_text()
