"""From one sequence to another: a GRU reads, what it ends with is all that a second one knows while it writes.

    model = EncoderDecoder(len(letters), len(phones), end=phones["<end>"], H=128)
    train(model.parameters(), model.loss, batches, ...)
    best = beam_search(model.step, *model.encode(x, lengths), model.end, width=8, max_length=20)

Sequences are rows of numbers. The output's alphabet has an end symbol, which also stands in place of the symbol before
the first. After Sutskever, Vinyals and Le 2014 (arXiv 1409.3215) and, for a second look at the input's summary at every
step, Cho and others 2014 (arXiv 1406.1078).
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from rnn_helpers.language_models import mean_nats
from rnn_helpers.layers import GRU
from rnn_helpers.padding import IGNORE


class DecoderState(NamedTuple):
    """Where the decoder stands, for N sequences side by side."""

    h: Float[Tensor, "N H"]
    context: Float[Tensor, "N H"]  # what the encoder ended with; it stays


class EncoderDecoder(nn.Module):
    """A bidirectional GRU reads the input, a GRU writes the output symbol by symbol.

    Parameters
    ----------
    K_in, K_out : sizes of the two alphabets; that of the output has the end symbol in it.
    end : the number of the end symbol.
    H : units of the decoder, and entries of an embedded symbol; each direction of the encoder has half as many.

    Raises
    ------
    ValueError : H is odd, or `end` is no number of the output's alphabet.
    """

    def __init__(self, K_in: int, K_out: int, end: int, H: int):
        super().__init__()
        if H % 2:
            raise ValueError(f"EncoderDecoder: H must be even, half for each direction of the encoder; got {H}")
        if not 0 <= end < K_out:
            raise ValueError(f"EncoderDecoder: end must lie between 0 and K_out - 1 = {K_out - 1}, got {end}")
        self.end = end
        self.embed_in, self.embed_out = nn.Embedding(K_in, H), nn.Embedding(K_out, H)
        self.encoder, self.decoder = GRU(H, H // 2, bidirectional=True), GRU(2 * H, H)
        self.W = nn.Linear(H, K_out)

    def encode(self, x: Int[Tensor, "B T"], lengths: Int[Tensor, "B"]) -> tuple[Int[Tensor, "B"], DecoderState]:
        """Read the inputs: the symbols to start with and the first state, for `step` and for all of `decoding`."""
        _, (forward, backward) = self.encoder(self.embed_in(x), lengths=lengths)
        context = torch.cat([forward, backward], 1)
        return x.new_full((len(x),), self.end), DecoderState(context, context)

    def step(self, tokens: Int[Tensor, "N"], state: DecoderState) -> tuple[Float[Tensor, "N K"], DecoderState]:
        """What may come after `tokens`, as log-probabilities, and the state with them in it."""
        logits, state = self._write(tokens[:, None], state)
        return log_softmax(logits[:, 0], -1), state

    def loss(self, x: Int[Tensor, "B T"], lengths: Int[Tensor, "B"], y: Int[Tensor, "B L"]) -> Float[Tensor, ""]:
        """Mean negative log-likelihood of a target symbol, each predicted from the right ones before it.

        y holds the targets with their end symbols, filled up with IGNORE.
        """
        first, state = self.encode(x, lengths)
        before = torch.cat([first[:, None], y[:, :-1]], 1)
        logits, _ = self._write(before.where(before != IGNORE, self.end), state)  # filling: any symbol does, no loss
        return mean_nats(logits, y)

    def _write(self, tokens, state):
        context = state.context[:, None].expand(-1, tokens.shape[1], -1)
        h, last = self.decoder(torch.cat([self.embed_out(tokens), context], 2), state.h[None])
        return self.W(h), DecoderState(last[0], state.context)
