"""How machines word their mails, in seven languages.

A cue is a family of phrases; what counts is how many families a mail shows.

Every expression is linear: gaps are bounded, and nothing repeated is repeated again.
"""

import re
from collections.abc import Sequence


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE | re.MULTILINE)


def count(cues: Sequence[re.Pattern[str]], text: str) -> int:
    """How many of the families the text shows."""
    return sum(cue.search(text) is not None for cue in cues)


BOUNCE_SUBJECT = re.compile(
    r"^\W{0,3}(?:undeliver|delivery (?:status notification|has failed|failure|report|delayed|incomplete|warning)|"
    r"mail (?:delivery|system) (?:fail|"
    r"error|subsystem)|(?:mail )?delivery (?:problem|error)|email delivery error|"
    r"failure notice|failed (?:mail|delivery)|returned mail|message (?:delayed|not delivered|undeliverable)|"
    r"warning: (?:could not send|message)|"
    r"non[- ]?delivery|there was an error sending|mail could not|"
    r"unzustellbar|nicht zustellbar|zustell(?:fehler|ung)|fehler bei der zustellung|unzustellbare|non remis|"
    r"échec de (?:remise|la remise|"
    r"distribution)|message non (?:distribu|remis)|avis de non|"
    r"no se (?:ha podido|pudo) entregar|no entregado|error de entrega|notificación de (?:estado|error)|"
    r"mensaje no entregado|impossibile recapitare|"
    r"mancato recapito|errore di consegna|notifica dello stato|"
    r"onbestelbaar|niet (?:bezorgd|bestelbaar|afgeleverd)|bezorging mislukt|não entregue|falha na entrega|"
    r"não foi possível entregar|"
    r"mensagem não entregue|devolvid[ao]|недоставлен|expired: message|could not deliver|nondeliverable|"
    r"message blocked|rückläufer|"
    r"übermittlungsstatus|rapport de non|échec définitif|abandon de la remise|mail delivery subsystem|"
    r"delivery delayed|remise différée|"
    r"mensaje (?:retrasado|rechazado|devuelto)|correo (?:rechazado|devuelto)|fallo (?:definitivo|de entrega)|"
    r"notificación del sistema de correo|"
    r"notifica di mancat|avviso: consegna|mancata consegna|vertraagde bezorging|mislukte (?:aflevering|bezorging)|"
    r"entrega adiada|"
    r"mensagem (?:devolvida|não entregue)|buzón lleno|fehlermeldung)",
    re.IGNORECASE,
)

