"""What the home pages show: a board per programme, made of how things stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.models import User
from app.core.i18n import N_, Message
from app.core.text import sort_key
from app.desk.next_action import Action, list_actions
from app.desk.situation import Situation
from app.desk.waiting import Meter, WaitGroup, list_meters, list_waits
from app.programmes.access import Actor
from app.programmes.labels import ROLE_LABELS
from app.programmes.models import Role
from app.programmes.timeline import PhaseView, list_phases


@dataclass(frozen=True, slots=True)
class Board:
    """One programme on a person's desk. `action` is the one thing to do; `others` also wait, for other roles."""

    slug: str
    title: str
    is_sample: bool
    roles: tuple[str, ...]
    action: Action
    others: tuple[Action, ...]
    groups: tuple[WaitGroup, ...]
    meters: tuple[Meter, ...]
    phases: tuple[PhaseView, ...]
    now: datetime

    @property
    def root(self) -> str:
        """Where the programme's pages begin."""
        return f"/c/{self.slug}"

    @property
    def waits(self) -> int:
        """How many things wait for this person."""
        return int(self.action.is_todo) + len(self.others)


def make_board(actor: Actor, situation: Situation, *, unit_names: Mapping[int, str]) -> Board:
    """Make the board of one programme."""
    actions = list_actions(actor, situation)
    return Board(
        slug=actor.scene.programme.slug,
        title=actor.scene.programme.title,
        is_sample=actor.scene.programme.is_sample,
        roles=tuple(_name_roles(actor, unit_names)),
        action=actions[0],
        others=tuple(action for action in actions[1:] if action.is_todo),
        groups=tuple(list_waits(actor, situation)),
        meters=tuple(list_meters(actor, situation)),
        phases=tuple(list_phases(actor.plan, now=situation.now)),
        now=situation.now,
    )


def _name_roles(actor: Actor, unit_names: Mapping[int, str]) -> Iterable[str]:
    units = {Role.UNIT_HEAD: actor.head_of, Role.UNIT_CLERK: actor.clerk_of}
    for role, label in ROLE_LABELS.items():
        if role in actor.roles:
            names = sorted((unit_names[unit] for unit in units.get(role, ()) if unit in unit_names), key=sort_key)
            yield f"{label} ({_few(names)})" if names else str(label)
    if actor.administers:
        yield str(N_("Quản trị hệ thống"))


def _few(names: Sequence[str]) -> str:
    """All names of two or three units; of more, the first two and how many others."""
    if len(names) <= 3:
        return ", ".join(names)
    return str(N_("%(names)s và %(n)s đơn vị khác", names=", ".join(names[:2]), n=len(names) - 2))


def in_order_of_need(boards: Iterable[Board]) -> list[Board]:
    """Boards on which something waits come first; otherwise the order stays."""
    return sorted(boards, key=lambda board: not board.waits)


@dataclass(frozen=True, slots=True)
class Accounts:
    """What an administrator sees of the site's accounts."""

    total: int
    without_password: int


def greet(user: User, boards: Sequence[Board]) -> Message:
    """Say in one line what the day looks like."""
    waiting = sum(1 for board in boards if board.waits)
    if waiting:
        return N_("Chào %(name)s. Có việc đang chờ ở %(n)s chương trình.", name=user.full_name, n=waiting)
    return N_("Chào %(name)s. Hiện không có việc nào chờ bạn.", name=user.full_name)
