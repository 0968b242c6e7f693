"""The exercises of chapter 5, sequence tagging.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

_IGNORE = -100  # as the exercises say it to the reader


def _tags(*rows: list[int]) -> Tensor:
    return torch.tensor(rows)


def _random_tags(generator: Generator, lengths: list[int], K: int) -> Tensor:
    """Tags of sentences of these lengths, padded."""
    y = torch.randint(K, (len(lengths), max(lengths)), generator=generator)
    return y.masked_fill(torch.arange(max(lengths)) >= torch.tensor(lengths)[:, None], _IGNORE)


_LN3 = math.log(3)  # scores (ln 3, 0) are probabilities 3/4 and 1/4

# 5.1


def masked_loss(scores, y):
    exists = y != -100
    log_p = scores.log_softmax(-1)  # over the tags
    return -log_p[exists, y[exists]].mean()


def _word_losses(scores: Tensor, y: Tensor, axis: int = -1) -> tuple[Tensor, Tensor]:
    """Loss of each step, as if padding had the tag 0, and where words are."""
    log_p = scores.log_softmax(axis)
    return -log_p.gather(2, y.clamp(min=0)[..., None])[..., 0], y != _IGNORE


def _over_all_steps(scores: Tensor, y: Tensor) -> Tensor:
    losses, exists = _word_losses(scores, y)
    return (losses * exists).sum() / y.numel()


def _over_all_scores(scores: Tensor, y: Tensor) -> Tensor:
    losses, exists = _word_losses(scores, y)
    return (losses * exists).sum() / scores.numel()


def _mean_of_sentence_means(scores: Tensor, y: Tensor) -> Tensor:
    losses, exists = _word_losses(scores, y)
    return ((losses * exists).sum(1) / exists.sum(1)).mean()


def _per_sentence(scores: Tensor, y: Tensor) -> Tensor:
    losses, exists = _word_losses(scores, y)
    return (losses * exists).sum() / len(y)


def _masked_scores(scores: Tensor, y: Tensor) -> Tensor:
    exists = y != _IGNORE
    return _word_losses(scores * exists[..., None], y)[0].mean()


def _without_softmax(scores: Tensor, y: Tensor) -> Tensor:
    exists = y != _IGNORE
    return -scores[exists, y[exists]].mean()


def _without_logarithm(scores: Tensor, y: Tensor) -> Tensor:
    exists = y != _IGNORE
    return -scores.softmax(-1)[exists, y[exists]].mean()


def _softmax_over_time(scores: Tensor, y: Tensor) -> Tensor:
    losses, exists = _word_losses(scores, y, axis=1)
    return losses[exists].mean()


def _last_tag_for_padding(scores: Tensor, y: Tensor) -> Tensor:
    K = scores.shape[2]
    return -scores.log_softmax(-1).gather(2, torch.where(y < 0, K - 1, y)[..., None]).mean()


def _cases_5_1(generator: Generator) -> Iterator[tuple]:
    for lengths, K in [([2, 1], 3), ([4, 2, 3], 3), ([5, 5], 4), ([7, 1, 3, 2], 6)]:
        y = _random_tags(generator, lengths, K)
        yield 3 * draw(generator, *y.shape, K), y


masked_loss_exercise = Exercise(
    number="5.1",
    title="The masked loss",
    stars=1,
    reference=masked_loss,
    cases=[
        Case((numbers([[_LN3, 0.0]]), _tags([0])), numbers(math.log(4 / 3))[0]),
        # 3/4 right, 1/4 right, padding: the mean of ln 4/3 and ln 4
        Case(
            (numbers([[_LN3, 0.0], [_LN3, 0.0], [5.0, -5.0]]), _tags([0, 1, _IGNORE])),
            numbers((math.log(4 / 3) + math.log(4)) / 2)[0],
        ),
        # three words in all, two sentences: by word, not by sentence
        Case(
            (
                numbers([[0.0, 0.0], [0.0, 0.0]], [[_LN3, 0.0], [9.0, 1.0]]),
                _tags([0, 1], [1, _IGNORE]),
            ),
            numbers((2 * math.log(2) + math.log(4)) / 3)[0],
        ),
    ],
    random_cases=_cases_5_1,
    misconceptions=[
        Misconception(
            lambda scores, y: _word_losses(scores, y)[0].mean(),
            "You took the padding for words of tag 0. Leave those steps out of the sum, and out of the count.",
        ),
        Misconception(
            _last_tag_for_padding,
            "You took the padding for words of the last tag. An index of -100, or one that was clamped, still picks a "
            "score.",
        ),
        Misconception(
            _over_all_steps,
            "The padding is out of the sum, but you divided by all steps. Divide by the number of words.",
        ),
        Misconception(
            _over_all_scores,
            "You divided by the number of all scores, B times T times K, as the mean over a product with a one-hot "
            "tensor does. Divide by the number of words.",
        ),
        Misconception(
            _mean_of_sentence_means,
            "This is the mean over sentences of their means: a word in a short sentence weighs more than one in a long "
            "one. Add up over all words, then divide once.",
        ),
        Misconception(
            _per_sentence,
            "You divided by the number of sentences. Asked for is the loss of a word.",
        ),
        Misconception(
            _masked_scores,
            "Scores of 0 are not left out: the softmax makes equal probabilities of them, a loss of ln K each. Mask "
            "the losses, not the scores.",
        ),
        Misconception(
            _without_softmax,
            "Scores are not log-probabilities yet: log_softmax over the tags comes first.",
        ),
        Misconception(
            _without_logarithm,
            "This is the mean probability with a minus sign. The loss is the negative logarithm of the probability.",
        ),
        Misconception(
            _softmax_over_time,
            "Your softmax runs over the steps of the sentence. It should run over the tags, the last axis.",
        ),
        Misconception(
            lambda scores, y: masked_loss(scores, y) / math.log(2),
            "These are bits. Nats come from the natural logarithm.",
        ),
    ],
    hints=[
        "Which steps exist? How many are there in the whole batch?",
        "Index with a mask: `scores[exists]` has a row for each word of the batch, `y[exists]` its tag.",
        "log_softmax over the last axis, take the entry of the tag at each word that exists, minus, mean.",
    ],
)

# 5.2


def masked_accuracy(batches):
    right = words = 0
    for predicted, y in batches:
        exists = y != -100
        right += (predicted == y)[exists].sum().item()
        words += exists.sum().item()
    return right / words  # divided once, at the end


def _sums(batches: list) -> list[tuple[int, int, int, int]]:
    """For each batch: right words, words, steps that agree, steps."""
    return [
        (int((p == y)[y != _IGNORE].sum()), int((y != _IGNORE).sum()), int((p == y).sum()), y.numel())
        for p, y in batches
    ]


def _of_sentences(batches: list) -> list[tuple[int, int]]:
    """For each sentence: right words, words."""
    return [
        (int((p == y)[y != _IGNORE].sum()), int((y != _IGNORE).sum()))
        for predicted, tags in batches
        for p, y in zip(predicted, tags, strict=True)
    ]


def _padding_right(batches: list) -> float:
    sums = _sums(batches)
    padding = sum(steps - words for _, words, _, steps in sums)
    return (sum(right for right, *_ in sums) + padding) / sum(steps for *_, steps in sums)


def _cases_5_2(generator: Generator) -> Iterator[tuple]:
    for batches in [[[2, 1]], [[3, 1], [2]], [[6, 2, 3], [1, 1], [4]], [[9, 8, 2, 1], [5, 3], [2, 7, 1]]]:
        pairs = []
        for lengths in batches:
            y = _random_tags(generator, lengths, 3)
            predicted = torch.where(torch.rand(y.shape, generator=generator) < 0.6, y, 2)
            pairs.append((predicted, y))
        yield (pairs,)


masked_accuracy_exercise = Exercise(
    number="5.2",
    title="The masked accuracy",
    stars=1,
    reference=masked_accuracy,
    cases=[
        Case(([(_tags([1, 0, 2]), _tags([1, 1, _IGNORE]))],), 0.5),
        # padding that agrees: 1 of 2, not 2 of 3
        Case(([(_tags([1, 0, _IGNORE]), _tags([1, 1, _IGNORE]))],), 0.5),
        # 4 of 4 and 0 of 1: 4 of 5, not one half
        Case(([(_tags([0, 1], [1, 1]), _tags([0, 1], [1, 1])), (_tags([0]), _tags([1]))],), 0.8),
        # one batch: 3 of 3 and 0 of 1; 3 of 4, not one half
        Case(([(_tags([0, 1, 2], [1, 0, 0]), _tags([0, 1, 2], [0, _IGNORE, _IGNORE]))],), 0.75),
    ],
    random_cases=_cases_5_2,
    misconceptions=[
        Misconception(
            lambda batches: sum(right / words for right, words, *_ in _sums(batches)) / len(batches),
            "This is the mean over batches. Those with few words weigh as much as the others. Add up the counts of all "
            "batches, then divide once.",
        ),
        Misconception(
            lambda batches: sum(s[2] for s in _sums(batches)) / sum(s[3] for s in _sums(batches)),
            "You compared all steps, padding too: where it agrees, it counts as right, and elsewhere as wrong.",
        ),
        Misconception(
            _padding_right,
            "You count padding as right. That flatters: it is no word, neither right nor wrong.",
        ),
        Misconception(
            lambda batches: sum(s[0] for s in _sums(batches)) / sum(s[3] for s in _sums(batches)),
            "The padding is not among the right ones, but among those you divide by: it counts as wrong.",
        ),
        Misconception(
            lambda batches: sum(s[2] for s in _sums(batches)) / sum(s[1] for s in _sums(batches)),
            "You divided by the words, but counted the padding that agrees as right, too.",
        ),
        Misconception(
            lambda batches: sum(r / n for r, n in _of_sentences(batches)) / len(_of_sentences(batches)),
            "This is the mean over sentences of their shares. Asked for is the share of words.",
        ),
        Misconception(
            lambda batches: sum(r == n for r, n in _of_sentences(batches)) / len(_of_sentences(batches)),
            "This is the share of sentences in which everything is right.",
        ),
        Misconception(
            lambda batches: _sums(batches)[-1][0] / _sums(batches)[-1][1],
            "This is the last batch alone. Set the counts to zero before the loop, and add to them in it.",
        ),
    ],
    hints=[
        "Two counts, over all batches: words, and words that are right.",
        "`(predicted == y)[exists].sum()` with `exists = y != -100`.",
        "Divide once, behind the loop.",
    ],
)

# 5.3


def both_directions(x, lengths, read_forward, read_backward):
    steps, ends = torch.arange(x.shape[1]), lengths[:, None]
    order = torch.where(steps < ends, ends - 1 - steps, steps)  # turns each sentence, leaves its padding
    rows = torch.arange(len(x))[:, None]
    forward = read_forward(x)
    backward = read_backward(x[rows, order])[rows, order]  # turned, read, turned back
    exists = (steps < ends)[..., None]
    return torch.cat([forward, backward], -1).masked_fill(~exists, 0)


def _recurrence(V: Tensor, U: Tensor, c: Tensor) -> Callable[[Tensor], Tensor]:
    """With a bias: a step that reads zeros is not a step that is not there."""

    def read(x):
        h, states = x.new_zeros(len(x), len(U)), []
        for x_t in x.unbind(1):
            h = torch.tanh(x_t @ V.T + h @ U.T + c)
            states.append(h)
        return torch.stack(states, 1)

    return read


def _with_recurrences(answer, x, lengths, V, U, c, V_back, U_back, c_back):
    return answer(x, lengths, _recurrence(V, U, c), _recurrence(V_back, U_back, c_back))


def _turn(x: Tensor, lengths: Tensor) -> Tensor:
    steps, ends = torch.arange(x.shape[1]), lengths[:, None]
    return x[torch.arange(len(x))[:, None], torch.where(steps < ends, ends - 1 - steps, steps)]


def _halves(forward: Tensor, backward: Tensor, lengths: Tensor) -> Tensor:
    exists = (torch.arange(forward.shape[1]) < lengths[:, None])[..., None]
    return torch.cat([forward, backward], -1) * exists


def _flip_all(x, lengths, read_forward, read_backward):
    return _halves(read_forward(x), read_backward(x.flip(1)).flip(1), lengths)


def _zeros_first(x, lengths, read_forward, read_backward):
    exists = (torch.arange(x.shape[1]) < lengths[:, None])[..., None]
    return _flip_all(x * exists, lengths, read_forward, read_backward)


def _not_turned_back(x, lengths, read_forward, read_backward):
    return _halves(read_forward(x), read_backward(_turn(x, lengths)), lengths)


def _not_turned(x, lengths, read_forward, read_backward):
    return _halves(read_forward(x), read_backward(x), lengths)


def _turned_states_only(x, lengths, read_forward, read_backward):
    return _halves(read_forward(x), _turn(read_backward(x), lengths), lengths)


def _backward_first(x, lengths, read_forward, read_backward):
    forward, backward = both_directions(x, lengths, read_forward, read_backward).chunk(2, -1)
    return torch.cat([backward, forward], -1)


def _one_for_both(x, lengths, read_forward, read_backward):
    return both_directions(x, lengths, read_forward, read_forward)


def _padding_left(x, lengths, read_forward, read_backward):
    return torch.cat([read_forward(x), _turn(read_backward(_turn(x, lengths)), lengths)], -1)


def _summary_everywhere(x, lengths, read_forward, read_backward):
    forward, backward = read_forward(x), _turn(read_backward(_turn(x, lengths)), lengths)
    return _halves(forward, backward[:, :1].expand_as(backward), lengths)


def _swapped_readers(x, lengths, read_forward, read_backward):
    return both_directions(x, lengths, read_backward, read_forward)


def _cases_5_3(generator: Generator) -> Iterator[tuple]:
    for lengths, D, H in [([2, 1], 1, 1), ([4, 2, 3], 2, 2), ([3, 3], 2, 3), ([6, 1, 4, 5], 3, 2)]:
        shapes = [(H, D), (H, H), (H,)] * 2
        weights = [draw(generator, *shape) for shape in shapes]
        yield draw(generator, len(lengths), max(lengths), D), torch.tensor(lengths), *weights


_A = math.log(3) / 2  # tanh = 1/2
_ONE, _NONE, _BACK, _NO_BIAS = numbers([1.0]), numbers([0.0]), numbers([2 * _A]), numbers(0.0)

both_directions_exercise = Exercise(
    number="5.3",
    title="Both directions by hand",
    stars=2,
    reference=both_directions,
    call=_with_recurrences,
    cases=[
        # forward remembers nothing, backward keeps 1/2: tanh(ln 3 * 1/2) = 1/2
        Case(
            (numbers([[0.0], [_A]]), torch.tensor([2]), _ONE, _NONE, _NO_BIAS, _ONE, _BACK, _NO_BIAS),
            numbers([[0.0, 0.5], [0.5, 0.5]]),
        ),
        # one word and padding that is not 0: the backward reader begins at the word
        Case(
            (numbers([[_A], [9.0]]), torch.tensor([1]), _ONE, _NONE, _NO_BIAS, _ONE, _BACK, _NO_BIAS),
            numbers([[0.5, 0.5], [0.0, 0.0]]),
        ),
        # padding of 0 is a step like others where there is a bias: before the word, 0; with it, tanh(ln 3 / 2)
        Case(
            (numbers([[0.0], [0.0]]), torch.tensor([1]), _ONE, _NONE, _NO_BIAS, _ONE, _BACK, numbers(_A)),
            numbers([[0.0, 0.5], [0.0, 0.0]]),
        ),
    ],
    random_cases=_cases_5_3,
    misconceptions=[
        Misconception(
            _flip_all,
            "You turned the whole rows round, so your backward reader goes through the padding before it comes to the "
            "last word. Turn each sentence within its own length.",
        ),
        Misconception(
            _zeros_first,
            "You made zeros of the padding, but your backward reader still goes through them first: with a bias, a "
            "step that reads 0 changes the state, too. Turn each sentence within its own length.",
        ),
        Misconception(
            _not_turned_back,
            "The states of the backward reader come in its order: its first one belongs to the last word. Turn them "
            "back before you put them beside the others.",
        ),
        Misconception(
            _not_turned,
            "Both readers went from left to right. The second has to get each sentence turned round.",
        ),
        Misconception(
            _turned_states_only,
            "You turned the states, but not what was read. Turn the input, read, and turn the states back.",
        ),
        Misconception(
            _backward_first,
            "The two halves have changed places: first the one that has read from the left.",
        ),
        Misconception(
            _one_for_both,
            "You read both ways with read_forward. Each direction has a reader of its own.",
        ),
        Misconception(
            _swapped_readers,
            "The readers have changed places: read_backward gets the sentence that is turned round.",
        ),
        Misconception(
            _padding_left,
            "Right at all words. Behind the end of a sentence there should be zeros.",
        ),
        Misconception(
            _summary_everywhere,
            "You gave every word the backward reader's last state. A word gets the state of that reader at this word, "
            "which has read from the end down to it.",
        ),
    ],
    hints=[
        "Three steps for the backward half: turn each sentence round, read, turn the states back.",
        "A sentence of length n: `x[b, :n].flip(0)`. The padding may stay where it is; it comes last then.",
        "A loop over the sentences will do: read `x[b : b + 1, :n]`, and its flip, and write both into zeros.",
    ],
)

# 5.4


def log_Z(e, lengths, A):
    alpha = e[:, 0]  # log-sum-exp over all beginnings that end in each tag
    for t in range(1, e.shape[1]):
        paths = alpha[:, :, None] + A  # [b, j, k]: all beginnings that end in j, continued by k
        longer = paths.logsumexp(1) + e[:, t]  # over j, the tag before
        alpha = torch.where((t < lengths)[:, None], longer, alpha)  # behind the end it stays
    return alpha.logsumexp(1)


def _forward(e, lengths, A, *, total=torch.logsumexp, start=None, step=None):
    """The forward algorithm with parts that can be exchanged."""
    step = step or (lambda alpha, A, e_t: total(alpha[:, :, None] + A, 1) + e_t)
    alpha = e[:, 0] if start is None else start(e, A)
    for t in range(1, e.shape[1]):
        alpha = torch.where((t < lengths)[:, None], step(alpha, A, e[:, t]), alpha)
    return total(alpha, 1)


def _padding_read(e, lengths, A):
    return log_Z(e, torch.full_like(lengths, e.shape[1]), A)


def _padding_scored_zero(e, lengths, A):
    exists = torch.arange(e.shape[1]) < lengths[:, None]
    return _padding_read(e * exists[..., None], lengths, A)


def _naive(x, axis):
    return x.exp().sum(axis).log()


def _largest_beginning_out(alpha, A, e_t):
    largest = alpha.max(1, keepdim=True).values
    return largest + ((alpha - largest).exp() @ A.exp()).log() + e_t


def _from_nothing(e, lengths, A):
    longer = torch.cat([torch.zeros_like(e[:, :1]), e], 1)
    return log_Z(longer, lengths + 1, A)


def _cases_5_4(generator: Generator) -> Iterator[tuple]:
    for lengths, K, size in [([2], 2, 1), ([3, 1], 3, 1), ([2, 5, 4], 4, 1), ([4, 2], 3, 1000), ([1, 6, 3], 5, 1000)]:
        e = size * draw(generator, len(lengths), max(lengths), K)
        yield e, torch.tensor(lengths), draw(generator, K, K)
    for sign in (1000, -1000):
        yield draw(generator, 2, 4, 3), torch.tensor([4, 3]), draw(generator, 3, 3) + sign


_NO_PAIRS = numbers([0.0, 0.0], [0.0, 0.0])

forward_algorithm = Exercise(
    number="5.4",
    title="The forward algorithm on a padded batch",
    stars=3,
    reference=log_Z,
    cases=[
        # two words, four rows, all of score 0
        Case((numbers([[0.0, 0.0], [0.0, 0.0]]), torch.tensor([2]), _NO_PAIRS), numbers(math.log(4))),
        # one word and padding: weights 3 and 1
        Case((numbers([[_LN3, 0.0], [9.0, 9.0]]), torch.tensor([1]), _NO_PAIRS), numbers(math.log(4))),
        # 0 then 0 with weight 2, 0 then 1 with 6, and 1 each from tag 1; tag 0 first weighs 3, tag 1 last weighs 2:
        # 3 * 2 + 3 * 6 * 2 + 1 + 2
        Case(
            (
                numbers([[_LN3, 0.0], [0.0, math.log(2)]]),
                torch.tensor([2]),
                numbers([math.log(2), math.log(6)], [0.0, 0.0]),
            ),
            numbers(math.log(45)),
        ),
        # pairs in the thousands: 1000 for each tag that is kept
        Case(
            (
                numbers([[0.0, 0.0], [0.0, 0.0]]),
                torch.tensor([2]),
                numbers([1000.0, -1000.0], [-1000.0, 1000.0]),
            ),
            numbers(1000 + math.log(2)),
        ),
    ],
    random_cases=_cases_5_4,
    misconceptions=[
        Misconception(
            _padding_read,
            "You went on behind the ends of the shorter sentences. There alpha has to stay as it is.",
        ),
        Misconception(
            _padding_scored_zero,
            "Scores of 0 behind an end still count: each step there multiplies the rows by K and adds pairs of A. "
            "Keep alpha as it is.",
        ),
        Misconception(
            lambda e, lengths, A: _forward(e, lengths, A, total=torch.amax),
            "This is Viterbi, the score of the best row. The forward algorithm sums over all of them.",
        ),
        Misconception(
            lambda e, lengths, A: _forward(
                e, lengths, A, step=lambda alpha, A, e_t: (alpha[:, :, None] + A).logsumexp(2) + e_t
            ),
            "You summed over the tag that comes, not over the one before: k stays, j goes.",
        ),
        Misconception(
            lambda e, lengths, A: log_Z(e, lengths, A.T),
            "A is turned round: A[j, k] is for k after j, and alpha goes with j, the row.",
        ),
        Misconception(
            lambda e, lengths, A: _forward(
                e, lengths, A, step=lambda alpha, A, e_t: (alpha[:, :, None] + A + e_t[:, :, None]).logsumexp(1)
            ),
            "The scores of this word went to the tag before: e[:, t] belongs to k, the tag that comes, and may be "
            "added after the sum.",
        ),
        Misconception(
            lambda e, lengths, A: _forward(e, lengths, A, total=_naive),
            "Right on paper, but the exponential of 1000 is infinite, and the logarithm of that of -1000 is, too. "
            "logsumexp takes the largest out first.",
        ),
        Misconception(
            lambda e, lengths, A: _forward(e, lengths, A, step=_largest_beginning_out),
            "You took the largest alpha out, but the exponential of A can overflow, too. Add alpha and A first, then "
            "logsumexp.",
        ),
        Misconception(
            lambda e, lengths, A: _forward(e, lengths, A, start=lambda e, A: torch.zeros_like(e[:, 0])),
            "The scores of the first word are missing: alpha begins as e[:, 0].",
        ),
        Misconception(
            _from_nothing,
            "You let the first word follow a word of any tag, so A counts once too often. alpha begins as e[:, 0].",
        ),
        Misconception(
            lambda e, lengths, A: _forward(e, lengths, A, step=lambda alpha, A, e_t: alpha + A.logsumexp(0) + e_t),
            "alpha belongs inside the sum: each beginning j has a weight of its own, and alpha[k] is not the one of "
            "what comes before k.",
        ),
        Misconception(
            lambda e, lengths, A: log_Z(e, lengths, A).sum(),
            "That is one number for the batch. Each sentence has a log Z of its own.",
        ),
    ],
    hints=[
        "First for one sentence without padding: (5.5), a loop over its words.",
        "alpha (B, K) and A (K, K) make (B, K, K): alpha[:, :, None] + A, the tag before in axis 1. logsumexp(1), then "
        "add e[:, t].",
        "Sentences that have ended keep their alpha: torch.where((t < lengths)[:, None], longer, alpha). (A loop over "
        "the sentences, each cut to its length, will do, too.)",
    ],
)

# 5.5


def leaks(model, x):
    x = x.clone().requires_grad_()
    for t, scores in enumerate(model(x)[:-1]):
        (gradient,) = torch.autograd.grad((scores**2).sum(), x, retain_graph=True, allow_unused=True)
        if gradient is not None and gradient[t + 1 :].any():  # what comes after step t has a say
            return True
    return False


def _weights(D: int, K: int) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(D * 10 + K)
    return draw(generator, K, D) / D**0.5, draw(generator, K, K) / (2 * K**0.5), torch.zeros(K, dtype=torch.float64)


def _from_left(x: Tensor) -> Tensor:
    return _recurrence(*_weights(x.shape[1], 3))(x[None])[0]


def _peek(step: int, at: int) -> Callable[[Tensor], Tensor]:
    """A model in which a single step has seen a single input that comes later."""

    def model(x):
        h = _from_left(x)
        seen = h[step] + 0.3 * torch.tanh(x[at, :1])
        return torch.cat([h[:step], seen[None], h[step + 1 :]])

    return model


_MODELS = {
    "from left to right": _from_left,
    "each step by itself": lambda x: x @ _weights(x.shape[1], 3)[0].T,
    "from right to left": lambda x: _from_left(x.flip(0)).flip(0),
    "in both directions": lambda x: torch.cat([_from_left(x), _from_left(x.flip(0)).flip(0)], 1),
    "one step ahead": lambda x: _from_left(torch.cat([x[1:], torch.zeros_like(x[:1])])),
    "two steps ahead, not one": lambda x: _from_left(x) + torch.cat([x[2:], torch.zeros_like(x[:2])])[:, :1].tanh(),
    "minus the mean over all steps": lambda x: _from_left(x - x.mean(0)),
    "minus the mean so far": lambda x: _from_left(x - x.cumsum(0) / torch.arange(1, len(x) + 1)[:, None]),
    "the last input, seen by the first step": _peek(0, -1),
    "the last input, seen by the second step": _peek(1, -1),
    "the third input, seen by the first step": _peek(0, 2),
    "the fourth input, seen by the second step": _peek(1, 3),
    "one step behind": lambda x: _from_left(torch.cat([torch.zeros_like(x[:1]), x[:-1]])),
}


def _tried_on(answer, model, x):
    returned = answer(_MODELS[model], x)
    if isinstance(returned, Tensor) and returned.numel() == 1:
        returned = returned.item()
    return returned if returned is None else bool(returned)


def _depends(model: Callable, x: Tensor) -> Tensor:
    """(T, T): whether the scores of step t depend on the input of step s."""
    x = x.clone().requires_grad_()
    rows = []
    for scores in model(x):
        (gradient,) = torch.autograd.grad((scores**2).sum(), x, retain_graph=True, allow_unused=True)
        rows.append((torch.zeros_like(x) if gradient is None else gradient).ne(0).any(1))
    return torch.stack(rows)


def _cases_5_5(generator: Generator) -> Iterator[tuple]:
    for name in _MODELS:
        yield name, draw(generator, 5, 2)


_X3 = numbers([0.5], [-1.0], [0.25])

find_the_leak = Exercise(
    number="5.5",
    title="Find the leak",
    stars=2,
    reference=leaks,
    call=_tried_on,
    cases=[
        Case(("from left to right", _X3), False),
        Case(("in both directions", _X3), True),
        Case(("one step ahead", _X3), True),
        Case(("one step behind", _X3), False),
    ],
    random_cases=_cases_5_5,
    misconceptions=[
        Misconception(
            lambda model, x: bool(torch.triu(_depends(model, x)).any()),
            "You look at the step itself as well, which may be used: it has been read. Only what comes after it is to "
            "be predicted, so begin at t + 1.",
        ),
        Misconception(
            lambda model, x: bool(torch.tril(_depends(model, x), -1).any()),
            "You ask whether the past has a say. It should; it is the future that must not.",
        ),
        Misconception(
            lambda model, x: bool(torch.diagonal(_depends(model, x), 1).any()),
            "You look one step ahead only. A model may see further without seeing what comes next.",
        ),
        Misconception(
            lambda model, x: bool(_depends(model, x)[len(x) // 2, len(x) // 2 + 1 :].any()),
            "You tried one step in the middle. A single step that sees ahead is a leak, wherever it is.",
        ),
        Misconception(
            lambda model, x: bool(_depends(model, x)[0, 1:].any()),
            "You tried the first step only. A single step that sees ahead is a leak, wherever it is: try each.",
        ),
        Misconception(
            lambda model, x: bool(_depends(model, x)[:-1, -1].any()),
            "You tried the last input only. A step may see another one that comes after it: try each.",
        ),
        Misconception(
            lambda model, x: not leaks(model, x),
            "The answers have changed places: True is for a leak.",
        ),
        Misconception(
            lambda model, x: False,
            "Always False, though one of these reads in both directions. (Did you try the last step only? After it "
            "there is nothing to leak.)",
        ),
    ],
    hints=[
        "If input s changes, which scores may change? Those of step s and after it.",
        "For each step: the gradient of its scores with respect to x. Rows t + 1 and after must be 0.",
        "Without derivatives: change x[s], call the model again, and compare the scores before s.",
    ],
)

EXERCISES = [
    masked_loss_exercise,
    masked_accuracy_exercise,
    both_directions_exercise,
    forward_algorithm,
    find_the_leak,
]
