"""From one sequence to another: a GRU reads, a second one writes; with one vector between them, or looking back.

    model = EncoderDecoder(len(letters), len(phones), end=phones["<end>"], H=128)
    train(model.parameters(), model.loss, batches, ...)
    best = beam_search(model.step, *model.encode(x, lengths), model.end, width=8, max_length=20)

`EncoderDecoder` knows nothing of its input but what the reader ended with. `AttentiveEncoderDecoder` looks back over
all of the reader's states before it writes a symbol, and is used alike.

Sequences are rows of numbers. The output's alphabet has an end symbol, which also stands in place of the symbol before
the first. After Sutskever, Vinyals and Le 2014 (arXiv 1409.3215) and, for a second look at the input's summary at every
step, Cho and others 2014 (arXiv 1406.1078).
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from rnn_helpers.language_models import mean_nats
from rnn_helpers.layers import GRU
from rnn_helpers.padding import IGNORE, mask_of


class DecoderState(NamedTuple):
    """Where the decoder stands, for N sequences side by side."""

    h: Float[Tensor, "N H"]
    context: Float[Tensor, "N H"]  # what the encoder ended with; it stays


class AttentionState(NamedTuple):
    """Where a decoder that looks back stands, for N sequences side by side."""

    h: Float[Tensor, "N H"]
    memory: Float[Tensor, "N T H"]  # the encoder's states, one for each symbol of the input; they stay
    valid: Bool[Tensor, "N T"]  # false on padding


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

    def step(
        self, tokens: Int[Tensor, "N"], state: DecoderState | AttentionState
    ) -> tuple[Float[Tensor, "N K"], DecoderState | AttentionState]:
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


def attend(
    query: Float[Tensor, "N H"], memory: Float[Tensor, "N T H"], valid: Bool[Tensor, "N T"]
) -> tuple[Float[Tensor, "N H"], Float[Tensor, "N T"]]:
    """The mean of the rows of memory, weighted by how well each fits the query; and the weights.

    The weights are softmax(memory query / sqrt(H)) over the valid rows; they sum to 1 and are 0 elsewhere.

    Source of the score: Vaswani et al. 2017, arXiv 1706.03762, section 3.2.1. Between an encoder and a
    decoder first in Bahdanau et al. 2015, arXiv 1409.0473, whose score is a small network of its own.

    Raises
    ------
    ValueError : a shape does not fit, or a sequence has no valid row.
    """
    N, T, H = memory.shape
    if tuple(query.shape) != (N, H) or tuple(valid.shape) != (N, T):
        raise ValueError(
            f"attend: wants query (N, H) and valid (N, T) beside memory {(N, T, H)}; got {tuple(query.shape)} and "
            f"{tuple(valid.shape)}"
        )
    if not valid.any(1).all():
        raise ValueError("attend: valid must be true somewhere in each row; there is nothing to look at otherwise")
    scores = torch.einsum("nth,nh->nt", memory, query) / math.sqrt(H)
    weights = scores.masked_fill(~valid, -torch.inf).softmax(1)
    return torch.einsum("nt,nth->nh", weights, memory), weights


class AttentiveEncoderDecoder(EncoderDecoder):
    """As its parent, with another context at every symbol: a weighted mean of all the encoder's states.

    What was the last state of the encoder, all the way, is now what `attend` finds when the decoder's state asks. It
    has not one parameter more. The decoder still begins with what the encoder ended with.
    """

    def encode(self, x: Int[Tensor, "B T"], lengths: Int[Tensor, "B"]) -> tuple[Int[Tensor, "B"], AttentionState]:
        """Read the inputs: the symbols to start with and the first state, for `step` and for all of `decoding`."""
        memory, (forward, backward) = self.encoder(self.embed_in(x), lengths=lengths)
        start = x.new_full((len(x),), self.end)
        return start, AttentionState(torch.cat([forward, backward], 1), memory, mask_of(lengths, x.shape[1]))

    def alignment(
        self, x: Int[Tensor, "B T"], lengths: Int[Tensor, "B"], y: Int[Tensor, "B L"]
    ) -> Float[Tensor, "B L T"]:
        """The weights with which each symbol of y was written: row l is over the symbols of the input."""
        start, state = self.encode(x, lengths)
        before, rows = torch.cat([start[:, None], y[:, :-1]], 1), []
        for tokens in before.where(before != IGNORE, self.end).unbind(1):
            rows.append(attend(state.h, state.memory, state.valid)[1])
            _, state = self._write(tokens[:, None], state)
        return torch.stack(rows, 1)

    def _write(self, tokens, state):
        h, states = state.h, []
        for now in self.embed_out(tokens).unbind(1):  # what is asked depends on what was written: symbol by symbol
            context, _ = attend(h, state.memory, state.valid)
            _, last = self.decoder(torch.cat([now, context], 1)[:, None], h[None])
            h = last[0]
            states.append(h)
        return self.W(torch.stack(states, 1)), state._replace(h=h)
