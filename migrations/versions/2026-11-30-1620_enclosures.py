"""enclosures: files that go along with an answer, chosen by a person, and the task for what does not

Revision: b4e7a90d16c3
After: 5d2a8c7e1f40
"""

import sqlalchemy as sa
from alembic import op

revision = "b4e7a90d16c3"
down_revision = "5d2a8c7e1f40"
branch_labels = None
depends_on = None

TASKS = (
    "kind IN ('broken_promise', 'missed_instalment', 'dispute_due', 'call', 'letter', 'sms', 'contact_left',"
    " 'contact_bounced'{})"
)
SAID = "kind IN ('correction', 'terms', 'draft'{})"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("has_files", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("review_id", sa.Uuid(), nullable=True))
        tasks.create_foreign_key(op.f("fk_tasks_review_id_reviews"), "reviews", ["review_id"], ["id"])
        tasks.create_index(op.f("ix_tasks_review_id"), ["review_id"], unique=False)
        tasks.drop_constraint(op.f("ck_tasks_kind"), type_="check")
        tasks.create_check_constraint(op.f("ck_tasks_kind"), TASKS.format(", 'send_documents'"))
    with op.batch_alter_table("guidance") as guidance:
        guidance.drop_constraint(op.f("ck_guidance_kind"), type_="check")
        guidance.create_check_constraint(op.f("ck_guidance_kind"), SAID.format(", 'enclosures'"))


def downgrade() -> None:
    op.execute("DELETE FROM guidance WHERE kind = 'enclosures'")
    op.execute("DELETE FROM tasks WHERE kind = 'send_documents'")
    with op.batch_alter_table("guidance") as guidance:
        guidance.drop_constraint(op.f("ck_guidance_kind"), type_="check")
        guidance.create_check_constraint(op.f("ck_guidance_kind"), SAID.format(""))
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_constraint(op.f("ck_tasks_kind"), type_="check")
        tasks.create_check_constraint(op.f("ck_tasks_kind"), TASKS.format(""))
        tasks.drop_index(op.f("ix_tasks_review_id"))
        tasks.drop_constraint(op.f("fk_tasks_review_id_reviews"), type_="foreignkey")
        tasks.drop_column("review_id")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("has_files")
