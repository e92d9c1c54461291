"""What a person does next: pure functions from how things stand to one action per role, the pressing one first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.core.i18n import N_, Message
from app.desk.situation import Situation, Stage
from app.entries.models import AT_UNIT, SENT, EntryStatus
from app.programmes.access import Actor
from app.programmes.models import Role

S = EntryStatus


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, or why there is nothing to do. `path` is below the programme's own page."""

    key: str
    title: Message
    text: Message
    label: Message
    path: str
    is_todo: bool = True
    due: datetime | None = None


def list_actions(actor: Actor, s: Situation) -> list[Action]:
    """Give one action per role of the person: what waits for them first, in the order of the roles."""
    if s.stage == Stage.MOVEMENT:
        return [_movement()]
    actions = [act(actor, s) for role, act in _ACTS if role in actor.roles]
    if actor.administers:
        actions.append(act_as_administrator(actor, s))
    # Two roles may have the same thing to do («quá hạn» for clerk and head): it is said once.
    distinct = {action.key: action for action in reversed(actions)}
    return sorted((a for a in actions if distinct[a.key] is a), key=lambda action: not action.is_todo)


def _movement() -> Action:
    return Action(
        "movement",
        N_("Phong trào đang triển khai theo kế hoạch"),
        N_("Xem mục đích, nội dung, thời hạn và phân công trong kế hoạch."),
        N_("Xem kế hoạch"),
        "",
        is_todo=False,
    )


# ---- people of a unit --------------------------------------------------------------------------------------------


def act_as_clerk(actor: Actor, s: Situation) -> Action:
    """What the clerk of a unit does next."""
    own = s.entries.of_units(actor.clerk_of)
    open_ = own.in_time()
    return (
        _unit_outside_intake(own.count(*SENT), s)
        or _supplement(open_.count(S.RETURNED), open_.due(S.RETURNED))
        or _forward(open_.count(S.CONFIRMED), open_.due(S.CONFIRMED), actor)
        or _screen(open_.count(S.SUBMITTED), open_.due(S.SUBMITTED))
        or _finish(open_.count(S.DRAFT), open_.due(S.DRAFT))
        or _overdue(own.overdue().count(), actor)
        or _await_head(open_.count(S.KEPT), open_.due(S.KEPT))
        or _enter(own.count(*SENT), s)
    )


def act_as_head(actor: Actor, s: Situation) -> Action:
    """What the head of a unit does next."""
    own = s.entries.of_units(actor.head_of)
    open_ = own.in_time()
    return (
        _unit_outside_intake(own.count(*SENT), s)
        or _confirm(open_.count(S.KEPT), open_.due(S.KEPT))
        or _overdue(own.overdue().count(), actor)
        or _await_clerk(open_.count(S.CONFIRMED), open_.due(S.CONFIRMED))
        or Action(
            "head_clear",
            N_("Không có bài nào chờ xác nhận"),
            N_("Khi đơn vị chọn bài, bài đó sẽ hiện ở đây để thủ trưởng xác nhận."),
            N_("Xem bài của đơn vị"),
            "/entries",
            is_todo=False,
        )
    )


def _unit_outside_intake(sent: int, s: Situation) -> Action | None:
    """Before intake and after sealing a unit changes nothing; it reads."""
    if s.stage == Stage.PUBLISHED:
        return _read_result()
    if s.is_sealed:
        return Action(
            "unit_judged",
            N_("Bài dự thi đang được chấm"),
            N_("Đơn vị có %(n)s bài đã gửi. Kết quả hiện ở đây khi được công bố.", n=sent),
            N_("Xem bài của đơn vị"),
            "/entries",
            is_todo=False,
        )
    if s.stage == Stage.BEFORE:
        assert s.opens is not None
        return Action(
            "not_open",
            N_("Chưa đến thời gian nhận bài"),
            N_("Cuộc thi nhận bài từ ngày %(day)s.", day=s.opens.strftime("%d/%m/%Y")),
            N_("Xem kế hoạch"),
            "",
            is_todo=False,
        )
    return None


