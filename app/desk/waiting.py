"""What waits for a person, by what it waits for: counts with the page where each is dealt with. Pure."""

from dataclasses import dataclass

from app.core.i18n import N_, Message
from app.desk.situation import Bundle, Situation, Stage
from app.entries.models import SENT, EntryStatus
from app.programmes.access import Actor

S = EntryStatus


@dataclass(frozen=True, slots=True)
class Wait:
    """So many of something. `path` is below the programme's own page; `is_late` asks for attention."""

    label: Message
    count: int
    path: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class WaitGroup:
    """Things of one kind of work."""

    title: Message
    waits: tuple[Wait, ...]


def list_waits(actor: Actor, s: Situation) -> list[WaitGroup]:
    """Give what waits in the duties of this person; what there is none of is left out."""
    groups = []
    if actor.units:
        groups.append(WaitGroup(N_("Bài của đơn vị"), _of_units(s.entries.of_units(actor.units))))
    if actor.organises or actor.chairs:
        groups += [
            WaitGroup(N_("Tiếp nhận bài"), _of_host(s.entries.seen_by_host(), s)),
            WaitGroup(N_("Chấm thi"), _of_jury(s)),
            WaitGroup(N_("Kết quả"), _of_board(s)),
        ]
    shown = (WaitGroup(g.title, tuple(w for w in g.waits if w.count)) for g in groups)
    return [group for group in shown if group.waits]


def _of_units(own: Bundle) -> tuple[Wait, ...]:
    return (
        Wait(N_("Bị trả lại, cần bổ sung"), own.count(S.RETURNED), "/screening?tab=supplement", is_late=True),
        Wait(N_("Quá hạn, chưa gửi"), own.overdue().count(), "/entries", is_late=True),
        Wait(N_("Bản nháp"), own.count(S.DRAFT), "/entries?status=draft"),
        Wait(N_("Chờ sơ loại"), own.count(S.SUBMITTED), "/screening?tab=screen"),
        Wait(N_("Chờ thủ trưởng xác nhận"), own.count(S.KEPT), "/screening?tab=confirm"),
        Wait(N_("Chờ gửi lên"), own.count(S.CONFIRMED), "/screening?tab=forward"),
        Wait(N_("Đã gửi lên"), own.count(*SENT), "/screening?tab=sent"),
    )


def _of_host(seen: Bundle, s: Situation) -> tuple[Wait, ...]:
    late = 0 if s.is_sealed else seen.overdue().count()
    return (
        Wait(N_("Chờ kiểm tra điều kiện"), seen.count(S.FORWARDED), "/screening?tab=check"),
        Wait(N_("Đơn vị đang bổ sung"), seen.count(S.RETURNED), "/screening?tab=returned"),
        Wait(N_("Quá hạn, chưa gửi"), late, "/screening?tab=late", is_late=True),
        Wait(N_("Đủ điều kiện dự thi"), seen.count(S.ACCEPTED), "/screening?tab=accepted"),
        Wait(N_("Không đủ điều kiện"), seen.count(S.INELIGIBLE), "/screening?tab=ineligible"),
    )


def _of_jury(s: Situation) -> tuple[Wait, ...]:
    short = s.jury.short if s.stage in {Stage.CHECKING, Stage.JUDGING} else 0
    return (
        Wait(N_("Bài chưa đủ giám khảo"), short, "/jury/assignment", is_late=s.stage == Stage.JUDGING),
        Wait(N_("Bài chờ phân công chấm thêm"), s.jury.further, "/jury/progress"),
        Wait(N_("Phương án phân công chờ chấp nhận"), int(s.jury.proposal_waits), "/jury/assignment"),
        Wait(
            N_("Phiếu chấm chưa nộp"),
            s.jury.owed - s.jury.submitted if s.stage == Stage.JUDGING else 0,
            "/jury/progress",
        ),
    )


def _of_board(s: Situation) -> tuple[Wait, ...]:
    waits_for_approval = s.stage == Stage.PROPOSED and not (s.meeting.ties or s.meeting.unexplained)
    return (
        Wait(N_("Trường hợp bằng điểm chờ Trưởng Ban quyết định"), s.meeting.ties, "/results"),
        Wait(N_("Mức giải để trống chưa ghi lý do"), s.meeting.unexplained, "/results"),
        Wait(N_("Kết quả chờ phê duyệt"), int(waits_for_approval), "/results"),
        Wait(N_("Kết quả chờ công bố"), int(s.stage == Stage.APPROVED), "/results"),
        Wait(
            N_("Bài trong danh sách gửi lên, chờ phê duyệt"),
            0 if s.finals.approved else s.finals.chosen,
            "/handover",
        ),
    )


@dataclass(frozen=True, slots=True)
class Meter:
    """So many of so many. `path` is where to look closer."""

    label: Message | str
    value: int
    maximum: int
    path: str


def list_meters(actor: Actor, s: Situation) -> list[Meter]:
    """Give how far things are: the juror's own sheets, and for those who run the contest units and all sheets."""
    meters: list[Meter] = []
    if actor.judges and s.queue is not None and s.queue.assigned:
        meters.append(Meter(N_("Phiếu của bạn"), s.queue.submitted, s.queue.assigned, "/jury"))
    if not (actor.organises or actor.chairs):
        return meters
    if s.jury.owed and s.is_sealed:
        meters.append(Meter(N_("Phiếu chấm đã nộp"), s.jury.submitted, s.jury.owed, "/jury/progress"))
    return meters + [
        Meter(N_("%(category)s đã gửi bài", category=t.category.label), t.sent, t.units, "/entries/participation")
        for t in s.turnout
        if t.units
    ]
