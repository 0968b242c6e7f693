"""The exercises of chapter 3, language models.

References carry no annotations: they are shown to readers, who may paste them into a notebook.
"""

import math
from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from rnn_helpers.exercises.arguments import draw, numbers
from rnn_helpers.exercises.exercise import Case, Exercise, Misconception

# 3.1


def most_likely_table(tokens, K):
    n = torch.zeros(K, K, dtype=torch.float64)
    for now, then in zip(tokens[:-1].tolist(), tokens[1:].tolist(), strict=True):
        n[now, then] += 1
    total = n.sum(1, keepdim=True)
    return torch.where(total > 0, n / total, 1 / K)


def _pairs(tokens: Tensor, K: int) -> Tensor:
    n = torch.zeros(K, K, dtype=torch.float64)
    for now, then in zip(tokens[:-1].tolist(), tokens[1:].tolist(), strict=True):
        n[now, then] += 1
    return n


def _by_all_occurrences(tokens: Tensor, K: int) -> Tensor:
    occurrences = tokens.bincount(minlength=K).double()[:, None]
    n = _pairs(tokens, K)
    return torch.where(n.sum(1, keepdim=True) > 0, n / occurrences, 1 / K)


def _without_accumulation(tokens: Tensor, K: int) -> Tensor:
    n = (_pairs(tokens, K) > 0).double()
    return torch.where(n.sum(1, keepdim=True) > 0, n / n.sum(1, keepdim=True), 1 / K)


def _columns_normalised(tokens: Tensor, K: int) -> Tensor:
    n = _pairs(tokens, K)
    return torch.where(n.sum(0) > 0, n / n.sum(0), 1 / K)


def _cases_3_1(generator: Generator) -> Iterator[tuple]:
    for T, K in [(6, 2), (12, 3), (60, 5)]:
        yield torch.randint(K, (T,), generator=generator), K


table = Exercise(
    number="3.1",
    title="Most likely table",
    stars=1,
    reference=most_likely_table,
    cases=[
        Case((torch.tensor([0, 1, 0]), 2), numbers([0.0, 1.0], [1.0, 0.0])),
        Case((torch.tensor([0, 0, 1, 0, 1]), 2), numbers([1 / 3, 2 / 3], [1.0, 0.0])),
        Case((torch.tensor([0, 0, 0, 1]), 3), numbers([2 / 3, 1 / 3, 0.0], [1 / 3] * 3, [1 / 3] * 3)),
    ],
    random_cases=_cases_3_1,
    misconceptions=[
        Misconception(
            lambda tokens, K: most_likely_table(tokens, K).T.contiguous(),
            "The table is transposed: row i is what came before, column j what followed.",
        ),
        Misconception(
            _columns_normalised,
            "Your columns sum to 1. Given what came before, something has to follow: the rows must.",
        ),
        Misconception(
            lambda tokens, K: _pairs(tokens, K) / max(len(tokens) - 1, 1),
            "This is the joint probability of the pair. Divide by how often anything followed the same context.",
        ),
        Misconception(
            lambda tokens, K: (_pairs(tokens, K) + 1) / (_pairs(tokens, K).sum(1, keepdim=True) + K),
            "You added 1 to every count. That is smoothing, and not the most likely table.",
        ),
        Misconception(
            lambda tokens, K: most_likely_table(torch.cat([tokens, tokens[:1]]), K),
            "You let the first token follow the last one. The text does not begin anew.",
        ),
        Misconception(
            _without_accumulation,
            "A pair that comes several times is counted once: with `n[i, j] += 1` for whole tensors i and j, PyTorch "
            "adds 1 to each place once. Use a loop, or `index_put_` with accumulate=True.",
        ),
        Misconception(
            _by_all_occurrences,
            "You divide by how often the token occurs. After the last token of the text nothing comes: count what was "
            "followed by something.",
        ),
        Misconception(
            lambda tokens, K: _pairs(tokens, K) / _pairs(tokens, K).sum(1, keepdim=True).clamp(min=1),
            "A token after which nothing came has a row of zeros. It was to be 1/K.",
        ),
    ],
    hints=[
        "How often did j follow i, and how often did anything follow i?",
        "Count pairs of neighbours in a (K, K) table, then divide each row by its sum.",
        "Rows with sum 0 are what `torch.where` is for.",
    ],
)

# 3.2


def batch_perplexity(nats, lengths):
    real = torch.arange(nats.shape[1]) < lengths[:, None]
    return torch.where(real, nats, 0.0).sum().div(lengths.sum()).exp()


