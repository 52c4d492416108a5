"""Text that lawyers and gateways put around a mail: disclaimers, company particulars, warnings about the sender.

One of these phrases is enough to know a paragraph of small print at a mail's end; none of them is what a customer
writes about an invoice, an insolvency or a complaint.
"""

import re

_DISCLAIMER = re.compile(
    r"^\W{0,4}(?:(?:this|the information (?:contained )?in this|the contents? of this) (?:e-?mail|message|"
    r"communication|transmission)\b.{0,120}(?:confidential|intended|privileged)"
    r"|confidentiality notice|please consider the environment|think before you print"
    r"|diese (?:e-?mail|nachricht)\b.{0,120}(?:vertraulich|bestimmt|rechtlich geschützt)|der inhalt dieser e-?mail"
    r"|ce (?:message|courriel|mail|courrier)\b.{0,120}(?:confidentiel|destin)|avis de confidentialité"
    r"|pensez à l.environnement|n.imprimez ce"
    r"|este (?:mensaje|correo|e-?mail)\b.{0,120}(?:confidencial|dirigid|destinad)|aviso de confidencialidad"
    r"|antes de imprimir"
    r"|(?:questo|il presente|la presente) (?:messaggio|e-?mail|comunicazione)\b.{0,120}(?:riservat|confidenzial|"
    r"destinat)"
    r"|dit (?:e-?mail)?bericht\b.{0,120}(?:vertrouwelijk|bestemd|bedoeld)"
    r"|deze e-?mail\b.{0,120}(?:vertrouwelijk|bestemd|bedoeld)"
    r"|esta (?:mensagem|e-?mail)\b.{0,120}(?:confidencia|destinad)|este e-?mail\b.{0,120}(?:confidencia|destinad))",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"\bintended (?:solely )?(?:recipient|addressee|for the)|\b(?:named|the) addressee\b|\baccepts? no (?:liability|"
    r"responsibility)|\bvirus(?:es)?\b.{0,60}\b(?:scan|check|free|damage|transmi)|\bregistered (?:office|in england|"
    r"company)\b|\bprivacy (?:policy|notice|statement)\b|\bbefore printing\b|\bviews? (?:or opinions? )?expressed\b"
    r"|\b(?:richtige|vorgesehene|bestimmungsgemäße)\w* (?:adressat|empfänger)|\bsitz der gesellschaft\b|\bHR[AB] ?\d"
    r"|\bust-?id\w*\W{1,4}DE\d|\bdatenschutz(?:erklärung|hinweis\w*)?\b.{0,60}(?:finden|https?:|www\.)"
    r"|\brechtsverbindliche (?:zusagen|erklärungen)|\bhaftungsausschluss\W.{0,200}(?:haft|gewähr|vertraulich)"
    r"|\b(?:n.êtes pas|n.est pas|non) le (?:bon )?destinataire|\bmentions légales\b|\bpolitique de confidentialité\b"
    r"|\bcapital (?:social )?de \d|\bRCS [A-Z]"
    r"|\bno es (?:usted )?el destinatario|\bprotección de datos\b|\bpolítica de privacidad\b|\bregistro mercantil\b"
    r"|\bnon (?:siete|è|sei) il (?:corretto )?destinatario|\binformativa (?:sulla )?privacy\b|\bcapitale sociale\b"
    r"|\bniet de (?:geadresseerde|beoogde ontvanger)|\bprivacyverklaring\b|\bkvk\W{0,3}(?:nr\.?|nummer)?\W{0,3}\d{6}"
    r"|\bnão (?:é|for|seja) o (?:destinatário|seu destinatário)|\bcapital social\b|\bproteção de dados\b",
    re.IGNORECASE,
)
_OUTSIDE = (
    r"outside|external|extern\w*|l.ext[ée]rieur|extérieure?|fuera|externo|esterno|dall.esterno|buiten|exterior|fora"
)
_MAIL = r"e-?mail|message|sender|nachricht|absender|courriel|expéditeur|correo|remitente|messaggio|mittente|bericht"
_BANNER = re.compile(
    rf"^\W{{0,3}}(?:caution|warning|external(?: e-?mail| sender| message)?|achtung|vorsicht|hinweis|extern\w*|"
    rf"attention|avertissement|atención|aviso|attenzione|let op|waarschuwing|atenção|cuidado)\b\W{{1,4}}"
    rf"(?=.{{0,160}}\b(?:{_MAIL}|afzender|mensagem|mensaje|mail)\b)(?=.{{0,160}}\b(?:{_OUTSIDE})\b)"
    rf"(?=.{{0,160}}\b(?:originat\w*|com(?:es|ing)|sent|received|stammt|kommt|wurde|provient|vient|procede|proviene|"
    rf"viene|komt|afkomstig|vem|provém|is from|est|externe[rn]? absender)\b)",
    re.IGNORECASE,
)
_RARE_SENDER = re.compile(
    r"^\W{0,3}(?:you don.t often get e-?mail from|some people who received this message don.t often get|"
    r"sie erhalten nicht oft (?:eine )?e-?mails? von|vous n.obtenez pas souvent d.e-?mail|"
    r"no suele recibir correos? electrónicos? de|non si ricevono spesso messaggi|u ontvangt niet vaak e-?mail van|"
    r"não costuma receber e-?mails? de)",
    re.IGNORECASE,
)
_BANNER_LIMIT = 500


def is_small_print(paragraph: str) -> bool:
    return _DISCLAIMER.match(paragraph) is not None or _PHRASE.search(paragraph) is not None


def opens_disclaimer(line: str) -> bool:
    """A disclaimer begins here, and may go on for paragraphs."""
    return _DISCLAIMER.match(line) is not None


def is_banner(paragraph: str) -> bool:
    """A gateway's warning above a mail. A person's own "Attention: …" names no mail that comes from outside."""
    return len(paragraph) <= _BANNER_LIMIT and bool(_BANNER.match(paragraph) or _RARE_SENDER.match(paragraph))
