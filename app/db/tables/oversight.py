"""What managers set: switches that all processes obey at once, and the versions of the policy."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Moment, words


class Switch(StrEnum):
    """Something that a manager sets for everybody while Duebox runs. Each change is a decision in the audit chain.

    The baseline is what a mail took by hand before Duebox; prices are hundredths per million tokens. One of so many
    drafts is a test item, where that is not 0.
    """

    SENDING_STOPPED = "sending_stopped"
    FIGURES_BY_PERSON = "figures_by_person"
    BASELINE_SECONDS = "baseline_seconds"
    PRICE_IN = "price_in"
    PRICE_OUT = "price_out"
    PLANTED_ONE_IN = "planted_one_in"


class SwitchRow(Base):
    """Where a switch stands: a number, or 1 for on and 0 for off. One that nobody ever moved has no row."""

    __tablename__ = "switches"

    name: Mapped[Switch] = mapped_column(words(Switch, "name"), primary_key=True)
    value: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))


class RationRow(Base):
    """What a model's provider was asked by all workers: see `app.domain.ration`; and in all, for the figures.

    `refused_total`: mails for which it was not asked, since there was nothing left of the day or the minute.
    """

    __tablename__ = "model_rations"

    provider: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    level: Mapped[float]
    at: Mapped[float]
    day: Mapped[int]
    tokens: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    requests_total: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    tokens_in_total: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    tokens_out_total: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    refused_total: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class PolicyOrigin(StrEnum):
    """A file that was read at the start, or a change of who decides, made on the page."""

    FILE = "file"
    MATRIX = "matrix"


class PolicyVersionRow(Base):
    """A version of the policy, the newest being in force. `cells` are the changes to the file's autonomy, each
    `[intent, segment, autonomy]`; `reason` is sealed under the master key."""

    __tablename__ = "policy_versions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    origin: Mapped[PolicyOrigin] = mapped_column(words(PolicyOrigin, "origin"))
    file_version: Mapped[str] = mapped_column(sa.String(64))
    file_hash: Mapped[str] = mapped_column(sa.String(64))
    cells: Mapped[list[Any]] = mapped_column(sa.JSON)
    reason: Mapped[bytes | None]
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
