"""Every page of the site, as the people it is for: axe finds nothing serious, and 360 pixels are wide enough.

A page that is added must be named here: the list is compared with the application's own routes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect
from starlette.routing import BaseRoute

from app.accounts import service as accounts
from app.core.clock import real_now
from app.entries import service as entries
from app.entries.models import Category, Entry, EntryStatus
from app.entries.queries import get_entry
from app.handover import service as handover
from app.handover.models import Mode
from app.jury.models import Assignment
from app.main import create_app
from app.results import queries as results
from tests.e2e.person import Person
from tests.e2e.stage import Site, give_passwords, write_files
from tests.support import judged
from tests.support.contest import Contest, add_juror, add_sheet, assign, make_contest, make_entry, open_round
from tests.support.factories import NOW, make_user

Someone = Callable[..., Person]
# What is no page: files, the machine's addresses, an answer to a monitor.
NO_PAGE = re.compile(r"^/(static|healthz|api)|/files/|/text$|\.xlsx$|\.\{extension\}$|/plan/\{|/invitation/")


@dataclass(frozen=True)
class Sight:
    """A page as one person sees it; `of` names the row that its address speaks of."""

    who: str
    path: str
    of: str = ""


INTAKE = [
    Sight("", "/"),
    Sight("", "/sign-in"),
    Sight("", "/c/{programme}"),
    Sight("", "/api/v1/docs"),
    Sight("", "/nowhere"),
    Sight("", "/invitation/{token}"),
    Sight("clerk", "/"),
    Sight("clerk", "/account"),
    Sight("clerk", "/c/{programme}/desk"),
    Sight("clerk", "/c/{programme}/entries"),
    Sight("clerk", "/c/{programme}/entries?q=khong+co+gi"),
    Sight("clerk", "/c/{programme}/entries/new"),
    Sight("clerk", "/c/{programme}/entries/{entry_id}", "draft"),
    Sight("clerk", "/c/{programme}/entries/{entry_id}", "returned"),
    Sight("clerk", "/c/{programme}/entries/{entry_id}", "accepted"),
    Sight("clerk", "/c/{programme}/entries/{entry_id}/edit", "draft"),
    Sight("clerk", "/c/{programme}/entries/{entry_id}/receipts/{receipt_id}", "submitted"),
    Sight("clerk", "/c/{programme}/screening"),
    Sight("clerk", "/c/{programme}/screening/{entry_id}", "submitted"),
    Sight("clerk", "/c/{programme}/screening/{entry_id}", "confirmed"),
    Sight("head", "/c/{programme}/desk"),
    Sight("head", "/c/{programme}/screening/{entry_id}", "kept"),
    Sight("organiser", "/c/{programme}/desk"),
    Sight("organiser", "/c/{programme}/entries/participation"),
    Sight("organiser", "/c/{programme}/screening/{entry_id}", "forwarded"),
    Sight("organiser", "/c/{programme}/jury/members"),
    Sight("organiser", "/c/{programme}/jury/conflicts"),
    Sight("organiser", "/c/{programme}/jury/assignment"),
    Sight("organiser", "/c/{programme}/jury/progress"),
    Sight("organiser", "/c/{programme}/results"),
    Sight("organiser", "/c/{programme}/documents"),
    Sight("organiser", "/c/{programme}/handover"),
    Sight("organiser", "/c/{programme}/settings"),
    Sight("organiser", "/c/{programme}/settings/rules"),
    Sight("organiser", "/c/{programme}/settings/prizes"),
    Sight("organiser", "/c/{programme}/settings/phases"),
    Sight("organiser", "/c/{programme}/settings/units"),
    Sight("organiser", "/c/{programme}/settings/units/{unit_id}"),
    Sight("organiser", "/c/{programme}/settings/people"),
    Sight("organiser", "/c/{programme}/settings/rosters"),
    Sight("admin", "/"),
    Sight("admin", "/admin/users"),
    Sight("stranger", "/"),
]
JUDGING = [
    Sight("juror", "/"),
    Sight("juror", "/c/{programme}/desk"),
    Sight("juror", "/c/{programme}/jury"),
    Sight("juror", "/c/{programme}/jury/entries/{entry_id}/score", "essay"),
    Sight("juror", "/c/{programme}/jury/entries/{entry_id}/score", "film"),
    Sight("juror", "/c/{programme}/jury/entries/{entry_id}/score", "scored"),
    Sight("organiser", "/c/{programme}/jury/progress"),
    Sight("organiser", "/c/{programme}/jury/assignment"),
    Sight("organiser", "/c/{programme}/jury/assignment/{entry_id}", "scored"),
    Sight("organiser", "/c/{programme}/jury/members/{juror_id}/dismiss"),
    Sight("organiser", "/c/{programme}/jury/conflicts"),
    Sight("organiser", "/c/{programme}/results"),
    Sight("", "/c/{programme}"),
]
PUBLISHED = [
    Sight("", "/c/{programme}/results/public"),
    Sight("chair", "/c/{programme}/desk"),
    Sight("chair", "/c/{programme}/results"),
    Sight("chair", "/c/{programme}/handover"),
    Sight("organiser", "/c/{programme}/results/ranking"),
    Sight("organiser", "/c/{programme}/results/payouts"),
    Sight("organiser", "/c/{programme}/documents"),
    Sight("organiser", "/c/{programme}/handover"),
    Sight("juror", "/c/{programme}/jury"),
    Sight("clerk", "/c/{programme}/desk"),
]


def test_every_page_of_the_application_is_looked_at(site: Site) -> None:
    app = create_app(site.settings)
    pages = {path for path in _addresses(app.routes) if not NO_PAGE.search(path)}
    looked_at = {sight.path.partition("?")[0] for sight in INTAKE + JUDGING + PUBLISHED}
    assert pages - looked_at == set()


def _addresses(routes: list[BaseRoute]) -> Iterator[str]:
    """Paths of everything that answers GET. Routers that are included keep their routes to themselves."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _addresses(inner.routes)
        elif "GET" in (getattr(route, "methods", None) or ()):
            yield route.path  # type: ignore[attr-defined]


