"""The contest of Thanh Xuân while it takes entries, every person at a browser."""

from datetime import datetime

import pytest
from sqlmodel import Session

from tests.support.client import Client
from tests.support.contest import make_contest
from tests.support.people import People


@pytest.fixture
def people(session: Session, client: Client, now: datetime) -> People:
    made = People(make_contest(session), client)
    made.at(now)
    return made
