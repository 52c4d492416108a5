"""reminders

Revision: 7e4644895961
After: c3d51f0a7e94
"""

import sqlalchemy as sa
from alembic import op

revision = "7e4644895961"
down_revision = "c3d51f0a7e94"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_reminder_batches_created_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_batches")),
    )
    with op.batch_alter_table("reminder_batches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_batches_as_of"), ["as_of"], unique=False)

    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("company", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(18, 4).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("credit_notes", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("tone", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("edited_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_refused", sa.Boolean(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('drafted', 'approved', 'void', 'skipped', 'superseded')", name=op.f("ck_reminders_state")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["reminder_batches.id"], name=op.f("fk_reminders_batch_id_reminder_batches")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_reminders_contact_id_contacts")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_reminders_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_reminders_customer_id_customers")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_reminders_decided_by_users")),
        sa.ForeignKeyConstraint(["draft_id"], ["payloads.id"], name=op.f("fk_reminders_draft_id_payloads")),
        sa.ForeignKeyConstraint(["edited_id"], ["payloads.id"], name=op.f("fk_reminders_edited_id_payloads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "batch_id",
            "customer_id",
            "company",
            "currency",
            name=op.f("uq_reminders_batch_id_customer_id_company_currency"),
        ),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index("ix_reminders_customer_id_id", ["customer_id", "id"], unique=False)
        batch_op.create_index("ix_reminders_state_id", ["state", "id"], unique=False)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminder_id", sa.Uuid(), nullable=True))
        batch_op.alter_column("review_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.create_index(batch_op.f("ix_outbox_reminder_id"), ["reminder_id"], unique=False)
        batch_op.create_index(
            "uq_outbox_reminder_id_live",
            ["reminder_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_outbox_reminder_id_reminders"), "reminders", ["reminder_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_outbox_purpose"), "(review_id IS NULL) <> (reminder_id IS NULL)"
        )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE reminder_id IS NOT NULL")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_outbox_purpose"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_outbox_reminder_id_reminders"), type_="foreignkey")
        batch_op.drop_index(
            "uq_outbox_reminder_id_live",
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )
        batch_op.drop_index(batch_op.f("ix_outbox_reminder_id"))
        batch_op.alter_column("review_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("reminder_id")

    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_index("ix_reminders_state_id")
        batch_op.drop_index("ix_reminders_customer_id_id")
        batch_op.drop_index(batch_op.f("ix_reminders_conversation_id"))

    op.drop_table("reminders")
    with op.batch_alter_table("reminder_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_batches_as_of"))

    op.drop_table("reminder_batches")
