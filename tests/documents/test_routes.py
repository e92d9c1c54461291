"""The papers over HTTP: who gets which, when, under which name, and what is greyed with which reason."""

import io
from urllib.parse import unquote

import docx
import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session, select

from app.jury.models import ScoreSheet
from app.results.models import Payout
from tests.support.client import Client
from tests.support.contest import Contest
from tests.support.judged import judged_contest, take_to
from tests.support.signing import sign_in

ALL = [
    "prize-list.docx", "prize-list.pdf", "prize-list.xlsx", "payouts.xlsx", "payouts.docx", "payouts.pdf",
    "score-summary.xlsx", "score-summary.pdf",
]  # fmt: skip
STARTS = {"docx": b"PK", "xlsx": b"PK", "pdf": b"%PDF"}


@pytest.fixture
def contest(session: Session) -> Contest:
    return judged_contest(session, totals=(95, 60))


def as_(contest: Contest, client: Client, user: str) -> Client:
    people = {"juror": contest.juror_user(), **vars(contest)}
    return sign_in(contest.session, client, people[user])


def statuses(contest: Contest, client: Client, paths: list[str]) -> dict[str, int]:
    return {path: client.get(contest.url(f"documents/{path}")).status_code for path in paths}


def book_of(answer):
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content))


def words_of(answer) -> str:
    book = book_of(answer)
    return "\n".join(
        str(c) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for c in row
    )


def test_index_without_sign_in_leads_to_it(contest: Contest, client: Client) -> None:
    answer = client.get(contest.url("documents"))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("user", ["stranger", "admin"])
def test_documents_do_not_exist_for_those_without_a_role(contest: Contest, client: Client, user: str) -> None:
    take_to(contest, "published")
    as_(contest, client, user)

    assert client.get(contest.url("documents")).status_code == 404
    assert set(statuses(contest, client, ALL).values()) == {404}


def test_index_before_a_result_is_grey_and_says_why(contest: Contest, client: Client) -> None:
    page = as_(contest, client, "organiser").get(contest.url("documents")).text

    assert page.count("Chưa có kết quả: vòng chấm chưa đóng.") == 3
    assert "documents/prize-list." not in page


def test_papers_before_a_result_are_refused(contest: Contest, client: Client) -> None:
    as_(contest, client, "organiser")

    assert set(statuses(contest, client, ALL).values()) == {409}


@pytest.mark.parametrize("user", ["organiser", "chair"])
def test_draft_papers_are_marked(contest: Contest, client: Client, user: str) -> None:
    take_to(contest, "proposed")
    as_(contest, client, user)

    page = client.get(contest.url("documents")).text
    list_ = client.get(contest.url("documents/prize-list.docx"))

    assert "Đang là bản dự thảo" in page
    assert "lập được sau khi Trưởng Ban Tổ chức phê duyệt" in page
    section = docx.Document(io.BytesIO(list_.content)).sections[0]
    heads = (*section.header.paragraphs, *section.first_page_header.paragraphs)
    assert "DỰ THẢO" in "".join(p.text for p in heads)
    assert "(dự thảo).docx" in unquote(list_.headers["content-disposition"])
    made = statuses(contest, client, ALL)
    assert {code for path, code in made.items() if path.startswith("payouts")} == {409}
    assert {code for path, code in made.items() if not path.startswith("payouts")} == {200}


@pytest.mark.parametrize("user", ["clerk", "head", "juror"])
def test_others_get_nothing_before_publication(contest: Contest, client: Client, user: str) -> None:
    take_to(contest, "approved")
    as_(contest, client, user)

    assert client.get(contest.url("documents")).status_code == 200
    assert set(statuses(contest, client, ["prize-list.pdf", "payouts.xlsx", "score-summary.xlsx"]).values()) == {403}


@pytest.mark.parametrize("user", ["clerk", "juror"])
def test_others_get_the_published_prize_list_alone(contest: Contest, client: Client, user: str) -> None:
    take_to(contest, "published")
    as_(contest, client, user)

    made = statuses(contest, client, ALL)

    assert {path for path, code in made.items() if code == 200} == {p for p in ALL if p.startswith("prize-list")}
    assert set(made.values()) == {200, 403}


