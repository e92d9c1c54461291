"""The round of a result: named in the address («?round=written»), else the one that is judged or was judged last."""

from typing import Annotated

from fastapi import Depends

from app.core.errors import NotFound
from app.programmes.access import Scene
from app.programmes.deps import ActorDep, SceneDep
from app.programmes.models import Round


def pick_round(scene: Scene, *, key: str) -> Round:
    """Give the round with that key; without one the round that results are about. A movement has none."""
    found = next((r for r in scene.rounds if r.key == key), None) if key else scene.judged_round
    if found is None:
        raise NotFound
    return found


async def require_judged_round(actor: ActorDep, round: str = "") -> Round:  # noqa: A002 - in the address
    """Give the round of the address to somebody who has signed in."""
    return pick_round(actor.scene, key=round)


JudgedRoundDep = Annotated[Round, Depends(require_judged_round)]


async def find_named_round(scene: SceneDep, round: str = "") -> Round | None:  # noqa: A002 - in the address
    """Give the round that the address names, None if it names none: for pages that everybody may see."""
    return pick_round(scene, key=round) if round else None


NamedRoundDep = Annotated[Round | None, Depends(find_named_round)]
