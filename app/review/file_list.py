"""The files of an answer, as the page of its case lists them."""

import asyncio
from email import message_from_bytes
from email.policy import default as email_policy

from app.db.enclosing import enclosed_with, withheld
from app.db.uow import Uow
from app.domain.account import StoredCopy
from app.domain.enclosures import STATEMENT, WHY_NOT, Withheld, said
from app.domain.intents import Intent
from app.domain.review import OPEN, OutboxState
from app.review.enclosing import owed_at
from app.review.files import CaseFile
from app.review.item_view import FilesView, FileView


async def files_of(uow: Uow, case: CaseFile) -> FilesView:
    """What goes along, what else could, and what a colleague is to send; of an answer on its way, what it carries."""
    review, outbox = case.review, case.outbox
    if outbox is not None and outbox.state is not OutboxState.CANCELLED:
        return FilesView(await _carried(uow, case) if outbox.has_files else ())
    enclosed = await enclosed_with(uow, review, case.draft)
    is_asked = any(finding.intent is Intent.DOCUMENT_REQUEST for finding in case.proposal.intents)
    if review.state not in OPEN:
        return FilesView()
    if review.customer_id is None:
        return FilesView(withheld=WHY_NOT[Withheld.UNKNOWN_CUSTOMER] if is_asked else "")
    on_file = {copy.id: copy for copy in await uow.documents.on_file(review.customer_id)}
    account = await uow.ledger.account(review.customer_id)
    copies = [on_file[one] for one in enclosed.copies if one in on_file]
    numbers = tuple(dict.fromkeys(copy.number for copy in copies))
    why = await withheld(uow, review, case.read)
    is_behind = await uow.guidance.is_draft_behind(case.review)
    owed = owed_at(case.proposal, case.draft, enclosed, numbers, is_behind=is_behind)
    statement = (FileView(STATEMENT, kind=STATEMENT),) if enclosed.has_statement else ()
    others = () if why else tuple(_line(copy) for copy in on_file.values() if copy.id not in enclosed.copies)
    return FilesView(
        enclosed=(*map(_line, copies), *statement),
        others=others,
        can_be_stated=not why and not enclosed.has_statement and account is not None and account.can_be_stated,
        withheld=WHY_NOT[why] if why and (enclosed or is_asked) else "",
        owed=said(owed) if owed else "",
    )


def _line(copy: StoredCopy) -> FileView:
    return FileView(str(copy.id), copy.name, copy.size, copy.number)


async def _carried(uow: Uow, case: CaseFile) -> tuple[FileView, ...]:
    """Read back from the very bytes that leave."""
    assert case.outbox is not None  # noqa: S101  # asked above
    return await asyncio.to_thread(_files_in, await uow.words.get(case.outbox.raw_id))


def _files_in(raw: bytes) -> tuple[FileView, ...]:
    parts = message_from_bytes(raw, policy=email_policy).iter_attachments()
    return tuple(FileView("", part.get_filename() or "", len(part.get_payload(decode=True) or b"")) for part in parts)