def _read_result() -> Action:
    return Action(
        "read_result",
        N_("Kết quả đã công bố"),
        N_("Xem danh sách bài đạt giải."),
        N_("Xem kết quả"),
        "/results/public",
        is_todo=False,
    )


def _supplement(n: int, due: datetime | None) -> Action | None:
    if not n:
        return None
    return Action(
        "supplement",
        N_("Bổ sung %(n)s bài bị trả lại", n=n),
        N_("Sửa theo lý do trả lại rồi nộp, sơ loại, xác nhận và gửi lại trong thời hạn."),
        N_("Bổ sung bài"),
        "/screening?tab=supplement",
        due=due,
    )


def _forward(n: int, due: datetime | None, actor: Actor) -> Action | None:
    if not n:
        return None
    return Action(
        "forward",
        N_("Gửi %(n)s bài lên %(agency)s", n=n, agency=actor.plan.host.standing_agency),
        N_("Thủ trưởng đã xác nhận. Bài chỉ được tính khi gửi trước hạn."),
        N_("Gửi bài"),
        "/screening?tab=forward",
        due=due,
    )


def _screen(n: int, due: datetime | None) -> Action | None:
    if not n:
        return None
    return Action(
        "screen",
        N_("Sơ loại %(n)s bài", n=n),
        N_("Đối chiếu danh mục kiểm tra, chọn hoặc không chọn từng bài."),
        N_("Sơ loại"),
        "/screening?tab=screen",
        due=due,
    )


def _finish(n: int, due: datetime | None) -> Action | None:
    if not n:
        return None
    return Action(
        "finish",
        N_("Hoàn thiện và nộp %(n)s bản nháp", n=n),
        N_("Bản nháp chỉ đơn vị thấy; nộp xong sẽ có phiếu tiếp nhận."),
        N_("Mở bản nháp"),
        "/entries?status=draft",
        due=due,
    )


def _overdue(n: int, actor: Actor) -> Action | None:
    if not n:
        return None
    return Action(
        "overdue",
        N_("%(n)s bài quá hạn, chưa gửi", n=n),
        N_(
            "Bài vẫn được giữ nguyên. Muốn gửi muộn, đề nghị %(agency)s cho phép và ghi rõ lý do.",
            agency=actor.plan.host.standing_agency,
        ),
        N_("Xem bài của đơn vị"),
        "/entries",
    )


def _await_head(n: int, due: datetime | None) -> Action | None:
    if not n:
        return None
    return Action(
        "await_head",
        N_("%(n)s bài chờ thủ trưởng xác nhận", n=n),
        N_("Thủ trưởng xác nhận xong thì gửi được bài."),
        N_("Xem bài đang chờ"),
        "/screening?tab=confirm",
        is_todo=False,
        due=due,
    )


def _enter(sent: int, s: Situation) -> Action:
    if s.stage == Stage.INTAKE and not sent:
        return Action(
            "enter",
            N_("Nhập bài dự thi đầu tiên của đơn vị"),
            N_("Nhập tên, tác giả, tóm tắt rồi tải tệp Word hoặc video lên."),
            N_("Nhập bài dự thi"),
            "/entries/new",
            due=s.closes,
        )
    if s.stage == Stage.INTAKE:
        return Action(
            "enter_more",
            N_("Đã gửi %(n)s bài", n=sent),
            N_("Không còn việc chờ. Đơn vị có thể nhập thêm bài cho đến hết hạn."),
            N_("Nhập bài dự thi"),
            "/entries/new",
            is_todo=False,
            due=s.closes,
        )
    return Action(
        "await_check",
        N_("Đã hết hạn nhận bài"),
        N_("Đơn vị có %(n)s bài đã gửi, đang được kiểm tra điều kiện dự thi.", n=sent),
        N_("Xem bài của đơn vị"),
        "/entries",
        is_todo=False,
    )


