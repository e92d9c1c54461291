"""The demonstration's clock."""

from datetime import datetime

from sqlmodel import Session

from app.core.clock import set_demo_clock
from app.core.errors import require
from app.programmes import policy
from app.programmes.access import Actor


def set_clock(session: Session, *, actor: Actor, shown_at: datetime, demo: bool) -> None:
    """Set the programme's demo clock."""
    require(policy.refuse_set_clock(actor, demo=demo))
    set_demo_clock(session, scope=actor.scene.programme.slug, shown_at=shown_at)
