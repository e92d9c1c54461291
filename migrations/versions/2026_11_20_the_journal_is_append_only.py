"""The journal is append-only.

The database itself refuses to change or remove an event, so that neither a slip in a service nor a stray
statement can rewrite what happened.
"""

from app.core.migrate import make_append_only, stop_append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_append_only("journal_events")


def downgrade() -> None:
    stop_append_only("journal_events")
