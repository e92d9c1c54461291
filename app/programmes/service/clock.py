"""The demonstration's clock."""

from datetime import UTC, datetime

from sqlmodel import Session

from app.core.clock import real_now, set_demo_clock
from app.core.errors import require
from app.journal import service as journal
from app.programmes import policy
from app.programmes.access import Actor, Scene


def set_clock(session: Session, *, actor: Actor, shown_at: datetime, demo: bool) -> None:
    """Set the programme's demo clock."""
    require(policy.refuse_set_clock(actor, demo=demo))
    turn_clock(session, scene=actor.scene, shown_at=shown_at, actor_id=actor.user_id)


def turn_clock(session: Session, *, scene: Scene, shown_at: datetime, actor_id: int | None = None) -> None:
    """Turn the clock, as the command line does too. The event bears the true time, the others that of the clock."""
    set_demo_clock(session, scope=scene.programme.slug, shown_at=shown_at)
    journal.record(
        session,
        kind="programme.clock_set",
        now=real_now(),
        actor_id=actor_id,
        programme_id=scene.programme_id,
        subject=f"programme:{scene.programme_id}",
        data={"shown_at": shown_at.astimezone(UTC).isoformat()},
    )
