"""A contest whose result is official, its entries with real bytes in the application's store."""

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from app.core.storage import LocalStore
from app.entries.models import Entry, EntryFile
from app.results.models import Result
from tests.support.contest import Contest
from tests.support.judged import entries_of, judged_contest, put_bytes, take_to


@pytest.fixture
def contest(session: Session) -> Contest:
    return judged_contest(session, totals=(95, 60))


@pytest.fixture
def result(contest: Contest) -> Result:
    made = take_to(contest, "approved")
    assert made is not None
    return made


@pytest.fixture
def entries(contest: Contest, result: Result) -> list[Entry]:
    """Groups, then individuals, each by rank: two and two."""
    return entries_of(contest, result)


@pytest.fixture
def store(app: FastAPI) -> LocalStore:
    made: LocalStore = app.state.store
    return made


@pytest.fixture
def stored(contest: Contest, entries: list[Entry], store: LocalStore) -> dict[int, bytes]:
    """Bytes for the one file that each entry has, by entry."""
    made = {}
    for entry in entries:
        data = f"Nội dung bài {entry.number}".encode() * 1000
        row = contest.session.exec(select(EntryFile).where(EntryFile.entry_id == entry.id)).one()
        put_bytes(contest.session, store, row, data)
        made[entry.id] = data
    return made
