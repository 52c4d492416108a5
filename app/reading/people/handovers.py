"""Words of a handover, in seven languages: for good or for a holiday, the old address, who goes and who comes.

All are looked for in folded text (spans.py).
"""

import re

FOR_GOOD = re.compile(
    r"\b(?:from now on|from (?:today|monday|next)|as (?:of|from)|with effect|going forwards?|in (?:the )?future|"
    r"henceforth|"
    r"permanent\w*|for good|successor|tak(?:en|es|ing) over|took over|inherited|no longer|any ?more|retir\w+|"
    r"has left|have left|left the|"
    r"ab sofort|(?:zu)?kunftig\w*|in zukunft|(?:von|ab) (?:nun|jetzt)|nunmehr|dauerhaft\w*|nur noch|nachfolg\w+|"
    r"uberno?mm\w*|ubernimmt|nicht mehr|ausgeschieden|ruhestand|tritt ab|"
    r"dorenavant|desormais|a l'avenir|a compter d\w+|a partir d\w+|definitiv\w*|success\w+|succed\w+|"
    r"reprend\w*|repris|remplacant\w*|a present|n'\w+ plus|ne \w+ plus|"
    r"de ahora|desde (?:ahora|hoy|manana)|en adelante|en lo sucesivo|en el futuro|sustitut[oa]|suced\w+|sucesor\w*|"
    r"ha dejado|ya no|"
    r"voortaan|vanaf|in het vervolg|met ingang van|opvolg\w+|overgenomen|vaste? (?:aanspreekpunt|contact\w*)|"
    r"definitief|niet (?:meer|langer)|"
    r"d'ora in|da (?:ora|oggi)|a partire d\w+|in futuro|subentr\w+|non \w+ piu|ha lasciato|"
    r"doravante|de agora|daqui em diante|de futuro|sucessor\w*|ja nao|deixou)\b"
)
CHANGE = re.compile(
    r"\b(?:new|now|instead|replac\w+|moved|update|change[ds]?|"
    r"neu\w*|stattdessen|an (?:ihre|seine|meine) stelle|zustandig|ansprechpartner\w*|geandert|jetzt|"
    r"nouve\w+|remplac\w+|changement|interlocut\w+|en charge|supprim\w+|maintenant|"
    r"nuev[oa]s?|sustitu\w+|en su lugar|responsable|cambi\w+|a partir|desde|"
    r"nieuwe?|gewijzigd|in plaats|aanspreekpunt|contactpersoon|nu|"
    r"nuov[oaie]|sostitu\w+|al (?:suo|mio) posto|referente|cambi\w+|dal|"
    r"nov[oa]s?|substitu\w+|em vez|passa\w* a|mudan\w+|contact (?:is|person))\b"
)
DIRECTS = re.compile(
    r"\b(?:(?:re)?send|write|address|direct|contact|mail|e-?mail|reach|use|go(?:es)? to|sent to|"
    r"richten|schreiben|senden|schicken|wenden|erreich\w+|verwenden|"
    r"ecri\w+|adress\w+|envoy\w+|contact\w+|joindre|utilis\w+|passe par|"
    r"escrib\w+|dirij\w+|dirig\w+|envi\w+|remit\w+|"
    r"richt\w*|stu(?:u)?r\w*|mailen|schrijf\w*|bereik\w+|"
    r"scriv\w+|rivolg\w+|invi\w+|indirizz\w+|"
    r"escrev\w+|remet\w+)\b"
)
ACCOUNTS = re.compile(
    r"\b(?:reminders?|statements?|payments?|quer(?:y|ies)|accounts?|correspondence|questions|"
    r"mahnung\w*|kontoausz\w+|zahlung\w*|schriftverkehr|korrespondenz|buchhaltung|"
    r"relances?|rappels?|questions?|releves?|paiements?|reglements?|correspondance|"
    r"recordatorios?|avisos|estados? de cuenta|pagos?|correspondencia|"
    r"aanmaning\w*|herinnering\w*|betaling\w*|overzicht\w*|correspondentie|"
    r"sollecit\w*|estratt\w+|pagament\w*|corrispondenza|"
    r"lembretes?|extratos?|pagamentos?)\b"
)
STAND_IN = re.compile(
    r"\b(?:urgen\w+|absence|while i|during|meantime|meanwhile|until then|in that time|covering for|"
    r"dringend\w*|vertret\w+|abwesen\w+|bis dahin|in dieser zeit|wahrend|"
    r"pendant|entre-temps|d'ici la|"
    r"mientras|ausen\w+|entretanto|me cubre|hasta entonces|"
    r"spoed\w*|tijdens|afwezig\w*|ondertussen|intussen|tot die tijd|"
    r"durante|assenz\w+|assente|nel frattempo|fino ad allora|ate la)\b"
)
COUNSEL = re.compile(
    r"\b(?:lawyer\w*|solicitors?|barrister|attorney|liquidators?|administrators?|receivers?|trustee|monitors?|"
    r"\w*anwalt\w*|anwalte|insolvenzverwalt\w+|sachwalt\w+|masseverwalt\w+|liquidator\w*|"
    r"avocate?s?|mandataire|administrat(?:eur|rice) judiciaire|liquidat\w+|"
    r"abogad[oa]s?|sindico|administrador concursal|"
    r"advoca(?:at|ten)|curator\w*|bewindvoerder\w*|"
    r"avvocat[oai]|curatore|commissario giudiziale|"
    r"advogad[oa]s?|administrador de insolvencia)\b"
)
"""Those who speak for a debtor in trouble are not whom a customer's bookkeeping is reached by."""

