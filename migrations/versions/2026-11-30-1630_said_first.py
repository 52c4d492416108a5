"""said first: what the first of two people said, for the second to see; and how long a mailbox's mail can be taken back

What words given before said was not kept: those on answers, outcomes and terms have to be given again.

Revision: 7d2c51e8b0f4
After: b4e7a90d16c3
"""

import sqlalchemy as sa
from alembic import op

revision = "7d2c51e8b0f4"
down_revision = "b4e7a90d16c3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assents") as assents:
        assents.add_column(sa.Column("said", sa.JSON(none_as_null=True), nullable=True))
        assents.add_column(sa.Column("words_id", sa.Uuid(), nullable=True))
        assents.create_foreign_key(op.f("fk_assents_words_id_payloads"), "payloads", ["words_id"], ["id"])
    op.create_index(op.f("ix_assents_at"), "assents", ["at"])
    op.add_column("mailboxes", sa.Column("undo_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("mailboxes", "undo_seconds")
    op.drop_index(op.f("ix_assents_at"), "assents")
    with op.batch_alter_table("assents") as assents:
        assents.drop_constraint(op.f("fk_assents_words_id_payloads"), type_="foreignkey")
        assents.drop_column("words_id")
        assents.drop_column("said")
