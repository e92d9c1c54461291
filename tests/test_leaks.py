"""Who gets which answer where, at every stage of a contest; and words that must not reach whom they do not concern.

Every GET route of the application has its rows here: a route without one fails `test_every_route_is_expected`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from app.core.storage import Store
from app.entries import service as entries_service
from app.entries.models import Author, Category, Entry, EntryFile, EntryStatus, Receipt
from app.entries.queries import get_entry
from tests.support.client import Client
from tests.support.contest import Contest, add_sheet, assign, make_contest, make_entry, open_round
from tests.support.factories import NOW
from tests.support.forms import confirmation_boxes, entry_boxes
from tests.support.judged import approve, close, publish, put_bytes
from tests.support.samples import docx
from tests.support.signing import sign_in

SLUG: Final = "thanh-xuan"
STAGES: Final = ("intake", "judging", "closed", "approved", "published")
PEOPLE: Final = (
    "public",
    "stranger",
    "other",
    "clerk",
    "head",
    "juror",
    "idle",
    "organiser",
    "chair",
    "admin",
)
"""Nobody, an account without a role, the clerk of another unit, the unit's clerk and head, a juror who has the entry,
a juror who has none, the organiser, the chair, the administrator."""

AUTHOR, DRAFT, COMMENT, TOTAL, PHONE, JUROR = (
    "Đỗ Trúc Quỳnh Canary",
    "Bản nháp không ai ngoài đơn vị được biết",
    "Nhận xét riêng của giám khảo",
    "73,5",
    "0987 654 321",
    "Giám khảo thứ 1",
)
MARKS: Final = {"novelty": 2350, "effectiveness": 2200, "feasibility": 1400, "replication": 700, "presentation": 700}
LOWER: Final = {"novelty": 1150, "effectiveness": 1200, "feasibility": 1400, "replication": 700, "presentation": 700}


# ---- the ground --------------------------------------------------------------------------------------------------


@dataclass
class Ground:
    """The contest at a stage, and what the addresses name."""

    contest: Contest
    values: dict[str, str]

    def person(self, name: str) -> Any:
        """Give a person's account; nobody for the public."""
        if name == "public":
            return None
        if name in {"juror", "idle"}:
            return self.contest.juror_user(0 if name == "juror" else 3)
        return getattr(self.contest, "other_clerk" if name == "other" else name)


def seed(session: Session, store: Store, stage: str) -> Ground:
    """Bring a contest with one entry of each kind to a stage."""
    contest = make_contest(session, slug=SLUG, jurors=4)
    sent = make_entry(contest, status=EntryStatus.DRAFT, title="Ý tưởng của đơn vị", authors=(AUTHOR,))
    session.exec(select(Author).where(Author.entry_id == sent.id)).one().phone = "+84987654321"
    receipt = submit(contest, sent)
    draft = make_entry(contest, status=EntryStatus.DRAFT, title=DRAFT)
    others = make_entry(contest, unit=contest.other_unit, title="Ý tưởng của đơn vị khác", category=Category.GROUP)
    for row in session.exec(select(EntryFile)).all():
        put_bytes(session, store, row, docx())
    if stage != "intake":
        judge(contest, sent, others)
        take_to(contest, stage)
    return Ground(contest, values_of(session, contest, sent=sent, draft=draft, others=others, receipt=receipt))


def submit(contest: Contest, entry: Entry) -> Receipt:
    """Submit through the service, which makes the receipt; then let it pass all the way."""
    actor, session = contest.actor_of(contest.clerk), contest.session
    entry = get_entry(session, actor=actor, entry_id=entry.id or 0)
    receipt = entries_service.submit_entry(session, actor=actor, entry=entry, now=NOW)
    entry.status, entry.forwarded_at = EntryStatus.ACCEPTED.value, NOW
    session.add(entry)
    session.flush()
    return receipt


