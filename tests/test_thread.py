"""The thread: one entry from the form to the payout list, through the HTTP interface, on both databases."""

import re
from datetime import timedelta

from sqlmodel import Session

from app.accounts.models import User
from app.core.clock import set_demo_clock
from tests.support import samples
from tests.support.client import Client
from tests.support.contest import MARKS, Contest, make_contest, make_entry, marks_for, with_further_marking
from tests.support.factories import NOW, make_user
from tests.support.signing import sign_in

CONSENTS = ("participation", "publication", "payment", "handover")


class Site:
    """Everybody's browser on one application."""

    def __init__(self, contest: Contest, client: Client) -> None:
        self.contest = contest
        self.client = client
        self.browsers: dict[int, Client] = {}

    def as_(self, user: User) -> Client:
        assert user.id is not None
        if user.id not in self.browsers:
            self.browsers[user.id] = sign_in(self.contest.session, self.client.another(), user)
        return self.browsers[user.id]

    def post(self, user: User, path: str, data: dict[str, object] | None = None, **options: object) -> str:
        answer = self.as_(user).post(self.contest.url(path), data=data or {}, **options)
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-3000:])
        return answer.headers["location"]

    def page(self, user: User, path: str) -> str:
        answer = self.as_(user).get(self.contest.url(path))
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def clock(self, days: float) -> None:
        set_demo_clock(self.contest.session, scope=self.contest.slug, shown_at=NOW + timedelta(days=days))


def test_one_entry_from_the_form_to_the_payout_list(session: Session, client: Client) -> None:
    contest = make_contest(session)
    site = Site(contest, client)
    c = contest
    site.clock(0)
    entry_id = _enter(site)
    base = f"screening/{entry_id}"
    site.post(c.clerk, f"{base}/screen", {"checklist[]": [i.key for i in c.plan.screening.unit], "decision": "keep"})
    grades = {"effectiveness_grade": "high", "feasibility_grade": "medium"}
    notes = {"effectiveness_note": "Rút ngắn một nửa thời gian.", "feasibility_note": "Làm được ngay trong năm."}
    site.post(c.head, f"{base}/confirm", grades | notes)
    site.post(c.clerk, f"{base}/forward")
    site.post(c.organiser, f"{base}/check", {"decision": "accept"})

    jurors = [make_user(session, full_name=f"Giám khảo {i}") for i in "ABC"]
    site.clock(23)
    for juror in jurors:
        site.post(c.organiser, "jury/members", {"user_id": juror.id, "fields[]": ["one_stop"], "maximum": ""})
    site.post(c.organiser, "jury/assignment/propose")
    site.post(c.organiser, "jury/assignment/accept")
    site.post(c.organiser, "jury/open")
    for juror in jurors:
        marks = {f"marks.{key}": str(mark / 100).replace(".", ",") for key, mark in MARKS.items()}
        site.post(juror, f"jury/entries/{entry_id}/score", {**marks, "version": 0, "action": "submit"})

    site.clock(40)
    site.post(c.organiser, "results/close")
    for vacancy in set(re.findall(r"results/vacancies/(\d+)", site.page(c.organiser, "results"))):
        site.post(c.organiser, f"results/vacancies/{vacancy}", {"reason": "Chỉ có một bài dự thi."})
    site.post(c.chair, "results/approve")
    site.post(c.organiser, "results/publish")

    payouts = site.page(c.organiser, "results/payouts")
    assert "Nguyễn Thị Hạnh" in payouts
    assert "1.333.334" in payouts
    assert "Bốn triệu đồng" in payouts
    public = client.get(contest.url("results/public")).text
    assert "Trả kết quả qua mã QR" in public
    assert "80,50" in public
    for name in ("prize-list.docx", "prize-list.pdf", "payouts.xlsx", "score-summary.xlsx"):
        assert site.as_(c.organiser).get(contest.url(f"documents/{name}")).status_code == 200


