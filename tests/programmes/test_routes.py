"""The public page and the settings through HTTP: who sees what, what is refused, what is kept."""

import hashlib
import html
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import xlsxwriter
from fastapi import FastAPI
from sqlmodel import Session, select

from app.accounts.models import User
from app.core.clock import demo_now
from app.core.settings import Settings
from app.main import create_app
from app.plans import FOLDER
from app.programmes import queries, service
from app.programmes.drafts import PhasesDraft, PrizesDraft, RulesDraft
from app.programmes.models import Body, Role
from app.programmes.plan import load_plan, sha256_of
from tests.support.client import Client
from tests.support.contest import PLAN, Contest, make_contest, open_round
from tests.support.factories import NOW, give_role, make_unit, make_user
from tests.support.signing import sign_in


@pytest.fixture
def contest(session: Session) -> Contest:
    return make_contest(session, slug="thanh-xuan")


@pytest.fixture
def organiser(client: Client, session: Session, contest: Contest) -> Client:
    return sign_in(session, client, contest.organiser)


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


# ---- what everybody may read


def test_home_lists_programmes_and_ones_own_first(client: Client, session: Session, contest: Contest) -> None:
    make_contest(session, slug="khac", plan=PLAN.model_copy(update={"title": "Cuộc thi khác"}))
    assert text_of(client.get("/").text).index("Cuộc thi khác") < text_of(client.get("/").text).index("Thanh Xuân năm")
    sign_in(session, client, contest.clerk)
    page = client.get("/", follow_redirects=True).text
    assert "Thanh Xuân" in page


def test_public_page_says_the_plan(client: Client, contest: Contest) -> None:
    page = text_of(client.get(contest.url("").rstrip("/")).text)
    for words in (
        "a) Công tác chỉ đạo, điều hành",
        "đ) Cải cách tổ chức bộ máy nhà nước",
        "g) Ứng dụng CNTT trong hoạt động của cơ quan hành chính nhà nước",
        "4.000.000 đ",
        "Bốn triệu đồng",
        "18.300.000 đ",
        "Mười tám triệu ba trăm nghìn đồng",
        "trước ngày 10/06/2024",
        "UBND quận có quyền sử dụng các bài gửi tham dự",
        "UBND phường (11)",
    ):
        assert words in page, words
    assert "Tính mới, tính sáng tạo" not in page
    assert "Thiết lập" not in page


@pytest.mark.parametrize("name", ["quan_12_2022", "cu_chi_2020", "ninh_hoa_2022", "tp_hcm_2022"])
def test_public_page_of_a_movement(client: Client, session: Session, name: str) -> None:
    plan = load_plan(FOLDER / f"{name}.yaml")
    service.create_programme(session, plan=plan, now=NOW)
    answer = client.get(f"/c/{plan.slug}").text
    page = text_of(answer)
    assert plan.title in page
    assert all(field.label in page for field in plan.fields)
    assert 'id="prizes"' not in answer
    assert 'id="rules"' not in answer


def test_public_page_shows_rubric_and_hash_once_sealed(client: Client, session: Session, contest: Contest) -> None:
    open_round(contest)
    version = contest.scene.version
    page = client.get("/c/thanh-xuan").text
    assert "Tính mới, tính sáng tạo" in page
    assert version.sha256 in page
    text = client.get(f"/c/thanh-xuan/plan/{version.number}")
    assert hashlib.sha256(text.content).hexdigest() == version.sha256
    assert text.headers["content-type"] == "application/json"


def test_public_page_shows_the_committee_but_no_jurors_while_they_judge(
    client: Client, session: Session, contest: Contest
) -> None:
    actor = contest.actor_of(contest.organiser)
    for body, name in ((Body.ORGANIZING_COMMITTEE, "Ông Trưởng Ban"), (Body.JURY, "Bà Giám Khảo")):
        service.add_committee_member(session, actor=actor, body=body, full_name=name, position="", duty="", now=NOW)
    page = client.get("/c/thanh-xuan").text
    assert "Ông Trưởng Ban" in page
    assert "Bà Giám Khảo" not in page
    round_ = open_round(contest)
    assert "Bà Giám Khảo" not in client.get("/c/thanh-xuan").text
    service.close_round(session, actor=actor, round_=round_, now=datetime(2024, 7, 15, tzinfo=UTC))
    assert "Bà Giám Khảo" in client.get("/c/thanh-xuan").text


