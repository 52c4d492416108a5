"""smtp of mailboxes: a submission server of their own

Revision: 5c1f7a9e2d84
After: 8a41f0c7e935
"""

import sqlalchemy as sa
from alembic import op

revision = "5c1f7a9e2d84"
down_revision = "8a41f0c7e935"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("smtp_host", sa.String(255), server_default="", nullable=False),
        sa.Column("smtp_port", sa.Integer(), server_default="0", nullable=False),
        sa.Column("smtp_security", sa.String(16), server_default="", nullable=False),
        sa.Column("smtp_username", sa.String(320), server_default="", nullable=False),
        sa.Column("smtp_secret", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("mailboxes", column)


def downgrade() -> None:
    for name in ("smtp_secret", "smtp_username", "smtp_security", "smtp_port", "smtp_host"):
        op.drop_column("mailboxes", name)
