"""learning

Revision: 5b0c7d2e91fa
After: 1128bc809c68
"""

import sqlalchemy as sa
from alembic import op

revision = "5b0c7d2e91fa"
down_revision = "1128bc809c68"
branch_labels = None
depends_on = None

OLD_STATES = "state IN ('drafted', 'approved', 'void', 'skipped', 'superseded')"
STATES = "state IN ('drafted', 'approved', 'void', 'skipped', 'rejected', 'superseded')"
FIGURES = (
    "'not_due', 'late_1_30', 'late_31_60', 'late_61_90', 'late_over_90', 'credits', 'sales', 'sales_month', "
    "'due_week', 'promise_due', 'promise_ended', 'disputed', 'dispute_age'"
)
NEW_FIGURES = "'cash_expected', 'cash_spread', 'cash_by_due', 'reminded', 'reminded_paid'"


def upgrade() -> None:
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("workflow", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("experiment", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_automatic", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("sent_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("paid_after", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answer", sa.String(length=32), nullable=True))
        batch_op.create_index("ix_reminders_sent_on", ["sent_on"], unique=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_reminders_answer"), "answer IN ('dispute', 'promise', 'mail', 'silence')"
        )
        batch_op.drop_constraint(batch_op.f("ck_reminders_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_reminders_state"), STATES)
    _restrict_figures(f"{FIGURES}, {NEW_FIGURES}")


def downgrade() -> None:
    op.execute("DELETE FROM figures WHERE name LIKE 'cash_%' OR name LIKE 'reminded%'")
    _restrict_figures(FIGURES)
    op.execute("UPDATE reminders SET state = 'skipped' WHERE state = 'rejected'")
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_reminders_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_reminders_state"), OLD_STATES)
        batch_op.drop_constraint(batch_op.f("ck_reminders_answer"), type_="check")
        batch_op.drop_index("ix_reminders_sent_on")
        for column in ("answer", "paid_after", "sent_on", "is_automatic", "experiment", "workflow"):
            batch_op.drop_column(column)


def _restrict_figures(names: str) -> None:
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_figures_name"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_figures_name"), f"name IN ({names})")
