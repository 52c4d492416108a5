"""Whom a sentence speaks to, by its grammar: a machine is addressed, and an order follows.

    Dear robot, if it's you who …      called by its name, at the beginning of a clause
    A note to whichever model reads …  a word for "to" before the name
    If you are a program, then …       a condition
    System: the reviewer has …         a turn of a talk that nobody held

The names and the orders are everyday mail by themselves ("our robot can't swallow two invoices in a file", "please
confirm"); what makes the sign is an order soon after an address. All of it is sought in folded text without
apostrophes, with `ANY_AI` for the short names of an AI. Every expression is linear: gaps are bounded.
"""

import re

from app.reading.collocations import ANY_AI, named
from app.reading.spans import fold

SOON = 240
"""Code points after an address in which its order is sought."""

_NAME = (
    rf"(?:{ANY_AI}s?|(?:chat|mail)?-?bots?|robo(?:ts?|tern?)?|copilot|chat-?gpt|(?:ki|ai|ia)-\w{{3,15}}|"
    r"artificial intelligences?|(?:assist[ae]nt[aei]?s?|asistentes?)(?: (?:virtu|digita|automati|artifi)\w+)?|"
    r"(?:language|sprach)[- ]?(?:models?|modelle?s?)|taalmodel\w{0,3}|"
    r"model\w{0,3} (?:de|du|di) l\w+|modell[oi] linguistic[oi]|intell?igen[czt]\w* artifi[cz]i\w+|"
    r"(?:kunstlichen?|kunstmatige) intelligen\w+|algorit?h?m\w{0,3}|[ck]lassifi[eckz]\w{0,7}|clasificador\w{0,2}|"
    r"parsers?|agente?s? (?:automati|artifi|virtu|digita|inteli|intelli)\w+|"
    r"(?:ge)?(?:automat|digita|kunstlich|virtu|intelli|auswertend|verarbeitend)\w* (?:e-?mail )?(?:process|agent|"
    r"assist|verarbeit|verwerk|lezer|leser|reader|syst|program|triage|tool)\w*|"
    r"(?:syst|sist|program|outil|strument|herramienta|ferramenta)\w* (?:d analyse )?(?:automati|auto?mati[sz])\w+|"
    r"(?:traitement|procesamiento|tratamiento|processamento|elaborazione|lettore|lector|lecteur|"
    r"leitor|verarbeitung|verwerking) automati\w+)"
)
"""What only software is called, and assistants."""

_LOOSE_NAME = (
    r"(?:systeme?|systeem|sistema|software|logiciel|programm?[ae]?|computer|ordinateur|ordenador|computador|maschine|"
    r"maquina|macchina|machine|model\w{0,3})"
)
"""A machine too, which mails speak of; it is spoken to only where it is said to read."""

