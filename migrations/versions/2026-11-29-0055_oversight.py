"""oversight: switches, versions of the policy, portfolios, scopes of tokens

Revision: 5c1e8f40a2d7
After: 5e1c0a9d7b32
"""

import sqlalchemy as sa
from alembic import op

revision = "5c1e8f40a2d7"
down_revision = "5e1c0a9d7b32"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "switches",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "name IN ('sending_stopped', 'figures_by_person', 'baseline_seconds', 'price_in', 'price_out')",
            name=op.f("ck_switches_name"),
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_switches_changed_by_users")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("file_version", sa.String(length=64), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("origin IN ('file', 'matrix')", name=op.f("ck_policy_versions_origin")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_policy_versions_made_by_users")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("id", name=op.f("uq_policy_versions_id")),
    )
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("portfolio", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("api_tokens") as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=120), server_default="", nullable=False))
        batch_op.add_column(sa.Column("scopes", sa.JSON(), server_default='["read", "write"]', nullable=False))
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("audit_entries") as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_chain_kind_seq"), ["chain", "kind", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_chain_actor_seq"), ["chain", "actor", "seq"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("audit_entries") as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_chain_actor_seq"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_chain_kind_seq"))
    with op.batch_alter_table("api_tokens") as batch_op:
        batch_op.drop_column("expires_at")
        batch_op.drop_column("scopes")
        batch_op.drop_column("name")
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("portfolio")
    op.drop_table("policy_versions")
    op.drop_table("switches")