def _real(nats: Tensor, lengths: Tensor) -> Tensor:
    return torch.arange(nats.shape[1]) < lengths[:, None]


def _kept(nats: Tensor, lengths: Tensor) -> Tensor:
    return torch.where(_real(nats, lengths), nats, 0.0)


def _mean_of_rows(nats: Tensor, lengths: Tensor) -> Tensor:
    return (_kept(nats, lengths).sum(1) / lengths).mean().exp()


def _mean_of_perplexities(nats: Tensor, lengths: Tensor) -> Tensor:
    return (_kept(nats, lengths).sum(1) / lengths).exp().mean()


def _cases_3_2(generator: Generator) -> Iterator[tuple]:
    for B, T in [(2, 3), (3, 5), (6, 9)]:
        lengths = torch.randint(1, T + 1, (B,), generator=generator)
        lengths[0], lengths[1] = T, 1
        yield draw(generator, B, T).abs() + 0.1, lengths


with_padding = Exercise(
    number="3.2",
    title="Perplexity with padding",
    stars=2,
    reference=batch_perplexity,
    cases=[
        Case((numbers([math.log(2), math.log(8)]), torch.tensor([2])), numbers(4.0)[0]),
        # ln 2 and three times ln 4: 7 ln 2 over 4 tokens
        Case(
            (numbers([math.log(2), 9.0, 9.0], [math.log(4)] * 3), torch.tensor([1, 3])),
            numbers(2 ** (7 / 4))[0],
        ),
        # the same with an impossible token in the padding
        Case(
            (numbers([math.log(2), 9.0, math.inf], [math.log(4)] * 3), torch.tensor([1, 3])),
            numbers(2 ** (7 / 4))[0],
        ),
    ],
    random_cases=_cases_3_2,
    misconceptions=[
        Misconception(lambda nats, lengths: nats.mean().exp(), "The padding is counted: lengths play no part."),
        Misconception(
            lambda nats, lengths: _kept(nats, lengths).mean().exp(),
            "The padding is set to 0, and still counted: you divide by B T. Divide by the number of real tokens.",
        ),
        Misconception(
            lambda nats, lengths: (nats * _real(nats, lengths)).sum().div(lengths.sum()).exp(),
            "You multiply the padding by 0, and 0 times inf is no number. Choose with `torch.where`.",
        ),
        Misconception(
            lambda nats, lengths: (
                torch.where(torch.arange(nats.shape[1]) <= lengths[:, None], nats, 0.0).sum().div(lengths.sum()).exp()
            ),
            "You take one token too many of each row: counted from 0, the real ones lie below `lengths`, not up to it.",
        ),
        Misconception(
            lambda nats, lengths: _kept(nats, lengths).sum().div(-lengths.sum()).exp(),
            "The sign is turned: nats are -ln p already. A perplexity is at least 1.",
        ),
        Misconception(
            _mean_of_rows,
            "You take a mean for each row, and then the mean of those. A token of a short row weighs more so.",
        ),
        Misconception(
            _mean_of_perplexities,
            "This is a mean of perplexities. exp comes last, once.",
        ),
        Misconception(
            lambda nats, lengths: _kept(nats, lengths).sum() / lengths.sum(),
            "These are nats per token. The perplexity is exp of that.",
        ),
        Misconception(
            lambda nats, lengths: 2 ** (_kept(nats, lengths).sum() / lengths.sum()),
            "2 to the power is for bits. These are nats.",
        ),
        Misconception(
            lambda nats, lengths: _kept(nats, lengths).exp().sum() / lengths.sum(),
            "You take exp of every token and then the mean. The mean comes first.",
        ),
        Misconception(
            lambda nats, lengths: _kept(nats, lengths).sum().div(len(lengths)).exp(),
            "You divide by the number of sequences. It is the number of tokens.",
        ),
    ],
    hints=[
        "One sum, one number of tokens, one exp.",
        "Which entries are real? Compare `torch.arange(T)` with `lengths[:, None]`.",
        "Use `torch.where` to leave out the padding: 0 times inf is no number.",
    ],
)

# 3.3


def sequence_log_probability(tokens, P):
    end = tokens.new_zeros(1)
    y = torch.cat([end, tokens, end])  # y_0 ... y_{L+1}
    return P[y[:-1], y[1:]].log().sum()


def _factors(tokens: Tensor, P: Tensor) -> Tensor:
    y = torch.cat([tokens.new_zeros(1), tokens, tokens.new_zeros(1)])
    return P[y[:-1], y[1:]]