# ---- the three stages ----------------------------------------------------------------------------------------


def _logins(contest: Contest) -> dict[str, str]:
    people = {
        "clerk": contest.clerk, "head": contest.head, "organiser": contest.organiser, "chair": contest.chair,
        "admin": contest.admin, "stranger": contest.stranger,
    }  # fmt: skip
    logins = {who: user.login for who, user in people.items()}
    if contest.jurors:
        logins["juror"] = contest.juror_user().login
    return logins


@dataclass
class Scenery:
    """A contest at one moment: its people's logins and the rows that pages are about."""

    slug: str
    logins: dict[str, str]
    rows: dict[str, dict[str, object]]
    token: str = ""

    def address(self, sight: Sight) -> str:
        """Where the page is."""
        return sight.path.format(programme=self.slug, token=self.token, **self.rows.get(sight.of, self.rows[""]))


def stage_intake(site: Site, slug: str) -> Scenery:
    """Entries in every state, two jurors, no judging yet."""
    with site.data() as session:
        contest = make_contest(session, slug=slug, jurors=1)
        add_juror(contest, unit=contest.unit)
        made: dict[str, Entry] = {}
        for number, status in enumerate(EntryStatus):
            entry = make_entry(contest, status=status, category=list(Category)[number % 2])
            write_files(site, contest, entry, film=number == 3)
            made[status.value] = entry
        draft = make_entry(contest, status=EntryStatus.DRAFT)
        write_files(site, contest, draft)
        clerk = contest.actor_of(contest.clerk)
        loaded = get_entry(session, actor=clerk, entry_id=draft.id or 0)
        receipt = entries.submit_entry(session, actor=clerk, entry=loaded, now=NOW)
        rows: dict[str, dict[str, object]] = {key: {"entry_id": e.id} for key, e in made.items()}
        rows["submitted"] = {"entry_id": draft.id, "receipt_id": receipt.id}
        rows[""] = {"unit_id": contest.unit.id}
        invited = make_user(session, full_name="Trần Thị Mới")
        token = accounts.invite(session, user=invited, now=real_now())
        give_passwords(contest)
        scenery = Scenery(slug, _logins(contest), rows, token)
    site.set_clock(contest, NOW)
    return scenery


