"""audit entries stand: the database itself refuses to change them or to take them away

On PostgreSQL the trigger fires in every session, also one of replication, which others can be told not to. On SQLite a
REPLACE takes the old row away without a word, so it is refused where it begins. Whoever owns the database can drop a
trigger; the chain tells then. A later migration that has SQLite make the table anew must make these again.

Revision: c3d90a6f71be
After: 5c1f7a9e2d84
"""

from alembic import op

revision = "c3d90a6f71be"
down_revision = "5c1f7a9e2d84"
branch_labels = None
depends_on = None

REFUSAL = "audit entries are never changed and never taken away"

POSTGRESQL = (
    f"""
    CREATE FUNCTION audit_entries_stand() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER audit_entries_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stand()
    """,
    "ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_stand",
)
SQLITE = (
    f"""
    CREATE TRIGGER audit_entries_stand_update BEFORE UPDATE ON audit_entries
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER audit_entries_stand_delete BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER audit_entries_stand_replace BEFORE INSERT ON audit_entries
    WHEN EXISTS (SELECT 1 FROM audit_entries WHERE chain = NEW.chain AND seq = NEW.seq)
      OR EXISTS (SELECT 1 FROM audit_entries WHERE chain = NEW.chain AND previous = NEW.previous)
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,  # noqa: S608  # no value comes from outside
)


def upgrade() -> None:
    for statement in POSTGRESQL if _is_postgresql() else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if _is_postgresql():
        op.execute("DROP TRIGGER audit_entries_stand ON audit_entries")
        op.execute("DROP FUNCTION audit_entries_stand()")
        return
    for what in ("update", "delete", "replace"):
        op.execute(f"DROP TRIGGER audit_entries_stand_{what}")


def _is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"
