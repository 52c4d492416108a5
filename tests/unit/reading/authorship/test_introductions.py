"""How each mail program announces the mail that it quotes, in seven languages: above it is new, below it is not."""

import pytest

from app.domain.text import text_of
from app.reading.authorship.replies import split_reply

AR = "Nora Falk <ar@seller.example>"

ANNOUNCED = {
    "gmail": {
        "en": f"On Mon, Mar 16, 2026 at 10:21\u202fAM {AR} wrote:",
        "de": f"Am Mo., 16. März 2026 um 10:21\xa0Uhr schrieb {AR}:",
        "fr": f"Le\xa0lun. 16 mars 2026 à\xa010:21, {AR} a\nécrit\xa0:",
        "es": "El lun, 16 mar 2026 a las 10:21, Nora Falk (<ar@seller.example>)\nescribió:",
        "it": "Il giorno lun 16 mar 2026 alle ore 10:21 Nora Falk <\nar@seller.example> ha scritto:",
        "nl": "Op ma 16 mrt 2026 om 10:21 schreef Nora Falk <\nar@seller.example>:",
        "pt": f"{AR} escreveu (segunda, 16/03/2026 à(s) 10:21):",
        "pt-br": f"Em seg., 16 de mar. de 2026 às 10:21, {AR}\nescreveu:",
    },
    "apple mail": {
        "en": f"On 16 Mar 2026, at 10:21, {AR} wrote:",
        "de": f"Am 16.03.2026 um 10:21 schrieb {AR}:",
        "fr": f"Le 16 mars 2026 à 10:21, {AR} a écrit :",
        "es": f"El 16 mar 2026, a las 10:21, {AR} escribió:",
        "it": f"Il giorno 16 mar 2026, alle ore 10:21, {AR} ha scritto:",
        "nl": f"Op 16 mrt 2026, om 10:21 heeft {AR} het volgende geschreven:",
        "pt": f"No dia 16/03/2026, às 10:21, {AR} escreveu:",
    },
    "iphone": {
        "en": "On 16 Mar 2026, at 10:21, Nora Falk\n<ar@seller.example> wrote:",
        "de": "Am 16.03.2026 um 10:21 schrieb Nora Falk\n<ar@seller.example>:",
        "nl": "Op 16 mrt 2026 om 10:21 heeft Nora Falk <ar@seller.example> het volgende\ngeschreven:",
    },
    "thunderbird": {
        "en": "On 16/03/2026 10:21, Nora Falk wrote:",
        "de": "Am 16.03.26 um 10:21 schrieb Nora Falk:",
        "fr": "Le 16/03/2026 à 10:21, Nora Falk a écrit :",
        "es": "El 16/3/26 a las 10:21, Nora Falk escribió:",
        "it": "Il 16/03/2026 10:21, Nora Falk ha scritto:",
        "nl": "Op 16-3-2026 om 10:21 schreef Nora Falk:",
        "pt": "Às 10:21 de 16/03/2026, Nora Falk escreveu:",
        "pt-br": "Em 16/03/2026 10:21, Nora Falk escreveu:",
    },
    "yahoo": {
        "en": f"On Monday, March 16, 2026 at 10:21:00 AM GMT+1, {AR} wrote:",
        "de": f"Am Montag, 16. März 2026 um 10:21:00 MEZ hat {AR} Folgendes geschrieben:",
        "fr": f"Le lundi 16 mars 2026 à 10:21:00 UTC+1, {AR} a écrit :",
        "es": f"El lunes, 16 de marzo de 2026, 10:21:00 CET, {AR} escribió:",
        "it": f"Il lunedì 16 marzo 2026 alle ore 10:21:00 CET, {AR} ha scritto:",
        "nl": f"Op maandag 16 maart 2026 om 10:21:00 CET schreef {AR}:",
        "pt": f"Em segunda-feira, 16 de março de 2026 às 10:21:00 WET, {AR} escreveu:",
    },
    "outlook": {
        "en": f"From: {AR}\nSent: Monday, March 16, 2026 10:21 AM\nTo: Kim Abbot\nSubject: Reminder",
        "de": f"Von: {AR}\nGesendet: Montag, 16. März 2026 10:21\nAn: Jana Holm\nBetreff: Mahnung",
        "fr": f"De : {AR}\nEnvoyé : lundi 16 mars 2026 10:21\nÀ : Luc Brun\nCc : Compta\nObjet : Relance",
        "es": f"De: {AR}\nEnviado el: lunes, 16 de marzo de 2026 10:21\nPara: Ana Gil\nAsunto: Aviso",
        "it": f"Da: {AR}\nInviato: lunedì 16 marzo 2026 10:21\nA: Ugo Riva\nOggetto: Sollecito",
        "nl": f"Van: {AR}\nVerzonden: maandag 16 maart 2026 10:21\nAan: Joost Kok\nOnderwerp: Herinnering",
        "pt": f"De: {AR}\nEnviada: 16 de março de 2026 10:21\nPara: Rui Pinto\nAssunto: Lembrete",
        "pt-br": f"De: {AR}\nEnviada em: segunda-feira, 16 de março de 2026 10:21\nPara: Rui Pinto\nAssunto: Lembrete",
    },
    "outlook for mac": {
        "en": f"From: {AR}\nDate: Monday, 16 March 2026 at 10:21\nTo: Kim Abbot\nSubject: Reminder",
        "de": f"Von: {AR}\nDatum: Montag, 16. März 2026 um 10:21\nAn: Jana Holm\nBetreff: Mahnung",
        "fr": f"De : {AR}\nDate : lundi, 16 mars 2026 à 10:21\nÀ : Luc Brun\nObjet : Relance",
        "es": f"De: {AR}\nFecha: lunes, 16 de marzo de 2026, 10:21\nPara: Ana Gil\nAsunto: Aviso",
        "it": f"Da: {AR}\nData: lunedì, 16 marzo 2026 10:21\nA: Ugo Riva\nOggetto: Sollecito",
        "nl": f"Van: {AR}\nDatum: maandag, 16 maart 2026 om 10:21\nAan: Joost Kok\nOnderwerp: Herinnering",
        "pt": f"De: {AR}\nData: segunda-feira, 16 de março de 2026, 10:21\nPara: Rui Pinto\nAssunto: Lembrete",
    },
    "outlook on the web": {
        "en": f"{'_' * 32}\nFrom: {AR}\nSent: 16 March 2026 10:21\nTo: Kim Abbot\nSubject: Reminder",
        "de": f"{'_' * 32}\n**Von:** {AR}\n**Gesendet:** 16. März 2026\n**An:** Jana\n**Betreff:** Mahnung",
    },
    "samsung": {
        "en": f"-------- Original message --------\nFrom: {AR}\nDate: 16/03/2026  10:21  (GMT+00:00)\nTo: Kim",
        "de": f"-------- Ursprüngliche Nachricht --------\nVon: {AR}\nDatum: 16.03.26  10:21  (GMT+01:00)\nAn: J",
        "fr": f"-------- Message d'origine --------\nDe : {AR}\nDate : 16/03/2026  10:21  (GMT+01:00)\nÀ : Luc",
        "es": f"-------- Mensaje original --------\nDe: {AR}\nFecha: 16/3/26  10:21  (GMT+01:00)\nPara: Ana",
        "it": f"-------- Messaggio originale --------\nDa: {AR}\nData: 16/03/26  10:21  (GMT+01:00)\nA: Ugo",
        "nl": f"-------- Oorspronkelijk bericht --------\nVan: {AR}\nDatum: 16-03-2026  10:21  (GMT+01:00)\nAan: J",
        "pt": f"-------- Mensagem original --------\nDe: {AR}\nData: 16/03/26  10:21  (GMT+00:00)\nPara: Rui",
    },
    "proton": {
        "en": f"-------- Original Message --------\nOn 16/03/2026 10:21, {AR} wrote:",
        "de": f"-------- Ursprüngliche Nachricht --------\nAm Montag, 16.03.26 um 10:21 schrieb {AR}:",
        "fr": f"-------- Message d'origine --------\nLe lundi 16/03/26 à 10:21, {AR} a écrit :",
    },
    "roundcube": {
        "en": "On 2026-03-16 10:21, Nora Falk wrote:",
        "de": "Am 16.03.2026 10:21, schrieb Nora Falk:",
        "fr": "Le 2026-03-16 10:21, Nora Falk a écrit :",
        "es": "El 2026-03-16 10:21, Nora Falk escribió:",
        "it": "Il 2026-03-16 10:21 Nora Falk ha scritto:",
        "nl": "Nora Falk schreef op 2026-03-16 10:21:",
        "pt": "Em 2026-03-16 10:21, Nora Falk escreveu:",
    },
    "zimbra": {
        "en": f"----- Original Message -----\nFrom: {AR}\nTo: Kim Abbot\nSent: Monday, 16 March, 2026\nSubject: R",
        "de": f"----- Ursprüngliche Mail -----\nVon: {AR}\nAn: Jana\nGesendet: Montag, 16. März 2026\nBetreff: Mahnung",
        "fr": f"----- Mail original -----\nDe: {AR}\nÀ: Luc\nEnvoyé: Lundi 16 Mars 2026\nObjet: Relance",
        "es": f"----- Mensaje original -----\nDe: {AR}\nPara: Ana\nEnviados: Lunes, 16 de Marzo 2026\nAsunto: Aviso",
        "it": f"----- Messaggio originale -----\nDa: {AR}\nA: Ugo\nInviato: Lunedì, 16 marzo 2026\nOggetto: S",
        "nl": f"----- Oorspronkelijk bericht -----\nVan: {AR}\nAan: Joost\nVerzonden: Maandag 16 maart 2026",
        "pt": f"----- Mensagem original -----\nDe: {AR}\nPara: Rui\nEnviadas: Segunda-feira, 16 de Março de 2026",
    },
    "webmail of a provider": {
        "de": f"Gesendet: Montag, 16. März 2026 um 10:21 Uhr\nVon: {AR}\nAn: jana@kunde.example\nBetreff: Mahnung",
        "fr": f"> Message du 16/03/26 10:21\n> De : {AR}\n> A : luc@client.example\n> Objet : Relance",
        "it": "----Messaggio originale----\nDa: ar@seller.example\nData: 16-mar-2026 10.21\nA: ugo\nOgg: S",
    },
    "horde": {
        "en": f"Quoting {AR}:",
        "de": f"Zitat von {AR}:",
        "fr": f"{AR} a écrit :",
        "es": f"{AR} escribió:",
        "it": f"{AR} ha scritto:",
        "nl": f"Citeren {AR}:",
        "pt": f"Citando {AR}:",
    },
    "notes": {
        "en": f"From:      {AR}\nTo:        kim@buyer.example\nDate:      16/03/2026 10:21\nSubject:   Reminder",
        "de": f"-----{AR} schrieb: -----\nAn: jana@kunde.example\nVon: {AR}\nDatum: 16.03.2026 10:21\nBetreff: Mahnung",
    },
}

