"""contacts that left or bounced, and proposed ones

Revision: c3d51f0a7e94
After: c2a94e61d7b0
"""

import sqlalchemy as sa
from alembic import op

revision = "c3d51f0a7e94"
down_revision = "c2a94e61d7b0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In SQL, alike on both databases: to add the check in batch mode SQLite would drop a table that others refer to.
    op.execute(
        "ALTER TABLE contacts ADD COLUMN reachability VARCHAR(32) DEFAULT 'ok' NOT NULL "
        "CONSTRAINT ck_contacts_reachability CHECK (reachability IN ('ok', 'bounced', 'left'))"
    )
    op.create_table(
        "contact_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("old_contact_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("payload_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('accounts_payable', 'management', 'purchasing', 'legal', 'other')",
            name=op.f("ck_contact_proposals_role"),
        ),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'rejected')", name=op.f("ck_contact_proposals_state")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_contact_proposals_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["old_contact_id"], ["contacts.id"], name=op.f("fk_contact_proposals_old_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_contact_proposals_message_id_messages")),
        sa.ForeignKeyConstraint(["payload_id"], ["payloads.id"], name=op.f("fk_contact_proposals_payload_id_payloads")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_contact_proposals_decided_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_proposals")),
        sa.UniqueConstraint("message_id", name=op.f("uq_contact_proposals_message_id")),
    )
    op.create_index(op.f("ix_contact_proposals_customer_id"), "contact_proposals", ["customer_id"], unique=False)
    op.create_index("ix_contact_proposals_state_id", "contact_proposals", ["state", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("contact_proposals")
    op.drop_column("contacts", "reachability")