def test_earlier_unsealed_version_is_for_organisers_only(client: Client, session: Session, contest: Contest) -> None:
    actor = contest.actor_of(contest.organiser)
    draft = PhasesDraft.of(actor.plan)
    plan = PhasesDraft([draft.phases[0] | {"note": "x"}, *draft.phases[1:]]).apply(actor.plan)
    service.save_plan(session, actor=actor, plan=plan, now=NOW, reason="x")
    assert client.get("/c/thanh-xuan/plan/1").status_code == 404
    assert client.get("/c/thanh-xuan/plan/2").status_code == 200
    sign_in(session, client, contest.organiser)
    assert client.get("/c/thanh-xuan/plan/1").status_code == 200
    assert client.get("/c/thanh-xuan/plan/3").status_code == 404


def test_unknown_programme_is_404(client: Client) -> None:
    assert client.get("/c/khong-co").status_code == 404


# ---- who may

PAGES = ["", "/rules", "/prizes", "/phases", "/units", "/people", "/rosters", "/units/template.xlsx"]
ACTIONS = [
    "/settings/rules",
    "/settings/prizes",
    "/settings/phases",
    "/settings/units",
    "/settings/units/1",
    "/settings/units/1/dissolve",
    "/settings/units/1/restore",
    "/settings/units/import",
    "/settings/units/import/confirm",
    "/settings/people",
    "/settings/people/1/revoke",
    "/settings/people/1/invite",
    "/settings/people/import",
    "/settings/people/import/confirm",
    "/settings/rosters",
    "/settings/rosters/1/remove",
    "/settings/rosters/1/move",
]


def test_settings_are_read_by_those_who_run_the_contest(client: Client, session: Session, contest: Contest) -> None:
    urls = [contest.url("settings") + path for path in PAGES]
    assert [client.get(url).status_code for url in urls] == [303] * len(urls)
    for who, status in (("organiser", 200), ("chair", 200), ("admin", 200), ("clerk", 403), ("stranger", 403)):
        sign_in(session, client, getattr(contest, who))
        assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, status), who


def test_settings_are_changed_by_organisers_only(client: Client, session: Session, contest: Contest) -> None:
    def status(path: str) -> int:
        body = {"files": {"file": ("a.csv", b"a,b", "text/csv")}} if path.endswith("/import") else {"data": {"x": "1"}}
        return client.post("/c/thanh-xuan" + path, **body).status_code

    assert {path: status(path) for path in ACTIONS} == dict.fromkeys(ACTIONS, 401)
    for who in ("clerk", "head", "chair", "stranger"):
        sign_in(session, client, getattr(contest, who))
        assert {path: status(path) for path in ACTIONS} == dict.fromkeys(ACTIONS, 403), who


# ---- the plan


def rules_data(contest: Contest, **changes: str) -> dict[str, str]:
    draft = RulesDraft.of(contest.rules)
    fields = dict(draft.values) | {f"ties.{i}": tie for i, tie in enumerate(draft.ties)}
    for i, row in enumerate(draft.rubric):
        fields |= {f"rubric.{i}.{column}": text for column, text in row.items()}
    return fields | {"base": "1", "reason": "Theo Quy chế chấm thi"} | changes


def prizes_data(contest: Contest, **changes: str) -> dict[str, str]:
    draft = PrizesDraft.of(contest.plan.prize_rules)
    fields = dict(draft.values)
    for i, row in enumerate(draft.tiers):
        fields |= {f"tiers.{i}.{column}": text for column, text in row.items()}
    return fields | {"base": "1", "reason": "Theo Thể lệ"} | changes


