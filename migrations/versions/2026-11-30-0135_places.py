"""places: each line of the list of what to do next knows its place in it

Revision: 2d8f6b1c90ae
After: f1b5c07d92e4
"""

import sqlalchemy as sa
from alembic import op

revision = "2d8f6b1c90ae"
down_revision = "f1b5c07d92e4"
branch_labels = None
depends_on = None

RANKED = """
UPDATE next_steps SET place = ranked.place FROM (
    SELECT customer_id, row_number() OVER (
        ORDER BY kind = 'wait', currency, at_risk IS NULL, at_risk DESC, days_overdue DESC, customer_id
    ) AS place FROM next_steps
) AS ranked WHERE ranked.customer_id = next_steps.customer_id
"""


def upgrade() -> None:
    op.add_column("next_steps", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.execute(RANKED)
    op.create_index("ix_next_steps_place", "next_steps", ["place"])
    op.create_index("ix_next_steps_kind_place", "next_steps", ["kind", "place"])


def downgrade() -> None:
    op.drop_index("ix_next_steps_kind_place", "next_steps")
    op.drop_index("ix_next_steps_place", "next_steps")
    op.drop_column("next_steps", "place")