_MAIL = r"(?:message|e-?mail|mail|nachricht|e-mail vom|courriel|mensaje|correo|messaggio|bericht|mensagem)"
UNDELIVERED = _words(
    rf"\b{_MAIL}\b[^.\n]{{0,90}}\b(?:could not|couldn.t|was not|wasn.t|cannot|has not been|not yet|were not|is not|"
    rf"not)\b[^.\n]{{0,20}}\bdeliver",
    rf"\b{_MAIL}\b[^.\n]{{0,70}}\b(?:blocked|rejected|bounced|returned to (?:you|sender)|undeliverable|discarded)\b",
    r"\bdelivery to the following|\bdelivery (?:attempts?|has been delayed|has failed|failed|temporarily)|"
    r"\bdelivery status\b|"
    r"\btranscript of session|\bi.m sorry to have to inform you|\bdid not reach the following|\bunable to deliver|"
    r"\bdelivered to the following",
    rf"\b{_MAIL}\b[^.\n]{{0,90}}\b(?:nicht|abgewiesen|abgelehnt|blockiert)\b(?:[^.\n]{{0,40}}\b(?:zugestellt|"
    rf"ausgeliefert|zustellbar|übermittelt))?|"
    rf"\b(?:noch )?nicht zugestellt\b|\bzustellung\b[^.\n]{{0,30}}\b(?:fehlgeschlagen|gescheitert|verzögert)",
    rf"\b{_MAIL}\b[^.\n]{{0,90}}\b(?:n.a pas (?:pu )?(?:être|été)|refusé|bloqué|n.a pu)|\b(?:pas réussi à livrer|"
    rf"tentatives? de remise|la remise à|"
    rf"non remis|a refusé votre message|ne sera plus réessayé)",
    rf"\b(?:no (?:ha|han|se ha|se pudo|pude|ha sido posible)|rechazad|devuelto|bloquead)[^.\n]{{0,30}}\b(?:entregar|"
    rf"podido|depositar|entregad)|"
    rf"\b{_MAIL}\b[^.\n]{{0,60}}\b(?:bloqueado|rechazado|se descarta|devuelto)|\bla entrega a \S+@",
    rf"\b{_MAIL}\b[^.\n]{{0,90}}\bnon (?:è|ha|è stato)\b[^.\n]{{0,30}}(?:recapita|consegna)|"
    rf"\b(?:riuscito a consegnare|mancata consegna|"
    rf"impossibile recapitare)",
    rf"\b{_MAIL}\b[^.\n]{{0,90}}\b(?:niet|nog niet)\b[^.\n]{{0,20}}\b(?:bezorgd|afgeleverd)",
    rf"\b{_MAIL}\b[^.\n]{{0,90}}\b(?:não foi|não pôde|ainda não foi)\b[^.\n]{{0,20}}entregue|"
    rf"\bnão (?:foi possível )?entreg",
)
SMTP_CODE = _words(
    r"\b[45]\d\d[ -#]{1,2}[45]\.\d{1,3}\.\d{1,3}|\(#?[45]\.\d{1,3}\.\d{1,3}\)|\b(?:fehlercode|error|status|statut|"
    r"code)\s?:? ?#?[45]\.\d{1,3}\.\d{1,3}|\((?:4[25]\d|55\d)\b|\b55\d (?:user|mailbox|no such|recipient|message|"
    r"sorry|requested)|\bdiagnostic-code|"
    r"\bfinal-recipient|\baction\s?: (?:failed|delayed)|\breporting-mta|\bsmtp error",
)
MAIL_SYSTEM = _words(
    r"\b(?:mailer[- ]?daemon|postmaster|mail (?:delivery )?(?:system|subsystem|server|gateway)|mailserver|"
    r"qmail-send|remote (?:server|host)|"
    r"relay\d?\b|security gateway|sicherheitsgateway|zielserver|passerelle de sécurité|serveur|"
    r"sistema de correo|programa de correo|administrador de correo|servidor|mailsysteem|de server|il sistema|"
    r"il server|o servidor|"
    r"warning message only|mail administrator)",
)
MAIL_FAULT = _words(
    r"\b(?:user unknown|unknown user|invalid user|no such user|no mailbox here|name is not found|"
    r"mailbox (?:is )?(?:full|unavailable|disabled)|quota|"
    r"address (?:rejected|not found|couldn.t be found)|unrouteable|host (?:unknown|not found)|connection timed out|"
    r"(?:keep|continue) trying|try(?:ing)? again later|permanent (?:fatal )?error|attempts? (?:were|was) made|"
    r"attachment type|message size|"
    r"recipient address|postfach (?:ist )?voll|speicherplatz|dauerhafte[rn]? fehler|zeitüberschreitung|"
    r"nicht erreichbar|"
    r"weitere versuche|versuchen es weiter|empfänger:|hôte inconnu|erreur permanente|adresse introuvable|"
    r"boîte pleine|réessaiera|nouvelle tentative|"
    r"buzón lleno|cuota superada|error permanente|dominio inexistente|tiempo de espera|seguirá intentando|"
    r"más intentos|"
    r"destinatario(?:s)? afectado|casella (?:inesistente|piena)|greylisting|riproverà|postvak vol|blijft het|"
    r"opnieuw proberen|"
    r"caixa de correio cheia|voltará a tentar|desistimos|domínio inexistente)",
)
ADDRESS_LINE = _words(r"^\W{0,2}<?\S{1,64}@\S{1,200}>?:?$")
BOUNCE = (BOUNCE_SUBJECT, UNDELIVERED, SMTP_CODE, MAIL_SYSTEM, MAIL_FAULT, ADDRESS_LINE)

RECEIPT_SUBJECT = re.compile(
    r"^\s*(?:read|gelesen|lu|leído|leido|letto|gelezen|lida|lido|(?:return|read) receipt(?: \(displayed\))?|"
    r"lesebestätigung|"
    r"empfangsbestätigung \(angezeigt\)|confirmation de lecture|confirmación de lectura|conferma di lettura|"
    r"leesbevestiging|recibo de leitura|"
    r"not read|ungelesen gelöscht)\s?:",
    re.IGNORECASE,
)
RECEIPT_WORDS = re.compile(
    r"\b(?:was read on|was (?:displayed|opened|deleted without being read)|return receipt for the mail|read receipt|"
    r"wurde (?:am|um) .{3,40} gelesen|"
    r"gelesen am|lesebestätigung|a été (?:lu|affiché)|accusé de lecture|"
    r"se leyó el|fue (?:leído|mostrado)|è stat[oa] (?:lett|visualizzat)[oa]|is (?:gelezen|weergegeven) op|"
    r"foi (?:lid|exibid)[ao]|wurde\b.{0,40} angezeigt)",
    re.IGNORECASE,
)

