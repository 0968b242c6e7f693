"""Train the language model of chapter 3 on one processor or GPU, or on several side by side.

    python -m rnn_helpers.language_models.distributed --steps 3000
    torchrun --nproc-per-node 2 -m rnn_helpers.language_models.distributed --steps 3000

The rows of text are dealt out to the processes. Each goes through its own, and before every update the gradients are
averaged over all (torch's DistributedDataParallel; gloo between processors, nccl between GPUs). Every process has as
many rows as every other, so the average is the gradient of all rows together: but for rounding, and for what dropout
draws, two processes train the network that one would train. The division of the plays into what is learned and what is
held out is that of `make learningcurve`.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path

import torch
import torch.distributed as dist
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from rnn_helpers.data import load_shakespeare
from rnn_helpers.language_models.evaluation import NLL, mean_nats, total
from rnn_helpers.language_models.recurrent import RecurrentModel
from rnn_helpers.language_models.text import rows_of, windows
from rnn_helpers.language_models.vocabulary import Vocabulary
from rnn_helpers.layers import GRU, LSTM, RNN, MinGRU

UNITS = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM, "MinGRU": MinGRU}
PARTS, HELD_OUT = 32, 1_250  # the plays in so many parts, of each of which so many characters at the end are held out


@dataclass(frozen=True)
class Settings:
    """What is trained and how. `rows` counts those of all processes together."""

    unit: str = "LSTM"
    D: int = 64
    H: int = 256
    layers: int = 1
    dropout: float = 0.0
    rows: int = 32
    window: int = 32
    steps: int = 3_000
    lr: float = 0.006
    clip: float = 1.0
    seed: int = 0

    def __post_init__(self):
        if self.unit not in UNITS:
            raise ValueError(f"unit must be one of {', '.join(UNITS)}, got {self.unit!r}")
        if self.rows < PARTS or self.rows % PARTS:
            raise ValueError(f"rows must be a multiple of {PARTS}, the parts of the text, got {self.rows}")
        for name in ("window", "steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")


@dataclass(frozen=True)
class Place:
    """Which of how many processes this is, and the device on which it computes."""

    rank: int
    world: int
    device: torch.device

    @property
    def speaks(self) -> bool:
        """One process prints and saves; what it has, the others have too."""
        return self.rank == 0


@contextmanager
def process_group() -> Iterator[Place]:
    """The place of this process among those that `torchrun` started; without it, one process alone.

    Raises
    ------
    ValueError : there are GPUs, but fewer than processes.
    """
    world, local = (int(os.environ.get(name, default)) for name, default in [("WORLD_SIZE", 1), ("LOCAL_RANK", 0)])
    gpu, gpus = torch.cuda.is_available(), torch.cuda.device_count()
    if gpu and local >= gpus:
        raise ValueError(f"more processes than GPUs ({gpus}) on this machine; start it with --nproc-per-node gpu")
    device = torch.device("cuda", local) if gpu else torch.device("cpu")
    if gpu:
        torch.cuda.set_device(device)
    if world == 1:
        yield Place(0, 1, device)
        return
    dist.init_process_group("nccl" if gpu else "gloo")
    try:
        yield Place(dist.get_rank(), world, device)
    finally:
        dist.destroy_process_group()


def share(rows: Int[Tensor, "B T"], place: Place) -> Int[Tensor, "_ T"]:
    """The rows of one process.

    Raises
    ------
    ValueError : they cannot be dealt out evenly; the mean over processes would not be the mean over rows.
    """
    if len(rows) % place.world:
        raise ValueError(
            f"{len(rows)} rows cannot be dealt out evenly to {place.world} processes; "
            f"choose --rows, a multiple of {PARTS}, or the number of processes so that they can"
        )
    return rows[place.rank :: place.world].to(place.device)


def train_rows(
    model: RecurrentModel,
    adapt: torch.optim.Optimizer,
    rows: Int[Tensor, "B T"],
    place: Place,
    settings: Settings,
    done: int = 0,
) -> Iterator[tuple[int, float]]:
    """Truncated backpropagation through time on this process's rows, in step with the other processes.

    Yields the number of each step and its loss here. After `done` steps, as after a pause, it goes on at that place of
    the text with that step size; the carried state begins anew.

    Raises
    ------
    FloatingPointError : the gradient is not finite; the parameters are as before that step.
    """
    # Not `training.train`: an optimizer from outside, a step to begin at and a caller who looks in at any step would be
    # options there that no lesson needs. A test holds the two loops equal.
    # The first process's values are broadcast: whatever each has drawn, all begin with the same parameters.
    wrapped = DistributedDataParallel(model) if place.world > 1 else model
    torch.manual_seed(hash((settings.seed, place.rank, done)))  # of dropout, which is another one in each process
    a_round = -(-(rows.shape[1] - 1) // settings.window)
    batches, state = islice(windows(rows, settings.window), done % a_round, None), None
    model.train()
    for step in range(done, settings.steps):
        x, y, begins = next(batches)
        for group in adapt.param_groups:
            group["lr"] = settings.lr * (1 - step / settings.steps)
        logits, state = wrapped(x, None if begins else state)
        state = tuple(map(Tensor.detach, state)) if isinstance(state, tuple) else state.detach()
        loss = mean_nats(logits, y)
        adapt.zero_grad()
        loss.backward()  # the gradients of all processes are averaged on the way
        norm = nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        if not norm.isfinite():  # in all processes alike
            raise FloatingPointError(f"step {step + 1}: the norm of the gradient is {norm:.3g}; choose a lower --lr")
        adapt.step()
        yield step + 1, loss.item()


def held_out_perplexity(model: RecurrentModel, rows: Int[Tensor, "B T"], place: Place) -> float:
    """Of all processes' rows together, by token; each reads its own, and may have none."""
    mine = total(model.nats(rows)) if len(rows) else NLL()
    sums = torch.tensor([mine.nats, mine.tokens], dtype=torch.float64, device=place.device)
    if place.world > 1:
        dist.all_reduce(sums)
    return NLL(sums[0].item(), int(sums[1])).perplexity