def _without(first: bool, last: bool):
    def answer(tokens: Tensor, P: Tensor) -> Tensor:
        end = tokens.new_zeros(1)
        y = torch.cat([end if not first else tokens[:0], tokens, end if not last else tokens[:0]])
        return P[y[:-1], y[1:]].log().sum()

    return answer


def _table_of(generator: Generator, K: int) -> Tensor:
    return draw(generator, K, K).softmax(1)


def _cases_3_3(generator: Generator) -> Iterator[tuple]:
    for L, K in [(0, 2), (1, 3), (4, 3), (9, 5), (2_000, 5)]:  # the product of the last one is 0 in any float
        yield torch.randint(1, K, (L,), generator=generator), _table_of(generator, K)


_LAMP = numbers([0.25, 0.75], [0.5, 0.5])

why_one_more = Exercise(
    number="3.3",
    title="Why L + 1",
    stars=2,
    reference=sequence_log_probability,
    cases=[
        Case((torch.tensor([1]), _LAMP), numbers(math.log(0.75 * 0.5))[0]),
        Case((torch.tensor([1, 1]), _LAMP), numbers(math.log(0.75 * 0.5 * 0.5))[0]),
        Case((torch.tensor([], dtype=torch.long), _LAMP), numbers(math.log(0.25))[0]),
    ],
    random_cases=_cases_3_3,
    misconceptions=[
        Misconception(
            _without(first=False, last=True),
            "The last factor is missing: that the sequence ends here. Without it the probabilities of all sequences do "
            "not sum to 1.",
        ),
        Misconception(
            _without(first=True, last=False),
            "The first token has no factor. It follows the end symbol that stands in front.",
        ),
        Misconception(
            _without(first=True, last=True),
            "You have L - 1 factors, from token to token. The first token and the end must be predicted, too.",
        ),
        Misconception(
            lambda tokens, P: sequence_log_probability(tokens, P) / (len(tokens) + 1),
            "You divided by L + 1: that is the mean. The log-probability of the sequence is the sum.",
        ),
        Misconception(
            lambda tokens, P: sequence_log_probability(tokens, P).exp(),
            "This is the probability. For long sequences it becomes 0; its logarithm was asked.",
        ),
        Misconception(
            lambda tokens, P: _factors(tokens, P).prod().log(),
            "Right for short sequences. The product of many probabilities becomes 0; add up their logarithms.",
        ),
        Misconception(
            lambda tokens, P: -sequence_log_probability(tokens, P),
            "The sign is turned: a log-probability is at most 0.",
        ),
        Misconception(
            lambda tokens, P: sequence_log_probability(tokens, P.T),
            "You read the table by columns: P[i, j] is for j after i.",
        ),
    ],
    hints=[
        "Write down all the tokens that the model sees, with the end symbol in front and behind. How many pairs of "
        "neighbours are there?",
        "With y_0 = y_{L+1} = 0 the answer is the sum of log P[y[t-1], y[t]] for t = 1 to L + 1.",
        "`torch.cat` puts a 0 in front and behind; it must have the dtype of tokens: `tokens.new_zeros(1)`.",
    ],
)

# 3.4


def stable_log_softmax(logits):
    shifted = logits - logits.max(1, keepdim=True).values  # the largest is 0 now
    return shifted - shifted.exp().sum(1, keepdim=True).log()


def _shift(logits: Tensor, by: Tensor) -> Tensor:
    shifted = logits - by
    return shifted - shifted.exp().sum(1, keepdim=True).log()


def _cases_3_4(generator: Generator) -> Iterator[tuple]:
    for N, K, scale in [(1, 3, 1.0), (4, 5, 1.0), (4, 5, 1000.0), (3, 6, 5000.0)]:
        yield (scale * draw(generator, N, K),)
    yield (numbers([1000.0, 1001.0], [-1000.0, -1001.0]),)


