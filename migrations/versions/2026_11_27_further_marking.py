"""Further marking.

An assignment says of which marking it is, and a standing how many of its sheets are of the further one and which
policy of the rules gave the score. Whatever was there before is of the first marking.
"""

import sqlalchemy as sa
from alembic import op

from app.core.migrate import rebuilding

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ACTIVE_FURTHER = sa.text("marking = 'further' AND recused_at IS NULL")


def upgrade() -> None:
    with rebuilding("assignments") as batch:
        batch.add_column(sa.Column("marking", sa.String(), nullable=False, server_default="first"))
    # By itself: rows that are there need the default, new ones name their marking.
    with rebuilding("assignments") as batch:
        batch.alter_column("marking", server_default=None)
        batch.create_check_constraint(op.f("ck_assignments_marking"), "marking IN ('first', 'further')")
    op.create_index(
        op.f("uq_assignments_further"),
        "assignments",
        ["round_id", "entry_id"],
        unique=True,
        sqlite_where=_ACTIVE_FURTHER,
        postgresql_where=_ACTIVE_FURTHER,
    )
    with rebuilding("standings") as batch:
        batch.add_column(sa.Column("further", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("gap_policy", sa.String(), nullable=False, server_default=""))
    with rebuilding("standings") as batch:
        batch.alter_column("further", server_default=None)
        batch.alter_column("gap_policy", server_default=None)


def downgrade() -> None:
    # Without its name a further sheet would count as a first one, and move the mean of its entry.
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM assignments WHERE marking = 'further'")):
        raise RuntimeError("there are further markings: this version of the database cannot be left")
    with rebuilding("standings") as batch:
        batch.drop_column("gap_policy")
        batch.drop_column("further")
    op.drop_index(op.f("uq_assignments_further"), table_name="assignments")
    with rebuilding("assignments") as batch:
        batch.drop_constraint(op.f("ck_assignments_marking"), type_="check")
        batch.drop_column("marking")

