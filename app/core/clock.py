"""Time. Services get `now` as an argument; only this module and the edges read a clock.

In demo mode a clock can be set for a scope (a programme's slug), because the sample contest lives in 2024:
it shows the time that was set and runs on from there.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Field, Session, col, select

from app.core.database import Table, UTCDateTime

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


class ClockSetting(Table, table=True):
    """What a demo clock showed at the moment when it was set."""

    __tablename__ = "clock_settings"

    scope: str = Field(primary_key=True)
    shown_at: datetime = Field(sa_type=UTCDateTime)
    set_at: datetime = Field(sa_type=UTCDateTime)


def real_now() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def demo_now(session: Session, *, scope: str) -> datetime | None:
    """What the demo clock of `scope` shows, or None where none was set."""
    setting = session.get(ClockSetting, scope)
    return None if setting is None else setting.shown_at + (real_now() - setting.set_at)


def list_nows(session: Session, *, scopes: Collection[str], demo: bool) -> dict[str, datetime]:
    """Give the time of each scope: the machine's, or in demo mode what its clock shows."""
    nows = dict.fromkeys(scopes, real_now())
    if demo:
        # Read at once and held here: each `demo_now` finds its row in the session.
        for clock in session.exec(select(ClockSetting).where(col(ClockSetting.scope).in_(nows))).all():
            nows[clock.scope] = demo_now(session, scope=clock.scope) or nows[clock.scope]
    return nows


def set_demo_clock(session: Session, *, scope: str, shown_at: datetime) -> None:
    """Set the demo clock of `scope`. The caller has checked that this is a demo."""
    session.merge(ClockSetting(scope=scope, shown_at=shown_at, set_at=real_now()))
    session.flush()


def in_zone(moment: datetime, zone: ZoneInfo = HANOI) -> datetime:
    """`moment` as people there read it."""
    return moment.astimezone(zone)
