"""What the unit, its head and the district decide; refusals change nothing, rows are history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from app.core.errors import Conflict, Forbidden, Invalid
from app.entries import service as entries
from app.entries.models import Entry, EntryStatus
from app.entries.queries import get_entry
from app.journal.models import JournalDetail, JournalEvent
from app.programmes.access import Actor
from app.screening import queries, service
from app.screening.forms import CheckForm, ConfirmationForm, ScreeningForm
from app.screening.models import DistrictCheck, HeadConfirmation, UnitScreening
from tests.support.contest import Contest, make_contest, make_entry, open_round
from tests.support.factories import NOW
from tests.support.forms import checklist_boxes, confirmation_boxes

S = EntryStatus


@pytest.fixture
def contest(session: Session) -> Contest:
    return make_contest(session)


class Work:
    """An entry and everybody who works on it."""

    def __init__(self, contest: Contest, status: EntryStatus, now: datetime) -> None:
        self.contest, self.session, self.now = contest, contest.session, now
        self.id = make_entry(contest, status=status).id

    def actor(self, name: str) -> Actor:
        return self.contest.actor_of(getattr(self.contest, name))

    @property
    def entry(self) -> Entry:
        return get_entry(self.session, actor=self.actor("clerk"), entry_id=self.id, lock=True)

    def screen(self, who: str = "clerk", **boxes: Any) -> None:
        form = ScreeningForm.parse({name.removesuffix("[]"): value for name, value in checklist_boxes(**boxes).items()})
        service.screen_entry(self.session, actor=self.actor(who), entry=self.entry, form=form, now=self.now)

    def confirm(self, who: str = "head", **boxes: str) -> None:
        form = ConfirmationForm.parse(confirmation_boxes(**boxes))
        service.confirm_entry(self.session, actor=self.actor(who), entry=self.entry, form=form, now=self.now)

    def forward(self, who: str = "clerk") -> None:
        service.forward_entry(self.session, actor=self.actor(who), entry=self.entry, now=self.now)

    def allow_late(self, reason: str = "Mất điện", who: str = "organiser") -> None:
        service.allow_late(self.session, actor=self.actor(who), entry=self.entry, reason=reason, now=self.now)

    def check(self, decision: str, reason: str = "", until: str = "", who: str = "organiser") -> None:
        form = CheckForm.parse({"decision": decision, "reason": reason, "supplement_until": until})
        service.check_entry(self.session, actor=self.actor(who), entry=self.entry, form=form, now=self.now)

    def recheck(self, who: str = "organiser") -> None:
        service.recheck_entry(
            self.session, actor=self.actor(who), entry=self.entry, reason="Có tài liệu mới", now=self.now
        )

    def last_event(self) -> JournalEvent:
        query = select(JournalEvent).where(JournalEvent.subject == f"entry:{self.id}")
        return self.session.exec(query.order_by(col(JournalEvent.id).desc())).first()


@pytest.fixture
def at(contest: Contest, now: datetime) -> Callable[[EntryStatus], Work]:
    return lambda status: Work(contest, status, now)


Start = Callable[[EntryStatus], Work]


# ---- the unit -------------------------------------------------------------------------------------------------------


def test_screen_entry_keeps_what_meets_everything(at: Start) -> None:
    work = at(S.SUBMITTED)
    work.screen(reason="Ý tưởng tốt")
    row = work.session.exec(select(UnitScreening)).one()
    assert row.checklist == {"novel": True, "not_applied_elsewhere": True, "not_recognised_before": True}
    assert (row.decision, row.reason, row.decided_by, row.decided_at) == (
        "keep", "Ý tưởng tốt", work.contest.clerk.id, work.now,
    )  # fmt: skip
    assert work.entry.status == S.KEPT
    assert work.last_event().kind == "entry.kept"


@pytest.mark.parametrize("met", [[], ["novel"], "novel", ["novel", "not_applied_elsewhere", "invented"]])
def test_screen_entry_keeps_nothing_that_misses_an_item(at: Start, met: list[str] | str) -> None:
    work = at(S.SUBMITTED)
    with pytest.raises(Invalid) as caught:
        work.screen(**{"checklist[]": met})
    assert list(caught.value.fields) == ["checklist"]
    assert work.entry.status == S.SUBMITTED
    assert work.session.exec(select(func.count(col(UnitScreening.id)))).one() == 0


def test_screen_entry_declines_with_a_reason(at: Start) -> None:
    work = at(S.SUBMITTED)
    with pytest.raises(Invalid) as caught:
        work.screen(decision="decline", **{"checklist[]": ["novel"]})
    assert {k: str(v) for k, v in caught.value.fields.items()} == {
        "reason": "Không chọn bài thì phải ghi rõ lý do để tác giả được biết."
    }
    work.screen(decision="decline", reason="Trùng mô hình đã có", **{"checklist[]": ["novel"]})
    assert work.entry.status == S.DECLINED
    assert "Trùng" not in work.last_event().canonical
    assert "Trùng" in work.session.get_one(JournalDetail, work.last_event().id).body


def test_confirm_entry_records_two_grades_and_two_sentences(at: Start) -> None:
    work = at(S.KEPT)
    work.confirm()
    row = work.session.exec(select(HeadConfirmation)).one()
    assert (row.effectiveness_grade, row.feasibility_grade) == ("high", "medium")
    assert row.confirmed_by == work.contest.head.id
    assert work.entry.status == S.CONFIRMED


@pytest.mark.parametrize(
    ("boxes", "field"),
    [
        ({"effectiveness_grade": "excellent"}, "effectiveness_grade"),
        ({"feasibility_grade": ""}, "feasibility_grade"),
        ({"effectiveness_note": " "}, "effectiveness_note"),
        ({"feasibility_note": ""}, "feasibility_note"),
    ],
)
def test_confirm_entry_needs_both_in_full(at: Start, boxes: dict[str, str], field: str) -> None:
    work = at(S.KEPT)
    with pytest.raises(Invalid) as caught:
        work.confirm(**boxes)
    assert list(caught.value.fields) == [field]
    assert work.entry.status == S.KEPT


def test_object_entry_gives_it_back_to_the_clerk_with_the_reason(at: Start) -> None:
    work = at(S.KEPT)
    service.object_entry(
        work.session, actor=work.contest.actor_of(work.contest.head), entry=work.entry, reason="Chưa nêu kinh phí.",
        now=NOW,
    )  # fmt: skip
    assert work.entry.status == S.DRAFT
    assert "Chưa nêu kinh phí." in work.session.get_one(JournalDetail, work.last_event().id).body


@pytest.mark.parametrize(("who", "status"), [("clerk", S.KEPT), ("organiser", S.KEPT), ("head", S.CONFIRMED)])
def test_object_entry_is_the_head_s_and_only_before_confirming(at: Start, who: str, status: S) -> None:
    work = at(status)
    with pytest.raises((Forbidden, Conflict)):
        service.object_entry(
            work.session, actor=work.contest.actor_of(getattr(work.contest, who)), entry=work.entry, reason="Vì sao.",
            now=NOW,
        )  # fmt: skip
    assert work.entry.status == status


def test_confirm_entry_is_the_head_s_alone(at: Start) -> None:
    work = at(S.KEPT)
    with pytest.raises(Forbidden):
        work.confirm(who="clerk")


@pytest.mark.parametrize(("seconds", "moved"), [(-1, True), (0, False), (1, False)])
def test_forward_entry_by_the_clock(at: Start, seconds: int, moved: bool) -> None:
    work = at(S.CONFIRMED)
    work.now = work.contest.plan.deadline("intake") + timedelta(seconds=seconds)
    if moved:
        work.forward()
        assert (work.entry.status, work.entry.forwarded_at) == (S.FORWARDED, work.now)
        assert '"late":false' in work.last_event().canonical
    else:
        with pytest.raises(Conflict, match="Đã hết hạn gửi bài"):
            work.forward()
        assert (work.entry.status, work.entry.forwarded_at) == (S.CONFIRMED, None)


def test_forward_entry_late_with_permission(at: Start) -> None:
    work = at(S.CONFIRMED)
    work.now = work.contest.plan.deadline("intake") + timedelta(seconds=1)
    work.allow_late("Mất điện cả phường")
    work.forward()
    assert work.entry.status == S.FORWARDED
    assert '"late":true' in work.last_event().canonical
    assert work.entry.late_reason == "Mất điện cả phường"


def test_allow_late_is_journalled_without_the_words(at: Start) -> None:
    work = at(S.KEPT)
    work.allow_late("Ốm nặng")
    assert work.last_event().kind == "entry.late_allowed"
    assert "Ốm" not in work.last_event().canonical


# ---- the district --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "reason", "until", "status"),
    [
        ("accept", "", "", S.ACCEPTED),
        ("accept", "Đủ hồ sơ", "2024-06-12", S.ACCEPTED),
        ("ineligible", "Đã áp dụng nơi khác", "", S.INELIGIBLE),
        ("return", "Thiếu địa chỉ", "12/06/2024", S.RETURNED),
        ("return", "Thiếu địa chỉ", "2024-06-12", S.RETURNED),
    ],
)
def test_check_entry_decides(at: Start, decision: str, reason: str, until: str, status: EntryStatus) -> None:
    work = at(S.FORWARDED)
    work.check(decision, reason, until)
    row = work.session.exec(select(DistrictCheck)).one()
    assert (row.decision, row.reason) == (decision, reason)
    end = datetime(2024, 6, 13, tzinfo=work.contest.plan.zone) if decision == "return" else None
    assert row.supplement_until == end
    assert work.entry.status == status


@pytest.mark.parametrize(
    ("decision", "reason", "until", "fields"),
    [
        ("", "", "", {"decision"}),
        ("maybe", "", "", {"decision"}),
        ("ineligible", " ", "", {"reason"}),
        ("return", "", "12/06/2024", {"reason"}),
        ("return", "Thiếu", "", {"supplement_until"}),
        ("return", "Thiếu", "31/06/2024", {"supplement_until"}),
        ("return", "Thiếu", "9999-12-31", {"supplement_until"}),
        ("return", "Thiếu", "19/05/2024", {"supplement_until"}),
        ("return", "", "hôm nào đó", {"reason", "supplement_until"}),
    ],
)
def test_check_entry_refuses_beside_the_field(
    at: Start, decision: str, reason: str, until: str, fields: set[str]
) -> None:
    work = at(S.FORWARDED)
    with pytest.raises(Invalid) as caught:
        work.check(decision, reason, until)
    assert set(caught.value.fields) == fields
    assert work.entry.status == S.FORWARDED


def test_check_entry_returns_until_the_end_of_today_too(at: Start) -> None:
    work = at(S.FORWARDED)
    work.check("return", "Thiếu", "20/05/2024")
    assert work.entry.status == S.RETURNED


def test_recheck_entry_keeps_the_old_decision(at: Start) -> None:
    work = at(S.FORWARDED)
    work.check("ineligible", "Nhầm")
    work.recheck()
    assert work.entry.status == S.FORWARDED
    work.check("accept")
    history = queries.get_history(work.session, entry_id=work.id)
    assert [c.decision for c in history.checks] == ["accept", "ineligible"]


def test_returned_entry_goes_the_whole_way_again_by_its_own_date(at: Start) -> None:
    work = at(S.CONFIRMED)
    work.now = work.contest.plan.deadline("intake") + timedelta(hours=1)
    work.allow_late("Mất điện")
    work.forward()
    first_sent = work.now
    work.check("return", "Thiếu chữ ký", "12/06/2024")
    assert work.entry.late_reason == "", "the permission was for the first deadline"
    entries.submit_entry(work.session, actor=work.actor("clerk"), entry=work.entry, now=work.now)
    work.screen()
    work.confirm()
    work.now = datetime(2024, 6, 13, tzinfo=work.contest.plan.zone)
    with pytest.raises(Conflict) as caught:
        work.forward()
    assert "00:00 ngày 13/06/2024" in str(caught.value.message)
    work.now -= timedelta(seconds=1)
    work.forward()
    assert work.entry.status == S.FORWARDED
    assert work.entry.forwarded_at == first_sent
    history = queries.get_history(work.session, entry_id=work.id)
    assert (len(history.screenings), len(history.confirmations), len(history.checks)) == (1, 1, 1)


def test_nothing_is_decided_once_judging_has_opened(contest: Contest, at: Start) -> None:
    works = {status: at(status) for status in (S.SUBMITTED, S.KEPT, S.CONFIRMED, S.FORWARDED, S.ACCEPTED)}
    open_round(contest)
    acts = [
        works[S.SUBMITTED].screen,
        works[S.KEPT].confirm,
        works[S.CONFIRMED].forward,
        works[S.CONFIRMED].allow_late,
        lambda: works[S.FORWARDED].check("accept"),
        works[S.ACCEPTED].recheck,
    ]
    for act in acts:
        with pytest.raises(Conflict, match="đã mở chấm"):
            act()
    assert {status: work.entry.status for status, work in works.items()} == {s: s.value for s in works}


@pytest.mark.parametrize(
    "row",
    [
        lambda e, u, now: UnitScreening(entry_id=e, checklist={}, decision="decline", decided_by=u, decided_at=now),
        lambda e, u, now: DistrictCheck(entry_id=e, decision="ineligible", decided_by=u, decided_at=now),
        lambda e, u, now: DistrictCheck(entry_id=e, decision="return", reason="x", decided_by=u, decided_at=now),
        lambda e, u, now: DistrictCheck(
            entry_id=e, decision="accept", supplement_until=now, decided_by=u, decided_at=now
        ),
    ],
    ids=["declined without reason", "ineligible without reason", "returned without date", "accepted with date"],
)
def test_database_refuses_half_a_decision(contest: Contest, now: datetime, row: Callable) -> None:
    entry = make_entry(contest)
    contest.session.add(row(entry.id, contest.organiser.id, now))
    with pytest.raises(IntegrityError):
        contest.session.flush()
