"""Count what a piece of code asks of the database: a list page asks the same for 1 row and for 30."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


class Counted:
    """The statements that ran, savepoints left out."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)

    @property
    def count(self) -> int:
        """How many."""
        return len(self.statements)

    def __str__(self) -> str:
        return "\n".join(self.statements)


@contextmanager
def counting(bind: Connection | Engine) -> Iterator[Counted]:
    """Record every statement that goes to `bind`, from whichever session."""
    counted = Counted()

    def record(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(_BOOKKEEPING):
            counted.statements.append(statement)

    event.listen(bind, "before_cursor_execute", record)
    try:
        yield counted
    finally:
        event.remove(bind, "before_cursor_execute", record)
