"""Pages of a programme: the public page, and the settings by subject. Read public.py first."""

from fastapi import APIRouter

from app.programmes.routes import people, public, rosters, settings, units

router = APIRouter(include_in_schema=False)
for part in (public, settings, units, people, rosters):
    router.include_router(part.router)