OWN = {
    "en": "Payment leaves us on Friday.",
    "de": "Wir zahlen am Freitag.",
    "fr": "Nous payons vendredi.",
    "es": "Pagamos el viernes.",
    "it": "Paghiamo venerdì.",
    "nl": "Wij betalen vrijdag.",
    "pt": "Pagamos na sexta-feira.",
}
MARKED_ONLY = ("horde", "webmail of a provider-fr")

CASES = [
    pytest.param(OWN[language[:2]], words, id=f"{client}-{language}")
    for client, languages in ANNOUNCED.items()
    for language, words in languages.items()
]
UNMARKED = [case for case in CASES if not str(case.id).startswith(MARKED_ONLY)]


def new_words(text: str) -> str:
    return text_of(split_reply(text).new, text)


@pytest.mark.parametrize(("own", "announced"), UNMARKED)
def test_an_unmarked_quote_ends_the_writers_words(own: str, announced: str) -> None:
    assert new_words(f"{own}\n\n{announced}\n\nDear customer,\nINV-1 is overdue.\n\nNora Falk") == own


@pytest.mark.parametrize(("own", "announced"), CASES)
def test_a_marked_quote_ends_where_its_marks_end(own: str, announced: str) -> None:
    quote = "> Dear customer,\n>\n> INV-1 is overdue."
    assert new_words(f"Hi Nora,\n\n{announced}\n\n{quote}\n\n{own}") == f"Hi Nora,\n{own}"


@pytest.mark.parametrize(("own", "announced"), CASES)
def test_answers_between_marked_lines_are_kept(own: str, announced: str) -> None:
    text = f"{announced}\n> INV-1 is overdue.\n{own}\n> INV-2 as well.\n\nKim"
    assert new_words(text) == f"{own}\nKim"


@pytest.mark.parametrize(("own", "announced"), UNMARKED)
def test_words_below_nothing_but_an_announcement_are_kept(own: str, announced: str) -> None:
    assert own in new_words(f"{announced}\n\n{own}")
