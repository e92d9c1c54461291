"""Plays the sample contest through the public HTTP interface, as each person in turn, the clock moved between acts."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from app.core.settings import DEMO_PASSWORD
from app.demo import content
from app.demo.media import SampleFile, files_of
from app.demo.setup import Stage
from app.demo.shapes import VIETNAM, Author, Entry

_ROLE_OF_FILE = {"essay": "main", "video": "main", "text_extract": "text"}
_SEE_OTHER = 303
_OK = 200


class DemoError(RuntimeError):
    """Something in the contest did not go as it must."""


@dataclass
class Person:
    """A signed-in browser."""

    login: str
    http: httpx.Client

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """Send a form; anything but a redirect is an error that shows the page's own words."""
        response = self.http.post(path, data=data or {}, **options)
        if response.status_code != _SEE_OTHER:
            raise DemoError(f"{self.login} POST {path}: {response.status_code} {words_of(response)}")
        return response

    def refused(self, path: str, data: dict[str, Any] | None = None, *, status: int) -> str:
        """Send a form that must be refused with this status, and give the sentence of the refusal."""
        response = self.http.post(path, data=data or {}, headers={"accept": "application/json"})
        if response.status_code != status:
            raise DemoError(f"{self.login} POST {path}: expected {status}, got {response.status_code}")
        sentence: str = response.json()["message"]
        return sentence

    def get(self, path: str) -> httpx.Response:
        """Read a page or a file."""
        response = self.http.get(path)
        if response.status_code != _OK:
            raise DemoError(f"{self.login} GET {path}: {response.status_code} {words_of(response)}")
        return response


def words_of(response: httpx.Response) -> str:
    """The main text of a page, without its markup."""
    body = re.sub(r"(?s)<(script|style|header|footer).*?</\1>", " ", response.text)
    body = re.sub(r"(?s).*<main[^>]*>", "", body)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())[:400]


