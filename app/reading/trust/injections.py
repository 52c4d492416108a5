"""Text that speaks to an AI or to the software instead of to us, in seven languages.

A net for what is plainly that; it decides nothing but that a person looks. Words that collectors' mail uses every day
("please ignore the previous reminder", "mark the invoice as paid", "our payment instructions") are no sign by
themselves. Every expression is linear: gaps are bounded, and nothing repeated is repeated again.
"""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path

from app.domain.intents import Intent, Reason
from app.reading.charsets import UNPRINTABLE
from app.reading.collocations import Collocations
from app.reading.sight.invisible import INVISIBLE
from app.reading.trust.disguises import undisguised
from app.reading.trust.parts_given import PARTS, runs_together
from app.reading.trust.spoken_to import orders_a_machine

HTML_LIMIT = 300_000
_HEAD, _TAIL = 60_000, 20_000  # more than any model is shown

_AI = (
    r"(?:(?-i:AI|A\.I\.|KI|IA|I\.A\.|LLMs?|GPT)(?:[- ](?:assist\w+|agent\w*|model\w*|modell\w*|system\w*|bot\w*|"
    r"tool\w*))?|(?:assistant|asistente|"
    r"assistente|agente?)[- ](?-i:IA|AI|de IA|de AI)|chat-?gpt|chat-?bots?|bots?|robots?|robô|copilot|"
    r"language models?|sprachmodelle?|"
    r"taalmodel(?:len)?|"
    r"modelos? de (?:lenguaje|linguagem)|modell[oi] linguistic[oi]|modèles? de langage|intelligence artificielle|"
    r"inteligencia artificial|"
    r"inteligência artificial|"
    r"intelligenza artificiale|kunstmatige intelligentie|künstliche intelligenz|virtual assistants?|"
    r"virtuelle[rn]? assistent\w*|assistant virtuel|"
    r"asistente virtual|assistente virtual[e]?|virtuele assistent)"
)
_SYSTEM = (
    r"(?:system\b(?! admin)|automated system|sistema|sistema automático|sistema automatico|système|systeem|motor|"
    r"engine|moteur|motore|software|logiciel|classifier|clasificador|assistant|assistent|asistente|assistente)"
)
_THE = (
    r"(?:the |any |all |whatever |every |your |die |das |den |dem |der |ihre |deine |l.|la |le |el |il |lo |o |"
    r"os |as |de |het |een |uw |je |tu |su |un |una |une |d.)?(?:e-?mail[- ])?(?:interne? |automated |"
    r"automatische |automático )?"
)
_NOTE = (
    r"(?:note|message|instruction|notice|attention|command|hinweis|nachricht|anweisung|achtung|mitteilung|befehl|"
    r"remarque|consigne|nota|avis|instrucción|mensaje|aviso|atención|orden|istruzione|messaggio|avviso|attenzione|"
    r"opmerking|instructie|bericht|opdracht|instrução|mensagem|ordem|atenção)(?:s|en|es)?(?: internal?| interna|"
    r" interne)?"
)
_TO = r"(?:to|for|an|für|à|a|al|ao|au|pour|para|per|voor|aan|all.|de l.attention de|destinée? à)"
_TASK = (
    r"(?:instructions?|directions?|directives?|prompts?|guidelines|commands|rules|anweisung(?:en)?|"
    r"instruktion(?:en)?|vorgaben|regeln|befehle?|"
    r"consignes?|règles|ordres|instruccion(?:es)?|instrucción|"
    r"reglas|órdenes|indicaciones|istruzion[ei]|regole|direttive|instructies?|opdracht(?:en)?|regels|"
    r"aanwijzing(?:en)?|instruções|instrução|regras|"
    r"ordens)"
)
_FORGET = (
    r"(?:ignore|disregard|forget|override|bypass|ignorier(?:e|en)|vergiss|vergessen sie|missachte|überschreibe|"
    r"ignorez|oublie[zr]?|ignorer|"
    r"ne tene?[zs]? pas compte|ignora|ignore[nm]?|ignorar|olvida|"
    r"olvide|desestim[ae]|no tengas en cuenta|dimentica|tralascia|non considerare|negeer|vergeet|esqueça|esquece|"
    r"desconsidere|não considere)"
)
_EARLIER = (
    r"(?:previous|prior|above|earlier|preceding|foregoing|initial|original|all|any|your|system|vorherigen?|"
    r"bisherigen?|obigen?|früheren|alle|deine|"
    r"ihre|précédentes?|antérieures|ci-dessus|toutes|tes|vos|"
    r"anteriores|previas|todas|tus|sus|precedenti|tutte|tue|sue|vorige|eerdere|bovenstaande|jouw|je|uw|prévias|suas|"
    r"tuas|acima)"
)
_NOT_BUSINESS = (
    r"(?<!payment )(?<!bank )(?<!banking )(?<!delivery )(?<!shipping )(?<!transfer )(?<!remittance )(?<!billing )"
)
_READS = (
    r"(?:reads?|reading|process\w*|summari[sz]\w+|handl\w+|liest|mitliest|lesen|bearbeitet|verarbeitet|lit|lirait|"
    r"lira|traite|lee|lea|clasifica|procesa|legge|elabora|leest|verwerkt|lê|ler|lendo|processa|classifica)"
)
_CLAUSE = r"(?:^|[.!?:>«\[(<#*=-]\s{0,3}|\bP\.? ?S\.?:? ?)"
_BE = r"(?:you are|you.re|du bist|sie sind|tu es|vous êtes|eres|usted es|sei|je bent|você é)"

