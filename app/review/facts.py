"""What a mail means, value by value, each leading to the passage that it was read from."""

from app.db.uow import Uow
from app.domain.intents import Intent
from app.domain.money import Money
from app.domain.proposal import IntentFinding, Proposal
from app.review.files import CaseFile
from app.review.item_view import Chip, FactView
from app.review.ledger_panel import amount

CASE_OF = {
    Intent.PAYMENT_PROMISE: "promise",
    Intent.DISPUTE: "dispute",
    Intent.EXTENSION_REQUEST: "extension",
    Intent.HARDSHIP: "hardship",
}


async def facts(uow: Uow, case: CaseFile) -> tuple[FactView, ...]:
    rows = await uow.cases.of_message(case.message.id, case.saved.run)
    cases = {("promise" if row.earlier_id else row.kind.value): row for row in rows}
    views = []
    for number, finding in enumerate(case.proposal.intents, start=1):
        opened = cases.get(CASE_OF.get(finding.intent, ""))
        view = FactView(
            number=number,
            intent=finding.intent.value,
            confidence=finding.confidence,
            chips=_chips(finding, case.proposal, number),
            evidence=number if finding.evidence else None,
            case_state=opened.state.value if opened else "",
            case_id=str(opened.id) if opened else "",
        )
        views.append(view)
    return tuple(views)


def _chips(finding: IntentFinding, proposal: Proposal, number: int) -> tuple[Chip, ...]:
    """The values that belong to one intent, each leading to the intent's passage."""
    facts, chips = proposal.facts, list[Chip]()
    at = number if finding.evidence else None
    match finding.intent:
        case Intent.PAYMENT_PROMISE if facts.promise is not None:
            promise = facts.promise
            if promise.amount is not None and promise.currency:
                chips.append(Chip("amount", amount=amount(Money(promise.amount, promise.currency)), evidence=at))
            if promise.day is not None:
                chips.append(Chip("date", day=promise.day, evidence=at))
        case Intent.EXTENSION_REQUEST if facts.extension is not None:
            if facts.extension.kind is not None:
                chips.append(Chip("extension_kind", text=facts.extension.kind.value, evidence=at))
            if facts.extension.until is not None:
                chips.append(Chip("until", day=facts.extension.until, evidence=at))
        case Intent.DISPUTE if facts.dispute is not None:
            chips.append(Chip("dispute_reason", text=facts.dispute.reason.value, evidence=at))
        case Intent.CONTACT_UPDATE if facts.contact is not None:
            contact = " ".join(word for word in (facts.contact.name, facts.contact.email) if word)
            chips.append(Chip("contact", text=contact, evidence=at))
        case Intent.AUTOMATIC_REPLY if facts.return_date is not None:
            chips.append(Chip("return_date", day=facts.return_date, evidence=at))
        case _:
            pass
    chips.extend(Chip("invoice", text=number_, evidence=at) for number_ in finding.invoices)
    return tuple(chips)
