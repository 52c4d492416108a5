"""what people say about a mail while its review waits

Revision: 5d0c7f3e91ab
After: 5b0c7d2e91fa
"""

import sqlalchemy as sa
from alembic import op

revision = "5d0c7f3e91ab"
down_revision = "5b0c7d2e91fa"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guidance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("payload_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('correction', 'terms', 'draft')", name=op.f("ck_guidance_kind")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_guidance_message_id_messages")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_guidance_review_id_reviews")),
        sa.ForeignKeyConstraint(["payload_id"], ["payloads.id"], name=op.f("fk_guidance_payload_id_payloads")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_guidance_created_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidance")),
    )
    op.create_index("ix_guidance_kind_id", "guidance", ["kind", "id"], unique=False)
    op.create_index("ix_guidance_message_id_kind_id", "guidance", ["message_id", "kind", "id"], unique=False)
    op.create_index(op.f("ix_guidance_review_id"), "guidance", ["review_id"], unique=False)


def downgrade() -> None:
    op.drop_table("guidance")
