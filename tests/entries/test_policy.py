"""Who may do what to an entry in which state, and what a complete entry is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest

from app.core.errors import Conflict, DomainError, Forbidden, Invalid
from app.entries import policy
from app.entries.models import Entry, EntryStatus, FileRole
from app.entries.policy import MOVES
from app.programmes.access import Actor
from tests.support.actors import (
    ACTORS,
    OWN,
    pure_actor,
    pure_author,
    pure_entry,
    pure_file,
    thanh_xuan,
)

S = EntryStatus
ACTIONS: dict[str, Callable[[Actor, Entry], DomainError | None]] = {
    "edit": policy.refuse_edit,
    "submit": policy.refuse_submit,
    "reopen": policy.refuse_reopen,
    "withdraw": policy.refuse_withdraw,
    "attach": lambda actor, entry: policy.refuse_attach(
        actor, entry, extension="docx", name="bai.docx", role=FileRole.MAIN
    ),
}
ALLOWED = {
    "edit": {S.DRAFT, S.RETURNED},
    "attach": {S.DRAFT, S.RETURNED},
    "submit": {S.DRAFT, S.RETURNED},
    "reopen": {S.SUBMITTED, S.KEPT, S.DECLINED, S.CONFIRMED},
    "withdraw": {S.DRAFT, S.SUBMITTED, S.KEPT, S.DECLINED, S.CONFIRMED, S.FORWARDED, S.ACCEPTED, S.RETURNED},
}


@pytest.mark.parametrize("opened", [False, True], ids=["taking entries", "judging"])
@pytest.mark.parametrize(("who", "action"), list(product(ACTORS, ACTIONS)))
def test_matrix_of_actor_state_and_action(who: str, action: str, opened: bool) -> None:
    """Only the clerk of the entry's unit, only in these states, never once judging has opened."""
    actor = pure_actor(who, opened=opened)
    for status in S:
        refusal = ACTIONS[action](actor, pure_entry(status))
        if who != "clerk":
            expected: type | None = Forbidden
        elif opened or status not in ALLOWED[action]:
            expected = Conflict
        else:
            expected = None
        assert type(refusal) is (expected or type(None)), (who, status, action)


@pytest.mark.parametrize("status", list(S))
def test_moves_hold_for_every_pair_of_states(status: EntryStatus) -> None:
    diagram = {
        S.DRAFT: {S.SUBMITTED, S.WITHDRAWN},
        S.SUBMITTED: {S.KEPT, S.DECLINED, S.DRAFT, S.WITHDRAWN},
        S.KEPT: {S.CONFIRMED, S.DRAFT, S.WITHDRAWN},
        S.DECLINED: {S.DRAFT, S.WITHDRAWN},
        S.CONFIRMED: {S.FORWARDED, S.DRAFT, S.WITHDRAWN},
        S.FORWARDED: {S.ACCEPTED, S.RETURNED, S.INELIGIBLE, S.WITHDRAWN},
        S.ACCEPTED: {S.FORWARDED, S.WITHDRAWN},
        S.RETURNED: {S.SUBMITTED, S.WITHDRAWN},
        S.INELIGIBLE: {S.FORWARDED},
        S.WITHDRAWN: set(),
    }
    assert set(MOVES) == set(S)
    for to in S:
        refused = policy.refuse_move(pure_entry(status), to) is not None
        assert refused is (to not in diagram[status])


@pytest.mark.parametrize(
    ("seconds", "who", "expected"),
    [(-1, "clerk", Conflict), (0, "clerk", None), (0, "other clerk", Forbidden), (0, "head", Forbidden)],
)
def test_create_is_for_clerks_from_the_opening_on(seconds: int, who: str, expected: type | None) -> None:
    opens = thanh_xuan().opening("intake")
    assert opens is not None
    refusal = policy.refuse_create(pure_actor(who), unit_id=OWN, now=opens + timedelta(seconds=seconds))
    assert type(refusal) is (expected or type(None))


def test_create_is_possible_after_the_deadline_but_not_once_judging_has_opened(now: datetime) -> None:
    closes = thanh_xuan().deadline("intake")
    assert closes is not None
    late = closes + timedelta(days=1)
    assert policy.refuse_create(pure_actor("clerk"), unit_id=OWN, now=late) is None
    assert isinstance(policy.refuse_create(pure_actor("clerk", opened=True), unit_id=OWN, now=late), Conflict)


# ---- completeness ----------------------------------------------------------------------------------------------


def group(*authors: object, **values: object) -> Entry:
    entry = pure_entry(category="group", **values)
    entry.authors = list(authors)
    return entry


def one(**values: object) -> Entry:
    entry = pure_entry()
    for name, value in values.items():
        setattr(entry, name, value)
    return entry


def member(**values: object) -> object:
    return pure_author(is_representative=False, phone=None, address="", **values)


def silent(author: object) -> object:
    author.consents = []
    return author


