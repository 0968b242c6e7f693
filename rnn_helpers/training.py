"""The training loop of the lessons: gradient descent on a loss, with what one wants to see kept in a history."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

import torch
from torch import Tensor
from tqdm import tqdm


@dataclass
class History:
    """What happened, step by step.

    `gradient_norms` are those before clipping. `validation_losses` has one entry a check, made after the number
    of steps in `validation_steps`.
    """

    losses: list[float] = field(default_factory=list)
    gradient_norms: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    validation_steps: list[int] = field(default_factory=list)


def train(
    parameters: Iterable[Tensor],
    loss: Callable[..., Tensor],
    batches: Iterable[tuple[Tensor, ...]],
    *,
    steps: int,
    lr: float,
    seed: int,
    clip: float = math.inf,
    decay: bool = False,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    validate: Callable[[], float] | None = None,
    every: int = 100,
    patience: int | None = None,
) -> History:
    """Change `parameters` in place so that `loss(*batch)` falls; a progress bar shows how it goes.

    Parameters
    ----------
    parameters : leaf tensors that require gradients, as `model.parameters()`.
    loss : takes the tensors of a batch, returns a scalar.
    batches : tuples of tensors, moved to the device of the parameters. Training ends with them, or after `steps`.
    lr : step size.
    seed : of what is drawn at random meanwhile (dropout, batches drawn on the way). The generator is put back after.
    clip : the largest norm of the gradient over all parameters; longer ones are rescaled (chapter 8).
    decay : let the step size fall in a straight line, from `lr` at the first step towards 0 after `steps`.
    validate : returns the loss on held-out data; called without gradients after every `every` steps.
    patience : stop when this many checks in a row brought nothing better, and put the best parameters back.

    Raises
    ------
    ValueError : `patience` without `validate`, no parameters, or no batches.
    FloatingPointError : the loss or its gradient is not finite; the message says at which step. The parameters are
        as before it.
    """
    parameters = list(parameters)
    if not parameters:
        raise ValueError("train: parameters is empty; an iterator such as model.parameters() is used up by one loop")
    if patience is not None and validate is None:
        raise ValueError("train: patience needs validate, a function that returns the loss on held-out data")
    device = parameters[0].device
    adapt = optimizer(parameters, lr=lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(adapt, lambda step: 1 - step / steps if decay else 1)
    history, best = History(), [p.detach().clone() for p in parameters]
    with torch.random.fork_rng(), tqdm(total=steps, leave=False) as bar:
        torch.manual_seed(seed)
        for step, batch in enumerate(islice(batches, steps), start=1):
            value = loss(*(tensor.to(device) for tensor in batch))
            if not value.isfinite():
                raise FloatingPointError(f"train: the loss is {value:.3g} at step {step}; lower lr, or set clip")
            adapt.zero_grad()
            value.backward()
            norm = torch.nn.utils.clip_grad_norm_(parameters, clip)
            if not norm.isfinite():
                raise FloatingPointError(f"train: the norm of the gradient is {norm:.3g} at step {step}")
            adapt.step()
            schedule.step()
            history.losses.append(value.item())
            history.gradient_norms.append(norm.item())
            bar.update()
            bar.set_postfix_str(f"loss {value:.3f}", refresh=False)
            if validate is None or step % every:
                continue
            with torch.no_grad():
                history.validation_losses.append(float(validate()))
            history.validation_steps.append(step)
            checks = history.validation_losses
            best_check = min(range(len(checks)), key=lambda i: math.inf if math.isnan(checks[i]) else checks[i])
            if best_check == len(checks) - 1:
                best = [p.detach().clone() for p in parameters]
            elif patience is not None and len(checks) - 1 - best_check >= patience:
                break
    if not history.losses:
        raise ValueError("train: batches is empty (a generator can be used once only)")
    if patience is not None and history.validation_losses:
        with torch.no_grad():
            for parameter, value in zip(parameters, best, strict=True):
                parameter.copy_(value)
    return history