def _confirm(n: int, due: datetime | None) -> Action | None:
    if not n:
        return None
    return Action(
        "confirm",
        N_("Xác nhận %(n)s bài", n=n),
        N_("Xác nhận riêng mức độ hiệu quả và tính khả thi của từng bài."),
        N_("Xác nhận"),
        "/screening?tab=confirm",
        due=due,
    )


def _await_clerk(n: int, due: datetime | None) -> Action | None:
    if not n:
        return None
    return Action(
        "await_clerk",
        N_("%(n)s bài đã xác nhận, chờ gửi lên", n=n),
        N_("Cán bộ đầu mối của đơn vị gửi bài trước hạn."),
        N_("Xem bài đang chờ"),
        "/screening?tab=forward",
        is_todo=False,
        due=due,
    )


# ---- the jury ----------------------------------------------------------------------------------------------------


def act_as_juror(_actor: Actor, s: Situation) -> Action:
    """What a juror does next."""
    if s.stage == Stage.PUBLISHED:
        return _read_result()
    if s.stage in {Stage.PROPOSED, Stage.APPROVED}:
        return _rest("jury_closed", N_("Vòng chấm đã đóng"), N_("Phiếu chấm đã khóa. Cảm ơn bạn đã chấm."))
    if s.stage != Stage.JUDGING:
        return _rest("jury_waits", N_("Vòng chấm chưa mở"), N_("Khi mở chấm, bài được phân công sẽ hiện ở đây."))
    queue = s.queue
    if queue is None or not queue.assigned:
        return _rest("no_assignment", N_("Chưa có bài nào được phân công"), N_("Tổ thư ký sẽ phân công bài cho bạn."))
    if not queue.left:
        return _rest(
            "all_scored",
            N_("Đã chấm xong %(n)s bài", n=queue.assigned),
            N_("Bạn vẫn sửa được phiếu cho đến khi vòng chấm đóng."),
        )
    begun = queue.submitted or queue.drafts
    return Action(
        "score",
        N_("Còn %(left)s bài cần chấm", left=queue.left),
        N_("Đã nộp %(done)s trên %(all)s phiếu.", done=queue.submitted, all=queue.assigned),
        N_("Chấm tiếp") if begun else N_("Bắt đầu chấm"),
        f"/jury/entries/{queue.next_entry_id}/score" if queue.next_entry_id else "/jury",
        due=s.judging_closes,
    )


def _rest(key: str, title: Message, text: Message) -> Action:
    return Action(key, title, text, N_("Mở danh sách chấm"), "/jury", is_todo=False)


# ---- the organiser -----------------------------------------------------------------------------------------------


def act_as_organiser(actor: Actor, s: Situation) -> Action:
    """What the standing agency does next."""
    return _ORGANISER_ACTS[s.stage](actor, s)


def _organise_before(_actor: Actor, s: Situation) -> Action:
    return Action(
        "complete_plan",
        N_("Hoàn thiện kế hoạch trước khi nhận bài"),
        N_("Kiểm tra thang điểm, thời hạn, đơn vị và người được giao vai trò."),
        N_("Mở thiết lập"),
        "/settings",
        due=s.opens,
    )


def _check(s: Situation) -> Action | None:
    n = s.entries.count(S.FORWARDED)
    if not n:
        return None
    return Action(
        "check",
        N_("Kiểm tra điều kiện của %(n)s bài", n=n),
        N_("Tiếp nhận, trả lại để bổ sung, hoặc kết luận không đủ điều kiện kèm lý do."),
        N_("Kiểm tra bài"),
        "/screening?tab=check",
    )


def _organise_intake(_actor: Actor, s: Situation) -> Action:
    if (check := _check(s)) is not None:
        return check
    if s.silent:
        return Action(
            "remind",
            N_("%(n)s đơn vị bắt buộc chưa gửi đủ bài", n=s.silent),
            N_("Xem đơn vị nào chưa gửi để nhắc trước hạn."),
            N_("Xem tình hình tham gia"),
            "/entries/participation",
            due=s.closes,
        )
    return Action(
        "intake",
        N_("Đang nhận bài"),
        N_("Đã có %(n)s bài gửi lên; không bài nào chờ kiểm tra.", n=s.entries.seen_by_host().count(*SENT)),
        N_("Xem danh sách bài"),
        "/entries",
        is_todo=False,
        due=s.closes,
    )