def test_rules_are_saved_as_the_next_version(organiser: Client, contest: Contest) -> None:
    answer = organiser.post(
        contest.url("settings/rules?round=written"),
        data=rules_data(contest, **{"rubric.0.max": "25", "rubric.4.max": "15", "rubric.4.step": "0,25"}),
    )
    assert answer.status_code == 303
    assert contest.scene.version.number == 2
    assert [int(c.max) for c in contest.rules.rubric] == [25, 30, 20, 10, 15]
    page = text_of(organiser.get(contest.url("settings")).text)
    assert "Bản số 2" in page.replace("\xa0", " ")
    assert "Theo Quy chế chấm thi" in page


def test_rules_that_do_not_sum_keep_what_was_typed(organiser: Client, contest: Contest) -> None:
    answer = organiser.post(
        contest.url("settings/rules"),
        data=rules_data(contest, **{"rubric.0.max": "33", "rubric.0.label": "Tính mới <mẻ>", "reason": ""}),
    )
    assert answer.status_code == 422
    assert value_of(answer.text, "rubric.0.max") == "33"
    assert value_of(answer.text, "rubric.0.label") == "Tính mới <mẻ>"
    assert "là 103, phải bằng thang điểm 100." in answer.text
    assert 'id="f-reason-error"' in answer.text
    assert contest.scene.version.number == 1


def test_rules_rows_are_added_and_removed_without_scripts(organiser: Client, contest: Contest) -> None:
    url = contest.url("settings/rules")
    added = organiser.post(url, data=rules_data(contest, do="add", reason="đang gõ"))
    assert added.status_code == 200
    assert value_of(added.text, "rubric.5.label") == ""
    assert "đang gõ" in added.text
    removed = organiser.post(url, data=rules_data(contest, do="remove.0"))
    assert value_of(removed.text, "rubric.0.key") == "effectiveness"
    assert contest.scene.version.number == 1


def test_rules_of_another_editor_are_not_overwritten(organiser: Client, contest: Contest) -> None:
    url = contest.url("settings/rules")
    organiser.post(url, data=rules_data(contest, jurors_per_entry="4"))
    late = organiser.post(url, data=rules_data(contest, jurors_per_entry="5", base="1"))
    assert late.status_code == 409
    assert value_of(late.text, "jurors_per_entry") == "5"
    assert value_of(late.text, "base") == "2"
    assert contest.rules.jurors_per_entry == 4


@pytest.mark.parametrize("page", ["rules", "prizes", "phases"])
def test_plan_is_not_edited_once_judging_opened(organiser: Client, contest: Contest, page: str) -> None:
    open_round(contest)
    shown = organiser.get(contest.url(f"settings/{page}"))
    assert "niêm phong" in shown.text
    assert "disabled" in shown.text
    refused = organiser.post(contest.url(f"settings/{page}"), data=rules_data(contest))
    assert refused.status_code == 409
    assert "bản sửa đổi có đánh số" in refused.text


def test_unknown_round_is_404(organiser: Client, contest: Contest) -> None:
    assert organiser.get(contest.url("settings/rules?round=final")).status_code == 404


def test_prizes_are_saved_in_their_order(organiser: Client, contest: Contest) -> None:
    answer = organiser.post(
        contest.url("settings/prizes"), data=prizes_data(contest, **{"tiers.0.amount": "3.000.000"})
    )
    assert answer.status_code == 303
    assert contest.plan.prize_rules.total() == 18_300_000 + 3_000_000
    assert [t.key for t in contest.plan.prize_rules.tiers()] == ["first", "second", "third", "consolation"]


def test_prizes_bad_amount_stands_beside_its_field(organiser: Client, contest: Contest) -> None:
    answer = organiser.post(
        contest.url("settings/prizes"), data=prizes_data(contest, **{"tiers.1.amount": "một triệu"})
    )
    assert answer.status_code == 422
    assert value_of(answer.text, "tiers.1.amount") == "một triệu"
    assert 'id="f-tiers-1-amount-error"' in answer.text


