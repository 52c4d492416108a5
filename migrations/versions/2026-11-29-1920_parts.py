"""parts: whether an import left out what had not changed, and so dates nobody's ledger

Revision: 1f8d53c7e2b9
After: 7c2e91b4d0a6
"""

import sqlalchemy as sa
from alembic import op

revision = "1f8d53c7e2b9"
down_revision = "7c2e91b4d0a6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("is_partial", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("imports", "is_partial")
