"""lists of what is over begin with what ended last, and are paged as quickly as they grow

Revision: 5d2a8c7e1f40
After: 3fa07c51d9e2
"""

from alembic import op

revision = "5d2a8c7e1f40"
down_revision = "3fa07c51d9e2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_kind_ended_at", "cases", ["kind", "ended_at", "id"])
    op.create_index("ix_tasks_state_closed_at", "tasks", ["state", "closed_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_tasks_state_closed_at", "tasks")
    op.drop_index("ix_cases_kind_ended_at", "cases")
