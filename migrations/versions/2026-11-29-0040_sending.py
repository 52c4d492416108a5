"""sending: how far an attempt came, when the next one is due, whom it goes to; contacts that want no e-mail

Revision: 5b1d9e0c42aa
After: d4a1f0c7b352
"""

import sqlalchemy as sa
from alembic import op

revision = "5b1d9e0c42aa"
down_revision = "d4a1f0c7b352"
branch_labels = None
depends_on = None

FLAGS = ("is_automatic", "has_begun")
MOMENTS = ("claimed_at", "next_attempt_at")
HASHES = ("recipient_hash", "domain_hash")
BEFORE = "'ok', 'bounced', 'left'"
NOW = f"{BEFORE}, 'declined'"


def upgrade() -> None:
    flags = (sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False) for name in FLAGS)
    moments = (sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in MOMENTS)
    hashes = (sa.Column(name, sa.String(length=64), server_default="", nullable=False) for name in HASHES)
    for column in (*flags, *moments, *hashes):
        op.add_column("outbox", column)
    op.create_index("ix_outbox_mailbox_id_claimed_at", "outbox", ["mailbox_id", "claimed_at"], unique=False)
    op.create_index("ix_outbox_recipient_hash_created_at", "outbox", ["recipient_hash", "created_at"], unique=False)
    _allow(NOW)


def downgrade() -> None:
    op.execute("UPDATE contacts SET reachability = 'left' WHERE reachability = 'declined'")
    _allow(BEFORE)
    op.drop_index("ix_outbox_recipient_hash_created_at", table_name="outbox")
    op.drop_index("ix_outbox_mailbox_id_claimed_at", table_name="outbox")
    for name in (*HASHES, *MOMENTS, *FLAGS):
        op.drop_column("outbox", name)


def _allow(values: str) -> None:
    """Replace the check of contacts.reachability. SQLite cannot, but it can replace the column."""
    check = f"CONSTRAINT ck_contacts_reachability CHECK (reachability IN ({values}))"
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE contacts DROP CONSTRAINT ck_contacts_reachability")
        op.execute(f"ALTER TABLE contacts ADD {check}")
        return
    op.execute("ALTER TABLE contacts RENAME COLUMN reachability TO reachability_before")
    op.execute(f"ALTER TABLE contacts ADD COLUMN reachability VARCHAR(32) DEFAULT 'ok' NOT NULL {check}")
    op.execute("UPDATE contacts SET reachability = reachability_before")
    op.execute("ALTER TABLE contacts DROP COLUMN reachability_before")
