"""ordered_notices: who ordered a formal notice, when, and what it said

Revision: 8a41f0c7e935
After: 8b41d7e09f35
"""

import sqlalchemy as sa
from alembic import op

revision = "8a41f0c7e935"
down_revision = "8b41d7e09f35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("persons_steps") as steps:
        steps.add_column(sa.Column("ordered_by", sa.Uuid(), nullable=True))
        steps.add_column(sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True))
        steps.add_column(sa.Column("letter", sa.LargeBinary(), nullable=True))
        steps.create_foreign_key(op.f("fk_persons_steps_ordered_by_users"), "users", ["ordered_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("persons_steps") as steps:
        steps.drop_constraint(op.f("fk_persons_steps_ordered_by_users"), type_="foreignkey")
        steps.drop_column("letter")
        steps.drop_column("ordered_at")
        steps.drop_column("ordered_by")