def _organise_checking(_actor: Actor, s: Situation) -> Action:
    if (check := _check(s)) is not None:
        return check
    if not s.entries.count(S.ACCEPTED):
        return Action(
            "nothing_accepted",
            N_("Chưa có bài nào được tiếp nhận"),
            N_("Xem bài quá hạn và bài đang bổ sung; muốn nhận bài muộn phải ghi lý do."),
            N_("Xem bài quá hạn"),
            "/screening?tab=late",
        )
    if not s.jury.jurors:
        return Action(
            "appoint",
            N_("Lập Ban Giám khảo"),
            N_("Chọn giám khảo, ghi đơn vị và lĩnh vực chuyên môn."),
            N_("Lập Ban Giám khảo"),
            "/jury/members",
        )
    return (
        _assign(s)
        or _await_supplements(s)
        or Action(
            "open",
            N_("Mở chấm"),
            N_("Mọi bài đã đủ giám khảo. Mở chấm sẽ niêm phong quy chế và thang điểm."),
            N_("Xem phân công và mở chấm"),
            "/jury/assignment",
        )
    )


def _await_supplements(s: Situation) -> Action | None:
    returned = s.entries.being_supplemented()
    if not returned.count():
        return None
    return Action(
        "await_supplements",
        N_("Chờ đơn vị bổ sung %(n)s bài", n=returned.count()),
        N_("Chưa mở chấm được khi còn bài trả lại đang trong hạn bổ sung."),
        N_("Xem phân công"),
        "/jury/assignment",
        is_todo=False,
        due=returned.due(*AT_UNIT),
    )


def _assign(s: Situation) -> Action | None:
    if s.jury.proposal_waits:
        return Action(
            "accept_proposal",
            N_("Xem phương án phân công"),
            N_("Phương án đã lập xong, đang chờ chấp nhận hoặc bỏ."),
            N_("Xem phương án"),
            "/jury/assignment",
        )
    if s.jury.short:
        return Action(
            "assign",
            N_("Phân công giám khảo cho %(n)s bài", n=s.jury.short),
            N_("Lập phương án tự động rồi điều chỉnh bằng tay nếu cần."),
            N_("Phân công chấm"),
            "/jury/assignment",
        )
    return None


def _organise_judging(_actor: Actor, s: Situation) -> Action:
    if (assign := _assign(s)) is not None:
        return assign
    if s.jury.further:
        return Action(
            "assign_further",
            N_("Phân công chấm thêm %(n)s bài", n=s.jury.further),
            N_("Điểm của các giám khảo chênh lệch đến mức quy chế nêu; mỗi bài cần thêm một giám khảo chấm độc lập."),
            N_("Xem bài cần chấm thêm"),
            "/jury/progress",
        )
    missing = s.jury.owed - s.jury.submitted
    if missing:
        return Action(
            "follow_jury",
            N_("Đang chấm: còn thiếu %(n)s phiếu", n=missing),
            N_(
                "Đã nộp %(done)s trên %(all)s phiếu. Điểm chỉ hiện sau khi đóng vòng chấm.",
                done=s.jury.submitted,
                all=s.jury.owed,
            ),
            N_("Xem tiến độ chấm"),
            "/jury/progress",
            is_todo=False,
            due=s.judging_closes,
        )
    return Action(
        "close",
        N_("Đóng vòng chấm"),
        N_("Đã đủ %(n)s phiếu. Đóng vòng sẽ khóa phiếu, xếp hạng và đề xuất giải.", n=s.jury.owed),
        N_("Xem và đóng vòng chấm"),
        "/results",
    )


