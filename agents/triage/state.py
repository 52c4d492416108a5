"""What travels along the triage graph.

`ours` is what the deterministic readers found; their offsets count in the redacted letter.
"""

from dataclasses import dataclass
from operator import add
from typing import Annotated, TypedDict

from agents.triage.brief import DraftBrief
from agents.triage.outputs import Flag
from app.domain.account import Account, LinkMethod
from app.domain.case import Letter
from app.domain.intents import Reason
from app.domain.message import Authentication
from app.domain.policy import Decision, Situation
from app.domain.proposal import Draft, Facts, IntentFinding, ModelCall, PaymentFact
from app.reading.facts.reader import ExtractedFacts


@dataclass(frozen=True, slots=True)
class Standing:
    """How sure we are of the writer, without saying who it is."""

    method: LinkMethod
    is_active_contact: bool
    authentication: Authentication = Authentication.NONE

    @property
    def is_verified(self) -> bool:
        """Only such a writer may be told what the ledger says."""
        known = self.method is LinkMethod.CONTACT and self.is_active_contact
        return known and self.authentication is not Authentication.FAIL


class TriageState(TypedDict, total=False):
    letter: Letter
    account: Account
    standing: Standing

    findings: tuple[IntentFinding, ...]
    flags: frozenset[Flag]
    remitted: tuple[PaymentFact, ...]
    ours: ExtractedFacts
    facts: Facts
    legal: frozenset[Reason]
    mentioned: tuple[str, ...]
    invoices: tuple[str, ...]
    situation: Situation
    decision: Decision

    brief: DraftBrief
    draft: Draft | None
    problems: tuple[str, ...]
    attempts: int

    calls: Annotated[tuple[ModelCall, ...], add]
