"""The further marking: an entry whose first sheets lie too far apart goes to a juror who has not marked it."""

from datetime import datetime

from sqlmodel import Session

from app.core.errors import Conflict, require
from app.core.i18n import N_
from app.entries.models import Entry
from app.journal import service as journal
from app.jury import policy, queries
from app.jury.models import Marking
from app.jury.queries import FurtherState
from app.jury.service.assignment import INFEASIBLE, explain_infeasible, list_barred_pairs, name_pairs, put_on_list
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.access import Actor
from app.programmes.models import Round
from scoring import EntrySpec, InfeasibleAssignmentError, JurorSpec, assign

# Where the whole jury marks every entry nobody is left, conflicts or not: what helps is one juror more.
_INFEASIBLE = INFEASIBLE | {
    "too_few_jurors": N_(
        "Không còn giám khảo nào chưa từng nhận và không vướng xung đột lợi ích với các bài: %(entries)s. "
        "Hãy thêm giám khảo ở trang Thành viên Ban Giám khảo rồi phân công chấm thêm lại."
    )
}


def assign_further(session: Session, *, actor: Actor, round_: Round, seed: str, now: datetime) -> int:
    """Give every entry that waits for a further marking to one more juror; gives how many. Says nothing of marks."""
    # Exclusively: no first sheet may change while it is being judged whether there is a gap.
    programme_queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
    rules = programmes.sealed_plan(session, round_=round_).round_rules(round_.key)
    require(policy.refuse_further(actor, round_=round_, rules=rules))
    called = queries.list_further(session, round_=round_, rules=rules)
    waiting = [row.entry for row in called if row.state == FurtherState.WAITING]
    if not waiting:
        raise Conflict(N_("Không có bài nào đang chờ phân công chấm thêm."))
    pairs = _draw(session, actor=actor, round_=round_, entries=waiting, seed=seed, now=now)
    journal.record(
        session,
        kind="assignment.further_drawn",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"round:{round_.id}",
        data={"seed": seed, "pairs": len(pairs)},
    )
    for entry_id, juror_id in pairs:
        put_on_list(
            session,
            actor=actor,
            round_=round_,
            entry_id=entry_id,
            juror_id=juror_id,
            marking=Marking.FURTHER,
            now=now,
        )
    return len(waiting)


def _draw(
    session: Session, *, actor: Actor, round_: Round, entries: list[Entry], seed: str, now: datetime
) -> list[tuple[int, int]]:
    """One juror for each entry, by the same optimiser: whoever has ever had the entry is out, loads still count."""
    assert round_.id is not None
    rows = queries.list_jurors(session, programme_id=actor.programme_id)
    current = [a for a, _ in queries.list_assignments(session, round_id=round_.id)]
    barred = list_barred_pairs(session, actor=actor, now=now) | {(a.entry_id, a.juror_id) for a in current}
    loads: dict[int, int] = {}
    for assignment in current:
        if assignment.recused_at is None:
            loads[assignment.juror_id] = loads.get(assignment.juror_id, 0) + 1
    entry_ids, juror_ids = {e.id for e in entries}, {r.juror.id for r in rows}
    try:
        found = assign(
            [EntrySpec(str(e.id), field=e.field) for e in entries],
            jurors=[
                JurorSpec(
                    str(r.juror.id),
                    fields=tuple(r.juror.fields),
                    maximum=None
                    if r.juror.maximum is None
                    else max(0, r.juror.maximum - loads.get(r.juror.id or 0, 0)),
                )
                for r in rows
            ],
            per_entry=1,
            seed=seed,
            conflicts=name_pairs((e, j) for e, j in barred if e in entry_ids and j in juror_ids),
        )
    except InfeasibleAssignmentError as error:
        names = {str(r.juror.id): r.user.full_name for r in rows}
        said = explain_infeasible(error, entries=entries, names=names, sentences=_INFEASIBLE)
        raise Conflict(said) from error
    return [(int(e), int(j)) for e, j in found.pairs]
