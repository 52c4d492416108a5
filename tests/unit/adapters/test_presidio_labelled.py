"""What its own words make personal is hidden without a check digit; the same digits without them stay."""

import pytest

from app.adapters.presidio import PresidioRedactor
from tests.unit.adapters.hiding import hidden


@pytest.mark.parametrize(
    ("language", "text", "kind", "value"),
    [
        ("en", "Passport no. 533401297 as asked", "ID_DOCUMENT", "533401297"),
        ("en", "my driving licence is TESTA657054SM9IJ", "ID_DOCUMENT", "TESTA657054SM9IJ"),
        ("de", "Personalausweisnummer: L01X00T471.", "ID_DOCUMENT", "L01X00T471"),
        ("de", "Reisepass C4VPY1Z2K", "ID_DOCUMENT", "C4VPY1Z2K"),
        ("fr", "permis 150991201234", "ID_DOCUMENT", "150991201234"),
        ("fr", "carte d'identité n° 880692310285", "ID_DOCUMENT", "880692310285"),
        ("es", "permiso de conducir 87654321A. FAC-22", "ID_DOCUMENT", "87654321A"),
        ("nl", "rijbewijs 4123456789", "ID_DOCUMENT", "4123456789"),
        ("it", "passaporto YA1234567", "ID_DOCUMENT", "YA1234567"),
        ("pt", "cartão de cidadão 12345678 9 ZZ4", "ID_DOCUMENT", "12345678 9 ZZ4"),
        ("pt", "RG 12.345.678-9", "ID_DOCUMENT", "12.345.678-9"),
        ("nl", "mijn bsn is 123456789", "NATIONAL_ID", "123456789"),
        ("de", "Die AHV-Nummer lautet 756.1234.5678.99", "NATIONAL_ID", "756.1234.5678.99"),
        ("it", "codice fiscale RSSMRA80A01H501X", "NATIONAL_ID", "RSSMRA80A01H501X"),
        ("es", "núm. de la Seguridad Social 28/12345678/99", "NATIONAL_ID", "28/12345678/99"),
        ("en", "My DOB is 12/04/1978", "BIRTH_DATE", "12/04/1978"),
        ("en", "born in Cork on May 3rd, 1978", "BIRTH_DATE", "May 3rd, 1978"),
        ("de", "geboren in Köln am 3. Juli 1969", "BIRTH_DATE", "3. Juli 1969"),
        ("fr", "né le 14/07/1982", "BIRTH_DATE", "14/07/1982"),
        ("es", "nacida el 3 de mayo de 1990", "BIRTH_DATE", "3 de mayo de 1990"),
        ("nl", "geboortedatum 1 mei 1974", "BIRTH_DATE", "1 mei 1974"),
        ("it", "nato a Bari il 5 maggio 1980", "BIRTH_DATE", "5 maggio 1980"),
        ("pt", "data de nascimento: 02/09/1991", "BIRTH_DATE", "02/09/1991"),
    ],
)
def test_it_is_hidden(redactor: PresidioRedactor, language: str, text: str, kind: str, value: str) -> None:
    assert (kind, value) in hidden(redactor, text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "A copy of the passport for order 4500918273 is attached."),
        ("en", "UTR is already generated for INV-5512; UTR no. AXSK2530100482 of 28 May 2026"),
        ("de", "Rechnung RE-2026-0412 vom 12.03.2026, geliefert in Köln am 3. Juli 2026"),
        ("it", "la patente è scaduta, la fattura 1182000 no"),
        ("fr", "Le poste 4412 du budget, commande 4512339981"),
        ("pt", "A patente custa 1200000 euros."),
    ],
)
def test_papers_dates_and_payments_stay(redactor: PresidioRedactor, language: str, text: str) -> None:
    assert hidden(redactor, text, language) == []
