"""What each juror gives each entry, the same on every run.

A total comes from the entry's quality, the juror's severity and a little noise; it is then spread over the
criteria by the entry's own profile. Entries that are meant to win feel the juror less, so that whichever three
jurors the optimiser picks, the ranking comes out as the story wants it.
"""

from collections.abc import Mapping
from random import Random

from app.demo.shapes import Entry, Juror

# Maxima of the rubric, in halves of a point: the step of the plan.
RUBRIC: Mapping[str, int] = {
    "novelty": 60,
    "effectiveness": 60,
    "feasibility": 40,
    "replication": 20,
    "presentation": 20,
}
_HALF = 50
_OUTLIER_DROP = 25.0

# The pair that ends level agrees on novelty and effectiveness too; what is left moves between the other three.
_LEVEL_PAIR: Mapping[str, tuple[int, ...]] = {
    "xac-minh-hon-nhan-mot-ngay": (53, 53, 35, 18, 17),
    "to-cong-tac-co-ngay-giai-the": (53, 53, 36, 17, 17),
}
LEVEL_KEYS = ("xac-minh-hon-nhan-mot-ngay", "to-cong-tac-co-ngay-giai-the")
_LEVEL_SHIFTS = ((0, 0, 0), (1, -1, 0), (-1, 1, 0), (0, 1, -1), (0, -1, 1), (1, 0, -1), (-1, 0, 1))


def marks_of(entry: Entry, juror: Juror, *, outlier: bool = False) -> dict[str, int]:
    """Marks in hundredths of a point by criterion; an outlier reads the same entry some 25 points lower."""
    if entry.key in _LEVEL_PAIR:
        halves = _level_halves(entry, juror)
    else:
        halves = _spread(entry, juror, _total_halves(entry, juror, outlier=outlier))
    return {criterion: half * _HALF for criterion, half in zip(RUBRIC, halves, strict=True)}


def _level_halves(entry: Entry, juror: Juror) -> list[int]:
    shift = _LEVEL_SHIFTS[(juror.index * 3 + len(entry.key)) % len(_LEVEL_SHIFTS)]
    novelty, effectiveness, *rest = _LEVEL_PAIR[entry.key]
    return [novelty, effectiveness, *(base + move for base, move in zip(rest, shift, strict=True))]


def _total_halves(entry: Entry, juror: Juror, *, outlier: bool) -> int:
    random = Random(f"total {entry.key} {juror.index}")
    if entry.in_prize_zone:
        points = entry.quality + 0.4 * juror.severity + random.uniform(-0.6, 0.6)
    else:
        points = entry.quality + juror.severity + random.uniform(-2.0, 2.0)
    return round(2 * (points - _OUTLIER_DROP if outlier else points))


def _spread(entry: Entry, juror: Juror, total: int) -> list[int]:
    """Share a total among the criteria: in proportion, then by the entry's profile and the juror's taste."""
    profile, taste = Random(f"profile {entry.key}"), Random(f"taste {entry.key} {juror.index}")
    maxima = tuple(RUBRIC.values())
    wanted = [
        most * (total / sum(maxima) + profile.uniform(-0.05, 0.05) + taste.uniform(-0.03, 0.03)) for most in maxima
    ]
    halves = [min(most, max(0, round(value))) for most, value in zip(maxima, wanted, strict=True)]
    while (missing := total - sum(halves)) != 0:
        step = 1 if missing > 0 else -1
        open_ones = [at for at, most in enumerate(maxima) if 0 <= halves[at] + step <= most]
        # The criterion that strayed farthest from what was wanted gives or takes first; the first of equals.
        nearest = max(open_ones, key=lambda at: (step * (wanted[at] - halves[at]) / maxima[at], -at))
        halves[nearest] += step
    return halves
