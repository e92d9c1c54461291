"""What may be done with an entry: moves, edits, completeness. One call guards the service and greys the button."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from app.core.errors import Conflict, DomainError, Forbidden, Invalid
from app.core.i18n import N_, Message
from app.entries.models import Author, Category, Entry, EntryFormat, EntryStatus, FileRole, Purpose
from app.files.types import describe
from app.programmes.access import Actor
from app.programmes.plan import GroupRules, Plan

S = EntryStatus

MOVES: Final[dict[str, frozenset[str]]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.KEPT, S.DECLINED, S.DRAFT, S.WITHDRAWN}),
    S.KEPT: frozenset({S.CONFIRMED, S.DRAFT, S.WITHDRAWN}),
    S.DECLINED: frozenset({S.DRAFT, S.WITHDRAWN}),
    S.CONFIRMED: frozenset({S.FORWARDED, S.DRAFT, S.WITHDRAWN}),
    S.FORWARDED: frozenset({S.ACCEPTED, S.RETURNED, S.INELIGIBLE, S.WITHDRAWN}),
    S.ACCEPTED: frozenset({S.FORWARDED, S.WITHDRAWN}),
    S.RETURNED: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.INELIGIBLE: frozenset({S.FORWARDED}),
    S.WITHDRAWN: frozenset(),
}
"""From each status, where an entry may go: the state diagram of ARCHITECTURE.md."""


def all_agree(authors: Iterable[Author], purpose: Purpose) -> bool:
    """Whether every author has agreed to `purpose`. Their consents are loaded."""
    return all(purpose in {c.purpose for c in author.consents} for author in authors)


EDITABLE: Final = frozenset({S.DRAFT, S.RETURNED})
REOPENABLE: Final = frozenset({S.SUBMITTED, S.KEPT, S.DECLINED, S.CONFIRMED})

STATUS_LABELS: Final[dict[str, Message]] = {
    S.DRAFT: N_("Bản nháp", n=1),
    S.SUBMITTED: N_("Đã nộp tại đơn vị"),
    S.KEPT: N_("Đơn vị đã chọn"),
    S.DECLINED: N_("Đơn vị không chọn"),
    S.CONFIRMED: N_("Thủ trưởng đã xác nhận"),
    S.FORWARDED: N_("Đã gửi lên cấp trên"),
    S.ACCEPTED: N_("Đã tiếp nhận, đủ điều kiện"),
    S.RETURNED: N_("Trả lại để bổ sung"),
    S.INELIGIBLE: N_("Không đủ điều kiện"),
    S.WITHDRAWN: N_("Đã rút"),
}
CATEGORY_LABELS: Final[dict[str, Message]] = {
    Category.INDIVIDUAL: N_("Cá nhân"),
    Category.GROUP: N_("Tập thể (nhóm tác giả)"),
}
ROLE_LABELS: Final[dict[str, Message]] = {
    FileRole.MAIN: N_("tệp bài dự thi"),
    FileRole.TEXT: N_("bản Word trích xuất nội dung"),
    FileRole.ATTACHMENT: N_("tệp kèm theo"),
}
PURPOSE_LABELS: Final[dict[str, Message]] = {
    Purpose.PARTICIPATION: N_("tham gia cuộc thi"),
    Purpose.PUBLICATION: N_("công bố khi đạt giải"),
    Purpose.PAYMENT: N_("chi trả tiền thưởng"),
    Purpose.HANDOVER: N_("gửi lên cấp trên"),
}


def refuse_move(entry: Entry, to: EntryStatus) -> DomainError | None:
    """Why an entry in this state cannot go to `to`, or None."""
    if to not in MOVES[entry.status]:
        return Conflict(
            N_(
                "Bài dự thi đang ở trạng thái «%(now)s» nên không thực hiện được việc này. "
                "Có thể người khác vừa thao tác; vui lòng tải lại trang.",
                now=STATUS_LABELS[entry.status],
            )
        )
    return None


def _refuse_not_clerk(actor: Actor, unit_id: int) -> DomainError | None:
    if unit_id not in actor.clerk_of:
        return Forbidden(N_("Chỉ cán bộ đầu mối của đơn vị gửi bài được thực hiện việc này."))
    return None


def _refuse_after_sealing(actor: Actor) -> DomainError | None:
    if actor.scene.judging_opened:
        return Conflict(N_("Cuộc thi đã mở chấm; bài dự thi không thay đổi được nữa."))
    return None


def refuse_create(actor: Actor, *, unit_id: int, now: datetime) -> DomainError | None:
    """Why `actor` may not enter an idea for this unit now, or None.

    After the deadline a draft may still be made: forwarding it then needs an organiser's reason.
    """
    opens = actor.plan.opening("intake")
    if (refusal := _refuse_not_clerk(actor, unit_id) or _refuse_after_sealing(actor)) is not None:
        return refusal
    if opens is not None and now < opens:
        return Conflict(N_("Cuộc thi chưa mở nhận bài; thời gian nhận bài từ %(day)s.", day=opens.strftime("%d/%m/%Y")))
    return None


def refuse_edit(actor: Actor, entry: Entry) -> DomainError | None:
    """Why `actor` may not change the entry's text, authors or files, or None."""
    if (refusal := _refuse_not_clerk(actor, entry.unit_id)) is not None:
        return refusal
    if (refusal := _refuse_after_sealing(actor)) is not None:
        return refusal
    if entry.status in REOPENABLE:
        return Conflict(
            N_(
                "Bài dự thi đang ở trạng thái «%(now)s» nên không sửa được; muốn sửa, hãy bấm «Mở lại để sửa».",
                now=STATUS_LABELS[entry.status],
            )
        )
    if entry.status not in EDITABLE:
        return _refuse_after_forwarding(actor, entry)
    return None


