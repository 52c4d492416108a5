"""senders: by which a storm of one sender's mails is known, and which of them wait for their turn

Revision: e94b0d6a2f18
After: a41d7c93e6b8
"""

import sqlalchemy as sa
from alembic import op

revision = "e94b0d6a2f18"
down_revision = "a41d7c93e6b8"
branch_labels = None
depends_on = None

IN_WORK = sa.text("state = 'in_work'")
HELD = sa.text("is_held")


def upgrade() -> None:
    op.add_column("messages", sa.Column("sender_hash", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_messages_sender_hash_in_work",
        "messages",
        ["sender_hash"],
        sqlite_where=IN_WORK,
        postgresql_where=IN_WORK,
    )
    op.add_column("messages", sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_messages_sender_hash_held", "messages", ["sender_hash", "id"], sqlite_where=HELD, postgresql_where=HELD
    )


def downgrade() -> None:
    op.drop_index("ix_messages_sender_hash_held", table_name="messages")
    op.drop_column("messages", "is_held")
    op.drop_index("ix_messages_sender_hash_in_work", table_name="messages")
    op.drop_column("messages", "sender_hash")
