"""keymaps: the keys that a person chose, so that they are the same in every browser of theirs

Revision: 5b9e2f7c41a8
After: 8d4f1b6a0c72
"""

import sqlalchemy as sa
from alembic import op

revision = "5b9e2f7c41a8"
down_revision = "8d4f1b6a0c72"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("keymap", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("users", "keymap")
