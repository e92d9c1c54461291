"""The first tables.

Everything a contest needs from its plan to the archive of its finalists.
"""

import sqlalchemy as sa
from alembic import op

from app.core.database import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock_settings",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("shown_at", UTCDateTime(), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_clock_settings")),
    )
    op.create_table(
        "journal_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_events")),
    )
    op.create_index(op.f("ix_journal_events_programme_id_id"), "journal_events", ["programme_id", "id"])
    op.create_index(op.f("ix_journal_events_subject_id"), "journal_events", ["subject", "id"])

    op.create_table(
        "programmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('contest', 'movement')", name=op.f("ck_programmes_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("slug", name=op.f("uq_programmes_slug")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(key) > 0", name=op.f("ck_sign_in_attempts_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_key_at"), "sign_in_attempts", ["key", "at"])

    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("disabled_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "committee_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "body IN ('organizing_committee', 'jury', 'secretariat')", name=op.f("ck_committee_members_body")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_committee_members_programme_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_committee_members_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_members")),
    )
    op.create_index(op.f("ix_committee_members_programme_id"), "committee_members", ["programme_id"])

    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_files_size")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_files_programme_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_files_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_files_storage_key")),
    )
    op.create_index(op.f("ix_files_programme_id"), "files", ["programme_id"])
    op.create_index(op.f("ix_files_sha256"), "files", ["sha256"])

    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invitations_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_user_id"), "invitations", ["user_id"])

    op.create_table(
        "journal_details",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["journal_events.id"], name=op.f("fk_journal_details_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_journal_details")),
    )
    op.create_table(
        "plan_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("sealed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_plan_versions_number")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_plan_versions_created_by")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_plan_versions_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_versions")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_plan_versions_programme_id_number")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("dissolved_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_units_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("programme_id", "key", name=op.f("uq_units_programme_id_key")),
    )
    op.create_index(op.f("ix_units_programme_id_sort_key"), "units", ["programme_id", "sort_key"])

    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("browser", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    op.create_index(op.f("ix_user_sessions_user_id"), "user_sessions", ["user_id"])

    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("clause_accepted_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("forwarded_at", UTCDateTime(), nullable=True),
        sa.Column("late_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "NOT (status IN ('forwarded', 'accepted', 'returned', 'ineligible')) OR forwarded_at IS NOT NULL",
            name=op.f("ck_entries_forwarded"),
        ),
        sa.CheckConstraint("category IN ('individual', 'group')", name=op.f("ck_entries_category")),
        sa.CheckConstraint("format IN ('essay', 'video')", name=op.f("ck_entries_format")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'kept', 'declined', 'confirmed', 'forwarded', 'accepted', 'returned', 'ineligible', 'withdrawn')",
            name=op.f("ck_entries_status"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name=op.f("ck_entries_submitted")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_entries_created_by")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_entries_programme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_entries_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_entries_programme_id_number")),
    )
    op.create_index(op.f("ix_entries_programme_id_status"), "entries", ["programme_id", "status"])
    op.create_index(op.f("ix_entries_unit_id_status"), "entries", ["unit_id", "status"])

    op.create_table(
        "jurors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("minimum >= 0 AND (maximum IS NULL OR maximum >= minimum)", name=op.f("ck_jurors_capacity")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_jurors_programme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_jurors_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_jurors_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurors")),
        sa.UniqueConstraint("programme_id", "user_id", name=op.f("uq_jurors_programme_id_user_id")),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(role IN ('unit_clerk', 'unit_head')) = (unit_id IS NOT NULL)", name=op.f("ck_memberships_unit")
        ),
        sa.CheckConstraint(
            "role IN ('unit_clerk', 'unit_head', 'organiser', 'chair', 'juror')", name=op.f("ck_memberships_role")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_memberships_programme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_memberships_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_user_id"), "memberships", ["user_id"])
    op.create_index(
        op.f("uq_memberships_role"),
        "memberships",
        ["programme_id", "user_id", "role"],
        unique=True,
        sqlite_where=sa.text("unit_id IS NULL"),
        postgresql_where=sa.text("unit_id IS NULL"),
    )
    op.create_index(
        op.f("uq_memberships_unit_role"),
        "memberships",
        ["programme_id", "user_id", "role", "unit_id"],
        unique=True,
        sqlite_where=sa.text("unit_id IS NOT NULL"),
        postgresql_where=sa.text("unit_id IS NOT NULL"),
    )

    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("plan_version_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (plan_version_id IS NULL)", name=op.f("ck_rounds_sealed_when_opened")
        ),
        sa.CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_rounds_closed_after_opened")),
        sa.ForeignKeyConstraint(["plan_version_id"], ["plan_versions.id"], name=op.f("fk_rounds_plan_version_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_rounds_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("programme_id", "key", name=op.f("uq_rounds_programme_id_key")),
    )
    op.create_table(
        "assignment_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("discarded_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_assignment_proposals_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_proposals")),
    )
    op.create_index(op.f("ix_assignment_proposals_round_id"), "assignment_proposals", ["round_id"])

    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", UTCDateTime(), nullable=False),
        sa.Column("recused_at", UTCDateTime(), nullable=True),
        sa.Column("recuse_reason", sa.Text(), nullable=False),
        sa.Column("skipped_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("recused_at IS NULL OR recuse_reason <> ''", name=op.f("ck_assignments_recuse_reason")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_assignments_entry_id")),
        sa.ForeignKeyConstraint(["juror_id"], ["jurors.id"], name=op.f("fk_assignments_juror_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_assignments_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("round_id", "juror_id", "entry_id", name=op.f("uq_assignments_round_id_juror_id_entry_id")),
    )
    op.create_index(op.f("ix_assignments_round_id_entry_id"), "assignments", ["round_id", "entry_id"])

    op.create_table(
        "authors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("name_folded", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("is_representative", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.CheckConstraint("share IS NULL OR (share > 0 AND share <= 10000)", name=op.f("ck_authors_share")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_authors_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authors")),
        sa.UniqueConstraint("entry_id", "ordinal", name=op.f("uq_authors_entry_id_ordinal")),
    )
    op.create_index(op.f("ix_authors_name_folded"), "authors", ["name_folded"])
    op.create_index(
        op.f("uq_authors_representative"),
        "authors",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("is_representative"),
        postgresql_where=sa.text("is_representative"),
    )

    op.create_table(
        "district_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("supplement_until", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(decision = 'return') = (supplement_until IS NOT NULL)", name=op.f("ck_district_checks_supplement_until")
        ),
        sa.CheckConstraint("decision = 'accept' OR reason <> ''", name=op.f("ck_district_checks_reason")),
        sa.CheckConstraint("decision IN ('accept', 'return', 'ineligible')", name=op.f("ck_district_checks_decision")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_district_checks_decided_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_district_checks_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district_checks")),
    )
    op.create_index(op.f("ix_district_checks_entry_id"), "district_checks", ["entry_id"])

    op.create_table(
        "entry_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("role IN ('main', 'text', 'attachment')", name=op.f("ck_entry_files_role")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_files_entry_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_entry_files_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_files")),
        sa.UniqueConstraint("file_id", name=op.f("uq_entry_files_file_id")),
    )
    op.create_index(op.f("ix_entry_files_entry_id"), "entry_files", ["entry_id"])

    op.create_table(
        "head_confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("effectiveness_grade", sa.String(), nullable=False),
        sa.Column("effectiveness_note", sa.Text(), nullable=False),
        sa.Column("feasibility_grade", sa.String(), nullable=False),
        sa.Column("feasibility_note", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_head_confirmations_confirmed_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_head_confirmations_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head_confirmations")),
    )
    op.create_index(op.f("ix_head_confirmations_entry_id"), "head_confirmations", ["entry_id"])

    op.create_table(
        "juror_conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("dismissed_at", UTCDateTime(), nullable=True),
        sa.Column("dismissed_by", sa.Integer(), nullable=True),
        sa.Column("dismiss_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "dismissed_at IS NULL OR dismiss_reason <> ''", name=op.f("ck_juror_conflicts_dismiss_reason")
        ),
        sa.CheckConstraint("source IN ('computed', 'declared', 'organiser')", name=op.f("ck_juror_conflicts_source")),
        sa.ForeignKeyConstraint(["dismissed_by"], ["users.id"], name=op.f("fk_juror_conflicts_dismissed_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_juror_conflicts_entry_id")),
        sa.ForeignKeyConstraint(["juror_id"], ["jurors.id"], name=op.f("fk_juror_conflicts_juror_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_juror_conflicts")),
        sa.UniqueConstraint("juror_id", "entry_id", "kind", name=op.f("uq_juror_conflicts_juror_id_entry_id_kind")),
    )
    op.create_index(op.f("ix_juror_conflicts_entry_id"), "juror_conflicts", ["entry_id"])

    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_receipts_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_entry_id"), "receipts", ["entry_id"])

    op.create_table(
        "results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("plan_version_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("computed_at", UTCDateTime(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("status <> 'published' OR published_at IS NOT NULL", name=op.f("ck_results_published")),
        sa.CheckConstraint(
            "status IN ('proposed', 'approved', 'published', 'superseded')", name=op.f("ck_results_status")
        ),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'published') OR approved_at IS NOT NULL", name=op.f("ck_results_approved")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_results_approved_by")),
        sa.ForeignKeyConstraint(["plan_version_id"], ["plan_versions.id"], name=op.f("fk_results_plan_version_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_results_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_results_round_id_number")),
    )
    op.create_table(
        "tie_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("entry_ids", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_tie_decisions_reason")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_tie_decisions_decided_by")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_tie_decisions_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie_decisions")),
    )
    op.create_index(op.f("ix_tie_decisions_round_id"), "tie_decisions", ["round_id"])

    op.create_table(
        "unit_screenings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("decision = 'keep' OR reason <> ''", name=op.f("ck_unit_screenings_reason")),
        sa.CheckConstraint("decision IN ('keep', 'decline')", name=op.f("ck_unit_screenings_decision")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_unit_screenings_decided_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_unit_screenings_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_screenings")),
    )
    op.create_index(op.f("ix_unit_screenings_entry_id"), "unit_screenings", ["entry_id"])

    op.create_table(
        "awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_awards_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_awards_entry_id")),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_awards_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("result_id", "entry_id", name=op.f("uq_awards_result_id_entry_id")),
    )
    op.create_index(op.f("ix_awards_result_id_category_tier"), "awards", ["result_id", "category", "tier"])

    op.create_table(
        "consents",
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('participation', 'publication', 'payment', 'handover')", name=op.f("ck_consents_purpose")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name=op.f("fk_consents_author_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_consents_recorded_by")),
        sa.PrimaryKeyConstraint("author_id", "purpose", name=op.f("pk_consents")),
    )
    op.create_table(
        "finalist_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_finalist_lists_approved_by")),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_finalist_lists_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finalist_lists")),
        sa.UniqueConstraint("result_id", name=op.f("uq_finalist_lists_result_id")),
    )
    op.create_table(
        "score_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("total_units", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "status = 'draft' OR (total_units IS NOT NULL AND submitted_at IS NOT NULL)",
            name=op.f("ck_score_sheets_complete"),
        ),
        sa.CheckConstraint("status IN ('draft', 'submitted', 'locked')", name=op.f("ck_score_sheets_status")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_score_sheets_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheets")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_score_sheets_assignment_id")),
    )
    op.create_table(
        "standings",
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("mean_numerator", sa.BigInteger(), nullable=False),
        sa.Column("mean_denominator", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_standings_entry_id")),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_standings_result_id")),
        sa.PrimaryKeyConstraint("result_id", "entry_id", name=op.f("pk_standings")),
    )
    op.create_table(
        "vacancies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_vacancies_decided_by")),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_vacancies_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancies")),
        sa.UniqueConstraint("result_id", "category", "tier", name=op.f("uq_vacancies_result_id_category_tier")),
    )
    op.create_table(
        "finalists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.CheckConstraint("mode IN ('written', 'presentation')", name=op.f("ck_finalists_mode")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_finalists_entry_id")),
        sa.ForeignKeyConstraint(["list_id"], ["finalist_lists.id"], name=op.f("fk_finalists_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finalists")),
        sa.UniqueConstraint("list_id", "entry_id", name=op.f("uq_finalists_list_id_entry_id")),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("manifest_sha256", sa.String(), nullable=False),
        sa.Column("late_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["finalist_lists.id"], name=op.f("fk_handovers_list_id")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_handovers_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(op.f("ix_handovers_list_id"), "handovers", ["list_id"])

    op.create_table(
        "payouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_payouts_amount")),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name=op.f("fk_payouts_author_id")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_payouts_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("award_id", "author_id", name=op.f("uq_payouts_award_id_author_id")),
    )


def downgrade() -> None:
    for table in (
        "payouts",
        "handovers",
        "finalists",
        "vacancies",
        "standings",
        "score_sheets",
        "finalist_lists",
        "consents",
        "awards",
        "unit_screenings",
        "tie_decisions",
        "results",
        "receipts",
        "juror_conflicts",
        "head_confirmations",
        "entry_files",
        "district_checks",
        "authors",
        "assignments",
        "assignment_proposals",
        "rounds",
        "memberships",
        "jurors",
        "entries",
        "user_sessions",
        "units",
        "plan_versions",
        "journal_details",
        "invitations",
        "files",
        "committee_members",
        "users",
        "sign_in_attempts",
        "programmes",
        "journal_events",
        "clock_settings",
    ):
        op.drop_table(table)
