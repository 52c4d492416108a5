"""own keys: who issued a token, and who last set a password in its owner's place

Tokens that were issued before count as their owner's: who issued them was not kept.

Revision: 3fa07c51d9e2
After: 91e4b7d20c5a
"""

import sqlalchemy as sa
from alembic import op

revision = "3fa07c51d9e2"
down_revision = "6c0d8e5f3b17"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("issued_by", sa.Uuid(), nullable=True))
    op.add_column("users", sa.Column("password_set_by", sa.Uuid(), nullable=True))
    op.add_column("users", sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "password_set_at")
    op.drop_column("users", "password_set_by")
    op.drop_column("api_tokens", "issued_by")