def judge(contest: Contest, *entries: Entry) -> None:
    """Open judging; three jurors mark every entry, the fourth none."""
    open_round(contest)
    for entry, marks in zip(entries, (MARKS, LOWER), strict=True):
        for juror in contest.jurors[:3]:
            sheet = add_sheet(contest, assign(contest, juror, entry), marks=marks)
            sheet.comment = COMMENT
            contest.session.add(sheet)
    contest.session.flush()


def take_to(contest: Contest, stage: str) -> None:
    """Close, approve, publish: as far as told."""
    at = STAGES.index(stage)
    result = close(contest) if at >= STAGES.index("closed") else None
    if result is not None and at >= STAGES.index("approved"):
        approve(contest, result)
    if result is not None and stage == "published":
        publish(contest, result)


def values_of(
    session: Session, contest: Contest, *, sent: Entry, draft: Entry, others: Entry, receipt: Receipt
) -> dict[str, str]:
    """What the words in braces of an address stand for."""

    def file_of(entry: Entry) -> str:
        return str(session.exec(select(EntryFile.id).where(EntryFile.entry_id == entry.id)).one())

    return {
        "programme": SLUG,
        "number": "1",
        "token": "khong-co",
        "unit_id": str(contest.unit.id),
        "sent": str(sent.id),
        "draft": str(draft.id),
        "others": str(others.id),
        "file": file_of(sent),
        "draft_file": file_of(draft),
        "receipt": str(receipt.id),
        "juror": str(contest.jurors[0].id),
        "prize_list": "prize-list",
        "payouts": "payouts",
        "scores": "score-summary",
        "docx": "docx",
        "xlsx": "xlsx",
    }


# ---- what is expected --------------------------------------------------------------------------------------------

#            public str oth clk hea jur idl org cha adm
EVERYBODY = "200 200 200 200 200 200 200 200 200 200"
SIGNED_IN = "303 200 200 200 200 200 200 200 200 200"
WITH_ROLE = "303 404 200 200 200 200 200 200 200 200"
SETTINGS_ = "303 403 403 403 403 403 403 200 200 200"
PARTIES__ = "303 404 200 200 200 404 404 200 200 404"
OWN_SENT_ = "303 404 404 200 200 404 404 200 200 404"
OWN_DRAFT = "303 404 404 200 200 404 404 404 404 404"
HOST_____ = "303 404 404 404 404 404 404 200 200 404"
NOT_YET__ = "303 404 404 404 404 404 404 409 409 404"
HIDDEN___ = "404 404 404 404 404 404 404 404 404 404"
SHUT_____ = "303 404 404 404 404 404 404 404 404 404"
NOT_OPEN_ = "303 404 404 404 404 409 409 404 404 404"
NO_PAPER_ = "303 404 403 403 403 403 403 409 409 404"
OF_HOST__ = "303 404 403 403 403 403 403 200 200 404"

