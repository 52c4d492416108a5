"""persons_steps: what the plan of reminders asked people for, beside the tasks that it opened

The tasks that it opened before say in their keys what they were for; it is told from there.

Revision: 7c2e91b4d0a6
After: 5e0c9d27ab41
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "7c2e91b4d0a6"
down_revision = "5e0c9d27ab41"
branch_labels = None
depends_on = None

OF_THE_PLAN = "reminder:"
CONTACTS = ("due", "formal_needs_person", "strategic_account")
"""Reasons with which a customer is contacted."""

tasks = sa.table(
    "tasks",
    sa.column("id", sa.Uuid()),
    sa.column("key", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("customer_id", sa.String()),
)


def upgrade() -> None:
    steps = op.create_table(
        "persons_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("company", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(18, 4).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("invoices", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("tone", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("paid_after", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.CheckConstraint("answer IN ('dispute', 'promise', 'mail', 'silence')", name=op.f("ck_persons_steps_answer")),
        sa.ForeignKeyConstraint(["id"], ["tasks.id"], name=op.f("fk_persons_steps_id_tasks")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_persons_steps_customer_id_customers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons_steps")),
    )
    op.create_index("ix_persons_steps_customer_id", "persons_steps", ["customer_id"])
    op.create_index("ix_persons_steps_sent_on", "persons_steps", ["sent_on"])
    found = op.get_bind().execute(sa.select(tasks).where(tasks.c.key.like(f"{OF_THE_PLAN}%")))
    rows = [row for task in found if (row := _step(task)) is not None]
    if rows:
        op.bulk_insert(steps, rows)


def downgrade() -> None:
    op.drop_table("persons_steps")


def _step(task: Any) -> dict[str, Any] | None:
    """The key is "reminder:" and customer, company, currency, stage and reason, with colons between."""
    about = task.key.removeprefix(f"{OF_THE_PLAN}{task.customer_id}:").rsplit(":", 3)
    if len(about) != 4:  # noqa: PLR2004  # one by a newer worker
        return None
    company, currency, stage, reason = about
    channel = "email" if (reason, task.kind) == ("strategic_account", "call") else task.kind
    return {
        "id": task.id,
        "customer_id": task.customer_id,
        "company": company,
        "currency": currency,
        "amount": 0,
        "invoices": [],
        "stage": "" if stage == "None" else stage,
        "tone": "",
        "channel": channel if reason in CONTACTS else None,
        "language": "",
        "workflow": "",
    }
