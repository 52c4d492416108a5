"""How machines word their mails in languages that Duebox does not answer in: Nordic, Slavic, Hungarian, Romanian,
Turkish, Greek, Japanese, Chinese and Korean. Enough to leave them alone; whatever a person says in these languages is
read by a person.
"""

# ruff: noqa: RUF001 - other alphabets are meant

import re

AWAY_SUBJECT = re.compile(
    r"^\s*\W{0,2}(?:autosvar|automatiskt? svar|automatisk besked|fraværsbesked|fravær\b|fraværende|ikke til stede"
    r"|frånvaro(?:meddelande)?\b|frånvarande|semester\b|ferie\b|fraværsmelding|automaattinen (?:vastaus"
    r"|poissaoloviesti)"
    r"|poissa\b|poissaolo|autom[áa]tick[áaée] (?:odpov[ěe][ďd]|odpoveď)|mimo kancel[áa][řr]|nep[řr][íi]tomnos[tť]"
    r"|autoodpowied[źz]|odpowied[źz] automatyczna|automatyczna odpowied[źz]|poza biurem|nieobecno[śs][ćc]|urlop\b"
    r"|automatikus v[áa]lasz|házon kívül|szabads[áa]g|r[ăa]spuns automat|absent din birou|concediu\b"
    r"|otomatik (?:yan[ıi]t|cevap)|ofis d[ıi][şs][ıi]nda|αυτόματη απάντηση|εκτός γραφείου"
    r"|автоматический ответ|автоответ|автоматична відповідь|вне офиса|в отпуске|отсутствие|автоматичен отговор"
    r"|自動(?:応答|返信)|不在(?:の|通知|連絡)|自动(?:回复|答复)|自動回覆|外出|자동 ?(?:회신|응답)|부재중)",
    re.IGNORECASE,
)
BOUNCE_SUBJECT = re.compile(
    r"^\s*\W{0,2}(?:kunne ikke leveres|ikke leveret|kan inte leverera|kunde inte levereras|ej levererat|oleveret"
    r"|kunne ikke levere|toimitus epäonnistui|viestiä ei voitu toimittaa|nedoru[čc]iteln|nedoru[čc]en"
    r"|nie (?:można|udało się) dostarczyć|niedostarczon|zwrot wiadomości|nem kézbesíthető|sikertelen kézbesítés"
    r"|nelivrat|livrare eșuată|mesaj netransmis|teslim edilemedi|iletilemedi|αδυναμία παράδοσης|ανεπίδοτο"
    r"|не ?доставлен|недоставленн?ое|возврат (?:почты|письма)|не вдалося доставити"
    r"|配信(?:不能|エラー|できません)|未配信|送信エラー|無法(?:傳遞|投遞)|无法(?:投递|送达)|退信|系统退信|반송|배달되지)",
    re.IGNORECASE,
)
AWAY = re.compile(
    r"\b(?:jeg (?:er|har) (?:desværre )?(?:på ferie|ferie|ikke (?:på kontoret|til stede)|fraværende)"
    r"|jag (?:är|har) (?:för närvarande )?(?:på semester|semester|inte på kontoret|frånvarande|bortrest"
    r"|föräldraledig)"
    r"|olen (?:tällä hetkellä )?(?:lomalla|poissa|vuosilomalla|matkoilla)|en ole (?:tavoitettavissa|toimistolla)"
    r"|(?:trenutno |trenutačno )?(?:sam|sem) (?:trenutno )?(?:na (?:godišnjem|letnem|godišnjem odmoru|dopustu)"
    r"|odsutan|odsutna|odsoten|odsotna|van ureda)|nisam u uredu|nisem v pisarni|olen (?:praegu )?puhkusel"
    r"|esmu atvaļinājumā|(?:esu )?atostogose|atostogauju"
    r"|(?:jestem|będę|przebywam) (?:obecnie )?(?:na urlopie|poza biurem|nieobecn[ya])"
    r"|(?:jsem|budu|som|budem) (?:momentálně |aktuálne )?(?:mimo kancelář|mimo kancelárie|na dovolené|na dovolenke"
    r"|nepřítomn|čerpám dovolenou)|čerpám dovolenou"
    r"|(?:szabadságon vagyok|szabadságomat töltöm|nem vagyok (?:az )?irodában|irodán kívül vagyok)"
    r"|(?:sunt|voi fi) (?:în|in) concediu|nu sunt (?:la|în) birou|lipsesc din birou"
    r"|(?:yıllık )?izindeyim|ofis dışındayım|tatildeyim)"
    r"|βρίσκομαι (?:σε άδεια|εκτός γραφείου)|είμαι (?:σε άδεια|εκτός γραφείου)|θα απουσιάζω|απουσιάζω"
    r"|(?:нахожусь|я|буду) (?:сейчас )?(?:в отпуске|вне офиса|в командировке)|меня не будет в офисе|отсутствую"
    r"|в отпуск съм|извън офиса съм|я у відпустці|перебуваю у відпустці"
    r"|休暇(?:中|を頂|をいただ)|不在(?:にして|とな|です)|出張中|正在休假|休假中|不在办公室"
    r"|外出办公"
    r"|不在辦公室|休假期間|휴가 ?중|부재 ?중|자리를 비",
    re.IGNORECASE,
)
BACK = re.compile(
    r"\b(?:tilbage (?:igen )?(?:den|på|mandag)|åter (?:den|på)|tillbaka (?:den|på|igen)|tilbake|palaan|takaisin"
    r"|wracam|wrócę|powrót|powrotem|vrátím se|vraciam sa|zpět|späť|visszatér|újra elérhető|vissza|revin|mă întorc"
    r"|döneceğim|dönüş|επιστρέφω|επιστροφή|вернусь|возвращаюсь|буду снова|повернуся"
    r"|haster|brådskande|ved hastende|kiireellis|w pilnych|pilne sprawy|v naléhavých|naliehavých|sürgős|urgent"
    r"|acil|επείγο|срочн|по срочным|терміново)"
    r"|戻り|出社|緊急|急ぎ|返回|回来|回到|紧急|緊急|복귀|급한|긴급",
    re.IGNORECASE,
)
SELF_DECLARED = re.compile(
    r"\b(?:dette er (?:et|en) automatisk|detta är ett automatiskt|automaattinen (?:viesti|vastaus)"
    r"|(?:to jest )?wiadomość (?:wygenerowana )?automatyczn|automaticky (?:generovan|vygenerovan|odeslan)"
    r"|automatikus(?:an)? (?:üzenet|generált|válasz)|mesaj (?:generat )?automat|otomatik (?:olarak|bir) "
    r"|αυτόματο μήνυμα|автоматическ(?:ое|ий|и) (?:сообщение|ответ|сгенерир|письмо)|автоматичне повідомлення)"
    r"|自動(?:送信|配信|返信|応答)|系统自动|系統自動|自动发送|자동으로 (?:발송|생성)|자동 ?발송",
    re.IGNORECASE,
)
TICKET = re.compile(
    r"\b(?:(?:din|dit|ditt|deres) (?:henvendelse|forespørgsel|mail|e-post|ärende|meddelande|sag)[^.\n]{0,40}"
    r"(?:modtaget|mottatt|mottagit|mottagits|registrer)|(?:vi har|har vi) (?:modtaget|mottatt|mottagit|tagit emot)"
    r" (?:din|dit|ditt|deres|ert) |viestinne on vastaanotettu|viestisi on vastaanotettu|tikettinumero|tukipyyntö"
    r"|(?:twoje|państwa|pana) zgłoszenie[^.\n]{0,40}(?:zarejestrowan|przyjęt)|zgłoszenie zostało"
    r"|(?:váš|vaše|vášho|vaša) (?:požadavek|požiadavk|žádost|zpráv)\w*[^.\n]{0,40}(?:přijat|prijat|zaevidov)"
    r"|(?:megkeresés|bejelentés|kérés)\w*[^.\n]{0,40}(?:rögzít|megkaptuk|fogadtuk|iktat)"
    r"|solicitarea (?:dumneavoastră|dvs\.?)[^.\n]{0,40}(?:înregistrat|primit)"
    r"|(?:talebiniz|başvurunuz|mesajınız)[^.\n]{0,40}(?:alınmış|alındı|kaydedil|ulaştı))"
    r"|ваш(?:е|а)? (?:обращени|заявк|запит|зверненн)\w*[^.\n]{0,40}(?:зарегистр|принят|зареєстр|прийнят)"
    r"|お問い合わせを受け付け|受付番号|您的(?:请求|工单|咨询)[^。\n]{0,20}(?:收到|受理)|문의가 접수",
    re.IGNORECASE,
)
NOT_DELIVERED = re.compile(
    r"\b(?:(?:beskeden|meddelelsen|mailen|meddelandet|meldingen|e-posten)[^.\n]{0,60}\b(?:ikke|inte"
    r"|kunne ikke)[^.\n]{0,20}"
    r"lever|viestiä ei (?:voitu|pystytty) toimitta|(?:wiadomoś\w+|e-mail\w*)[^.\n]{0,60}nie (?:mogła"
    r"|została|można)[^.\n]{0,20}"
    r"dostarcz|(?:zpráv\w+|správ\w+)[^.\n]{0,60}(?:nebylo|nebyla|nemohla|nepodarilo|nepodařilo)[^.\n]{0,20}doru[čc]"
    r"|üzenet\w*[^.\n]{0,60}nem (?:sikerült|lehetett|kézbesít)|mesaj\w*[^.\n]{0,60}nu a (?:putut"
    r"|fost)[^.\n]{0,20}livrat"
    r"|(?:mesaj\w*|ileti\w*)[^.\n]{0,60}(?:teslim edileme|iletileme))"
    r"|μήνυμα[^.\n]{0,60}δεν (?:παραδόθηκε|μπόρεσε|ήταν δυνατ)|(?:письмо|сообщение"
    r"|повідомлення)[^.\n]{0,80}не (?:было |может быть |удалось |вдалося )?"
    r"достав|送信できません|配信できません|お届けできません|送信に失敗|(?:无法|未能)(?:投递|送达|发送)|投递失败"
    r"|無法(?:投遞|傳遞)|배달(?:되지|할 수)|전송(?:되지|에 실패)",
    re.IGNORECASE,
)
PAYS = re.compile(
    r"\b(?:betal|maksa|maksu|zapłac|opłac|przelew|faktur|zaplat|uhrad|uhrád|platb|fizet|utal|számla|plăt"
    r"|plat|factur"
    r"|öde|fatura|πληρω|πληρώ|τιμολόγ|оплат|плат[её]ж|счёт|счет|рахун)|支払|振込|請求|付款|支付|发票|發票|입금|지불|송금|청구",
    re.IGNORECASE,
)
"""Of a person who is away and pays all the same. Stems: these languages bend their words."""
