"""Forms: what arrives is cleaned, what is wrong is named field by field, rows keep their names."""

import unicodedata
from typing import Annotated

import pytest
from pydantic import Field
from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.core.forms import Block, Form, Line, Optionally, unpack


class Sample(Form):
    title: Annotated[Line, Field(min_length=1, max_length=10)]
    body: Block = ""
    number: Annotated[Annotated[int, Field(ge=1)] | None, Optionally] = None
    agreed: bool = False


def test_parse_trims_and_composes() -> None:
    form = Sample.parse({"title": unicodedata.normalize("NFD", "  Hòa  Bình ")})

    assert form.title == "Hòa Bình"
    assert unicodedata.is_normalized("NFC", form.title)


def test_parse_keeps_lines_of_a_block() -> None:
    assert Sample.parse({"title": "a", "body": "một\r\nhai "}).body == "một\nhai"


def test_parse_empty_number_is_none() -> None:
    assert Sample.parse({"title": "a", "number": ""}).number is None


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({}, "title", "bắt buộc"),
        ({"title": "   "}, "title", "bắt buộc"),
        ({"title": "x" * 11}, "title", "10"),
        ({"title": "a", "number": "ba"}, "number", "số nguyên"),
        ({"title": "a", "number": "0"}, "number", "1"),
        ({"title": "a", "agreed": "có lẽ"}, "agreed", "có hoặc không"),
        ({"title": ["a", "b"]}, "title", "không hợp lệ"),
    ],
)
def test_parse_names_field_and_fault(data: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        Sample.parse(data)

    assert list(refused.value.fields) == [field]
    assert words in str(refused.value.fields[field])


def test_parse_ignores_buttons() -> None:
    assert Sample.parse({"title": "a", "action": "save"}).title == "a"


def test_unpack_builds_rows_that_remember_their_names() -> None:
    data = FormData(
        [("authors.7.full_name", "Lê Ánh"), ("authors.2.full_name", "Đỗ Thị Ân"), ("keys[]", "a"), ("keys[]", "b")]
    )

    assert unpack(data) == {
        "authors": [{"row": "2", "full_name": "Đỗ Thị Ân"}, {"row": "7", "full_name": "Lê Ánh"}],
        "keys": ["a", "b"],
    }


def test_unpack_keeps_a_name_that_came_twice() -> None:
    assert unpack(FormData([("representative", "0"), ("representative", "1")])) == {"representative": ["0", "1"]}


def test_unpack_takes_no_odd_digit_for_a_row() -> None:
    assert unpack({"authors.²": "x", "marks." + "9" * 5000: "y"})["authors"] == {"²": "x"}


def test_unpack_of_clashing_names_loses_nothing_else() -> None:
    assert unpack(FormData([("a", "1"), ("a.b", "2"), ("c", "3")])) == {"a": "1", "c": "3"}


def test_unpack_of_a_name_with_a_thousand_dots_does_not_overflow() -> None:
    assert "a" in unpack({".".join("a" * 5000): "x"})
