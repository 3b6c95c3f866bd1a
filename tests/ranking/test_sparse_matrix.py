"""Sparse matrices: the same figures as scipy, which the service does without."""

import numpy as np
import pytest
from scipy import sparse

from digest.ranking import sparse_matrix
from digest.ranking.sparse_matrix import SparseMatrix

SHAPES = [(0, 5), (1, 1), (7, 40), (60, 1 << 20)]


@pytest.fixture(params=[sparse_matrix.BLOCK, 8], ids=["one block", "many blocks"], autouse=True)
def block(request, monkeypatch):
    monkeypatch.setattr(sparse_matrix, "BLOCK", request.param)


def both(shape, seed=1, share=0.4):
    """The same random matrix as ours and as scipy's; some rows are empty, some cells occur twice."""
    chance = np.random.default_rng(seed)
    count = int(min(shape[0] * min(shape[1], 50) * share, 2000))
    rows = chance.integers(0, max(shape[0], 1), count) // 2 * 2 % max(shape[0], 1)
    columns = chance.integers(0, min(shape[1], 50), count)
    values = chance.normal(size=count).astype(np.float32)
    return SparseMatrix.of(values, rows, columns, shape), sparse.csr_array((values, (rows, columns)), shape=shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_cells_that_occur_twice_are_added_up(shape):
    ours, theirs = both(shape)
    theirs.sum_duplicates()

    assert ours.shape == shape
    assert ours.columns.tolist() == theirs.indices.tolist()
    assert ours.starts.tolist() == theirs.indptr.tolist()
    assert np.allclose(ours.values, theirs.data, atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_product_with_a_dense_matrix(shape):
    ours, theirs = both(shape)
    dense = np.random.default_rng(2).normal(size=(shape[1], 3)).astype(np.float32)

    assert (ours @ dense).dtype == np.float32
    assert np.allclose(ours @ dense, theirs @ dense, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_product_with_another_sparse_matrix(shape):
    (ours, theirs), (our_other, their_other) = both(shape), both((9, shape[1]), seed=3)

    product = ours.times_transposed(our_other)

    assert product.dtype == np.float32
    assert np.allclose(product, (theirs @ their_other.T).toarray(), atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES[:3])
def test_sums_and_the_transpose(shape):
    ours, theirs = both(shape)

    assert np.allclose(ours.row_sums(), theirs.sum(axis=1), atol=1e-5)
    assert np.allclose(ours.column_sums(), theirs.sum(axis=0), atol=1e-5)
    assert np.allclose(ours.transposed.toarray(), theirs.T.toarray(), atol=1e-5)


def test_some_rows_in_another_order():
    ours, theirs = both((7, 40))

    assert np.allclose(ours[[4, 1, 4, 0]].toarray(), theirs[[4, 1, 4, 0]].toarray(), atol=1e-6)
    assert ours[[]].shape == (0, 40)


def test_a_matrix_without_columns_has_no_cells():
    nothing = SparseMatrix.of([], [], [], (3, 0))

    assert nothing.shape == (3, 0)
    assert nothing.row_sums().tolist() == [0, 0, 0]
    assert nothing.times_transposed(nothing).tolist() == np.zeros((3, 3)).tolist()
