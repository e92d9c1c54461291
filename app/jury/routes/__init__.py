"""Pages of the jury. Read juror.py first."""

from fastapi import APIRouter

from app.jury.routes import assignment, juror, members

router = APIRouter(include_in_schema=False)
for part in (juror, members, assignment):
    router.include_router(part.router)
