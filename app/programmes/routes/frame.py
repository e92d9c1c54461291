"""The frame of the settings pages: their tabs, and what every one of them shows."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.core.errors import DomainError
from app.core.i18n import N_, Message
from app.core.web import page
from app.programmes import policy
from app.programmes.access import Actor

_TABS: tuple[tuple[str, Message, bool], ...] = (
    ("", N_("Kế hoạch"), False),
    ("rules", N_("Thang điểm"), True),
    ("prizes", N_("Giải thưởng"), True),
    ("phases", N_("Thời hạn"), False),
    ("units", N_("Đơn vị"), False),
    ("people", N_("Người và vai trò"), False),
    ("rosters", N_("Ban và tổ"), False),
)


def base_url(actor: Actor) -> str:
    """Give where the settings of the programme begin."""
    return f"/c/{actor.scene.programme.slug}/settings"


def settings_page(
    request: Request, name: str, actor: Actor, *, tab: str, error: DomainError | None = None, **context: Any
) -> HTMLResponse:
    """Answer with a settings page; a refusal keeps its status, and its faults stand beside the fields."""
    contest = actor.plan.kind == "contest"
    return page(
        request,
        f"programmes/{name}.html",
        status=error.status if error else 200,
        base=base_url(actor),
        scene=actor.scene,
        contest=contest,
        tabs=[
            {"label": label, "href": f"{base_url(actor)}/{key}".rstrip("/"), "active": key == tab}
            for key, label, of_contest in _TABS
            if contest or not of_contest
        ],
        refuse_edit=policy.refuse_edit_plan(actor),
        refuse_organise=policy.refuse_organise(actor),
        refuse_people=policy.refuse_manage_people(actor),
        error=error,
        errors=error.fields if error else {},
        **context,
    )