@pytest.mark.parametrize(
    ("entry", "faults"),
    [
        (one(), []),
        (one(field=""), [("field", "Chưa chọn lĩnh vực.")]),
        (one(field="không có"), [("field", "Chưa chọn lĩnh vực.")]),
        (one(summary=""), [("summary", "Chưa có tóm tắt ý tưởng, giải pháp.")]),
        (one(clause_accepted_at=None), [("use_clause", "Chưa đồng ý điều khoản sử dụng bài dự thi.")]),
        (one(files=[]), [("files", "Chưa tải lên tệp bài viết.")]),
        (one(files=[pure_file("docx", removed=True)]), [("files", "Chưa tải lên tệp bài viết.")]),
        (one(files=[pure_file("mp4")]), [("files", "Tệp đã tải lên không phải là bài viết.")]),
        (one(authors=[pure_author(), member()]), [("authors", "Bài cá nhân có đúng một tác giả.")]),
        (
            one(authors=[pure_author(phone=None)]),
            [
                (
                    "representative",
                    "Người đại diện (hoặc tác giả cá nhân) phải có địa chỉ và số điện thoại liên lạc.",
                )
            ],
        ),
        (
            one(authors=[silent(pure_author())]),
            [("consents", "Chưa ghi nhận đồng ý tham gia của: Nguyễn Thị Hồng Phượng.")],
        ),
        (group(pure_author(), member()), []),
        (
            group(pure_author()),
            [("authors", "Tập thể là nhóm tác giả từ 02 người trở lên; bài này mới có 1.")],
        ),
        (
            group(member(), member()),
            [("representative", "Chưa chọn người đại diện của nhóm tác giả.")],
        ),
        (group(pure_author(), member(full_name="")), [("authors", "Có tác giả chưa ghi họ và tên.")]),
        (
            one(format="video", files=[pure_file("mp4")]),
            [("files", "Bài video phải kèm bản Word trích xuất nội dung, ý tưởng như bài thi viết.")],
        ),
        (one(format="video", files=[pure_file("mp4"), pure_file("docx", role="text")]), []),
        (
            one(format="video", files=[pure_file("docx"), pure_file("docx", role="text")]),
            [("files", "Tệp đã tải lên không phải là video.")],
        ),
    ],
)
def test_list_missing_names_each_gap(entry: Entry, faults: list[tuple[str, str]]) -> None:
    assert [(where, str(what)) for where, what in policy.list_missing(entry, plan=thanh_xuan())] == faults


def test_list_missing_of_an_empty_draft_names_everything_at_once() -> None:
    entry = one(field="", summary="", clause_accepted_at=None, authors=[], files=[])
    where = [place for place, _ in policy.list_missing(entry, plan=thanh_xuan())]
    assert where == ["field", "summary", "use_clause", "authors", "representative", "files"]
    refusal = policy.refuse_submit(pure_actor("clerk"), entry)
    assert isinstance(refusal, Invalid)
    assert set(refusal.fields) == set(where)


def test_group_is_refused_where_the_plan_takes_none() -> None:
    plan = thanh_xuan()
    alone = plan.model_copy(update={"entrants": plan.entrants.model_copy(update={"group": None})})
    faults = policy.list_missing(group(pure_author(), member()), plan=alone)
    assert [(where, str(what)) for where, what in faults] == [("category", "Cuộc thi này không nhận bài tập thể.")]


def test_individual_is_refused_where_the_plan_takes_groups_only() -> None:
    plan = thanh_xuan()
    groups = plan.model_copy(update={"entrants": plan.entrants.model_copy(update={"individual": False})})
    faults = policy.list_missing(one(), plan=groups)
    assert [(where, str(what)) for where, what in faults] == [("category", "Cuộc thi này không nhận bài cá nhân.")]


def test_form_that_the_plan_does_not_have_is_refused() -> None:
    plan = thanh_xuan()
    essays = plan.model_copy(update={"formats": {"essay": plan.formats["essay"]}})
    entry = one(format="video", files=[pure_file("mp4"), pure_file("docx", role="text")])
    sentence = "Cuộc thi này không nhận bài dự thi ở hình thức này."
    assert [(where, str(what)) for where, what in policy.list_missing(entry, plan=essays)] == [("format", sentence)]


def test_group_is_refused_above_the_plan_s_size() -> None:
    plan = thanh_xuan()
    small = plan.entrants.model_copy(update={"group": plan.entrants.group.model_copy(update={"max_authors": 2})})
    faults = policy.list_missing(
        group(pure_author(), member(), member()), plan=plan.model_copy(update={"entrants": small})
    )
    assert [str(what) for _, what in faults] == ["Nhóm tác giả có nhiều nhất 2 người."]


@pytest.mark.parametrize(
    ("role", "fmt", "extension", "refused"),
    [
        (FileRole.MAIN, "essay", "docx", False),
        (FileRole.MAIN, "essay", "mp4", True),
        (FileRole.MAIN, "video", "mp4", False),
        (FileRole.MAIN, "video", "docx", True),
        (FileRole.TEXT, "video", "docx", False),
        (FileRole.TEXT, "video", "pdf", True),
        (FileRole.ATTACHMENT, "essay", "zip", False),
        (FileRole.ATTACHMENT, "essay", "txt", True),
    ],
)
def test_attach_takes_what_the_plan_names_for_the_role(role: FileRole, fmt: str, extension: str, refused: bool) -> None:
    refusal = policy.refuse_attach(
        pure_actor("clerk"), one(format=fmt), extension=extension, name=f"bai.{extension}", role=role
    )
    assert isinstance(refusal, Invalid) is refused
    if refused:
        assert "Chỉ nhận" in str(refusal.fields["file"])


def test_second_submit_says_that_it_is_one() -> None:
    refusal = policy.refuse_submit(pure_actor("clerk"), pure_entry(S.SUBMITTED))
    assert str(refusal.message) == "Bài dự thi đã nộp, số tiếp nhận 012; không nộp lần nữa."
