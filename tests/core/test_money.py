import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import money

VECTORS = [
    (500_000, "Năm trăm nghìn đồng"),
    (800_000, "Tám trăm nghìn đồng"),
    (1_600_000, "Một triệu sáu trăm nghìn đồng"),
    (6_100_000, "Sáu triệu một trăm nghìn đồng"),
    (12_200_000, "Mười hai triệu hai trăm nghìn đồng"),
    (18_300_000, "Mười tám triệu ba trăm nghìn đồng"),
    (1_005_000, "Một triệu không trăm lẻ năm nghìn đồng"),
    (1_015_000, "Một triệu không trăm mười lăm nghìn đồng"),
    (21_000_000, "Hai mươi mốt triệu đồng"),
    (24_000_000, "Hai mươi tư triệu đồng"),
    (55_000_000, "Năm mươi lăm triệu đồng"),
    (105_000_000, "Một trăm lẻ năm triệu đồng"),
    (1_000_005_000, "Một tỷ không trăm lẻ năm nghìn đồng"),
    (2_000_000, "Hai triệu đồng"),
    (0, "Không đồng"),
    (11, "Mười một đồng"),
    (14, "Mười bốn đồng"),
    (20, "Hai mươi đồng"),
    (104, "Một trăm lẻ bốn đồng"),
    (111, "Một trăm mười một đồng"),
    (1_000_000_000_000, "Một nghìn tỷ đồng"),
    (
        1_234_000_091_024,
        "Một nghìn hai trăm ba mươi tư tỷ không trăm chín mươi mốt nghìn không trăm hai mươi tư đồng",
    ),
    (-1_000, "Âm một nghìn đồng"),
]


@pytest.mark.parametrize(("amount", "words"), VECTORS)
def test_dong_in_words(amount, words):
    assert money.dong_in_words(amount) == words


def test_dong_in_words_other_habits():
    assert money.dong_in_words(1_005_000, zero_ten="linh", thousand="ngàn") == "Một triệu không trăm linh năm ngàn đồng"


def test_dong_in_words_every_amount_reads_differently():
    amounts = range(0, 3_000_000, 500)
    assert len({money.dong_in_words(n) for n in amounts}) == len(amounts)


@pytest.mark.parametrize(("amount", "shown"), [(0, "0"), (500, "500"), (18_300_000, "18.300.000"), (-2_000, "-2.000")])
def test_format_dong(amount, shown):
    assert money.format_dong(amount) == shown


@pytest.mark.parametrize(
    "raw",
    [
        "2.000.000đ",
        "2.000.000 đồng",
        "2000000",
        "2 000 000",
        "2,000,000 VNĐ",
        " 2.000.000 ₫ ",
        "2\u00a0000\u00a0000",
    ],
)
def test_parse_dong_usual_spellings(raw):
    assert money.parse_dong(raw) == 2_000_000


@pytest.mark.parametrize(
    "raw", ["", "đ", "2.5", "2.000.00", "2.000,000", "-2000", "1e6", "hai triệu", "٢٠٠٠", "2..000", "9" * 19]
)
def test_parse_dong_anything_else_refused(raw):
    with pytest.raises(money.InvalidAmountError, match="Số tiền chưa đúng"):
        money.parse_dong(raw)


@given(st.integers(0, 10**18 - 1))
def test_parse_dong_reads_what_format_dong_wrote(amount):
    assert money.parse_dong(money.format_dong(amount)) == amount
