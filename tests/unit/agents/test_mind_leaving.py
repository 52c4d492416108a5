"""What leaves the process when the model is somebody else's."""

from datetime import UTC, datetime

from agents.prompts import Prompts
from app.adapters.presidio import PresidioRedactor
from app.domain.account import Link, LinkMethod
from app.domain.case import Case
from app.domain.intents import Intent
from app.domain.message import Identity
from app.mind import LocalMind
from app.policies.loading import load_policy
from app.reading.reading import read_mail
from tests.unit.agents.scripted import ScriptedModel, account, says

MAIL = b"""From: Zymurga Quarle <zq@oakdale.example>
To: ar@seller.example
Subject: INV-1
Date: Fri, 20 Mar 2026 10:00:00 +0000
Message-ID: <7@oakdale.example>
Content-Type: text/plain; charset=utf-8

Hello,

Wickramasinghe says that INV-1 is a duplicate.

-- 
Zymurga Quarle
Head of Glockenspiel Repair
Unit 9, Brambleworth
"""


async def test_signature_and_unknown_names_reach_no_outside_model() -> None:
    model = ScriptedModel(says(Intent.DISPUTE, quote="INV-1 is a duplicate"))
    mind = LocalMind(
        redactor=PresidioRedactor.create(is_strict=True),
        model=model,
        prompts=Prompts.load(),
        policy=load_policy(),
        read=read_mail,
    )
    read = await mind.read(MAIL, Identity(("ar@seller.example",)))
    assert read.parts.signature is not None
    assert "Glockenspiel" in read.parts.signature.of(read.mail.text)

    link = Link(LinkMethod.NONE, account(), None)
    await mind.think(Case(read, link, datetime(2026, 3, 20, 10, tzinfo=UTC), "ar@seller.example"))

    shown = [f"{question.prompt.system}\n{question.fenced}" for question in model.questions]
    assert shown
    secrets = ("Wickramasinghe", "Zymurga", "Quarle", "Glockenspiel", "Brambleworth")
    assert [secret for secret in secrets for text in shown if secret in text] == []
    assert all("INV-1 is a duplicate" in text for text in shown)