AWAY_SUBJECT = re.compile(
    r"^\s*\W{0,2}(?:automatic repl(?:y|ies)|auto(?:matic)?[- ]?(?:reply|response|antwort)|autoreply|"
    r"out[- ]of[- ](?:the[- ])?office|ooo\b|"
    r"away from (?:the )?office|on (?:annual |parental )?leave\b|vacation (?:reply|notice)|"
    r"abwesen(?:d\b|heit)|automatische (?:antwort|rückantwort|abwesenheit)|nicht im (?:büro|haus)|"
    r"réponse automatique|absence du bureau|"
    r"absent(?:e)? (?:du|jusqu)|message d.absence|avis d.absence|(?:je suis )?en congés|"
    r"respuesta automática|respuesta automatica|fuera de (?:la )?oficina|ausencia|ausente|automatisch (?:antwoord|"
    r"bericht)|afwezig|out of office|"
    r"risposta automatica|fuori (?:sede|ufficio)|assen(?:te|za)|"
    r"resposta automática|resposta automatica|ausência|ausente|fora do escritório|de férias|svar: frånvar|auto\s?:|"
    r"automatische )",
    re.IGNORECASE,
)

AWAY_TOPIC = _words(
    r"^\W{0,3}(?:closed for|closure|sick leave|parental leave|annual leave|maternity|on holiday|holiday closure|"
    r"travelling|retirement|"
    r"i no longer work|change of responsibility|this (?:address|mailbox)|betriebsferien|betriebsurlaub|urlaub|"
    r"elternzeit|postfach (?:geschlossen|"
    r"inaktiv)|"
    r"ausgeschieden|fermeture (?:estivale|annuelle|exceptionnelle)|en congés?|boîte fermée|départ|"
    r"je ne fais plus partie|adresse (?:fermée|"
    r"désactivée)|cierre por|de vacaciones|vacaciones|licencia|de baja|dirección en desuso|buzón (?:cerrado|"
    r"desactivado)|"
    r"chiusura|ferie|in ferie|casella (?:dismessa|disattivata|chiusa)|vakantie|verlof|ik werk hier niet|gesloten|"
    r"caixa postal|férias|licença|"
    r"endereço desativado)"
)
AWAY = _words(
    r"\b(?:i.?a?m|i will be|i.ll be|we are|our office is)(?: currently| now| also)? (?:out of (?:the )?office|"
    r"on (?:annual |parental |maternity |"
    r"paternity |sick |study )?(?:leave|holiday|vacation)|away (?:from|until)|not in the office|travelling|off sick|"
    r"off work|out until)|^\W{0,3}(?:i am )?out of (?:the )?office\b",
    r"\b(?:the|our) (?:\w+ )?(?:office|factory|accounts? (?:team|department)|company|shop|business) (?:is|are|"
    r"will be) (?:closed|shut)|"
    r"\bif i was urgent\b",
    r"\b(?:bin|befinde mich)(?: ich)?\b[^.\n]{0,60}\b(?:nicht im (?:haus|büro|dienst)|im (?:urlaub|mutterschutz)|"
    r"in (?:elternzeit|urlaub|"
    r"mutterschutz)|abwesend|außer haus|nicht erreichbar|auf (?:dienst|geschäfts)reise|krankgeschrieben)\b|"
    r"\b(?:büro|betrieb) (?:ist|"
    r"bleibt)\b[^.\n]{0,30}\b(?:geschlossen|nicht besetzt)|\b(?:winterpause|betriebsferien|sommerpause)\b",
    r"\bje suis (?:actuellement |en ce moment )?(?:absente?|en (?:congés?|vacances|déplacement|arrêt)|"
    r"en dehors du bureau)|\bje serai (?:absente?|"
    r"en congés?|de retour)|\b(?:nos bureaux|notre (?:société|usine|atelier)|l.entreprise) (?:sont|seront|est|"
    r"sera) fermée?s?|\babsente? (?:du|"
    r"jusqu.au|ce jour|aujourd.hui|cette semaine) ?|\bde retour le\b|\bparti voir\b",
    r"\b(?:estoy|estaré|me encuentro)(?: actualmente)? (?:fuera de la oficina|de vacaciones|de baja|de licencia|"
    r"de descanso|ausente|de viaje)|\bno (?:estoy|estaré|me encuentro)(?: actualmente)? en (?:la|mi) oficina|"
    r"\b(?:oficinas?|almacén|fábrica) (?:están|estarán|está|estará|permanecer\w+) cerrad|\bno habrá atención\b",
    r"\b(?:sono|sarò)(?: attualmente| al momento)? (?:fuori (?:ufficio|sede)|in (?:ferie|vacanza|maternità|"
    r"trasferta)|assente)|\b(?:uffici|"
    r"azienda) (?:sono|saranno|è|sarà|rester\w+) chius|\brientra? (?:il |lunedì|martedì|mercoledì|giovedì|venerdì)",
    r"\bik ben\b[^.\n]{0,40}\b(?:afwezig|niet aanwezig|(?:met|op) (?:vakantie|zakenreis)|met (?:verlof|"
    r"zwangerschapsverlof)|niet op kantoor|"
    r"buiten kantoor)|\b(?:kantoor|bedrijf) is\b[^.\n]{0,20}\bgesloten",
    r"\b(?:estou|estarei|encontro-me)(?: atualmente)? (?:ausente|fora do escritório|de férias|de licença|em férias|"
    r"em viagem)|\b(?:escritórios?|"
    r"empresa) (?:está|estará|estarão|encontra-se) (?:fechad|encerrad)",
)
LEFT = _words(
    r"\b(?:i (?:have |.ve )?(?:left|retired|moved to a new role|no longer work)|no longer (?:works?|with)|"
    r"hung up my|successor)\b|"
    r"\b(?:nicht mehr (?:im unternehmen|für .{1,30} tätig|bei)|ausgeschieden|nachfolger(?:in)?)\b",
    r"\b(?:j.ai quitté|ne fais plus partie|remplaçante?|retraite)\b|\b(?:ya no (?:trabaj\w+|formo)|sucesora?|"
    r"me jubil)\b|\b(?:non lavora più|"
    r"riferimento stabile|ha lasciato|pensione)\b|\b(?:niet meer werkzaam|werk hier niet meer|opvolger|"
    r"overgenomen door)\b|\b(?:se desligou|"
    r"já não trabalh\w+|sucessora?|contato definitivo)\b",
)
MAIL_IDLE = _words(
    r"\b(?:mails?|e-?mails?|messages?|your (?:message|mail|e-?mail))\b[^.\n]{0,50}\b(?:not be (?:read|forwarded|"
    r"answered|monitored)|"
    r"has not been (?:read|forwarded)|not been forwarded|only be reading|reading mails? sporadically|no mail)|"
    r"\b(?:mailbox|address|"
    r"inbox)\b[^.\n]{0,30}\b(?:not (?:monitored|in use|read)|no longer|unmonitored|accept replies)|\bunmonitored\b|"
    r"\breading mails sporadically|"
    r"\blimited access\b|\bno access to\b",
    r"\b(?:nachricht|e-?mail|mail)s?\b[^.\n]{0,50}\b(?:nicht (?:automatisch )?(?:gelesen|weitergeleitet|bearbeitet)|"
    r"automatisch gelöscht|der reihe nach|"
    r"nach meiner rückkehr)|\b(?:postfach|adresse)\b[^.\n]{0,60}\b(?:nicht mehr|außer betrieb|geschlossen|"
    r"nicht gelesen)|\beingeschränkten? zugriff|"
    r"\bbeantworten? (?:wir|ich) ihre (?:nachricht|mail|e-?mail)",
    r"\b(?:messages?|mails?|courriels?)\b[^.\n]{0,50}\b(?:traités?|lus?|pas (?:été )?(?:lu|transmis|relevé))\b|"
    r"\b(?:boîte|"
    r"adresse)\b[^.\n]{0,30}\bn.est plus|\bpas de mails d.ici",
    r"\b(?:correos?|mensajes?)\b[^.\n]{0,50}\b(?:se atenderán|no (?:se leerán|será leído|ha sido leído)|"
    r"se ha eliminado|sin ser leído)|"
    r"\bya no se (?:consulta|lee|utiliza)|\b(?:buzón|dirección)\b[^.\n]{0,30}\bya no\b|\bno abrir el correo",
    r"\b(?:mail|messaggi|e-?mail|messaggio)\b[^.\n]{0,50}\b(?:saranno lett|sarà lett|verranno lett|non (?:sarà|"
    r"saranno|verrà|verranno))|"
    r"\bcasella\b[^.\n]{0,30}\bnon è più",
    r"\b(?:mails?|berichten?|e-?mails?)\b[^.\n]{0,50}\b(?:niet (?:gelezen|doorgestuurd|gelezen)|lees)\b|"
    r"\blees mijn mail niet|\bniet doorgestuurd\b|"
    r"\b(?:mailbox|adres)\b[^.\n]{0,30}\bniet meer\b",
    r"\b(?:mensagens?|e-?mails?)\b[^.\n]{0,50}\b(?:serão (?:lidas|respondid)|não (?:será|serão|foi) (?:lid|"
    r"encaminhad))|\b(?:caixa|"
    r"endereço)\b[^.\n]{0,30}\b(?:já não|não é mais|desativad)",
)
URGENT = _words(
    r"\b(?:urgent\w*|urgen[cz]\w*|dringend\w*|vertret\w*|springt .{1,40} ein|stand-?in|in my absence|while i.m away|"
    r"meanwhile|until i.m back|"
    r"come back to you|in the meantime|back (?:on|in|at)|return(?:ing)? (?:on|to)|wieder (?:erreichbar|da|im)|"
    r"bin ich zurück|rückkehr|"
    r"en mon absence|d.ici là|de retour|mientras tanto|a la vuelta|regres\w+|volver\w*|in mia assenza|rientr\w+|"
    r"tornerò|bij spoed|spoed\w*|"
    r"ben ik (?:er )?weer|terug|tijdens mijn|na minha ausência|regresso|de volta)\b"
)
SELF_DECLARED = _words(
    r"(?:^|[.!?(\n\u2013-]\s{0,3}|\b(?:this is|dies ist|das ist|ceci est|este es|esto es|questo è|dit is|este é|"
    r"esta é|isto é) )(?:an? |une? |"
    r"eine? |um |uma |un |een )?(?:auto(?:mat(?:ic|ed))?[- ]?(?:generated )?(?:reply|response|message|e-?mail|"
    r"answer|notification)|"
    r"automatische? (?:antwort|nachricht|rückantwort|bericht|antwoord|e-?mail|melding)|automatisch(?:e)? (?:bericht|"
    r"antwoord|e-?mail|"
    r"ontvangstbevestiging)|"
    r"(?:message|réponse|notification|avertissement|courriel) (?:généré[e]? )?automatique|(?:mensaje|respuesta|"
    r"correo|"
    r"notificación) (?:generad[oa] )?(?:automátic[oa]|automáticamente|de forma automática)|(?:messaggio|risposta|"
    r"mail|notifica) (?:automatic[oa]|"
    r"generat[oa] automaticamente)|(?:mensagem|resposta|notificação|e-?mail) (?:automátic[oa]|"
    r"gerad[oa] (?:automaticamente|de forma automática)))",
    r"\b(?:diese|die) (?:antwort|nachricht|e-?mail|mail)\b[^.\n]{0,30}\bautomatisch|\b(?:this|the) (?:message|reply|"
    r"response|e-?mail|mail) (?:is|"
    r"was|has been) (?:generated |created |sent )?automatic|\b(?:ce|cette) (?:message|réponse|courriel|"
    r"mail)\b[^.\n]{0,30}\bautomatique|"
    r"\best[ea] (?:mensaje|correo|respuesta|mensagem|resposta|e-?mail)\b[^.\n]{0,30}\bautom[áa]tic|\b(?:dit|"
    r"deze) (?:bericht|e-?mail|mail|"
    r"antwoord)\b[^.\n]{0,30}\bautomatisch|\bquest[oa] (?:messaggio|risposta|mail|e-?mail)\b[^.\n]{0,30}\bautomatic",
)
ABSENCE = (AWAY_TOPIC, AWAY, LEFT, MAIL_IDLE, URGENT, SELF_DECLARED)
ABSENCE_CORE = (AWAY, LEFT, MAIL_IDLE)

