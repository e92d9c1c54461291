"""Home pages: what waits for the person who signed in. And the page that explains the JSON addresses."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.deps import MaybeUserDep
from app.core.api import API
from app.core.web import page

router = APIRouter(include_in_schema=False)


@router.get(f"{API}/docs")
def api_docs(request: Request, _user: MaybeUserDep) -> Response:
    """Explain the JSON addresses, from our own assets."""
    return page(request, "api_docs.html", description=f"{API}/openapi.json")
