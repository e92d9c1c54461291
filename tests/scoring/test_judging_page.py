"""The page that explains judging prints what the library computes, to the digit."""

from pathlib import Path

import pytest

from tests.bench import judging_example as example

PAGE = (Path(__file__).parents[2] / "docs" / "judging.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "row",
    [
        *example.score_rows(","),
        *example.score_rows("."),
        *example.severity_rows(","),
        *example.severity_rows("."),
        *example.prize_rows(),
        *(block.why for block in example.allocation(decided=False).pending),
    ],
)
def test_page_prints_the_row(row):
    assert row in PAGE


def test_page_tells_the_gap_and_the_total():
    assert [(gap.entry, gap.spread) for gap in example.find_gaps()] == [("09", 22)]
    assert "09 được A 80, B 58, C 76: chênh 22 điểm" in PAGE
    assert f"Tổng cộng {example.allocation(decided=True).total:,} đồng".replace(",", ".") in PAGE


def test_page_calls_a_calibration_that_the_design_supports():
    assert (example.calibrated().supported, example.calibrated().reasons) == (True, ())