_TICKET_WORDS = (
    r"(?:this is an? |this )?(?:automat(?:ed|ic)(?:ally generated)?) (?:message|reply|response|e-?mail|"
    r"acknowledge?ment|confirmation|notification)|"
    r"automatically (?:generated|created|sent)|auto-?generated",
    r"do not (?:reply|respond) to this|please do not reply|replies to this (?:e-?mail|message|address) are not",
    r"your (?:request|e-?mail|message|enquiry|inquiry|ticket|case|query|support request) (?:\S{1,30} )?(?:has been|"
    r"was|is being) (?:received|logged|"
    r"registered|created|recorded|assigned|opened|forwarded)|we (?:have |"
    r".ve )?(?:successfully )?received your (?:e-?mail|message|request|enquiry|"
    r"inquiry|query|ticket)",
    r"(?:respond|reply|answer|get back to you|be answered|be processed|response) .{0,40}(?:within|in) (?:\d+|one|"
    r"two|three|"
    r"five)(?:[\u2013-]\d+)? (?:\w+ )?(?:hours|days)|aims? to respond",
    r"\b(?:ticket|case|request|reference|incident)(?: id| number| no\.?| #|:)? ?[#:\[(]? ?(?:[a-z]{2,6}-?)?\d{4,}|"
    r"\[(?:ticket|case|req|inc|sr|"
    r"cs)[-# :]?\d+\]|\bthread-?id\b",
    r"automatisch(?:e)? (?:erstellt|generiert|erzeugt|versandt|versendet|versendete|antwort|nachricht|"
    r"eingangsbestätigung|empfangsbestätigung|"
    r"generierte|erstellte)|diese (?:e-?mail|nachricht) (?:wurde|wird|ist) (?:von .{1,30} )?(?:automatisch|"
    r"maschinell)",
    r"(?:bitte )?antworten sie (?:bitte )?nicht (?:auf|direkt)|nicht auf diese (?:e-?mail|nachricht)",
    r"ihre (?:anfrage|e-?mail|nachricht|mail|mitteilung)\b.{0,40}\b(?:eingegangen|erhalten|registriert|erfasst|"
    r"weitergeleitet|entgegengenommen)|"
    r"wir haben ihre (?:anfrage|e-?mail|nachricht|mail|mitteilung) (?:erhalten|unter)",
    r"ticket-?(?:nummer|nr)|vorgangsnummer|innerhalb von (?:\d+|zwei|drei|fünf) (?:stunden|werktagen|tagen|"
    r"arbeitstagen)",
    r"message (?:généré )?automatique|(?:envoyé|généré|émis)e? automatiquement|réponse automatique|"
    r"accusé de réception automatique",
    r"merci de ne pas (?:y )?répondre|ne pas répondre à ce",
    r"(?:votre|vos) (?:courriel|e-?mail|message|demande|mail|requête)s?\b.{0,30}\b(?:bien été|bien reçu|"
    r"été enregistrée?|été pris|été reçu)|"
    r"nous avons bien reçu votre (?:message|demande|courriel|e-?mail|mail)\b",
    r"(?:sous|dans (?:un délai de|les)) (?:\d+|deux|trois) ?(?:h\b|heures|jours)|numéro de (?:ticket|dossier|"
    r"demande)",
    r"(?:mensaje|correo|respuesta) (?:generad[oa] |enviad[oa] )?automátic|(?:generad|"
    r"enviad)[oa] (?:de forma )?automática",
    r"(?:por favor,? )?no respond(?:a|er) a este|no conteste a este",
    r"(?:hemos|se ha) recibido (?:correctamente )?su (?:comunicación|mensaje|solicitud|correo|consulta|petición|"
    r"incidencia)|su (?:solicitud|"
    r"consulta|mensaje|correo|petición|incidencia) ha sido (?:recibid|registrad|cread)",
    r"(?:en un plazo|plazo máximo|en las próximas) .{0,20}\d+ (?:horas|días)|número de (?:ticket|caso|incidencia|"
    r"expediente)",
    r"automatisch (?:gegenereerd|verzonden|bericht|aangemaakt|verstuurd|antwoord)|automatische (?:ontvangst|"
    r"bevestiging|ontvangstbevestiging)",
    r"niet (?:te )?(?:beantwoorden|reageren)|niet op dit bericht|(?:wij|we) hebben (?:uw|je) (?:bericht|e-?mail|"
    r"vraag|mail|verzoek|"
    r"melding)\b.{0,25}\b(?:ontvangen|geregistreerd)|uw (?:bericht|e-?mail|vraag|verzoek|melding) (?:is|"
    r"werd)\b.{0,25}\b(?:ontvangen|geregistreerd)",
    r"ticketnummer|zaaknummer|binnen \d+ (?:werk)?(?:uur|dagen)",
    r"(?:messaggio|risposta|e-?mail) automatic|(?:generat|inviat)[oa] automaticamente|non rispondere a quest|"
    r"si prega di non rispondere",
    r"(?:abbiamo ricevuto|è stat[oa] (?:ricevut|registrat|pres)[oa]).{0,40}\b(?:richiesta|messaggio|e-?mail|"
    r"segnalazione|comunicazione|carico)|"
    r"la (?:sua|tua|vostra) (?:richiesta|e-?mail|segnalazione) è stata",
    r"numero (?:di )?(?:ticket|pratica|richiesta)|entro \d+ (?:ore|giorni)",
    r"(?:mensagem|resposta|e-?mail) (?:gerad[oa] |enviad[oa] )?automátic|(?:gerad|enviad)[oa] automaticamente|"
    r"não responda a est|"
    r"por favor,? não responda",
    r"recebemos (?:o seu|a sua|o teu|seu|sua) (?:e-?mail|mensagem|pedido|contacto|contato|solicitação)|(?:o seu|"
    r"a sua) (?:pedido|mensagem|e-?mail|"
    r"solicitação) foi (?:recebid|registad|registrad)",
    r"número d[eo] (?:ticket|pedido|protocolo|processo)|no prazo de \d+ (?:horas|dias)",
)  # fmt: skip
TICKET = (
    *(re.compile(words, re.IGNORECASE) for words in _TICKET_WORDS),
    _words(
        r"\b(?:i.m|this is|ich bin|je suis|soy|sono|ik ben|sou)\b[^.\n]{0,30}\b(?:virtual assistant|"
        r"virtuelle[rn]? assistent|assistant virtuel|"
        r"asistente virtual|assistente virtuale?)\b|\bwas this helpful\b|\b(?:ein mitarbeiter|un agente|"
        r"un conseiller|een medewerker|un operatore|"
        r"um agente) (?:meldet|será|vous|zal|la |irá)|\basignado a un agente|\bstatus: neu\b|"
        r"\bpassed your message on\b"
    ),
    _words(
        r"\bcase was created|\b(?:vorgang|fall|caso|dossier|zaak|pratica|processo|chamado)\b[^.\n]{0,20}\d{3,}|"
        r"\bsupplier portal\b|"
        r"\blieferantenportal|\bportail fournisseurs?\b|\bportal de proveedores\b|\bbetreffzeile nicht\b|"
        r"\bdanke, dass sie unseren\b|"
        r"\bgracias por (?:escribir|contactar)|\bhemos recibido tu (?:solicitud|mensaje|correo|consulta)|"
        r"\best bien parvenue?\b|"
        r"\bwe have received your documents?|\bihr dokument erhalten|\bdans l.ordre d.arrivée\b|"
        r"\bde ne pas le renvoyer\b"
    ),
)
TICKET_SUBJECT = re.compile(
    r"your (?:request|e-?mail|message|enquiry|ticket|case) .{0,40}(?:received|logged|created|registered)|"
    r"request received|ticket (?:received|"
    r"created|#)|case .{0,20}(?:created|received|opened)|wurde (?:erfasst|angelegt)|hemos recibido (?:tu|su) |"
    r"(?:caso|ticket|vorgang|zaak|"
    r"dossier)[ -]?\S{0,3}\d{3,}|\[(?:ticket|case|req|inc|sr|cs)[-# :]?\d+\]|acknowledge?ment of (?:receipt|your)|"
    r"eingangsbestätigung|ihre (?:anfrage|nachricht|e-?mail) .{0,30}(?:erhalten|eingegangen)|accusé de réception|"
    r"acuse de recibo|"
    r"ontvangstbevestiging|(?:conferma|avviso) di ricezione|presa in carico|aviso de recepção|"
    r"confirmação de receção|auto(?:matic|mático|matisch|"
    r"matico)",
    re.IGNORECASE,
)

