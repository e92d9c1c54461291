"""Who acts in a programme: a user, their roles there, and the plan that is in force. Pure values for policies."""

from dataclasses import dataclass

from app.accounts.models import User
from app.programmes.models import PlanVersion, Programme, Role, Round
from app.programmes.plan import Plan


@dataclass(frozen=True, slots=True)
class Scene:
    """A programme with the plan in force and its rounds in order."""

    programme: Programme
    version: PlanVersion
    plan: Plan
    rounds: tuple[Round, ...]

    @property
    def programme_id(self) -> int:
        """The programme's id."""
        assert self.programme.id is not None
        return self.programme.id

    @property
    def round(self) -> Round | None:
        """The current round: the first that is not closed, else the last; None in a movement."""
        return next((r for r in self.rounds if r.closed_at is None), self.rounds[-1] if self.rounds else None)

    @property
    def judged_round(self) -> Round | None:
        """The round that results are about: the last that was opened, else the first; None in a movement.

        Once a round is closed the jury prepares the next (`round`), while the chair still decides about this one.
        """
        opened = [r for r in self.rounds if r.opened_at is not None]
        return opened[-1] if opened else self.rounds[0] if self.rounds else None

    @property
    def judging_opened(self) -> bool:
        """Whether the rules are sealed: some round has been opened."""
        return any(r.opened_at is not None for r in self.rounds)


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person in a scene. `clerk_of` and `head_of` are unit ids."""

    user: User
    scene: Scene
    roles: frozenset[Role] = frozenset()
    clerk_of: frozenset[int] = frozenset()
    head_of: frozenset[int] = frozenset()

    @property
    def user_id(self) -> int:
        """The user's id."""
        assert self.user.id is not None
        return self.user.id

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self.scene.plan

    @property
    def programme_id(self) -> int:
        """The programme's id."""
        return self.scene.programme_id

    @property
    def organises(self) -> bool:
        """Organiser or secretary of this programme."""
        return Role.ORGANISER in self.roles

    @property
    def chairs(self) -> bool:
        """Head of the organising committee: approves."""
        return Role.CHAIR in self.roles

    @property
    def judges(self) -> bool:
        """Member of the jury."""
        return Role.JUROR in self.roles

    @property
    def administers(self) -> bool:
        """Administrator of the site: accounts and roles, no rights over entries, marks or results."""
        return self.user.is_admin

    @property
    def units(self) -> frozenset[int]:
        """Units for which this person works here."""
        return self.clerk_of | self.head_of
