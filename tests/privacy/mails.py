"""Invented mails of seven languages with planted canaries: personal data that must never be read outside the process,
and what beside it must stay readable. The same seed makes the same mails."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.message import EmailMessage
from html import escape
from pathlib import Path
from random import Random

from app.adapters.redaction.lexicon import fold
from app.domain.intents import LANGUAGES
from evals.identifiers import iban, phone, value_called

Words = Mapping[str, list[str]]

PERSON, ADDRESS = "PERSON", "ADDRESS"
EVERYWHERE = ("IBAN", "Visa", "BIC", "VAT")
NATIONAL: Mapping[str, tuple[str, ...]] = {
    "en": ("VAT reg. no.", "sort code", "account number"),
    "fr": ("SIRET", "SIREN", "NIR"),
    "de": ("Steuer-ID", "USt-IdNr."),
    "es": ("DNI", "NIE", "CIF"),
    "nl": ("BSN", "btw-nummer"),
    "it": ("codice fiscale", "P.IVA"),
    "pt": ("contribuinte", "NIPC"),
}
POSTCODES = {
    "en": "HX# #LT",
    "fr": "#####",
    "de": "#####",
    "es": "#####",
    "nl": "#### BK",
    "it": "#####",
    "pt": "####-###",
}
FROM_ABROAD, QUOTED, AS_HTML, IN_ATTACHMENT = 0.3, 0.2, 0.2, 0.1
FIRST_DAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Canary:
    """`place` says where it stands: a greeting, a sentence, a signature, a header."""

    type: str
    value: str = field(repr=False)
    place: str


@dataclass(frozen=True, slots=True)
class Planted:
    """One mail. `invoice` is its own alone, so that whatever shows it can be traced to the mail."""

    language: str
    company: str
    invoice: str
    readable: tuple[tuple[str, str], ...]
    canaries: tuple[Canary, ...]
    message: EmailMessage = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Person:
    first: str
    last: str

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}"


class Planter:
    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)  # noqa: S311  # the same mails every time
        text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
        self._words: dict[str, Words] = {
            language: {name: phrases.split("|") for name, phrases in lists.items()}
            for language, lists in tomllib.loads(text).items()
        }

    def mails(self, count: int) -> Iterator[Planted]:
        for number in range(count):
            yield self._mail(LANGUAGES[number % len(LANGUAGES)], number)

    def _mail(self, language: str, number: int) -> Planted:
        draw, words = self._random, self._words[language]
        house = draw.choice(words["last"])
        signer, other, reader = (self._person(language, not_called=house) for _ in range(3))
        company = f"{house.split()[-1]} {draw.choice(words['company'])}".replace(" ,", ",")
        invoice = f"{draw.choice(('INV-', 'RE', 'F-', '2026/'))}{100_000 + number}"
        amount, day = self._amount(language), self._day()
        canaries: list[Canary] = []
        greeting = self._greeting(words, reader, canaries)
        about = draw.choice(words["about"]).format(invoice=invoice, amount=amount, date=day)
        lines = [about, self._mention(words, other, canaries), self._number(language, words, canaries)]
        draw.shuffle(lines)
        attachment = lines.pop() if draw.random() < IN_ATTACHMENT else ""
        if attachment == about:
            lines, attachment = [*lines, about], ""
        signature, address = self._signature(language, words, signer, company, canaries)
        body = "\n\n".join([greeting, "\n".join(lines), signature])
        if draw.random() < QUOTED:
            body += f"\n\n> {reader.full} <collections@seller.example>:\n> {invoice}, {amount}\n"
            canaries.append(Canary(PERSON, reader.full, "quote"))
        subject = draw.choice((invoice, f"Re: {invoice} {company}", f"AW: {invoice} / {other.last}"))
        readable = [("invoice", invoice), ("amount", amount), ("date", day)]
        readable += [("company", company)] if company in subject else []
        message = _message(subject, body, f"{signer.full} <{address}>", as_html=draw.random() < AS_HTML)
        if attachment:
            message.add_attachment(attachment, filename="notes.txt")
        return Planted(language, company, invoice, tuple(readable), tuple(canaries), message)

    def _person(self, language: str, *, not_called: str) -> _Person:
        """Nobody is called like the company, whose name stays readable."""
        words = self._words["abroad" if self._random.random() < FROM_ABROAD else language]
        last = self._random.choice([name for name in words["last"] if name != not_called])
        return _Person(self._random.choice(words["first"]), last)

    def _greeting(self, words: Words, reader: _Person, canaries: list[Canary]) -> str:
        pattern = self._random.choice(words["greeting"])
        said = pattern.format(first=reader.first, last=reader.last, title=self._random.choice(words["titles"]))
        named = " ".join(name for name in (reader.first, reader.last) if name in said)
        if named:
            canaries.append(Canary(PERSON, named, "greeting"))
        return said

    def _mention(self, words: Words, other: _Person, canaries: list[Canary]) -> str:
        title = self._random.choice(words["titles"])
        shortened = f"{other.first[0]}. {other.last}"
        turned, titled = f"{other.last}, {other.first}", f"{title} {other.last}"
        form = self._random.choice((other.full, other.full, other.first, titled, turned, shortened, other.full.upper()))
        named = form.removeprefix(f"{title} ")
        canaries.append(Canary(PERSON, named, "sentence"))
        return self._random.choice(words["person"]).format(person=form)

    def _number(self, language: str, words: Words, canaries: list[Canary]) -> str:
        label = self._random.choice(EVERYWHERE + 2 * NATIONAL[language])
        kind, value = ("IBAN_CODE", iban(self._random)) if label == "IBAN" else value_called(label, self._random)
        canaries.append(Canary(kind, value, "sentence"))
        return self._random.choice(words["number"]).format(label=label, value=value)

    def _signature(
        self, language: str, words: Words, signer: _Person, company: str, canaries: list[Canary]
    ) -> tuple[str, str]:
        """The block, and the sender's address."""
        draw = self._random
        address = f"{_plain(signer.first)}.{_plain(signer.last)}@{_plain(company.split(maxsplit=1)[0])}.example"
        number = phone(language, draw)
        street, where = self._address(language, words)
        canaries += [
            Canary(PERSON, signer.full, "signature"),
            Canary("PHONE_NUMBER", number, "signature"),
            Canary("EMAIL_ADDRESS", address, "signature"),
            Canary(ADDRESS, street, "signature"),
        ]
        contact = [f"{draw.choice(('Tel. ', 'T: ', '', 'Tel.: '))}{number}", address]
        draw.shuffle(contact)
        block = [signer.full, *draw.sample(words["roles"], k=draw.randrange(2)), company, where, *contact]
        return "\n".join([draw.choice(words["closing"]), *block]), address

    def _address(self, language: str, words: Words) -> tuple[str, str]:
        """The street with its number, and the whole address on one line or two."""
        draw = self._random
        street, house = draw.choice(words["streets"]), draw.randrange(1, 190)
        street = f"{house} {street}" if language in {"en", "fr"} else f"{street} {house}"
        code = "".join(draw.choice("123456789") if sign == "#" else sign for sign in POSTCODES[language])
        town = draw.choice(words["towns"])
        town = f"{town} {code}" if language == "en" else f"{code} {town}"
        return street, f"{street}{draw.choice((', ', chr(10)))}{town}"

    def _amount(self, language: str) -> str:
        euros, cents = self._random.randrange(200, 90_000), self._random.randrange(100)
        if language == "en":
            return f"EUR {euros:,}.{cents:02}"
        return f"{euros:,}".replace(",", ".") + f",{cents:02} €"

    def _day(self) -> str:
        day = FIRST_DAY + timedelta(days=self._random.randrange(200))
        return self._random.choice((f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}"))


def _plain(name: str) -> str:
    """The last word of a name as it stands in addresses."""
    return "".join(char for char in fold(name).split()[-1] if char.isascii() and char.isalnum())


def _message(subject: str, body: str, sender: str, *, as_html: bool) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, "collections@seller.example"
    if as_html:
        paragraphs = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in body.split("\n\n"))
        message.set_content(f"<html><body>{paragraphs}</body></html>", subtype="html")
    else:
        message.set_content(body)
    return message
