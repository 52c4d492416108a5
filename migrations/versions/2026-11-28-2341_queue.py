"""queue

Revision: 1128bc809c68
After: 7e4644895961
"""

import math
from datetime import UTC

import sqlalchemy as sa
from alembic import op

from app.domain.ids import new_id

revision = "1128bc809c68"
down_revision = "7e4644895961"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_tally",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('in_work', 'pending', 'decided', 'no_answer', 'quarantined')",
            name=op.f("ck_message_tally_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_tally")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=64), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name=op.f("ck_notices_channel")),
        sa.CheckConstraint(
            "kind IN ('urgent_review', 'review_overdue', 'mailbox_failed')", name=op.f("ck_notices_kind")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "user_id", "channel", "kind", "subject", name=op.f("uq_notices_user_id_channel_kind_subject")
        ),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notices_waiting",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "notify_settings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("webhook", sa.LargeBinary(), nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notify_settings_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notify_settings")),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_views_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_views_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "search_terms",
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_search_terms_message_id_messages")),
        sa.PrimaryKeyConstraint("term", "message_id", name=op.f("pk_search_terms")),
    )
    with op.batch_alter_table("search_terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_terms_message_id"), ["message_id"], unique=False)

    op.create_table(
        "presences",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("is_replying", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_presences_review_id_reviews")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_presences_user_id_users")),
        sa.PrimaryKeyConstraint("review_id", "user_id", name=op.f("pk_presences")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_indexed", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            "ix_messages_to_index",
            ["id"],
            unique=False,
            sqlite_where=sa.text("NOT is_indexed AND reading_id IS NOT NULL"),
            postgresql_where=sa.text("NOT is_indexed AND reading_id IS NOT NULL"),
        )

    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rank", sa.Double(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("assignee_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_reviews_state_rank_id", ["state", "rank", "id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_reviews_assignee_id_users"), "users", ["assignee_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_reviews_claimed_by_users"), "users", ["claimed_by"], ["id"])

    _count_messages(op.get_bind())
    _rank_reviews(op.get_bind())


def _count_messages(connection: sa.Connection) -> None:
    counted = connection.execute(sa.text("SELECT state, count(*) FROM messages GROUP BY state")).all()
    tally = sa.table("message_tally", sa.column("id", sa.Uuid), sa.column("state"), sa.column("number"))
    for state, number in counted:
        connection.execute(tally.insert().values(id=new_id(), state=state, number=number))


def _rank_reviews(connection: sa.Connection) -> None:
    """Money and age order the reviews that are open already; a day to answer from their opening."""
    amount = sa.Numeric(18, 4).with_variant(sa.BigInteger(), "sqlite")
    reviews = sa.table(
        "reviews",
        sa.column("id", sa.Uuid),
        sa.column("state"),
        sa.column("at_stake", amount),
        sa.column("opened_at", sa.DateTime(timezone=True)),
        sa.column("rank", sa.Double),
    )
    scale = 10_000 if connection.dialect.name == "sqlite" else 1
    for review in connection.execute(sa.select(reviews).where(reviews.c.state == "pending")).all():
        opened = review.opened_at if review.opened_at.tzinfo else review.opened_at.replace(tzinfo=UTC)
        money = max(float(review.at_stake or 0) / scale, 100.0)
        rank = math.log2(money) - opened.timestamp() / 86_400
        connection.execute(reviews.update().where(reviews.c.id == review.id).values(rank=rank))


def downgrade() -> None:
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_reviews_claimed_by_users"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_reviews_assignee_id_users"), type_="foreignkey")
        batch_op.drop_index("ix_reviews_state_rank_id")
        batch_op.drop_column("claimed_until")
        batch_op.drop_column("claimed_by")
        batch_op.drop_column("snoozed_until")
        batch_op.drop_column("assignee_id")
        batch_op.drop_column("due_at")
        batch_op.drop_column("rank")

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_messages_to_index",
            sqlite_where=sa.text("NOT is_indexed AND reading_id IS NOT NULL"),
            postgresql_where=sa.text("NOT is_indexed AND reading_id IS NOT NULL"),
        )
        batch_op.drop_column("is_indexed")

    op.drop_table("presences")
    with op.batch_alter_table("search_terms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_terms_message_id"))

    op.drop_table("search_terms")
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_views_owner_id"))

    op.drop_table("saved_views")
    op.drop_table("notify_settings")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notices_waiting", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
        )

    op.drop_table("notices")
    op.drop_table("message_tally")