def _refuse_after_forwarding(actor: Actor, entry: Entry) -> DomainError:
    if entry.status == S.WITHDRAWN:
        return Conflict(N_("Bài dự thi đã rút; không sửa và không nộp lại được."))
    return Conflict(
        N_(
            "Bài dự thi đang ở trạng thái «%(now)s» nên không sửa được; "
            "chỉ sửa được khi %(agency)s trả lại để bổ sung.",
            now=STATUS_LABELS[entry.status],
            agency=actor.plan.host.standing_agency,
        )
    )


def allowed_extensions(plan: Plan, *, entry: Entry, role: FileRole) -> frozenset[str]:
    """Give the extensions that the plan allows for a file of this role."""
    if role == FileRole.MAIN:
        return frozenset(plan.files.main.get(entry.format, ()))  # type: ignore[call-overload]
    return frozenset(plan.files.text if role == FileRole.TEXT else plan.files.attachment)


def refuse_attach(actor: Actor, entry: Entry, *, extension: str, name: str, role: FileRole) -> DomainError | None:
    """Why `actor` may not put a file of this kind on the entry in this role, or None."""
    if (refusal := refuse_edit(actor, entry)) is not None:
        return refusal
    allowed = allowed_extensions(actor.plan, entry=entry, role=role)
    if extension in allowed:
        return None
    wrong = N_(
        "Tệp «%(name)s» không dùng được làm %(what)s. Chỉ nhận: %(allowed)s.",
        name=name,
        what=ROLE_LABELS[role],
        allowed=describe(allowed),
    )
    return Invalid(wrong, fields={"file": wrong})


def refuse_submit(actor: Actor, entry: Entry) -> DomainError | None:
    """Why the entry cannot be submitted by `actor`, or None. `entry` has its authors, consents and files loaded."""
    refusal = _refuse_not_clerk(actor, entry.unit_id) or _refuse_after_sealing(actor)
    if refusal is not None:
        return refusal
    if entry.status not in EDITABLE | {S.WITHDRAWN}:
        return Conflict(
            N_("Bài dự thi đã nộp, số tiếp nhận %(number)s; không nộp lần nữa.", number=f"{entry.number:03d}")
        )
    return refuse_edit(actor, entry) or refuse_incomplete(entry, plan=actor.plan)


def refuse_reopen(actor: Actor, entry: Entry) -> DomainError | None:
    """Why `actor` may not take a submitted entry back to draft, or None."""
    refusal = _refuse_not_clerk(actor, entry.unit_id) or _refuse_after_sealing(actor)
    if refusal is not None:
        return refusal
    if entry.status in EDITABLE:
        return Conflict(N_("Bài dự thi đang sửa được; không cần mở lại."))
    if entry.status not in REOPENABLE:
        return _refuse_after_forwarding(actor, entry)
    return refuse_move(entry, S.DRAFT)


def refuse_withdraw(actor: Actor, entry: Entry) -> DomainError | None:
    """Why `actor` may not withdraw the entry, or None."""
    refusal = _refuse_not_clerk(actor, entry.unit_id) or _refuse_after_sealing(actor)
    return refusal or refuse_move(entry, S.WITHDRAWN)