def test_phases_move_the_deadline(organiser: Client, contest: Contest) -> None:
    draft = PhasesDraft.of(contest.plan)
    data = {f"phases.{i}.{c}": t for i, row in enumerate(draft.phases) for c, t in row.items()}
    data |= {
        "phases.0.closes": "2024-06-15T17:00",
        "phases.1.opens": "2024-06-15T17:00",
        "base": "1",
        "reason": "gia hạn",
    }
    assert organiser.post(contest.url("settings/phases"), data=data).status_code == 303
    assert "đến 17:00 ngày 15/06/2024" in text_of(organiser.get("/c/thanh-xuan").text)
    bad = organiser.post(
        contest.url("settings/phases"), data=data | {"phases.0.closes": "2024-01-01T00:00", "base": "2"}
    )
    assert bad.status_code == 422
    assert value_of(bad.text, "phases.0.closes") == "2024-01-01T00:00"
    assert "phải sau thời điểm mở" in bad.text


def test_prizes_of_a_movement_do_not_exist(client: Client, session: Session, contest: Contest) -> None:
    plan = load_plan(FOLDER / "quan_12_2022.yaml")
    service.create_programme(session, plan=plan, now=NOW)
    scene = queries.get_scene(session, slug=plan.slug)
    give_role(session, contest.organiser, scene.programme, Role.ORGANISER)
    sign_in(session, client, contest.organiser)
    assert client.get("/c/quan-12-2022/settings").status_code == 200
    assert client.get("/c/quan-12-2022/settings/prizes").status_code == 404
    assert client.get("/c/quan-12-2022/settings/rules").status_code == 404
    assert client.get("/c/quan-12-2022/settings/phases").status_code == 200


# ---- units


def test_unit_is_added_changed_dissolved_and_restored(organiser: Client, session: Session, contest: Contest) -> None:
    base = contest.url("settings/units")
    assert organiser.post(base, data={"name": "Trạm Y tế", "category": "department"}).status_code == 303
    unit = next(
        u for u in queries.list_units(session, programme_id=contest.scene.programme_id) if u.name == "Trạm Y tế"
    )
    assert organiser.get(f"{base}/{unit.id}").status_code == 200
    assert organiser.post(f"{base}/{unit.id}", data={"name": "Trạm Y tế mới", "category": "school"}).status_code == 303
    assert (unit.name, unit.category) == ("Trạm Y tế mới", "school")
    organiser.post(f"{base}/{unit.id}/dissolve")
    assert unit.dissolved_at is not None
    assert "Đã giải thể" in organiser.get(base).text
    organiser.post(f"{base}/{unit.id}/restore")
    assert unit.dissolved_at is None


def test_unit_bad_form_keeps_what_was_typed(organiser: Client, contest: Contest) -> None:
    base = contest.url("settings/units")
    taken = organiser.post(base, data={"name": "UBND phường Hạ Đình", "category": "ward"})
    assert taken.status_code == 409
    assert value_of(taken.text, "name") == "UBND phường Hạ Đình"
    empty = organiser.post(base, data={"name": " ", "category": "ward"})
    assert empty.status_code == 422
    assert "Mục này bắt buộc." in empty.text


def test_unit_of_another_programme_is_404(organiser: Client, session: Session, contest: Contest) -> None:
    other = make_contest(session)
    assert organiser.get(contest.url(f"settings/units/{other.unit.id}")).status_code == 404
    answer = organiser.post(contest.url(f"settings/units/{other.unit.id}"), data={"name": "x", "category": "ward"})
    assert answer.status_code == 404


