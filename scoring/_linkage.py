"""The graph of jurors who read the same entries: is it one piece, and how firm is it?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Sparse = Any
"""A scipy sparse matrix; scipy ships no types."""

EXACT_UP_TO = 1_000
"""Jurors up to which all eigenvalues are computed; beyond, the smallest one and a probed trace."""
PROBES = 64


@dataclass(frozen=True, slots=True)
class Linkage:
    """Whether the marks of a jury can be compared at all, and how precisely.

    Attributes
    ----------
    components : int, number of separate groups of jurors who share no entry (1: one frame of reference).
    lambda2 : float >= 0, second smallest eigenvalue of the information matrix of the severities; 0 when the
        jury falls apart, infinite for a single juror.
    mean_severity_se : float, standard error of the difference of two jurors' severities, averaged over
        pairs, in units of the residual standard deviation; infinite when the jury falls apart.
    groups : the jurors of each component, ids sorted, largest component first.
    """

    components: int
    lambda2: float
    mean_severity_se: float
    groups: tuple[tuple[Any, ...], ...]


def incidence(entry: Ints, juror: Ints, *, shape: tuple[int, int]) -> Sparse:
    """The 0/1 matrix entries x jurors, sparse (CSR)."""
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(entry.size), (entry, juror)), shape=shape)


def information_matrix(entry: Ints, juror: Ints, *, shape: tuple[int, int]) -> Sparse:
    """L = diag(n_j) - N' diag(1/k_i) N, the information the design carries about severities (CSR)."""
    from scipy.sparse import diags

    N = incidence(entry, juror, shape=shape)
    per_entry = np.maximum(np.bincount(entry, minlength=shape[0]), 1)
    per_juror = np.bincount(juror, minlength=shape[1]).astype(np.float64)
    return (diags(per_juror) - N.T @ diags(1.0 / per_entry) @ N).tocsr()


def components(entry: Ints, juror: Ints, *, shape: tuple[int, int]) -> Ints:
    """The component label of every juror, numbered from 0 in juror order."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    n, m = shape
    graph = csr_matrix((np.ones(entry.size), (entry, juror + n)), shape=(n + m, n + m))
    _, labels = connected_components(graph, directed=False)
    _, first, inverse = np.unique(labels[n:], return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return np.asarray(order[inverse], dtype=np.int64)


def design_linkage(entry: Ints, juror: Ints, *, juror_ids: list[Any], entries: int) -> Linkage:
    """Linkage of the design in which juror `juror[p]` reads entry `entry[p]`.

    Jurors without any entry are left out: they judge nothing and disconnect nothing.

    References
    ----------
    Linacre, Judging plans and facets (rasch.org/rn3.htm); John & Williams, Cyclic and Computer Generated
    Designs (1995), for the information matrix.
    """
    active = np.unique(juror)
    local = np.searchsorted(active, juror)
    shape = (entries, active.size)
    labels = components(entry, local, shape=shape)
    count = int(labels.max()) + 1 if labels.size else 0
    groups = [tuple(juror_ids[int(active[j])] for j in np.flatnonzero(labels == c)) for c in range(count)]
    groups.sort(key=len, reverse=True)
    lambda2, error = _spectrum(entry, local, shape=shape, count=count)
    return Linkage(count, lambda2, error, tuple(groups))


def _spectrum(entry: Ints, juror: Ints, *, shape: tuple[int, int], count: int) -> tuple[float, float]:
    m = shape[1]
    if m <= 1:
        return math.inf, 0.0
    if count > 1:
        return 0.0, math.inf
    L = information_matrix(entry, juror, shape=shape)
    if m <= EXACT_UP_TO:
        values = np.linalg.eigvalsh(L.toarray())
        return float(values[1]), math.sqrt(2.0 * float(np.mean(1.0 / values[1:])))
    return _smallest(L, m), math.sqrt(2.0 * _probed_trace(L, m) / (m - 1))


def _smallest(L: Sparse, m: int) -> float:
    """The second smallest eigenvalue by Lanczos, the constant vector lifted out of the way."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    lift = 2.0 * float(L.diagonal().max())

    def shifted(x: Floats) -> Floats:
        flat = x.ravel()
        return np.asarray(lift * (flat - flat.mean()) - L @ flat, dtype=np.float64)

    operator = LinearOperator((m, m), matvec=shifted, dtype=np.float64)
    start = np.cos(np.arange(m, dtype=np.float64))
    top = eigsh(operator, k=1, which="LA", v0=start, tol=1e-6, return_eigenvectors=False)
    return max(0.0, lift - float(top[0]))


def _probed_trace(L: Sparse, m: int) -> float:
    """Trace of the pseudo-inverse from fixed sign probes (Hutchinson 1990) and conjugate gradients."""
    signs = np.random.default_rng(m).integers(0, 2, size=(m, PROBES)).astype(np.float64) * 2.0 - 1.0
    signs -= signs.mean(axis=0)
    solved = conjugate_gradient(L, signs)
    return float(np.einsum("ij,ij->", signs, solved)) / PROBES


def conjugate_gradient(A: Sparse, B: Floats, *, tolerance: float = 1e-10, limit: int = 2_000) -> Floats:
    """Solve A X = B for several right sides at once, A symmetric positive (semi-)definite, by Jacobi-CG."""
    scale = 1.0 / np.maximum(A.diagonal(), 1e-300)[:, None]
    X = np.zeros_like(B)
    R = B.copy()
    Z = scale * R
    P = Z.copy()
    rz = np.einsum("ij,ij->j", R, Z)
    goal = tolerance**2 * np.maximum(np.einsum("ij,ij->j", B, B), 1e-300)
    for _ in range(limit):
        if bool(np.all(np.einsum("ij,ij->j", R, R) <= goal)):
            break
        Q = A @ P
        alpha = rz / np.maximum(np.einsum("ij,ij->j", P, Q), 1e-300)
        X += alpha * P
        R -= alpha * Q
        Z = scale * R
        fresh = np.einsum("ij,ij->j", R, Z)
        P = Z + (fresh / np.maximum(rz, 1e-300)) * P
        rz = fresh
    return X
