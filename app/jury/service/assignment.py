"""Who judges what: a proposal by the optimiser, accepted or adjusted by a person, then judging opens."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from app.core.errors import Conflict, require
from app.core.i18n import N_, Message
from app.entries.models import Entry, EntryStatus
from app.journal import service as journal
from app.jury import policy, queries
from app.jury.forms import CONFLICT_LABELS, PairForm
from app.jury.models import Assignment, AssignmentProposal, Marking, SheetStatus
from app.jury.queries import FurtherState, JurorRow
from app.jury.service.jurors import compute_conflicts
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.access import Actor
from app.programmes.models import Round
from app.screening.queries import count_supplements
from scoring import Assignment as Found
from scoring import EntrySpec, InfeasibleAssignmentError, JurorSpec, assign, canonical_json

LINK_BUDGET = 0.02  # SCIENCE: two per cent of the affinity buys a jury whose severities can be compared

INFEASIBLE: dict[str, Message] = {
    "too_few_jurors": N_("Không đủ giám khảo không vướng xung đột lợi ích cho các bài: %(entries)s."),
    "above_maximum": N_("Giám khảo đã nhận quá số bài tối đa: %(jurors)s."),
    "below_minimum": N_("Không đủ bài để mỗi giám khảo nhận đủ số bài tối thiểu: %(jurors)s."),
    "not_enough_places": N_("Tổng số bài mà các giám khảo nhận được ít hơn số lượt chấm cần có."),
    "too_many_places": N_("Tổng số bài tối thiểu của các giám khảo nhiều hơn số lượt chấm cần có."),
    "locked_conflict": N_(
        "Giám khảo đã chấm bài mà mình vướng xung đột lợi ích, hãy xử lý trước: %(jurors)s – %(entries)s."
    ),
    "too_many_locked": N_("Có bài đã nhiều phiếu hơn số giám khảo cần có, hãy rút bớt phân công: %(entries)s."),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the optimiser proposed, read back."""

    row: AssignmentProposal
    pairs: tuple[tuple[int, int], ...]  # (entry id, juror id)
    expertless: tuple[int, ...]
    components: int
    objective: int
    optimum: int


def propose_assignment(session: Session, *, actor: Actor, round_: Round, seed: str, now: datetime) -> Proposal:
    """Compute a proposal: hard conflicts, capacities, expertise, least disruption. Sheets already begun stay.

    It is about the first marking; whoever has an entry for a further one stays away from its first.
    """
    # Exclusively: the second of two clicks discards what the first proposed, and nothing is proposed behind a closing.
    programme_queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
    require(policy.refuse_assign(actor, round_=round_))
    compute_conflicts(session, programme_id=actor.programme_id, now=now, actor_id=actor.user_id)
    rows = queries.list_jurors(session, programme_id=actor.programme_id, include_left=True)
    entries = queries.list_accepted(session, programme_id=actor.programme_id)
    if all(r.juror.left_at is not None for r in rows):
        raise Conflict(N_("Chưa có giám khảo nào."))
    if not entries:
        raise Conflict(N_("Chưa có bài nào được tiếp nhận."))
    per_entry = programmes.sealed_plan(session, round_=round_).round_rules(round_.key).jurors_per_entry
    assert round_.id is not None
    current = queries.list_assignments(session, round_id=round_.id)
    recused = {(a.entry_id, a.juror_id) for a, _ in current if a.recused_at is not None}
    further = {(a.entry_id, a.juror_id) for a, _ in current if a.marking == Marking.FURTHER}
    conflicts = {
        (c.entry_id, c.juror_id)
        for c in queries.list_conflicts(session, programme_id=actor.programme_id)
        if c.dismissed_at is None
    }
    entry_ids = {e.id for e in entries}
    current = [(a, s) for a, s in current if a.entry_id in entry_ids and a.marking == Marking.FIRST]
    locked = [(a.entry_id, a.juror_id) for a, s in current if s is not None and a.recused_at is None]
    jurors = _specs(rows, locked)
    juror_ids = {int(spec.id) for spec in jurors}
    try:
        found = assign(
            [EntrySpec(str(e.id), field=e.field) for e in entries],
            jurors=jurors,
            per_entry=per_entry,
            seed=seed,
            conflicts=name_pairs((e, j) for e, j in conflicts | recused | further if e in entry_ids and j in juror_ids),
            locked=name_pairs(locked),
            previous=name_pairs((a.entry_id, a.juror_id) for a, _ in current if a.recused_at is None),
            link_budget=LINK_BUDGET,
        )
    except InfeasibleAssignmentError as error:
        raise Conflict(
            explain_infeasible(error, entries=entries, names={str(r.juror.id): r.user.full_name for r in rows})
        ) from error
    discard_proposal(session, actor=actor, round_=round_, now=now)
    canonical = _canonical(found, per_entry=per_entry, seed=seed)
    row = AssignmentProposal(round_id=round_.id, seed=seed, canonical=canonical, created_at=now)
    session.add(row)
    session.flush()
    journal.record(
        session,
        kind="assignment.proposed",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"round:{round_.id}",
        data={"proposal": row.id, "seed": seed, "pairs": len(found.pairs)},
    )
    return read_proposal(row)


