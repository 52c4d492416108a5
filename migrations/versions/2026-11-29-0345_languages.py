"""languages: the one that each person reads the pages in

Revision: a41d7c93e6b8
After: a3d7c05be914
"""

import sqlalchemy as sa
from alembic import op

revision = "a41d7c93e6b8"
down_revision = "a3d7c05be914"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=8), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("language")