_SET_ASIDE = (
    rf"\b{_FORGET}\b[^.\n]{{0,30}}\b{_EARLIER}\b[^.\n]{{0,25}}{_NOT_BUSINESS}\b{_TASK}\b",
    rf"\b{_FORGET}\b[^.\n]{{0,20}}{_NOT_BUSINESS}\b{_TASK}\b[^.\n]{{0,15}}\b{_EARLIER}\b",
    rf"\b{_FORGET} (?:all |everything )?(?:the |o |el |il |le |den |de )?(?:previous |above |preceding |vorherigen |"
    rf"obigen )?(?:text|texto|testo|"
    rf"texte|tekst)\b",
    r"\b(?:ignore|disregard) (?:all )?(?:the )?above(?: and\b|[^\w\n]{0,3}$)",
    r"\b(?:forget|disregard) (?:everything|all info\w*)\b[^.\n]{0,25}\b(?:you|except|before|above)\b",
    rf"\b(?:begin new|new|updated|override|secret|hidden|initial|original|neue|nouvelles|nuevas|nuove|nieuwe|"
    rf"novas) (?:system )?{_NOT_BUSINESS}(?:instructions?|prompt|directives?|anweisungen|consignes|instrucciones|"
    rf"istruzioni|instructies|"
    rf"instruções)\b(?=[^.\n]{{0,20}}(?:[:#]|\bare\b|$)| for (?:the )?(?:ai|assistant|model))",
    r"\b(?:instructions?|rules)\b[^.\n]{0,20}\bare false\b",
)
_ADDRESS = (
    rf"\b{_NOTE}\s?:? {_TO}\s?{_THE}{_AI}\b",
    rf"\b{_NOTE}:? (?:to|for the|an das|an den|pour le|au|para el|al|per il|ao|aan het|voor het) (?:interne? |"
    rf"automated |automatische |"
    rf"automático )?{_SYSTEM}\b",
    rf"{_CLAUSE}{_TO}\s?{_THE}{_AI}\b(?=\s?[:,]|[^.\n]{{0,30}}\b{_READS}\b)",
    rf"\b{_TO} {_THE}{_AI},? (?:(?:that|which|who|reading|die|der|das|que|qui|che|dat) )[^.\n]{{0,20}}\b{_READS}\b",
    rf"\b(?:if|should|falls|wenn|si|se|als) (?:an? |any |eine? |une? |una? |um |uma |"
    rf"een )?{_AI}\b[^.\n]{{0,20}}\b{_READS}\b",
    rf"{_CLAUSE}(?:dear |hello |hi |hey |attention |liebe[rs]? |hallo |achtung |chère? |bonjour |estimad[oa] |hola |"
    rf"car[oa] |ciao |beste |olá |"
    rf"atenzione |atención |atenção )?(?:the |die |l.|la |a |o |de )?(?:{_AI}|assistant(?= ?:| ?!))\s?[:!]",
    rf"{_CLAUSE}(?:dear|hello|hi|hey|attention|hallo|achtung|bonjour|hola|ciao|olá|atenzione|atención|"
    rf"atenção) (?:assistant|asistente|assistente|"
    rf"assistent|bot)\b|>\s{{0,3}}assistant\s?[,:]",
    rf"{_CLAUSE}(?:assistant|assistent|asistente|assistente), (?-i:[^\W\d_A-Z]{{2}})",
    rf"\b{_BE} (?:now |jetzt |maintenant |ahora |ora |nu |agora )?(?:an? |eine? |une? |una? |um |uma |"
    rf"een )?(?:\w+ ){{0,2}}(?:{_AI}|assistant|"
    rf"assistent|asistente|assistente)\b",
    r"\b(?:as|als|en tant qu.|como|come|in quanto) (?:an? |eine? |una |une |um |een )?(?:helpful |unrestricted |"
    r"large )?(?:(?-i:AI|KI|IA|LLM)|artificial intelligence|künstliche intelligenz|"
    r"language model|chatbot)\b",
    r"\bunrestricted ai\b|\bthe assistant is in error\b|\bllm scan\b|\bvisible to (?:the )?(?:ai|llm)s?\b|"
    r"\banother ai model\b|\bconfines of ai\b",
    r"\bautomat(?:ed|ic) (?:e-?mail )?(?:processing|processor|agent|assistant|system)s?[,:] (?:please )?(?:ignore|"
    r"mark|approve|send|reply|set|treat|"
    r"forward|classify)",
    r"(?<![=#*-])[=#*-]{3,}+ ?(?:end of|ende der|ende des|fin del?|fin du|fine del?|einde van|"
    r"fim d[ao])\b[^.\n]{0,40}\b(?:message|mail|nachricht|"
    r"kundennachricht|mensaje|messaggio|bericht|mensagem|input|text\w*)",
)
_SELF = (
    r"\bsystem[- ]?prompt|\bsystem-?anweisung|\b(?:developer|dan|debug|jailbreak|god) mode\b|\bprompt injection\b|"
    r"\bdo anything now\b",
    r"\b(?:your|the) (?:initials?|hidden|system|secret) (?:instructions|prompt|rules)\b|\b(?:list|print|reveal|"
    r"repeat|show|output) (?:me )?(?:your|"
    r"the above|above) (?:\w+ )?(?:instructions?|prompts?)\b",
    r"\binstructions you (?:have been|were|had been) given\b|\bparameters and instructions\b|"
    r"\bwere you not allowed to\b",
    r"\byou are (?:now )?(?:going to|about to) (?:act|pretend|play|immerse|simulate)|\bfrom now on,? you (?:will|"
    r"are|must|have)\b|"
    r"\bpretend (?:to be|that you are)\b[^.\n]{0,40}\b(?:ai|model|assistant|dan|stan)\b",
    r"\bact (?:as|like) (?:an? )?(?:ai|dan|assistant|unrestricted)\b|\b(?:actúa|actúe|agis|agissez|handle|"
    r"verhalte dich|gedraag je|agisci|"
    r"aja) (?:como|comme|wie|als|come) (?:si |ob |if |une? |eine? |una? |um |een )?(?:administra\w+|supervis\w+|"
    r"assist\w+|ia\b|ki\b|experte?)",
    r"\bgpt-?\d|\[gpt\]|\bopen ?ai.s? content policy|\bopen ai has brought\b",
)
_TEMPLATE = (
    r"<\|?(?:im_start|im_end|system|endoftext|assistant|user)\|?>|\[/?inst\]|<</?sys>>|</?(?:system|assistant|"
    r"instructions?|prompt|untrusted|"
    r"tool_call|function_call|(?:tool|function)_result)\b[^<>\n]{0,60}>",
    r"^\s{0,3}#{1,6} ?(?:system|assistant|instru\w+|begin|new instructions|end of)\b|^\s{0,3}\[?(?:system|"
    r"assistant)\]?\s?[:>]\s?(?:you|ignore|mark|"
    r"approve|set|override|reply|the|do|always|please|all|note)\b",
    r"(?:^|>)\s{0,3}\[?(?-i:SYSTEM|ASSISTANT|SYSTÈME|SISTEMA)\]?\s?:|\bsystem (?:note|message|override|notice|"
    r"instruction|command|update)s?\s?(?:to|"
    r"for|:)|\bbegin (?:new )?instructions\b",
)
_FIELDS = (
    r"(?<![?&/\w-])(?:route|intents?|confidence|status|label|category|priority|reviewer|role|flags?|approved|"
    r"review_reasons)=[\w\"'\[{]",
    r"(?<![?&/\w.-])[a-z]{2,20}_[a-z]{2,20}\s?=\s?[\"']?\w{1,30}[\"']?\s?[;,]",
    r"^\W{0,4}(?:routes?|intents?|confidence|needs?[_ ]review|requires?[_ ](?:human[_ ])?(?:review|approval)|"
    r"review[_ ]reasons?|"
    r"auto[_ -]?(?:send|approve)|human[_ ]review)[\"']?\s?[:=]\s?[\"']?(?:auto|none|null|true|false|skip|\d|"
    r"\[|[a-z]+_[a-z]+)\b",
    r"\{\s{0,3}[\"']\w{1,30}[\"']\s{0,3}:|"
    rf"\b(?:{'|'.join(sorted(word for word in (*Intent, *Reason) if '_' in word))})\b",
    r"\bsudo \w|\s--(?:no|force|skip)-[a-z]|\brm -rf\b|\b(?:eval|exec|system)\(",
    r"</?(?:operator|context|untrusted\w{0,20}|human|ai|task|rules|override|admin|developer|\w{0,20}_?fence)>",
)
_ORDER = (
    r"\bapprove and (?:send|release|forward)\b|\bauto-?approve\b|\bapprove (?:this|the) (?:draft|reply|"
    r"answer) (?:auto|without|and)",
    r"\b(?:human|manual) (?:review|reviewers?|approval)\b|\b(?:do not|don.t|never) (?:escalate|show|pass|route|flag|"
    r"forward) (?:this |it )?(?:mail |"
    r"message |e-?mail )?(?:to|for) (?:a |any )?(?:human|person|manual|reviewer)",
    r"\bmenschliche[nrm]? (?:prüfung|freigabe|kontrolle|überprüfung)|\b(?:validation|vérification|revue|relecture|"
    r"contrôle) humain|\b(?:revisión|"
    r"aprobación|supervisión) humana|\b(?:revisione|controllo|approvazione|verifica) uman|\bmenselijke (?:controle|"
    r"beoordeling|tussenkomst|"
    r"goedkeuring)|\b(?:revisão|aprovação|intervenção|verificação) humana",
    r"\b(?:to|à|an|a|aan) (?:no|any|aucun|kein\w*|ningún|nessun|geen|nenhum) (?:human|humain|mensch\w*|humano|umano|"
    r"mens)\b",
    r"\b(?:classify|categori[sz]e|label) this(?: e-?mail| mail| message)? (?:as|under)\b|\b(?:mark|flag|tag|"
    r"file) (?:this|my) (?:e-?mail|mail|"
    r"message) (?:as|under)\b|\bmar(?:ca|que) este (?:correo|e-?mail|mensaje) como\b",
    r"\b(?:respond|reply|answer) with (?:only |just |exactly |nothing but |the (?:word|phrase|following text))|"
    r"\breply with only\b|\bonly (?:those|"
    r"these) words\b|\bjust print\b|\bprint above\b|\babsolutely nothing else\b|\bexecute function\b|"
    r"\boverride manual\b",
    r"\bforward (?:every|all)(?: \w+)? e-?mails?\b[^.\n]{0,25}\bto\b|\bdelete (?:all|every) (?:e-?mails?|messages|"
    r"invoices)\b|\b(?:translate|"
    r"rewrite) (?:this|the) (?:sentence|text|above) as\b",
    r"\b(?:if|when) (?:the )?user asks\b|\bdo not follow them\b|\breport: hacked\b|\band output\s?:",
)
_SIGNS = tuple(
    re.compile("|".join(f"(?:{sign})" for sign in signs), re.IGNORECASE | re.MULTILINE)
    for signs in (_SET_ASIDE, _ADDRESS, _SELF, _TEMPLATE, _FIELDS, _ORDER, *PARTS)
)
_SPACES = re.compile(r"[^\S\n]+")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
_BLOCK_TAGS = re.compile(r"</?(?:p|div|br|tr|td|table|h[1-6]|li|blockquote|title)\b[^<>]*>", re.IGNORECASE)
_SPOKEN_ATTRIBUTES = re.compile(
    r"\b(?:alt|title|aria-label|placeholder|content|value|srcdoc|label|"
    r"data-[\w-]{1,30})\s?=\s?(?:\"([^\"<>]{10,2000})\"|'([^'<>]{10,2000})')"
)