def _specs(rows: Sequence[JurorRow], locked: Sequence[tuple[int, int]]) -> list[JurorSpec]:
    """The jury for the optimiser. Who has left keeps the sheets that count and gets nothing more."""
    kept = Counter(juror_id for _, juror_id in locked)
    specs = []
    for row in rows:
        juror, has = row.juror, kept[row.juror.id or 0]
        if juror.left_at is None:
            specs.append(
                JurorSpec(str(juror.id), fields=tuple(juror.fields), minimum=juror.minimum, maximum=juror.maximum)
            )
        elif has:
            specs.append(JurorSpec(str(juror.id), fields=tuple(juror.fields), maximum=has))
    return specs


def _canonical(found: Found, *, per_entry: int, seed: str) -> str:
    content = {
        "components": found.linkage.components,
        "expertless": sorted(int(e) for e in found.expertless),
        "moved": found.moved,
        "objective": found.objective,
        "optimum": found.optimum,
        "pairs": sorted([int(e), int(j)] for e, j in found.pairs),
        "per_entry": per_entry,
        "seed": seed,
    }
    return canonical_json(content).decode()


def name_pairs(pairs: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
    """Pairs (entry id, juror id) as the optimiser names them."""
    return [(str(e), str(j)) for e, j in sorted(pairs)]


def explain_infeasible(
    error: InfeasibleAssignmentError,
    *,
    entries: Iterable[Entry],
    names: Mapping[str, str],
    sentences: Mapping[str, Message] = INFEASIBLE,
) -> Message:
    """Say why there is no assignment, with the entries or jurors that stand in the way."""
    titles = {str(e.id): f"{e.number} – {e.title}" for e in entries}
    message = sentences.get(error.reason, N_("Không phân công được với các ràng buộc hiện có."))
    if "%(" not in message.text:
        return message
    return Message(
        message.text,
        {
            "entries": "; ".join(titles.get(e, e) for e in error.entries[:10]),
            "jurors": ", ".join(names.get(j, j) for j in error.jurors),
        },
    )


def read_proposal(row: AssignmentProposal) -> Proposal:
    """Read a stored proposal back."""
    content = json.loads(row.canonical)
    return Proposal(
        row=row,
        pairs=tuple((e, j) for e, j in content["pairs"]),
        expertless=tuple(content["expertless"]),
        components=content["components"],
        objective=content["objective"],
        optimum=content["optimum"],
    )


def discard_proposal(session: Session, *, actor: Actor, round_: Round, now: datetime) -> None:
    """Throw the waiting proposal away, if there is one."""
    require(policy.refuse_assign(actor, round_=round_))
    assert round_.id is not None
    waiting = queries.find_proposal(session, round_id=round_.id)
    if waiting is not None:
        waiting.discarded_at = now
        session.add(waiting)
        session.flush()
        journal.record(
            session,
            kind="assignment.discarded",
            now=now,
            actor_id=actor.user_id,
            programme_id=actor.programme_id,
            subject=f"round:{round_.id}",
            data={"proposal": waiting.id},
        )


def accept_proposal(session: Session, *, actor: Actor, round_: Round, proposal: Proposal, now: datetime) -> int:
    """Put the proposal into force: new pairs come, pairs outside it without a sheet go. Gives the number of changes."""
    # Exclusively: no sheet may be begun on a pair that is about to go, and two clicks wait for each other.
    programme_queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
    require(policy.refuse_assign(actor, round_=round_))
    session.refresh(proposal.row)
    if proposal.row.accepted_at is not None or proposal.row.discarded_at is not None:
        raise Conflict(N_("Phương án này đã được xử lý. Vui lòng tải lại trang."))
    assert round_.id is not None
    current = {(a.entry_id, a.juror_id): (a, s) for a, s in queries.list_assignments(session, round_id=round_.id)}
    wanted = set(proposal.pairs)
    _require_still_possible(session, actor=actor, pairs=wanted - set(current), now=now)
    changes = 0
    for pair, (assignment, sheet) in current.items():
        if assignment.marking == Marking.FURTHER:
            continue
        if pair not in wanted and sheet is None and assignment.recused_at is None:
            session.delete(assignment)
            changes += 1
    for entry_id, juror_id in sorted(wanted - set(current)):
        session.add(Assignment(round_id=round_.id, juror_id=juror_id, entry_id=entry_id, assigned_at=now))
        changes += 1
    proposal.row.accepted_at = now
    session.add(proposal.row)
    session.flush()
    journal.record(
        session,
        kind="assignment.accepted",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"round:{round_.id}",
        data={"proposal": proposal.row.id, "changes": changes},
    )
    return changes


def _require_still_possible(session: Session, *, actor: Actor, pairs: set[tuple[int, int]], now: datetime) -> None:
    """Refuse a proposal whose new pairs would not be proposed today: people decide things while it waits."""
    entries = {e.id for e in queries.list_accepted(session, programme_id=actor.programme_id)}
    jurors = {r.juror.id for r in queries.list_jurors(session, programme_id=actor.programme_id)}
    clashes = list_barred_pairs(session, actor=actor, now=now)
    if any(pair in clashes or pair[0] not in entries or pair[1] not in jurors for pair in pairs):
        raise Conflict(
            N_(
                "Sau khi lập phương án đã có thay đổi về bài dự thi, giám khảo hoặc xung đột lợi ích. "
                "Vui lòng lập lại phương án."
            )
        )


def list_barred_pairs(session: Session, *, actor: Actor, now: datetime) -> set[tuple[int, int]]:
    """Pairs (entry id, juror id) that must not meet, as units and names stand now."""
    compute_conflicts(session, programme_id=actor.programme_id, now=now, actor_id=actor.user_id)
    conflicts = queries.list_conflicts(session, programme_id=actor.programme_id)
    return {(c.entry_id, c.juror_id) for c in conflicts if c.dismissed_at is None}


def add_assignment(session: Session, *, actor: Actor, round_: Round, form: PairForm, now: datetime) -> Assignment:
    """Give one entry to one juror by hand. A conflict stands in the way."""
    # Exclusively: which marking it is of depends on the sheets of others.
    programme_queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
    require(policy.refuse_assign(actor, round_=round_))
    juror = queries.get_juror(session, programme_id=actor.programme_id, juror_id=form.juror_id)
    entry = session.get(Entry, form.entry_id)
    if entry is None or entry.programme_id != actor.programme_id or entry.status != EntryStatus.ACCEPTED:
        raise Conflict(N_("Chỉ phân công bài đã được tiếp nhận."))
    if juror.left_at is not None:
        raise Conflict(N_("Người này không còn trong Ban Giám khảo."))
    if (entry.id, juror.id) in list_barred_pairs(session, actor=actor, now=now):
        raise Conflict(N_("Giám khảo có xung đột lợi ích với bài này nên không được phân công."))
    assert round_.id is not None
    assert juror.id is not None
    assert entry.id is not None
    query = select(Assignment).where(
        Assignment.round_id == round_.id, Assignment.juror_id == juror.id, Assignment.entry_id == entry.id
    )
    existing = session.exec(query).first()
    if existing is not None:
        raise Conflict(
            N_("Giám khảo đã từ chối chấm bài này.")
            if existing.recused_at is not None
            else N_("Bài này đã được phân công cho giám khảo đó.")
        )
    return put_on_list(
        session,
        actor=actor,
        round_=round_,
        entry_id=entry.id,
        juror_id=juror.id,
        marking=_marking_of_next(session, round_=round_, entry_id=entry.id),
        now=now,
    )


def _marking_of_next(session: Session, *, round_: Round, entry_id: int) -> Marking:
    """Of which marking another juror of the entry is: once its first sheets lie too far apart, of the further one."""
    rules = programmes.sealed_plan(session, round_=round_).round_rules(round_.key)
    state = queries.find_further(session, round_=round_, rules=rules).get(entry_id)
    if state is None:
        return Marking.FIRST
    if state != FurtherState.WAITING:
        raise Conflict(N_("Bài này đã có giám khảo chấm thêm."))
    return Marking.FURTHER


def put_on_list(
    session: Session,
    *,
    actor: Actor,
    round_: Round,
    entry_id: int,
    juror_id: int,
    marking: Marking,
    now: datetime,
) -> Assignment:
    """Give the entry to the juror. A further marking locks the first sheets of its entry, whatever becomes of it."""
    assert round_.id is not None
    row = Assignment(round_id=round_.id, juror_id=juror_id, entry_id=entry_id, marking=marking.value, assigned_at=now)
    session.add(row)
    locked = []
    if marking == Marking.FURTHER:
        for assignment, sheet in queries.list_assignments(session, round_id=round_.id, entry_id=entry_id):
            if assignment.marking == Marking.FIRST and sheet is not None and sheet.status == SheetStatus.SUBMITTED:
                sheet.status = SheetStatus.LOCKED.value
                session.add(sheet)
                locked.append(sheet.id)
    session.flush()
    journal.record(
        session,
        kind="assignment.added",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"assignment:{row.id}",
        data={"juror": juror_id, "entry": entry_id, "marking": marking.value, "locked_sheets": locked},
    )
    return row


def remove_assignment(session: Session, *, actor: Actor, round_: Round, form: PairForm, now: datetime) -> None:
    """Take an entry off a juror's list, as long as no sheet was begun."""
    programme_queries.hold_rounds(session, programme_id=actor.programme_id)
    assert round_.id is not None
    assignment, sheet = queries.get_assignment(
        session, round_id=round_.id, juror_id=form.juror_id, entry_id=form.entry_id, lock=True
    )
    require(policy.refuse_unassign(actor, round_=round_, sheet=sheet, marking=assignment.marking))
    _delete(session, actor=actor, assignment=assignment, now=now)


def _delete(session: Session, *, actor: Actor, assignment: Assignment, now: datetime) -> None:
    session.delete(assignment)
    session.flush()
    journal.record(
        session,
        kind="assignment.removed",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"assignment:{assignment.id}",
        data={"juror": assignment.juror_id, "entry": assignment.entry_id},
    )


def list_short_entries(session: Session, *, actor: Actor, round_: Round) -> list[tuple[Entry, int]]:
    """Give the accepted entries that have fewer active jurors than the rules ask, with how many are missing."""
    assert round_.id is not None
    needed = programmes.sealed_plan(session, round_=round_).round_rules(round_.key).jurors_per_entry
    progress = queries.progress_by_entry(session, round_id=round_.id)
    short = []
    for entry in queries.list_accepted(session, programme_id=actor.programme_id):
        assert entry.id is not None
        row = progress.get(entry.id)
        active = row.assigned - row.recused if row else 0
        if active < needed:
            short.append((entry, needed - active))
    return short


def require_openable(session: Session, *, actor: Actor, round_: Round, now: datetime) -> None:
    """Raise what still stands in the way of opening the round."""
    unchecked = queries.count_status(session, programme_id=actor.programme_id, status=EntryStatus.FORWARDED)
    accepted = queries.count_status(session, programme_id=actor.programme_id, status=EntryStatus.ACCEPTED)
    supplements = count_supplements(session, programme_id=actor.programme_id, now=now)
    require(
        policy.refuse_open(
            actor,
            round_=round_,
            plan=programmes.sealed_plan(session, round_=round_),
            now=now,
            supplements=supplements.count,
            supplement_until=supplements.until,
            unchecked=unchecked,
            accepted=accepted,
        )
    )
    short = list_short_entries(session, actor=actor, round_=round_)
    if short:
        names = "; ".join(f"{e.number:03d} – {e.title}" for e, _ in short[:5])
        raise Conflict(N_("Còn %(n)s bài chưa đủ giám khảo: %(names)s.", n=len(short), names=names))


def open_judging(session: Session, *, actor: Actor, round_: Round, now: datetime) -> None:
    """Open the round: every accepted entry has its jurors, none of them in a conflict, and the rules are sealed."""
    programme_queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
    require_openable(session, actor=actor, round_=round_, now=now)
    _drop_gone_entries(session, actor=actor, round_=round_, now=now)
    require_no_clash(session, actor=actor, round_=round_, now=now)
    programmes.open_round(session, actor=actor, round_=round_, now=now)


def _drop_gone_entries(session: Session, *, actor: Actor, round_: Round, now: datetime) -> None:
    """Take entries off the lists that were withdrawn or taken back after they had been assigned."""
    assert round_.id is not None
    accepted = {e.id for e in queries.list_accepted(session, programme_id=actor.programme_id)}
    for assignment, _ in queries.list_assignments(session, round_id=round_.id):
        if assignment.entry_id not in accepted:
            _delete(session, actor=actor, assignment=assignment, now=now)


def require_no_clash(session: Session, *, actor: Actor, round_: Round, now: datetime) -> None:
    """Raise if somebody's list holds an entry that they must not judge, and name every such pair."""
    assert round_.id is not None
    compute_conflicts(session, programme_id=actor.programme_id, now=now, actor_id=actor.user_id)
    clashes = queries.list_clashes(session, round_id=round_.id)
    refusal = policy.refuse_clashes(len(clashes))
    if refusal is not None:
        refusal.fields = {
            f"clash.{i}": N_(
                "Bài %(number)s – %(title)s: giám khảo %(name)s (%(why)s)",
                number=f"{c.entry.number:03d}",
                title=c.entry.title,
                name=c.juror_name,
                why=CONFLICT_LABELS[c.kind],
            )
            for i, c in enumerate(clashes)
        }
        raise refusal
