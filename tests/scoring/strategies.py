"""What hypothesis draws contests from; scores are few, so that ties are many."""

from fractions import Fraction

from hypothesis import strategies as st

from scoring import Contender, Tier

CATEGORIES = ("individual", "group")

exact_points = st.one_of(
    st.integers(0, 100), st.builds(Fraction, st.integers(0, 10_000), st.sampled_from([100, 3, 7, 1]))
)


@st.composite
def fields(draw, *, max_size=14, categories=CATEGORIES):
    """Contenders of some categories with one to two key parts out of a handful of values."""
    size = draw(st.integers(0, max_size))
    length = draw(st.integers(1, 2))
    part = st.sampled_from([40, 60, Fraction(175, 2), Fraction(250, 3), 90])
    return [
        Contender(
            f"E{number:02d}",
            tuple(draw(part) for _ in range(length)),
            category := draw(st.sampled_from(categories)),
            group=category == "group",
        )
        for number in range(size)
    ]


@st.composite
def ladders(draw, *, categories=CATEGORIES, floors=True):
    """One to four tiers with falling amounts and floors."""
    size = draw(st.integers(1, 4))
    falling = sorted((draw(st.integers(0, 4)) * 500_001 for _ in range(size)), reverse=True)
    lines = sorted((draw(st.sampled_from([50, 60, 85])) for _ in range(size)), reverse=True)
    return [
        Tier(
            f"tier{place}",
            falling[place],
            {category: draw(st.integers(0, 3)) for category in categories},
            floor=lines[place] if floors and draw(st.booleans()) else None,
            group_multiplier=2,
        )
        for place in range(size)
    ]


juries = st.dictionaries(
    st.sampled_from([f"E{number}" for number in range(6)]),
    st.dictionaries(st.sampled_from("JKLMN"), exact_points, min_size=3),
)
