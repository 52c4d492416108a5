"""folder progress: which changes were looked at, and how often a folder was made anew under one UIDVALIDITY

Revision: 4b8e2c6f9d13
After: 1f8d53c7e2b9
"""

import sqlalchemy as sa
from alembic import op

revision = "4b8e2c6f9d13"
down_revision = "1f8d53c7e2b9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("folders", sa.Column("mod_seq", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("folders", sa.Column("remade", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("folders", "remade")
    op.drop_column("folders", "mod_seq")
