"""talks: tasks in which a person finds another contact, proposes a plan, or decides about legal steps

Revision: 8d4f1b6a0c72
After: 7d2c51e8b0f4
"""

from alembic import op

revision = "8d4f1b6a0c72"
down_revision = "7d2c51e8b0f4"
branch_labels = None
depends_on = None

KINDS = (
    "broken_promise",
    "missed_instalment",
    "dispute_due",
    "call",
    "letter",
    "sms",
    "contact_left",
    "contact_bounced",
    "send_documents",
)
TALKS = ("switch_contact", "propose_plan", "hand_to_legal")


def upgrade() -> None:
    _allow(*KINDS, *TALKS)


def downgrade() -> None:
    """The older version has no word for these: they become calls."""
    op.execute(f"UPDATE tasks SET kind = 'call' WHERE kind IN ({_listed(TALKS)})")  # noqa: S608  # our own words
    _allow(*KINDS)


def _allow(*kinds: str) -> None:
    with op.batch_alter_table("tasks") as table:
        table.drop_constraint(table.f("ck_tasks_kind"), type_="check")
        table.create_check_constraint(table.f("ck_tasks_kind"), f"kind IN ({_listed(kinds)})")


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)