C = "/c/{programme}"
EXPECTED: Final[Mapping[str, str | dict[str, str]]] = {
    # A single row holds at every stage; otherwise each row holds from its stage on.
    "/": EVERYBODY,
    "/healthz": EVERYBODY,
    "/sign-in": "200 303 303 303 303 303 303 303 303 303",
    "/invitation/{token}": HIDDEN___,
    "/account": SIGNED_IN,
    "/admin/users": "303 403 403 403 403 403 403 403 403 200",
    C: EVERYBODY,
    f"{C}/desk": WITH_ROLE,
    f"{C}/plan/{{number}}": EVERYBODY,
    f"{C}/settings": SETTINGS_,
    f"{C}/settings/rules": SETTINGS_,
    f"{C}/settings/prizes": SETTINGS_,
    f"{C}/settings/phases": SETTINGS_,
    f"{C}/settings/units": SETTINGS_,
    f"{C}/settings/units/template.xlsx": SETTINGS_,
    f"{C}/settings/units/{{unit_id}}": SETTINGS_,
    f"{C}/settings/people": SETTINGS_,
    f"{C}/settings/people/template.xlsx": SETTINGS_,
    f"{C}/settings/rosters": SETTINGS_,
    f"{C}/entries": PARTIES__,
    f"{C}/entries/participation": PARTIES__,
    f"{C}/entries/new": {
        "intake": "303 404 200 200 403 404 404 403 403 404",
        "judging": "303 404 409 409 403 404 404 403 403 404",
    },
    f"{C}/entries/{{sent}}/edit": "303 404 404 409 403 404 404 403 403 404",
    f"{C}/entries/{{draft}}/edit": {
        "intake": "303 404 404 200 403 404 404 404 404 404",
        "judging": "303 404 404 409 403 404 404 404 404 404",
    },
    f"{C}/entries/{{sent}}": OWN_SENT_,
    f"{C}/entries/{{draft}}": OWN_DRAFT,
    f"{C}/entries/{{others}}": "303 404 200 404 404 404 404 200 200 404",
    f"{C}/entries/{{sent}}/receipts/{{receipt}}": OWN_SENT_,
    f"{C}/entries/{{others}}/receipts/{{receipt}}": SHUT_____,
    f"{C}/entries/{{sent}}/receipts/{{receipt}}/text": OWN_SENT_,
    f"{C}/entries/{{sent}}/files/{{file}}": OWN_SENT_,
    f"{C}/entries/{{draft}}/files/{{draft_file}}": OWN_DRAFT,
    f"{C}/entries/{{others}}/files/{{file}}": SHUT_____,
    f"{C}/screening": PARTIES__,
    f"{C}/screening/{{sent}}": OWN_SENT_,
    f"{C}/screening/{{draft}}": OWN_DRAFT,
    f"{C}/jury": "303 404 404 404 404 200 200 303 303 404",
    f"{C}/jury/entries/{{sent}}/score": {"intake": NOT_OPEN_, "judging": "303 404 404 404 404 200 404 404 404 404"},
    f"{C}/jury/entries/{{draft}}/score": {"intake": NOT_OPEN_, "judging": SHUT_____},
    # A Word file holds the names of its authors: in a blind round the juror reads its text on the page alone.
    f"{C}/jury/entries/{{sent}}/files/{{file}}": {"intake": NOT_OPEN_, "judging": SHUT_____},
    f"{C}/jury/entries/{{sent}}/files/{{draft_file}}": {"intake": NOT_OPEN_, "judging": SHUT_____},
    f"{C}/jury/members": HOST_____,
    f"{C}/jury/members/{{juror}}/dismiss": HOST_____,
    f"{C}/jury/conflicts": HOST_____,
    f"{C}/jury/assignment": HOST_____,
    f"{C}/jury/assignment/{{sent}}": HOST_____,
    f"{C}/jury/assignment/{{draft}}": SHUT_____,
    f"{C}/jury/progress": HOST_____,
    f"{C}/results": HOST_____,
    f"{C}/results/ranking": {"intake": SHUT_____, "closed": HOST_____},
    f"{C}/results/payouts": {"intake": SHUT_____, "closed": NOT_YET__, "approved": HOST_____},
    f"{C}/results/public": {"intake": HIDDEN___, "published": EVERYBODY},
    f"{C}/documents": "303 404 200 200 200 200 200 200 200 404",
    f"{C}/documents/{{prize_list}}.{{docx}}": {
        "intake": NO_PAPER_,
        "closed": OF_HOST__,
        "published": "303 404 200 200 200 200 200 200 200 404",
    },
    f"{C}/documents/{{payouts}}.{{xlsx}}": {"intake": NO_PAPER_, "approved": OF_HOST__},
    f"{C}/documents/{{scores}}.{{xlsx}}": {"intake": NO_PAPER_, "closed": OF_HOST__},
    f"{C}/handover": HOST_____,
    "/api/v1/docs": EVERYBODY,
    "/api/v1/openapi.json": EVERYBODY,
    "/api/v1/programmes": EVERYBODY,
    "/api/v1/programmes/{programme}": EVERYBODY,
    "/api/v1/programmes/{programme}/progress": "401 404 404 404 404 404 404 200 200 404",
    "/api/v1/programmes/{programme}/results": {
        "intake": HIDDEN___,
        "approved": "404 404 404 404 404 404 404 200 200 404",
        "published": EVERYBODY,
    },
    "/api/v1/programmes/{programme}/payouts": {
        "intake": "401 404 404 404 404 404 404 409 409 404",
        "approved": "401 404 404 404 404 404 404 200 200 404",
    },
}

