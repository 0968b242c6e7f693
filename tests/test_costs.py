"""What is counted, on computations small enough to count by hand."""

import torch

from rnn_helpers.costs import Costs, count_costs


def test_nothing_costs_nothing():
    assert count_costs(lambda: None) == Costs(0, 0, 0, 0)


def test_a_product_and_a_sum():
    A, B, c = torch.ones(2, 3), torch.ones(3, 5), torch.ones(5)
    # two operations; 2 * 3 * 5 multiply-adds; two results of ten numbers, four bytes each
    assert count_costs(lambda: A @ B + c) == Costs(2, 30, 80, 0)
    assert count_costs(lambda: torch.addmm(c, A, B)) == Costs(1, 30, 40, 0)


def test_products_in_place_and_with_the_result_elsewhere_count_alike():
    A, B, C = torch.ones(2, 3), torch.ones(3, 5), torch.ones(2, 5)
    assert count_costs(lambda: C.addmm_(A, B)) == Costs(1, 30, 40, 0)
    assert count_costs(lambda: torch.mm(A, B, out=C)) == Costs(1, 30, 40, 0)


def test_views_are_operations_that_write_nothing():
    x = torch.ones(4, 6)
    assert count_costs(lambda: x.T[0].view(2, 2)) == Costs(3, 0, 0, 0)
    assert count_costs(lambda: x.T.mul_(2)) == Costs(2, 0, 96, 0)


def test_all_results_of_an_operation_count():
    x = torch.rand(4, dtype=torch.float64)
    assert count_costs(lambda: x.sort()) == Costs(1, 0, 2 * 4 * 8, 0)  # values and, in int64, places


def test_the_way_back_is_counted_too():
    W, x = torch.rand(2, 3, requires_grad=True), torch.rand(3, 5, requires_grad=True)
    forward = count_costs(lambda: W @ x)
    there_and_back = count_costs(lambda: torch.autograd.grad((W @ x).sum(), (W, x)))
    assert forward.multiply_adds == 30
    assert there_and_back.multiply_adds == 90


def test_the_way_back_of_an_index_writes_all_of_it():
    x = torch.ones(2, 7, 3, requires_grad=True)
    one = count_costs(lambda: torch.autograd.grad(x[:, 4].sum(), x))
    assert one.bytes_of_indexing == 4 * 2 * 7 * 3
    assert count_costs(lambda: torch.autograd.grad(x.unbind(1)[4].sum(), x)).bytes_of_indexing == 0


def test_counts_do_not_add_up_from_run_to_run():
    A = torch.ones(2, 2)
    assert count_costs(lambda: A @ A) == count_costs(lambda: A @ A)
