import json
from decimal import Decimal
from enum import Enum
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import NotCanonicalError, canonical_json


def test_canonical_json_by_hand():
    value = {"b": [1, True, None], "a": {"y": "điểm", "x": -5}, "B": (Fraction(7, 2),)}
    assert canonical_json(value) == '{"B":["7/2"],"a":{"x":-5,"y":"điểm"},"b":[1,true,null]}'.encode()


def test_canonical_json_escapes_as_rfc_8785_prints_it():
    # The string of RFC 8785, section 3.2.2, with its expected output of section 3.2.4.
    value = {"string": '€$\u000f\nA\'B"\\\\"/'}
    assert canonical_json(value) == '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()


class Kind(str, Enum):  # noqa: UP042  a StrEnum would not show it
    """Text whose `str` is its name."""

    RED = "đỏ"
    BLUE = "blue"


def test_canonical_json_writes_the_text_of_an_enum_not_its_name():
    assert canonical_json({Kind.BLUE: [Kind.RED, Kind.BLUE]}) == '{"blue":["đỏ","blue"]}'.encode()


@pytest.mark.parametrize("value", [2**53 - 1, -(2**53 - 1), 0, "", [], {}, None, False])
def test_canonical_json_writes_the_edges(value):
    assert json.loads(canonical_json(value)) == value


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text('aữđ\n"\\\x00\x7f€𝒳', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abZ_1", max_size=3), inner, max_size=3),
)


@given(plain)
def test_canonical_json_reads_back_and_is_stable(value):
    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(st.text("abcXYZ", min_size=1), st.integers(0, 9)), st.randoms(use_true_random=False))
def test_canonical_json_ignores_the_order_of_keys(value, random):
    mixed = dict(random.sample(sorted(value.items()), len(value)))
    assert canonical_json(mixed) == canonical_json(value)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (1.0, "$"),
        (float("nan"), "$"),
        ({"a": [0, {"b": 0.5}]}, "$.a[1].b"),
        (2**53, "$"),
        (-(2**53), "$"),
        ({"điểm": 1}, "$"),
        ({"a": {1: 1}}, "$.a"),
        ({"a": "e\u0302"}, "$.a"),
        (["\ud800"], "$[0]"),
        ([Decimal(1)], "$[0]"),
        ([b"bytes"], "$[0]"),
        ([{1}], "$[0]"),
    ],
)
def test_canonical_json_refuses_and_names_the_path(value, path):
    with pytest.raises(NotCanonicalError) as caught:
        canonical_json(value)
    assert caught.value.path == path


def test_canonical_json_refuses_a_value_that_holds_itself():
    value = []
    value.append(value)
    with pytest.raises(NotCanonicalError):
        canonical_json(value)
