"""All that is kept of a person, as the ZIP that they get: data.json and each mail."""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from app.db.repositories.privacy import Letter, Privacy
from app.db.tables.ledger import ContactRow
from app.db.uow import Uow
from app.domain.watermark import Watermark
from app.reading.trust.impostors import is_name_of_same


async def write_data(uow: Uow, store: Privacy, address: str, mark: Watermark, out: IO[bytes]) -> int:
    """`address` in small letters, `mark` as the file is to name its maker. Returns the number of mails."""
    letters = [letter async for letter in store.letters(address)]
    rows = await store.contacts(address)
    contacts = [_contact(row) for row in rows]
    themselves = customers_themselves(rows, await store.names({row.customer_id for row in rows}))
    homes = await _homes(uow, themselves)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        names = [await _file(store, archive, number, letter) for number, letter in enumerate(letters, start=1)]
        mails = [_described(letter, name) for letter, name in zip(letters, names, strict=True)]
        data: dict[str, Any] = {"address": address, "made_at": mark.at.isoformat(), "export": str(mark)}
        data |= {"contacts": contacts, "addresses": homes, "mails": mails}
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
    return len(letters)


def customers_themselves(contacts: Sequence[ContactRow], names: Mapping[str, str]) -> set[str]:
    """The customers, by their name, who may be the person whose contact rows these are: not all of whom a debt
    counsellor is a contact. Rows without a name are somebody's own where they are one customer's alone."""
    return {
        row.customer_id
        for row in contacts
        if (is_name_of_same(row.name, names[row.customer_id]) if row.name.strip() else len(names) == 1)
    }


async def _homes(uow: Uow, customer_ids: Iterable[str]) -> dict[str, str]:
    """The postal addresses of those customers who are people, by customer."""
    customers = [await uow.ledger.customer(customer_id) for customer_id in sorted(customer_ids)]
    homes = {one.id: await uow.addresses.of(one.id) for one in customers if one is not None and one.natural_person}
    return {customer_id: address for customer_id, address in homes.items() if address}


async def _file(store: Privacy, archive: zipfile.ZipFile, number: int, letter: Letter) -> str:
    name = f"mails/{number:04}-{'sent' if letter.is_ours else 'received'}.eml"
    archive.writestr(name, await store.raw(letter))
    return name


def _described(letter: Letter, name: str) -> dict[str, Any]:
    direction = "sent" if letter.is_ours else "received"
    return {"file": name, "at": letter.at.isoformat(), "direction": direction, "subject": letter.subject}


def _contact(row: Any) -> dict[str, Any]:
    fields = ("customer_id", "name", "email", "phone", "role", "language", "active")
    return {name: getattr(row, name) for name in fields}
