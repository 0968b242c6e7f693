"""A file of measurements: begun once, added to line by line, and read as what it holds."""

from typing import NamedTuple

import pytest

from rnn_helpers.measured.files import begin, read, store


class Result(NamedTuple):
    name: str
    seed: int
    loss: float

    def as_line(self):
        return f'"{self.name}",{self.seed},{self.loss:.2f}\n'


def test_results_are_read_as_they_were_stored_and_a_file_is_begun_once(tmp_path, capsys):
    path = tmp_path / "results.csv"
    for result in (Result("one, two", 0, 0.5), Result("three", 1, 2.25)):
        begin(path, Result)
        store(path, result)
    assert read(path, Result) == [Result("one, two", 0, 0.5), Result("three", 1, 2.25)]
    assert path.read_text(encoding="utf-8").splitlines()[0] == "name,seed,loss"
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("line", ["one,0", "one,0,1,2", "one,zero,1.0"])
def test_a_line_that_does_not_fit_is_refused(tmp_path, line):
    path = tmp_path / "results.csv"
    begin(path, Result)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(ValueError, match=r"argument|literal|convert"):
        read(path, Result)
