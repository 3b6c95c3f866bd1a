"""Matrices that are mostly 0, stored by row: the columns of each row that are not 0, and their values.

The format is CSR (compressed sparse row). scipy has it too, but that is a hundred megabytes, and ranking only needs
these two products.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digest.ranking.arrays import Floats, Indices

# How many numbers to multiply at once: bounds the memory and fits in a processor's cache.
BLOCK = 1 << 17
# With a larger share of values than this, it is faster to multiply the zeros as well.
DENSE = 0.02


@dataclass(frozen=True)
class SparseMatrix:
    """Row r has `values[starts[r]:starts[r + 1]]` in `columns[starts[r]:starts[r + 1]]`, each column once, in order."""

    values: Floats
    columns: Indices
    # One more than there are rows.
    starts: Indices
    width: int

    @classmethod
    def of(cls, values: ArrayLike, rows: ArrayLike, columns: ArrayLike, shape: tuple[int, int]) -> SparseMatrix:
        """Return the matrix with these cells; values of the same cell are added up."""
        height, width = shape
        numbers = np.asarray(rows, np.int64) * width + np.asarray(columns, np.int64)
        cells, place = np.unique(numbers, return_inverse=True)
        summed = np.bincount(place.ravel(), np.asarray(values, np.float32), minlength=len(cells)).astype(np.float32)
        starts = np.searchsorted(cells, np.arange(height + 1, dtype=np.int64) * width)
        return cls(summed, cells % max(width, 1), starts, width)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self.starts) - 1, self.width

    @property
    def rows(self) -> Indices:
        """Return the row of each value."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @property
    def transposed(self) -> SparseMatrix:
        """Return the matrix with rows and columns exchanged."""
        height, width = self.shape
        return SparseMatrix.of(self.values, self.columns, self.rows, (width, height))

    def __getitem__(self, rows: Indices | Sequence[int]) -> SparseMatrix:
        """Return some of the rows, in that order."""
        chosen = np.asarray(rows, dtype=np.intp)
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        # The index of each value: where its row begins, plus how far into the row it is.
        places = np.repeat(self.starts[chosen] - starts[:-1], lengths) + np.arange(starts[-1])
        return SparseMatrix(self.values[places], self.columns[places], starts, self.width)

    def between(self, first: int, last: int) -> SparseMatrix:
        """Return the rows from `first` up to, but not including, `last`."""
        cells = slice(self.starts[first], self.starts[last])
        starts = self.starts[first : last + 1] - self.starts[first]
        return SparseMatrix(self.values[cells], self.columns[cells], starts, self.width)

    def with_values(self, values: NDArray[np.floating]) -> SparseMatrix:
        """Return the matrix with other values in the same cells."""
        return replace(self, values=values.astype(np.float32))

    def row_sums(self) -> Floats:
        """Return the sum of each row: (rows,)."""
        return np.bincount(self.rows, self.values, minlength=self.shape[0]).astype(np.float32)

    def column_sums(self) -> Floats:
        """Return the sum of each column: (columns,)."""
        return np.bincount(self.columns, self.values, minlength=self.width).astype(np.float32)

    def toarray(self) -> Floats:
        """Return all cells: (rows, columns)."""
        dense = np.zeros(self.shape, dtype=np.float32)
        dense[self.rows, self.columns] = self.values
        return dense

    def __matmul__(self, dense: Floats) -> Floats:
        """Return the product with a dense matrix: (rows, columns of the other)."""
        product = np.zeros((self.shape[0], dense.shape[1]), dtype=np.float32)
        is_dense = len(self.values) > DENSE * self.shape[0] * self.width
        lengths = np.full(self.shape[0], self.width) if is_dense else np.diff(self.starts) * dense.shape[1]
        for some in _blocks(lengths):
            part = self.between(some.start, some.stop)
            product[some] = part.toarray() @ dense if is_dense else part._gathered(dense)
        return product

    def _gathered(self, dense: Floats) -> Floats:
        """Return the product with a dense matrix by adding up its rows: for matrices with few values."""
        product = np.zeros((self.shape[0], dense.shape[1]), dtype=np.float32)
        filled = np.flatnonzero(np.diff(self.starts))
        if len(filled):
            weighted = dense[self.columns]
            weighted *= self.values[:, None]
            product[filled] = np.add.reduceat(weighted, self.starts[filled], axis=0)
        return product

    def times_transposed(self, other: SparseMatrix) -> Floats:
        """Return the products of each row with each row of another matrix of the same width: (rows, other rows)."""
        height, other_height = self.shape[0], other.shape[0]
        product = np.zeros((height, other_height), dtype=np.float32)
        # The other matrix by column: which of its rows have a value in each, and what value.
        by_column = np.argsort(other.columns, kind="stable")
        other_rows, other_values = other.rows[by_column], other.values[by_column]
        starts = np.concatenate([[0], np.cumsum(np.bincount(other.columns, minlength=self.width))])
        matches = starts[self.columns + 1] - starts[self.columns]
        before = np.concatenate([[0], np.cumsum(matches)])
        for some in _blocks(np.diff(before[self.starts])):
            cells = slice(self.starts[some.start], self.starts[some.stop])
            counts = matches[cells]
            # One pair for each of our values and each of the other's in the same column.
            offsets = starts[self.columns[cells]] - before[cells] + before[cells.start]
            pairs = np.repeat(offsets, counts) + np.arange(counts.sum())
            row = np.repeat(np.arange(some.stop - some.start), np.diff(self.starts[some.start : some.stop + 1]))
            into = np.repeat(row * other_height, counts) + other_rows[pairs]
            products = np.repeat(self.values[cells], counts) * other_values[pairs]
            size = (some.stop - some.start) * other_height
            product[some] = np.bincount(into, products, minlength=size).reshape(some.stop - some.start, other_height)
        return product


def _blocks(costs: Indices) -> Iterator[slice]:
    """Yield slices of rows that together cost no more than BLOCK, but have at least one row."""
    ends = np.cumsum(costs)
    begin = 0
    while begin < len(costs):
        spent = ends[begin - 1] if begin else 0
        end = max(int(np.searchsorted(ends, spent + BLOCK, side="right")), begin + 1)
        yield slice(begin, end)
        begin = end
