"""People whose names are known: from ledger and headers, from the conversation so far, from addresses, from the texts themselves."""

import re
from collections.abc import Iterator, Sequence

from app.adapters.redaction.finds import Find
from app.adapters.redaction.lexicon import Lexicon
from app.adapters.redaction.name_reader import GAP
from app.adapters.redaction.words import Word, words_of

FULL, PART = 0.95, 0.7
SHORTEST_PART = 3
LOCAL_PART = re.compile(r"[._-]")

ROLES = frozenset(
    ["ar", "ap", "info", "accounts", "account", "accounting", "accountspayable", "accountsreceivable", "payables", "payable", "receivables", "invoices", "invoice", "invoicing", "billing", "finance", "financial", "credit", "creditcontrol", "collections", "payments", "payment", "treasury", "purchasing", "procurement", "purchase", "orders", "order", "sales", "support", "service", "servicedesk", "helpdesk", "help", "contact", "office", "admin", "hello", "hi", "team", "mail", "mailbox", "postmaster", "mailer", "daemon", "mailerdaemon", "noreply", "no", "reply", "donotreply", "bounce", "bounces", "abuse", "webmaster", "hr", "legal", "privacy", "dpo", "reception", "enquiries", "enquiry", "ledger", "remittance", "remittances", "statements", "supplier", "suppliers", "vendor", "vendors", "customer", "customers", "it", "dispatch", "buchhaltung", "rechnung", "rechnungen", "rechnungswesen", "kreditoren", "debitoren", "fibu", "einkauf", "vertrieb", "verwaltung", "zentrale", "kontakt", "post", "poststelle", "mahnung", "mahnwesen", "zahlung", "zahlungen", "finanzen", "empfang", "sekretariat", "kundenservice", "compta", "comptabilite", "comptafournisseurs", "facture", "factures", "facturation", "fournisseur", "fournisseurs", "accueil", "contacto", "direction", "secretariat", "achats", "tresorerie", "recouvrement", "reglements", "df", "dfi", "daf", "paiement", "contabilidad", "administracion", "facturas", "factura", "facturacion", "proveedores", "pagos", "tesoreria", "compras", "cobros", "responder", "noresponder", "clientes", "oficina", "gestion", "administratie", "boekhouding", "facturen", "factuur", "crediteuren", "debiteuren", "inkoop", "financien", "klantenservice", "amministrazione", "contabilita", "fatture", "fattura", "fatturazione", "fornitori", "acquisti", "tesoreria", "ufficio", "segreteria", "pagamenti", "clienti", "contabilidade", "faturas", "fatura", "faturacao", "fornecedores", "pagamentos", "tesouraria", "compras", "geral", "financeiro", "cobrancas"]
)
"""What stands before the @ of a mailbox that belongs to no one person."""


def is_role_mailbox(address: str) -> bool:
    local = address.partition("@")[0].lower()
    parts = [part for part in re.split(r"[._+\-\d]+", local) if part]
    return not parts or local in ROLES or parts[0] in ROLES or all(part in ROLES for part in parts)


class KnownPeople:
    """Finds people by the words of their names: whole, in either order, or one part of it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._full: dict[str, set[tuple[str, ...]]] = {}
        self._parts: set[str] = set()

    def add(self, name: str) -> None:
        """A name as written: "Beth Lawson", "Lawson, Beth", "Dr. Eva Stein". What looks like an office or a firm is left out."""
        folded = tuple(word.folded for word in words_of(name))
        names = tuple(word for word in folded if word not in self.lexicon.titles)
        if not names or self._is_office(names):
            return
        if len(names) > 1:
            for order in (names, (*names[-1:], *names[:-1]), (*names[1:], names[0])):
                self._full.setdefault(order[0], set()).add(order)
        for word in names:
            if (
                len(word) >= SHORTEST_PART
                and word not in self.lexicon.particles
                and word not in self.lexicon.never_names
                and word not in self.lexicon.calendar
            ):
                self._parts.add(word)

    def add_address(self, address: str) -> None:
        """The person whom "mei.chen@…" or "theo@…" gives away."""
        if is_role_mailbox(address):
            return
        parts = [part for part in LOCAL_PART.split(address.partition("@")[0]) if part.isalpha()]
        if len(parts) > 1 and all(len(part) >= 2 for part in parts):  # noqa: PLR2004
            self.add(" ".join(parts))
        elif parts:
            longest = max(parts, key=len)
            if self.lexicon.is_listed(longest.lower()) or len(parts) > 1:
                self.add(longest)

    def _is_office(self, names: Sequence[str]) -> bool:
        lexicon = self.lexicon
        return any(
            (word in lexicon.company_words or word in lexicon.never_names) and not lexicon.is_first(word)
            for word in names
        )

    def find(self, text: str) -> Iterator[Find]:
        words = list(words_of(text))
        at = 0
        while at < len(words):
            end = self._full_at(text, words, at)
            if end:
                yield Find("PERSON", words[at].start, words[end - 1].end, FULL)
                at = end
                continue
            if self._part_of(words[at].folded) and self._stands_alone(text, words, at):
                yield Find("PERSON", words[at].start, words[at].end, PART)
            at += 1

    def _full_at(self, text: str, words: Sequence[Word], at: int) -> int:
        for name in sorted(self._full.get(words[at].folded, ()), key=len, reverse=True):
            end = at + len(name)
            fits = end <= len(words) and all(words[at + i].folded == part for i, part in enumerate(name))
            if fits and all(_joined(text, words[i], words[i + 1]) for i in range(at, end - 1)):
                return end
        return 0

    def _part_of(self, word: str) -> bool:
        return word in self._parts or (word.endswith("s") and len(word) > 4 and word[:-1] in self._parts)  # noqa: PLR2004

    def _stands_alone(self, text: str, words: Sequence[Word], at: int) -> bool:
        """A part of a name is masked as a word of its own, not inside a company's name or at the start of a sentence that it may just open."""
        word, lexicon = words[at], self.lexicon
        if not word.is_capital:
            return False
        after = words[at + 1] if at + 1 < len(words) and GAP.fullmatch(text, word.end, words[at + 1].start) else None
        prior = words[at - 1] if at and GAP.fullmatch(text, words[at - 1].end, word.start) else None
        if re.match(r"[^\S\n]?&|[\w@]|\.\w", text[word.end : word.end + 2]) or text[
            max(0, word.start - 2) : word.start
        ].strip() in {"&", "@"}:
            return False
        titled = prior is not None and prior.folded in lexicon.titles | lexicon.greetings
        if titled:
            return True
        if (
            after is not None
            and after.is_capital
            and text[word.end] != "."
            and not self._part_of(after.folded)
            and not lexicon.is_listed(after.folded)
            and after.folded not in lexicon.never_names
        ):
            return False
        if after is not None and after.is_capital and text[word.end] != "." and after.folded in lexicon.company_words:
            return False
        if (
            prior is not None
            and prior.is_capital
            and text[prior.end] != "."
            and prior.folded in lexicon.company_words | lexicon.place_words
        ):
            return False
        opens = prior is None or text[prior.end] == "."
        return not (opens and word.folded in lexicon.doubtful_first_names and after is not None)


def _joined(text: str, one: Word, other: Word) -> bool:
    return (
        re.fullmatch(r"[^\S\n]{1,2}|,[^\S\n]?|\.[^\S\n]{0,2}|[^\S\n]?\n[>\s]{0,3}|[-_]", text[one.end : other.start])
        is not None
    )
