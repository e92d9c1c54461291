"""The SQL of each page, taken down while the application itself answers: the bare handler repeats it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\(?(\w+)")


@dataclass(frozen=True)
class Step:
    """A statement as it went to the driver, with the names and values of its parameters in order."""

    verb: str
    table: str
    sql: str
    names: list[str]
    values: list[Any]


def step_of(sql: str, parameters: Any, context: Any) -> Step:
    """Take a statement down."""
    found = _TABLE.search(sql)
    compiled = getattr(context, "compiled", None)
    if isinstance(parameters, dict):
        names, values = list(parameters), list(parameters.values())
    else:
        values = list(parameters or ())
        names = list(getattr(compiled, "positiontup", None) or [])
        if len(names) != len(values):  # an IN list was spread out
            names = [f"spread_{i}" for i in range(len(values))]
    return Step(sql.split(None, 1)[0].lower(), found.group(1) if found else "", sql, names, values)


class Recorder:
    """Takes down what goes to an engine between `start` and `stop`; the beginning of a transaction is left out."""

    def __init__(self, engine: Engine) -> None:
        self.steps: list[Step] = []
        self.recording = False
        event.listen(engine, "before_cursor_execute", self._take)

    def _take(self, _c: Any, _cursor: Any, sql: str, parameters: Any, context: Any, _many: bool) -> None:
        if self.recording and not sql.startswith("BEGIN"):
            self.steps.append(step_of(sql, parameters, context))

    def start(self) -> None:
        """Begin anew."""
        self.steps, self.recording = [], True

    def stop(self) -> list[Step]:
        """Give what was taken down."""
        self.recording = False
        return self.steps


def dump(scripts: dict[str, list[Step]]) -> str:
    """Write scripts as JSON; a value that has no JSON (a time, bytes) is one that the bare handler sets itself."""
    plain = {name: [vars(step) for step in steps] for name, steps in scripts.items()}
    return json.dumps(plain, ensure_ascii=False, default=lambda _: None)


def load(text: str) -> dict[str, list[Step]]:
    """Read scripts back."""
    return {name: [Step(**step) for step in steps] for name, steps in json.loads(text).items()}