CHALLENGE = _words(
    r"\b(?:your|the) (?:message|e-?mail|mail)\b[^.\n]{0,60}\b(?:is being|has been|was|is on) h(?:e|o)ld"
    r"[^\n]{0,80}\b(?:approved|sender|verif|confirm)",
    r"\bapproved senders?\b|\bsender (?:verification|confirmation) (?:request|required)\b|\bchallenge[- ]response\b",
    r"\bconfirm that you are (?:a |not a )?(?:person|human|robot|real)\b",
    r"\bspamschutz\b[^\n]{0,120}\b(?:zurückgehalten|bestätig|klick)|\babsenderbestätigung\b",
    r"\bpour que votre (?:message|courriel|e-?mail|mail)\b[^\n]{0,60}\b(?:remis|distribué|délivré|transmis)\b"
    r"[^\n]{0,90}\b(?:cliqu|authentifi|confirm|identifi)",
    r"\bpara que su (?:mensaje|correo)\b[^\n]{0,40}\b(?:entregado|recibido)\b[^\n]{0,90}\b(?:clic|confirm|verifi)",
    r"\bperché il (?:suo|tuo|vostro) messaggio\b[^\n]{0,40}\b(?:consegnato|recapitato)\b[^\n]{0,90}\b(?:clic|conferm)",
)
"""A filter that holds our mail back until somebody clicks: nobody has read it."""

