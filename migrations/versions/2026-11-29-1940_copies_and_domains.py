"""copies and domains: which sent mails are yet to be filed, and what went to a domain lately, whatever the mailbox

Revision: 9d27e5f3a810
After: 3f8d1c6a5b27
"""

import sqlalchemy as sa
from alembic import op

revision = "9d27e5f3a810"
down_revision = "3f8d1c6a5b27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("is_copy_due", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_outbox_domain_hash_claimed_at", "outbox", ["domain_hash", "claimed_at"])


def downgrade() -> None:
    op.drop_index("ix_outbox_domain_hash_claimed_at", "outbox")
    op.drop_column("outbox", "is_copy_due")
