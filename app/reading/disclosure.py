"""What a mail says of the machine that wrote it (AI Act art. 50): a line for people, a header for programs."""

from email.message import EmailMessage

MARK = "X-AI-Generated"
"""`yes` with `human-approved=no` on mail that no person saw; `draft` with `human-approved=yes` on what one approved."""

LINES = {
    "en": "This message was written by an automated system (AI). To reach a person, simply reply and say so.",
    "fr": "Ce message a été rédigé par un système automatisé (IA). Pour joindre une personne, répondez en le"
    " demandant.",
    "de": "Diese Nachricht hat ein automatisches System (KI) verfasst. Einen Menschen erreichen Sie, indem Sie"
    " antworten und darum bitten.",
    "es": "Este mensaje lo ha redactado un sistema automático (IA). Para hablar con una persona, responda y pídalo.",
    "nl": "Dit bericht is geschreven door een geautomatiseerd systeem (AI). Wilt u een medewerker spreken, antwoord dan"
    " en vraag erom.",
    "it": "Questo messaggio è stato scritto da un sistema automatico (IA). Per parlare con una persona, risponda"
    " chiedendolo.",
    "pt": "Esta mensagem foi escrita por um sistema automático (IA). Para falar com uma pessoa, responda e peça-o.",
}


def disclosed(body: str, language: str, *, is_automatic: bool) -> str:
    """The body, with the line where no person approved it."""
    return f"{body.rstrip()}\n\n{LINES.get(language, LINES['en'])}" if is_automatic else body.rstrip()


def mark(message: EmailMessage, *, is_automatic: bool) -> None:
    message[MARK] = "yes; human-approved=no" if is_automatic else "draft; human-approved=yes"
