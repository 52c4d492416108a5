"""audit tiles: roots of a thousand entries each, so that the tree over a chain is quickly made

Revision: 7ab2f40c9d15
After: 5c9e2a7f4b18
"""

import sqlalchemy as sa
from alembic import op

revision = "7ab2f40c9d15"
down_revision = "5c9e2a7f4b18"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_tiles",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.CHAR(length=64), nullable=False),
        sa.CheckConstraint("chain IN ('decisions', 'access')", name=op.f("ck_audit_tiles_chain")),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_audit_tiles")),
    )


def downgrade() -> None:
    op.drop_table("audit_tiles")
