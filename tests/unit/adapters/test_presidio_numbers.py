"""Numbers, addresses and identifiers: what is hidden, and what must stay readable."""

import pytest

from app.adapters.presidio import PresidioRedactor
from tests.unit.adapters.hiding import hidden


@pytest.mark.parametrize(
    ("language", "text", "kind", "value"),
    [
        ("en", "Call 01632 960417 please", "PHONE_NUMBER", "01632 960417"),
        ("en", "(312) 555-0148", "PHONE_NUMBER", "(312) 555-0148"),
        ("de", "Durchwahl 030 23125 660", "PHONE_NUMBER", "030 23125 660"),
        ("es", "mi móvil (611 555 904)", "PHONE_NUMBER", "611 555 904"),
        ("nl", "Bel: 06 12345678", "PHONE_NUMBER", "06 12345678"),
        ("pt", "Tel. 21 555 01 90", "PHONE_NUMBER", "21 555 01 90"),
        ("en", "T: 0161 496 0377 / 07700 900 561", "PHONE_NUMBER", "07700 900 561"),
        ("en", "direct 01632 960208 ext. 31", "PHONE_NUMBER", "01632 960208 ext. 31"),
        ("de", "Sie erreichen mich unter Durchwahl -412", "PHONE_NUMBER", "-412"),
        ("de", "Handynummer 01713920027", "PHONE_NUMBER", "01713920027"),
        ("fr", "Tél. 01 99 00 12 34, poste 21", "PHONE_NUMBER", "01 99 00 12 34, poste 21"),
        ("es", "llámeme al 611555904", "PHONE_NUMBER", "611555904"),
        ("nl", "kantoor 020 - 555 01 22, toestel 12", "PHONE_NUMBER", "020 - 555 01 22, toestel 12"),
        ("it", "il mio nr è 3331234567", "PHONE_NUMBER", "3331234567"),
        ("pt", "ou (11) 98765-4321", "PHONE_NUMBER", "(11) 98765-4321"),
        ("fr", "Luc (poste 4412)", "PHONE_NUMBER", "4412"),
        (
            "en",
            "julie dot marsh at oakfield dot example, please",
            "EMAIL_ADDRESS",
            "julie dot marsh at oakfield dot example",
        ),
        ("es", "lola arroba bodega punto example", "EMAIL_ADDRESS", "lola arroba bodega punto example"),
        ("fr", "luc.roy AROBASE sahel POINT example", "EMAIL_ADDRESS", "luc.roy AROBASE sahel POINT example"),
        ("de", "an kevin(ät)web.example", "EMAIL_ADDRESS", "kevin(ät)web.example"),
        ("de", "ist vor.nach@ firma.example", "EMAIL_ADDRESS", "vor.nach@ firma.example"),
        ("en", "pay to account 4820 1177 2031", "BANK_ACCOUNT", "4820 1177 2031"),
        ("en", "| 36815730 | 41-64-96 |", "BANK_ACCOUNT", "36815730 | 41-64-96"),
        ("fr", "IBAN FR14 2004 1010 0505 0001 3M02 606 svp", "IBAN_CODE", "FR14 2004 1010 0505 0001 3M02 606"),
        (
            "de",
            "Konto: DE44500105175407324932",
            "IBAN_CODE",
            "DE44500105175407324932",
        ),  # a slip of the pen is an account too
        ("en", "BIC: COBADEFFXXX", "BIC", "COBADEFFXXX"),
        ("en", "card 4111 1111 1111 1111", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("en", "VAT no. GB 980 7806 84", "VAT_ID", "GB 980 7806 84"),
        ("fr", "TVA FR40303265045", "VAT_ID", "FR40303265045"),
        ("fr", "SIRET 732 829 320 00074", "COMPANY_ID", "732 829 320 00074"),
        ("fr", "SIREN : 732829320", "COMPANY_ID", "732829320"),
        ("fr", "n° de sécu 2 55 08 14 168 025 38", "NIR", "2 55 08 14 168 025 38"),
        ("es", "NIF 12345678Z", "ES_NIF", "12345678Z"),
        ("es", "NIE X-2482300-W", "ES_NIF", "X-2482300-W"),
        ("es", "CIF A13585625", "COMPANY_ID", "A13585625"),
        ("de", "Steuer-ID 36 574 261 809", "DE_TAX_ID", "36 574 261 809"),
        ("nl", "BSN 111222333", "NL_BSN", "111222333"),
        ("it", "CF RCCMNL83S18D969H", "IT_FISCAL_CODE", "RCCMNL83S18D969H"),
        ("pt", "NIF 501 964 843", "PT_NIF", "501 964 843"),
        ("en", "sort code 20-45-45", "BANK_ACCOUNT", "20-45-45"),
        ("en", "account number 73849201", "BANK_ACCOUNT", "73849201"),
        ("de", "Konto 1234567890", "BANK_ACCOUNT", "1234567890"),
        ("de", "BLZ 500 105 17", "BANK_ACCOUNT", "500 105 17"),
        ("en", "I live at 22 Harbour View, Poole BH15 1LB.", "LOCATION", "22 Harbour View, Poole BH15 1LB"),
        (
            "en",
            "742 Evergreen Terrace, Springfield, IL 62704",
            "LOCATION",
            "742 Evergreen Terrace, Springfield, IL 62704",
        ),
        ("fr", "27 rue des Lilas, 44000 Nantes", "LOCATION", "27 rue des Lilas, 44000 Nantes"),
        ("de", "Domstraße 4, 97070 Würzburg", "LOCATION", "Domstraße 4, 97070 Würzburg"),
        ("de", "Am Alten Hafen 17a, 26121 Oldenburg", "LOCATION", "Am Alten Hafen 17a, 26121 Oldenburg"),
        ("es", "Calle de la Princesa, 27, 28008 Madrid", "LOCATION", "Calle de la Princesa, 27, 28008 Madrid"),
        ("nl", "Prinsengracht 263, 1016 GV Amsterdam", "LOCATION", "Prinsengracht 263, 1016 GV Amsterdam"),
        (
            "it",
            "Via Giuseppe Garibaldi 42, 20121 Milano (MI)",
            "LOCATION",
            "Via Giuseppe Garibaldi 42, 20121 Milano (MI)",
        ),
        ("pt", "Rua das Flores, 112, 4050-262 Porto", "LOCATION", "Rua das Flores, 112, 4050-262 Porto"),
    ],
)
def test_it_is_hidden(redactor: PresidioRedactor, language: str, text: str, kind: str, value: str) -> None:
    assert (kind, value) in hidden(redactor, text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "INV-20655 over £3,118.00, due 30 June 2026; check #1044210442, PO 7700 900 469"),
        ("en", "delivery note 0555 0148 22 and order number 020 7946 0312"),
        ("en", "Call about order 4471902 or delivery note 883120, please"),
        ("en", "value date 2026-04-07, sum 4 300,50, EUR 1 250 800"),
        ("de", "RE-5510075 über 14.280,00 EUR vom 03.05.2026, Lieferschein 0049 3312 881, Bestellung 0441 7789230"),
        ("fr", "facture F-88213 : 1 250,80 €, bon de commande 04 78 62 11 09, réf. VIR-20260116-77"),
        ("es", "pedido 600 555 118, albarán 611555904, factura FV-3346 por 2.018,40 €"),
        ("it", "FT-557, DDT 338 1234567, pagato via bonifico il 12.03.2026"),
        ("nl", "bestelling 0612345678, factuur N-7036 van € 1.500,00, vervaldatum 10-06-2026"),
        ("pt", "encomenda 912 345 678, fatura FA-901 de 2.760,00 €"),
    ],
)
def test_business_numbers_stay(redactor: PresidioRedactor, language: str, text: str) -> None:
    assert hidden(redactor, text, language) == []
