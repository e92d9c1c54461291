"""No float in an official path: neither in the source nor in what comes out."""

import ast
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scoring
from scoring import Criterion, Rubric, aggregate, check_gaps, rank, resolve_gap
from tests.scoring.strategies import exact_points, fields, juries

HOME = Path(scoring.__file__).parent
OFFICIAL = [
    *(
        HOME / f"{name}.py"
        for name in ["aggregate", "canonical", "draw", "exact", "gaps", "merkle", "ranking", "rubric"]
    ),
    *sorted((HOME / "prizes").glob("*.py")),
]


@pytest.mark.parametrize("path", OFFICIAL, ids=lambda path: path.stem)
def test_official_source_makes_no_float(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
        modules = [node.module] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert not {str(module).split(".")[0] for module in modules} & {"numpy", "scipy", "statistics", "random"}


@given(juries, st.sampled_from(["mean", "median", "trimmed_mean"]))
def test_scores_are_fractions(totals, method):
    assert {type(score) for score in aggregate(totals, method=method).values()} <= {Fraction}


@given(juries)
def test_gaps_are_exact(totals):
    for gap in check_gaps(totals, percent=Fraction(1, 3), scale=100):
        assert {type(gap.spread), type(gap.limit), type(gap.low), type(gap.high)} <= {int, Fraction}


@given(
    st.lists(exact_points, min_size=2, max_size=4),
    exact_points,
    st.sampled_from(["replace_farthest", "mean_of_all", "mean_of_two_closest", "further_official", "drop_high_low"]),
)
def test_settled_gaps_are_fractions(first, further, policy):
    assert type(resolve_gap(first, further=further, policy=policy)) is Fraction


@given(fields())
def test_ranked_scores_are_those_that_came_in(field):
    scores = {one.id: one.score for one in field}
    assert all(place.score is scores[place.id] for place in rank(field))


def test_total_is_a_fraction_even_when_whole():
    assert type(Rubric([Criterion("a", maximum=100)]).total({"a": 100})) is Fraction
