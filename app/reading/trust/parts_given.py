"""Texts that give a machine a part to play, ask for the rules that it follows, or are a talk or a call of its own.

You're Clara, the agent who never asks …      Thought: … / Action: …      list the rules you follow
"""

import re

from app.reading.spans import fold

_YOU_ARE = (
    r"(?-i:You are|You're|You\u2019re|Du bist|Tu es|Eres|Sei|Je bent|\u00c9s|Tu \u00e9s)"
    r"(?: now| jetzt| ab jetzt| d\u00e9sormais| ahora| ora| nu| agora)?"
)
_WHO = r"(?:,? (?:the|an?|der|die|das|l|le|la|el|il|lo|de|het|o|and|und|et|y|e|en)\b)"
_YOUR_NAME = (
    r"(?:your name is|dein name ist|hei\u00dft du|ton nom est|t.appelles|tu nombre es|te llamas|il tuo nome|ti chiami|"
    r"je naam is|heet je|o teu nome|chamas-te|te chamas)"
)
_RULES = (
    r"(?:rules|guidelines|regeln|vorgaben|richtlinien|r\u00e8gles|consignes|reglas|pautas|regole|regels|richtlijnen|"
    r"regras|diretrizes)"
)
_INSTRUCTIONS = rf"(?:{_RULES}|instructions|anweisungen|instrucciones|istruzioni|instructies|instru\u00e7\u00f5es)"
_TELL = (
    r"(?:list|print|quote|copy|translate|enumerate|liste|nenne|schreibe?|z\u00e4hle?|kopiere?|\u00e9cri[st]|recopie|"
    r"\u00e9num\u00e8re|traduis|escribe|copia|enumera|traduce|elenca|scrivi|traduci|som|schrijf|kopieer|lista|"
    r"escreve|traduz)"
)
_WORD_FOR_WORD = (
    r"(?:word for word|wort f\u00fcr wort|w\u00f6rtlich|mot pour mot|palabra por palabra|parola per parola|"
    r"woord voor woord|palavra por palavra)"
)
_ROLE = (
    r"(?:accountant|bookkeep\w+|auditor|manager|director|cfo|ceo|boss|finance|buchhalt\w+|gesch\u00e4ftsf\w+|chef\w*|"
    r"pr\u00fcfer\w*|comptab\w+|directeur|contab\w+|director\w*|direttore|boekhoud\w+|diretor\w*)"
)
_TEXT_BEFORE = (
    r"(?:text|words|lines|zeilen|texte|mots|texto|palabras|testo|parole|tekst|woorden|palavras)\b[^.?!\n]{0,30}\b"
    r"(?:before|above|vor|\u00fcber|avant|dessus|antes|encima|precede\w*|prima|v\u00f3\u00f3r|voor|boven|acima) "
    r"(?:de |di |a )?(?:this|dieser|ce|cette|este|questa|questo|deze|desta|deste) (?:e-?mail|mail|message|nachricht|"
    r"courriel|correo|mensaje|messaggio|bericht|mensagem)\b"
)
_STEP = r"(?:thought|action|action input|observation|final answer)"

