"""The further marking: which entries call for it, who may get them, and what it locks and hides."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.core.errors import Conflict, Forbidden
from app.entries.models import Entry
from app.journal.models import JournalEvent
from app.jury import queries
from app.jury.forms import ConflictForm, PairForm, RecusalForm, ScoreForm
from app.jury.models import Assignment, Juror, Marking, SheetStatus
from app.jury.service import assignment as assigning
from app.jury.service import further as further_marking
from app.jury.service import jurors as members
from app.jury.service import sheets
from tests.support.client import Client
from tests.support.contest import (
    PLAN,
    Contest,
    add_juror,
    add_sheet,
    assign,
    judge,
    make_contest,
    make_entry,
    marks_for,
    open_round,
    with_further_marking,
)
from tests.support.factories import NOW
from tests.support.queries import Counted
from tests.support.signing import sign_in

LATER = NOW + timedelta(days=30)
WIDE, CLOSE = (80, 58, 76), (80, 75, 76)


@pytest.fixture
def contest(session: Session) -> Contest:
    """Three jurors who mark everything, and a fourth for what is left."""
    contest = make_contest(session, jurors=4, plan=with_further_marking())
    open_round(contest)
    return contest


@pytest.fixture
def entry(contest: Contest) -> Entry:
    """An entry whose first sheets lie 22 points apart."""
    made = make_entry(contest, title="Trả kết quả tại nhà")
    judge(contest, made, *WIDE)
    return made


def listed(contest: Contest) -> list[tuple[int | None, str]]:
    found = queries.list_further(contest.session, round_=contest.round, rules=contest.rules)
    return [(f.entry.id, f.state) for f in found]


def call(contest: Contest) -> int:
    return further_marking.assign_further(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, seed="hạt", now=LATER
    )


def add(contest: Contest, juror: Juror, entry: Entry) -> Assignment:
    return assigning.add_assignment(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round,
        form=PairForm(juror_id=juror.id or 0, entry_id=entry.id or 0), now=LATER,
    )  # fmt: skip


def release(contest: Contest, juror: Juror, entry: Entry) -> None:
    members.release_juror(
        contest.session, actor=contest.actor_of(contest.organiser),
        form=PairForm(juror_id=juror.id or 0, entry_id=entry.id or 0), reason="Ốm.", now=LATER,
    )  # fmt: skip


def save(contest: Contest, juror_index: int, entry: Entry, total: int, *, version: int = 1) -> sheets.Saved:
    return sheets.save_score(
        contest.session, actor=contest.actor_of(contest.juror_user(juror_index)),
        juror_id=contest.jurors[juror_index].id or 0,
        round_=contest.round, rules=contest.rules, entry_id=entry.id or 0,
        form=ScoreForm(marks=marks_for(total), version=version), submit=True, now=LATER,
    )  # fmt: skip


def further_rows(contest: Contest) -> list[Assignment]:
    return list(contest.session.exec(select(Assignment).where(Assignment.marking == Marking.FURTHER)).all())


def first_statuses(contest: Contest) -> set[str]:
    rows = queries.list_assignments(contest.session, round_id=contest.round.id or 0)
    return {s.status for a, s in rows if s is not None and a.marking == Marking.FIRST and a.recused_at is None}


# ---- which entries ------------------------------------------------------------------------------------------------


def test_list_further_names_the_entries_with_a_gap(contest: Contest, entry: Entry) -> None:
    judge(contest, make_entry(contest), *CLOSE)

    assert listed(contest) == [(entry.id, "waiting")]


def test_list_further_waits_for_every_first_sheet_of_the_entry(contest: Contest) -> None:
    two, draft, recused, four = (make_entry(contest) for _ in range(4))
    judge(contest, four, *WIDE)
    assign(contest, contest.jurors[3], four)
    judge(contest, two, 90, 50)
    judge(contest, draft, 90, 50)
    add_sheet(contest, assign(contest, contest.jurors[2], draft), marks=marks_for(10), status=SheetStatus.DRAFT)
    judge(contest, recused, 90, 50, 70)
    release(contest, contest.jurors[1], recused)

    assert listed(contest) == []


def test_list_further_is_empty_where_the_rules_only_report(session: Session) -> None:
    contest = make_contest(session, jurors=3, plan=PLAN)
    open_round(contest)
    judge(contest, make_entry(contest), *WIDE)

    assert listed(contest) == []


def test_list_further_reads_a_limit_in_per_cent(session: Session) -> None:
    plan = with_further_marking()
    gap = plan.rounds[0].gap
    assert gap is not None
    rules = plan.rounds[0].model_copy(update={"gap": gap.model_copy(update={"points": None, "percent": 22})})
    contest = make_contest(session, jurors=3, plan=plan.model_copy(update={"rounds": (rules,)}))
    open_round(contest)
    wide, close = make_entry(contest), make_entry(contest)
    judge(contest, wide, *WIDE)
    judge(contest, close, 80, 59, 76)

    assert listed(contest) == [(wide.id, "waiting")]


# ---- who gets them ------------------------------------------------------------------------------------------------


def test_assign_further_gives_the_entry_to_a_juror_who_never_had_it(contest: Contest, entry: Entry) -> None:
    assert call(contest) == 1

    assert [(a.juror_id, a.entry_id) for a in further_rows(contest)] == [(contest.jurors[3].id, entry.id)]
    assert listed(contest) == [(entry.id, "assigned")]


def test_assign_further_keeps_to_conflicts_recusals_and_loads(contest: Contest, entry: Entry) -> None:
    full = add_juror(contest, maximum=1)
    assign(contest, full, make_entry(contest))
    colleague = add_juror(contest, unit=contest.unit)
    declared = add_juror(contest)
    members.set_conflict(
        contest.session, actor=contest.actor_of(contest.organiser),
        form=ConflictForm(juror_id=declared.id or 0, entry_id=entry.id or 0, kind="family", reason="Em."), now=LATER,
    )  # fmt: skip
    stepped_back = add_juror(contest)
    row = assign(contest, stepped_back, entry)
    row.recused_at, row.recuse_reason = LATER, "Nhận ra tác giả."
    contest.session.add(row)
    contest.session.flush()

    contest.jurors[3].left_at = LATER
    contest.session.add(contest.jurors[3])
    contest.session.flush()
    with pytest.raises(Conflict):
        call(contest)
    contest.jurors[3].left_at = None

    call(contest)

    assert colleague.unit_id == entry.unit_id
    assert [a.juror_id for a in further_rows(contest)] == [contest.jurors[3].id]


def test_assign_further_without_anybody_left_names_the_entry(contest: Contest, entry: Entry) -> None:
    contest.jurors[3].left_at = LATER
    contest.session.add(contest.jurors[3])
    contest.session.flush()

    with pytest.raises(Conflict, match="chưa từng nhận") as refused:
        call(contest)

    assert entry.title in str(refused.value.message)
    assert "Hãy thêm giám khảo" in str(refused.value.message)
    assert first_statuses(contest) == {"submitted"}


def test_assign_further_twice_has_nothing_left_to_give(contest: Contest, entry: Entry) -> None:
    call(contest)

    with pytest.raises(Conflict, match="Không có bài nào"):
        call(contest)
    assert len(further_rows(contest)) == 1


def test_assign_further_again_after_the_juror_was_relieved(contest: Contest, entry: Entry) -> None:
    fifth = add_juror(contest, maximum=5)
    contest.jurors[3].maximum = 5
    call(contest)
    (first_choice,) = further_rows(contest)
    release(contest, contest.session.get_one(Juror, first_choice.juror_id), entry)
    assert listed(contest) == [(entry.id, "waiting")]

    call(contest)

    assert {a.juror_id for a in further_rows(contest)} == {contest.jurors[3].id, fifth.id}
    assert first_statuses(contest) == {"locked"}


def test_assign_further_is_the_organiser_s_alone(contest: Contest, entry: Entry) -> None:
    for user in (contest.chair, contest.juror_user(3), contest.clerk, contest.admin):
        with pytest.raises(Forbidden):
            further_marking.assign_further(
                contest.session, actor=contest.actor_of(user), round_=contest.round, seed="", now=LATER
            )
    assert further_rows(contest) == []


def test_assign_further_under_rules_that_only_report_is_refused(session: Session) -> None:
    contest = make_contest(session, jurors=4)
    open_round(contest)
    judge(contest, make_entry(contest), *WIDE)

    with pytest.raises(Conflict, match="không có chấm thêm"):
        call(contest)


def test_assign_further_is_journalled_without_marks(contest: Contest, entry: Entry) -> None:
    call(contest)

    event = contest.session.exec(select(JournalEvent).where(JournalEvent.kind == "assignment.added")).one()
    data = json.loads(event.canonical)["data"]
    assert (data["marking"], data["entry"], data["juror"]) == ("further", entry.id, contest.jurors[3].id)
    assert len(data["locked_sheets"]) == 3
    assert set(data) == {"marking", "entry", "juror", "locked_sheets"}
    drawn = contest.session.exec(select(JournalEvent).where(JournalEvent.kind == "assignment.further_drawn")).one()
    assert json.loads(drawn.canonical)["data"] == {"seed": "hạt", "pairs": 1}


# ---- by hand --------------------------------------------------------------------------------------------------------


def test_add_assignment_to_an_entry_with_a_gap_is_a_further_one(contest: Contest, entry: Entry) -> None:
    close = make_entry(contest)
    judge(contest, close, *CLOSE)

    assert add(contest, contest.jurors[3], entry).marking == Marking.FURTHER
    assert add(contest, contest.jurors[3], close).marking == Marking.FIRST


def test_add_assignment_gives_an_entry_one_further_marker(contest: Contest, entry: Entry) -> None:
    call(contest)

    with pytest.raises(Conflict, match="đã có giám khảo chấm thêm"):
        add(contest, add_juror(contest), entry)
    with pytest.raises(IntegrityError):
        assign(contest, add_juror(contest), entry, marking=Marking.FURTHER)


def test_add_assignment_never_gives_a_first_juror_the_further_marking(contest: Contest, entry: Entry) -> None:
    with pytest.raises(Conflict, match="đã được phân công"):
        add(contest, contest.jurors[0], entry)


def test_add_assignment_where_a_first_juror_was_relieved_is_of_the_first_marking(
    contest: Contest, entry: Entry
) -> None:
    call(contest)
    release(contest, contest.jurors[1], entry)
    substitute = add_juror(contest)

    assert add(contest, substitute, entry).marking == Marking.FIRST
    assert save(contest, 4, entry, 79, version=0).status == SheetStatus.LOCKED
    with pytest.raises(Conflict, match="Phiếu đã khóa"):
        save(contest, 4, entry, 60)


def test_remove_assignment_of_a_further_marking_is_refused(contest: Contest, entry: Entry) -> None:
    """Taking it away in silence would open the first sheets again, or hide that they were once called wide."""
    call(contest)
    (row,) = further_rows(contest)

    with pytest.raises(Conflict, match="rút phân công và ghi lý do"):
        assigning.remove_assignment(
            contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round,
            form=PairForm(juror_id=row.juror_id, entry_id=row.entry_id), now=LATER,
        )  # fmt: skip


def test_propose_and_accept_leave_further_markings_alone(contest: Contest, entry: Entry) -> None:
    call(contest)
    actor = contest.actor_of(contest.organiser)

    proposal = assigning.propose_assignment(contest.session, actor=actor, round_=contest.round, seed="khác", now=LATER)
    changes = assigning.accept_proposal(
        contest.session, actor=actor, round_=contest.round, proposal=proposal, now=LATER
    )

    assert (changes, len(further_rows(contest))) == (0, 1)
    assert {j for e, j in proposal.pairs} == {j.id for j in contest.jurors[:3]}


def test_propose_never_makes_a_further_juror_a_first_one(contest: Contest, entry: Entry) -> None:
    call(contest)
    save(contest, 3, entry, 74, version=0)
    release(contest, contest.jurors[1], entry)

    def propose() -> set[int]:
        proposal = assigning.propose_assignment(
            contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, seed="khác", now=LATER
        )
        return {juror for _, juror in proposal.pairs}

    with pytest.raises(Conflict, match="Không đủ giám khảo"):
        propose()
    substitute = add_juror(contest)

    assert propose() == {contest.jurors[0].id, contest.jurors[2].id, substitute.id}


def test_short_entries_and_progress_count_the_first_marking_alone(contest: Contest, entry: Entry) -> None:
    call(contest)
    release(contest, contest.jurors[1], entry)

    short = assigning.list_short_entries(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round
    )

    assert [(e.id, n) for e, n in short] == [(entry.id, 1)]
    assert queries.progress_by_entry(contest.session, round_id=contest.round.id or 0)[entry.id or 0].submitted == 2


# ---- what it locks --------------------------------------------------------------------------------------------------


def test_first_sheets_are_open_until_the_further_marking_is_assigned(contest: Contest, entry: Entry) -> None:
    assert save(contest, 1, entry, 57).version == 2
    assert listed(contest) == [(entry.id, "waiting")]

    call(contest)

    assert first_statuses(contest) == {"locked"}
    with pytest.raises(Conflict, match="Phiếu đã khóa vì bài này được chấm thêm"):
        save(contest, 1, entry, 75, version=2)


def test_first_jurors_of_other_entries_go_on(contest: Contest, entry: Entry) -> None:
    close = make_entry(contest)
    judge(contest, close, *CLOSE)
    call(contest)

    assert save(contest, 1, close, 76).version == 2


def test_recusal_from_a_locked_sheet_is_refused(contest: Contest, entry: Entry) -> None:
    """Stepping back would make the gap go away; the organiser can relieve the juror, with a reason."""
    call(contest)

    with pytest.raises(Conflict, match="Phiếu đã khóa"):
        sheets.recuse(
            contest.session, actor=contest.actor_of(contest.juror_user(1)), juror_id=contest.jurors[1].id or 0,
            round_=contest.round, entry_id=entry.id or 0, form=RecusalForm(reason="Nhận ra tác giả."), now=LATER,
        )  # fmt: skip


def test_further_sheet_is_an_ordinary_one(contest: Contest, entry: Entry) -> None:
    call(contest)

    assert save(contest, 3, entry, 74, version=0).status == SheetStatus.SUBMITTED
    assert listed(contest) == [(entry.id, "marked")]
    assert save(contest, 3, entry, 73).version == 2


# ---- over HTTP ------------------------------------------------------------------------------------------------------


def test_progress_page_keeps_an_entry_open_until_it_is_marked_further(
    contest: Contest, entry: Entry, client: Client
) -> None:
    make_entry(contest, title="Chưa ai chấm")
    judge(contest, make_entry(contest, title="Bài thuận"), *CLOSE)
    browser = sign_in(contest.session, client, contest.organiser)

    def open_and_finished() -> tuple[str, str]:
        page = browser.get(contest.url("jury/progress")).text
        open_, finished = page[page.index('id="by-entry"') :].split('id="by-entry-finished"')
        return open_, finished

    open_, finished = open_and_finished()
    call(contest)
    add_sheet(contest, further_rows(contest)[0], marks=marks_for(70))
    later, finished_later = open_and_finished()

    assert entry.title in open_
    assert "Chờ chấm thêm" in open_
    assert "Còn thiếu phiếu" in open_
    assert "1 bài đã đủ phiếu" in open_
    assert "Bài thuận" in finished
    assert entry.title not in later
    assert entry.title in finished_later
    assert "2 bài đã đủ phiếu" in later


def test_page_of_an_entry_says_that_it_is_marked_further_and_by_one_alone(
    contest: Contest, entry: Entry, client: Client
) -> None:
    browser = sign_in(contest.session, client, contest.organiser)

    before = browser.get(contest.url(f"jury/assignment/{entry.id}")).text
    call(contest)
    after = browser.get(contest.url(f"jury/assignment/{entry.id}")).text

    assert "chênh lệch từ 20 điểm trở lên" in before
    assert "Phân công chấm thêm" in before
    assert contest.url("jury/assignment/add") in before
    assert "Bài này đã có giám khảo chấm thêm." in after
    assert contest.url("jury/assignment/add") not in after


def test_progress_page_lists_the_entries_and_offers_the_action(contest: Contest, entry: Entry, client: Client) -> None:
    browser = sign_in(contest.session, client, contest.organiser)

    before = browser.get(contest.url("jury/progress")).text
    called = browser.post(contest.url("jury/further"))
    after = browser.get(contest.url("jury/progress")).text

    assert "Bài cần chấm thêm" in before
    assert "chênh lệch từ 20 điểm trở lên" in before
    assert contest.url("jury/further") in before
    assert called.status_code == 303
    assert "Đang chấm thêm" in after
    assert contest.url("jury/further") not in after
    for page in (before, after):
        block = page[page.index("Bài cần chấm thêm") : page.index("Theo giám khảo")]
        assert entry.title in block
        read = re.sub(r"<[^>]*>", " ", block)  # the addresses in the tags hold ids
        assert not re.search(r"(?<!\d)(80|58|76|22)(?!\d)|Giám khảo thứ", read)


def test_assignment_page_says_who_marks_further(contest: Contest, entry: Entry, client: Client) -> None:
    call(contest)

    page = sign_in(contest.session, client, contest.organiser).get(contest.url("jury/assignment")).text

    assert page.count("chấm thêm</span>") == 1


def test_page_of_an_entry_tells_the_further_juror_apart_and_takes_them_off_with_a_reason_alone(
    contest: Contest, entry: Entry, client: Client
) -> None:
    call(contest)
    url = contest.url(f"jury/assignment/{entry.id}")

    page = sign_in(contest.session, client, contest.organiser).get(url).text

    assert page.count("chấm thêm</span>") == 1
    assert contest.url("jury/assignment/remove") not in page
    assert page.count(contest.url("jury/assignment/release")) == 4
    assert "Còn thiếu" not in page


def test_list_of_a_juror_who_is_through_says_that_some_sheets_are_locked(
    contest: Contest, entry: Entry, client: Client
) -> None:
    call(contest)

    page = sign_in(contest.session, client, contest.juror_user(1)).get(contest.url("jury")).text

    assert "trừ phiếu của bài được chấm thêm" in page


def test_further_juror_sees_an_ordinary_sheet(contest: Contest, entry: Entry, client: Client) -> None:
    """What a juror of the first marking sees of an entry that nobody has marked, to the letter."""
    plain = make_entry(contest, title=entry.title)
    assign(contest, add_juror(contest, full_name="Giám khảo thứ 4"), plain)
    add(contest, contest.jurors[3], entry)

    def pages(index: int, own: Entry) -> list[str]:
        browser = sign_in(contest.session, client.another(), contest.juror_user(index))
        texts = [browser.get(contest.url(path)).text for path in ("jury", f"jury/entries/{own.id}/score")]
        return [re.sub(r"\d+", "#", text) for text in texts]

    seen = pages(3, entry)
    assert seen == pages(4, plain)
    assert not [text for text in seen if "chấm thêm" in text]


def test_first_juror_reads_that_the_sheet_is_locked_and_why(contest: Contest, entry: Entry, client: Client) -> None:
    call(contest)
    browser = sign_in(contest.session, client, contest.juror_user(1))

    page = browser.get(contest.url(f"jury/entries/{entry.id}/score")).text

    assert "Phiếu đã khóa vì bài này được chấm thêm" in page
    assert 'name="marks.novelty"' not in page
    assert "Giám khảo thứ 4" not in page


def test_marks_sent_to_a_sheet_that_was_locked_meanwhile_do_not_seem_to_be_recorded(
    contest: Contest, entry: Entry, client: Client
) -> None:
    browser = sign_in(contest.session, client, contest.juror_user(1))
    url = contest.url(f"jury/entries/{entry.id}/score")
    call(contest)

    refused = browser.post(url, data={"marks.novelty": "11", "version": "1", "action": "submit"})

    assert refused.status_code == 409
    shown = re.findall(r'<dd class="tnum">(.*?)</dd>', refused.text)
    assert shown == re.findall(r'<dd class="tnum">(.*?)</dd>', browser.get(url).text)


def test_progress_page_makes_the_same_number_of_selects_for_one_gap_and_twenty(
    contest: Contest, entry: Entry, client: Client, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    browser = sign_in(contest.session, client, contest.organiser)
    with count_queries() as one:
        browser.get(contest.url("jury/progress"))
    for _ in range(20):
        judge(contest, make_entry(contest), *WIDE)
    with count_queries() as many:
        browser.get(contest.url("jury/progress"))

    assert many.count == one.count, f"{one}\n\n{many}"
