"""What a cell with an explorable stores: a still picture, and a page part that fetches nothing and holds its data."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from rnn_helpers.explorables import explore, names, to_html
from rnn_helpers.figures import new_figure

ALT = "A line that rises from nought to one over the number of steps."


def drawn():
    figure, axes = new_figure(3, 2)
    axes.plot([0, 1])
    axes.set(xlabel="step", ylabel="state")
    return figure


def test_shows_the_still_picture_and_then_the_live_one(capsys):
    explore("wall", drawn(), ALT)
    words = capsys.readouterr().out  # a terminal takes the plain text of both
    assert words.index(ALT) < words.index("moved by hand")


@pytest.mark.parametrize("name", names())
def test_one_script_that_fetches_nothing(name):
    scripts = BeautifulSoup(to_html(name, {}), "html.parser").find_all("script")
    assert [script["type"] for script in scripts] == ["application/json", "module"]
    code = scripts[1].text
    assert not re.search(r"^(import|export)\b", code, flags=re.MULTILINE)
    assert not re.search(r"\b(import|fetch|XMLHttpRequest|WebSocket)\s*\(|https?://(?!www\.w3\.org/2000/svg)", code)


def test_data_arrive_as_they_were_given():
    data = {"U": [[0.1, -1e-300], [1 / 3, 2.0]], "word": "</script><b>"}
    html = to_html("wall", data)
    stored = BeautifulSoup(html, "html.parser").find("script", type="application/json").text
    assert json.loads(stored) == data
    assert html.count("</script") == 2


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_refuses_what_is_no_number(number):
    with pytest.raises(ValueError, match="every number in data must be finite"):
        to_html("wall", {"x": [1.0, number]})


def test_refuses_a_name_that_there_is_not(capsys):
    with pytest.raises(ValueError, match=r"name must be one of .*wall.*, got 'kit'"):
        explore("kit", drawn(), ALT)
    assert not capsys.readouterr().out


def test_refuses_words_that_say_nothing():
    with pytest.raises(ValueError, match="alt must describe"):
        explore("wall", drawn(), "A wall.")
