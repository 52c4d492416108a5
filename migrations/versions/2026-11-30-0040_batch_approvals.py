"""batch approvals: a whole batch of reminders is approved by a job

Revision: 5c9e2a7f4b18
After: c3d90a6f71be
"""

import sqlalchemy as sa
from alembic import op

revision = "5c9e2a7f4b18"
down_revision = "c3d90a6f71be"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_batch_approvals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_reminder_batch_approvals_asked_by_users")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["reminder_batches.id"], name=op.f("fk_reminder_batch_approvals_batch_id_reminder_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_batch_approvals")),
    )
    op.create_index(op.f("ix_reminder_batch_approvals_batch_id"), "reminder_batch_approvals", ["batch_id"])
    with op.batch_alter_table("reminders") as table:
        table.add_column(sa.Column("approval_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_reminders_approval_id_reminder_batch_approvals"),
            "reminder_batch_approvals",
            ["approval_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("reminders") as table:
        table.drop_constraint(op.f("fk_reminders_approval_id_reminder_batch_approvals"), type_="foreignkey")
        table.drop_column("approval_id")
    op.drop_table("reminder_batch_approvals")
