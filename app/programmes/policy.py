"""What may be done to a programme itself."""

from collections.abc import Collection

from app.accounts.models import User
from app.core.errors import Conflict, DomainError, Forbidden, NotFound
from app.core.i18n import N_
from app.programmes.access import Actor
from app.programmes.models import Role


def refuse_organise(actor: Actor) -> DomainError | None:
    """Why `actor` may not do an organiser's work, or None."""
    if not actor.organises:
        return Forbidden(N_("Chỉ cơ quan Thường trực và Tổ thư ký được thực hiện việc này."))
    return None


def refuse_see_settings(actor: Actor) -> DomainError | None:
    """Why `actor` may not read the settings of the programme, or None."""
    if not (actor.organises or actor.chairs or actor.administers):
        return Forbidden(N_("Chỉ Ban Tổ chức, cơ quan Thường trực và quản trị hệ thống xem được phần thiết lập."))
    return None


def refuse_manage_people(actor: Actor) -> DomainError | None:
    """Why `actor` may not give roles and import units, or None."""
    if not (actor.organises or actor.administers):
        return Forbidden(N_("Chỉ cơ quan Thường trực hoặc quản trị hệ thống được thực hiện việc này."))
    return None


def refuse_choose_chair(actor: Actor, role: Role) -> DomainError | None:
    """Why `actor` may not decide who has `role`, or None: who prepares the result does not pick who approves it."""
    if role == Role.CHAIR and not actor.administers:
        return Forbidden(N_("Vai trò Trưởng Ban Tổ chức do quản trị hệ thống giao và thu hồi."))
    return None


def refuse_grant_role(actor: Actor, *, user_id: int, role: Role) -> DomainError | None:
    """Why `actor` may not give `user_id` this role, or None."""
    if (refusal := refuse_manage_people(actor) or refuse_choose_chair(actor, role)) is not None:
        return refusal
    if user_id == actor.user_id and not actor.administers:
        return Forbidden(N_("Không tự giao thêm vai trò cho mình; vui lòng đề nghị quản trị hệ thống."))
    return None


def refuse_revoke_role(actor: Actor, *, role: Role, organisers: int) -> DomainError | None:
    """Why `actor` may not take this role away, or None. `organisers` is how many there are."""
    if (refusal := refuse_manage_people(actor) or refuse_choose_chair(actor, role)) is not None:
        return refusal
    if role == Role.ORGANISER and organisers <= 1:
        return Conflict(N_("Đây là người cuối cùng của cơ quan Thường trực; hãy thêm người khác trước."))
    return None


def refuse_invite_member(actor: Actor, *, user: User, places: Collection[tuple[int, Role]]) -> DomainError | None:
    """Why `actor` may not make a new link for `user`, or None. `places` are all programmes and roles of theirs.

    Whoever holds the link sets the password. So an organiser may renew the links of their own clerks and heads, but
    neither an administrator's, nor the chair's who approves their work, nor a juror's whose marks they must not see,
    nor another programme's.
    """
    if actor.administers:
        return None
    if (refusal := refuse_manage_people(actor)) is not None:
        return refusal
    mine = {role for programme_id, role in places if programme_id == actor.programme_id}
    if not mine:
        return NotFound()
    elsewhere = any(programme_id != actor.programme_id for programme_id, _ in places)
    # Whoever has never signed in needs the first link again when it is lost; the chair's is the administrator's affair.
    guarded = {Role.CHAIR} if user.password_hash is None else {Role.CHAIR, Role.ORGANISER, Role.JUROR}
    if user.is_admin or elsewhere or mine & guarded:
        return Forbidden(N_("Chỉ quản trị hệ thống được đặt lại mật khẩu của người này."))
    return None


def refuse_edit_plan(actor: Actor) -> DomainError | None:
    """Why `actor` may not edit rubric and dates, or None."""
    if (refusal := refuse_organise(actor)) is not None:
        return refusal
    if actor.scene.judging_opened:
        return Conflict(
            N_("Đã mở chấm nên quy chế đã niêm phong. Muốn thay đổi phải lập bản sửa đổi có đánh số và nêu lý do.")
        )
    return None


def refuse_set_clock(actor: Actor, *, demo: bool) -> DomainError | None:
    """Why `actor` may not set the demo clock, or None."""
    if not demo:
        return Forbidden(N_("Đồng hồ chỉ chỉnh được ở chế độ trình diễn."))
    if not (actor.administers or actor.organises):
        return Forbidden(N_("Chỉ quản trị hệ thống hoặc cơ quan Thường trực được chỉnh đồng hồ trình diễn."))
    return None
