"""Refusals: one small tree, each with its status, a sentence for the reader, and what is wrong with which field."""

from collections.abc import Mapping
from typing import ClassVar

from app.core.i18n import N_, Message


class DomainError(Exception):
    """Something the application refuses. The handler of core/web.py translates and renders it."""

    status: ClassVar[int]
    title: ClassVar[Message]

    def __init__(self, message: Message, *, fields: Mapping[str, Message] | None = None) -> None:
        super().__init__(message.text)
        self.message = message
        self.fields = dict(fields or {})


class NotFound(DomainError):  # noqa: N818 - reads as a sentence at the raise
    """It does not exist, or this reader may not know that it does."""

    status = 404
    title = N_("Không tìm thấy")

    def __init__(self, message: Message = N_("Không có trang hoặc nội dung này, hoặc bạn không có quyền xem.")) -> None:
        super().__init__(message)


class SignInRequired(DomainError):  # noqa: N818
    """Nobody is signed in; pages redirect to the sign-in form, work in progress gets a 401."""

    status = 401
    title = N_("Cần đăng nhập")

    def __init__(self, message: Message = N_("Phiên đăng nhập đã hết. Vui lòng đăng nhập lại để tiếp tục.")) -> None:
        super().__init__(message)


class Forbidden(DomainError):  # noqa: N818
    """Visible to this person, but not theirs to do."""

    status = 403
    title = N_("Không được phép")


class Conflict(DomainError):  # noqa: N818
    """The state of things does not allow it now."""

    status = 409
    title = N_("Chưa thực hiện được")


class Invalid(DomainError):  # noqa: N818
    """What was typed cannot be accepted; `fields` says where and why."""

    status = 422
    title = N_("Thông tin chưa hợp lệ")


class TooLarge(DomainError):  # noqa: N818
    """A body or a file beyond the limit."""

    status = 413
    title = N_("Tệp quá lớn")


class TooMany(DomainError):  # noqa: N818
    """Too many attempts; wait."""

    status = 429
    title = N_("Thử lại sau")


class Gone(DomainError):  # noqa: N818
    """It was valid once: a used or expired link."""

    status = 410
    title = N_("Liên kết không còn hiệu lực")


class StorageFull(DomainError):  # noqa: N818
    """The disk has no room for what was sent; nothing of it was kept."""

    status = 507
    title = N_("Hết dung lượng lưu trữ")

    def __init__(
        self,
        message: Message = N_(
            "Máy chủ đã hết dung lượng nên chưa nhận được tệp; không có gì được ghi dở. "
            "Vui lòng báo quản trị hệ thống rồi tải lại."
        ),
    ) -> None:
        super().__init__(message)


class StorageUnavailable(DomainError):  # noqa: N818
    """The object store does not answer or refuses; nothing was kept."""

    status = 503
    title = N_("Kho lưu trữ tạm ngừng")

    def __init__(
        self,
        message: Message = N_("Kho lưu trữ tạm thời không nhận được tệp. Vui lòng thử lại sau ít phút."),
    ) -> None:
        super().__init__(message)


class Busy(DomainError):  # noqa: N818
    """Others did something at the same time and went first; tried again, it passes."""

    status = 503
    title = N_("Máy chủ đang bận")

    def __init__(
        self,
        message: Message = N_(
            "Nhiều người đang cùng thao tác nên việc vừa rồi chưa được ghi. Vui lòng thử lại sau giây lát."
        ),
    ) -> None:
        super().__init__(message)


def require(refusal: DomainError | None) -> None:
    """Raise what a policy answered, or go on."""
    if refusal is not None:
        raise refusal
