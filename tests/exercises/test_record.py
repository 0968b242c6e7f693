"""Progress is remembered from one session to the next, and no trouble with its file reaches the reader's work."""

import json
import os

import pytest

from rnn_helpers.exercises import check, progress, record


def right(n):
    return n + n


def wrong(n):
    return n


def stub(n): ...


def new_session(monkeypatch):
    monkeypatch.setattr(record, "_in_memory", {})
    monkeypatch.setattr(record, "_told", set())


def test_the_table(chapter_97, capsys):
    check("97.1", right), check("97.2", wrong)
    capsys.readouterr()
    assert progress(97) is None
    assert capsys.readouterr().out.splitlines() == [
        "97.1  Double                ★    ✓ right",
        "97.2  Double again, slowly  ★★★  … tried",
        "1 of 2 right",
    ]


def test_nothing_attempted(chapter_97, progress_file, capsys):
    check("97.1", stub), check("97.9", right)
    capsys.readouterr()
    progress(97)
    assert capsys.readouterr().out.count("· not attempted") == 2
    assert not progress_file.exists()


def test_all_chapters(chapter_97, capsys):
    progress()
    assert "97.1  Double" in capsys.readouterr().out


def test_a_chapter_without_exercises(chapter_97, capsys):
    progress(99)
    assert "Chapter 99 has no exercises" in capsys.readouterr().out


@pytest.mark.parametrize("later", [stub, wrong, None])
def test_right_stays_right_in_the_next_session(chapter_97, progress_file, capsys, monkeypatch, later):
    check("97.1", right)
    new_session(monkeypatch)
    check("97.1", later)
    assert json.loads(progress_file.read_text()) == {"97.1": "right"}
    new_session(monkeypatch)
    capsys.readouterr()
    progress(97)
    assert "✓ right" in capsys.readouterr().out


def test_tried_becomes_right(chapter_97, progress_file):
    check("97.1", wrong)
    assert json.loads(progress_file.read_text()) == {"97.1": "tried"}
    check("97.1", right)
    assert json.loads(progress_file.read_text()) == {"97.1": "right"}


def test_two_notebooks_keep_what_the_other_wrote(chapter_97, progress_file, monkeypatch):
    check("97.1", right)
    new_session(monkeypatch)
    check("97.2", right)
    assert json.loads(progress_file.read_text()) == {"97.1": "right", "97.2": "right"}


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"97.1": 3}', b"\xff\xfe", b"", b"[" * 100_000])
def test_a_corrupt_file_is_left_alone_and_told_once(chapter_97, progress_file, capsys, content):
    progress_file.parent.mkdir()
    progress_file.write_bytes(content)
    assert check("97.1", right)
    assert capsys.readouterr().out == "Exercise 97.1 · right ✓\n"
    progress(97), progress(97)
    out = capsys.readouterr().out
    assert out.count("✓ right") == 2
    assert out.count("is not a readable record; this session is kept in memory only") == 1
    assert progress_file.read_bytes() == content


def test_a_file_that_cannot_be_written(chapter_97, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RNN_HELPERS_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert check("97.1", right)
    progress(97), progress(97)
    out = capsys.readouterr().out
    assert out.count("✓ right") == 2
    assert out.count("this session is kept in memory only") == 1


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(chapter_97, progress_file, monkeypatch):
    check("97.1", right)
    before = progress_file.read_text()

    def full(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(json, "dump", full)
    assert check("97.2", right)
    assert progress_file.read_text() == before
    assert os.listdir(progress_file.parent) == [progress_file.name]


def test_without_the_variable_it_is_in_the_users_data(monkeypatch):
    monkeypatch.delenv("RNN_HELPERS_PROGRESS")
    path = record._path()
    assert path.name == "progress.json"
    assert "rnn_helpers" in path.parts
