"""assents: the first of two people's words for an action above a limit, and who made whose account

Revision: 8b41d7e09f35
After: 9d27e5f3a810
"""

import sqlalchemy as sa
from alembic import op

revision = "8b41d7e09f35"
down_revision = "9d27e5f3a810"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("created_by", sa.Uuid(), nullable=True))
    op.create_table(
        "assents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action IN ('answer', 'grant_terms', 'resolve_dispute', 'remind')", name=op.f("ck_assents_action")
        ),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_assents_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assents")),
    )
    op.create_index(op.f("ix_assents_subject_id"), "assents", ["subject_id"])


def downgrade() -> None:
    op.drop_table("assents")
    op.drop_column("users", "created_by")