def refuse_incomplete(entry: Entry, *, plan: Plan) -> DomainError | None:
    """Say what the entry still lacks under the plan, all at once, or None."""
    faults = list_missing(entry, plan=plan)
    if not faults:
        return None
    return Invalid(N_("Bài dự thi chưa đủ để nộp; vui lòng bổ sung các mục còn thiếu."), fields=dict(faults))


def list_missing(entry: Entry, *, plan: Plan) -> list[tuple[str, Message]]:
    """(where, what) of everything that the plan asks and the entry lacks."""
    return [*_missing_in_text(entry, plan), *_missing_in_authors(entry, plan), *_missing_in_files(entry, plan)]


def _missing_in_text(entry: Entry, plan: Plan) -> list[tuple[str, Message]]:
    faults = []
    if entry.field not in {f.key for f in plan.fields}:
        faults.append(("field", N_("Chưa chọn lĩnh vực.")))
    if not entry.summary:
        faults.append(("summary", N_("Chưa có tóm tắt ý tưởng, giải pháp.")))
    if plan.use_clause and entry.clause_accepted_at is None:
        faults.append(("use_clause", N_("Chưa đồng ý điều khoản sử dụng bài dự thi.")))
    return faults


def _missing_in_authors(entry: Entry, plan: Plan) -> list[tuple[str, Message]]:
    authors = entry.authors
    faults = list(_wrong_number(entry, plan))
    if any(not a.full_name for a in authors):
        faults.append(("authors", N_("Có tác giả chưa ghi họ và tên.")))
    representative = next((a for a in authors if a.is_representative), None)
    if representative is None:
        faults.append(("representative", N_("Chưa chọn người đại diện của nhóm tác giả.")))
    elif not representative.phone or not representative.address:
        faults.append(
            ("representative", N_("Người đại diện (hoặc tác giả cá nhân) phải có địa chỉ và số điện thoại liên lạc."))
        )
    silent = [a.full_name for a in authors if Purpose.PARTICIPATION not in {c.purpose for c in a.consents}]
    if silent:
        faults.append(("consents", N_("Chưa ghi nhận đồng ý tham gia của: %(names)s.", names=", ".join(silent))))
    return faults


def _wrong_number(entry: Entry, plan: Plan) -> Sequence[tuple[str, Message]]:
    if plan.entrants is None:
        return []
    if entry.category == Category.GROUP:
        return _wrong_group(plan.entrants.group, count=len(entry.authors))
    if not plan.entrants.individual:
        return [("category", N_("Cuộc thi này không nhận bài cá nhân."))]
    return [] if len(entry.authors) == 1 else [("authors", N_("Bài cá nhân có đúng một tác giả."))]


def _wrong_group(rules: GroupRules | None, *, count: int) -> Sequence[tuple[str, Message]]:
    if rules is None:
        return [("category", N_("Cuộc thi này không nhận bài tập thể."))]
    if count < rules.min_authors:
        few = N_(
            "Tập thể là nhóm tác giả từ %(n)s người trở lên; bài này mới có %(count)s.",
            n=f"{rules.min_authors:02d}",
            count=count,
        )
        return [("authors", few)]
    if rules.max_authors is not None and count > rules.max_authors:
        return [("authors", N_("Nhóm tác giả có nhiều nhất %(n)s người.", n=rules.max_authors))]
    return []


def _missing_in_files(entry: Entry, plan: Plan) -> list[tuple[str, Message]]:
    live = [f for f in entry.files if f.removed_at is None]
    roles = {f.role for f in live}
    is_video = entry.format == EntryFormat.VIDEO
    faults = []
    if FileRole.MAIN not in roles:
        what = N_("Chưa tải lên tệp video.") if is_video else N_("Chưa tải lên tệp bài viết.")
        faults.append(("files", what))
    fitting = allowed_extensions(plan, entry=entry, role=FileRole.MAIN)
    if any(f.role == FileRole.MAIN and f.file.extension not in fitting for f in live):
        # The form of the entry was changed after its file had come.
        what = N_("Tệp đã tải lên không phải là video.") if is_video else N_("Tệp đã tải lên không phải là bài viết.")
        faults.append(("files", what))
    rules = plan.formats.get(entry.format)  # type: ignore[call-overload]
    if rules is None:
        faults.append(("format", N_("Cuộc thi này không nhận bài dự thi ở hình thức này.")))
    elif rules.needs_text_extract and FileRole.TEXT not in roles:
        faults.append(("files", N_("Bài video phải kèm bản Word trích xuất nội dung, ý tưởng như bài thi viết.")))
    return faults
