"""The sentences of an allocation, as a chairman would read them out."""

from collections import Counter

from scoring.exact import Exact, count_half_up

_TIERS = {"first": "Nhất", "second": "Nhì", "third": "Ba", "consolation": "Khuyến khích"}
_CATEGORIES = {"individual": "cá nhân", "group": "tập thể"}


def tier_name(key: str, label: str = "") -> str:
    """How a sentence calls a tier: without the «Giải» that a label may begin with, for the sentence says it."""
    return label.removeprefix("Giải ").removeprefix("giải ") or _TIERS.get(key, key)


def points(score: Exact) -> str:
    """«87,50»; a score that two decimals cannot print says that it is rounded."""
    hundredths = count_half_up(score, 100)
    whole, cents = divmod(abs(hundredths), 100)
    text = f"{'-' if hundredths < 0 else ''}{whole},{cents:02d}"
    return text if hundredths * score.denominator == score.numerator * 100 else f"≈ {text}"


def money(amount: int) -> str:
    """«18.300.000 đồng»."""
    return f"{amount:,} đồng".replace(",", ".")


def ladder(category: str) -> str:
    """« ở hạng mục tập thể», nothing for the overall ladder."""
    return f" ở hạng mục {_CATEGORIES.get(category, category)}" if category else ""


def standing(rank: int, category: str, score: Exact, tied: int) -> str:
    """«Hạng 2 ở hạng mục tập thể với 87,50 điểm»."""
    place = f"Hạng {rank}" if tied == 1 else f"Đồng hạng {rank} ({tied} bài dự thi)"
    return f"{place}{ladder(category)} với {points(score)} điểm"


def award(basis: str, tier: str, *, free: int, tied: int, pool: int, pooled: list[str]) -> str:
    """Why the slot is theirs, after `standing`."""
    room = f"giải {tier} còn {free} suất"
    if basis == "extra":
        return f"{room}, trao thêm {tied - free} suất theo quy tắc đồng hạng."
    if basis == "share":
        slots = ", ".join(f"{count} {name}" for name, count in Counter(pooled).items())
        return f"{room}, các bài đồng hạng chia đều {money(pool)} của {len(pooled)} suất ({slots})."
    if basis == "decision":
        return f"{room}, thứ tự giữa các bài đồng hạng theo quyết định đã ghi biên bản."
    if basis == "draw":
        return f"{room}, thứ tự giữa các bài đồng hạng theo kết quả bốc thăm công khai."
    return f"{room}."


def unfilled(
    reason: str,
    *,
    tier: str,
    category: str,
    count: int,
    floor: Exact | None,
    best: Exact | None,
    held_by: str,
) -> str:
    """Why slots stay empty or wait, without the full stop."""
    because = "không còn bài dự thi để xét"
    if reason == "below_floor" and floor is not None and best is not None:
        because = f"bài kế tiếp được {points(best)} điểm, chưa đạt mức tối thiểu {points(floor)} điểm"
    elif reason == "cap":
        because = "các bài còn lại thuộc hạng mục đã nhận đủ số giải tối đa"
    elif reason == "held":
        because = f"chờ quyết định về các bài đồng hạng ở giải {held_by}"
    state = "chưa trao" if reason == "held" else "còn trống"
    return f"Giải {tier}{ladder(category)} {state} {count} suất: {because}"


def undecided(tier: str, *, category: str, rank: int, score: Exact, tied: int, free: int) -> str:
    """What the chair must decide."""
    return (
        f"{standing(rank, category, score, tied)}; giải {tier} chỉ còn {free} suất, "
        "cần quyết định thứ tự giữa các bài đồng hạng."
    )
