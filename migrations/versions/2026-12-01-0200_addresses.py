"""addresses: where a customer's letters go

Revision: 3b9e70c4d815
After: 5b9e2f7c41a8
"""

import sqlalchemy as sa
from alembic import op

revision = "3b9e70c4d815"
down_revision = "5b9e2f7c41a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "addresses",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("customer_id", sa.String(64), sa.ForeignKey("customers.id"), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("addresses")
