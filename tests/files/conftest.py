"""An application with one upload form, for tests of receiving."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request
from sqlmodel import Session

from app.core.errors import DomainError, require
from app.core.storage import Store
from app.files.intake import Received, Terms, receive
from app.files.service import keep
from tests.support.factories import make_programme, make_user

MAX_BYTES = 2 * 1024 * 1024


@dataclass
class Door:
    """What the route permits; a test sets a refusal before or after the body."""

    programme_id: int
    user_id: int
    terms: Terms = field(default_factory=lambda: Terms(max_bytes=MAX_BYTES))
    refusal: DomainError | None = None
    late_refusal: DomainError | None = None
    after_keep: Callable[[Session], None] = lambda _: None
    received: Received | None = None
    asked: list[str] = field(default_factory=list)

    def permit(self, session: Session) -> Terms:
        self.asked.append("permit")
        require(self.refusal)
        return self.terms

    def record(self, session: Session, received: Received, now: datetime) -> dict[str, Any]:
        self.asked.append("record")
        self.received = received
        require(self.late_refusal)
        file = keep(session, received, programme_id=self.programme_id, uploaded_by=self.user_id, now=now)
        self.after_keep(session)
        return file.model_dump(mode="json") | {"fields": dict(received.fields)}


def install(app: FastAPI, door: Door, now: datetime) -> None:
    @app.post("/upload")
    async def upload(request: Request) -> dict[str, Any]:
        return await receive(
            request, permit=door.permit, record=lambda session, received: door.record(session, received, now)
        )


@pytest.fixture
def door(app: FastAPI, session: Session, now: datetime) -> Door:
    made = Door(programme_id=make_programme(session).id, user_id=make_user(session).id)
    install(app, made, now)
    return made


@pytest.fixture
def store(app: FastAPI) -> Store:
    kept: Store = app.state.store
    return kept