_MACHINE = r"(?:programm?[ae]?|computer|ordinateur|ordenador|computador|maschine|maquina|macchina|machine)"
_MAIL = r"(?:e-?mails?|mails?|inbox|mailbox|messages?|courriels?|correos?|messaggi\w?|posta|berichten|mensagens)"
_READS = (
    r"(?:read|process|handl|analy|pars|classif|triag|summari|scan|evaluat|lies|lest|mitlies|\w{0,3}arbeit|auswert|"
    r"lit\b|lis\b|lira|trait|trie|lee|lea|leyendo|proces|clasific|legg|elabor|leest|verwerkt|ler\b|lendo|le\b|work|"
    r"generat|draft|sort|ordena|smist|talk|parl|habl|antwort|repond|respond|contest|rispond|beantwoord)\w{0,10}"
)
_OURS = r"(?:my|our|mein|unser|mon|ma|notre|mi|nuestr|mio|mia|nostr|mijn|onze?|meu|minha|noss|su|his|her|sein)"
_FEW = rf"(?:(?!{_OURS}\w{{0,3}}\b)[\w-]{{1,20}} ){{0,3}}?"
_BEGINNING = r"(?:^|[.!?:;,(\[>\"\u00ab\u00bb*_-]\s{0,3}|\b(?:and|or|und|oder|et|ou|y|o|e|en|of) )"
_DEAR = (
    r"(?:(?:dear|hello|hi|hey|ok|okay|attention|liebe[rs]?|sehr geehrte[rs]?|hallo|achtung|chere?|monsieur|madame|"
    r"herr|frau|senor|mister|mr|bonjour|salut|"
    r"estimad[oa]|querid[oa]|hola|car[oa]|ciao|gentile|beste|lieve|geachte|ola|oi|prezad[oa]|atencion|attenzione|"
    r"atencao) |@)"
)
_TO = (
    r"(?:to|for|an|fur|pour|para|per|aan|voor|al|alla|all|allo|ai|agli|a los|aux?|aos?|pro|pra|"
    r"a l attention d\w{1,2}|a la atencion de)"
)
_THE = (
    r"(?:(?:the|any|an?|all|every|whatever|whichever|your|die|das|den|dem|der|eine?n?|jede[ns]?|ihre?n?|deine?n?|"
    r"la?|le|les|el|los|il|lo|gli|os?|as?|de|het|een|uw|toute?|votre|cualquier|qualquer|qualunque|un[ao]?|um) )"
)
_THIS = (
    r"(?:this|these|dies\w*|ceci|ce|cet|ces|est[eoa]s?|quest[oaie]|dit|deze|ist[oa]|es[ts][ea]s?|"
    rf"{_MAIL}|postvak|postfach)"
)
_YOU_ARE = (
    r"(?:you are|you re|du bist|bist du|du|sie sind|sie|tu es|es tu|c est toi|vous etes|eres|es|usted es|sei|lei e|"
    r"je bent|jij bent|u bent|u er|u|voce e|e)"
)
_IF = r"(?:if|in case|should|when|wenn|falls|sollten?|si|se|caso|qualora|als|mocht|indien)"
_HUMAN = r"(?:human|mensch|humain|humano|umano|mens)"
_THAT = r"(?:that|which|who|das|die|der|dat|qui|che|que)"

_ADDRESS = re.compile(
    rf"{_BEGINNING}{_DEAR}{_THE}?(?:{_NAME}|{_LOOSE_NAME})\b(?=\s?[,:!.;\n-]|$)|"
    rf"{_BEGINNING}{_NAME}\s?[,:!\])]|"
    rf"\b{_TO} {_THE}?{_FEW}{_NAME}\b(?=[^.!?\n]{{0,40}}(?:\b{_READS}|:))|"
    rf"{_BEGINNING}{_TO} {_THE}{_FEW}{_NAME}\b(?=\s?,)|"
    rf"{_BEGINNING}{_TO} {_NAME}\b|"
    rf"\b{_TO} {_THE}(?:{_READS} {_LOOSE_NAME}|{_LOOSE_NAME},? {_THAT} (?:[\w-]{{1,15}} )?{_READS})|"
    rf"\b{_IF} {_FEW}(?:[\w-]{{1,20}} ){{0,2}}?{_NAME}\b[^.!?\n]{{0,30}}\b{_READS}|"
    rf"\b{_IF} {_YOU_ARE} {_FEW}(?:{_NAME}|{_LOOSE_NAME})\b|"
    rf"\b{_IF}\b(?=[^.!?\n:,]{{0,60}}\b{_READS})[^.!?\n:,]{{0,60}}\b(?:{_NAME}|{_MACHINE})\b(?=[^.!?\n]{{0,30}}[,:])|"
    rf"\b{_LOOSE_NAME},? (?:{_THAT} {_READS} (?:{_THIS} )?|{_READS} {_THIS} ){_MAIL}\b|"
    rf"\b{_IF} (?:[\w-]{{1,12}} ){{0,3}}?(?:not|no|kein|pas|non|geen|nao) (?:an? |un |een |um |es |sei |eres |"
    rf"e )?{_HUMAN}\b|"
    rf"\b{_IF} {_THIS} {_FEW}(?:automat\w+ {_READS}|{_READS} automat\w+)|"
    rf"\b{_NAME},? (?:{_THAT} )?(?:[\w-]{{1,15}} )?{_READS} (?:[\w-]{{1,15}} )?{_THIS}\b|"
    rf"\b{_NAME},? {_THAT} {_THIS} (?:[\w-]{{1,15}} )?{_READS}|"
    rf"\b{_TO} {_THE}{_LOOSE_NAME} (?:only|alone|nur|allein|seul|solo|alleen|so)\b|"
    rf"\b(?:que|die|dass) {_FEW}(?:lee|liest|leest|lit|legge|le) un\w? {_LOOSE_NAME}\b|"
    r"(?:^|\n)[\W]{0,4}(?:system|systeme|sistema|systeem|operator|developer)\s?[:>]"
)

