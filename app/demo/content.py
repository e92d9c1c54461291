"""Puts the sample contest together: units, people, entries with their fates, marks, and the hooks of its drama.

`sample()` gives everything but the marks; `marks()`, `comment()` and `marked_at()` say what a juror does with an
entry once the optimiser has put it on their list.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from app.demo.comments import comment_of
from app.demo.ideas import Idea, ideas
from app.demo.marks import LEVEL_KEYS, marks_of
from app.demo.people import AuthorBook, jurors, official, officials, rosters
from app.demo.shapes import (
    VIETNAM,
    Author,
    Confirmation,
    Entry,
    EntryCategory,
    Juror,
    Moments,
    Person,
    Recusal,
    Sample,
    Screening,
    Tie,
    Timeline,
    Unit,
)
from app.demo.units import units

TIE_PAIR = LEVEL_KEYS
TIE = Tie(
    entries=TIE_PAIR,
    chosen="xac-minh-hon-nhan-mot-ngay",
    reason=(
        "Hai bài bằng nhau về điểm trung bình, điểm hiệu quả và điểm tính mới. Trưởng ban quyết định chọn bài xác"
        " minh tình trạng hôn nhân vì đã thử nghiệm giữa ba phường và người dân được thụ hưởng trực tiếp."
    ),
)
GAP_ENTRY = "tien-kiem-ban-ve"
RECUSAL = Recusal(
    juror=9,
    entry="nguoi-du-phong",
    reason=(
        "Tôi đã góp ý đề cương cho tác giả khi làm việc tại phường, đề nghị được thôi chấm bài này để bảo đảm"
        " khách quan."
    ),
)
EXPECTED_RANKING: Mapping[EntryCategory, tuple[str, ...]] = {
    "individual": (
        "chi-so-hen-lai",
        "xac-minh-hon-nhan-mot-ngay",
        "to-cong-tac-co-ngay-giai-the",
        "so-hoa-theo-nhu-cau",
        "hen-gio-theo-ngo",
        "tien-kiem-ban-ve",
        "phieu-nhiem-vu-ba-moc",
    ),
    "group": (
        "danh-muc-khong-hoi-lai",
        "lanh-dao-di-nop-ho-so",
        "phieu-thu-doc-van-ban",
        "cum-van-phong-truong-hoc",
        "quay-so-khong",
        "gio-mua-sam-chung",
        "lop-ban-do-ngan-chan",
    ),
}

_WORKING_DAYS = tuple(datetime(2024, 5, 20, tzinfo=VIETNAM) + timedelta(days=day) for day in range(23) if day % 7 < 5)


def _moment(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=VIETNAM)


TIMELINE = Timeline(
    plan_published=_moment(5, 13, 8),
    rules_issued=_moment(5, 17, 9),
    intake_opens=_moment(5, 20, 8),
    intake_closes=_moment(6, 10, 0),
    jury_named=_moment(6, 11, 15),
    judging_opens=_moment(6, 12, 8),
    first_marks=_moment(6, 12, 19, 30),
    recusal=_moment(6, 13, 21, 10),
    further_marking=_moment(6, 24, 9),
    marking_ends=_moment(6, 26, 17),
    round_closed=_moment(6, 28, 8, 30),
    meeting=_moment(6, 28, 14),
    approved=_moment(7, 5, 10),
    published=_moment(7, 5, 15),
    paid=_moment(7, 12, 9),
    handed_over=_moment(7, 18, 9, 30),
    city_receipt=_moment(7, 19, 14),
)


@cache
def sample() -> Sample:
    """The whole sample contest; the same value on every machine and on every call."""
    entries = _entries()
    authors = {author.person.key: author.person for entry in entries for author in entry.authors}
    people = {person.key: person for person in officials()} | authors
    return Sample(
        units=units(),
        people=tuple(people.values()),
        jurors=jurors(),
        entries=entries,
        rosters=rosters(),
        timeline=TIMELINE,
        tie=TIE,
        gap_entry=GAP_ENTRY,
        recusal=RECUSAL,
        expected_ranking=EXPECTED_RANKING,
    )


def marks(entry_key: str, juror_index: int, *, outlier: bool = False) -> dict[str, int]:
    """The juror's marks in hundredths of a point; `outlier` is for one juror of `GAP_ENTRY`."""
    return marks_of(sample().entry(entry_key), _juror(juror_index), outlier=outlier)


