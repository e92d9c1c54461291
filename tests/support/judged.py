"""A contest whose round is closed: winners of every tier, and whatever state of the result a test is about."""

import hashlib
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session

from app.core.storage import Store, new_key
from app.entries.models import Category, Entry, EntryFile
from app.files.models import File
from app.results import queries, service
from app.results.models import Result
from tests.support.contest import Contest, judge, make_contest, make_entry, open_round
from tests.support.factories import NOW

CLOSED = NOW + timedelta(days=40)
APPROVED = NOW + timedelta(days=46)  # 5/7/2024 in Hà Nội
TOTALS = (95, 90, 85, 80, 75, 70, 65, 60)


def judged_contest(session: Session, *, slug: str | None = None, totals: tuple[int, ...] = TOTALS) -> Contest:
    """Make a contest with as many individual and group entries as `totals`, sheets in, the round open."""
    contest = make_contest(session, slug=slug, jurors=3)
    open_round(contest)
    for category in Category:
        for total in totals:
            judge(contest, make_entry(contest, category=category), total, total - 1, total + 1)
    return contest


def close(contest: Contest) -> Result:
    """Close the round."""
    organiser = contest.actor_of(contest.organiser)
    return service.close_round(contest.session, actor=organiser, round_=contest.round, now=CLOSED)


def approve(contest: Contest, result: Result) -> Result:
    """Let the chair approve; every vacancy gets its reason first."""
    for vacancy in queries.list_vacancies(contest.session, result=result):
        service.explain_vacancy(
            contest.session, actor=contest.actor_of(contest.organiser), result=result, vacancy=vacancy,
            reason="Không đủ bài dự thi.", now=CLOSED,
        )  # fmt: skip
    return service.approve_result(contest.session, actor=contest.actor_of(contest.chair), result=result, now=APPROVED)


def publish(contest: Contest, result: Result) -> None:
    """Publish."""
    service.publish_result(contest.session, actor=contest.actor_of(contest.organiser), result=result, now=APPROVED)


def take_to(contest: Contest, state: str) -> Result | None:
    """Bring the result to a state: open (none yet), proposed, approved or published."""
    if state == "open":
        return None
    result = close(contest)
    if state in {"approved", "published"}:
        approve(contest, result)
    if state == "published":
        publish(contest, result)
    return result


def entries_of(contest: Contest, result: Result) -> list[Entry]:
    """The judged entries, by category and rank."""
    return [line.entry for line in queries.list_ranked(contest.session, result=result)]


def put_bytes(session: Session, store: Store, row: EntryFile, data: bytes, *, name: str = "") -> File:
    """Give a file's row real bytes in the store."""
    file = session.get_one(File, row.file_id)
    file.storage_key, file.size, file.sha256 = new_key(), len(data), hashlib.sha256(data).hexdigest()
    if name:
        file.name, file.extension = name, name.rpartition(".")[2].lower()
    path: Path = store.temp_dir / f"test-{file.storage_key}"
    path.write_bytes(data)
    store.put_file(file.storage_key, path)
    session.add(file)
    session.flush()
    return file