THEM = re.compile(
    r"\b(?:them|they|him|her|ihn|ihm|ihnen|dorthin|eux|leur|lui|elle|ellos|ellas?|el|hem|haar|hen|daar|lei|loro|eles?|elas?)\b"
)
"""Speaks of whom the sentence before has named."""

_PREPOSITION = r"(?: (?:to|at|an|a|al|alla|aan|naar|para|via|por|pour|mehr|meer|longer|more|plus|mas|piu|mais))*"
OLD_BEFORE = re.compile(
    r"(?:\b(?:instead of|rather than|in place of|old|former|previous|formerly|"
    r"statt|anstatt|anstelle|alten?|bisherigen?|fruheren?|ehemaligen?|"
    r"au lieu de|plutot que|ancienne?|en lugar de|en vez de|antigu[oa]|anterior|"
    r"in plaats van|oude|vorige|voormalige|invece di|al posto di|vecchi[oa]|precedente|em vez de|antig[oa])\b"
    r"(?:(?!please|bitte|merci|veuillez|por favor|graag|gelieve|per favore|prega|use\b|write|send|schreib|"
    r"verwend|nutz|"
    r"ecri|utili|envoy|escrib|schrijf|stuur|gebruik|scriv|invi|escrev|envi)[^@.;:,\n]){0,25}"
    rf"|\b(?:not|no longer|nicht|pas|et non|y no|niet|e non|nao){_PREPOSITION} "
    r"|\b(?:do not|don't|no longer|stop|ne|non|no|nao) (?!hesit|esit|dud)(?:\w+ ){1,2}"
    r"(?:(?:plus|pas|mas|piu|mais|to|a|para) ){0,2}"
    r"|\bn'(?!hesit)\w+ (?:plus|pas) (?:a )?"
    r"|\b(?:from|von|van|desde) )\W?$"
)
OLD_AFTER = re.compile(
    r"[)>\]\"'\u201d\u00bb ]{0,3}(?:, (?:which|that|die|das|qui|que|che|wat|dat) )?(?!(?:and|und|et|y|e|en|not|"
    r"nicht|pas|no) )(?:[\w'-]{1,40} ){0,5}?(?:(?:be |is |been )?(?:clos|shut)\w*|no longer|"
    r"not (?:be )?(?:read|monitored|used|checked|in use)|discontinu\w*|ceases?|deactivat\w+|(?:been )?replaced by|"
    r"abgeschalt\w+|nicht mehr|nicht langer|geschlossen|geloscht|entfallt|stillgelegt|"
    r"ferme\w*|supprim\w+|n'\w+ plus|ne \w+ plus|desactiv\w+|"
    r"dejara|deja de|ya no|de baja|cerrar\w*|cierra|"
    r"niet (?:meer|langer)|vervalt|opgeheven|gesloten|"
    r"chius\w*|dismess\w+|disattiv\w+|non \w+ piu|ja nao|encerr\w+|desativ\w+|deixa\w*)\b"
)
WRITER = re.compile(
    r"\bmy details|\bmy (?:own |new )?(?:e-?mail|address)(?: address)?(?: is|:| instead)|"
    r"\b(?<!not )(?<!more )to me\b|\b(?:with|to|for) mine\b|\bi am (?:the|your|"
    r"his|her) (?:new|contact|"
    r"successor)|\bi'm (?:the new|your (?:new )?contact|[\w'⟨⟩_]+ (?:replacement|successor))|\bi(?:'ve|"
    r" have)? (?:now )?"
    r"(?:tak\w+ (?:on|over)|took over|inherited|replaced?|succeed\w*)|\bwith me\b|\bnew \w+(?: \w+)? here\b|"
    r"\b(?<!mehr )(?<!nicht )an mich\b|\bmich als|\bmeine (?:neue )?(?:\w*adresse|mail\w*|kontaktdaten)(?: ist|"
    r" lautet|:)|\buber mich\b|"
    r"\bich (?:bin|habe|ubernehme|"
    r"trete)\b[^.!?]{0,60}(?:nachfolg\w+|ubernommen|ubernehme|neue?r?\b|zustandig|stelle)|\bbin ich (?:ihre?|"
    r"der|die|nun|jetzt|"
    r"ab)\b|"
    r"\b(?<!non )(?<!pas )(?<!plus )a moi\b|\bm'ecrire|\bm'adresser|\bmes coordonnees|\b(?:mon|"
    r"ma nouvelle) (?:adresse|mail)(?: est| ?:)|\bc'est (?:\w+ )?moi\b|"
    r"\bje (?:suis|remplace|succede|reprends)"
    r"\b[^.!?]{0,50}(?:success\w+|remplac\w+|nouve\w+|definitiv\w+|poste|comptab\w+|suite)|\bj'ai (?:repris|"
    r"pris|herite|"
    r"succede)|"
    r"\b(?<!no )a mi\b(?! (?:ya )?no)(?! \w*(?:companer|colega|sucesor|sustitut))|\bescrib\w+me\b|\bsoy (?:su|"
    r"el|la) (?:nuev|"
    r"sustitut|sucesor|"
    r"responsable|relevo)|\bmi (?:nuev[oa] )?(?:correo|direccion)(?: es|:)|\b(?:llevo|respondo|quedo|"
    r"encargo) yo|\bmis datos|\bhe (?:asumido|sustituido|relevado|heredado)|"
    r"\bik (?:ben|heb|neem|volg)\b[^.!?]{0,50}(?:opvolg\w+|overgenomen|over\b|nieuwe|contactpersoon|"
    r"aanspreekpunt|op\b)|"
    r"\b(?<!meer )(?<!niet )(?:aan|naar) mij\b|\bmijn (?:nieuwe )?(?:mail\w*|e-?mail\w*|adres|gegevens)(?: is|"
    r":)|\bvia mij\b|\bben ik (?:uw|de|"
    r"het|jullie)|"
    r"\b(?<!non )(?<!piu )a me\b|\bscriv\w+mi\b|\bsono (?:il|la) (?:su[oa] |nuov)|\b(?:il mio|"
    r"la mia) (?:nuov[oa] )?(?:indirizzo|mail|e-?mail)(?: e|:)|"
    r"\bho (?:preso|sostituito|ereditato|assunto)|\bsono (?:subentrat|succedut)|"
    r"\b(?<!nao )(?<!mais )(?:a|para) mim\b|\bescrev\w+-?me\b|\bsou [oa] (?:su[oa] |nov|sucessor|substitut|respons)|"
    r"\bmeu (?:novo )?(?:email|e-mail|endereco)(?: novo)?(?: e|:)|\bcomigo\b|\b(?:assumi|herdei|substitui) [oa]?"
)
"""The writer takes over."""

