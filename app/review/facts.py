"""What a mail means, value by value, each leading to where the mail says it, else to the passage of its intent."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from app.db.uow import Uow
from app.domain.amending import text_of
from app.domain.directions import Amended, FactField
from app.domain.intents import Intent
from app.domain.money import Money
from app.review.fact_view import Chip, FactView
from app.review.files import CaseFile
from app.review.ledger_panel import amount
from app.review.values import Value, values_of

CASE_OF = {
    Intent.PAYMENT_PROMISE: "promise",
    Intent.DISPUTE: "dispute",
    Intent.EXTENSION_REQUEST: "extension",
    Intent.HARDSHIP: "hardship",
}

KIND_OF = {
    FactField.PROMISE_DAY: "date",
    FactField.PROMISE_SUM: "amount",
    FactField.CONTACT_NAME: "contact",
    FactField.CONTACT_EMAIL: "contact",
}
"""Where a chip is shown by another word than its field's."""


async def facts(uow: Uow, case: CaseFile) -> tuple[FactView, ...]:
    rows = await uow.cases.of_message(case.message.id, case.saved.run)
    cases = {("promise" if row.earlier_id else row.kind.value): row for row in rows}
    said = (await uow.guidance.directions(case.message.id)).correction
    names = await uow.users.names()
    values, views = values_of(case.proposal), []
    for number, finding in enumerate(case.proposal.intents, start=1):
        opened = cases.get(CASE_OF.get(finding.intent, ""))
        view = FactView(
            number=number,
            intent=finding.intent.value,
            confidence=finding.confidence,
            chips=tuple(
                _chip(value, finding.intent, place, said.amended if said else (), names)
                for place, value in enumerate(values)
                if value.of == number
            ),
            evidence=number if finding.evidence else None,
            case_state=opened.state.value if opened else "",
            case_id=str(opened.id) if opened else "",
        )
        views.append(view)
    return tuple(views)


def _chip(value: Value, intent: Intent, place: int, amended: Sequence[Amended], names: Mapping[UUID, str]) -> Chip:
    said, is_invoice = value.value, value.field is FactField.INVOICE
    own = intent if is_invoice else None
    entry = next((one for one in reversed(amended) if (one.field, one.intent) == (value.field, own)), None)
    is_corrected = entry is not None and entry.after == text_of(said)
    return Chip(
        KIND_OF.get(value.field, value.field.value),
        text=str(said) if isinstance(said, str) else "",
        amount=amount(said) if isinstance(said, Money) else None,
        day=said if isinstance(said, date) else None,
        evidence=value.number,
        field=value.field.value,
        intent=intent.value if is_invoice else "",
        name=f"fact-{place}",
        corrected_by=names.get(entry.by, "") if is_corrected and entry and entry.by else "",
    )