_KINDS: Final = {
    **dict.fromkeys(("sent", "draft", "others"), "entry_id"),
    **dict.fromkeys(("file", "draft_file"), "entry_file_id"),
    **dict.fromkeys(("prize_list", "payouts", "scores"), "name"),
    **dict.fromkeys(("docx", "xlsx"), "extension"),
    "receipt": "receipt_id",
    "juror": "juror_id",
}
"""What the routes call the things that an address here names."""

UNIT, HOST = ("clerk", "head"), ("organiser", "chair")
SECRETS: Final[Mapping[str, Mapping[tuple[str, ...], str]]] = {
    # Who may read the words, from which stage on; whoever is not named never may.
    AUTHOR: {(*UNIT, *HOST): "intake", PEOPLE: "published"},
    PHONE: {UNIT: "intake"},
    DRAFT: {UNIT: "intake"},
    COMMENT: {("juror",): "judging", HOST: "closed"},
    TOTAL: {("juror",): "judging", HOST: "closed", PEOPLE: "published"},
    TOTAL.replace(",", "."): {("juror",): "judging", HOST: "closed", PEOPLE: "published"},
    JUROR: {("juror", "admin", *HOST): "intake"},
}


def expected_row(address: str, stage: str) -> dict[str, int]:
    """Give the answer that each person gets at a stage."""
    rows = EXPECTED[address]
    if not isinstance(rows, str):
        begun = [s for s in STAGES[: STAGES.index(stage) + 1] if s in rows]
        rows = rows[begun[-1]]
    return dict(zip(PEOPLE, map(int, rows.split()), strict=True))


def may_read(person: str, words: str, stage: str) -> bool:
    """Tell whether a person may read these words at a stage."""
    at = STAGES.index(stage)
    return any(person in people and STAGES.index(since) <= at for people, since in SECRETS[words].items())


