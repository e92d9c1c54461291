"""What `scoring` promises: its names, its examples, its immutability, its errors."""

import dataclasses
import doctest
import importlib
import inspect
import pkgutil

import pytest

import scoring

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(scoring.__path__, "scoring.") if module.name != "scoring.__init__"
)
EXPORTED = [getattr(scoring, name) for name in scoring.__all__]
PROMISED = {
    "Contender",
    "Criterion",
    "EntrySpec",
    "InfeasibleAssignmentError",
    "InvalidMarksError",
    "JurorSpec",
    "Rubric",
    "Similarity",
    "Tier",
    "aggregate",
    "allocate_prizes",
    "assign",
    "calibrate",
    "canonical_json",
    "check_gaps",
    "draw_order",
    "find_erratic_jurors",
    "find_similar",
    "generalizability",
    "influence",
    "intraclass_correlation",
    "kendall_w",
    "krippendorff_alpha",
    "linkage",
    "merkle_proof",
    "merkle_root",
    "rank",
    "rank_uncertainty",
    "resolve_gap",
    "split_amount",
    "verify_proof",
}
CLASSES = [thing for thing in EXPORTED if inspect.isclass(thing)]


def test_all_is_exactly_the_public_names():
    public = {name for name, thing in vars(scoring).items() if not name.startswith("_") and not inspect.ismodule(thing)}
    assert public == set(scoring.__all__)


def test_all_names_each_once_and_keeps_what_others_call():
    assert len(set(scoring.__all__)) == len(scoring.__all__)
    assert set(scoring.__all__) >= PROMISED


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_the_docstrings_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("function", [one for one in EXPORTED if inspect.isfunction(one)], ids=lambda one: one.__name__)
def test_functions_take_keywords_after_the_first_argument(function):
    kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
    assert all(kind is inspect.Parameter.KEYWORD_ONLY for kind in kinds[1:]) or function is scoring.round_half_up


@pytest.mark.parametrize("thing", EXPORTED, ids=lambda one: one.__name__)
def test_everything_public_is_documented(thing):
    assert inspect.getdoc(thing)


@pytest.mark.parametrize(
    "kind", [one for one in CLASSES if dataclasses.is_dataclass(one)], ids=lambda one: one.__name__
)
def test_dataclasses_are_frozen_and_slotted(kind):
    assert kind.__dataclass_params__.frozen
    assert "__dict__" not in dir(kind)


@pytest.mark.parametrize("kind", [one for one in CLASSES if issubclass(one, Exception)], ids=lambda one: one.__name__)
def test_errors_are_value_errors(kind):
    assert issubclass(kind, scoring.ScoringError)
    assert issubclass(kind, ValueError)