def test_every_paper_after_approval(contest: Contest, client: Client) -> None:
    take_to(contest, "approved")
    as_(contest, client, "organiser")
    kinds = {
        "prize-list": "Danh sách đạt giải",
        "payouts": "Danh sách chi tiền thưởng",
        "score-summary": "Bảng tổng hợp điểm",
    }

    for path in ALL:
        answer = client.get(contest.url(f"documents/{path}"))

        kind, _, extension = path.rpartition(".")
        assert answer.status_code == 200
        assert answer.content.startswith(STARTS[extension])
        assert answer.headers["cache-control"] == "private, no-store"
        disposition = answer.headers["content-disposition"]
        assert disposition.startswith("attachment")
        assert (
            unquote(disposition.rpartition("UTF-8''")[2]) == f"{kinds[kind]} - {contest.plan.short_title}.{extension}"
        )


def test_papers_that_there_are_not(contest: Contest, client: Client) -> None:
    take_to(contest, "approved")
    as_(contest, client, "organiser")

    made = statuses(contest, client, ["score-summary.docx", "prize-list.odt", "minutes.pdf", "prize-list"])

    assert set(made.values()) == {404}


def test_prize_list_adds_up_to_the_whole_fund(session: Session, client: Client) -> None:
    contest = judged_contest(session)
    take_to(contest, "approved")

    words = words_of(as_(contest, client, "organiser").get(contest.url("documents/prize-list.xlsx")))

    assert "18300000" in words
    assert "(Bằng chữ: Mười tám triệu ba trăm nghìn đồng)" in words
    assert "Thanh Xuân, ngày 05 tháng 7 năm 2024" in words
    assert "Võ Đăng Dũng" in words


def test_sample_contest_never_prints_the_real_signer(contest: Contest, client: Client) -> None:
    programme = contest.scene.programme
    programme.is_sample = True
    contest.session.add(programme)
    take_to(contest, "approved")
    as_(contest, client, "organiser")

    for path in ("prize-list.xlsx", "payouts.xlsx", "score-summary.xlsx"):
        assert "Võ Đăng Dũng" not in words_of(client.get(contest.url(f"documents/{path}"))), path


def test_payouts_that_differ_from_the_awards_are_refused(contest: Contest, client: Client) -> None:
    take_to(contest, "approved")
    payout = contest.session.exec(select(Payout)).first()
    payout.amount += 1
    contest.session.add(payout)

    answer = as_(contest, client, "organiser").get(contest.url("documents/payouts.xlsx"))

    assert answer.status_code == 409
    assert "cộng lại không bằng mức thưởng" in answer.text


def test_legend_of_the_jurors_is_for_the_organisers_alone(contest: Contest, client: Client) -> None:
    take_to(contest, "approved")
    url = contest.url("documents/score-summary.xlsx")

    seen = {user: as_(contest, client, user).get(url) for user in ("organiser", "chair")}

    assert len(book_of(seen["organiser"]).sheet_names) == 2
    assert len(book_of(seen["chair"]).sheet_names) == 1
    assert "Giám khảo thứ 1" in words_of(seen["organiser"])
    assert "Giám khảo thứ" not in words_of(seen["chair"])


def test_score_summary_has_every_counted_mark(contest: Contest, client: Client) -> None:
    take_to(contest, "approved")
    sheets = contest.session.exec(select(ScoreSheet)).all()

    rows = book_of(as_(contest, client, "organiser").get(contest.url("documents/score-summary.xlsx")))

    lines = [row for row in rows.get_sheet_by_index(0).to_python() if isinstance(row[0], float | int)]
    marks = [cell for row in lines for cell in row[5:8] if cell != ""]
    assert len(marks) == len(sheets) == 12


def test_another_contest_s_result_is_not_shown(contest: Contest, session: Session, client: Client) -> None:
    take_to(contest, "approved")
    other = judged_contest(session, totals=(70,))

    as_(other, client, "organiser")

    assert client.get(other.url("documents/prize-list.xlsx")).status_code == 409
    assert client.get(contest.url("documents/prize-list.xlsx")).status_code == 404


def test_papers_ask_as_often_for_many_entries_as_for_few(session: Session, client: Client, count_queries) -> None:
    asked = []
    for totals in ((95,), (95, 90, 85, 80)):
        contest = judged_contest(session, totals=totals)
        take_to(contest, "approved")
        as_(contest, client, "organiser")
        urls = [contest.url(f"documents/{name}.xlsx") for name in ("prize-list", "payouts", "score-summary")]
        session.commit()
        counts = []
        for url in urls:
            with count_queries() as counted:
                assert client.get(url).status_code == 200
            counts.append(counted.count)
        asked.append(counts)

    assert asked[0] == asked[1]
