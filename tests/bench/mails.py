"""Mail to measure with: made from a seed, no two alike, as an accounts receivable department gets it."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from evals.dataset import read_lines

OUR_ADDRESS = "collections@seller.example"
DEVELOPMENT_SET = Path(__file__).resolve().parents[2] / "evals" / "datasets" / "dev.jsonl"
SMALLEST, USUAL, LARGEST = 7_000, 24_000, 50_000
"""Bytes of an ingested mail: a triangle with a mean of 27,000."""

KILOBYTE = 1_000

_START = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
_GIVEN = ("Petra", "Mei", "Jonas", "Aisha", "Tom", "Lucia", "Marek", "Ingrid", "Paul", "Sofia", "Henk", "Claire")
_FAMILY = ("Vane", "Chen", "Brandt", "Rahman", "Okafor", "Moretti", "Nowak", "Solberg", "Keller", "Duarte", "Visser")
_ASKS = (
    "We will pay {invoice} on {day}, the transfer of {amount} EUR is already planned in our payment run.",
    "We dispute {invoice}: two of the {count} pallets arrived damaged, please send a credit note of {amount} EUR.",
    "Could you give us until {day} to settle {invoice}? Our own customer pays us {amount} EUR only then.",
    "Please send us a copy of {invoice} over {amount} EUR once more, our archive cannot find it.",
    "Your statement shows {amount} EUR for {invoice}, our books show {count} EUR less; please explain the difference.",
    "The price on {invoice} is not what we agreed in order {order}: {amount} EUR too much over {count} units.",
)
_TALK = (
    "I spoke with {given} in purchasing about delivery {order} and she will come back to me on {day}.",
    "The goods of order {order} were booked into our warehouse {count} days after the date on the papers.",
    "Our approver {given} {family} is away until {day}, and nobody else may release more than {amount} EUR.",
    "For the next {count} orders please put the number {order} on every page, otherwise our scanner refuses them.",
    "We have changed our accounting system and some {count} open items had to be entered again by hand.",
    "If something is missing, call me on {phone}; I am at my desk until half past four.",
    "The freight of {amount} EUR was to be on your side according to the contract of {day}.",
    "I would be glad if we could close this before the audit, which begins on {day}.",
)


class MailMaker:
    """Makes mails of customers `C-1` to `C-n`, whose addresses `sender` gives and whose invoices `invoice`."""

    def __init__(self, seed: int, *, customers: int = 50) -> None:
        self._random = random.Random(seed)  # noqa: S311  # the same mails again, not secrets
        self._seed = seed
        self._customers = customers
        self._made = 0
        self._ids: list[str] = []

    def for_ingest(self, count: int) -> list[bytes]:
        """Half of them plain with a long quoted history, half multipart with a PDF; every third answers another."""
        return [self._for_ingest() for _ in range(count)]

    def with_new_text(self, count: int, *, size: int = KILOBYTE) -> list[bytes]:
        """Short mails whose writer says something new in about `size` characters."""
        return [self._with_new_text(size) for _ in range(count)]

    def _for_ingest(self) -> bytes:
        size = int(self._random.triangular(SMALLEST, LARGEST, USUAL))
        message, customer = self._envelope()
        text = self._text(customer, KILOBYTE)
        if self._made % 3 == 0 and self._ids:
            message["References"] = message["In-Reply-To"] = self._random.choice(self._ids)
        self._ids.append(message["Message-ID"])
        if self._made % 2:
            message.set_content(text + self._history(size - 2 * KILOBYTE))
            return message.as_bytes()
        history = self._history(size // 5)
        message.set_content(text + history)
        pdf = self._pdf(int((size - len(history) - 2 * KILOBYTE) * 0.73))
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"statement-{self._made}.pdf")
        return message.as_bytes()

    def _with_new_text(self, size: int) -> bytes:
        message, customer = self._envelope()
        message.set_content(self._text(customer, size))
        return message.as_bytes()

    def _envelope(self) -> tuple[EmailMessage, int]:
        self._made += 1
        customer = self._random.randint(1, self._customers)
        message = EmailMessage()
        message["From"] = f"{contact_name(customer)} <{contact_address(customer)}>"
        message["To"] = OUR_ADDRESS
        message["Subject"] = f"Re: Reminder {invoice(customer, 1)}, our reference {self._seed}-{self._made}"
        message["Date"] = format_datetime(_START + timedelta(minutes=self._made))
        unique = f"{self._seed}.{self._made}.{self._random.getrandbits(48):x}"
        message["Message-ID"] = f"<{unique}@customer{customer}.example>"
        return message, customer

    def _text(self, customer: int, size: int) -> str:
        greeting, farewell = "Dear Sir or Madam,\n\n", f"\n\nKind regards\n{contact_name(customer)}\n"
        sentences = [self._filled(self._random.choice(_ASKS), customer)]
        while len(greeting + " ".join(sentences)) < size - 40:
            sentences.append(self._filled(self._random.choice(_TALK), customer))
        return greeting + " ".join(sentences) + farewell

    def _filled(self, sentence: str, customer: int) -> str:
        pick = self._random
        return sentence.format(
            invoice=invoice(customer, pick.randint(1, 3)),
            day=(_START + timedelta(days=pick.randint(3, 60))).strftime("%d %B 2026"),
            amount=f"{pick.randint(100, 9_999)}.{pick.randint(0, 99):02}",
            count=pick.randint(3, 48),
            order=f"PO-{pick.randint(10_000, 99_999)}",
            given=pick.choice(_GIVEN),
            family=pick.choice(_FAMILY),
            phone=f"+44 1632 {pick.randint(100_000, 999_999)}",
        )

    def _history(self, size: int) -> str:
        lines = ["\n\nOn 20 April 2026 at 09:12, Seller Receivables wrote:"]
        length = 0
        while length < size:
            lines.append("> " + self._filled(self._random.choice(_TALK), 1))
            length += len(lines[-1]) + 1
        return "\n".join(lines) + "\n"

    def _pdf(self, size: int) -> bytes:
        """What begins and ends like a PDF; between, bytes that do not compress, as in a real one."""
        return b"%PDF-1.4\n" + self._random.randbytes(max(size, KILOBYTE)) + b"\n%%EOF\n"


def contact_name(customer: int) -> str:
    return f"{_GIVEN[customer % len(_GIVEN)]} {_FAMILY[customer % len(_FAMILY)]}"


def contact_address(customer: int) -> str:
    return f"accounts@customer{customer}.example"


def invoice(customer: int, number: int) -> str:
    return f"INV-{customer * 10 + number}"


def development_lines() -> list[dict[str, Any]]:
    return list(read_lines(DEVELOPMENT_SET))


def as_mail(line: dict[str, Any]) -> bytes:
    """A line of the development set as it would have come."""
    message = EmailMessage()
    message["From"] = line["from"]
    message["To"] = line.get("to", OUR_ADDRESS)
    message["Subject"] = " ".join(str(line["subject"]).split())
    message["Date"] = format_datetime(datetime.fromisoformat(line["received_at"]))
    message["Message-ID"] = f"<{line['id']}@evals.example>"
    message.set_content(line["body"])
    return message.as_bytes()


def mean_size(mails: Sequence[bytes]) -> float:
    return sum(map(len, mails)) / len(mails)
