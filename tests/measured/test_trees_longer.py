"""The measurements of `make trees`: all there, once each, possible, and as the tool writes them."""

from rnn_helpers.measured.trees_longer import FILE, TreesMeasurement, load_trees_longer


def test_every_model_and_seed_is_there_once(tool_of):
    tool = tool_of("trees_longer")
    asked_of = {name: ["depth 3, trained on", *(f"depth {d}" for d in tool.DEPTHS)] for name in tool.LISTOPS}
    asked_of |= {kind: ["without the word above", "with it"] for kind in tool.KINDS}
    wanted = [(model, seed, what) for model, whats in asked_of.items() for what in whats for seed in tool.SEEDS]
    assert sorted((m.model, m.seed, m.asked_of) for m in load_trees_longer()) == sorted(wanted)
    assert FILE.read_text(encoding="utf-8").splitlines()[0].split(",") == list(TreesMeasurement._fields)


def test_shares_are_possible():
    for m in load_trees_longer():
        assert 0.1 < m.share <= 1, m


def test_a_line_is_read_as_it_was_written(tmp_path, monkeypatch):
    written = TreesMeasurement("tree, given", 2, "depth 3, trained on", 0.9123)
    file = tmp_path / "trees.csv"
    file.write_text(",".join(TreesMeasurement._fields) + "\n" + written.as_line(), encoding="utf-8")
    monkeypatch.setattr("rnn_helpers.measured.trees_longer.FILE", file)
    assert load_trees_longer() == [written]
