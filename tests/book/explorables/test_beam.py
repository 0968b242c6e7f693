"""The beam: what was looked at, kept, found and missed, against the package's model, beam search and list of all."""

from collections.abc import Callable

import pytest
import torch
from explorable import Figure, assert_close
from playwright.sync_api import Browser, expect

from rnn_helpers.data import load_pronunciations
from rnn_helpers.decoding import Sequences, beam_search, exhaustive, temperature
from rnn_helpers.explorables import to_html
from rnn_helpers.language_models import MarkovModel, Vocabulary, with_end

SYMBOLS = ".emst"
LONGEST = 6
START = torch.tensor([0])
Step = Callable[[torch.Tensor, torch.Tensor | None], tuple[torch.Tensor, torch.Tensor | None]]


@pytest.fixture(scope="module")
def model() -> MarkovModel:
    words = [word for word in load_pronunciations("train") if 3 <= len(word) <= 8 and set(word) <= set(SYMBOLS)]
    symbols = Vocabulary(SYMBOLS)
    return MarkovModel([with_end(symbols.encode(word), 0) for word in words], K=5, m=3, alpha=0.01)


def tempered(step: Step, tau: float) -> Step:
    """The model with every factor at this temperature."""

    def changed(tokens: torch.Tensor, state: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor | None]:
        log_probs, state = step(tokens, state)
        return temperature(log_probs, tau).log_softmax(-1), state

    return changed


def listed(sequences: Sequences) -> list[tuple[str, float]]:
    """The sequences of one source, as strings, with log P; without empty places."""
    rows = zip(sequences.tokens[0], sequences.log_probs[0].tolist(), strict=True)
    return [("".join(SYMBOLS[k] for k in row if k >= 0), log_p) for row, log_p in rows if log_p > -torch.inf]


def ended(sequences: Sequences) -> list[tuple[str, float]]:
    """Those of them that end, which the longest, cut off in the middle, do not."""
    return [(path, log_p) for path, log_p in listed(sequences) if path.endswith(".")]


def check(numbers: dict, step: Step, width: int, alpha: float) -> None:
    """All that a search to its end shows: the tree, what it found that ends, the best of all, the width that takes."""
    searched = {
        W: ended(beam_search(step, START, 0, width=W, max_length=LONGEST, best=50, alpha=alpha)) for W in range(1, 6)
    }
    found = searched[width]
    assert [one["path"] for one in numbers["finished"]] == [path for path, _ in found]
    assert_close([one["logP"] for one in numbers["finished"]], torch.tensor([log_p for _, log_p in found]))
    scores = [log_p / len(path) ** alpha for path, log_p in found]
    assert_close([one["score"] for one in numbers["finished"]], torch.tensor(scores))

    goes_on = {""}
    for t, shown in enumerate(numbers["steps"], start=1):
        # A search that is cut at t symbols keeps the same in step t, and sets all of it aside.
        cut = beam_search(step, START, 0, width=width, max_length=t, best=50)
        kept = [(path, log_p) for path, log_p in listed(cut) if len(path) == t]
        assert [one["path"] for one in shown["candidates"][: shown["kept"]]] == [path for path, _ in kept]
        every = {path: log_p for path, log_p in listed(exhaustive(step, START, 0, max_length=t)) if len(path) == t}
        assert_close(
            [one["logP"] for one in shown["candidates"]],
            torch.tensor([every[one["path"]] for one in shown["candidates"]]),
        )
        before = {one["path"][:-1] for one in shown["candidates"]}
        assert len(shown["candidates"]) == 5 * len(before)
        assert before == goes_on
        goes_on = {path for path, _ in kept if not path.endswith(".")}

    everything = ended(exhaustive(step, START, 0, max_length=LONGEST))
    assert numbers["all"] == len(everything) == 1365
    path, log_p = max(everything, key=lambda one: one[1] / len(one[0]) ** alpha)
    assert numbers["best"]["path"] == path
    assert_close(numbers["best"]["logP"], torch.tensor(log_p))
    assert_close(numbers["best"]["along"][-1], torch.tensor(log_p))
    kept_paths = [{one["path"] for one in shown["candidates"][: shown["kept"]]} for shown in numbers["steps"]]
    missed = [t for t, those in enumerate(kept_paths[: len(path)], start=1) if path[:t] not in those]
    assert numbers["lost"] == (missed[0] if missed else 0)
    assert (path in dict(found)) == (not missed)
    assert numbers["needed"] == next((W for W, those in searched.items() if path in dict(those)), 0)


