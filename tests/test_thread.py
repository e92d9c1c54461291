"""The thread: one entry from the form to the payout list, through the HTTP interface, on both databases."""

import re
from datetime import timedelta

from sqlmodel import Session

from app.accounts.models import User
from app.core.clock import set_demo_clock
from tests.support import samples
from tests.support.client import Client
from tests.support.contest import MARKS, Contest, make_contest
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
