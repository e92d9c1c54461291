"""The additive model total = entry + juror + noise: fitted once, used by calibration, reliability and ranks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring._linkage import Sparse, components, conjugate_gradient, incidence, information_matrix
from scoring._totals import ROUNDING, Table, drop_rounding

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DENSE_JURORS = 1_500
"""Jurors up to which their covariance is inverted whole; beyond, solved and probed."""
PROBES = 96
CHUNK = 2_000_000


class Precision:
    """Solves with L + ridge * I, and with the pseudo-inverse of L when the ridge is 0.

    L is singular, once per component: a constant may move from all its jurors to all its entries. The mean of
    a component is therefore fixed at 0 when there is no ridge.
    """

    def __init__(self, L: Sparse, *, labels: Ints, ridge: float) -> None:
        self.L = L
        self.labels = labels
        self.ridge = ridge
        self.size = labels.size

    def _centred(self, B: Floats) -> Floats:
        flat = B.reshape(self.size, -1)
        sizes = np.bincount(self.labels)
        sums = np.zeros((sizes.size, flat.shape[1]))
        np.add.at(sums, self.labels, flat)
        return np.asarray(flat - (sums / sizes[:, None])[self.labels], dtype=np.float64).reshape(B.shape)

    @cached_property
    def dense(self) -> Floats:
        """The whole inverse; only for a jury that is small enough."""
        from scipy.linalg import cho_factor, cho_solve

        A = self.L.toarray()
        projector = np.zeros_like(A)
        if self.ridge:
            A[np.diag_indices(self.size)] += self.ridge
        else:
            sizes = np.bincount(self.labels)
            projector = (self.labels[:, None] == self.labels) / sizes[self.labels]
            A += projector
        inverse = cho_solve(cho_factor(A, lower=True), np.eye(self.size))
        return np.asarray((inverse + inverse.T) / 2.0 - projector, dtype=np.float64)

    def solve(self, B: Floats) -> Floats:
        """The solution for one right side, or for the columns of several."""
        if self.size <= DENSE_JURORS:
            return np.asarray(self.dense @ B, dtype=np.float64)
        from scipy.sparse import identity

        A = self.L + self.ridge * identity(self.size, format="csr") if self.ridge else self.L
        right = B if self.ridge else self._centred(B)
        found = conjugate_gradient(A, right.reshape(self.size, -1)).reshape(B.shape)
        return found if self.ridge else self._centred(found)

    def variances(self, weights: Sparse) -> tuple[Floats, Floats]:
        """Diagonals of the inverse V, and of W V W' for the sparse `weights` W (rows x jurors)."""
        if self.size <= DENSE_JURORS:
            V = self.dense
            step = max(1, CHUNK // max(self.size, 1))
            rows = [weights[start : start + step] for start in range(0, weights.shape[0], step)]
            quadratic = [np.asarray(row.multiply(row @ V).sum(axis=1)).ravel() for row in rows]
            return np.diag(V).copy(), np.concatenate(quadratic) if quadratic else np.zeros(0)
        # Fixed random signs (Hutchinson 1990): about one per cent of error, the same at every call.
        coins = np.random.default_rng(self.size).integers(0, 2, size=(self.size, PROBES))
        signs = coins.astype(np.float64) * 2.0 - 1.0
        solved = self.solve(signs)
        diagonal = np.einsum("ij,ij->i", signs, solved) / PROBES
        quadratic_probed = np.einsum("ij,ij->i", weights @ signs, weights @ solved) / PROBES
        return np.maximum(diagonal, 0.0), np.maximum(quadratic_probed, 0.0)


@dataclass(frozen=True)
class Fit:
    """Variance components by Henderson's third method, severities on request.

    Attributes
    ----------
    table : the totals.
    L : (m, m) sparse information matrix of the severities.
    right : (m,) floats, each juror's summed deviations from the entry means.
    labels : (m,) ints, component of each juror.
    freedom : int, residual degrees of freedom; 0 or less: nothing can be estimated.
    residual_variance, severity_variance : floats, NaN without degrees of freedom.
    """

    table: Table
    L: Sparse
    right: Floats
    labels: Ints
    freedom: int
    residual_variance: float
    severity_variance: float

    @property
    def component_count(self) -> int:
        return int(self.labels.max()) + 1 if self.labels.size else 0

    @cached_property
    def averaging(self) -> Sparse:
        """A: row i averages over the jurors of entry i."""
        from scipy.sparse import diags

        table = self.table
        return (diags(1.0 / table.counts) @ incidence(table.entry, table.juror, shape=table.shape)).tocsr()

    @property
    def severities_vanish(self) -> bool:
        """Whether the data show no severity at all (or cannot show any)."""
        return not self.severity_variance > 0.0

    @cached_property
    def shrunk(self) -> Precision:
        """Precision of the shrunken severities; only when there are some."""
        return Precision(self.L, labels=self.labels, ridge=self.residual_variance / self.severity_variance)

    @cached_property
    def free(self) -> Precision:
        """Precision of the least-squares severities."""
        return Precision(self.L, labels=self.labels, ridge=0.0)


def fit(table: Table) -> Fit:
    """Fit the additive model to a table with at least one sheet.

    References
    ----------
    Henderson, Estimation of variance and covariance components, Biometrics 9 (1953), method 3; in closed form
    because trace(L) = sheets - entries.
    """
    n, m = table.shape
    deviations = drop_rounding(table.y - table.means[table.entry], of=table.y)
    right = np.bincount(table.juror, weights=deviations, minlength=m).astype(np.float64)
    L = information_matrix(table.entry, table.juror, shape=table.shape)
    labels = components(table.entry, table.juror, shape=table.shape)
    rank = m - (int(labels.max()) + 1)
    spare = table.y.size - n
    freedom = spare - rank
    within = float(deviations @ deviations)
    explained = float(right @ Precision(L, labels=labels, ridge=0.0).solve(right)) if rank else 0.0
    residual, severity = _components(within, explained, rank=rank, spare=spare, freedom=freedom)
    return Fit(table, L, right, labels, freedom, residual, severity)


def _components(within: float, explained: float, *, rank: int, spare: int, freedom: int) -> tuple[float, float]:
    if freedom <= 0:
        return math.nan, math.nan
    left = within - explained
    residual = left / freedom if left > ROUNDING * within else 0.0
    surplus = explained - rank * residual
    return residual, surplus / spare if surplus > ROUNDING * within else 0.0