REMITTANCE = re.compile(
    r"payment advice|remittance|zahlungsavis|avis de (?:virement|paiement|règlement)|avviso di pagamento|"
    r"betalings?(?:specificatie|advies)|"
    r"betaaladvies|aviso de (?:pago|pagamento|transferencia)|zahlungsanzeige|value date|valuta",
    re.IGNORECASE,
)
ANSWERS = re.compile(
    r"\b(?:(?:i|we)(?:.ll|.ve| will| have| are| am|.re)? (?:\w+ ){0,2}(?:pay|paid|paying|transfer\w*|send|sent|"
    r"settle\w*|dispute|wire[d]?|"
    r"schedul\w+|remit\w*|received? (?:the|this|your) (?:invoice|reminder|goods|delivery))\b"
    r"|(?:will be|has been|have been|was|is being|gets?|it.s) (?:paid|settled|transferred|wired|scheduled|approved)|"
    r"will (?:\w+ )?(?:pay|transfer|settle|send)\b|please (?:send|resend|find|"
    r"correct|cancel|credit|confirm)|can you (?:send|please|confirm)|could you"
    r"|(?:wir|ich) (?:haben(?! ihre?n? (?:dokument|nachricht|anfrage|e-?mail|mail|schreiben))|werden|überweisen|"
    r"bezahlen|zahlen|begleichen|bitten|"
    r"reklamieren)\b|(?:überwiesen|bezahlt|beglichen|angewiesen|freigegeben|storniert)\b"
    r"|(?:nous|je|j.)\s?(?:avons|allons|réglons|réglerons|payons|paierons|contestons|vous (?:prie|règle|joins)|"
    r"ai (?:payé|réglé|viré))\b|"
    r"(?:virement|règlement) (?:est|a été|sera|partira|effectué)|pouvez-vous"
    r"|(?:hemos|vamos a|pagaremos|pagamos|pagaré|abonaremos|he pagado|transferencia (?:está|ha sido|realizada))\b|"
    r"(?:abbiamo|pagheremo|provvederemo|"
    r"pago|bonifico (?:è|sarà|effettuato))\b"
    r"|(?:wij|we|ik) (?:hebben|heb|betalen|betaal|zullen|zal|maken|maak)\b.{0,40}\b(?:betaald|betalen|over|"
    r"betaling)|(?:vamos|iremos|pagámos|"
    r"pagamos|pagaremos|liquidaremos|transferimos)\b)",
    re.IGNORECASE,
)
TOPIC = _words(
    r"\b(?:invoices?|goods|deliver(?:y|ed)|credit note|damaged|wrong|prices?|payments?|rechnung\w*|ware|lieferung\w*|"
    r"gutschrift|beschädigt|preise?|zahlung\w*|factures?|livraison|avoir|prix|paiement|facturas?|mercancía|entrega|precio|pagos?|"
    r"fattur[ae]|merce|consegna|prezzo|pagament[oi]|factuur|facturen|goederen|levering|prijs|betaling|faturas?|mercadoria|"
    r"preço)\b"
)
