"""Forms as a browser posts them: complete and right unless a test says otherwise."""

from collections.abc import Mapping
from html.parser import HTMLParser

Boxes = dict[str, str | list[str]]

_AUTHOR = {
    "position": "Công chức Tư pháp – Hộ tịch",
    "address": "Số 1 phố Mẫu, phường Hạ Đình",
    "phone": "0912 345 678",
    "participation": "true",
    "publication": "true",
    "payment": "true",
    "handover": "true",
}


def author_boxes(row: int, full_name: str = "Nguyễn Thị Hồng Phượng", **values: str) -> Boxes:
    """One author's row, with every consent."""
    return {f"authors.{row}.{name}": value for name, value in {"full_name": full_name, **_AUTHOR, **values}.items()}


def entry_boxes(changes: Mapping[str, str | list[str] | None] | None = None, /, *, authors: int = 1) -> Boxes:
    """An entry's form. `changes` replaces boxes by name; None takes a box away."""
    boxes: Mapping[str, str | list[str] | None] = {
        "title": "Mã QR tra cứu tiến độ hồ sơ tại Bộ phận Một cửa",
        "field": "one_stop",
        "category": "individual" if authors == 1 else "group",
        "format": "essay",
        "organisation": "",
        "summary": "Dán mã QR trên phiếu hẹn để người dân tự tra cứu tiến độ.",
        "use_clause": "true",
        "version": "1",
        "representative": "0",
        **{name: value for row in range(authors) for name, value in author_boxes(row, f"Lê Văn Số {row}").items()},
        **(changes or {}),
    }
    return {name: value for name, value in boxes.items() if value is not None}


def checklist_boxes(**changes: str | list[str]) -> Boxes:
    """The unit's screening: everything met, keep."""
    met = ["novel", "not_applied_elsewhere", "not_recognised_before"]
    return {"checklist[]": met, "decision": "keep", "reason": "", **changes}


def confirmation_boxes(**changes: str) -> Boxes:
    """The head's two confirmations."""
    return {
        "effectiveness_grade": "high",
        "effectiveness_note": "Giảm một nửa thời gian chờ.",
        "feasibility_grade": "medium",
        "feasibility_note": "Cần thêm một máy quét.",
        **changes,
    }


def read_form(html: str, action: str) -> dict[str, list[str]]:
    """What a browser would send of the page's first form with this action if nobody touched it."""
    reader = _FormReader(action)
    reader.feed(html)
    return reader.values


class _FormReader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.values: dict[str, list[str]] = {}
        self._state = "before"
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and self._state == "before" and given.get("action") == self.action:
            self._state = "inside"
        if self._state != "inside":
            return
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self.values.setdefault(name, []).append(value)
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea = name
            self.values[name] = [""]
        elif tag == "option" and (self._select not in self.values or "selected" in given):
            self.values[self._select] = [value]

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._state == "inside":
            self._state = "after"
        if tag == "textarea" and self._textarea:
            # A browser drops the line break that follows the tag.
            self.values[self._textarea] = [self.values[self._textarea][0].removeprefix("\n")]
            self._textarea = ""
