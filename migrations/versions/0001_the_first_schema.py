"""The first schema

Revision 0001, after .
"""

import sqlalchemy as sa
import sqlmodel  # noqa: F401 - column types that autogenerate writes without importing them
from alembic import op

import deadline_guard.store.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first schema."""
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("since", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("until", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("deputy", sa.Text(), nullable=True),
        sa.Column("recorded_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("cancelled_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_until", ["until"], unique=False)

    op.create_table(
        "case",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("case_type", sa.Text(), nullable=False),
        sa.Column("attributes", deadline_guard.store.columns.Json(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("jurisdiction", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("owners", deadline_guard.store.columns.Json(), nullable=False),
        sa.Column("opened_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("closed_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("wake_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("stale", sa.Integer(), nullable=True),
        sa.Column("stale_reason", sa.Text(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
    )
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index("ix_case_code", ["code"], unique=False)
        batch_op.create_index("ix_case_stale", ["stale"], unique=False, sqlite_where=sa.text("stale IS NOT NULL"))
        batch_op.create_index("ix_case_wake_at", ["wake_at"], unique=False, sqlite_where=sa.text("wake_at IS NOT NULL"))

    op.create_table(
        "ledger",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("payload_digest", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("payload_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("chain", "n", name=op.f("pk_ledger")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_chain",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_ledger_chain")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("fallback", deadline_guard.store.columns.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("made_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("lease_until", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("sent_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("may_repeat", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_key", ["key"], unique=True)
        batch_op.create_index("ix_message_person", ["person", "made_at"], unique=False)
        batch_op.create_index("ix_message_thread", ["thread"], unique=False)
        batch_op.create_index(
            "ix_message_unsent",
            ["level", "next_attempt_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'retry', 'ambiguous', 'leased')"),
        )

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("due_rev", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("via", deadline_guard.store.columns.Json(), nullable=False),
        sa.Column("hold_until", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("due_on", deadline_guard.store.columns.Day(), nullable=True),
        sa.Column("due_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("data", deadline_guard.store.columns.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("state_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_key", ["key"], unique=True)
        batch_op.create_index("ix_notice_subject", ["subject", "rule", "cycle"], unique=False)
        batch_op.create_index(
            "ix_notice_waiting", ["hold_until"], unique=False, sqlite_where=sa.text("state IN ('open', 'held')")
        )

    op.create_table(
        "payload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("erased_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payload")),
    )
    op.create_table(
        "reply_mail",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_reply_mail")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("reply_mail", schema=None) as batch_op:
        batch_op.create_index("ix_reply_mail_message", ["message"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", deadline_guard.store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index("ix_revision_kind", ["kind", "since"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("finished_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("now", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("next_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("counts", deadline_guard.store.columns.Json(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index("ix_run_finished_at", ["finished_at"], unique=False)

    op.create_table(
        "seal",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_seal")),
    )
    op.create_table(
        "seal_head",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "n", name=op.f("pk_seal_head")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("seal_head", schema=None) as batch_op:
        batch_op.create_index("ix_seal_head_seal", ["seal"], unique=False)

    op.create_table(
        "setting",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expect_every", sa.Integer(), nullable=True),
        sa.Column("last_seen_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "thread_ref",
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("thread", "channel", "person", name=op.f("pk_thread_ref")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assessment",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_rev", sa.Integer(), nullable=False),
        sa.Column("due_on", deadline_guard.store.columns.Day(), nullable=True),
        sa.Column("due_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("next_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("crossings", deadline_guard.store.columns.Json(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("since", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("told_since", deadline_guard.store.columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assessment_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "rule", "cycle", name=op.f("pk_assessment")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("recorded_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assignment_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_case_id", ["case_id"], unique=False)

    op.create_table(
        "answer_link",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("used_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_answer_link_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", "action", "place", name=op.f("pk_answer_link")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempt",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("started_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("settled_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_attempt_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", "n", name=op.f("pk_attempt")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_link",
        sa.Column("from_case", sa.Text(), nullable=False),
        sa.Column("to_case", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["from_case"], ["case.id"], name=op.f("fk_case_link_from_case_case")),
        sa.ForeignKeyConstraint(["to_case"], ["case.id"], name=op.f("fk_case_link_to_case_case")),
        sa.PrimaryKeyConstraint("from_case", "to_case", "relation", name=op.f("pk_case_link")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("case_link", schema=None) as batch_op:
        batch_op.create_index("ix_case_link_to_case", ["to_case"], unique=False)

    op.create_table(
        "derivation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("deadline", deadline_guard.store.columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_derivation_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivation")),
    )
    with op.batch_alter_table("derivation", schema=None) as batch_op:
        batch_op.create_index("ix_derivation_case_id", ["case_id", "rule", "cycle"], unique=True)

    op.create_table(
        "edit",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_edit_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_edit")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("edit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_edit_waiting", ["next_attempt_at"], unique=False, sqlite_where=sa.text("state = 'waiting'")
        )

    op.create_table(
        "edit_attempt",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("settled_at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_edit_attempt_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", "n", name=op.f("pk_edit_attempt")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "heard",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("reply", deadline_guard.store.columns.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("heard", schema=None) as batch_op:
        batch_op.create_index("ix_heard_at", ["at"], unique=False)

    op.create_table(
        "event",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_date", deadline_guard.store.columns.Day(), nullable=False),
        sa.Column("at", deadline_guard.store.columns.Instant(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("data", deadline_guard.store.columns.Json(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("recorded_at", deadline_guard.store.columns.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_event_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "source", "source_id", "revision", name=op.f("pk_event")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message_notice",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_notice_message_id_message")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_message_notice_notice_id_notice")),
        sa.PrimaryKeyConstraint("message_id", "notice_id", name=op.f("pk_message_notice")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("message_notice", schema=None) as batch_op:
        batch_op.create_index("ix_message_notice_notice_id", ["notice_id"], unique=False)


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table("message_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_message_notice_notice_id")

    op.drop_table("message_notice")
    op.drop_table("event")
    with op.batch_alter_table("derivation", schema=None) as batch_op:
        batch_op.drop_index("ix_derivation_case_id")

    with op.batch_alter_table("heard", schema=None) as batch_op:
        batch_op.drop_index("ix_heard_at")

    op.drop_table("heard")
    op.drop_table("edit_attempt")
    with op.batch_alter_table("edit", schema=None) as batch_op:
        batch_op.drop_index("ix_edit_waiting", sqlite_where=sa.text("state = 'waiting'"))

    op.drop_table("edit")
    op.drop_table("derivation")
    with op.batch_alter_table("case_link", schema=None) as batch_op:
        batch_op.drop_index("ix_case_link_to_case")

    op.drop_table("case_link")
    op.drop_table("attempt")
    op.drop_table("answer_link")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_case_id")

    op.drop_table("assignment")
    op.drop_table("assessment")
    op.drop_table("thread_ref")
    op.drop_table("source")
    op.drop_table("setting")
    with op.batch_alter_table("seal_head", schema=None) as batch_op:
        batch_op.drop_index("ix_seal_head_seal")

    op.drop_table("seal_head")
    op.drop_table("seal")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index("ix_run_finished_at")

    op.drop_table("run")
    with op.batch_alter_table("reply_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_reply_mail_message")

    op.drop_table("reply_mail")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index("ix_revision_kind")

    op.drop_table("revision")
    op.drop_table("payload")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_waiting", sqlite_where=sa.text("state IN ('open', 'held')"))
        batch_op.drop_index("ix_notice_subject")
        batch_op.drop_index("ix_notice_key")

    op.drop_table("notice")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_unsent", sqlite_where=sa.text("state IN ('waiting', 'retry', 'ambiguous', 'leased')")
        )
        batch_op.drop_index("ix_message_thread")
        batch_op.drop_index("ix_message_person")
        batch_op.drop_index("ix_message_key")

    op.drop_table("message")
    op.drop_table("ledger_chain")
    op.drop_table("ledger")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_index("ix_case_wake_at", sqlite_where=sa.text("wake_at IS NOT NULL"))
        batch_op.drop_index("ix_case_stale", sqlite_where=sa.text("stale IS NOT NULL"))
        batch_op.drop_index("ix_case_code")

    op.drop_table("case")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index("ix_absence_until")

    op.drop_table("absence")
