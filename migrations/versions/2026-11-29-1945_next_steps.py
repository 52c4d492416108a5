"""next_steps: what to do next about each customer, worked out once a day for the list of those who do it

Revision: 3f8d1c6a5b27
After: 4b8e2c6f9d13
"""

import sqlalchemy as sa
from alembic import op

revision = "3f8d1c6a5b27"
down_revision = "4b8e2c6f9d13"
branch_labels = None
depends_on = None

KINDS = "'wait', 'remind', 'call', 'switch_contact', 'propose_plan', 'hand_to_legal'"


def upgrade() -> None:
    amount = sa.Numeric(18, 4).with_variant(sa.BigInteger(), "sqlite")
    op.create_table(
        "next_steps",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("tone", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("asks", amount, nullable=False),
        sa.Column("at_risk", amount, nullable=True),
        sa.Column("days_overdue", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_next_steps_kind")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_next_steps_customer_id_customers")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_next_steps")),
    )
    op.create_index("ix_next_steps_kind_currency", "next_steps", ["kind", "currency", "at_risk"])


def downgrade() -> None:
    op.drop_table("next_steps")