def _organise_proposed(_actor: Actor, s: Situation) -> Action:
    if s.meeting.unexplained:
        return _explain(s.meeting.unexplained)
    if s.meeting.ties:
        return Action(
            "await_ties",
            N_("Chờ Trưởng Ban quyết định %(n)s trường hợp bằng điểm", n=s.meeting.ties),
            N_("Sau quyết định, đề xuất giải được lập lại."),
            N_("Xem đề xuất giải"),
            "/results",
            is_todo=False,
        )
    return Action(
        "await_approval",
        N_("Chờ Trưởng Ban phê duyệt kết quả"),
        N_("Đề xuất giải đã đầy đủ. Có thể in bảng điểm phục vụ cuộc họp."),
        N_("Xem đề xuất giải"),
        "/results",
        is_todo=False,
    )


def _explain(n: int) -> Action:
    return Action(
        "explain",
        N_("Ghi lý do để trống giải: %(n)s trường hợp", n=n),
        N_("Mỗi mức giải để trống phải có lý do trước khi phê duyệt."),
        N_("Ghi lý do"),
        "/results",
    )


def _organise_approved(_actor: Actor, _s: Situation) -> Action:
    return Action(
        "publish",
        N_("Công bố kết quả"),
        N_("Trưởng Ban đã phê duyệt. Ngoài Ban Tổ chức, chưa ai xem được kết quả."),
        N_("Xem và công bố"),
        "/results",
    )


def _organise_published(actor: Actor, s: Situation) -> Action:
    following = actor.scene.round
    if following is not None and following is not actor.scene.judged_round:
        label = actor.plan.round_rules(following.key).label
        return Action(
            "next_round",
            N_("Chuẩn bị vòng sau: %(round)s", round=label),
            N_("Kết quả vòng trước đã công bố. Phân công giám khảo rồi mở vòng chấm này."),
            N_("Phân công"),
            "/jury/assignment",
        )
    upper = actor.plan.host.upper or str(N_("cấp trên"))
    if s.finals.handed_over:
        return Action(
            "finished",
            N_("Đã hoàn thành"),
            N_("Kết quả đã công bố, hồ sơ gửi %(upper)s đã xuất.", upper=upper),
            N_("Xem văn bản"),
            "/documents",
            is_todo=False,
        )
    if s.finals.approved:
        return Action(
            "hand_over",
            N_("Xuất hồ sơ gửi %(upper)s", upper=upper),
            N_("Danh sách %(n)s bài đã được phê duyệt.", n=s.finals.chosen),
            N_("Xuất hồ sơ"),
            "/handover",
            due=s.handover_closes,
        )
    if s.finals.chosen:
        return Action(
            "await_finals",
            N_("Chờ Trưởng Ban phê duyệt danh sách gửi %(upper)s", upper=upper),
            N_("Đã chọn %(n)s bài.", n=s.finals.chosen),
            N_("Xem danh sách"),
            "/handover",
            is_todo=False,
            due=s.handover_closes,
        )
    return Action(
        "choose_finals",
        N_("Chọn bài gửi %(upper)s", upper=upper),
        N_("Các bài đạt giải được chọn sẵn; ghi bài nào dự thi viết, bài nào thuyết trình."),
        N_("Chọn bài"),
        "/handover",
        due=s.handover_closes,
    )


_ORGANISER_ACTS: dict[Stage, Callable[[Actor, Situation], Action]] = {
    Stage.BEFORE: _organise_before,
    Stage.INTAKE: _organise_intake,
    Stage.CHECKING: _organise_checking,
    Stage.JUDGING: _organise_judging,
    Stage.PROPOSED: _organise_proposed,
    Stage.APPROVED: _organise_approved,
    Stage.PUBLISHED: _organise_published,
}


# ---- the chair ---------------------------------------------------------------------------------------------------


