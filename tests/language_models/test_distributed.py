"""Two processes in step train the network that one trains alone; a training goes on where it was stopped."""

import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close
from trained_in_step import K, train_in_step

from rnn_helpers.language_models import RecurrentModel, distributed, train_on_rows
from rnn_helpers.language_models.distributed import Place, Settings, load, plan, prepare, save, share, train_rows
from rnn_helpers.layers import GRU, LSTM

HERE = Path(__file__).parent
MODULE = "rnn_helpers.language_models.distributed"
ALONE = Place(0, 1, torch.device("cpu"))


def torchrun(*arguments, processes=2):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, env=environment, timeout=300)
    if "Network is unreachable" in done.stderr or "Unable to find address" in done.stderr:
        pytest.skip("this machine has no loopback interface, over which the processes would speak")
    return done


def test_two_processes_have_the_gradients_of_one(tmp_path):
    done = torchrun(str(HERE / "trained_in_step.py"), str(tmp_path / "result.pt"))
    assert done.returncode == 0, done.stderr
    together, alone = torch.load(tmp_path / "result.pt"), train_in_step(ALONE)
    assert set(together) == {"RNN", "GRU", "LSTM", "MinGRU"}
    assert_close(together, alone, atol=1e-10, rtol=1e-10)


def small(seed=0, dropout=0.0):
    torch.manual_seed(seed)
    model = RecurrentModel(K, GRU(3, 4), dropout=dropout).double()
    return model, torch.optim.Adam(model.parameters())


TOKENS = torch.randint(K, (32, 21), generator=torch.Generator().manual_seed(1))
SETTINGS = Settings(unit="GRU", window=5, steps=12, lr=0.01)


def run_to_the_end(model, adapt, done=0, settings=SETTINGS):
    return [loss for _, loss in train_rows(model, adapt, TOKENS, ALONE, settings, done)]


def test_one_process_alone_trains_as_the_lessons_do():
    (model, adapt), (other, _) = small(), small()
    losses = run_to_the_end(model, adapt)
    expected = train_on_rows(other, TOKENS, w=5, steps=12, lr=0.01, seed=0, clip=SETTINGS.clip, decay=True).losses
    assert_close(losses, expected, atol=1e-12, rtol=0)
    assert_close(list(model.parameters()), list(other.parameters()), atol=1e-12, rtol=0)


def test_a_training_goes_on_at_the_step_and_place_where_it_was_stopped(tmp_path):
    whole, adapt = small()
    losses = run_to_the_end(whole, adapt)
    first, adapt = small()
    for step, _ in train_rows(first, adapt, TOKENS, ALONE, SETTINGS):
        if step == 8:  # two rounds of four windows: here the whole begins anew too, so both have a state of 0
            save(tmp_path / "new folder" / "c.pt", first, adapt, step, SETTINGS)
            break
    second, adapt = small(seed=5)
    done = load(tmp_path / "new folder" / "c.pt", second, adapt, SETTINGS)
    assert done == 8
    assert_close(run_to_the_end(second, adapt, done), losses[8:], atol=0, rtol=0)
    assert_close(list(second.parameters()), list(whole.parameters()), atol=0, rtol=0)
    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["c.pt"]


def test_it_stops_where_the_gradient_is_not_finite_before_it_changes_anything():
    model, adapt = small()
    with torch.no_grad():
        model.read_out.bias[0] = math.inf
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(FloatingPointError, match=r"step 1: the norm of the gradient is nan; choose a lower --lr"):
        run_to_the_end(model, adapt)
    assert_close(model.state_dict(), before)


def test_within_a_round_it_goes_on_with_the_next_window(tmp_path):
    model, adapt = small()
    seen = []
    hook = model.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    run_to_the_end(model, adapt, done=6)
    hook.remove()
    assert torch.equal(seen[0], TOKENS[:, 10:15])
    assert torch.equal(seen[2], TOKENS[:, :5])


def test_other_settings_than_the_checkpoints_are_refused(tmp_path):
    model, adapt = small()
    save(tmp_path / "c.pt", model, adapt, 3, SETTINGS)
    with pytest.raises(ValueError, match=r"c\.pt was trained with lr = 0\.01, seed = 0; use the same settings"):
        load(tmp_path / "c.pt", model, adapt, replace(SETTINGS, lr=0.02, seed=1))