def comment(entry_key: str, juror_index: int, *, outlier: bool = False) -> str:
    """What the juror writes under those marks."""
    given = marks(entry_key, juror_index, outlier=outlier)
    return comment_of(sample().entry(entry_key), _juror(juror_index), given, outlier=outlier)


def marked_at(entry_key: str, juror_index: int) -> datetime:
    """When the juror hands in that sheet: evenings between the opening and the further marking."""
    place = [entry.key for entry in sample().entries].index(entry_key)
    evening, minute = divmod(place * 7 + juror_index * 13, 9)
    return TIMELINE.first_marks + timedelta(days=evening % 11, minutes=minute * 14 + juror_index)


def _juror(index: int) -> Juror:
    return next(juror for juror in jurors() if juror.index == index)


def _entries() -> tuple[Entry, ...]:
    book, known = AuthorBook(), {unit.key: unit for unit in units()}
    return tuple(_entry(place, field, idea, known[idea.unit], book) for place, (field, idea) in enumerate(ideas()))


def _entry(place: int, field: str, idea: Idea, unit: Unit, book: AuthorBook) -> Entry:
    people = [_author(idea, number, unit, book, place) for number in range(len(idea.authors))]
    return Entry(
        key=idea.key,
        unit=idea.unit,
        field=field,
        title=idea.title,
        summary=idea.summary,
        text=idea.text.strip(),
        supplement=idea.supplement,
        category="group" if len(people) > 1 else "individual",
        format=idea.format,
        authors=tuple(Author(person, is_representative=person is people[0]) for person in people),
        attachments=idea.attachments,
        screening=_screening(idea),
        fate=idea.fate,
        fate_reason=idea.fate_reason,
        quality=idea.quality,
        in_prize_zone=idea.prize_zone,
        strength=idea.plus,
        weakness=idea.minus,
        moments=_moments(place, idea),
    )


def _author(idea: Idea, number: int, unit: Unit, book: AuthorBook, place: int) -> Person:
    told = idea.authors[number]
    if told.startswith("giamkhao"):
        return official(told)
    position, _, office = told.partition(" @ ")
    return book.add(
        key=f"{idea.key}-{number + 1}",
        position=position,
        unit=unit,
        office=office,
        female=(place * 2 + number * 3) % 5 < 3,
    )


def _screening(idea: Idea) -> Screening | None:
    if idea.effectiveness is None or idea.feasibility is None:
        return None
    return Screening(idea.keep, Confirmation(*idea.effectiveness), Confirmation(*idea.feasibility))


def _moments(place: int, idea: Idea) -> Moments:
    """An entry's steps fall on working days of the intake, mixed so that every day has something of each kind."""
    if idea.fate == "late":
        return _late_moments()
    start, minute = (3 if idea.fate == "returned" else place * 7 % 11), place * 17 % 60
    drafted, submitted = _at(start, 8, minute), _at(start, 14, minute)
    if idea.fate == "draft":
        return Moments(drafted)
    if idea.fate == "declined":
        return Moments(drafted, submitted, declined=_at(start + 1, 10, minute))
    kept, confirmed = _at(start + 1, 9, minute), _at(start + 2, 10, minute)
    forwarded, decided = _at(start + 3, 15, minute), _at(start + 4, 9, minute)
    if idea.fate == "withdrawn":
        return Moments(drafted, submitted, kept, confirmed=confirmed, forwarded=forwarded, withdrawn=_at(16, 8, 30))
    if idea.fate == "returned":
        return Moments(
            drafted,
            submitted,
            kept,
            confirmed=confirmed,
            forwarded=forwarded,
            returned=decided,
            forwarded_again=_at(start + 5, 16, minute),
            decided=_at(start + 6, 9, minute),
        )
    return Moments(drafted, submitted, kept, confirmed=confirmed, forwarded=forwarded, decided=decided)


def _late_moments() -> Moments:
    return Moments(
        drafted=_at(14, 8, 40),
        submitted=_at(15, 8, 25),
        kept=_at(15, 9, 10),
        confirmed=_at(15, 10, 5),
        forwarded=_at(15, 10, 30),
        decided=_at(16, 9, 0),
    )


def _at(working_day: int, hour: int, minute: int) -> datetime:
    return _WORKING_DAYS[working_day].replace(hour=hour, minute=minute)
