"""The two networks for ListOps: about as large, each sees all it is given, and the shape of the tree matters."""

import torch

from rnn_helpers.tasks.listops import binarized, draw_listops, tokens
from rnn_helpers.tasks.listops_models import SequenceModel, TreeModel
from rnn_helpers.trees import balanced, leaning


def test_shapes_and_batches():
    torch.manual_seed(0)
    some = draw_listops(5, 2, torch.Generator().manual_seed(0), (2, 3))
    for model, inputs in [(TreeModel(6), list(map(binarized, some))), (SequenceModel(6), list(map(tokens, some)))]:
        scores = model(inputs)
        assert scores.shape == (5, 10)
        for k, one in enumerate(inputs):  # its neighbours in the batch change nothing
            torch.testing.assert_close(model([one])[0], scores[k])


def test_every_token_counts():
    torch.manual_seed(0)
    row = ["[MAX", "2", "[MIN", "4", "7", "]", "]"]
    for model, shape in [(TreeModel(6), leaning), (TreeModel(6), balanced), (SequenceModel(6), list)]:
        before = model([shape(row)])
        for place in range(len(row)):
            other = [*row[:place], "[SM", *row[place + 1 :]]
            assert not torch.allclose(model([shape(other)]), before)


def test_forget_gates_begin_open():
    tree, line = TreeModel(6), SequenceModel(6)
    for b in (tree.layer.b, line.layer.b_l0):
        assert (b[6:12] == 1).all()
        assert (b[:6] != 1).all()
