"""What a clerk types: an entry with its authors. A draft may be incomplete; what is typed must be right."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from app.core.forms import Block, FieldError, Form, Line, Optionally
from app.core.i18n import N_
from app.core.numbers import InvalidNumberError, parse_hundredths
from app.core.text import InvalidPhoneError, normalize_phone
from app.entries.models import Category, EntryFormat, FileRole, Purpose

_WHOLE_SHARE = 10_000
_TYPED = ("full_name", "position", "address", "phone")


def typed_rows(rows: Any) -> list[dict[str, Any]]:
    """The authors' rows in which something was typed; an empty one on the page is no author."""
    if not isinstance(rows, list):
        return []
    return [r for r in rows if isinstance(r, dict) and any(str(r.get(k) or "").strip() for k in _TYPED)]


class AuthorForm(BaseModel):
    """One author's row. `share` is in hundredths of a per cent; None means equal parts."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    row: str = "0"
    full_name: Annotated[Line, Field(max_length=120)] = ""
    position: Annotated[Line, Field(max_length=200)] = ""
    address: Annotated[Line, Field(max_length=300)] = ""
    phone: str | None = None
    share: int | None = None
    participation: bool = False
    publication: bool = False
    payment: bool = False
    handover: bool = False

    @field_validator("phone", mode="before")
    @classmethod
    def _phone(cls, value: Any) -> str | None:
        if value is None or not str(value).strip():
            return None
        try:
            return normalize_phone(str(value))
        except InvalidPhoneError as error:
            raise FieldError(N_("Số điện thoại chưa đúng. Nhập 10 chữ số, ví dụ 0912 345 678.")) from error

    @field_validator("share", mode="before")
    @classmethod
    def _share(cls, value: Any) -> int | None:
        text = str(value or "").strip().removesuffix("%").strip()
        if not text:
            return None
        try:
            share = parse_hundredths(text)
        except InvalidNumberError as error:
            raise FieldError(N_("Tỷ lệ đóng góp chưa đúng, ví dụ 60 hoặc 33,33.")) from error
        if not 0 < share <= _WHOLE_SHARE:
            raise FieldError(N_("Tỷ lệ đóng góp từ trên 0 đến 100."))
        return share

    @property
    def consents(self) -> list[Purpose]:
        """What this author agreed to."""
        return [p for p in Purpose if getattr(self, p.value)]


class EntryForm(Form):
    """The form of an entry."""

    title: Annotated[Line, Field(min_length=1, max_length=300)]
    field: Line = ""
    category: Category = Category.INDIVIDUAL
    format: EntryFormat
    organisation: Annotated[Line, Field(max_length=200)] = ""
    summary: Annotated[Block, Field(max_length=5000)] = ""
    authors: tuple[AuthorForm, ...] = ()
    representative: str | None = None
    use_clause: bool = False
    unit_id: Annotated[int | None, Optionally] = None
    version: int = 1

    @field_validator("representative", mode="before")
    @classmethod
    def _one_representative(cls, value: Any) -> Any:
        if isinstance(value, list):
            raise FieldError(N_("Nhóm tác giả có đúng một người đại diện; vui lòng chỉ chọn một."))
        return value or None

    @field_validator("authors", mode="before")
    @classmethod
    def _drop_empty_rows(cls, value: Any) -> Any:
        return typed_rows(value)

    @field_validator("authors")
    @classmethod
    def _shares_add_up(cls, authors: tuple[AuthorForm, ...], info: ValidationInfo) -> tuple[AuthorForm, ...]:
        if info.data.get("category") == Category.INDIVIDUAL:
            # The page hides the boxes: one person has the whole prize.
            return tuple(a.model_copy(update={"share": None}) for a in authors)
        shares = [a.share for a in authors]
        if any(s is not None for s in shares):
            if any(s is None for s in shares):
                raise FieldError(N_("Đã ghi tỷ lệ đóng góp thì phải ghi cho mọi thành viên."))
            if sum(s or 0 for s in shares) != _WHOLE_SHARE:
                raise FieldError(N_("Tổng tỷ lệ đóng góp của các thành viên phải bằng 100."))
        return authors

    @property
    def representative_index(self) -> int | None:
        """Place of the representative among the authors; the only author represents an individual entry."""
        if self.category == Category.INDIVIDUAL:
            return 0 if self.authors else None
        return next((i for i, a in enumerate(self.authors) if a.row == self.representative), None)


class ReasonForm(Form):
    """A sentence of why."""

    reason: Annotated[Block, Field(min_length=1, max_length=2000)]


class FileForm(Form):
    """What an uploaded file is for."""

    role: FileRole
