"""Reliability against published tables, by hand, and by property."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring import (
    InvalidRatingsError,
    generalizability,
    intraclass_correlation,
    kendall_w,
    krippendorff_alpha,
)

NAN = math.nan
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
DESCTOOLS = [[1, 1, 2], [6, 5, 3], [3, 6, 6], [2, 2, 5], [5, 4, 4], [4, 3, 1]]
# The anxiety ratings of R's irr package, by rater.
ANXIETY = ["33345523522615221243", "36462424332333221334", "21443216111233113322"]
# The example of Wikipedia's article on Krippendorff's alpha, by observer.
OBSERVERS = ["*****34121133*3", "1*213343*******", "**21344*21133*4"]

tables = arrays(np.float64, st.tuples(st.integers(2, 6), st.integers(2, 5)), elements=st.integers(0, 9).map(float))


def as_totals(table):
    return {f"e{i}": {f"j{j}": value for j, value in enumerate(row)} for i, row in enumerate(table)}


def test_intraclass_correlation_of_shrout_and_fleiss():
    found = intraclass_correlation(SHROUT_FLEISS)

    squares = [found.between, found.jurors, found.residual, found.within]
    assert [round(value, 4) for value in squares] == [11.2417, 32.4861, 1.0194, 6.2639]
    single = [found.icc1, found.icc2, found.icc3]
    assert [round(value, 4) for value in single] == [0.1657, 0.2898, 0.7148]
    means = [found.icc1k, found.icc2k, found.icc3k]
    assert [round(value, 4) for value in means] == [0.4428, 0.6201, 0.9093]


def test_intraclass_correlation_intervals_of_shrout_and_fleiss():
    found = intraclass_correlation(SHROUT_FLEISS)

    intervals = [found.interval1, found.interval2, found.interval3]
    rounded = [tuple(round(end, 2) for end in interval) for interval in intervals]
    assert rounded == [(-0.13, 0.72), (0.02, 0.76), (0.34, 0.95)]


def test_complete_coefficients_of_the_anxiety_ratings():
    ratings = np.array([[int(mark) for mark in rater] for rater in ANXIETY]).T
    agreement, concordance = intraclass_correlation(ratings), kendall_w(ratings)

    assert (round(agreement.icc2, 3), round(agreement.icc3, 3)) == (0.198, 0.216)
    assert [round(end, 3) for end in agreement.interval2] == [-0.039, 0.494]
    assert round(concordance.w, 7) == 0.5396569
    assert (round(concordance.chi2, 1), concordance.df, round(concordance.p, 4)) == (30.8, 19, 0.0429)


def test_intraclass_correlation_when_jurors_only_differ_in_severity():
    found = intraclass_correlation([[1, 2], [3, 4], [5, 6]])

    assert (found.icc3, found.icc3k) == (1.0, 1.0)
    assert found.icc2 == pytest.approx(4 / 4.5)


@pytest.mark.parametrize("mark", [5, 0.1, 82.3, 1234567.89])
def test_coefficients_when_nothing_varies(mark):
    found = intraclass_correlation([[mark] * 3] * 7)
    generalized = generalizability({f"e{i}": dict.fromkeys("abcdefg"[i % 3 : i % 3 + 3], mark) for i in range(20)})

    assert all(math.isnan(value) for value in (found.icc1, found.icc2, found.icc3, found.icc1k, found.icc2k))
    assert math.isnan(generalized.phi)
    assert math.isnan(generalized.g)
    assert set(generalized.variances.values()) == {0.0}


def test_coefficients_when_only_the_jurors_differ():
    table = [[5.1, 6.3, 7.7]] * 6
    found, generalized = intraclass_correlation(table), generalizability(as_totals(table))

    assert (found.between, found.residual) == (0.0, 0.0)
    assert math.isnan(found.icc3)
    assert (generalized.phi, generalized.variances["entry"]) == (0.0, 0.0)
    assert math.isnan(generalized.g)


@given(tables, st.randoms(use_true_random=False))
def test_intraclass_correlation_whatever_the_order(table, random):
    rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)

    here, there = intraclass_correlation(table), intraclass_correlation(table[np.ix_(rows, columns)])

    assert there.icc2 == pytest.approx(here.icc2, abs=1e-9, nan_ok=True)
    assert math.isnan(here.icc3) or here.icc3 <= 1


@given(tables, st.integers(-50, 50), st.integers(1, 9))
def test_intraclass_correlation_whatever_the_unit(table, shift, factor):
    here, there = intraclass_correlation(table), intraclass_correlation(table * factor + shift)

    assert there.icc1 == pytest.approx(here.icc1, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    "ratings", [[], [[1, 2]], [[1], [2]], [1, 2, 3], [[1, NAN], [2, 3]], [[1, math.inf], [2, 3]], [[1, 2], [3]], "abc"]
)
def test_complete_coefficients_refuse_tables_with_gaps_or_nothing_to_compare(ratings):
    with pytest.raises(InvalidRatingsError):
        intraclass_correlation(ratings)
    with pytest.raises(InvalidRatingsError):
        kendall_w(ratings)


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)]
)
def test_krippendorff_alpha_of_the_published_example(level, expected):
    assert round(krippendorff_alpha(KRIPPENDORFF, level=level), 4) == expected


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.691), ("interval", 0.811)])
def test_krippendorff_alpha_of_another_published_example(level, expected):
    ratings = [[NAN if mark == "*" else int(mark) for mark in observer] for observer in OBSERVERS]

    assert round(krippendorff_alpha(ratings, level=level), 3) == expected


def slow_alpha(ratings, level):
    """The definition with its coincidence matrix, term by term."""
    units = [[value for value in unit if not math.isnan(value)] for unit in zip(*ratings, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in units for value in unit})
    together = {(c, k): 0.0 for c in values for k in values}
    for unit in units:
        for a, c in enumerate(unit):
            for b, k in enumerate(unit):
                if a != b:
                    together[c, k] += 1 / (len(unit) - 1)
    count = {c: sum(together[c, k] for k in values) for c in values}
    total = sum(count.values())

    def square(c, k):
        if level == "nominal":
            return float(c != k)
        if level == "interval":
            return (c - k) ** 2
        if level == "ratio":
            return ((c - k) / (c + k)) ** 2 if c + k else 0.0
        low, high = min(c, k), max(c, k)
        return (sum(count[g] for g in values if low <= g <= high) - (count[c] + count[k]) / 2) ** 2

    observed = sum(together[pair] * square(*pair) for pair in together) / total
    expected = sum(count[c] * count[k] * square(c, k) for c in values for k in values) / (total * (total - 1))
    return math.nan if not expected else 1 - observed / expected


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(2, 4), st.integers(1, 6)),
        elements=st.one_of(st.just(NAN), st.integers(0, 5).map(float)),
    ),
    st.sampled_from(["nominal", "ordinal", "interval", "ratio"]),
)
def test_krippendorff_alpha_follows_its_definition(table, level):
    if not ((~np.isnan(table)).sum(axis=0) > 1).any():
        with pytest.raises(InvalidRatingsError):
            krippendorff_alpha(table, level=level)
        return

    assert krippendorff_alpha(table, level=level) == pytest.approx(slow_alpha(table, level), abs=1e-9, nan_ok=True)


def test_krippendorff_alpha_reads_masked_ratings_as_missing():
    masked = np.ma.masked_equal([[1, 2, 9, 4], [1, 9, 3, 4], [1, 2, 3, 5]], 9)

    gaps = [[1, 2, NAN, 4], [1, NAN, 3, 4], [1, 2, 3, 5]]
    assert krippendorff_alpha(masked, level="interval") == krippendorff_alpha(gaps, level="interval")


def test_krippendorff_alpha_when_all_ratings_are_equal():
    assert math.isnan(krippendorff_alpha([[3, 3], [3, 3]], level="interval"))


@pytest.mark.parametrize(
    ("ratings", "level"),
    [
        ([[1, 2]], "nominal"),
        ([[1, NAN], [NAN, 2]], "nominal"),
        ([[1, 2], [1, -2]], "ratio"),
        ([[1, 2], [1, math.inf]], "interval"),
        ([[1, 2], [1, 2]], "cardinal"),
        ([1, 2], "nominal"),
        ([], "nominal"),
    ],
)
def test_krippendorff_alpha_refuses(ratings, level):
    with pytest.raises(InvalidRatingsError):
        krippendorff_alpha(ratings, level=level)


def test_kendall_w_of_desctools():
    found = kendall_w(DESCTOOLS)

    assert (round(found.w, 6), round(found.chi2, 5), found.df, round(found.p, 4)) == (0.568254, 8.52381, 5, 0.1296)


def test_kendall_w_corrects_for_ties():
    # Ranks 1.5 1.5 3 and 1 2.5 2.5: sums 2.5 4 5.5, S = 4.5; 12 S / (4 * 24 - 2 * 12) = 54 / 72.
    assert kendall_w([[1, 1], [1, 2], [2, 2]]).w == pytest.approx(0.75)


def test_kendall_w_when_everybody_ties_everything():
    assert math.isnan(kendall_w([[1, 4], [1, 4], [1, 4]]).w)


@given(tables)
def test_kendall_w_keeps_its_range_and_ignores_scales(table):
    found = kendall_w(table)

    assert math.isnan(found.w) or -1e-9 <= found.w <= 1 + 1e-9
    assert kendall_w(np.exp(table) * 3).w == pytest.approx(found.w, nan_ok=True)


def test_generalizability_of_a_complete_table_is_the_analysis_of_variance():
    found = generalizability(as_totals(SHROUT_FLEISS))

    assert round(found.g, 4) == 0.9093
    assert round(found.phi, 4) == 0.6201
    assert found.variances["entry"] == pytest.approx((11.241667 - 1.019444) / 4, abs=1e-5)
    assert found.variances["juror"] == pytest.approx((32.486111 - 1.019444) / 6, abs=1e-5)
    assert found.variances["residual"] == pytest.approx(1.019444, abs=1e-5)
    assert found.jurors_per_entry == 4


@given(tables)
def test_generalizability_of_a_complete_table_agrees_with_the_intraclass_correlation(table):
    icc = intraclass_correlation(table)
    expected = (icc.between - icc.residual) / table.shape[1]

    found = generalizability(as_totals(table))

    assert found.variances["entry"] == pytest.approx(max(0.0, expected), abs=1e-8)
    assert math.isnan(found.phi) or -1e-9 <= found.phi <= found.g + 1e-9 <= 1 + 2e-9


def test_generalizability_recovers_the_variances_of_an_incomplete_design():
    rng = np.random.default_rng(3)
    found = []
    for _ in range(40):
        quality, severity = rng.normal(0, 8, 120), rng.normal(0, 4, 12)
        totals = {
            i: {j: quality[i] + severity[j] + rng.normal(0, 6) for j in rng.choice(12, 3, replace=False).tolist()}
            for i in range(120)
        }
        found.append(generalizability(totals).variances)

    means = {name: np.mean([variances[name] for variances in found]) for name in ("entry", "juror", "residual")}
    assert means["entry"] == pytest.approx(64, rel=0.08)
    assert means["juror"] == pytest.approx(16, rel=0.25)
    assert means["residual"] == pytest.approx(36, rel=0.05)


@pytest.mark.parametrize("totals", [{}, {"e": {"a": 1, "b": 2}}, {"e": {"a": 1}, "f": {"b": 2}}, {"e": {}, "f": {}}])
def test_generalizability_refuses_designs_without_an_answer(totals):
    with pytest.raises(InvalidRatingsError):
        generalizability(totals)
