"""Names in seven languages, by rule; and words that are no names."""

import pytest

from app.adapters.presidio import PresidioRedactor
from app.domain.text import RawText


def names(redactor: PresidioRedactor, text: str, language: str) -> list[str]:
    (mail,) = redactor.redact([RawText(text)], language=language, known_names=[], vault={})
    return [span.text for span in mail.found if span.type == "PERSON"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Dear Ms Abernathy,", ["Abernathy"]),
        ("en", "Hi tom\n\npaid.", ["tom"]),
        ("en", "Laura - the cheque is in the post.", ["Laura"]),
        ("en", "All good.\n\nTa muchly,\nGaz", ["Gaz"]),
        ("en", "Paid today.\n\nD. Prentice\nDeputy Official Receiver", ["D. Prentice"]),
        ("en", "Our controller Kwame Asante signed it.", ["Kwame Asante"]),
        ("en", "Mei Chen <mei.chen@oakdale.example> wrote:", ["Mei Chen"]),
        ("en", "Regards, Aisha Bello", ["Aisha Bello"]),
        ("en", "I told Mr Freitag and Mrs May.", ["Freitag", "May"]),
        ("en", "Ask for Thorwald at the yard.", ["Thorwald"]),
        ("en", "It went out on Monday. Oswin Tarrock", ["Oswin Tarrock"]),
        ("en", "I. Vantongeren signed it, said Vantongeren.", ["I. Vantongeren", "Vantongeren"]),
        ("en", "Ask Oluwaseun Adeyemi-Clarke if it is not there.", ["Oluwaseun Adeyemi-Clarke"]),
        ("it", "L'autista Florin ha consegnato.", ["Florin"]),
        ("de", "An Frau Annegret Süssmilch bitte.", ["Annegret Süssmilch"]),
        ("de", "HERR KRZYSZTOF WOJCIECHOWSKI IST NICHT MEHR BEI UNS.", ["KRZYSZTOF WOJCIECHOWSKI"]),
        ("en", "I spoke with Will, Grace, Mark and Faith Bishop.", ["Will", "Grace", "Mark", "Faith Bishop"]),
        ("en", "Hope this helps, but Sue says Rose disagrees.", ["Sue", "Rose"]),
        ("en", "marek is covering. cheers, tunde", ["marek", "tunde"]),
        ("en", "ring mr patel, not mrs finch", ["patel", "finch"]),
        ("de", "hallo frau meier, kevin hat bezahlt. gruß uwe", ["meier", "kevin", "uwe"]),
        ("nl", "mevrouw de wit regelt het. groet joost", ["de wit", "joost"]),
        ("it", "non pago la 1182. gennaro esposito", ["gennaro esposito"]),
        ("en", "Remittance_John_2026-03.pdf", ["John"]),
        ("es", "Nuestro abogado, Paz Monzón (2255-0100), lo sabe.", ["Paz Monzón"]),
        ("it", "Lo dice l'avv. Pautasso.", ["Pautasso"]),
        ("fr", "Dossier 2026-D-77. Zohra Benmansour", ["Zohra Benmansour"]),
        ("es", "soy Gorka de Fundiciones Arrate.", ["Gorka"]),
        ("fr", "Demandez Wandrille au dépôt.", ["Wandrille"]),
        ("fr", "M. d'Orsenne a signé avec H. de La Ferrandière.", ["d'Orsenne", "H. de La Ferrandière"]),
        ("es", "Lo envió la oficina.\n\nMª Ángeles Toribio", ["Mª Ángeles Toribio"]),
        ("nl", "Volgens Wijnalda is het betaald.", ["Wijnalda"]),
        ("pt", "Seguiu ontem. Maria da Luz Quintanelha", ["Maria da Luz Quintanelha"]),
        ("fr", "Bonjour Camille,\n\nM. Yacine Benkhelifa a payé.", ["Camille", "Yacine Benkhelifa"]),
        ("fr", "C'est réglé.\n\nCdlt\nH. Vandenbroucke", ["H. Vandenbroucke"]),
        ("fr", "Voyez avec Noémie ou Fanch Le Goff.", ["Noémie", "Fanch Le Goff"]),
        ("de", "Sehr geehrter Herr Brandt,", ["Brandt"]),
        ("de", "Frau von der Heide hat angerufen.", ["von der Heide"]),
        ("nl", "Beste mevr. van 't Hof,", ["van 't Hof"]),
        ("it", "Gentile Dott.ssa Lo Presti,", ["Lo Presti"]),
        ("it", "Potete sentire A. Lo Presti.", ["A. Lo Presti"]),
        ("de", "Fragen an Dr. Hans-Jörg von Alvensleben.", ["Hans-Jörg von Alvensleben"]),
        ("de", "Mit freundlichen Grüßen\ni. A. Claudia Seidel", ["Claudia Seidel"]),
        ("es", "Estimada Sra. Iglesias:", ["Iglesias"]),
        ("es", "Recibido, gracias Marta.", ["Marta"]),
        ("nl", "Geachte heer De Boer,", ["De Boer"]),
        ("nl", "Mvg,\nT. Wouters", ["T. Wouters"]),
        ("it", "Ho sentito il dott. Pierfrancesco Lombardi.", ["Pierfrancesco Lombardi"]),
        ("it", "Cordiali saluti\nGinevra Brambilla, Ufficio acquisti", ["Ginevra Brambilla"]),
        ("pt", "Bom dia Inês,\n\nfalei com o Sr. Figueiredo.", ["Inês", "Figueiredo"]),
    ],
)
def test_a_person_is_found(redactor: PresidioRedactor, language: str, text: str, expected: list[str]) -> None:
    assert names(redactor, text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Scierie Lambert suit la F-771."),
        ("es", "Hay una niña que lo marcó, y el lino no es lana. Lo leo el viernes."),
        ("es", "Se me fue la señora de la fiebre; un señor acabase de llamar."),
        ("en", "However Line 4 stays open; the loan is on the eve of the carol service."),
        ("it", "La luce del sole mi mette allegria, per lana o lino di San Rocco."),
        ("en", "Will you mark the invoice as disputed before May? Grace period ends in June."),
        ("en", "Dear Sir or Madam,\n\nHi Team,\n\nMany thanks\nAccounts Payable"),
        ("en", "Frank Bird Poultry Ltd and the Charlotte Street site are separate accounts."),
        ("en", "We spoke with Barclays. Paid by transfer. Thanks"),
        ("en", "Ask for Invoice copies. According to Brackley Timber it is paid. Noted."),
        ("de", "Laut Lieferschein fehlt Ware. Laut Hagedorn Fahrzeugbau nicht. Rechnung folgt. Erledigt."),
        ("fr", "Selon Transports Lagarde et Menuiserie Roussillon, tout est livré. Cordialement."),
        ("fr", "Madame, Monsieur,\n\nPierre de taille livrée. Claire erreur de votre part."),
        ("de", "Sehr geehrte Damen und Herren,\n\nErnst gemeinte Frage: Ware und Rechnung passen nicht zusammen."),
        ("de", "Mit freundlichen Grüßen\nIhre Buchhaltung\nKeller Textil GmbH"),
        ("es", "Julio y agosto están cerrados. Dolores de cabeza nos da este asunto."),
        ("nl", "Dan betalen wij vrijdag. Floor is leeg."),
        ("it", "Grazia non è stata concessa. Luglio è chiuso."),
        ("pt", "Sem isso o sistema não aceita."),
    ],
)
def test_an_ordinary_word_stays(redactor: PresidioRedactor, language: str, text: str) -> None:
    assert names(redactor, text, language) == []
