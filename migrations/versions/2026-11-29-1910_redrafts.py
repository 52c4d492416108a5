"""redrafts: what models were asked for a draft that somebody wanted otherwise, beside the draft

Revision: 5e0c9d27ab41
After: d3a86f1c95e2
"""

import sqlalchemy as sa
from alembic import op

revision = "5e0c9d27ab41"
down_revision = "d3a86f1c95e2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guidance", sa.Column("calls", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("guidance", "calls")