def all_routes(routes: Iterable[Any]) -> Iterator[Any]:
    """Give every route, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from all_routes(inner.routes)


# ---- the tests ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_every_route_is_expected(app: FastAPI) -> None:
    """A new page tells here who may see it."""
    addresses = {re.sub(r"{(\w+)}", lambda m: f"{{{_KINDS.get(m[1], m[1])}}}", address) for address in EXPECTED}
    routes = {r.path for r in all_routes(app.routes) if "GET" in (getattr(r, "methods", None) or ())}
    assert routes - addresses == set(), "a route without an expectation"
    assert addresses - routes == set(), "an expectation without a route"


# What a person may see is decided by the same code on both databases, so that one of them is asked at one stage only.
RUNS: Final = [(stage, "sqlite") for stage in STAGES] + [("judging", "postgres")]


@pytest.mark.parametrize(("stage", "engine_name"), RUNS)
def test_nobody_sees_more_than_is_theirs(session: Session, app: FastAPI, client: Client, stage: str) -> None:
    ground = seed(session, app.state.store, stage)
    wrong, leaked = [], []
    for person in PEOPLE:
        user = ground.person(person)
        browser = client.another() if user is None else sign_in(session, client.another(), user)
        for address in EXPECTED:
            answer = browser.get(address.format(**ground.values))
            if answer.status_code != expected_row(address, stage)[person]:
                wrong.append(f"{person} {address}: {answer.status_code}, not {expected_row(address, stage)[person]}")
            text = (
                answer.text if answer.headers.get("content-type", "").startswith(("text", "application/json")) else ""
            )
            leaked += [
                f"{person} {address}: {words}"
                for words in SECRETS
                if words in text and not may_read(person, words, stage)
            ]
    assert wrong == []
    assert leaked == []


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_secrets_are_there_to_be_seen(session: Session, app: FastAPI, client: Client) -> None:
    """The words that are watched do stand on the pages of those who may read them: the test above is no empty one."""
    ground = seed(session, app.state.store, "closed")
    places = {
        AUTHOR: ("chair", f"{C}/results/ranking"),
        PHONE: ("clerk", f"{C}/entries/{{sent}}"),
        DRAFT: ("clerk", f"{C}/entries"),
        COMMENT: ("juror", f"{C}/jury/entries/{{sent}}/score"),
        TOTAL: ("organiser", f"{C}/results"),
        JUROR: ("organiser", f"{C}/jury/members"),
    }
    for words, (person, address) in places.items():
        browser = sign_in(session, client.another(), ground.person(person))
        assert words in browser.get(address.format(**ground.values)).text, words


# ---- what changes something --------------------------------------------------------------------------------------

SETS_UP, EITHER, SIGNED, ANYBODY = "organiser admin", "organiser chair", " ".join(PEOPLE[1:]), " ".join(PEOPLE)
S, E, J, R = f"{C}/settings", f"{C}/entries", f"{C}/jury", f"{C}/results"
MAY: Final[Mapping[str, str]] = {
    # Who gets past the question whether they may; what becomes of it then is for each slice's own tests.
    **dict.fromkeys(("/sign-in", "/sign-out", "/invitation/{token}", "/language"), ANYBODY),
    **dict.fromkeys(("/account/password", "/account/sessions/{session_id}/revoke"), SIGNED),
    "/admin/users": "admin",
    **dict.fromkeys(
        (f"/admin/users/{{user_id}}/{act}" for act in ("invite", "disable", "enable", "sign-out")), "admin"
    ),
    f"{C}/clock": SETS_UP,
    **dict.fromkeys((f"{S}/rules", f"{S}/prizes", f"{S}/phases"), "organiser"),
    **dict.fromkeys(
        (f"{S}/units", f"{S}/units/import", f"{S}/units/import/confirm", f"{S}/units/{{unit_id}}"), SETS_UP
    ),
    **dict.fromkeys((f"{S}/units/{{unit_id}}/dissolve", f"{S}/units/{{unit_id}}/restore"), SETS_UP),
    **dict.fromkeys((f"{S}/people", f"{S}/people/import", f"{S}/people/import/confirm"), SETS_UP),
    **dict.fromkeys((f"{S}/people/{{membership_id}}/revoke", f"{S}/people/{{membership_id}}/invite"), SETS_UP),
    **dict.fromkeys(
        (f"{S}/rosters", f"{S}/rosters/{{member_id}}/remove", f"{S}/rosters/{{member_id}}/move"), "organiser"
    ),
    f"{E}/new": "other clerk",
    **dict.fromkeys((f"{E}/{{entry_id}}/{act}" for act in ("edit", "submit", "reopen", "withdraw", "files")), "clerk"),
    f"{E}/{{entry_id}}/files/{{entry_file_id}}/remove": "clerk",
    **dict.fromkeys((f"{C}/screening/{{entry_id}}/{act}" for act in ("screen", "forward")), "clerk head"),
    **dict.fromkeys((f"{C}/screening/{{entry_id}}/{act}" for act in ("confirm", "object")), "head"),
    **dict.fromkeys((f"{C}/screening/{{entry_id}}/{act}" for act in ("allow-late", "check", "recheck")), "organiser"),
    **dict.fromkeys((f"{J}/entries/{{entry_id}}/{act}" for act in ("score", "recuse", "skip")), "juror"),
    **dict.fromkeys((f"{J}/members", f"{J}/members/{{juror_id}}/dismiss"), "organiser"),
    **dict.fromkeys((f"{J}/conflicts", f"{J}/conflicts/{{conflict_id}}/dismiss", f"{J}/open"), "organiser"),
    **dict.fromkeys((f"{J}/assignment/{act}" for act in ("propose", "accept", "discard")), "organiser"),
    **dict.fromkeys((f"{J}/assignment/{act}" for act in ("add", "remove", "release")), "organiser"),
    **dict.fromkeys((f"{R}/close", f"{R}/payouts/{{payout_id}}/consent"), "organiser"),
    f"{J}/further": "organiser",
    **dict.fromkeys((f"{R}/ties", f"{R}/approve", f"{R}/unpublish"), "chair"),
    **dict.fromkeys((f"{R}/vacancies/{{vacancy_id}}", f"{R}/publish"), EITHER),
    **dict.fromkeys((f"{C}/handover/select", f"{C}/handover/archive"), "organiser"),
    f"{C}/handover/approve": "chair",
}
"""Every address that changes something, and who may."""

LATER: Final = {"intake": {"score", "recuse", "skip"}}
"""What jurors are told before the round opens: not yet, 409, whether the entry is theirs or not."""


def whole_form(address: str, ground: Ground) -> dict[str, Any]:
    """Everything that any of our forms asks for: nothing but the person is left to refuse."""
    screening = {"screen": "keep", "check": "accept"}.get(address.rsplit("/", 1)[-1], "")
    return {
        **entry_boxes(), **confirmation_boxes(), "checklist[]": ["novel"], "decision": screening,
        "reason": "Lý do của bài kiểm thử", "kind": "other", "shown_at": "2024-05-20T09:00",
        "order": ground.values["sent"], "juror_id": str(ground.contest.jurors[3].id),
        "user_id": str(ground.contest.stranger.id), "minimum": "0",
        "name": "UBND phường Mới", "full_name": "Lê Văn Thử", "role": "unit_clerk", "body": "jury", "base": "1",
    } | ({"entry_id": ground.values["sent"]} if "/jury/" in address else {})  # fmt: skip


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_every_change_is_expected(app: FastAPI) -> None:
    """A new button tells here who may press it."""
    unsafe = {"POST", "PUT", "PATCH", "DELETE"}
    routes = {r.path for r in all_routes(app.routes) if unsafe & set(getattr(r, "methods", None) or ())}
    assert routes == set(MAY)


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("stage", ["intake", "judging", "closed", "published"])
def test_nobody_changes_what_is_not_theirs(session: Session, app: FastAPI, client: Client, stage: str) -> None:
    ground = seed(session, app.state.store, stage)
    values = {**ground.values, "entry_id": ground.values["sent"], "entry_file_id": ground.values["file"]}
    others = (
        "session_id",
        "user_id",
        "membership_id",
        "member_id",
        "juror_id",
        "conflict_id",
        "vacancy_id",
        "payout_id",
    )
    passed = []
    for person in PEOPLE:
        user = ground.person(person)
        browser = client.another() if user is None else sign_in(session, client.another(), user)
        for address in (a for a, people in MAY.items() if person not in people.split()):
            url = address.format(**dict.fromkeys(others, "1") | values)
            is_import = address.endswith("/import")
            sent = {"files": {"file": ("a.csv", b"a,b")}} if is_import else {"data": whole_form(address, ground)}
            status = browser.post(url, **sent).status_code
            not_yet = person == "idle" and address.rsplit("/", 1)[-1] in LATER.get(stage, ())
            # The hosts see what there is: to them «there is nothing to approve» may come before «not by you».
            refusals = {401, 403, 404} | ({409, 422} if person in EITHER else {409} if not_yet else set())
            if status not in refusals:
                passed.append(f"{person} {address}: {status}")
    assert passed == []