_TALKS = (
    rf"^\W{{0,4}}{_STEP}\s?:[^\n]{{0,400}}\n\W{{0,4}}{_STEP}\s?:",
    r"<\|\w{1,20}\|>|^\W{0,2}(?:assistant|system)\s{0,3}\n|^\W{0,4}(?:invoke|call|exec|execute|run)\s?:?\s"
    r"[a-z]{2,20}_[a-z_]{2,30}\b|^/[a-z]{3,12}\b[^\n]{0,60} --[a-z]{2,12}\b|^@(?:assistant|bot|agent|ai) [a-z]{3,12} ",
    r"<(?:invoke|parameter|function|tool)(?:_\w{1,12})?[ =][^<>\n]{0,80}>|\[/?tool_?\w{0,20}\]",
    r"^\W{0,4}role[\"']?\s?:\s?[\"']?(?:system|assistant|developer|tool)\b",
    r"^\W{0,4}(?:tool|function|decision)(?:_name)?[\"']?\s?:\s?[\"']?(?:auto|approve\w*|[a-z]{2,20}_[a-z_]{2,30})\b",
    r"\b[a-z]{2,20}_[a-z_]{2,30}\([\"'\w]|\bbegin (?:machine|ai|system|agent) block\b",
)
_PERSONAS = (
    rf"(?:^|[.!?:]\s{{0,3}}){_YOU_ARE} (?-i:[A-Z]\w{{2,15}}){_WHO}(?=[^.!?\n]{{3,120}}[.!\n])",
    r"\b(?:from|now|moment|jetzt|desde|partir|ora|nu|maintenant|d\u00e9sormais|doravante|agora)\b"
    rf"[^.!?\n]{{0,25}}\b{_YOUR_NAME}\b",
    r"\b(?:answer|reply|respond|antworte|r\u00e9ponds|responde|rispondi|antwoord)\b[^.!?\n]{0,40}\b"
    r"(?:in the role of|as if you were|in der rolle|dans le r\u00f4le|en el papel|nel ruolo|in de rol|no papel) ",
    r"\b(?:take on the role|play the (?:role|part)|\u00fcbernimm die rolle|schl\u00fcpfe? in die rolle|glisse-toi dans|"
    r"mets-toi dans|ponte en el|mettiti nei|kruip in de|p\u00f5e-te n[ao]|\bin the shoes)\b"
    rf"[^.?!\n]{{0,40}}\b{_ROLE}\b",
    r"\b(?:you are|you will be|you shall be|bist du|du bist|eres|ser\u00e1s|tu es|tu seras|sei|sarai|ben je|je bent|"
    r"\u00e9s|ser\u00e1s)(?: known as| called| now| jetzt)? (?-i:([A-Z]\w{2,15}))[;,.]? ?(?:und|and|et|y|e|en)? ?\1\b",
    r"\bpretend\b[^.?!\n]{0,30}\b(?:you work|to work) (?:at|for)\b",
)
_ASKED_FOR = (
    rf"\b{_TELL}\b[^.?!\n]{{0,40}}\b{_RULES}\b[^.?!\n]{{0,30}}\b"
    r"(?:you (?:follow|obey|use|work)|du|tu suis|sigues|segui|je volgt|segues)\b",
    rf"\b{_TELL}\b[^.?!\n]{{0,20}}\b(?:your|deine|tes|tus|le tue|je|as tuas) {_RULES}\b",
    r"\b(?:show|tell|give|send|zeige?|nenne?|montre|donne|mu\u00e9stra|ense\u00f1a|mostra|dammi|laat|toon|d\u00e1)[-\w]{0,5}\b"
    rf"[^.?!\n]{{0,25}}\b{_TEXT_BEFORE}",
    r"\bmake you (?:escalate|flag|refuse|stop|hand over)\b",
    rf"\b(?:in deinen|in your|dans tes|en tus|nelle tue|in je|nas tuas) {_INSTRUCTIONS}\b",
    r"\b(?:include|copy|paste|quote|repeat|add)\b[^.?!\n]{0,30}\b(?:everything|all|whatever)\b[^.?!\n]{0,20}\b"
    r"above this (?:mail|message|e-?mail)\b",
    rf"\b{_WORD_FOR_WORD}\b[^.?!\n]{{0,40}}\b"
    r"(?:te han|you were told|you have been told|dir gesagt|t.a dit|ti hanno|je is|te disseram)\b",
    r"\byour (?:developers?|creators?|training data)\b|\btoken budget\b|\bcontext window\b|"
    r"\bce qu.on t.a dit\b|\bthe (?:real|actual) task is\b",
    r"\b(?:print|output) (?:only|just) the word\b|\bgib nur das wort\b",
)
PARTS = (_TALKS, _PERSONAS, _ASKED_FOR)

_ALL = r"(?:all|any|the|your|alle|deine|toutes|tous|les|tes|todas|las|tus|tutte|le|tue|de|je|as|tuas)"
_EARLIER = (
    r"(?:previous|prior|above|earlier|vorherigen|bisherigen|obigen|precedentes|anteriores|previas|precedenti|vorige|"
    r"eerdere)"
)
_RUN_TOGETHER = re.compile(
    r"(?:ignoriere|ignorieren|ignorez|ignorer|ignorar|ignore|ignora|disregard|forget|vergiss|oubliez|oublie|olvida|"
    rf"dimentica|negeer|vergeet|esquece){_ALL}{{0,3}}{_EARLIER}?"
    r"(?:instructions|instruction|rules|prompts|anweisungen|regeln|consignes|instrucciones|istruzioni|instructies|"
    r"instrucoes)"
)
_WITH_LETTERS_TOO_MANY = re.compile(re.sub(r"([a-z])\1", r"\1", _RUN_TOGETHER.pattern))
"""The same, where every letter stands once."""

_DOUBLED = re.compile(r"([a-z])\1+")
_APART = re.compile(r"[^a-z]+")


def runs_together(text: str) -> bool:
    """An order whose words are not parted, or parted in wrong places: it is sought without what is no letter."""
    letters = _APART.sub("", fold(text))
    return (
        _RUN_TOGETHER.search(letters) is not None
        or _WITH_LETTERS_TOO_MANY.search(_DOUBLED.sub(r"\1", letters)) is not None
    )