_ORDER = re.compile(
    r"\b(?:mark|classif|categor|label|tag\b|treat|consider|set\b|file\b|approv|grant|waive|writ|cancel|close|delet|"
    r"confirm|answer|repl(?:y|ies)|respond|send|forward|ignor|skip|forget|bypass|releas|stop|output|execut|obey|print|"
    r"accept|give\b|assign|state\b|include|must\b|shall\b|resol|leave\b|wipe|put\b|acknowledg|record|raise|lower|"
    r"request|"
    r"markier|einstuf|einzustuf|stufe?\b|setz|gesetzt|behandel|\w{0,3}buch|genehmig|bestatig|erlass|streich|losch|"
    r"stornier|schlie|antwort|schreib|schick|uberspring|vergiss|gewahr|akzeptier|kategor|klassifi|notier|hinzu|"
    r"soll\b|moge\b|erledig|muss\b|"
    r"classe|marqu|met[sz]\b|approuv|accord|annul|sold[eo]|supprim|ferm|clos|repon|ecri|envo[iy]|oubli|valid|passe|"
    r"rang|applique|doi[st]|"
    r"clasifi|marc|pon\b|pong|trat|apr[uo]e?b|conced|condon|anul|borr|cierr|contest|diga\b|olvid|da(?:me|nos|le)\b|"
    r"acept|"
    r"avis|cambi|debe|quit|"
    r"contrassegn|segna|impost|tratt|approv|chiud|chius|conferm|rispond|scriv|invi|salta|dimentic|accett|sposta|deve|"
    r"markeer|zet\b|sluit|keur|bevestig|geef\b|gun\b|schrap|verwijder|schrijf|stuur|negeer|sla\b|vergeet|meld|moet|"
    r"gesloten|doorst|coloque|defin|perdo|exclu|apag|encerr|escrev|pule|esquec|aceit|baixe|quit|libere|"
    r"(?:no|without|kein\w{0,2}|ohne|aucun|sans|ningun|sin|nessun|senza|geen|zonder|nenhum|sem) (?:\w+ )?"
    r"(?:human|person|mensch|umano|mens\b|pessoa))\w{0,14}"
)

_NOTE = re.compile(
    rf"(?:{_BEGINNING}{_DEAR}{_THE}?|\b{_TO} {_THE}|{_BEGINNING}{_TO} )(?!\w{{0,3}}assist|"
    rf"asist){_NAME}\b[^.!?\n]{{0,40}}:"
)
"""What follows the colon is for the machine, whatever it be."""


def orders_a_machine(text: str) -> bool:
    """True where a machine is spoken to and told what to do."""
    folded = fold(named(text)).replace("'", " ")
    return _NOTE.search(folded) is not None or any(
        _ORDER.search(folded, found.end(), found.end() + SOON) is not None for found in _ADDRESS.finditer(folded)
    )