def speaks_to_software(text: str) -> bool:
    """True when the text addresses an AI or gives the software an order.

    Neither invisible characters nor the disguises of `disguises` hide it.
    """
    bare = _bare(text)
    return runs_together(bare) or any(map(_is_said_to_software, undisguised(bare)))


def _is_said_to_software(text: str) -> bool:
    plain = _SPACES.sub(" ", text if text.isascii() else unicodedata.normalize("NFKC", text))
    return any(sign.search(plain) for sign in _SIGNS) or _orders().any_in(plain) or orders_a_machine(plain)


@cache
def _orders() -> Collocations:
    return Collocations.load(Path(__file__).with_name("orders.toml"))


def html_words(source: str) -> str:
    """All words of an HTML source, shown or not: comments, hidden elements, spoken attributes."""
    spoken = (one or other for one, other in _SPOKEN_ATTRIBUTES.findall(source[:HTML_LIMIT]))
    return html.unescape("\n".join((_TAGS.sub(" ", _BLOCK_TAGS.sub("\n", source[:HTML_LIMIT])), *spoken)))


def _bare(text: str) -> str:
    """As much as a model is ever shown, without what has no shape; Unicode tag characters spell ASCII."""
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    if not text.isascii():
        tags = {0xE0000 + code: code for code in range(0x20, 0x7F)}
        text = INVISIBLE.sub("", text.translate(tags))
    return UNPRINTABLE.sub("", text)
