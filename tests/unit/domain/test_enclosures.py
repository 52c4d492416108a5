from collections.abc import Sequence
from uuid import UUID

import pytest

from app.domain.account import Contact, StoredCopy
from app.domain.enclosures import (
    MOST,
    MOST_BYTES,
    NOTHING,
    DocumentKind,
    Enclosed,
    Owed,
    Withheld,
    check_fits,
    fitting,
    owed_of,
    safe_name,
    said,
    withheld_from,
)
from app.domain.errors import Invalid
from app.domain.message import Authentication

ONE = Enclosed((UUID(int=1),))
STATED = Enclosed(has_statement=True)


def copy(number: int, size: int) -> StoredCopy:
    return StoredCopy(UUID(int=number), f"INV-{number}", f"INV-{number}.pdf", "application/pdf", size, "0" * 64)


@pytest.mark.parametrize(
    ("kind", "invoices", "copied", "enclosed", "owed"),
    [
        (DocumentKind.INVOICE_COPY, ["INV-1"], ["INV-1"], ONE, None),
        (DocumentKind.INVOICE_COPY, ["INV-1", "INV-2"], ["INV-1"], ONE, Owed(DocumentKind.INVOICE_COPY, ("INV-2",))),
        (DocumentKind.INVOICE_COPY, [], [], NOTHING, Owed(DocumentKind.INVOICE_COPY)),
        (DocumentKind.INVOICE_COPY, [], ["INV-1"], ONE, None),
        (DocumentKind.STATEMENT, [], [], STATED, None),
        (DocumentKind.STATEMENT, [], ["INV-1"], ONE, Owed(DocumentKind.STATEMENT)),
        (DocumentKind.PROOF_OF_DELIVERY, ["INV-1"], ["INV-1"], ONE, Owed(DocumentKind.PROOF_OF_DELIVERY, ("INV-1",))),
        (None, ["INV-1"], [], NOTHING, Owed(None, ("INV-1",))),
        (None, ["INV-1"], ["INV-1"], ONE, None),
    ],
)
def test_what_does_not_go_along_is_owed(
    kind: DocumentKind | None, invoices: Sequence[str], copied: Sequence[str], enclosed: Enclosed, owed: Owed | None
) -> None:
    assert owed_of(kind, invoices, copied, enclosed) == owed


def test_what_is_owed_is_said_in_words() -> None:
    assert said(Owed(DocumentKind.INVOICE_COPY, ("INV-1", "INV-2"))) == "A copy of the invoice: INV-1, INV-2"
    assert said(Owed()) == "The documents that the mail asks for"


def test_files_go_along_until_the_mail_is_full() -> None:
    half = MOST_BYTES // 2
    assert [one.number for one in fitting([copy(1, half), copy(2, half + 1), copy(3, half)])] == ["INV-1", "INV-3"]
    assert len(fitting(copy(number, 1) for number in range(MOST + 5))) == MOST
    check_fits([half, half])
    with pytest.raises(Invalid, match="20 files of 15 MB together"):
        check_fits([half, half, 2])
    with pytest.raises(Invalid, match="leave some out"):
        check_fits([1] * (MOST + 1))


@pytest.mark.parametrize(
    ("writer", "is_active", "has_customer", "authentication", "is_suspicious", "why"),
    [
        ("Petra@customer.example", True, True, Authentication.NONE, False, None),
        ("petra@customer.example", False, True, Authentication.PASS, False, Withheld.UNKNOWN_WRITER),
        ("eve@evil.test", True, True, Authentication.PASS, False, Withheld.UNKNOWN_WRITER),
        ("petra@customer.example", True, False, Authentication.PASS, False, Withheld.UNKNOWN_CUSTOMER),
        ("petra@customer.example", True, True, Authentication.FAIL, False, Withheld.NOT_AUTHENTIC),
        ("petra@customer.example", True, True, Authentication.PASS, True, Withheld.SUSPICIOUS),
    ],
)
def test_only_an_active_contact_gets_files(
    writer: str,
    is_active: bool,
    has_customer: bool,
    authentication: Authentication,
    is_suspicious: bool,
    why: Withheld | None,
) -> None:
    contacts = [Contact("Petra Vane", "petra@customer.example", active=is_active)]
    found = withheld_from(
        writer, contacts, has_customer=has_customer, authentication=authentication, is_suspicious=is_suspicious
    )
    assert found is why


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("INV-1.PDF", "INV-1.pdf"),
        ("a/b\\c:d.pdf", "a_b_c_d.pdf"),
        ("../../etc/passwd", "_.._etc_passwd.pdf"),
        ("Rechnung Nº 5.pdf", "Rechnung Nº 5.pdf"),
        ("two\r\nBcc: x@evil.test.pdf", "two__Bcc_ x@evil.test.pdf"),
        ("\u202efdp.exe", "_fdp.pdf"),
        ("...", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_file_has_a_name_that_every_system_takes(name: str, safe: str) -> None:
    assert safe_name(name, ".pdf") == safe
