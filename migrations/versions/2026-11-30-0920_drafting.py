"""drafting: how many mails a batch was to have, and since when a job drafts them

Revision: 6c0d8e5f3b17
After: 91e4b7d20c5a
"""

import sqlalchemy as sa
from alembic import op

revision = "6c0d8e5f3b17"
down_revision = "91e4b7d20c5a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminder_batches", sa.Column("planned", sa.Integer(), nullable=True))
    op.add_column("reminder_batches", sa.Column("drafting_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("reminder_batches", "drafting_since")
    op.drop_column("reminder_batches", "planned")