def act_as_chair(actor: Actor, s: Situation) -> Action:
    """What the head of the organising committee does next: decides and approves; otherwise reads how things go."""
    if s.stage == Stage.PROPOSED:
        return _decide(s)
    if s.stage == Stage.APPROVED:
        return Action(
            "await_publication",
            N_("Kết quả đã phê duyệt, chưa công bố"),
            N_("Cơ quan Thường trực công bố kết quả; Trưởng Ban cũng công bố được."),
            N_("Xem kết quả"),
            "/results",
            is_todo=False,
        )
    if s.stage == Stage.PUBLISHED:
        return _approve_finals(actor, s)
    if s.stage == Stage.JUDGING:
        return Action(
            "chair_judging",
            N_("Đang chấm: %(done)s trên %(all)s phiếu", done=s.jury.submitted, all=s.jury.owed),
            N_("Khi vòng chấm đóng, đề xuất giải sẽ chờ bạn phê duyệt ở đây."),
            N_("Xem tiến độ chấm"),
            "/jury/progress",
            is_todo=False,
            due=s.judging_closes,
        )
    return Action(
        "chair_intake",
        N_("Đã có %(n)s bài gửi lên", n=s.entries.seen_by_host().count(*SENT)),
        N_("Chưa có việc nào chờ bạn quyết định."),
        N_("Xem tình hình tham gia"),
        "/entries/participation",
        is_todo=False,
        due=s.closes if s.stage == Stage.INTAKE else None,
    )


def _decide(s: Situation) -> Action:
    if s.meeting.ties:
        return Action(
            "decide_ties",
            N_("Quyết định %(n)s trường hợp bằng điểm", n=s.meeting.ties),
            N_("Quy chế không phân định được; xếp thứ tự các bài và ghi lý do."),
            N_("Xem và quyết định"),
            "/results",
        )
    if s.meeting.unexplained:
        return _explain(s.meeting.unexplained)
    return Action(
        "approve",
        N_("Phê duyệt kết quả"),
        N_("Đề xuất giải đã đầy đủ. Phê duyệt xong, kết quả không thay đổi được nữa."),
        N_("Xem và phê duyệt"),
        "/results",
    )


def _approve_finals(actor: Actor, s: Situation) -> Action:
    if s.finals.chosen and not s.finals.approved:
        return Action(
            "approve_finals",
            N_("Phê duyệt danh sách %(n)s bài gửi lên", n=s.finals.chosen),
            N_("Cơ quan Thường trực đã chọn; phê duyệt xong thì xuất được hồ sơ."),
            N_("Xem và phê duyệt"),
            "/handover",
            due=s.handover_closes,
        )
    return Action(
        "chair_published",
        N_("Kết quả đã công bố"),
        N_("Chưa có việc nào chờ bạn quyết định."),
        N_("Xem kết quả"),
        "/results",
        is_todo=False,
    )


# ---- the administrator -------------------------------------------------------------------------------------------


def act_as_administrator(_actor: Actor, s: Situation) -> Action:
    """What the administrator of the site does next: gives the roles that a programme cannot run without."""
    missing = [
        (not s.staff.organisers, "no_organiser", N_("Chưa có người của cơ quan Thường trực")),
        (not s.staff.chairs, "no_chair", N_("Chưa có Trưởng Ban Tổ chức")),
        (
            s.staff.units_without_clerk > 0 and not s.is_sealed,
            "no_clerk",
            N_("%(n)s đơn vị chưa có cán bộ đầu mối", n=s.staff.units_without_clerk),
        ),
    ]
    for is_missing, key, title in missing:
        if is_missing:
            return Action(
                key, title, N_("Giao vai trò để cuộc thi tiến hành được."), N_("Giao vai trò"), "/settings/people"
            )
    return Action(
        "staffed",
        N_("Các vai trò đã có người"),
        N_("Quản trị hệ thống không xem bài, điểm và kết quả chưa công bố."),
        N_("Xem người và vai trò"),
        "/settings/people",
        is_todo=False,
    )


_ACTS: tuple[tuple[Role, Callable[[Actor, Situation], Action]], ...] = (
    (Role.CHAIR, act_as_chair),
    (Role.ORGANISER, act_as_organiser),
    (Role.JUROR, act_as_juror),
    (Role.UNIT_HEAD, act_as_head),
    (Role.UNIT_CLERK, act_as_clerk),
)