def save(path: Path, model: RecurrentModel, adapt: torch.optim.Optimizer, step: int, settings: Settings) -> None:
    """Write a checkpoint in one move: who stops the process meanwhile finds the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".part")
    state = {"model": model.state_dict(), "optimizer": adapt.state_dict(), "step": step, "settings": asdict(settings)}
    torch.save(state, half)
    half.replace(path)


def load(path: Path, model: RecurrentModel, adapt: torch.optim.Optimizer, settings: Settings) -> int:
    """Take parameters and optimizer from a checkpoint; returns how many steps they had.

    Raises
    ------
    ValueError : it was trained with other settings.
    """
    state = torch.load(path, weights_only=True, map_location="cpu")
    other = {name: value for name, value in state["settings"].items() if value != getattr(settings, name)}
    if other:
        was = ", ".join(f"{name} = {value}" for name, value in other.items())
        raise ValueError(f"{path} was trained with {was}; use the same settings, or another --checkpoint")
    model.load_state_dict(state["model"])
    adapt.load_state_dict(state["optimizer"])
    return state["step"]


@dataclass(frozen=True)
class Plan:
    """What a training costs each process, reckoned and not measured."""

    parameters: int
    tokens_a_step: int
    multiply_adds_a_token: int  # forward and backward: three times those of the forward pass
    megabytes: float  # parameters, gradients, Adam's two averages, and what the backward pass keeps of a window
    rounds: float  # how often the text is gone through

    def __str__(self):
        work = 2 * self.multiply_adds_a_token * self.tokens_a_step / 1e9
        return (
            f"{self.parameters:,} parameters; {self.tokens_a_step:,} tokens a step and process; "
            f"{work:.1f} GFLOP a step; about {self.megabytes:.0f} MB; {self.rounds:.1f} rounds through the text"
        )


def plan(model: RecurrentModel, rows: Int[Tensor, "B T"], settings: Settings) -> Plan:
    """For a process with these rows."""
    parameters = sum(p.numel() for p in model.parameters())
    embedding = model.embedding.weight.numel()
    tokens = len(rows) * settings.window
    # For each token: what every layer keeps (gates, state, what was made of them), what the backward pass of one layer
    # needs beside it, and scores, probabilities and their gradients. Measured peaks were .8 to 1.2 of it.
    gates = model.layer.gates
    kept = settings.D + settings.layers * settings.H * (gates + 3) + settings.H * (2 * gates + 2) + 4 * model.K
    return Plan(
        parameters,
        tokens,
        3 * (parameters - embedding),
        4e-6 * (4 * parameters + tokens * kept),
        settings.steps * settings.window / (rows.shape[1] - 1),
    )


def peak_megabytes(device: torch.device) -> float:
    """The most memory that was in use so far: the GPU's, or all that the process has (with PyTorch itself)."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def prepare(settings: Settings, place: Place) -> tuple[RecurrentModel, Int[Tensor, "B T"], Int[Tensor, "_ T_out"]]:
    """The model, this process's rows of text, and its rows of the held-out text."""
    text = load_shakespeare()
    letters = Vocabulary.of([text])
    parts = rows_of(letters.encode(text), PARTS)
    learned, held_out = parts[:, :-HELD_OUT], parts[:, -HELD_OUT:]
    pieces = settings.rows // PARTS
    rows = learned[:, : learned.shape[1] // pieces * pieces].reshape(settings.rows, -1)
    torch.manual_seed(settings.seed)
    layer = UNITS[settings.unit](
        settings.D, settings.H, settings.layers, dropout=settings.dropout if settings.layers > 1 else 0.0
    )
    model = RecurrentModel(len(letters), layer, dropout=settings.dropout).to(place.device)
    return model, share(rows, place), held_out[place.rank :: place.world].to(place.device)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rnn_helpers.language_models.distributed", description=__doc__.split("\n")[0])
    for field in fields(Settings):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default, help="(%(default)s)")
    parser.add_argument(
        "--every", type=int, default=500, help="steps between two reports and checkpoints (%(default)s)"
    )
    parser.add_argument("--checkpoint", type=Path, help="file to save to, and to go on from if it is there")
    parser.add_argument("--plan", action="store_true", help="say what it costs, and stop")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    try:
        settings = Settings(**{field.name: getattr(given, field.name) for field in fields(Settings)})
        with process_group() as place:
            run(settings, place, given)
    except (ValueError, FloatingPointError) as error:
        sys.exit(f"{error}")


