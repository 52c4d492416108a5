"""Files of an answer over HTTP: saved and never shown, by whom the portfolio lets, and each look is noted."""

import json

import sqlalchemy as sa

from app.db.tables.papers import DocumentRow
from app.db.tables.system import Chain
from app.domain.ids import new_id
from app.domain.review import Role
from tests.web.house import House

HOSTILE = b"<html><script>alert(1)</script></html>"


async def test_a_stored_copy_is_saved_as_what_it_is_and_noted(house: House) -> None:
    """One of an older release, which took it as a PDF."""
    async with house.services.database.write() as uow:
        invoice = next(one for one in await uow.ledger.invoices("C-1") if one.number == "INV-1001")
        await uow.documents.put(invoice.id, "INV-1001.pdf", "application/pdf", HOSTILE)
        document_id = await uow.session.scalar(sa.select(DocumentRow.id))
    async with house.as_(Role.COLLECTOR) as http:
        answer = await http.get(f"/documents/{document_id}")
        assert (await http.get(f"/documents/{new_id()}")).status_code == 404
    assert (answer.status_code, answer.content) == (200, HOSTILE)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert (
        answer.headers["content-disposition"] == "attachment; filename=\"INV-1001.bin\"; filename*=UTF-8''INV-1001.bin"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    await house.services.reads.flush()
    async with house.services.database.read() as uow:
        entries = [json.loads(link.body) async for link in uow.audit.links(Chain.ACCESS)]
    assert [entry["refs"].get("document_id") for entry in entries if entry["kind"] == "ledger.document.read"] == [
        str(document_id)
    ]
    async with house.as_(None) as http:
        assert (await http.get(f"/documents/{document_id}")).status_code == 303