log_sum_exp = Exercise(
    number="3.4",
    title="Log-sum-exp",
    stars=2,
    reference=stable_log_softmax,
    cases=[
        Case((numbers([0.0, 0.0]),), numbers([-math.log(2), -math.log(2)])),
        Case((numbers([0.0, math.log(3)]),), numbers([-math.log(4), math.log(0.75)])),
        Case((numbers([1000.0, 0.0]),), numbers([0.0, -1000.0])),
        Case((numbers([-1000.0, -1000.0], [1000.0, 1000.0]),), numbers([-math.log(2)] * 2, [-math.log(2)] * 2)),
    ],
    random_cases=_cases_3_4,
    misconceptions=[
        Misconception(
            lambda logits: logits - logits.exp().sum(1, keepdim=True).log(),
            "The formula is right and the computer is not: exp(1000) is inf. Subtract something first that makes no "
            "difference to the result.",
        ),
        Misconception(
            lambda logits: logits.softmax(1).log(),
            "The softmax itself is stable, but what is small in it has become 0, and its logarithm -inf. Stay with "
            "logarithms.",
        ),
        Misconception(
            lambda logits: _shift(logits, logits.max()),
            "One maximum for all rows: a row that lies far below it has only zeros after exp. Each row needs its own.",
        ),
        Misconception(
            lambda logits: _shift(logits, logits.mean(1, keepdim=True)),
            "With the mean subtracted, the largest can still be far above 0, and exp overflows. Subtract the largest.",
        ),
        Misconception(
            lambda logits: stable_log_softmax(logits).exp(),
            "These are probabilities. Log-probabilities were asked.",
        ),
        Misconception(
            lambda logits: stable_log_softmax(logits.T).T.contiguous(),
            "You normalise over the rows of the batch. The K scores of each row belong together.",
        ),
        Misconception(
            lambda logits: stable_log_softmax(logits) + logits.max(1, keepdim=True).values,
            "You added the maximum again. It cancels: both the score and the log of the sum have been lowered by it.",
        ),
    ],
    hints=[
        "softmax does not change when the same number is subtracted from all logits of a row.",
        "Choose that number so that no exp is above 1 and one of them is exactly 1.",
        "Subtract each row's maximum; then subtract the log of the sum of exp. Don't take the log of a softmax.",
    ],
)

# 3.5


def meaningless():
    return "bcd"


def _letters(answer) -> str:
    """Whatever was written, as letters in order, each once."""
    said = answer()
    if said is None or said is ...:
        return said
    return "".join(sorted({letter for letter in str(said).lower() if letter.isalpha()}))


comparisons = Exercise(
    number="3.5",
    title="Meaningless comparisons",
    stars=2,
    reference=meaningless,
    call=_letters,
    cases=[Case((), "bcd")],
    random_cases=lambda generator: [()],
    misconceptions=[
        Misconception(lambda: "abcd", "a can be compared: 2.10 bits are 2.10 ln 2 = 1.46 nats, more than 1.32."),
        Misconception(lambda: "bcde", "e can be compared: with totals the size of the batches makes no difference."),
        Misconception(lambda: "abcde", "Units can be converted (a), and totals do not depend on batches (e)."),
        Misconception(lambda: "bc", "What of d? In lower case there is less to predict: it is another text."),
        Misconception(lambda: "bd", "What of c? Every unknown word costs one cheap token; who knows fewer has more."),
        Misconception(
            lambda: "cd",
            "What of b? A word is several characters and one token of another kind, and nobody has spelled <unknown>.",
        ),
        Misconception(lambda: "c", "c is one of them. Where else do the two models predict different things?"),
        Misconception(lambda: "d", "d is one of them. Where else is something given away, or not predicted?"),
        Misconception(lambda: "abd", "a can be compared, units convert. And what do the models of c leave unspelled?"),
        Misconception(lambda: "bce", "e can be compared, its totals are right. And are the pages of d the same?"),
        Misconception(lambda: "b", "b is one of them. In which others do the models predict different things?"),
        Misconception(lambda: "", "There are some: do both models predict the same things, and all of them?"),
    ],
    hints=[
        "Both models must have been billed for the same things, all of them.",
        "Which differences can be undone by arithmetic (units, batches), and which can't?",
        "Ask of each pair: what are the tokens, and is anything given away?",
    ],
)

# 3.6


def discounted(n, d, shorter):
    total = n.sum(1, keepdim=True)
    lost = d * (n > 0).sum(1, keepdim=True)
    p = ((n - d).clamp(min=0) + lost * shorter) / total
    return torch.where(total > 0, p, shorter)


def _parts(n: Tensor, d: float) -> tuple[Tensor, Tensor, Tensor]:
    total = n.sum(1, keepdim=True)
    return total.clamp(min=1), (n - d).clamp(min=0), d * (n > 0).sum(1, keepdim=True)


def _or_shorter(n: Tensor, p: Tensor, shorter: Tensor) -> Tensor:
    return torch.where(n.sum(1, keepdim=True) > 0, p, shorter)


