"""Between our layers and `torch.nn`'s: the same function, the parameters written in the other's way."""

import torch
from torch import nn


def from_torch(cls, module):
    """A layer of class `cls` that is the function of `module`; see `Stack.from_torch`."""
    name = f"{cls.__name__}.from_torch"
    _check_that_there_is_one(cls, name)
    kind = cls.theirs.__name__
    if not isinstance(module, cls.theirs):
        raise ValueError(f"{name}: module must be a torch.nn.{kind}, got {type(module).__name__}")
    if not module.bias:
        raise ValueError(f"{name}: module has bias=False; ours has biases, and training would move them away from 0")
    if module.proj_size:
        raise ValueError(f"{name}: module has proj_size = {module.proj_size}; our states are not projected")
    ours = _without_values(
        cls,
        module.weight_ih_l0,
        module.input_size,
        module.hidden_size,
        module.num_layers,
        bidirectional=module.bidirectional,
        dropout=module.dropout,
        **cls.options_of(module),
    )
    for place in ours.places():
        _copy(cls.from_theirs(*_parameters_of(module, *place)), ours.parameters_at(*place))
    return ours.train(module.training)


def to_torch(layer):
    """The `torch.nn` module that is the function of `layer`; see `Stack.to_torch`."""
    name = f"{type(layer).__name__}.to_torch"
    _check_that_there_is_one(layer, name)
    for option in ("input_connections", "variational"):
        if getattr(layer, option):
            raise ValueError(f"{name}: this layer has {option}=True, which torch.nn does not know")
    module = _without_values(
        layer.theirs,
        layer.V_l0,
        layer.D,
        layer.H,
        layer.num_layers,
        bidirectional=layer.bidirectional,
        dropout=layer.dropout,
        batch_first=True,
        **layer.options_for_torch(),
    )
    for place in layer.places():
        _copy(layer.to_theirs(*layer.parameters_at(*place)), _parameters_of(module, *place))
    return module.train(layer.training)


def _check_that_there_is_one(unit, name):
    if unit.theirs is None:
        raise ValueError(f"{name}: torch.nn has no such unit")


def _without_values(kind, like, *sizes, **options) -> nn.Module:
    """A new module with the dtype and device of `like`; nothing is drawn, which would move the reader's generator."""
    with torch.device("meta"):
        module = kind(*sizes, **options)
    return module.to(dtype=like.dtype).to_empty(device=like.device)


def _parameters_of(module, layer, reverse):
    suffix = f"_l{layer}" + "_reverse" * reverse
    return [getattr(module, name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


@torch.no_grad()
def _copy(values, parameters):
    for value, parameter in zip(values, parameters, strict=True):
        parameter.copy_(value)