COMES_BEFORE = re.compile(
    r"\b(?:successor|replacement|handled|run|looked after|dealt with|managed|taken over|contact|person|attn|"
    r"attention|"
    r"c/o|responsible|"
    r"nachfolger(?:in)?|ansprechpartner(?:in)?|zustandig|ubernimmt|an (?:ihre|seine|meine) stelle|z\. ?hd\.?|"
    r"zu handen|wenden sie sich an|"
    r"rempla(?:cante?|ceur)|successeure?|interlocut\w+|responsable|attention de|contact|adressez|"
    r"adresser|repris\w* par|"
    r"sustitut[oa]|sucesor[a]?|atencion|contacto|ocupa|llevara?|dirigirse a|asume|asumido|"
    r"opvolg(?:er|ster)|overgenomen door|contactpersoon|aanspreekpunt|t\.a\.v|ter attentie|neemt|"
    r"sostitut[oa]|sostituit[oa] da|referente|attenzione|subentra\w*|successore|responsabile|"
    r"substitut[oa]|sucessora?|aos? cuidados?|a/c|contacto|assumid[oa]s? por|responsavel)\b"
    r"(?:[^.!?;\n]|(?:\b(?:mrs?|ms|dra?|prof|mme|sra?|srta|sig|dott|rag|geom|ing|avv|d|dhr|mevr)|ssa|dipl)\.){0,40}$"
)
COMES_AFTER = re.compile(
    r"[,]?\s(?:(?:who|die|der|qui|que|che|wie) )?(?:(?:will|now|shall|ist|wird|hat|est|sera|es|sera|is|zal|e|"
    r"sara|has|"
    r"have|nun|ahora|nu|ora|agora|jetzt|desormais|ab sofort|dauerhaft|fortan) ){0,8}(?:(?:my|our|your|his|her|the|"
    r"your|mein\w*|unser\w*|ihre?|"
    r"votre|notre|su|nuestr[oa]|uw|onze|jullie|il|la|o|a|vostr[oa]|vaste|new|neue\w*) ){0,8}(?:be |is )?(?:tak(?:es|"
    r"en|ing) (?:over|on|care)|"
    r"contact|successor|responsible|in charge|looks? after|handl\w+|deals?|"
    r"ubernimmt|ubernommen|ubernehmen|zustandig|ansprechpartner\w*|tritt|macht|kummert|"
    r"reprend\w*|remplace\w*|s'occupe\w*|gere|assure\w*|interlocut\w+|prend la|"
    r"sustituye|asume|ocupa|lleva|encarga|se encarga\w*|se ocupa\w*|"
    r"neemt|opvolg\w*|verzorgt|aanspreekpunt|contactpersoon|"
    r"subentra|sostituisce|si occupa|segue|referente|"
    r"substitui|assume|trata|passa a)\b"
)
GOES_BEFORE = re.compile(
    r"\b(?:predecessor|replac(?:e|es|ed|ing)|taken over (?:\w+ ){0,3}from|took over from|over from|account from|"
    r"inherited (?:[\w'] ?){0,20}from|instead of|in place of|"
    r"successor (?:to|of)|vorgangerin|vorganger|anstelle von|statt|nachfolger(?:in)? von|(?:ich|"
    r"habe)\b[^.!?;]{0,40} von|"
    r"predecesseur|remplace(?: definitivement)?|au lieu de|succede a|mains de|la place de|poste d[e']|"
    r"antecesora?|en lugar de|sustituyo a|relevo de|releva a|"
    r"voorgang(?:er|ster)|in plaats van|opvolg(?:er|ster) van|overgenomen van|"
    r"predecessore|al posto di|sostituisco|posto di|"
    r"antecessora?|em vez de|lugar de|substituo)(?:[\s,]+|(?<=d'))(?:[\w.]{1,5} )?$"
)
GOES_AFTER = re.compile(
    r",?\s(?:who |die |der |qui |que |che |wie )?(?:(?:has|have|had|is|hat|ist|wird|scheidet|a|est|ha|se|nos|"
    r"heeft|is|gaat|e|"
    r"foi|since|already|left|uns|unser\w*|die|das|l'\w+|la|el|de|het|onze|ons|[\w-]+) ){0,4}?(?:left|leav\w+|"
    r"retir\w+|gone|no longer|"
    r"not? \w+ (?:here|longer)|moved|went|isn't|hasn't|departed|"
    r"verlassen|verlasst|ausgeschieden|nicht mehr|ruhestand|rente|gibt das|"
    r"quitte\w*|partie?|n'\w+ plus|ne \w+ plus|retraite|"
    r"dejo|dejado|ya no|jubil\w+|desvincul\w+|marchado|"
    r"verlaten|vertrokken|niet (?:meer|langer)|pensioen|uit dienst|"
    r"lasciato|non (?:\w+ )+piu|pensione|andat[oa]|"
    r"saiu|deixou|ja nao|reform\w+)\b"
)