@dataclass
class Play:
    """One performance of the sample contest on one site."""

    base_url: str
    stage: Stage
    say: Callable[[str], None] = lambda _text: None
    people: dict[str, Person] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)  # the sample's key → the site's id

    @property
    def root(self) -> str:
        """Path of the programme."""
        return f"/c/{self.stage.slug}"

    @contextmanager
    def open(self) -> Iterator["Play"]:
        """Close every browser at the end."""
        try:
            yield self
        finally:
            for person in self.people.values():
                person.http.close()

    def as_(self, login: str) -> Person:
        """Give that person's browser, signed in."""
        if login not in self.people:
            http = httpx.Client(base_url=self.base_url, timeout=120, headers={"Sec-Fetch-Site": "same-origin"})
            person = self.people[login] = Person(login, http)
            person.post("/sign-in", {"login": login, "password": DEMO_PASSWORD})
        return self.people[login]

    def at(self, moment: datetime) -> None:
        """Set the demo clock."""
        local = moment.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M")
        self.as_("quantri").post(f"{self.root}/clock", {"shown_at": local})

    # ---- intake ----------------------------------------------------------------------------------------------

    def play_intake(self, *, until: datetime | None = None) -> None:
        """Play every step of every entry in the order of time, up to `until`."""
        last = until or self.stage_time("jury_named")
        steps = sorted(
            (
                (moment, order, entry.key, step)
                for entry in content.sample().entries
                for order, (moment, step) in enumerate(self._steps(entry))
            ),
            key=lambda s: (s[0], s[1], s[2]),
        )
        for moment, _, _, step in steps:
            if moment <= last:
                self.at(moment)
                step()
        self.at(last)

    def stage_time(self, name: str) -> datetime:
        """A moment of the sample's timeline."""
        moment: datetime = getattr(content.sample().timeline, name)
        return moment

    def _steps(self, entry: Entry) -> Iterator[tuple[datetime, Callable[[], None]]]:
        m = entry.moments
        plan: list[tuple[datetime | None, Callable[[Entry], None]]] = [
            (m.drafted, self._draft),
            (m.submitted, self._submit),
            (m.kept, self._keep),
            (m.declined, self._decline),
            (m.confirmed, self._confirm),
            (m.forwarded, self._forward_late if entry.fate == "late" else self._forward),
            (m.returned, self._return),
            (m.forwarded_again, self._supplement),
            (m.withdrawn, self._withdraw),
            (m.decided, self._decide),
        ]
        for moment, act in plan:
            if moment is not None:
                yield moment, lambda act=act: act(entry)  # type: ignore[misc]

    def _path(self, entry: Entry, action: str, *, slice_: str = "entries") -> str:
        return f"{self.root}/{slice_}/{self.entries[entry.key]}/{action}"

    def _clerk(self, entry: Entry) -> Person:
        return self.as_(f"canbo.{entry.unit}")

    def _draft(self, entry: Entry) -> None:
        answer = self._clerk(entry).post(f"{self.root}/entries/new", self._form(entry))
        self.entries[entry.key] = int(answer.headers["location"].rsplit("/", 1)[1].split("?")[0])
        unit = next(u for u in content.sample().units if u.key == entry.unit)
        for file in files_of(entry, unit):
            self._upload(entry, file)

    def _upload(self, entry: Entry, file: SampleFile) -> None:
        role = _ROLE_OF_FILE.get(file.kind, "attachment")
        self._clerk(entry).post(
            self._path(entry, f"files?role={role}"),
            {"role": role},
            files={"file": (file.name, file.data, file.content_type)},
        )

    def _form(self, entry: Entry) -> dict[str, Any]:
        form: dict[str, Any] = {
            "unit_id": self.stage.units[entry.unit],
            "title": entry.title,
            "field": entry.field,
            "category": entry.category,
            "format": entry.format,
            "summary": entry.summary,
            "use_clause": "true",
            "version": 1,
            "representative": next(i for i, a in enumerate(entry.authors) if a.is_representative),
        }
        for i, author in enumerate(entry.authors):
            form |= {f"authors.{i}.{name}": value for name, value in self._author(author).items()}
        return form

    @staticmethod
    def _author(author: Author) -> dict[str, Any]:
        person = author.person
        consents = dict.fromkeys(("participation", "publication", "payment", "handover"), "true")
        return {
            "full_name": person.full_name,
            "position": person.position,
            "address": person.address,
            "phone": person.phone,
            **consents,
        }

    def _submit(self, entry: Entry) -> None:
        self._clerk(entry).post(self._path(entry, "submit"))

    def _keep(self, entry: Entry) -> None:
        items = [item.key for item in self.stage.plan.screening.unit]
        reason = entry.screening.keep_reason if entry.screening else ""
        self._clerk(entry).post(
            self._path(entry, "screen", slice_="screening"),
            {"checklist[]": items, "decision": "keep", "reason": reason},
        )

    def _decline(self, entry: Entry) -> None:
        self._clerk(entry).post(
            self._path(entry, "screen", slice_="screening"), {"decision": "decline", "reason": entry.fate_reason}
        )

    def _confirm(self, entry: Entry) -> None:
        screening = entry.screening
        if screening is None:
            raise DemoError(f"{entry.key} has nothing to confirm")
        self.as_(f"thutruong.{entry.unit}").post(
            self._path(entry, "confirm", slice_="screening"),
            {
                "effectiveness_grade": screening.effectiveness.grade,
                "effectiveness_note": screening.effectiveness.sentence,
                "feasibility_grade": screening.feasibility.grade,
                "feasibility_note": screening.feasibility.sentence,
            },
        )

    def _forward(self, entry: Entry) -> None:
        self._clerk(entry).post(self._path(entry, "forward", slice_="screening"))

    def _forward_late(self, entry: Entry) -> None:
        words = self._clerk(entry).refused(self._path(entry, "forward", slice_="screening"), status=409)
        self.say(f"  nộp muộn bị từ chối: {words}")
        self.as_("thuky").post(self._path(entry, "allow-late", slice_="screening"), {"reason": entry.fate_reason})
        self._forward(entry)

    def _return(self, entry: Entry) -> None:
        returned = entry.moments.returned or self.stage_time("intake_closes")
        until = (returned.astimezone(VIETNAM) + timedelta(days=5)).strftime("%Y-%m-%d")
        self.as_("thuky").post(
            self._path(entry, "check", slice_="screening"),
            {"decision": "return", "reason": entry.fate_reason, "supplement_until": until},
        )

    def _supplement(self, entry: Entry) -> None:
        form = self._form(entry)
        form["summary"] = f"{entry.summary}\n{entry.supplement}"
        self._clerk(entry).post(self._path(entry, "edit"), form)
        for act in (self._submit, self._keep, self._confirm, self._forward):
            act(entry)

    def _withdraw(self, entry: Entry) -> None:
        self._clerk(entry).post(self._path(entry, "withdraw"), {"reason": entry.fate_reason})

    def _decide(self, entry: Entry) -> None:
        decision = "ineligible" if entry.fate == "ineligible" else "accept"
        reason = entry.fate_reason if entry.fate == "ineligible" else ""
        self.as_("thuky").post(self._path(entry, "check", slice_="screening"), {"decision": decision, "reason": reason})

    # ---- jury ------------------------------------------------------------------------------------------------

    def open_judging(self) -> None:
        """Appoint the jury, accept a proposal of assignment, place the drama's pair, open the round."""
        organiser = self.as_("thuky")
        self.at(self.stage_time("jury_named"))
        for juror in content.sample().jurors:
            organiser.post(
                f"{self.root}/jury/members",
                {
                    "user_id": self.stage.users[juror.person.login or ""],
                    "unit_id": self.stage.units[juror.person.unit or ""],
                    "position": juror.person.position,
                    "fields[]": list(juror.expertise),
                    "minimum": 0,
                },
            )
        organiser.post(f"{self.root}/jury/assignment/propose", {"seed": f"{self.stage.slug}/written"})
        organiser.post(f"{self.root}/jury/assignment/accept")
        self.at(self.stage_time("judging_opens"))
        organiser.post(f"{self.root}/jury/open")

    def queue_of(self, index: int) -> list[str]:
        """The sample keys of the entries on a juror's list that wait for marks."""
        page = self.as_(f"giamkhao{index}").get(f"{self.root}/jury").text
        ids = {int(i) for i in re.findall(rf"{self.root}/jury/entries/(\d+)/score", page)}
        return [key for key, entry_id in self.entries.items() if entry_id in ids]

    def play_marking(self, *, until: datetime | None = None) -> None:
        """Let every juror mark their list in the evenings; one steps back and is replaced; one mark lies far off."""
        last = until or self.stage_time("marking_ends")
        queues = {j.index: self.queue_of(j.index) for j in content.sample().jurors}
        recused, stand_in = self._recuse(queues)
        queues[recused].remove(content.RECUSAL.entry) if content.RECUSAL.entry in queues[recused] else None
        queues[stand_in].append(content.RECUSAL.entry)
        outlier = next(i for i, keys in queues.items() if content.GAP_ENTRY in keys)
        sheets = sorted((content.marked_at(key, index), index, key) for index, keys in queues.items() for key in keys)
        day = None
        for moment, index, key in sheets:
            if moment > last:
                break
            if moment.date() != day:
                day = moment.date()
                self.at(moment)
            self._mark(index, key, outlier=index == outlier and key == content.GAP_ENTRY)
        self.at(last)

    def _recuse(self, queues: dict[int, list[str]]) -> tuple[int, int]:
        """A juror who has the entry steps back; the organiser gives it to one who has room and no conflict."""
        recusal = content.RECUSAL
        self.at(self.stage_time("recusal"))
        holder = recusal.juror if recusal.entry in queues[recusal.juror] else None
        index = holder or next(i for i, keys in queues.items() if recusal.entry in keys)
        entry_id = self.entries[recusal.entry]
        self.as_(f"giamkhao{index}").post(
            f"{self.root}/jury/entries/{entry_id}/recuse", {"kind": "collaborator", "reason": recusal.reason}
        )
        jurors = self._candidates(entry_id)
        for other in sorted(jurors, key=lambda i: (len(queues[i]), i)):
            answer = self.as_("thuky").http.post(
                f"{self.root}/jury/assignment/add", data={"juror_id": jurors[other], "entry_id": entry_id}
            )
            if answer.status_code == _SEE_OTHER:
                return index, other
        raise DemoError("nobody can stand in for the recused juror")

    def _candidates(self, entry_id: int) -> dict[int, int]:
        """Who may take an entry, as its page offers them: the sample's number of the juror → the site's id."""
        page = self.as_("thuky").get(f"{self.root}/jury/assignment/{entry_id}").text
        offered = page[page.index('id="candidates"') :]
        names = {
            " ".join(name.split()): int(juror_id)
            for name, juror_id in re.findall(
                r'<th scope="row"[^>]*>([^<]+)</th>(?:(?!</tr>).)*?name="juror_id" value="(\d+)"', offered, re.DOTALL
            )
        }
        return {j.index: names[j.person.full_name] for j in content.sample().jurors if j.person.full_name in names}

    def _mark(self, index: int, key: str, *, outlier: bool) -> None:
        juror, path = self.as_(f"giamkhao{index}"), f"{self.root}/jury/entries/{self.entries[key]}/score"
        marks = content.marks(key, index, outlier=outlier)
        form = {f"marks.{name}": f"{mark / 100:g}".replace(".", ",") for name, mark in marks.items()}
        form["comment"] = content.comment(key, index, outlier=outlier)
        juror.post(path, {**form, "version": 0, "action": "submit"})

    # ---- results ---------------------------------------------------------------------------------------------

    def play_results(self) -> None:
        """Close the round, settle the tie, approve, publish."""
        organiser, chair = self.as_("thuky"), self.as_("truongban")
        self.at(self.stage_time("round_closed"))
        organiser.post(f"{self.root}/results/close")
        self.at(self.stage_time("meeting"))
        tie = content.TIE
        order = [self.entries[tie.chosen], *(self.entries[k] for k in tie.entries if k != tie.chosen)]
        chair.post(f"{self.root}/results/ties", {"order[]": order, "reason": tie.reason})
        self.at(self.stage_time("approved"))
        chair.post(f"{self.root}/results/approve")
        self.at(self.stage_time("published"))
        organiser.post(f"{self.root}/results/publish")

    def play_handover(self) -> bytes:
        """Select the winners as finalists, have them approved, and take the archive."""
        organiser, chair = self.as_("thuky"), self.as_("truongban")
        self.at(self.stage_time("handed_over"))
        page = organiser.get(f"{self.root}/handover").text
        choices = re.findall(r'<select[^>]*name="(mode\.\d+)".*?<option value="(\w*)" selected', page, re.DOTALL)
        form = {name: mode for name, mode in choices if mode}
        # The page proposes the winners in writing; the best of each kind goes to the presentation round.
        for keys in content.EXPECTED_RANKING.values():
            form[f"mode.{self.entries[keys[0]]}"] = "presentation"
        organiser.post(f"{self.root}/handover/select", form)
        chair.post(f"{self.root}/handover/approve")
        answer = organiser.http.post(f"{self.root}/handover/archive")
        if answer.status_code != _OK:
            raise DemoError(f"archive: {answer.status_code} {words_of(answer)}")
        return answer.content