@pytest.mark.parametrize("tau", [-3, 0, 3])
def test_numbers(figure: Figure, model: MarkovModel, tau: float) -> None:
    step = tempered(model.step, 2**tau)
    for width, alpha in [(1, 0), (2, 0.5), (3, 0), (4, 1), (5, 0.3)]:
        check(figure.turn(width=width, alpha=alpha, tau=tau), step, width, alpha)


def test_the_chapters_words(figure: Figure) -> None:
    first = {width: figure.turn(width=width)["finished"][0]["path"] for width in (1, 2, 3)}
    assert first == {1: "seem.", 2: "sees.", 3: "met."}
    assert figure.turn(width=2)["lost"] == 3
    assert figure.numbers()["place"] == 3
    assert [figure.turn(width=width, alpha=1)["finished"][0]["path"] for width in (3, 4)] == ["seems.", "teems."]
    assert [figure.turn(alpha=alpha)["needed"] for alpha in (0, 1)] == [3, 4]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"width": 2}, "(−3.476), was lost in step 3, where its beginning “met” came 3rd. It takes W = 3."),
        ({"width": 3}, "“met”, log P = −3.476: the best of all 1,365 words of up to 5 letters. A narrower"),
        ({"width": 5}, "W = 3 is enough."),
        ({"width": 3, "alpha": 1}, "(−0.689), was lost in step 1, where its beginning “t” came 4th. It takes W = 4"),
        ({"width": 5, "tau": 1}, "No W up to 5 finds it."),
        (
            {"width": 2, "step": 1},
            "After 1 step a beam of 2 has found nothing that ends. The best of all, “met” (−3.476),",
        ),
    ],
)
def test_what_is_said_answers_the_lessons_question(figure: Figure, settings: dict, words: str) -> None:
    figure.turn(**settings)
    expect(figure.host.locator("[role=status]")).to_contain_text(words)


def test_steps_are_beginnings_of_the_same_search(figure: Figure) -> None:
    whole = figure.turn(width=3)
    for t in range(LONGEST + 1):
        numbers = figure.turn(step=t)
        assert numbers["steps"] == whole["steps"][:t]
        assert numbers["finished"] == [one for one in whole["finished"] if len(one["path"]) <= t]
        assert numbers["best"] == whole["best"]
    said = figure.host.locator("[role=status]")
    figure.turn(step=1)
    figure.page.wait_for_timeout(400)
    assert "nothing that ends" in said.inner_text()


def test_ties_fall_as_in_the_package(browser: Browser) -> None:
    """A table without a word: all symbols are equally probable after everything, so that ties decide."""
    page = browser.new_page()
    page.set_content(to_html("beam", {"words": [], "symbols": SYMBOLS, "m": 3, "smoothing": 0.01}))
    figure = Figure(page, "beam")
    figure.host.locator("[role=status]").wait_for()

    def uniform(tokens: torch.Tensor, state: None) -> tuple[torch.Tensor, None]:
        return torch.full((len(tokens), 5), 0.2, dtype=torch.float64).log(), state

    for width, alpha in [(1, 0), (2, 0), (3, 0.5), (5, 0)]:
        check(figure.turn(width=width, alpha=alpha), uniform, width, alpha)
    page.close()


def test_nothing_in_the_drawing_overlaps(figure: Figure) -> None:
    """Words and numbers keep apart, wide and narrow, in the fullest tree and the emptiest."""
    for space in (1280, 360):
        figure.page.set_viewport_size({"width": space, "height": 900})
        figure.page.wait_for_timeout(300)
        for width, alpha, tau in [(1, 0, 0), (3, 0.5, -3), (5, 1, 0), (5, 0.7, 3)]:
            figure.turn(width=width, alpha=alpha, tau=tau)
            pairs = figure.host.evaluate(
                """host => {
                    const boxes = [...host.shadowRoot.querySelectorAll("svg text")].map(
                        node => [node.textContent, node.getBoundingClientRect()]);
                    return boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) =>
                        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4
                    ).map(([other]) => [one, other]));
                }"""
            )
            assert not pairs, (space, width, pairs[:5])