def stage_judging(site: Site, slug: str) -> Scenery:
    """A juror with an essay, a film and a sheet already in; a conflict; a recusal."""
    with site.data() as session:
        contest = make_contest(session, slug=slug, jurors=2)
        rows: dict[str, dict[str, object]] = {"": {"juror_id": contest.jurors[0].id}}
        open_round(contest)
        pairs: list[Assignment] = []
        for name in ("essay", "film", "scored", "recused"):
            entry = make_entry(contest, unit=contest.other_unit)
            write_files(site, contest, entry, film=name == "film")
            pairs.append(assign(contest, contest.jurors[0], entry))
            rows[name] = {"entry_id": entry.id}
        add_sheet(contest, pairs[2])
        pairs[3].recused_at, pairs[3].recuse_reason = NOW, "Tôi đã góp ý cho nhóm tác giả khi viết bài."
        session.add(pairs[3])
        give_passwords(contest)
        scenery = Scenery(slug, _logins(contest), rows)
    site.set_clock(contest, NOW.replace(month=6, day=14))
    return scenery


def stage_published(site: Site, slug: str) -> Scenery:
    """Results published, finalists chosen and approved."""
    with site.data() as session:
        contest = judged.judged_contest(session, slug=slug)
        judged.take_to(contest, "published")
        result = results.find_published(session, programme_id=contest.scene.programme_id)
        assert result is not None
        best = [line.entry.id or 0 for line in results.list_ranked(session, result=result)][:4]
        organiser, chair = contest.actor_of(contest.organiser), contest.actor_of(contest.chair)
        choices = dict.fromkeys(best, Mode.WRITTEN)
        handover.select_finalists(session, actor=organiser, result=result, choices=choices, now=judged.APPROVED)
        handover.approve_finalists(session, actor=chair, result=result, now=judged.APPROVED)
        give_passwords(contest)
        scenery = Scenery(slug, _logins(contest), {"": {}})
    site.set_clock(contest, judged.APPROVED)
    return scenery


STAGES = {
    "intake": (stage_intake, INTAKE),
    "judging": (stage_judging, JUDGING),
    "published": (stage_published, PUBLISHED),
}


@pytest.mark.parametrize("moment", STAGES)
def test_pages_are_accessible_and_fit(someone: Someone, site: Site, slug: str, screen: str, moment: str) -> None:
    make, sights = STAGES[moment]
    scenery = make(site, slug)
    faults: list[str] = []
    for who in dict.fromkeys(sight.who for sight in sights):
        person = someone(screen)
        if who:
            person.be(scenery.logins[who])
        for sight in sights:
            if sight.who == who:
                faults += _look(person, scenery, sight)
    assert faults == []


def _look(person: Person, scenery: Scenery, sight: Sight) -> Iterator[str]:
    address = scenery.address(sight)
    status = person.open(address).status
    if status != (404 if sight.path == "/nowhere" else 200):
        yield f"{sight.who} {address}: {status}"
        return
    for fault in person.find_faults():
        yield f"{sight.who} {address}: {fault}"


def test_password_can_be_looked_at_and_is_sent_as_one(someone: Callable[..., Person]) -> None:
    visitor = someone("phone")
    visitor.open("/sign-in")
    password = visitor.page.locator("[name=password]")
    visitor.page.get_by_label("Hiện ký tự đang gõ").check()
    expect(password).to_have_attribute("type", "text")
    visitor.look()
    visitor.page.get_by_label("Hiện ký tự đang gõ").uncheck()
    expect(password).to_have_attribute("type", "password")
