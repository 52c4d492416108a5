"""grants of mailboxes, and what becomes of a stored mail on its server

Revision: d4a1f0c7b352
After: 5d0c7f3e91ab
"""

import sqlalchemy as sa
from alembic import op

revision = "d4a1f0c7b352"
down_revision = "5d0c7f3e91ab"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_grants",
        sa.Column("mailbox_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_mailbox_grants_mailbox_id_mailboxes")),
        sa.PrimaryKeyConstraint("mailbox_id", name=op.f("pk_mailbox_grants")),
    )
    once_stored = sa.Enum("keep", "seen", "move", name="once_stored", native_enum=False, length=32)
    with op.batch_alter_table("mailboxes") as batch_op:
        batch_op.add_column(sa.Column("once_stored", once_stored, nullable=False, server_default="keep"))
        batch_op.create_check_constraint("once_stored", "once_stored IN ('keep', 'seen', 'move')")
        batch_op.add_column(sa.Column("move_to", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("oauth", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("folders") as batch_op:
        batch_op.add_column(sa.Column("settled_uid", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE folders SET settled_uid = last_uid")


def downgrade() -> None:
    with op.batch_alter_table("folders") as batch_op:
        batch_op.drop_column("settled_uid")
    with op.batch_alter_table("mailboxes") as batch_op:
        batch_op.drop_column("authorised_at")
        batch_op.drop_column("oauth")
        batch_op.drop_column("move_to")
        batch_op.drop_constraint(batch_op.f("ck_mailboxes_once_stored"), type_="check")
        batch_op.drop_column("once_stored")
    op.drop_table("mailbox_grants")
