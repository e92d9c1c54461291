"""Forms: what a person typed, cleaned at the door and refused field by field in their language."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.core.i18n import N_, Message
from app.core.text import clean, clean_block

FORM_REFUSED = N_("Có thông tin chưa hợp lệ. Vui lòng xem các mục được đánh dấu; nội dung đã nhập vẫn được giữ.")

_MESSAGES = {
    "missing": N_("Mục này bắt buộc."),
    "string_too_short": N_("Mục này bắt buộc."),
    "too_short": N_("Mục này bắt buộc."),
    "string_too_long": N_("Nội dung quá dài (tối đa %(max_length)s ký tự)."),
    "too_long": N_("Nội dung quá dài (tối đa %(max_length)s ký tự)."),
    "enum": N_("Vui lòng chọn một trong các giá trị có sẵn."),
    "literal_error": N_("Vui lòng chọn một trong các giá trị có sẵn."),
    "int_parsing": N_("Vui lòng nhập một số nguyên."),
    "greater_than_equal": N_("Giá trị nhỏ nhất là %(ge)s."),
    "less_than_equal": N_("Giá trị lớn nhất là %(le)s."),
    "bool_parsing": N_("Vui lòng chọn có hoặc không."),
    "datetime_parsing": N_("Vui lòng nhập ngày giờ hợp lệ."),
    "date_parsing": N_("Vui lòng nhập ngày hợp lệ."),
}
_LONGEST_ROW = 10
_DEEPEST = 8  # dots in a name; no form of ours is deeper, and a thousand would overflow the stack
_UNKNOWN = N_("Giá trị không hợp lệ.")


class FieldError(ValueError):
    """Raised by a validator of a form; its message is shown beside the field."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def _clean_line(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _clean_text(value: Any) -> Any:
    return clean_block(value) if isinstance(value, str) else value


def _none_if_empty(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


Line = Annotated[str, BeforeValidator(_clean_line)]
"""One line of text: NFC, trimmed."""

Block = Annotated[str, BeforeValidator(_clean_text)]
"""Several lines of text: NFC, trimmed, newlines kept."""

Optionally = BeforeValidator(_none_if_empty)
"""An empty box means None: Annotated[int | None, Optionally]; bounds go inside: Annotated[int, Field(ge=1)] | None."""


class Form(BaseModel):
    """Base of all forms. Unknown keys are ignored: a browser may send buttons and hints."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def parse(cls, data: FormData | Mapping[str, Any]) -> Self:
        """Validate a posted form; raise Invalid with a message per field."""
        try:
            return cls.model_validate(unpack(data))
        except ValidationError as error:
            fields = {".".join(str(p) for p in e["loc"]) or "form": _message(e) for e in error.errors()}
            raise Invalid(FORM_REFUSED, fields=fields) from error


def _message(error: ErrorDetails) -> Message:
    context: dict[str, Any] = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, FieldError):
        return cause.message
    known = _MESSAGES.get(error["type"])
    return Message(known.text, context if "%(" in known.text else {}) if known else _UNKNOWN


def unpack(data: FormData | Mapping[str, Any]) -> dict[str, Any]:
    """Turn flat names into a tree: «authors.0.name» → {"authors": [{"name": …}]}, «fields[]» → a list."""
    pairs: Iterable[tuple[str, Any]] = data.multi_items() if isinstance(data, FormData) else data.items()
    tree: dict[str, Any] = {}
    for name, value in pairs:
        if name.endswith("[]"):
            tree.setdefault(name[:-2], []).append(value)
            continue
        *path, leaf = name.split(".", _DEEPEST)
        node = tree
        for part in path:
            child = node.setdefault(part, {})
            if not isinstance(child, dict):
                break
            node = child
        else:
            # A name sent twice is the sender's mistake to see, not ours to drop.
            node[leaf] = [*_as_list(node[leaf]), value] if leaf in node else value
    return {key: _listed(value) for key, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    children = {k: _listed(v) for k, v in value.items()}
    if children and all(k.isascii() and k.isdigit() and len(k) < _LONGEST_ROW for k in children):
        return [_with_row(children[k], k) for k in sorted(children, key=int)]
    return children


def _with_row(child: Any, row: str) -> Any:
    # Rows may be sparse (one was removed on the page); a radio button names its row by this key.
    return {"row": row, **child} if isinstance(child, dict) else child


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
