"""Shows hints and solutions, folded: in a notebook as in the finished page, each hint opens the next."""

import html
import inspect
import itertools
import re
import textwrap

from IPython import get_ipython
from IPython.display import display

from rnn_helpers.exercises import chapters


def hint(number) -> None:
    """Shows the hints of an exercise, such as "2.3", each folded inside the one before."""
    try:
        exercise = chapters.find(number)
    except chapters.NoSuchExercise as message:
        return say(str(message))
    count, folded = len(exercise.hints), ""
    for i in range(count, 0, -1):
        folded = _details(f"Hint {i} of {count}", _paragraphs(exercise.hints[i - 1]) + folded)
    more = "\nThe next ones unfold in a notebook." if count > 1 else ""
    return _show(folded, f"Hint 1 of {count}: {exercise.hints[0]}{more}")


def solution(number) -> None:
    """Shows the reference solution of an exercise, folded."""
    try:
        exercise = chapters.find(number)
    except chapters.NoSuchExercise as message:
        return say(str(message))
    source = source_of(exercise.reference)
    code = f'<pre><code class="language-python">{html.escape(source, quote=False)}</code></pre>'
    return _show(_details(f"Solution {exercise.number}", code), f"Solution {exercise.number}\n\n{source}")


def source_of(reference) -> str:
    """The source of a function or class, without its decorators."""
    lines = textwrap.dedent(inspect.getsource(reference)).splitlines()
    starts = ("def ", "async def ", "class ")
    return "\n".join(itertools.dropwhile(lambda line: not line.startswith(starts), lines))


def say(text: str) -> None:
    """Prints, also where the terminal does not know a character such as ✓."""
    try:
        print(text)
    except UnicodeEncodeError:
        print(text.encode("ascii", "replace").decode())


def _show(as_html: str, as_text: str) -> None:
    if get_ipython() is None:
        say(as_text)
    else:
        display({"text/html": as_html, "text/plain": as_text}, raw=True)


def _details(summary: str, inside: str) -> str:
    return f"<details><summary>{summary}</summary>\n{inside}\n</details>"


def _paragraphs(text: str) -> str:
    """As HTML: `code` between backticks as code, $mathematics$ as it is, an empty line ends a paragraph."""
    escaped = html.escape(textwrap.dedent(text).strip(), quote=False)
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in re.split(r"\n\s*\n", marked))
