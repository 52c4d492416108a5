"""What people say about a mail while its review waits."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Moment, words
from app.domain.directions import GuidanceKind


class GuidanceRow(Base):
    """One thing said, sealed in its payload; of each kind the newest holds. Rows are only added. `calls`: what models
    were asked for a draft, as in a proposal."""

    __tablename__ = "guidance"
    __table_args__ = (
        sa.Index("ix_guidance_message_id_kind_id", "message_id", "kind", "id"),
        sa.Index("ix_guidance_kind_id", "kind", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[GuidanceKind] = mapped_column(words(GuidanceKind, "kind"))
    message_id: Mapped[UUID] = mapped_column(sa.ForeignKey("messages.id"))
    review_id: Mapped[UUID] = mapped_column(sa.ForeignKey("reviews.id"), index=True)
    payload_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payloads.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("users.id"))
    calls: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON(none_as_null=True))
