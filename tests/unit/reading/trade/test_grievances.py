import pytest

from app.domain.intents import DisputeReason, Intent
from tests.unit.reading.ledger import account
from tests.unit.reading.told import facts_of

ONE = account(("R-4471", "900.00"))
QUANTITY, NOT_RECEIVED, QUALITY = DisputeReason.QUANTITY, DisputeReason.NOT_RECEIVED, DisputeReason.QUALITY


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en", "Where are the other two cabinets?", QUANTITY),
        ("fr", "Où sont passées les deux dernières armoires ?", QUANTITY),
        ("de", "Wo bleiben die restlichen Schränke?", QUANTITY),
        ("es", "¿Dónde están los otros dos armarios?", QUANTITY),
        ("nl", "Waar blijven de laatste twee kasten?", QUANTITY),
        ("it", "Dove sono gli altri due armadi?", QUANTITY),
        ("pt", "Onde andam os outros dois armários?", QUANTITY),
        ("en", "It was signed for by somebody at number 12.", NOT_RECEIVED),
        ("fr", "On n'en a pas vu la couleur.", NOT_RECEIVED),
        ("nl", "Dat is nooit afgeleverd.", NOT_RECEIVED),
        ("de", "Das kann hier keiner zuordnen.", DisputeReason.UNRECOGNISED),
        ("it", "Mai noleggiata una cosa simile.", DisputeReason.UNRECOGNISED),
        ("es", "Los portes iban incluidos.", DisputeReason.PRICE),
        ("de", "Laut Rahmenvertrag haben wir 60 Tage.", DisputeReason.TERMS),
        ("en", "That is our sister company.", DisputeReason.OTHER),
        ("en", "Two of the ten boxes never came off the lorry.", QUANTITY),
        ("pt", "Duas das dez caixas nunca saíram do camião.", QUANTITY),
        ("en", "We had agreed 840 on the phone.", DisputeReason.PRICE),
        ("de", "Telefonisch waren 840 vereinbart.", DisputeReason.PRICE),
        ("nl", "Dat is R-4471 nog een keer.", DisputeReason.DUPLICATE),
        ("it", "Cinque lavelli sono scheggiati.", QUALITY),
        ("pt", "Quatro vidros vieram riscados.", QUALITY),
        ("it", "La merce è arrivata bagnata.", QUALITY),
        ("de", "Die Säcke kamen nass an.", QUALITY),
        ("nl", "De dozen waren doorweekt.", QUALITY),
        ("es", "Los sacos llegaron mojados.", QUALITY),
        ("fr", "Le moteur est grippé.", QUALITY),
        ("it", "R-4471 è la stessa consegna di marzo.", DisputeReason.DUPLICATE),
        ("it", "Non corrisponde a nessun nostro ordine.", DisputeReason.UNRECOGNISED),
    ],
)
def test_why_a_customer_objects(language: str, text: str, reason: DisputeReason) -> None:
    found = facts_of(text, {Intent.DISPUTE: text}, ONE, language).dispute
    assert found is not None
    assert found.reason is reason
