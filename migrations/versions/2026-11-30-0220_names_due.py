"""names due: a person's name that goes once nothing of theirs is open

Revision: 91e4b7d20c5a
After: 2d8f6b1c90ae
"""

import sqlalchemy as sa
from alembic import op

revision = "91e4b7d20c5a"
down_revision = "2d8f6b1c90ae"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("is_name_due", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("customers", "is_name_due")