def _only_unseen(n: Tensor, d: float, shorter: Tensor) -> Tensor:
    total, left, lost = _parts(n, d)
    return _or_shorter(n, torch.where(n > 0, left, lost * shorter) / total, shorter)


def _not_given(n: Tensor, d: float, shorter: Tensor) -> Tensor:
    total, left, _ = _parts(n, d)
    return _or_shorter(n, left / total, shorter)


def _not_taken(n: Tensor, d: float, shorter: Tensor) -> Tensor:
    total, _, lost = _parts(n, d)
    return _or_shorter(n, (n + lost * shorter) / total, shorter)


def _uniform(n: Tensor, d: float, shorter: Tensor) -> Tensor:
    return discounted(n, d, torch.full_like(shorter, 1 / len(shorter)))


def _one_discount(n: Tensor, d: float, shorter: Tensor) -> Tensor:
    total, left, _ = _parts(n, d)
    return _or_shorter(n, (left + d * shorter) / total, shorter)


def _by_context(n: Tensor, d: float, shorter: Tensor) -> Tensor:
    total, left, lost = _parts(n, d)
    return _or_shorter(n, (left + lost * shorter[:, None]) / total, shorter)


def _below_zero(n: Tensor, d: float, shorter: Tensor) -> Tensor:
    total, _, lost = _parts(n, d)
    return _or_shorter(n, (n - d + lost * shorter) / total, shorter)


def _zero_rows(n: Tensor, d: float, shorter: Tensor) -> Tensor:
    total, left, lost = _parts(n, d)
    return (left + lost * shorter) / total


def _cases_3_6(generator: Generator) -> Iterator[tuple]:
    for K in (3, 4, 6):
        n = (2 * draw(generator, K, K)).round().clamp(min=0)
        n[0, 0], n[0, 1], n[0, 2], n[K - 1] = 3.0, 1.0, 0.0, 0.0
        d = 0.2 + 0.6 * torch.rand(1, generator=generator).item()
        yield n, d, draw(generator, K).softmax(0)


back_off = Exercise(
    number="3.6",
    title="Ask the shorter context",
    stars=3,
    reference=discounted,
    cases=[
        # context 0: counts 3 and 1, each loses 1/2; the lost 1 of 4 goes 3/4 to token 0 and 1/4 to token 1
        Case(
            (numbers([3.0, 1.0], [0.0, 0.0]), 0.5, numbers(0.75, 0.25)),
            numbers([2.5 / 4 + 0.25 * 0.75, 0.5 / 4 + 0.25 * 0.25], [0.75, 0.25]),
        ),
        # only token 0 was seen: the lost 1/2 of 2
        Case(
            (numbers([2.0, 0.0], [1.0, 0.0]), 0.5, numbers(0.5, 0.5)),
            numbers([0.75 + 0.125, 0.125], [0.5 + 0.25, 0.25]),
        ),
    ],
    random_cases=_cases_3_6,
    misconceptions=[
        Misconception(
            _only_unseen,
            "Only what was never seen gets a part of what was lost, and the rows don't sum to 1. All tokens do.",
        ),
        Misconception(_not_given, "What was taken is given to nobody: the rows sum to less than 1."),
        Misconception(_not_taken, "You give without having taken: the rows sum to more than 1. Discount the counts."),
        Misconception(_uniform, "What was lost is shared evenly. The shorter context knows better: use `shorter`."),
        Misconception(
            _one_discount,
            "You hand on one d. Each token that was seen has lost one: d times how many different ones there were.",
        ),
        Misconception(
            _below_zero,
            "A count of 0 can't lose anything: it becomes negative in yours. Cut off at 0.",
        ),
        Misconception(
            _by_context,
            "`shorter` belongs to the tokens that follow, the columns: you have handed it out by rows.",
        ),
        Misconception(
            lambda n, d, shorter: torch.where(n.sum(1, keepdim=True) > 0, discounted(n, d, shorter), 1 / len(shorter)),
            "A context never seen gets 1/K in yours. The shorter context knows better: all of it goes to `shorter`.",
        ),
        Misconception(
            _zero_rows,
            "A context never seen has a row of zeros. It leaves everything to the shorter one.",
        ),
    ],
    hints=[
        "How much does each row lose altogether? That much, as a share of its total, the shorter context hands out.",
        "The row loses d for every token with a count above 0: `(n > 0).sum(1, keepdim=True)` of them.",
        "(max(n - d, 0) + lost * shorter) / total, and `shorter` itself where the total is 0.",
    ],
)

EXERCISES = [table, with_padding, why_one_more, log_sum_exp, comparisons, back_off]
