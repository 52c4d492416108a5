"""What goes along with the answer, and what is left for a colleague to send. Code chooses, and no model: the documents
that the mail plainly asks for and that are there, or exactly those that a person chose."""

from dataclasses import replace

from agents.triage.brief import TopicFacts
from app.domain.account import Account
from app.domain.enclosures import NOTHING, DocumentKind, Enclosed, Owed, fitting, owed_of


def enclosed_in(asked: TopicFacts | None, account: Account, chosen: Enclosed | None) -> Enclosed:
    """`asked`: what the mail says of documents; None where it asks for none. `account` is one whose writer is verified.
    Whatever is named, only what this account has on file is enclosed."""
    if chosen is not None:
        here = {copy.id for copy in account.copies}
        copies = tuple(one for one in chosen.copies if one in here)
        return Enclosed(copies, chosen.has_statement and account.can_be_stated)
    if asked is None:
        return NOTHING
    if asked.document is DocumentKind.STATEMENT:
        return Enclosed(has_statement=account.can_be_stated)
    if asked.document is not DocumentKind.INVOICE_COPY:
        return NOTHING
    wanted = [copy for number in asked.invoices for copy in account.copies if copy.number == number]
    return Enclosed(tuple(copy.id for copy in fitting(wanted)))


def with_enclosures(topic: TopicFacts, account: Account, enclosed: Enclosed) -> TopicFacts:
    """The paragraph's facts: which invoices' copies go along, and what a colleague sends."""
    copied = copied_in(account, enclosed)
    owed = owed_of(topic.document, topic.invoices, copied, enclosed)
    return replace(
        topic,
        copied=copied,
        has_statement=enclosed.has_statement,
        is_owed=owed is not None,
        owed=owed.invoices if owed else (),
    )


def owed_by(topic: TopicFacts | None) -> Owed | None:
    return Owed(topic.document, topic.owed) if topic is not None and topic.is_owed else None


def copied_in(account: Account, enclosed: Enclosed) -> tuple[str, ...]:
    """The invoices of which a copy goes along, in the order of the files."""
    numbers = {copy.id: copy.number for copy in account.copies}
    return tuple(dict.fromkeys(numbers[one] for one in enclosed.copies))
