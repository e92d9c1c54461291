"""A contest with every person at a browser of their own, and its clock in the test's hand."""

from datetime import datetime
from functools import cached_property

import httpx
from sqlmodel import Session

from app.accounts.models import User
from app.core.clock import set_demo_clock
from app.entries.models import Entry
from app.entries.queries import get_entry
from app.programmes.access import Actor
from tests.support import samples
from tests.support.client import Client
from tests.support.contest import Contest
from tests.support.forms import entry_boxes
from tests.support.samples import MULTIPART, multipart
from tests.support.signing import sign_in

JSON = {"accept": "application/json"}


class People:
    """Browsers by role: `people.clerk.get(people.url(…))`."""

    def __init__(self, contest: Contest, client: Client) -> None:
        self.contest = contest
        self.stranger = client
        self.session: Session = contest.session

    def browser(self, user: User) -> Client:
        """A new browser in which this person is signed in."""
        return sign_in(self.session, self.stranger.another(), user)

    @cached_property
    def clerk(self) -> Client:
        """The clerk of the unit."""
        return self.browser(self.contest.clerk)

    @cached_property
    def head(self) -> Client:
        """The head of the unit."""
        return self.browser(self.contest.head)

    @cached_property
    def other_clerk(self) -> Client:
        """The clerk of another unit."""
        return self.browser(self.contest.other_clerk)

    @cached_property
    def organiser(self) -> Client:
        """Somebody of the standing agency."""
        return self.browser(self.contest.organiser)

    @cached_property
    def chair(self) -> Client:
        """The head of the organising committee."""
        return self.browser(self.contest.chair)

    def at(self, moment: datetime) -> None:
        """Set the contest's clock."""
        set_demo_clock(self.session, scope=self.contest.slug, shown_at=moment)
        self.session.commit()

    def url(self, path: str) -> str:
        """Path of a page of the contest."""
        return self.contest.url(path)

    def actor(self, name: str) -> Actor:
        """The person of that name as an actor."""
        user: User = getattr(self.contest, name)
        return self.contest.actor_of(user)

    def entry(self, entry_id: int) -> Entry:
        """An entry as its own clerk sees it, read anew."""
        return get_entry(self.session, actor=self.actor("clerk"), entry_id=entry_id)

    def new_entry(self, boxes: dict[str, str | list[str]] | None = None) -> int:
        """Let the clerk enter an idea; its id."""
        answer = self.clerk.post(self.url("entries/new"), data=boxes or entry_boxes())
        assert answer.status_code == 303, answer.text
        return int(answer.headers["location"].rsplit("/", 1)[1])

    def upload(
        self,
        entry_id: int,
        name: str = "Bài dự thi.docx",
        data: bytes | None = None,
        *,
        role: str = "main",
        by: Client | None = None,
        headers: dict[str, str] | None = None,
        in_query: bool = True,
    ) -> httpx.Response:
        """Send a file as the page's script does."""
        body = multipart(("role", None, role.encode()), ("file", name, samples.docx() if data is None else data))
        url = self.url(f"entries/{entry_id}/files") + (f"?role={role}" if in_query else "")
        sent = {"content-type": MULTIPART} | (JSON if headers is None else headers)
        return (by or self.clerk).post(url, content=body, headers=sent)

    def submitted_entry(self, boxes: dict[str, str | list[str]] | None = None) -> int:
        """Let the clerk enter an idea with its file and submit it; its id."""
        entry_id = self.new_entry(boxes)
        assert self.upload(entry_id).status_code == 200
        assert self.clerk.post(self.url(f"entries/{entry_id}/submit")).status_code == 303
        return entry_id