def sheet(*rows: tuple[str, ...]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write_string(number, column, value)
    return stream.getvalue()


def send(client: Client, url: str, content: bytes, name: str = "a.xlsx") -> str:
    answer = client.post(url, files={"file": (name, content, "application/octet-stream")})
    assert answer.status_code == 200, answer.text
    return value_of(answer.text, "cells")


def test_units_are_previewed_then_imported(organiser: Client, session: Session, contest: Contest) -> None:
    base = contest.url("settings/units/import")
    before = len(queries.list_units(session, programme_id=contest.scene.programme_id))
    content = sheet(
        ("Tên đơn vị", "Nhóm đơn vị", "Mã"),
        ("=cmd|' /C calc'!A0", "Phòng, ban, đơn vị", ""),
        ("UBND phường Hạ Đình", "UBND phường", ""),
        ("Phòng Đối ngoại", "làng", ""),
        ("Phòng Ngoại vụ", "department", ""),
    )
    answer = organiser.post(base, files={"file": ("a.xlsx", content, "application/octet-stream")})
    page = text_of(answer.text)
    assert "Không có nhóm «làng»" in page
    assert "Đã có, bỏ qua" in page
    assert len(queries.list_units(session, programme_id=contest.scene.programme_id)) == before
    cells = value_of(answer.text, "cells")
    assert organiser.post(f"{base}/confirm", data={"cells": cells}).status_code == 303
    units = {u.name for u in queries.list_units(session, programme_id=contest.scene.programme_id)}
    assert len(units) == before + 2
    assert {"=cmd|' /C calc'!A0", "Phòng Ngoại vụ"} <= units
    again = organiser.post(f"{base}/confirm", data={"cells": cells})
    assert again.status_code == 303
    assert len(queries.list_units(session, programme_id=contest.scene.programme_id)) == before + 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Chưa chọn tệp"),
        (b"%PDF-1.7", "Chỉ nhận tệp .xlsx hoặc .csv"),
        ("Tên,Ghi chú\na,b".encode(), "Không tìm thấy dòng tiêu đề"),
    ],
)
def test_unit_sheet_that_cannot_be_read_is_refused_beside_the_field(
    organiser: Client, contest: Contest, content: bytes, sentence: str
) -> None:
    files = {"file": ("a.csv", content, "text/csv")}
    answer = organiser.post(contest.url("settings/units/import"), files=files)
    assert answer.status_code == 422
    assert sentence in text_of(answer.text)
    # The form stands under the list of all units: the fault is told at the top too.
    assert sentence in text_of(answer.text.split("data-error-summary")[1].split("</ul>")[0])


def test_unit_sheet_over_the_limit_is_refused(organiser: Client, contest: Contest) -> None:
    files = {"file": ("a.csv", bytes(3 * 1024 * 1024), "text/csv")}
    assert organiser.post(contest.url("settings/units/import"), files=files).status_code == 413


def test_unit_import_body_that_is_no_form_is_refused(organiser: Client, contest: Contest) -> None:
    answer = organiser.post(
        contest.url("settings/units/import"), content=b"x", headers={"content-type": "multipart/form-data"}
    )
    assert answer.status_code == 422


def test_tampered_preview_is_refused(organiser: Client, contest: Contest) -> None:
    answer = organiser.post(contest.url("settings/units/import/confirm"), data={"cells": '[["Tên", 1]]'})
    assert answer.status_code == 422


def test_template_can_be_filled_in_and_sent_back(organiser: Client, contest: Contest) -> None:
    template = organiser.get(contest.url("settings/people/template.xlsx"))
    assert template.content.startswith(b"PK")
    answer = organiser.post(
        contest.url("settings/people/import"), files={"file": ("a.xlsx", template.content, "application/octet-stream")}
    )
    assert answer.status_code == 200
    assert "Dưới dòng tiêu đề không có dòng nào." in text_of(answer.text)


# ---- people


def test_person_is_added_and_gets_a_link_shown_once(organiser: Client, session: Session, contest: Contest) -> None:
    data = {"full_name": "Nguyễn Thị Thu Hương", "role": "unit_clerk", "unit": str(contest.unit.id), "login": ""}
    answer = organiser.post(contest.url("settings/people"), data=data)
    assert answer.status_code == 200
    token = re.search(r"/invitation/([\w-]+)", answer.text)
    assert token
    assert "Nguyễn Thị Thu Hương" in organiser.another().get(f"/invitation/{token[1]}").text
    assert token[1] not in organiser.get(contest.url("settings/people")).text
    user = session.exec(select(User).where(User.login == "huongntt")).one()
    assert contest.actor_of(user).clerk_of == {contest.unit.id}


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"full_name": ""}, 422, "Mục này bắt buộc."),
        ({"role": "king"}, 422, "chọn một trong các giá trị"),
        ({"unit": ""}, 422, "Vai trò này phải kèm đơn vị."),
        ({"phone": "123"}, 422, "Số điện thoại chưa đúng"),
        ({"login": "truong-ban"}, 409, "đã có người khác dùng"),
    ],
)
def test_person_bad_form_keeps_what_was_typed(
    organiser: Client, session: Session, contest: Contest, changes: dict[str, str], status: int, sentence: str
) -> None:
    make_user(session, login="truong-ban", full_name="Trần Trưởng Ban")
    data = {"full_name": "Lê Văn An", "role": "unit_clerk", "unit": str(contest.unit.id), "email": "an@a.vn"} | changes
    answer = organiser.post(contest.url("settings/people"), data=data)
    assert answer.status_code == status
    assert sentence in text_of(answer.text)
    assert value_of(answer.text, "email") == "an@a.vn"
    assert session.exec(select(User).where(User.full_name == "Lê Văn An")).first() is None


