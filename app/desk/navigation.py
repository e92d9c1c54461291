"""The main navigation: for each person only the places that they may open. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.accounts.models import User
from app.core.i18n import N_, Message
from app.core.web import NavItem
from app.programmes.access import Actor, Scene
from app.programmes.models import Kind


@dataclass(frozen=True, slots=True)
class _Place:
    label: Message
    path: str
    under: tuple[str, ...] = ()
    """Further paths that belong to this place."""


_INTRODUCTION = _Place(N_("Giới thiệu"), "", under=("/plan",))
_DESK = _Place(N_("Việc cần làm"), "/desk")
_ENTRIES = _Place(N_("Bài dự thi"), "/entries")
_SCREENING = _Place(N_("Sơ loại"), "/screening")
_JURY = _Place(N_("Chấm thi"), "/jury")
_RESULTS = _Place(N_("Kết quả"), "/results")
_PUBLIC_RESULTS = _Place(N_("Kết quả"), "/results/public")
_DOCUMENTS = _Place(N_("Văn bản"), "/documents")
_HANDOVER = _Place(N_("Bàn giao"), "/handover")
_SETTINGS = _Place(N_("Thiết lập"), "/settings", under=("/units", "/people", "/committees"))


def runs(actor: Actor | None) -> bool:
    """Whether `actor` sees a result before the public does."""
    return actor is not None and (actor.organises or actor.chairs)


def list_places(scene: Scene, actor: Actor | None, *, path: str, published: bool) -> list[NavItem]:
    """Give the places of a programme for `actor`; None is the public. `path` is the page that is open."""
    root = f"/c/{scene.programme.slug}"
    return [
        NavItem(str(place.label), root + place.path, active=_is_open(place, path.removeprefix(root)))
        for place in _places(scene, actor, published=published)
    ]


def _places(scene: Scene, actor: Actor | None, *, published: bool) -> Iterator[_Place]:
    yield _INTRODUCTION
    if actor is not None and (actor.roles or actor.administers):
        yield _DESK
    if scene.programme.kind == Kind.CONTEST:
        yield from _places_of_contest(actor, published=published)
    if actor is not None and (actor.organises or actor.chairs or actor.administers):
        yield _SETTINGS


def _places_of_contest(actor: Actor | None, *, published: bool) -> Iterator[_Place]:
    if actor is not None and (actor.units or runs(actor)):
        yield from (_ENTRIES, _SCREENING)
    if actor is not None and (actor.judges or runs(actor)):
        yield _JURY
    if runs(actor):
        yield from (_RESULTS, _DOCUMENTS, _HANDOVER)
    elif published:
        yield _PUBLIC_RESULTS
        if actor is not None and actor.roles:
            yield _DOCUMENTS


def _is_open(place: _Place, path: str) -> bool:
    if not place.path and path in {"", "/"}:
        return True
    return any(path == own or path.startswith(f"{own}/") for own in (place.path, *place.under) if own)


def list_site_places(user: User | None, *, path: str) -> list[NavItem]:
    """Give the places outside any programme; the public needs none."""
    if user is None:
        return []
    places = [NavItem(str(N_("Việc cần làm")), "/", active=path == "/")]
    if user.is_admin:
        places.append(NavItem(str(N_("Tài khoản")), "/admin/users", active=path.startswith("/admin/users")))
    return places
