"""figures

Revision: c2a94e61d7b0
After: b20f5c1d9e77
"""

import sqlalchemy as sa
from alembic import op

from app.db.base import Amount

revision = "c2a94e61d7b0"
down_revision = "b20f5c1d9e77"
branch_labels = None
depends_on = None
NAMES = (
    "not_due",
    "late_1_30",
    "late_31_60",
    "late_61_90",
    "late_over_90",
    "credits",
    "sales",
    "sales_month",
    "due_week",
    "promise_due",
    "promise_ended",
    "disputed",
    "dispute_age",
)


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("company", sa.String(length=64), nullable=False),
        sa.Column("segment", sa.String(length=32), nullable=False),
        sa.Column("owner_email", sa.String(length=320), nullable=False),
        sa.Column("detail", sa.String(length=32), nullable=False),
        sa.Column("value", Amount(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            f"name IN ({', '.join(f'{name!r}' for name in NAMES)})",
            name=op.f("ck_figures_name"),
        ),
        sa.PrimaryKeyConstraint(
            "day", "name", "currency", "company", "segment", "owner_email", "detail", name=op.f("pk_figures")
        ),
    )
    op.create_table(
        "balances",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("company", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("segment", sa.String(length=32), nullable=False),
        sa.Column("owner_email", sa.String(length=320), nullable=False),
        sa.Column("outstanding", Amount(), nullable=False),
        sa.Column("overdue", Amount(), nullable=False),
        sa.Column("oldest_due", sa.Date(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_balances_customer_id_customers")),
        sa.PrimaryKeyConstraint("customer_id", "company", "currency", name=op.f("pk_balances")),
    )
    with op.batch_alter_table("balances", schema=None) as batch_op:
        batch_op.create_index(
            "ix_balances_currency_overdue", ["currency", "overdue", "customer_id", "company"], unique=False
        )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index("ix_reviews_decided_by_decided_at", ["decided_by", "decided_at"], unique=False)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_customer_id_id", ["customer_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_customer_id_id")
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_index("ix_reviews_decided_by_decided_at")
    op.drop_table("balances")
    op.drop_table("figures")
