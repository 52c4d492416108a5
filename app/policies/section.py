"""One table of a policy file, read key by key. Whatever is wrong is named with the file, the place and the mend."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from app.domain.errors import SettingInvalid
from app.domain.money import CURRENCY_CODE

E = TypeVar("E", bound=StrEnum)
MOST_PERCENT = 100


class Section:
    """`where` says which table of the file this is. Every getter raises SettingInvalid."""

    def __init__(self, file: str, where: str, table: Mapping[str, Any]) -> None:
        self._file = file
        self._where = where
        self._table = table

    def refuse(self, what: str) -> NoReturn:
        raise SettingInvalid(f"{self._file}: {self._where}: {what}" if self._where else f"{self._file}: {what}")

    def only(self, *known: str) -> None:
        odd = sorted(set(self._table) - set(known))
        if odd:
            self.refuse(f'"{odd[0]}" is not known here; use {", ".join(sorted(known))}')

    def has(self, key: str) -> bool:
        return key in self._table

    def text(self, key: str, default: str = "") -> str:
        value = self._table.get(key, default)
        if not isinstance(value, str) or not value:
            self.refuse(f'{key} must be a text such as {key} = "…"')
        return value

    def said(self, key: str) -> str:
        """A text that may be missing or empty."""
        value = self._table.get(key, "")
        if not isinstance(value, str):
            self.refuse(f'{key} must be a text such as {key} = "…"')
        return value.strip()

    def word(self, key: str, kind: type[E]) -> E:
        known = [member.value for member in kind]
        value = self._table.get(key)
        if value not in known:
            self.refuse(f'{key}: "{value}" is not one of {", ".join(known)}')
        return kind(str(value))

    def whole(self, key: str, default: int | None = None, *, least: int = 0, most: int = 3_650) -> int:
        value = self._table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(f"{key} must be a whole number from {least} to {most}")
        return value

    def claim(self, key: str) -> bool:
        value = self._table.get(key, False)
        if not isinstance(value, bool):
            self.refuse(f"{key} must be true or false")
        return value

    def amount(self, key: str) -> Decimal:
        value = self._table.get(key, 0)
        if not isinstance(value, int | Decimal) or isinstance(value, bool) or value < 0:
            self.refuse(f"{key} must be an amount such as 10.00")
        return Decimal(value)

    def amounts(self, key: str) -> dict[str, Decimal]:
        """Sums by currency."""
        given = self._table.get(key, {})
        if not isinstance(given, Mapping) or not all(CURRENCY_CODE.fullmatch(currency) for currency in given):
            self.refuse(f"{key} must be sums by currency, such as {{ EUR = 5.00, JPY = 800 }}")
        table = Section(self._file, f"{self._where}.{key}", given)
        return {currency: table.amount(currency) for currency in given}

    def percent(self, key: str) -> Decimal:
        """Of a rate, which may be below zero."""
        value = self._table.get(key)
        if not isinstance(value, int | Decimal) or isinstance(value, bool) or not -MOST_PERCENT < value < MOST_PERCENT:
            self.refuse(f"{key} must be a number of per cent such as 2.15")
        return Decimal(value)

    def clock(self, key: str, default: time) -> time:
        value = self._table.get(key, default)
        if not isinstance(value, time):
            self.refuse(f"{key} must be a time of day such as 08:00:00, without quotes")
        return value

    def day(self, key: str) -> date:
        value = self._table.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(f"{key} must be a day such as 2026-06-30, without quotes")
        return value

    def share(self, key: str, default: float) -> float:
        value = self._table.get(key, default)
        if not isinstance(value, int | float | Decimal) or isinstance(value, bool) or not 0 <= value <= 1:
            self.refuse(f"{key} must be a share from 0 to 1, such as 0.05")
        return float(value)

    def members(self, key: str, kind: type[E]) -> frozenset[E]:
        """Some words of a closed set, at least one."""
        known = {member.value: member for member in kind}
        named = self.words(key)
        odd = sorted(named - set(known))
        if odd:
            self.refuse(f'{key}: "{odd[0]}" is not one of {", ".join(known)}')
        if not named:
            self.refuse(f"{key} must name at least one of {', '.join(known)}")
        return frozenset(known[word] for word in named)

    def words(self, key: str) -> frozenset[str]:
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.refuse(f'{key} must be a list of words, such as ["…"]')
        return frozenset(value)

    def table(self, key: str) -> "Section":
        value = self._table.get(key, {})
        if not isinstance(value, dict):
            self.refuse(f"{key} must be a table")
        return Section(self._file, f"{self._where}.{key}".lstrip("."), value)

    def tables(self, key: str) -> Iterator["Section"]:
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            self.refuse(f"{key} must be a list of tables")
        for number, table in enumerate(value, 1):
            yield Section(self._file, f"{self._where}.{key} {number}", table)
