"""Conflicts, proposals, changes by hand, and what keeps judging shut."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import sleep

import pytest
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col, select

from app.accounts.models import User
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.entries.models import Entry, EntryStatus
from app.journal.models import JournalEvent
from app.jury import queries
from app.jury.forms import ConflictForm, JurorForm, PairForm
from app.jury.models import Assignment, AssignmentProposal, Juror, JurorConflict, SheetStatus
from app.jury.service import assignment as assigning
from app.jury.service import jurors as members
from app.programmes import queries as programmes
from app.programmes import service as programme_service
from app.programmes.models import Role
from app.screening.models import DistrictCheck, DistrictDecision
from tests.support.contest import Contest, add_juror, add_sheet, assign, make_contest, make_entry, open_round
from tests.support.factories import NOW

LATER = NOW + timedelta(days=25)


@pytest.fixture
def contest(session: Session) -> Contest:
    contest = make_contest(session)
    for _ in range(4):
        add_juror(contest, fields=["one_stop"])
    return contest


def propose(contest: Contest, seed: str = "hat-giong") -> assigning.Proposal:
    return assigning.propose_assignment(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, seed=seed, now=LATER
    )


def accept(contest: Contest, proposal: assigning.Proposal) -> int:
    return assigning.accept_proposal(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, proposal=proposal, now=LATER
    )


def pairs(contest: Contest) -> set[tuple[int, int]]:
    rows = queries.list_assignments(contest.session, round_id=contest.round.id or 0)
    return {(a.entry_id, a.juror_id) for a, _ in rows}


def test_compute_conflicts_finds_same_unit_and_named_author(contest: Contest) -> None:
    colleague = add_juror(contest, unit=contest.unit)
    author = add_juror(contest, full_name="Trần Hữu Nghĩa")
    same = make_entry(contest)
    own = make_entry(contest, unit=contest.other_unit, authors=("TRẦN HỮU NGHĨA",))

    members.compute_conflicts(contest.session, programme_id=contest.scene.programme_id, now=LATER)

    found = {(c.juror_id, c.entry_id, c.kind) for c in contest.session.exec(select(JurorConflict))}
    assert found == {(colleague.id, same.id, "same_unit"), (author.id, own.id, "author")}


@pytest.mark.parametrize("who", ["clerk", "head"])
def test_compute_conflicts_finds_jurors_who_work_for_the_unit(contest: Contest, who: str) -> None:
    user: User = getattr(contest, who)
    entry = make_entry(contest)
    make_entry(contest, unit=contest.other_unit)

    juror = members.appoint_juror(
        contest.session,
        actor=contest.actor_of(contest.organiser),
        form=JurorForm(user_id=user.id or 0),
        now=LATER,
    )

    found = [(c.juror_id, c.entry_id, c.kind) for c in contest.session.exec(select(JurorConflict))]
    assert found == [(juror.id, entry.id, "same_unit")]


def test_a_role_of_a_unit_is_a_conflict_as_soon_as_it_is_given(contest: Contest) -> None:
    entry = make_entry(contest)
    juror = contest.jurors[0]

    role = programme_service.grant_role(
        contest.session, scene=contest.scene, user_id=juror.user_id, role=Role.UNIT_HEAD, unit=contest.unit, now=LATER,
        actor=contest.actor_of(contest.organiser),
    )  # fmt: skip

    assert [(c.juror_id, c.entry_id) for c in contest.session.exec(select(JurorConflict))] == [(juror.id, entry.id)]
    programme_service.revoke_role(
        contest.session, actor=contest.actor_of(contest.organiser), membership=role, now=LATER
    )
    assert not contest.session.exec(select(JurorConflict)).all()


def test_compute_conflicts_keeps_a_dismissed_one_dismissed(contest: Contest) -> None:
    add_juror(contest, unit=contest.unit)
    make_entry(contest)
    programme_id = contest.scene.programme_id
    members.compute_conflicts(contest.session, programme_id=programme_id, now=LATER)
    conflict = contest.session.exec(select(JurorConflict)).one()
    members.dismiss_conflict(
        contest.session, actor=contest.actor_of(contest.organiser), conflict=conflict, reason="Đã chuyển công tác.",
        now=LATER,
    )  # fmt: skip

    new = members.compute_conflicts(contest.session, programme_id=programme_id, now=LATER)

    assert new == 0
    assert contest.session.exec(select(JurorConflict)).one().dismissed_at is not None


def test_compute_conflicts_drops_one_whose_cause_is_gone(contest: Contest) -> None:
    juror = add_juror(contest, unit=contest.unit)
    make_entry(contest)
    members.compute_conflicts(contest.session, programme_id=contest.scene.programme_id, now=LATER)
    juror.unit_id = None
    contest.session.add(juror)
    contest.session.flush()

    members.compute_conflicts(contest.session, programme_id=contest.scene.programme_id, now=LATER)

    assert not contest.session.exec(select(JurorConflict)).all()
    kinds = list(contest.session.exec(select(JournalEvent.kind).order_by(JournalEvent.id)))
    assert kinds[-2:] == ["conflicts.computed", "conflicts.lapsed"]


def test_compute_conflicts_tells_names_apart_by_their_accents(contest: Contest) -> None:
    add_juror(contest, full_name="Nguyễn Thị Hoa")
    make_entry(contest, authors=("Nguyễn Thị Hòa",))

    members.compute_conflicts(contest.session, programme_id=contest.scene.programme_id, now=LATER)

    assert not contest.session.exec(select(JurorConflict)).all()


def test_dismiss_conflict_of_a_namesake_needs_a_person(contest: Contest) -> None:
    add_juror(contest, full_name="Phạm Minh Đăng")
    make_entry(contest)
    members.compute_conflicts(contest.session, programme_id=contest.scene.programme_id, now=LATER)
    conflict = contest.session.exec(select(JurorConflict)).one()
    with pytest.raises(Forbidden):
        members.dismiss_conflict(
            contest.session, actor=contest.actor_of(contest.juror_user()), conflict=conflict, reason="Trùng tên.",
            now=LATER,
        )  # fmt: skip

    members.dismiss_conflict(
        contest.session, actor=contest.actor_of(contest.organiser), conflict=conflict, reason="Trùng tên.", now=LATER
    )

    assert conflict.dismiss_reason == "Trùng tên."


def release(contest: Contest, assignment: Assignment, *, user: User | None = None) -> None:
    members.release_juror(
        contest.session, actor=contest.actor_of(user or contest.organiser),
        form=PairForm(juror_id=assignment.juror_id, entry_id=assignment.entry_id), reason="Đi công tác dài ngày.",
        now=LATER,
    )  # fmt: skip


def test_release_juror_frees_a_round_that_waits_for_somebody(contest: Contest) -> None:
    entry = make_entry(contest)
    row = assign(contest, contest.jurors[0], entry)
    add_sheet(contest, row, marks={"novelty": 2000}, status=SheetStatus.DRAFT)
    open_round(contest)

    release(contest, row)

    progress = queries.progress_by_entry(contest.session, round_id=contest.round.id or 0)[entry.id or 0]
    assert (row.recused_at, row.recuse_reason) == (LATER, "Đi công tác dài ngày.")
    assert (progress.recused, progress.open) == (1, 0)
    with pytest.raises(NotFound):
        release(contest, row)


def test_release_juror_is_the_organiser_s_and_ends_with_the_round(contest: Contest) -> None:
    row = assign(contest, contest.jurors[0], make_entry(contest))
    open_round(contest)
    for user in (contest.chair, contest.juror_user(), contest.clerk, contest.admin):
        with pytest.raises(Forbidden):
            release(contest, row, user=user)
    programme_service.close_round(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=LATER
    )

    with pytest.raises(Conflict, match="đóng"):
        release(contest, row)


def test_set_conflict_during_judging_takes_the_juror_off_the_entry(contest: Contest) -> None:
    row = assign(contest, contest.jurors[0], make_entry(contest))
    add_sheet(contest, row)
    open_round(contest)
    form = ConflictForm(juror_id=row.juror_id, entry_id=row.entry_id, kind="family", reason="Anh em ruột.")

    members.set_conflict(contest.session, actor=contest.actor_of(contest.organiser), form=form, now=LATER)

    assert row.recused_at == LATER


def test_propose_gives_every_entry_three_jurors_without_conflicts(contest: Contest) -> None:
    colleague = add_juror(contest, unit=contest.unit)
    entries = [make_entry(contest) for _ in range(6)]

    proposal = propose(contest)

    assert {e: sum(p[0] == e for p in proposal.pairs) for e in {p[0] for p in proposal.pairs}} == {
        e.id: 3 for e in entries
    }
    assert colleague.id not in {j for _, j in proposal.pairs}
    assert proposal.components == 1


def test_propose_is_the_same_for_the_same_seed(contest: Contest) -> None:
    for _ in range(5):
        make_entry(contest)

    assert propose(contest).pairs == propose(contest).pairs


def test_propose_with_too_few_jurors_names_the_entry(contest: Contest) -> None:
    for juror in contest.jurors[:2]:
        juror.unit_id = contest.unit.id
        contest.session.add(juror)
    entry = make_entry(contest, title="Trả kết quả tại nhà")

    with pytest.raises(Conflict) as refused:
        propose(contest)

    assert "Trả kết quả tại nhà" in str(refused.value.message)
    assert str(entry.number) in str(refused.value.message)


def test_accept_keeps_pairs_that_have_a_sheet(contest: Contest) -> None:
    entry = make_entry(contest)
    accept(contest, propose(contest))
    begun = contest.session.exec(select(Assignment)).first()
    assert begun is not None
    add_sheet(contest, begun)
    for _ in range(4):
        make_entry(contest)

    accept(contest, propose(contest, seed="khac"))

    assert (entry.id, begun.juror_id) in pairs(contest)
    assert not assigning.list_short_entries(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round
    )


def test_accept_twice_is_refused(contest: Contest) -> None:
    make_entry(contest)
    proposal = propose(contest)
    accept(contest, proposal)

    with pytest.raises(Conflict):
        accept(contest, proposal)


def test_add_assignment_against_a_conflict_is_refused(contest: Contest) -> None:
    entry = make_entry(contest)
    juror = contest.jurors[0]
    actor = contest.actor_of(contest.organiser)
    form = ConflictForm(juror_id=juror.id or 0, entry_id=entry.id or 0, kind="family", reason="Anh em ruột.")
    members.set_conflict(contest.session, actor=actor, form=form, now=LATER)

    with pytest.raises(Conflict, match="xung đột"):
        assigning.add_assignment(
            contest.session, actor=actor, round_=contest.round,
            form=PairForm(juror_id=juror.id or 0, entry_id=entry.id or 0), now=LATER,
        )  # fmt: skip


@pytest.mark.parametrize("status", [EntryStatus.FORWARDED, EntryStatus.INELIGIBLE, EntryStatus.WITHDRAWN])
def test_add_assignment_of_an_entry_that_is_not_accepted_is_refused(contest: Contest, status: EntryStatus) -> None:
    entry = make_entry(contest, status=status)

    with pytest.raises(Conflict, match="tiếp nhận"):
        assigning.add_assignment(
            contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round,
            form=PairForm(juror_id=contest.jurors[0].id or 0, entry_id=entry.id or 0), now=LATER,
        )  # fmt: skip


def test_remove_assignment_with_a_sheet_is_refused(contest: Contest) -> None:
    row = assign(contest, contest.jurors[0], make_entry(contest))
    add_sheet(contest, row)

    with pytest.raises(Conflict, match="phiếu"):
        assigning.remove_assignment(
            contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round,
            form=PairForm(juror_id=row.juror_id, entry_id=row.entry_id), now=LATER,
        )  # fmt: skip


def open_it(contest: Contest, *, at: datetime = LATER) -> None:
    assigning.open_judging(contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=at)


def ready(contest: Contest) -> Entry:
    entry = make_entry(contest)
    accept(contest, propose(contest))
    return entry


def test_open_judging_seals_the_rules(contest: Contest) -> None:
    ready(contest)

    open_it(contest)

    assert contest.round.opened_at == LATER
    assert contest.round.plan_version_id == contest.scene.version.id
    assert contest.scene.version.sealed_at == LATER


def test_open_judging_twice_is_refused(contest: Contest) -> None:
    ready(contest)
    open_it(contest)

    with pytest.raises(Conflict):
        open_it(contest)


def test_open_judging_with_an_unchecked_entry_is_refused(contest: Contest) -> None:
    ready(contest)
    make_entry(contest, status=EntryStatus.FORWARDED)

    with pytest.raises(Conflict, match="chưa được kiểm tra"):
        open_it(contest)


def test_open_judging_before_the_intake_deadline_is_refused(contest: Contest) -> None:
    ready(contest)

    with pytest.raises(Conflict, match="còn được gửi bài"):
        open_it(contest, at=NOW)

    assert contest.round.opened_at is None


def test_open_judging_goes_by_the_deadline_that_was_saved_since_the_page_was_read(contest: Contest) -> None:
    ready(contest)
    reader = contest.actor_of(contest.organiser)
    phases = tuple(
        p.model_copy(update={"closes": LATER.replace(tzinfo=None) + timedelta(days=2)}) if p.key == "intake" else p
        for p in contest.plan.phases
    )
    programme_service.save_plan(
        contest.session, actor=reader, plan=contest.plan.model_copy(update={"phases": phases}), now=LATER
    )

    with pytest.raises(Conflict, match="còn được gửi bài"):
        assigning.open_judging(contest.session, actor=reader, round_=contest.round, now=LATER)


@pytest.mark.parametrize("status", [EntryStatus.RETURNED, EntryStatus.DRAFT, EntryStatus.CONFIRMED])
def test_open_judging_waits_for_an_entry_that_may_still_be_supplemented(contest: Contest, status: EntryStatus) -> None:
    ready(contest)
    returned = make_entry(contest, status=EntryStatus.RETURNED)
    until = LATER + timedelta(days=3)
    contest.session.add(
        DistrictCheck(
            entry_id=returned.id, decision=DistrictDecision.RETURN, reason="Thiếu tệp.", supplement_until=until,
            decided_by=contest.organiser.id, decided_at=NOW,
        )
    )  # fmt: skip
    returned.status = status.value
    contest.session.add(returned)
    contest.session.flush()

    with pytest.raises(Conflict, match="đang trong hạn bổ sung"):
        open_it(contest)

    open_it(contest, at=until)
    assert contest.round.opened_at == until


def test_open_judging_without_entries_is_refused(contest: Contest) -> None:
    with pytest.raises(Conflict, match="Chưa có bài"):
        open_it(contest)


def test_open_judging_with_an_entry_short_of_jurors_is_refused(contest: Contest) -> None:
    ready(contest)
    make_entry(contest, title="Bài thiếu giám khảo")

    with pytest.raises(Conflict) as refused:
        open_it(contest)

    assert "Bài thiếu giám khảo" in str(refused.value.message)


def test_nobody_but_the_organiser_assigns(contest: Contest) -> None:
    make_entry(contest)
    for user in (contest.chair, contest.clerk, contest.juror_user(), contest.admin):
        with pytest.raises(Forbidden):
            assigning.propose_assignment(
                contest.session, actor=contest.actor_of(user), round_=contest.round, seed="x", now=LATER
            )


def test_appoint_juror_gives_seat_role_and_conflicts(contest: Contest) -> None:
    entry = make_entry(contest)
    form = JurorForm(user_id=contest.stranger.id or 0, unit_id=contest.unit.id, fields=("one_stop",), maximum=10)

    juror = members.appoint_juror(contest.session, actor=contest.actor_of(contest.organiser), form=form, now=LATER)

    assert contest.actor_of(contest.stranger).judges
    conflicts = [(c.juror_id, c.entry_id) for c in contest.session.exec(select(JurorConflict))]
    assert conflicts == [(juror.id, entry.id)]


def dismiss(contest: Contest, juror: Juror, reason: str = "", *, user: User | None = None) -> int:
    actor = contest.actor_of(user or contest.organiser)
    return members.dismiss_juror(contest.session, actor=actor, juror=juror, reason=reason, now=LATER)


def test_dismiss_juror_keeps_what_was_submitted_and_releases_the_rest(contest: Contest) -> None:
    ill = contest.jurors[0]
    done, begun, waiting = (assign(contest, ill, make_entry(contest)) for _ in range(3))
    add_sheet(contest, done)
    add_sheet(contest, begun, marks={"novelty": 2000}, status=SheetStatus.DRAFT)
    open_round(contest)

    with pytest.raises(Invalid, match="lý do"):
        dismiss(contest, ill)
    released = dismiss(contest, ill, "Nằm viện.")

    assert released == 2
    assert [row.recuse_reason for row in (done, begun, waiting)] == ["", "Nằm viện.", "Nằm viện."]
    assert ill.left_at == LATER
    assert queries.list_owed_sheets(contest.session, round_id=contest.round.id or 0) == []


def test_dismiss_juror_does_not_wash_a_conflict_away(contest: Contest) -> None:
    """Their sheet would count: the pair still clashes until a person decides."""
    juror = contest.jurors[0]
    add_sheet(contest, assign(contest, juror, make_entry(contest)))
    open_round(contest)
    juror.unit_id = contest.unit.id
    contest.session.add(juror)
    members.compute_conflicts(contest.session, programme_id=contest.scene.programme_id, now=LATER)

    dismiss(contest, juror)
    members.compute_conflicts(contest.session, programme_id=contest.scene.programme_id, now=LATER)

    assert [c.juror_id for c in contest.session.exec(select(JurorConflict))] == [juror.id]
    assert len(queries.list_clashes(contest.session, round_id=contest.round.id or 0)) == 1


def test_a_juror_who_comes_back_may_have_the_entries_again(contest: Contest) -> None:
    juror, entry = contest.jurors[0], make_entry(contest)
    assign(contest, juror, entry)
    open_round(contest)
    dismiss(contest, juror, "Nhầm người.")
    organiser = contest.actor_of(contest.organiser)
    members.appoint_juror(contest.session, actor=organiser, form=JurorForm(user_id=juror.user_id), now=LATER)

    again = PairForm(juror_id=juror.id or 0, entry_id=entry.id or 0)
    assigning.add_assignment(contest.session, actor=organiser, round_=contest.round, form=again, now=LATER)

    assert pairs(contest) == {(entry.id, juror.id)}


def test_propose_names_who_marked_in_spite_of_a_conflict(contest: Contest) -> None:
    juror = contest.jurors[0]
    add_sheet(contest, assign(contest, juror, make_entry(contest, title="Thẻ tiến độ")))
    juror.unit_id = contest.unit.id
    contest.session.add(juror)
    contest.session.flush()

    with pytest.raises(Conflict) as refused:
        propose(contest)

    assert contest.juror_user(0).full_name in str(refused.value.message)
    assert "Thẻ tiến độ" in str(refused.value.message)


def test_dismiss_juror_is_the_organiser_s_and_done_once(contest: Contest) -> None:
    for user in (contest.chair, contest.juror_user(), contest.clerk, contest.admin):
        with pytest.raises(Forbidden):
            dismiss(contest, contest.jurors[0], user=user)

    assert dismiss(contest, contest.jurors[0]) == 0
    with pytest.raises(Conflict, match="không còn"):
        dismiss(contest, contest.jurors[0])


@pytest.mark.parametrize("engine_name", ["postgres"])  # SQLite has one writer: the second reads behind the first
def test_dismiss_juror_by_two_organisers_at_once_is_done_once(live_sessions: sessionmaker[Session]) -> None:
    """The second one read the seat before the first had finished."""
    with live_sessions() as session:
        contest = make_contest(session, jurors=1)
        session.commit()
        slug, organiser_id, juror_id = contest.slug, contest.organiser.id, contest.jurors[0].id

        with live_sessions() as other:
            actor = programmes.get_actor(
                other, scene=programmes.get_scene(other, slug=slug), user=other.get_one(User, organiser_id)
            )
            seat = other.get_one(Juror, juror_id)
            dismiss(contest, contest.jurors[0])
            session.commit()
            with pytest.raises(Conflict, match="không còn"):
                members.dismiss_juror(other, actor=actor, juror=seat, now=LATER)


def test_propose_after_a_juror_left_keeps_their_sheets_and_fills_their_places(contest: Contest) -> None:
    entries = [make_entry(contest) for _ in range(3)]
    accept(contest, propose(contest))
    ill = contest.jurors[0]
    mine = [a for a, _ in queries.list_assignments(contest.session, round_id=contest.round.id or 0)
            if a.juror_id == ill.id]  # fmt: skip
    add_sheet(contest, mine[0])
    open_round(contest)
    dismiss(contest, ill, "Nằm viện.")

    proposal = propose(contest)
    accept(contest, proposal)

    assert [pair for pair in proposal.pairs if pair[1] == ill.id] == [(mine[0].entry_id, ill.id)]
    progress = queries.progress_by_entry(contest.session, round_id=contest.round.id or 0)
    assert {p.assigned - p.recused for p in progress.values()} == {3}
    assert set(progress) == {e.id for e in entries}


def test_a_juror_s_role_gives_a_seat_and_takes_it(contest: Contest) -> None:
    entry = make_entry(contest)
    actor = contest.actor_of(contest.organiser)

    role = programme_service.grant_role(
        contest.session, scene=contest.scene, user_id=contest.head.id or 0, role=Role.JUROR, now=LATER, actor=actor
    )

    key = queries.find_seat(contest.session, programme_id=contest.scene.programme_id, user_id=contest.head.id or 0)
    seat = contest.session.get_one(Juror, key)
    assert [(c.juror_id, c.entry_id) for c in contest.session.exec(select(JurorConflict))] == [(seat.id, entry.id)]
    programme_service.revoke_role(contest.session, actor=actor, membership=role, now=LATER)
    assert seat.left_at == LATER


def test_revoke_role_of_a_juror_with_open_entries_is_refused(contest: Contest) -> None:
    assign(contest, contest.jurors[0], make_entry(contest))
    role = programmes.find_membership(
        contest.session, programme_id=contest.scene.programme_id, user_id=contest.jurors[0].user_id, role=Role.JUROR
    )
    assert role is not None

    with pytest.raises(Conflict, match="còn bài"):
        programme_service.revoke_role(
            contest.session, actor=contest.actor_of(contest.organiser), membership=role, now=LATER
        )


def test_dismiss_juror_takes_the_role_and_appointing_gives_both_back(contest: Contest) -> None:
    juror, user, actor = contest.jurors[0], contest.juror_user(), contest.actor_of(contest.organiser)

    members.dismiss_juror(contest.session, actor=actor, juror=juror, now=LATER)

    assert juror.left_at == LATER
    assert not contest.actor_of(user).judges
    again = members.appoint_juror(contest.session, actor=actor, form=JurorForm(user_id=user.id or 0), now=LATER)
    assert (again.id, again.left_at) == (juror.id, None)
    assert contest.actor_of(user).judges


# ---- what changed between two steps -------------------------------------------------------------------------------


def test_open_judging_takes_an_entry_that_was_withdrawn_off_every_list(contest: Contest) -> None:
    ready(contest)
    gone = ready(contest)
    gone.status = EntryStatus.WITHDRAWN.value
    contest.session.add(gone)
    contest.session.flush()

    open_it(contest)

    assert gone.id not in {entry for entry, _ in pairs(contest)}


def test_propose_after_a_withdrawal_leaves_the_entry_out(contest: Contest) -> None:
    ready(contest)
    gone = ready(contest)
    gone.status = EntryStatus.WITHDRAWN.value
    contest.session.add(gone)
    contest.session.flush()

    accept(contest, propose(contest, seed="khac"))

    assert gone.id not in {entry for entry, _ in pairs(contest)}


def test_add_assignment_finds_a_conflict_that_nobody_computed_yet(contest: Contest) -> None:
    colleague = add_juror(contest, unit=contest.unit)
    entry = make_entry(contest)

    with pytest.raises(Conflict, match="xung đột"):
        assigning.add_assignment(
            contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round,
            form=PairForm(juror_id=colleague.id or 0, entry_id=entry.id or 0), now=LATER,
        )  # fmt: skip


def test_accept_after_a_new_conflict_is_refused(contest: Contest) -> None:
    entry = make_entry(contest)
    proposal = propose(contest)
    actor = contest.actor_of(contest.organiser)
    form = ConflictForm(juror_id=proposal.pairs[0][1], entry_id=entry.id or 0, kind="family", reason="Anh em ruột.")
    members.set_conflict(contest.session, actor=actor, form=form, now=LATER)

    with pytest.raises(Conflict):
        accept(contest, proposal)


def test_accept_after_a_juror_left_is_refused(contest: Contest) -> None:
    make_entry(contest)
    proposal = propose(contest)
    leaver = next(j for j in contest.jurors if j.id == proposal.pairs[0][1])
    members.dismiss_juror(contest.session, actor=contest.actor_of(contest.organiser), juror=leaver, now=LATER)

    with pytest.raises(Conflict):
        accept(contest, proposal)


def test_open_judging_with_a_juror_in_conflict_is_refused(contest: Contest) -> None:
    ready(contest)
    judging = contest.session.get_one(Juror, next(iter(pairs(contest)))[1])
    judging.unit_id = contest.unit.id
    contest.session.add(judging)
    contest.session.flush()

    with pytest.raises(Conflict, match="xung đột"):
        open_it(contest)


def test_set_conflict_with_an_entry_of_another_contest_is_refused(contest: Contest, session: Session) -> None:
    foreign = make_entry(make_contest(session))
    form = ConflictForm(
        juror_id=contest.jurors[0].id or 0, entry_id=foreign.id or 0, kind="family", reason="Anh em ruột."
    )

    with pytest.raises(NotFound):
        members.set_conflict(contest.session, actor=contest.actor_of(contest.organiser), form=form, now=LATER)


def test_open_judging_seals_the_version_saved_since_the_page_was_read(contest: Contest) -> None:
    ready(contest)
    reader = contest.actor_of(contest.organiser)
    plan = contest.plan.model_copy(update={"title": "Cuộc thi đã sửa tên"})
    saved = programme_service.save_plan(
        contest.session, actor=contest.actor_of(contest.organiser), plan=plan, reason="Sửa tên.", now=LATER
    )

    assigning.open_judging(contest.session, actor=reader, round_=contest.round, now=LATER)

    assert contest.round.plan_version_id == saved.id
    assert saved.sealed_at == LATER


def test_discard_is_journalled(contest: Contest) -> None:
    make_entry(contest)
    propose(contest)

    assigning.discard_proposal(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=LATER
    )

    kinds = list(contest.session.exec(select(JournalEvent.kind)))
    assert "assignment.discarded" in kinds


@pytest.mark.parametrize("engine_name", ["postgres"])
def test_propose_by_two_organisers_at_once_leaves_one_proposal_waiting(live_sessions: sessionmaker[Session]) -> None:
    with live_sessions() as session:
        contest = make_contest(session, jurors=3)
        make_entry(contest)
        session.commit()
        slug, organiser_id = contest.slug, contest.organiser.id

        def propose_beside() -> None:
            with live_sessions() as other:
                scene = programmes.get_scene(other, slug=slug)
                actor = programmes.get_actor(other, scene=scene, user=other.get_one(User, organiser_id))
                assigning.propose_assignment(other, actor=actor, round_=scene.rounds[0], seed="khác", now=LATER)
                other.commit()

        with ThreadPoolExecutor(max_workers=1) as beside:
            propose(contest)
            waiting = beside.submit(propose_beside)
            sleep(0.5)
            session.commit()
            waiting.result(timeout=30)

        proposals = session.exec(select(AssignmentProposal).order_by(col(AssignmentProposal.id))).all()
        assert [p.discarded_at is None for p in proposals] == [False, True]
