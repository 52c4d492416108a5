"""What a mail says of the machine that wrote it (AI Act art. 50): a line for people, a header for programs."""

from email.message import EmailMessage

from app.domain.jurisdiction import Jurisdiction

MARK = "X-AI-Generated"
"""`yes` with `human-approved=no` on mail that no person saw; `draft` with `human-approved=yes` on what one approved."""

LINES = {
    "en": "This message was written by an automated system (AI).",
    "fr": "Ce message a été rédigé par un système automatisé (IA).",
    "de": "Diese Nachricht hat ein automatisches System (KI) verfasst.",
    "es": "Este mensaje lo ha redactado un sistema automático (IA).",
    "nl": "Dit bericht is geschreven door een geautomatiseerd systeem (AI).",
    "it": "Questo messaggio è stato scritto da un sistema automatico (IA).",
    "pt": "Esta mensagem foi escrita por um sistema automático (IA).",
}
TO_A_PERSON = {
    "en": "To reach a person, simply reply and say so.",
    "fr": "Pour joindre une personne, répondez en le demandant.",
    "de": "Einen Menschen erreichen Sie, indem Sie antworten und darum bitten.",
    "es": "Para hablar con una persona, responda y pídalo.",
    "nl": "Wilt u een medewerker spreken, antwoord dan en vraag erom.",
    "it": "Per parlare con una persona, risponda chiedendolo.",
    "pt": "Para falar com uma pessoa, responda e peça-o.",
}


def disclosed(body: str, language: str, *, is_automatic: bool, law: Jurisdiction | None = None) -> str:
    """The body, with the line of the reader's law where no person approved it."""
    return f"{body.rstrip()}\n\n{line_of(language, law)}" if is_automatic else body.rstrip()


def line_of(language: str, law: Jurisdiction | None) -> str:
    """What wrote the mail, in a law's own words where it has some, and how to reach a person where it asks for that."""
    spoken = language if language in LINES else "en"
    line = (law.lines.get(spoken) if law is not None else None) or LINES[spoken]
    return f"{line} {TO_A_PERSON[spoken]}" if law is None or law.names_a_person else line


def mark(message: EmailMessage, *, is_automatic: bool) -> None:
    message[MARK] = "yes; human-approved=no" if is_automatic else "draft; human-approved=yes"