def test_the_step_size_falls_and_dropout_draws_by_seed_and_process():
    model, adapt = small(dropout=0.5)
    rates = [adapt.param_groups[0]["lr"] for _ in train_rows(model, adapt, TOKENS, ALONE, SETTINGS)]
    assert_close(rates, [0.01 * (1 - k / 12) for k in range(12)])
    runs = []
    for settings, place in [
        (SETTINGS, ALONE),
        (SETTINGS, ALONE),
        (replace(SETTINGS, seed=1), ALONE),
        (SETTINGS, replace(ALONE, rank=1)),
    ]:
        model, adapt = small(dropout=0.5)
        runs.append([loss for _, loss in train_rows(model, adapt, TOKENS, place, settings)])
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert runs[0] != runs[3]


def test_rows_are_dealt_out_evenly_or_not_at_all():
    rows = torch.arange(12).view(6, 2)
    shares = [share(rows, Place(rank, 3, torch.device("cpu"))) for rank in range(3)]
    assert sorted(torch.cat(shares).flatten().tolist()) == list(range(12))
    assert {len(part) for part in shares} == {2}
    with pytest.raises(ValueError, match="6 rows cannot be dealt out evenly to 4 processes; choose --rows"):
        share(rows, Place(0, 4, torch.device("cpu")))


def test_the_text_is_divided_as_for_the_learning_curve():
    model, rows, held_out = prepare(Settings(rows=64), ALONE)
    assert (model.K, tuple(rows.shape), tuple(held_out.shape)) == (69, (64, 74_141), (32, 1_250))
    of_part = prepare(Settings(), ALONE)[1]
    assert torch.equal(rows[:2].flatten(), of_part[0])


@pytest.mark.parametrize("layers", [1, 2])
def test_the_plan_counts_what_is_there(layers):
    model = RecurrentModel(K, LSTM(3, 4, layers)).double()
    reckoned = plan(model, TOKENS, replace(SETTINGS, D=3, H=4, layers=layers))
    products = 4 * 4 * (3 + 4) + (layers - 1) * 4 * 4 * (4 + 4) + 4 * K  # V x, U h; W h
    biases = layers * 16 + K
    assert reckoned.parameters == products + biases + 3 * K
    assert reckoned.multiply_adds_a_token == 3 * (products + biases)
    assert reckoned.tokens_a_step == 32 * 5
    assert math.isclose(reckoned.rounds, 12 * 5 / 20)


def test_more_processes_than_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("LOCAL_RANK", "1")
    message = r"more processes than GPUs \(1\) on this machine; .*--nproc-per-node gpu"
    with pytest.raises(ValueError, match=message), distributed.process_group():
        pass


def test_the_page_shows_what_the_plans_say(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)  # the page shows a processor's
    page = (HERE.parents[1] / "book" / "beyond_one_machine.md").read_text(encoding="utf-8")
    shown = re.findall(r"\$ python -m (\S+) (.*)\n(.*)\n", page)
    assert len(shown) == 2
    for module, options, printed in shown:
        assert module == MODULE
        monkeypatch.setattr(sys, "argv", [module, *options.split()])
        distributed.main()
        assert capsys.readouterr().out.strip() == printed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": "LTSM"}, "unit must be one of RNN, GRU, LSTM, MinGRU, got 'LTSM'"),
        ({"rows": 48}, "rows must be a multiple of 32, the parts of the text, got 48"),
        ({"rows": 0}, "rows must be a multiple of 32, the parts of the text, got 0"),
        ({"window": 0}, "window must be at least 1, got 0"),
        ({"steps": -1}, "steps must be at least 1, got -1"),
    ],
)
def test_settings_that_cannot_be(change, message):
    with pytest.raises(ValueError, match=message):
        Settings(**change)


SMALL = ["--unit", "MinGRU", "--D", "8", "--H", "16", "--steps", "4", "--every", "2", "--window", "8"]


def test_the_command_on_two_processes_and_after_a_pause_on_one(tmp_path):
    checkpoint = ["--checkpoint", str(tmp_path / "c.pt")]
    two = torchrun("-m", MODULE, *SMALL, *checkpoint)
    again = torchrun("-m", MODULE, *SMALL, *checkpoint, processes=1)
    for done in (two, again):
        assert done.returncode == 0, done.stderr
    assert "2 x cpu: " in two.stdout
    assert [int(step) for step in re.findall(r"step (\d+): loss [\d.]+, held-out perplexity [\d.]+", two.stdout)] == [
        2,
        4,
    ]
    assert "1 x cpu: " in again.stdout
    assert f"going on from step 4 of {tmp_path / 'c.pt'}" in again.stdout


def test_the_command_names_what_is_wrong_without_a_traceback():
    command = [sys.executable, "-m", MODULE, "--rows", "33"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert done.stderr.strip() == "rows must be a multiple of 32, the parts of the text, got 33"
