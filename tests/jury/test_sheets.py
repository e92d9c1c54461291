"""Score sheets: what is refused, what is kept, and that two tabs never overwrite each other."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.entries.models import Entry
from app.journal.models import JournalEvent
from app.jury import queries
from app.jury.forms import RecusalForm, ScoreForm
from app.jury.models import JurorConflict, ScoreSheet, SheetStatus
from app.jury.service import sheets
from app.programmes import service as programmes
from app.programmes.models import Membership
from tests.support.contest import MARKS, PLAN, Contest, assign, make_contest, make_entry, open_round
from tests.support.factories import NOW

LATER = NOW + timedelta(days=25)
RULES = PLAN.round_rules("written")
FULL = {f"marks.{k}": str(v / 100).replace(".", ",") for k, v in MARKS.items()}


@pytest.fixture
def contest(session: Session) -> Contest:
    contest = make_contest(session, jurors=2)
    open_round(contest)
    return contest


@pytest.fixture
def entry(contest: Contest) -> Entry:
    entry = make_entry(contest)
    assign(contest, contest.jurors[0], entry)
    return entry


def save(contest: Contest, entry: Entry, fields: dict[str, str], *, submit: bool = False, juror: int = 0) -> ScoreSheet:
    form = ScoreForm.read(fields, rules=RULES)
    saved = sheets.save_score(
        contest.session,
        actor=contest.actor_of(contest.juror_user(juror)),
        juror_id=contest.jurors[juror].id or 0,
        round_=contest.round,
        rules=RULES,
        entry_id=entry.id or 0,
        form=form,
        submit=submit,
        now=LATER,
    )
    return contest.session.get_one(ScoreSheet, saved.sheet_id, populate_existing=True)


def test_save_score_draft_may_have_gaps(contest: Contest, entry: Entry) -> None:
    sheet = save(contest, entry, {"marks.novelty": "24,5"})

    assert (sheet.status, sheet.version, sheet.marks, sheet.total_units) == ("draft", 1, {"novelty": 2450}, None)


def test_save_score_totals_a_full_sheet_in_units(contest: Contest, entry: Entry) -> None:
    sheet = save(contest, entry, FULL)

    assert sheet.total_units == sum(MARKS.values())


def test_save_score_submits_and_stays_submitted(contest: Contest, entry: Entry) -> None:
    save(contest, entry, FULL, submit=True)

    sheet = save(contest, entry, {**FULL, "version": "1", "comment": "Thêm nhận xét"})

    assert (sheet.status, sheet.version, sheet.comment) == ("submitted", 2, "Thêm nhận xét")


def test_save_score_refuses_to_submit_with_a_gap(contest: Contest, entry: Entry) -> None:
    with pytest.raises(Invalid) as refused:
        save(contest, entry, {k: v for k, v in FULL.items() if k != "marks.feasibility"}, submit=True)

    assert set(refused.value.fields) == {"marks.feasibility"}


def test_save_score_refuses_to_empty_a_submitted_sheet(contest: Contest, entry: Entry) -> None:
    save(contest, entry, FULL, submit=True)

    with pytest.raises(Invalid):
        save(contest, entry, {"marks.novelty": "20", "version": "1"})


def test_save_score_refuses_a_stale_version_and_shows_what_is_there(contest: Contest, entry: Entry) -> None:
    save(contest, entry, {"marks.novelty": "20"})
    save(contest, entry, {"marks.novelty": "21", "version": "1"})

    with pytest.raises(sheets.StaleSheetError) as refused:
        save(contest, entry, {"marks.novelty": "29", "version": "1"})

    assert (refused.value.theirs.marks, refused.value.theirs.version) == ({"novelty": 2100}, 2)


@pytest.mark.parametrize(
    ("typed", "criterion", "words"),
    [
        ("30,5", "novelty", "tối đa"),
        ("10,5", "presentation", "tối đa"),
        ("24,25", "novelty", "bước"),
        ("-1", "novelty", "không phải là điểm"),
        ("tám", "novelty", "không phải là điểm"),
        ("1e1", "novelty", "không phải là điểm"),
        ("８", "novelty", "không phải là điểm"),
        ("NaN", "novelty", "không phải là điểm"),
        ("8,555", "novelty", "không phải là điểm"),
    ],
)
def test_read_score_refuses_beside_the_criterion(typed: str, criterion: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        ScoreForm.read({f"marks.{criterion}": typed}, rules=RULES)

    assert list(refused.value.fields) == [f"marks.{criterion}"]
    assert words in str(refused.value.fields[f"marks.{criterion}"])


def test_save_score_of_an_entry_not_on_the_list_does_not_exist(contest: Contest, entry: Entry) -> None:
    with pytest.raises(NotFound):
        save(contest, entry, FULL, juror=1)


def test_save_score_after_closing_is_refused(contest: Contest, entry: Entry) -> None:
    save(contest, entry, FULL, submit=True)
    programmes.close_round(contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=LATER)

    with pytest.raises(Conflict, match="đóng"):
        save(contest, entry, {**FULL, "version": "1"})


def test_save_score_by_somebody_who_left_the_jury_is_refused(contest: Contest, entry: Entry) -> None:
    role = contest.session.exec(select(Membership).where(Membership.user_id == contest.jurors[0].user_id)).one()
    contest.session.delete(role)
    contest.session.flush()

    with pytest.raises(Forbidden):
        save(contest, entry, FULL)


def test_submit_is_journalled_without_marks(contest: Contest, entry: Entry) -> None:
    sheet = save(contest, entry, FULL, submit=True)

    event = contest.session.exec(select(JournalEvent).where(JournalEvent.subject == f"sheet:{sheet.id}")).one()
    assert event.kind == "sheet.submitted"
    assert "2500" not in event.canonical
    assert '"personal":"' in event.canonical


def test_draft_saves_write_no_event(contest: Contest, entry: Entry) -> None:
    save(contest, entry, {"marks.novelty": "20"})

    assert not contest.session.exec(select(JournalEvent).where(JournalEvent.kind == "sheet.submitted")).all()


def test_recuse_takes_the_sheet_out_of_the_count_and_leaves_a_conflict(contest: Contest, entry: Entry) -> None:
    save(contest, entry, FULL, submit=True)
    form = RecusalForm(kind="collaborator", reason="Đã góp ý đề cương cho tác giả.")

    sheets.recuse(
        contest.session, actor=contest.actor_of(contest.juror_user()), juror_id=contest.jurors[0].id or 0,
        round_=contest.round, entry_id=entry.id or 0, form=form, now=LATER,
    )  # fmt: skip

    progress = queries.progress_by_entry(contest.session, round_id=contest.round.id or 0)[entry.id or 0]
    conflict = contest.session.exec(select(JurorConflict)).one()
    assert (progress.assigned, progress.submitted, progress.recused) == (1, 0, 1)
    assert (conflict.source, conflict.kind) == ("declared", "collaborator")
    with pytest.raises(Conflict, match="từ chối"):
        save(contest, entry, {**FULL, "version": "1"})


def test_recuse_without_a_reason_is_refused() -> None:
    with pytest.raises(Invalid):
        RecusalForm.parse({"kind": "other", "reason": "   "})


def test_skip_puts_the_entry_last(contest: Contest, entry: Entry) -> None:
    other = make_entry(contest)
    assign(contest, contest.jurors[0], other)

    sheets.skip(
        contest.session, actor=contest.actor_of(contest.juror_user()), juror_id=contest.jurors[0].id or 0,
        round_=contest.round, entry_id=entry.id or 0, now=LATER,
    )  # fmt: skip

    queue = queries.list_queue(contest.session, round_id=contest.round.id or 0, juror_id=contest.jurors[0].id or 0)
    assert [row.entry_id for row in queue] == [other.id, entry.id]


def test_draft_is_not_counted_as_submitted(contest: Contest, entry: Entry) -> None:
    save(contest, entry, FULL)

    progress = queries.progress_by_juror(contest.session, round_id=contest.round.id or 0)[contest.jurors[0].id or 0]
    assert (progress.submitted, progress.draft, progress.open) == (0, 1, 1)
    assert SheetStatus.DRAFT == "draft"
