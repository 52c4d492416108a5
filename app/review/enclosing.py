"""The files of an answer, at the moment of its approval and on its page.

    chosen by a person, else by the draft ─▶ may this writer have them? ─▶ opened, named, typed ─▶ the answer's bytes

They are opened before the transaction of the approval: whatever changes them meanwhile raises the review's version, and
the approval of the version before fails.
"""

import asyncio
from dataclasses import dataclass

from app.db.enclosing import enclosed_with, withheld
from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.account import StoredCopy
from app.domain.enclosures import NOTHING, WHY_NOT, Enclosed, Owed, Withheld, check_fits, owed_of, safe_name
from app.domain.errors import Invalid
from app.domain.intents import Intent
from app.domain.policy import Policy
from app.domain.proposal import Draft, Proposal
from app.domain.review import OPEN
from app.reading.outgoing.enclosing import Attached, type_of
from app.review.files import CaseFile, open_case
from app.review.statement import statement_brief, statement_file


@dataclass(frozen=True, slots=True)
class Ready:
    """Files to be fixed with an answer. `numbers` are the invoices of which they are copies. `refusal`: why they may
    not go, to be raised by whoever approves."""

    attachments: tuple[Attached, ...] = ()
    numbers: tuple[str, ...] = ()
    enclosed: Enclosed = NOTHING
    refusal: Invalid | None = None


NO_FILES = Ready()


async def ready(uow: Uow, review: ReviewRow, policy: Policy, *, in_own_words: bool) -> Ready:
    """The files of an answer that is about to be approved. `in_own_words`: a person wrote it, and not the draft.

    Raises NotFound.
    """
    if review.state not in OPEN:
        return NO_FILES
    case = await open_case(uow, review.id)
    enclosed = await enclosed_with(uow, review, case.draft)
    try:
        if case.draft is not None and case.draft.enclosed != enclosed and not in_own_words:
            raise Invalid("the draft names other files than go along: draft it again, or write it yourself")
        return await _opened(uow, case, enclosed, policy) if enclosed else NO_FILES
    except Invalid as refusal:
        return Ready(refusal=refusal)


async def _opened(uow: Uow, case: CaseFile, enclosed: Enclosed, policy: Policy) -> Ready:
    customer_id = case.review.customer_id
    why = await withheld(uow, case.review, case.read)
    if why is not None or customer_id is None:
        raise Invalid("{why}: remove the files", why=WHY_NOT[why or Withheld.UNKNOWN_CUSTOMER])
    found = await uow.documents.opened_of(customer_id, enclosed.copies)
    if len(found) < len(enclosed.copies):
        raise Invalid("a file that was chosen is not on file any more: choose again")
    files = [as_file(copy, content) for copy, content in found]
    if enclosed.has_statement:
        statement = await statement_of(uow, case, policy)
        if statement is None:
            raise Invalid("the ledger allows of no plain statement of account now: remove it")
        files.append(statement)
    check_fits([len(one.content) for one in files])
    return Ready(tuple(files), tuple(dict.fromkeys(copy.number for copy, _ in found)), enclosed)


async def statement_of(uow: Uow, case: CaseFile, policy: Policy) -> Attached | None:
    """The statement of account as it would go along now; None where none can be made."""
    if case.review.customer_id is None:
        return None
    team = (await uow.mailboxes.get(case.message.mailbox_id)).team
    language = case.draft.language if case.draft else case.proposal.language
    today = uow.clock().date()
    brief = await statement_brief(uow, case.review.customer_id, policy, team=team, language=language, today=today)
    return await asyncio.to_thread(statement_file, brief) if brief else None


def as_file(copy: StoredCopy, content: bytes) -> Attached:
    """A stored copy as it leaves: its type and its extension are what its content is."""
    media_type, extension = type_of(content)
    return Attached(safe_name(copy.name, extension), media_type, content)


def owed_at(
    proposal: Proposal, draft: Draft | None, enclosed: Enclosed, numbers: tuple[str, ...], *, is_behind: bool
) -> Owed | None:
    """What the mail asks for and the answer does not carry: as its draft says, unless the files are others by now, or
    the draft is behind what was put right. `numbers` are the invoices of which copies go along."""
    is_told = draft is not None and not is_behind and bool(draft.owed or draft.enclosed)
    if draft is not None and is_told and draft.enclosed == enclosed:
        return draft.owed
    asked = next((finding for finding in proposal.intents if finding.intent is Intent.DOCUMENT_REQUEST), None)
    kind = draft.owed.kind if draft is not None and draft.owed is not None else None
    return owed_of(kind, asked.invoices, numbers, enclosed) if asked is not None else None
