"""copies: an answer may go to contacts beside the writer

Revision: f1b5c07d92e4
After: 7ab2f40c9d15
"""

import sqlalchemy as sa
from alembic import op

revision = "f1b5c07d92e4"
down_revision = "7ab2f40c9d15"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("has_copies", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_column("has_copies")