def test_organiser_may_not_give_themselves_a_role(organiser: Client, contest: Contest) -> None:
    data = {"full_name": contest.organiser.full_name, "role": "chair", "login": contest.organiser.login}
    answer = organiser.post(contest.url("settings/people"), data=data)
    assert answer.status_code == 403
    assert not contest.actor_of(contest.organiser).chairs


def test_role_is_taken_away(organiser: Client, session: Session, contest: Contest) -> None:
    rows = queries.list_members(session, programme_id=contest.scene.programme_id)
    membership = next(m for m, user, _ in rows if user.id == contest.clerk.id)
    assert organiser.post(contest.url(f"settings/people/{membership.id}/revoke")).status_code == 303
    assert contest.actor_of(contest.clerk).roles == frozenset()
    own = next(m for m, user, _ in rows if user.id == contest.organiser.id)
    assert organiser.post(contest.url(f"settings/people/{own.id}/revoke")).status_code == 409


def test_role_in_another_programme_is_404(organiser: Client, session: Session, contest: Contest) -> None:
    other = make_contest(session)
    [membership, *_] = [m for m, _, _ in queries.list_members(session, programme_id=other.scene.programme_id)]
    assert organiser.post(contest.url(f"settings/people/{membership.id}/revoke")).status_code == 404
    assert organiser.post(contest.url(f"settings/people/{membership.id}/invite")).status_code == 404


def test_new_link_for_a_clerk_but_not_for_the_chair(organiser: Client, session: Session, contest: Contest) -> None:
    contest.chair.password_hash = "x"
    rows = queries.list_members(session, programme_id=contest.scene.programme_id)
    ids = {user.id: m.id for m, user, _ in rows}
    clerk = organiser.post(contest.url(f"settings/people/{ids[contest.clerk.id]}/invite"))
    assert clerk.status_code == 200
    assert "/invitation/" in clerk.text
    chair = organiser.post(contest.url(f"settings/people/{ids[contest.chair.id]}/invite"))
    assert chair.status_code == 403


def test_people_are_previewed_then_imported_with_links(organiser: Client, session: Session, contest: Contest) -> None:
    base = contest.url("settings/people/import")
    content = sheet(
        ("Họ và tên", "Đơn vị", "Vai trò", "Điện thoại"),
        ("Lê Văn An", "UBND phường Kim Giang", "Cán bộ", "0988123456"),
        ("Đỗ Thị Bích", "UBND phường Kim Giang", "Thủ trưởng", ""),
        ("Không Đơn Vị", "UBND phường Lạ", "Cán bộ", ""),
    )
    cells = send(organiser, base, content)
    assert session.exec(select(User).where(User.login == "anlv")).first() is None
    done = organiser.post(f"{base}/confirm", data={"cells": cells})
    assert done.status_code == 200
    assert len(set(re.findall(r"/invitation/[\w-]+", done.text))) == 2
    assert session.exec(select(User.phone).where(User.login == "anlv")).one() == "+84988123456"
    again = organiser.post(f"{base}/confirm", data={"cells": cells})
    assert again.status_code == 303


# ---- rosters and the clock


