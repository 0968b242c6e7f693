"""What the tests of pixels share."""

import pytest
import torch


@pytest.fixture
def double():
    """Everything in float64, from one seed."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