def test_one_entry_with_a_gap_is_marked_further_before_the_round_closes(session: Session, client: Client) -> None:
    """80, 58 and 76; the fourth juror gives 74, takes the place of 58, and the entry is worth 76,67."""
    contest = make_contest(session, plan=with_further_marking("replace_farthest"))
    site, c = Site(contest, client), contest
    entry = make_entry(c, title="Trả kết quả qua mã QR")
    score = f"jury/entries/{entry.id}/score"
    site.clock(23)
    jurors = [make_user(session, full_name=f"Giám khảo {i}") for i in "ABC"]
    for juror in jurors:
        site.post(c.organiser, "jury/members", {"user_id": juror.id, "fields[]": ["one_stop"], "maximum": ""})
    site.post(c.organiser, "jury/assignment/propose")
    site.post(c.organiser, "jury/assignment/accept")
    site.post(c.organiser, "jury/open")
    fourth = make_user(session, full_name="Giám khảo D")
    site.post(c.organiser, "jury/members", {"user_id": fourth.id, "fields[]": ["one_stop"], "maximum": ""})
    for juror, total in zip(jurors, (80, 58, 76), strict=True):
        site.post(juror, score, typed(total, version=0))

    site.clock(40)
    refused = site.as_(c.organiser).post(c.url("results/close"))
    assert refused.status_code == 409
    assert f"Bài {entry.number:03d} – Trả kết quả qua mã QR: cần chấm thêm." in refused.text
    assert "Phân công chấm thêm 1 bài" in site.page(c.organiser, "desk")
    assert site.as_(fourth).get(c.url(score)).status_code == 404

    site.post(c.organiser, "jury/further")
    locked = site.as_(jurors[1]).post(c.url(score), data=typed(75, version=1))
    assert locked.status_code == 409
    assert "Phiếu đã khóa vì bài này được chấm thêm" in locked.text
    shown = site.page(fourth, score) + site.page(fourth, "jury")
    assert not [w for w in ("chấm thêm", "Giám khảo A", "Giám khảo B", "Giám khảo C") if w in shown]
    assert site.as_(c.organiser).post(c.url("results/close")).status_code == 409
    site.post(fourth, score, typed(74, version=0))

    site.post(c.organiser, "results/close")
    for vacancy in set(re.findall(r"results/vacancies/(\d+)", site.page(c.organiser, "results"))):
        site.post(c.organiser, f"results/vacancies/{vacancy}", {"reason": "Chỉ có một bài dự thi."})
    site.post(c.chair, "results/approve")
    site.post(c.organiser, "results/publish")

    assert "3 và 1 chấm thêm" in site.page(c.organiser, "results/ranking")
    public = client.get(c.url("results/public")).text
    assert "76,67" in public
    assert "«Điểm chấm thêm thay cho điểm lệch xa nhất»" in public
    for name in ("prize-list.docx", "score-summary.xlsx", "score-summary.pdf"):
        assert site.as_(c.organiser).get(c.url(f"documents/{name}")).status_code == 200


def typed(total: int, *, version: int) -> dict[str, object]:
    """A whole sheet as a browser sends it."""
    marks = {f"marks.{key}": str(mark / 100).replace(".", ",") for key, mark in marks_for(total).items()}
    return {**marks, "version": version, "action": "submit"}


def _enter(site: Site) -> int:
    c = site.contest
    form: dict[str, object] = {
        "unit_id": c.unit.id,
        "title": "Trả kết quả qua mã QR",
        "field": "one_stop",
        "category": "group",
        "format": "essay",
        "summary": "Người dân quét mã để biết hồ sơ ở đâu.",
        "use_clause": "true",
        "version": 1,
        "representative": 0,
    }
    for i, name in enumerate(("Nguyễn Thị Hạnh", "Trần Văn Bình", "Lê Ánh")):
        form |= {f"authors.{i}.full_name": name, f"authors.{i}.address": "UBND phường Hạ Đình"}
        form |= {f"authors.{i}.phone": "0912 000 123", f"authors.{i}.position": "Công chức"}
        form |= {f"authors.{i}.{consent}": "true" for consent in CONSENTS}
    entry_id = int(site.post(c.clerk, "entries/new", form).split("?")[0].rsplit("/", 1)[1])
    file = {"file": ("bài dự thi.docx", samples.docx(), "application/octet-stream")}
    site.post(c.clerk, f"entries/{entry_id}/files?role=main", {"role": "main"}, files=file)
    receipt = site.as_(c.clerk).get(site.post(c.clerk, f"entries/{entry_id}/submit"))
    assert re.search(r"[0-9a-f]{64}", receipt.text)
    return entry_id
