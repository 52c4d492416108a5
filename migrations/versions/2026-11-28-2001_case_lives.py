"""cases live on: outcomes, instalments, tasks, holds that are lifted

Revision: 4c1de0a97f25
After: 73bb9e2bef89
"""

import sqlalchemy as sa
from alembic import op

revision = "4c1de0a97f25"
down_revision = "73bb9e2bef89"
branch_labels = None
depends_on = None

AMOUNT = sa.Numeric(18, 4).with_variant(sa.BigInteger(), "sqlite")
OLD_STATES = "state IN ('proposed', 'confirmed', 'removed')"
STATES = "state IN ('proposed', 'confirmed', 'removed', 'kept', 'partly_kept', 'broken', 'withdrawn', 'resolved', 'declined')"
RESOLUTIONS = "resolution IN ('accepted', 'rejected', 'settled', 'withdrawn')"
TASK_KINDS = (
    "kind IN ('broken_promise', 'missed_instalment', 'dispute_due', 'call', 'letter', 'sms', 'contact_left', "
    "'contact_bounced')"
)


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_cases_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_cases_state"), STATES)
        batch_op.alter_column("message_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("owed", AMOUNT, nullable=True))
        batch_op.add_column(sa.Column("owed_currency", sa.CHAR(length=3), nullable=True))
        batch_op.add_column(sa.Column("earlier_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("owner_email", sa.String(length=320), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("due", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("resolution", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("outcome_amount", AMOUNT, nullable=True))
        batch_op.add_column(sa.Column("note", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("opened_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.Uuid(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_cases_resolution"), RESOLUTIONS)
        batch_op.create_foreign_key(op.f("fk_cases_earlier_id_cases"), "cases", ["earlier_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_cases_opened_by_users"), "users", ["opened_by"], ["id"])
        batch_op.create_foreign_key(op.f("fk_cases_ended_by_users"), "users", ["ended_by"], ["id"])
        batch_op.create_index("ix_cases_kind_state_id", ["kind", "state", "id"], unique=False)
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.alter_column("owner_email", existing_type=sa.String(length=320), server_default=None)

    op.create_table(
        "plan_steps",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.CheckConstraint("state IN ('due', 'paid', 'missed')", name=op.f("ck_plan_steps_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_plan_steps_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_plan_steps")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("owner_email", sa.String(length=320), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(TASK_KINDS, name=op.f("ck_tasks_kind")),
        sa.CheckConstraint("state IN ('open', 'done', 'dismissed')", name=op.f("ck_tasks_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tasks_case_id_cases")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_tasks_closed_by_users")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tasks_customer_id_customers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("key", name=op.f("uq_tasks_key")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tasks_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_tasks_customer_id_state", ["customer_id", "state"], unique=False)
        batch_op.create_index("ix_tasks_state_due", ["state", "due"], unique=False)
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("lifted_by", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_holds_lifted_by_users"), "users", ["lifted_by"], ["id"])


def downgrade() -> None:
    """Cases noted by hand cannot be told to the older version, which ties each to a mail: they go, with their tasks."""
    op.drop_table("tasks")
    op.drop_table("plan_steps")
    op.execute("UPDATE cases SET earlier_id = NULL")
    op.execute("DELETE FROM cases WHERE message_id IS NULL")
    op.execute("UPDATE cases SET state = 'removed' WHERE state NOT IN ('proposed', 'confirmed', 'removed')")
    op.execute("DELETE FROM holds WHERE lifted_at IS NOT NULL")
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_holds_lifted_by_users"), type_="foreignkey")
        batch_op.drop_column("lifted_by")
        batch_op.drop_column("lifted_at")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_cases_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_cases_state"), OLD_STATES)
        batch_op.drop_constraint(op.f("ck_cases_resolution"), type_="check")
        batch_op.drop_index("ix_cases_kind_state_id")
        batch_op.drop_constraint(op.f("fk_cases_earlier_id_cases"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_cases_opened_by_users"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_cases_ended_by_users"), type_="foreignkey")
        for name in _NEW:
            batch_op.drop_column(name)
        batch_op.alter_column("message_id", existing_type=sa.Uuid(), nullable=False)


_NEW = (
    "owed",
    "owed_currency",
    "earlier_id",
    "owner_email",
    "due",
    "resolution",
    "outcome_amount",
    "note",
    "opened_by",
    "ended_at",
    "ended_by",
)
