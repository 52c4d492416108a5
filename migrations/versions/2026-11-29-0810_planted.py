"""planted: test items, drafts with one fault that a reviewer must notice

Revision: b71c5e0d48f3
After: e94b0d6a2f18
"""

import sqlalchemy as sa
from alembic import op

revision = "b71c5e0d48f3"
down_revision = "e94b0d6a2f18"
branch_labels = None
depends_on = None

SWITCHES = ("sending_stopped", "figures_by_person", "baseline_seconds", "price_in", "price_out")
PLANTED = "planted_one_in"


def upgrade() -> None:
    op.create_table(
        "planted_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=32), nullable=False),
        sa.Column("payload_id", sa.Uuid(), nullable=False),
        sa.Column("planted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "fault IN ('amount', 'date', 'invoice', 'name', 'concession', 'extension')",
            name=op.f("ck_planted_items_fault"),
        ),
        sa.CheckConstraint("verdict IN ('caught', 'missed', 'withdrawn')", name=op.f("ck_planted_items_verdict")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_planted_items_review_id_reviews")),
        sa.ForeignKeyConstraint(["payload_id"], ["payloads.id"], name=op.f("fk_planted_items_payload_id_payloads")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_planted_items_decided_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planted_items")),
        sa.UniqueConstraint("review_id", name=op.f("uq_planted_items_review_id")),
    )
    op.create_index(op.f("ix_planted_items_planted_at"), "planted_items", ["planted_at"])
    _allow(*SWITCHES, PLANTED)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM switches WHERE name = :name").bindparams(name=PLANTED))
    _allow(*SWITCHES)
    op.drop_index(op.f("ix_planted_items_planted_at"), table_name="planted_items")
    op.drop_table("planted_items")


def _allow(*switches: str) -> None:
    names = ", ".join(f"'{name}'" for name in switches)
    with op.batch_alter_table("switches") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_switches_name"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_switches_name"), f"name IN ({names})")
