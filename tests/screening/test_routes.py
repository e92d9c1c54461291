"""The pages of screening through HTTP: each person's list, each decision, each refusal with its words."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.core.storage import ObjectMissingError
from app.entries.models import EntryStatus
from app.screening.models import DistrictCheck
from tests.support import samples
from tests.support.contest import make_entry, open_round
from tests.support.forms import checklist_boxes, confirmation_boxes, entry_boxes
from tests.support.people import JSON, People

S = EntryStatus
LAST_SECOND = datetime(2024, 6, 9, 16, 59, 59, tzinfo=UTC)
WRITES = ("screen", "confirm", "forward", "allow-late", "check", "recheck")


def words(response: httpx.Response) -> str:
    """What a person reads, on one line."""
    body = re.sub(r"(?s)<(script|style|template|noscript|svg).*?</\1>", " ", response.text)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def error_of(response: httpx.Response, name: str) -> str:
    """What stands beside a field."""
    found = re.search(rf'(?s)data-error-for="{re.escape(name)}"(?! hidden).*?<span>(.*?)</span>', response.text)
    return found[1] if found else ""


def all_decisions(**changes: str) -> dict[str, str | list[str]]:
    return {**checklist_boxes(reason="x"), **confirmation_boxes(), "supplement_until": "2024-06-12", **changes}


def test_entry_on_its_way_from_the_unit_to_the_jury(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"screening/{entry_id}")
    read = words(people.clerk.get(url))
    assert "Giải pháp rút ngắn thời gian trả kết quả hồ sơ tại bộ phận một cửa phường Hạ Đình." in read
    assert people.clerk.post(f"{url}/screen", data=checklist_boxes()).status_code == 303
    assert "Thủ trưởng đơn vị xác nhận Mức độ hiệu quả" in words(people.head.get(url))
    greyed = words(people.clerk.get(url))
    assert "Chỉ thủ trưởng đơn vị được xác nhận mức độ hiệu quả và tính khả thi." in greyed
    assert people.head.post(f"{url}/confirm", data=confirmation_boxes()).status_code == 303
    ready = people.clerk.get(url)
    assert 'data-until="2024-06-10T00:00:00+07:00"' in ready.text
    assert people.clerk.post(f"{url}/forward").status_code == 303
    seen = words(people.organiser.get(url))
    assert "Mức độ hiệu quả: Cao. Giảm một nửa thời gian chờ." in seen
    assert people.organiser.post(f"{url}/check", data={"decision": "accept"}).status_code == 303
    assert "Đã tiếp nhận, đủ điều kiện" in words(people.clerk.get(url))
    story = words(people.clerk.get(people.url(f"entries/{entry_id}")))
    for line in (
        "Tiếp nhận: bài đủ điều kiện dự thi",
        "Gửi Phòng Nội vụ",
        "Thủ trưởng đơn vị xác nhận: hiệu quả «Cao», tính khả thi «Trung bình»",
        "Đơn vị sơ loại: chọn bài",
    ):
        assert line in story


def test_forward_one_second_late_is_refused_then_allowed_with_a_reason(people: People) -> None:
    entry_id = make_entry(people.contest, status=S.CONFIRMED).id
    url = people.url(f"screening/{entry_id}")
    people.at(LAST_SECOND + timedelta(seconds=2))
    late = people.clerk.post(f"{url}/forward")
    assert late.status_code == 409
    assert "Đã hết hạn gửi bài (00:00 ngày 10/06/2024)." in words(late)
    assert "đề nghị Phòng Nội vụ cho phép và ghi rõ lý do" in words(people.clerk.get(url))
    assert people.entry(entry_id).status == S.CONFIRMED
    empty = people.organiser.post(f"{url}/allow-late", data={"reason": ""})
    assert (empty.status_code, error_of(empty, "reason")) == (422, "Mục này bắt buộc.")
    assert people.organiser.post(f"{url}/allow-late", data={"reason": "Mất điện cả phường"}).status_code == 303
    assert people.clerk.post(f"{url}/forward").status_code == 303
    story = words(people.organiser.get(people.url(f"entries/{entry_id}")))
    assert "Gửi Phòng Nội vụ sau hạn, theo lý do được phép" in story
    assert "Mất điện cả phường" in story


def test_forward_in_the_last_second_is_in_time(people: People) -> None:
    entry_id = make_entry(people.contest, status=S.CONFIRMED).id
    people.at(LAST_SECOND - timedelta(seconds=30))
    assert people.clerk.post(people.url(f"screening/{entry_id}/forward")).status_code == 303


def test_returned_entry_tells_its_unit_why_and_until_when(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"screening/{entry_id}")
    people.clerk.post(f"{url}/screen", data=checklist_boxes())
    people.head.post(f"{url}/confirm", data=confirmation_boxes())
    people.clerk.post(f"{url}/forward")
    back = {"decision": "return", "reason": "Thiếu số liệu năm 2023", "supplement_until": "12/06/2024"}
    assert people.organiser.post(f"{url}/check", data=back).status_code == 303
    for page in (people.clerk.get(url), people.clerk.get(people.url(f"entries/{entry_id}"))):
        assert "Thiếu số liệu năm 2023" in words(page)
        assert "đến hết ngày 12/06/2024" in words(page)
    edit = people.url(f"entries/{entry_id}/edit")
    assert people.clerk.post(edit, data=entry_boxes({"summary": "Có số liệu"})).status_code == 303
    assert people.clerk.post(people.url(f"entries/{entry_id}/submit")).status_code == 303
    assert people.organiser.get(url).status_code == 200


@pytest.mark.parametrize(
    ("status", "who", "action", "boxes", "field", "said"),
    [
        (S.SUBMITTED, "clerk", "screen", {"checklist[]": ["novel"]}, "checklist[]", "Chỉ chọn bài khi đã đạt mọi"),
        (S.SUBMITTED, "clerk", "screen", {"decision": "decline", "reason": " "}, "reason", "Không chọn bài thì phải"),
        (S.SUBMITTED, "clerk", "screen", {"decision": ""}, "decision", "Vui lòng chọn một trong"),
        (S.KEPT, "head", "confirm", {"effectiveness_grade": ""}, "effectiveness_grade", "Vui lòng chọn một mức."),
        (S.KEPT, "head", "confirm", {"feasibility_note": ""}, "feasibility_note", "Mục này bắt buộc."),
        (S.FORWARDED, "organiser", "check", {"decision": "ineligible", "reason": ""}, "reason", "phải ghi rõ lý do"),
        (
            S.FORWARDED,
            "organiser",
            "check",
            {"decision": "return", "supplement_until": "mai"},
            "supplement_until",
            "phải ghi hạn bổ sung",
        ),
        (S.ACCEPTED, "organiser", "recheck", {"reason": ""}, "reason", "Mục này bắt buộc."),
    ],
)
def test_refused_decision_stands_beside_its_field_and_keeps_what_was_typed(
    people: People, status: EntryStatus, who: str, action: str, boxes: dict[str, str], field: str, said: str
) -> None:
    entry_id = make_entry(people.contest, status=status).id
    typed = all_decisions(effectiveness_note="Câu đã gõ", reason="Câu đã gõ") | boxes
    answer = getattr(people, who).post(people.url(f"screening/{entry_id}/{action}"), data=typed)
    assert answer.status_code == 422
    assert said in error_of(answer, field)
    if "reason" not in boxes and action != "recheck":
        assert "Câu đã gõ</textarea>" in answer.text
    assert people.entry(entry_id).status == status


def test_decision_that_came_second_is_shown_with_what_was_typed(people: People) -> None:
    entry_id = make_entry(people.contest, status=S.FORWARDED).id
    url = people.url(f"screening/{entry_id}/check")
    assert people.organiser.post(url, data={"decision": "accept"}).status_code == 303
    second = people.organiser.post(url, data={"decision": "ineligible", "reason": "Trùng với bài của quận khác"})
    assert second.status_code == 409
    assert "Có thể người khác vừa thao tác" in words(second)
    assert "Trùng với bài của quận khác" in words(second)
    assert people.entry(entry_id).status == S.ACCEPTED


def test_refused_decision_of_a_script_is_json(people: People) -> None:
    entry_id = make_entry(people.contest, status=S.DRAFT).id
    answer = people.clerk.post(people.url(f"screening/{entry_id}/screen"), data=checklist_boxes(), headers=JSON)
    assert answer.status_code == 409
    assert "Bản nháp" in answer.json()["message"]


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_video_is_watched_in_the_page_and_its_word_text_read(people: People) -> None:
    entry_id = people.new_entry(entry_boxes({"format": "video"}))
    people.upload(entry_id, "phim.mp4", samples.mp4())
    people.upload(entry_id, "ban-word.docx", samples.docx("Nội dung trích từ video."), role="text")
    page = people.clerk.get(people.url(f"screening/{entry_id}"))
    film = next(f for f in people.entry(entry_id).files if f.role == "main")
    assert f'src="{people.url(f"entries/{entry_id}/files/{film.id}?inline=1")}"' in page.text
    assert "Nội dung trích từ video." in words(page)


def test_entry_whose_text_cannot_be_read_says_so(people: People) -> None:
    entry_id = people.new_entry()
    people.upload(entry_id, "bai.docx", samples.packed({"[Content_Types].xml": "x", "word/document.xml": "<broken"}))
    if people.entry(entry_id).files:
        page = people.clerk.get(people.url(f"screening/{entry_id}"))
        assert "Không trích được nội dung để đọc ngay tại đây" in words(page)


def test_entry_whose_bytes_are_gone_is_still_shown(people: People) -> None:
    entry_id = make_entry(people.contest, status=S.SUBMITTED).id  # a row without bytes
    with pytest.raises(ObjectMissingError):
        people.stranger.app.state.store.open(people.entry(entry_id).files[0].file.storage_key)
    page = people.clerk.get(people.url(f"screening/{entry_id}"))
    assert page.status_code == 200
    assert "Không trích được nội dung" in words(page)
    assert "Giám khảo sẽ không đọc được toàn văn của bài này" in words(page)


# ---- who gets in -----------------------------------------------------------------------------------------------------


def test_another_unit_s_entry_is_not_found(people: People) -> None:
    entry_id = make_entry(people.contest, status=S.SUBMITTED).id
    url = people.url(f"screening/{entry_id}")
    assert people.other_clerk.get(url).status_code == 404
    answers = [people.other_clerk.post(f"{url}/{path}", data=all_decisions()).status_code for path in WRITES]
    assert set(answers) == {404}


def test_each_decision_is_only_for_whom_it_belongs_to(people: People) -> None:
    belongs = {
        "screen": {"clerk", "head"},
        "confirm": {"head"},
        "forward": {"clerk", "head"},
        "allow-late": {"organiser"},
        "check": {"organiser"},
        "recheck": {"organiser"},
    }
    # Withdrawn: whoever may act at all is refused for the state, the others for who they are.
    entry_id = make_entry(people.contest, status=S.WITHDRAWN).id
    for action, allowed in belongs.items():
        for who in ("clerk", "head", "organiser", "chair"):
            boxes = all_decisions(decision="accept" if action == "check" else "keep")
            answer = getattr(people, who).post(people.url(f"screening/{entry_id}/{action}"), data=boxes)
            assert answer.status_code == (409 if who in allowed else 403), (who, action)


def test_pages_ask_to_sign_in_and_do_not_exist_without_a_part(people: People) -> None:
    for path in ("screening", "screening/1"):
        url = people.url(path)
        assert people.stranger.get(url).headers["location"] == f"/sign-in?next={url}"
        assert people.stranger.get(url, headers=JSON).status_code == 401
    for path in WRITES:
        assert people.stranger.post(people.url(f"screening/1/{path}"), headers=JSON).status_code == 401
    for name in ("stranger", "admin"):
        browser = people.browser(getattr(people.contest, name))
        assert browser.get(people.url("screening")).status_code == 404


def test_nothing_is_decided_after_judging_has_opened(people: People) -> None:
    entry_id = make_entry(people.contest, status=S.FORWARDED).id
    open_round(people.contest)
    people.session.commit()
    url = people.url(f"screening/{entry_id}")
    answer = people.organiser.post(f"{url}/check", data={"decision": "accept"})
    assert answer.status_code == 409
    assert "Cuộc thi đã mở chấm" in words(answer)
    assert 'name="decision"' not in people.organiser.get(url).text


# ---- the work list -------------------------------------------------------------------------------------------


def tabs_of(response: httpx.Response) -> dict[str, int]:
    return {k: int(n) for k, n in re.findall(r'\?tab=(\w+)"[^>]*>[^<]*<span class="count">(\d+)<', response.text)}


def test_work_list_counts_by_role(people: People) -> None:
    for status in S:
        make_entry(people.contest, status=status)
        make_entry(people.contest, status=status, unit=people.contest.other_unit)
    unit = {"screen": 1, "confirm": 1, "forward": 1, "supplement": 1, "sent": 3, "declined": 1}
    district = {"check": 2, "returned": 2, "late": 0, "accepted": 2, "ineligible": 2}
    assert tabs_of(people.clerk.get(people.url("screening"))) == unit
    assert tabs_of(people.head.get(people.url("screening"))) == unit
    assert tabs_of(people.organiser.get(people.url("screening"))) == district
    assert tabs_of(people.chair.get(people.url("screening"))) == district
    people.at(LAST_SECOND + timedelta(seconds=1))
    assert tabs_of(people.organiser.get(people.url("screening")))["late"] == 8


@pytest.mark.parametrize(
    ("who", "statuses", "tab"),
    [
        ("clerk", {S.SUBMITTED, S.KEPT, S.CONFIRMED}, "screen"),
        ("clerk", {S.SUBMITTED, S.RETURNED}, "supplement"),
        ("clerk", {S.KEPT, S.CONFIRMED}, "forward"),
        ("head", {S.SUBMITTED, S.KEPT}, "confirm"),
        ("organiser", {S.FORWARDED, S.RETURNED}, "check"),
        ("organiser", set(), "check"),
        ("clerk", set(), "screen"),
    ],
)
def test_work_list_begins_with_one_s_own_duty(people: People, who: str, statuses: set[EntryStatus], tab: str) -> None:
    for status in statuses:
        make_entry(people.contest, status=status)
    page = getattr(people, who).get(people.url("screening"))
    assert re.search(rf'tab={tab}" aria-current="page"', page.text)


def test_overdue_supplement_is_late_and_one_in_time_is_not(people: People) -> None:
    for day, title in ((12, "còn hạn"), (10, "quá hạn")):
        entry = make_entry(people.contest, status=S.RETURNED, title=f"Bài {title}")
        people.session.add(
            DistrictCheck(
                entry_id=entry.id,
                decision="return",
                reason="Thiếu",
                supplement_until=datetime(2024, 6, day, 17, tzinfo=UTC),
                decided_by=people.contest.organiser.id,
                decided_at=datetime(2024, 6, 8, tzinfo=UTC),
            )
        )
    people.at(datetime(2024, 6, 11, 3, tzinfo=UTC))
    late = words(people.organiser.get(people.url("screening?tab=late")))
    assert "Bài quá hạn" in late
    assert "bổ sung đến hết 10/06/2024 Quá hạn" in late
    assert "Bài còn hạn" not in late
    returned = words(people.organiser.get(people.url("screening?tab=returned")))
    assert returned.index("Bài quá hạn") < returned.index("Bài còn hạn")


def test_work_list_asks_the_same_for_1_row_and_for_30(people: People, count_queries: Callable) -> None:
    def asked() -> int:
        with count_queries() as counted:
            assert people.organiser.get(people.url("screening?tab=check")).status_code == 200
        return counted.count

    make_entry(people.contest, status=S.FORWARDED)
    asked()
    one = asked()
    for _ in range(29):
        make_entry(people.contest, status=S.FORWARDED, authors=("Một", "Hai", "Ba"))
    assert asked() == one


def test_work_list_has_pages_and_stands_any_query(people: People) -> None:
    for _ in range(51):
        make_entry(people.contest, status=S.FORWARDED)
    assert "tab=check&amp;page=2" in people.organiser.get(people.url("screening?tab=check")).text
    assert people.organiser.get(people.url("screening?tab=check&page=2")).text.count("stack-title") == 1
    assert people.organiser.get(people.url("screening?tab=nothing")).status_code == 200
    assert people.organiser.get(people.url("screening?page=0")).status_code == 404


def test_object_without_a_reason_is_told_beside_its_box(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"screening/{entry_id}")
    people.clerk.post(f"{url}/screen", data=checklist_boxes())
    answer = people.head.post(f"{url}/object", data={"reason": " "})
    assert answer.status_code == 422
    beside = re.search(r'(?s)<details class="fold" open>(.*?)</details>', answer.text)
    assert beside
    assert "trả lại cán bộ đầu mối" in beside[1]
    assert "Mục này bắt buộc." in beside[1]