def test_roster_through_its_page(organiser: Client, session: Session, contest: Contest) -> None:
    base = contest.url("settings/rosters")
    for name in ("Nguyễn Văn Ánh", "Trần Thị Bình"):
        data = {"body": "jury", "full_name": name, "position": "Trưởng phòng", "duty": "Ủy viên"}
        assert organiser.post(base, data=data).status_code == 303
    rows = queries.list_committee(session, programme_id=contest.scene.programme_id, body=Body.JURY)
    organiser.post(f"{base}/{rows[1].id}/move", data={"to": "up"})
    page = text_of(organiser.get(base).text)
    assert page.index("Trần Thị Bình") < page.index("Nguyễn Văn Ánh")
    organiser.post(f"{base}/{rows[0].id}/remove")
    rows = queries.list_committee(session, programme_id=contest.scene.programme_id, body=Body.JURY)
    assert [row.full_name for row in rows] == ["Trần Thị Bình"]
    bad = organiser.post(base, data={"body": "jury", "full_name": "", "position": "Trưởng phòng"})
    assert bad.status_code == 422
    assert value_of(bad.text, "position") == "Trưởng phòng"


def test_clock_moves_the_programme_in_a_demonstration(organiser: Client, session: Session, contest: Contest) -> None:
    answer = organiser.post("/c/thanh-xuan/clock", data={"shown_at": "2024-06-09T23:00", "next": "/c/thanh-xuan"})
    assert answer.headers["location"] == "/c/thanh-xuan"
    shown = demo_now(session, scope="thanh-xuan")
    assert shown is not None
    assert abs((shown - datetime(2024, 6, 9, 16, 0, tzinfo=UTC)).total_seconds()) < 60
    assert "23:0" in organiser.get("/c/thanh-xuan").text
    assert organiser.post("/c/thanh-xuan/clock", data={"shown_at": "hôm qua"}).status_code == 422


def test_clock_is_refused_outside_a_demonstration(
    session: Session, settings: Settings, contest: Contest, client: Client, app: FastAPI
) -> None:
    real = create_app(settings.model_copy(update={"demo": False}), sessions=app.state.sessions)
    sign_in(session, client, contest.organiser)
    client.app.state.settings = real.state.settings
    assert client.post("/c/thanh-xuan/clock", data={"shown_at": "2024-06-09T23:00"}).status_code == 403
    assert "Đồng hồ trình diễn" not in client.get(contest.url("settings")).text


def test_clock_is_not_for_clerks(client: Client, session: Session, contest: Contest) -> None:
    sign_in(session, client, contest.clerk)
    assert client.post("/c/thanh-xuan/clock", data={"shown_at": "2024-06-09T23:00"}).status_code == 403


# ---- many rows


def test_pages_make_the_same_number_of_queries_for_many_rows(
    organiser: Client, session: Session, contest: Contest, count_queries: Callable
) -> None:
    pages = ["/c/thanh-xuan", *(contest.url(f"settings/{p}") for p in ("units", "people", "rosters"))]

    def count() -> list[int]:
        counts = []
        for url in pages:
            with count_queries() as asked:
                assert organiser.get(url).status_code == 200
            counts.append(asked.count)
        return counts

    few = count()
    actor = contest.actor_of(contest.organiser)
    for number in range(20):
        unit = make_unit(session, contest.scene.programme, name=f"UBND phường {number}")
        give_role(session, make_user(session), contest.scene.programme, Role.UNIT_CLERK, unit=unit)
        service.add_committee_member(
            session, actor=actor, body=Body.JURY, full_name=f"Người {number}", position="", duty="", now=NOW
        )
    session.commit()
    assert count() == few


def test_home_makes_the_same_number_of_queries_for_many_programmes(
    client: Client, session: Session, contest: Contest, count_queries: Callable
) -> None:
    with count_queries() as one:
        client.get("/")
    for _ in range(3):
        make_contest(session)
    with count_queries() as four:
        client.get("/")
    assert one.count == four.count


def test_sign_in_page_offers_the_people_of_a_sample_only(client: Client, session: Session, contest: Contest) -> None:
    contest.clerk.password_hash = "x"
    assert contest.clerk.full_name not in client.get("/sign-in").text
    contest.scene.programme.is_sample = True
    page = client.get("/sign-in")
    assert f"/sign-in?login={contest.clerk.login}" in html.unescape(page.text)
    assert contest.head.login not in page.text


def test_sha_of_the_version_is_that_of_its_text(contest: Contest) -> None:
    assert contest.scene.version.sha256 == sha256_of(contest.plan.canonical())
