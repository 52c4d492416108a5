"""What pages about the whole ledger read instead of the ledger: sums rolled up after each import and daily."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Amount, Base, words
from app.domain.next_action import ActionKind
from app.domain.receivables import FigureName


class FigureRow(Base):
    """One sum of one day. `detail` is a month or week (ISO day), a dispute's reason or age, or a promise's state or
    day."""

    __tablename__ = "figures"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[FigureName] = mapped_column(words(FigureName, "name"), primary_key=True)
    currency: Mapped[str] = mapped_column(sa.CHAR(3), primary_key=True)
    company: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    segment: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    owner_email: Mapped[str] = mapped_column(sa.String(320), primary_key=True)
    detail: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default="")
    value: Mapped[Decimal] = mapped_column(Amount)
    count: Mapped[int]


class NextStepRow(Base):
    """What to do next about one customer with something open, as of the day on which it was worked out.

    `because` is a kept sentence. `asks`: what the plan of that day is about, `at_risk`: the value at risk, both in
    `currency`; a natural person has none, whom nobody may score. `place` is its place in the list, from 1 on, so that a
    page of a long list is found as quickly as one of a short."""

    __tablename__ = "next_steps"
    __table_args__ = (
        sa.Index("ix_next_steps_kind_currency", "kind", "currency", "at_risk"),
        sa.Index("ix_next_steps_place", "place"),
        sa.Index("ix_next_steps_kind_place", "kind", "place"),
    )

    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"), primary_key=True)
    day: Mapped[date]
    kind: Mapped[ActionKind] = mapped_column(words(ActionKind, "kind"))
    stage: Mapped[str] = mapped_column(sa.String(16))
    tone: Mapped[str] = mapped_column(sa.String(16))
    rule: Mapped[str] = mapped_column(sa.String(64))
    because: Mapped[str] = mapped_column(sa.Text)
    currency: Mapped[str] = mapped_column(sa.CHAR(3))
    asks: Mapped[Decimal] = mapped_column(Amount)
    at_risk: Mapped[Decimal | None] = mapped_column(Amount)
    days_overdue: Mapped[int]
    place: Mapped[int] = mapped_column(default=0, server_default="0")


class BalanceRow(Base):
    """What one customer owes one company in one currency, so that lists sort by it without adding up the ledger."""

    __tablename__ = "balances"
    __table_args__ = (sa.Index("ix_balances_currency_overdue", "currency", "overdue", "customer_id", "company"),)

    customer_id: Mapped[str] = mapped_column(sa.ForeignKey("customers.id"), primary_key=True)
    company: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    currency: Mapped[str] = mapped_column(sa.CHAR(3), primary_key=True)
    segment: Mapped[str] = mapped_column(sa.String(32))
    owner_email: Mapped[str] = mapped_column(sa.String(320))
    outstanding: Mapped[Decimal] = mapped_column(Amount)
    overdue: Mapped[Decimal] = mapped_column(Amount)
    oldest_due: Mapped[date | None]
    items: Mapped[int]
