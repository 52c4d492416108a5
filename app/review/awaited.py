"""An answer above a sum of the policy takes two people (`app/domain/four_eyes.py`): the first one's text is kept, and
is what the second one sees and approves. A newer mail, another draft, a change of the ledger, a corrected fact, decided
terms or other cases to be confirmed make it another answer.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from app.db.enclosing import enclosed_with
from app.db.repositories.four_eyes import Deed, FirstWord, content_hash, first_words, missing_second
from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.errors import Invalid, SecondPersonNeeded
from app.domain.four_eyes import Guarded, SecondPersonRule, rule_for
from app.domain.money import Money
from app.domain.people import SignedIn
from app.domain.policy import Policy
from app.domain.proposal import Draft
from app.domain.review import OPEN, ReviewState
from app.domain.wire import PROPOSAL, load
from app.reading.differences import changes
from app.reading.trust.ibans import check_ours
from app.review.enclosing import Ready
from app.review.item_view import Awaited, ChangedText
from app.review.reply import Reply, check_may_write
from app.review.stakes import stakes_of


async def missing_for_answer(
    uow: Uow,
    policy: Policy,
    review_id: UUID,
    *,
    version: int,
    by: SignedIn,
    edited: Reply | None,
    files: Ready,
    removed: Collection[UUID] = (),
) -> SecondPersonNeeded | None:
    """Whether the sum at stake wants a second person's approval of this very answer. Nobody's word is noted for one
    that may not leave: raises NotAllowed or Invalid, or leaves it to the approval to say what is wrong with the files.
    """
    review = await uow.reviews.get(review_id)
    stakes = await stakes_of(uow, review)
    draft = await draft_of(uow, review)
    text = edited or draft
    if review.version != version or review.state not in OPEN or not stakes or text is None or files.refusal:
        return None
    check_may_write(review, by)
    if edited is None:
        await check_not_behind(uow, review)
        check_ours(text.subject, text.body, policy.accounts)
    left_out = sorted(map(str, removed))
    said = {**(edited.as_json() if edited else {}), **({"removed": left_out} if left_out else {})}
    content = await _content(uow, review, draft, text.subject, text.body, left_out)
    deed = Deed(Guarded.ANSWER, review_id, content, said or None, review.conversation_id)
    missing = await missing_second(uow, policy.second_person, deed, amount=_sum(stakes), by=by)
    if missing is not None and review.claimed_by == by.id:
        uow.reviews.claim(review, None, until=None)  # it is free for the second person
    return missing


async def check_not_behind(uow: Uow, review: ReviewRow) -> None:
    """Before a draft is approved as it is. Raises Invalid."""
    if await uow.guidance.is_draft_behind(review):
        raise Invalid(
            "the draft does not carry the decided terms or corrected facts: draft it again, or write it yourself"
        )


async def awaited(
    uow: Uow, review: ReviewRow, rules: Iterable[SecondPersonRule], *, reader: UUID | None
) -> Awaited | None:
    """The answer that waits for a second person, the last one where people said several."""
    stakes = await stakes_of(uow, review)
    rule = rule_for(rules, Guarded.ANSWER, _sum(stakes)) if stakes else None
    if rule is None or review.state is not ReviewState.PENDING:
        return None
    draft = await draft_of(uow, review)
    given = (await first_words(uow, [review.id])).get(review.id, [])
    words = [word for word in given if await _is_of_now(uow, review, word, draft)]
    if not words:
        return None
    newest = words[0]
    same = [word for word in words if word.content == newest.content]
    said = newest.said
    is_edited = "subject" in said
    return Awaited(
        names=tuple(word.name for word in same),
        is_mine=any(word.by == reader for word in same),
        wants_senior=rule.senior and not any(word.is_senior for word in same),
        subject=said.get("subject", ""),
        body=said.get("body", ""),
        changed=ChangedText(newest.name, changes(draft.subject, said["subject"]), changes(draft.body, said["body"]))
        if is_edited and draft
        else None,
        removed=tuple(said.get("removed", ())),
    )


async def _is_of_now(uow: Uow, review: ReviewRow, word: FirstWord, draft: Draft | None) -> bool:
    """Whether a second person can still say the very same."""
    removed = word.said.get("removed", ())
    if "subject" in word.said:
        content = await _content(uow, review, draft, word.said["subject"], word.said["body"], removed)
    elif draft is not None:
        content = await _content(uow, review, draft, draft.subject, draft.body, removed)
    else:
        return False
    return word.content == content_hash(uow, Guarded.ANSWER, content)


async def _content(
    uow: Uow, review: ReviewRow, draft: Draft | None, subject: str, body: str, removed: Collection[str]
) -> str:
    """Text, files and cases that are not confirmed, in answer to what had come by then, as the ledger stood and the
    mail was read. A statement is made anew each day."""
    conversation = await uow.messages.conversation(review.conversation_id)
    enclosed = await enclosed_with(uow, review, draft)
    on_file = await uow.documents.on_file(review.customer_id) if enclosed.copies and review.customer_id else ()
    copies = [copy.sha256 for copy in on_file if copy.id in enclosed.copies]
    known = await uow.ledger.version(review.customer_id) if review.customer_id else None
    settled = await uow.guidance.settled(review)
    return "\x1e".join(
        map(str, [conversation.version, known, settled, subject, body, copies, enclosed.has_statement, *removed])
    )


async def draft_of(uow: Uow, review: ReviewRow) -> Draft | None:
    """The true one in force."""
    redrafted = await uow.guidance.draft(review.id)
    if redrafted is not None:
        return redrafted
    proposal = load(PROPOSAL, await uow.words.get((await uow.reviews.proposal(review)).payload_id))
    return proposal.draft


def _sum(stakes: tuple[Money, ...]) -> Money | None:
    """Several cannot be told."""
    return stakes[0] if len(stakes) == 1 else None