def run(settings: Settings, place: Place, given: argparse.Namespace) -> None:
    model, rows, held_out = prepare(settings, place)
    adapt = torch.optim.Adam(model.parameters())
    if place.speaks:
        print(f"{place.world} x {place.device.type}: {plan(model, rows, settings)}", flush=True)
    if given.plan:
        return
    done = 0
    if given.checkpoint and given.checkpoint.exists():
        done = load(given.checkpoint, model, adapt, settings)
        if place.speaks:
            print(f"going on from step {done} of {given.checkpoint}", flush=True)
    start, first = time.perf_counter(), done
    bar = tqdm(total=settings.steps, initial=done, disable=None if place.speaks else True, leave=False)
    for step, loss in train_rows(model, adapt, rows, place, settings, done):
        bar.update()
        if step % given.every and step < settings.steps:
            continue
        perplexity = held_out_perplexity(model, held_out, place)
        if place.speaks:
            speed = (step - first) * settings.rows * settings.window / (time.perf_counter() - start)
            bar.write(
                f"step {step}: loss {loss:.3f}, held-out perplexity {perplexity:.3f}, {speed:,.0f} tokens/s, "
                f"at most {peak_megabytes(place.device):.0f} MB"
            )
            if given.checkpoint:
                save(given.checkpoint, model, adapt, step, settings)
    bar.close()


if __name__ == "__main__":
    main()
