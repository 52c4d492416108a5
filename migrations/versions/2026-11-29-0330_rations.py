"""rations: what a model's provider was asked by all workers

Revision: a3d7c05be914
After: 5c1e8f40a2d7
"""

import sqlalchemy as sa
from alembic import op

revision = "a3d7c05be914"
down_revision = "5c1e8f40a2d7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_rations",
        sa.Column("provider", sa.String(length=255), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("requests_total", sa.BigInteger(), nullable=False),
        sa.Column("tokens_in_total", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out_total", sa.BigInteger(), nullable=False),
        sa.Column("refused_total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_model_rations")),
    )


def downgrade() -> None:
    op.drop_table("model_rations")
