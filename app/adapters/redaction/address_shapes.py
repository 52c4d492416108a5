"""The parts of a postal address as patterns: kinds of streets by language, buildings, postcodes, towns.

Every repetition is bounded and every gap takes a character: hostile text cannot make the search slow.
"""

import re

S = r"[ \u00a0]"
CAP = r"(?:[A-ZÀ-ÖØ-Þ]\w{0,4}\.(?=[\w \u00a0])|[A-ZÀ-ÖØ-Þ](?:[^\W\d_]|['\u2019-]){0,30})"
_LINE = r"\n[>\s]{0,3}"
BREAK = rf"(?:{S}{{0,2}}[,|·;]{S}{{0,2}}(?:{_LINE})?|{S}{{1,2}}[-\u2013]{S}{{1,2}}|{S}{{0,2}}{_LINE})"
GAP = rf"(?:{BREAK}|{S}{{1,2}})"
_UNITS = (
    r"€|£|\$|%|EUR|GBP|USD|CHF|[Ee]uros?|pounds|kg|St[üu]ck|Paletten?|pal[ae]|cartons?|colli|cajas?|caixas?|dozen|boxes"
)
NO_AMOUNT = rf"(?!\w)(?![.,]\d)(?!{S}?(?:{_UNITS}))"
NUMBER = (
    rf"\d{{1,4}}(?:{S}?[a-zA-Z](?!\w))?(?:{S}?[-\u2013/]{S}?\d{{1,4}}[a-zA-Z]?){{0,2}}"
    rf"(?:[/-][A-Za-z](?!\w)|-?(?:bis|ter|hs)|[-\u2013 \u00a0]I{{1,3}})?{NO_AMOUNT}"
)
LEADING = rf"(?<![\w.,/-])\d{{1,5}}(?:{S}?[A-Za-z](?!\w))?(?:[-\u2013/]\d{{1,4}})?"
_SMALL = (
    r"am|an der|an|im|in der|ob der|sur|sous|de|del|della|dei|dos|das|la|las|los|le|les|di|do|da"
    r"|upon|on|under|of|der|den|bei|en|aan|y|e"
)
_TOWN_WORD = r"(?:St\.|Ste\.|Sta\.|S\.|'[st][ -])?(?:[lLdD]['\u2019])?[A-ZÀ-ÖØ-Þ][\w'\u2019-]{1,30}"
TOWN = rf"{_TOWN_WORD}(?:{S}(?:(?:{_SMALL}){S}){{0,2}}{_TOWN_WORD}){{0,3}}"

# -- postcodes -----------------------------------------------------------------------------------------------

UK_POSTCODE = rf"(?<![\w-])[A-Z]{{1,2}}\d[A-Z\d]?{S}?\d[A-Z]{{2}}(?!\w)"
US_ZIP = rf"(?<!\w)[A-Z]{{2}}{S}\d{{5}}(?:-\d{{4}})?(?!\w)"
_ZIP = rf"(?:[A-Z]{{1,2}}-)?(?:\d{{4}}-\d{{3}}|\d{{5}}-\d{{3}}|\d{{5}}|\d{{4}}{S}?[A-Z]{{2}}(?!\w)|\d{{4}})(?![\w.,-])"
_ENDS = rf"(?={S}{{0,2}}(?:[,.;:!?)(]|\n|$))"
_REGION = (
    rf"(?:{S}(?:[Cc](?:edex|EDEX){S})?\d{{1,2}}{_ENDS}"
    rf"|{S}?\((?:[A-Z]{{2}}|\d{{2}}|{TOWN})\)|{S}[A-Z]{{2}}(?!\w)|{S}[-\u2013]{S}[A-Z]{{2}}(?!\w))?"
)
ZIP_TOWN = rf"(?<![\w.,/-]){_ZIP}{S}{{1,2}}(?P<town>{TOWN}){_REGION}"

# -- kinds of streets ----------------------------------------------------------------------------------------

_EN_KIND = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Crescent|Cres|Way|Place|Pl|Square|Sq|Terrace|Gardens"
    r"|Hill|Park|Boulevard|Blvd|Highway|Hwy|View|Row|Mews|Grove|Walk|Green|Quay|Wharf|Yard|Parade|Rise|Vale|Circle|Cir"
    r"|Trail|Parkway|Pkwy|Approach|Broadway|Croft|Drove|Embankment|Esplanade|Garth|Meadows|Promenade|Villas|Wynd|Turnpike)"
    r"(?!\w)\.?"
)
_EN_WIDE = r"(?:Bank|Bypass|Common|End|Fold|Gate|Heights|Lockside|Meadow|Mount|Path|Pike|Ridge|Side|Strand)"
_DE_ENDING = (
    r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|markt|steig|stieg|pfad|graben|wall"
    r"|straat|laan|plein|gracht|kade|singel|dijk|baan|dreef|steeg)"
)
_DE_KIND = r"(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Markt|Chaussee|Gracht|Voorhout|Plein|Kade)"
_DE_LEADING = (
    r"(?:Am|Im|An der|An den|Auf der|Auf dem|Zum|Zur|In der|In den|Unter den|Hinter der|Hinter dem|Vor dem|Beim|Bei der"
    r"|Alter|Alte|Neue|Neuer|Laan van|Plein|Het|De|Achter de|Aan de|Op de)"
)
_FR_KIND = (
    r"(?i:rue|avenue|ave?\.|boulevard|bd\.?|bld|blvd|chemin|che?m\.|impasse|imp\.|all[ée]es?|quai|square|faubourg|fbg|sentier"
    r"|venelle|ruelle|esplanade|rond-point|mail|chauss[ée]e)"
)
_FR_WIDE = (
    r"(?i:place|pl\.|route|rte|cours|passage|villa|zone|za|zi|zac|lieu-dit|r[ée]sidence|hameau|domaine|mont[ée]e|parc)"
)
_SOUTH_KIND = (
    r"(?:[Cc]alle|[Cc]/|[Cc]l\.|[Aa]vda\.?|[Aa]venida|[Aa]v\.|[Pp]laza|[Pp]za\.?|[Pp]l\.|[Pp]aseo|[Pp]º|[Rr]onda|[Cc]amino"
    r"|[Cc]arretera|[Cc]tra\.?|[Cc]rta\.|[Tt]raves[ií]a|[Gg]lorieta|[Pp]asaje|[Cc]uesta|[Cc]arrer|[Pp]asseig|[Rr]ambla"
    r"|[Rr][uú]a"
    r"|[Uu]rbanizaci[oó]n|[Uu]rb\.|[Pp]ol[ií]gono(?: [Ii]ndustrial)?|[Pp]ol\. ?[Ii]nd\.|[Pp]arque [Ee]mpresarial"
    r"|[Vv]ia|[Vv]iale|V\.le|[Pp]iazza|[Pp]iazzale|P\.zza|P\.le|[Cc]orso|C\.so|[Ll]argo|[Vv]icolo"
    r"|[Ss]trada(?: [Pp]rovinciale)?"
    r"|[Ss]alita|[Ll]ungo\w{2,12}|[Cc]ontrada|C\.da|[Ff]razione|[Ff]raz\.|[Ll]ocalit[àa]|[Ll]oc\."
    r"|[Zz]ona [Ii]ndustriale?"
    r"|R\.|[Pp]ra[çc](?:et)?a|[Tt]ravessa|[Ee]strada(?: [Nn]acional)?|[Aa]lameda|[Bb]eco|[Cc]al[çc]ada|[Rr]otunda"
    r"|[Bb]airro|[Qq]uinta(?= d[aeo])|[Ll]oteamento|[Uu]rbaniza[çc][ãa]o|[Pp]arque [Ii]ndustrial|E\.?N\.?(?= ?\d))"
)
_PARTICLES = (
    r"(?:de|del|della|dello|degli|dei|dell['\u2019]|dos|das|la|las|los|le|les|di|do|da|du|des|el|e|y|of|van|der)"
)
_SOUTH_NAME = (
    rf"(?:{_PARTICLES}{S}?){{0,2}}(?:{CAP}|(?<=[lN] )\d{{1,3}}(?=,{S}))(?:{S}(?:{_PARTICLES}{S}){{0,2}}{CAP}){{0,4}}"
)
_SOUTH_NUMBER = (
    rf"(?:,|{S}[-\u2013])?{S}?(?:s/n|s\.?{S}?n\.?{S}?c\.?|(?:\d{{1,3}}{S})?km\.?{S}?\d{{1,3}}(?:[.,]\d{{1,3}})?(?!\w)"
    rf"|(?:(?:n\.?[º°o]|n\.(?:[º°o]\.?)?|n[uú]m\.|nave|lote|lotto|parcela|bloque){S}?)?{NUMBER})"
)
_FR_NAME = (
    rf"(?:(?:de|du|des|la|le|les|aux?|à){S}|[dl]['\u2019]){{0,3}}[\w'\u2019.-]{{1,30}}"
    rf"(?:{S}(?:(?:de|du|des|la|le|les|en|et|sur){S}|[dl]['\u2019]){{0,3}}(?:{CAP}|\d{{4}}(?!\w))){{0,4}}"
)
_BIS = rf"(?:{S}?(?:bis|ter|quater)(?!\w))?"

_AREA_FIRST = (
    r"(?:[Zz]one|ZA|ZI|ZAC|[Rr][ée]sidence|[Bb][âa]t(?:iment)?\.?|[Pp]arc|[Ll]ieu-dit|[Hh]ameau|[Dd]omaine|[Ii]mmeuble"
    r"|Gewerbepark|Gewerbegebiet|Industriegebiet|Industriepark|Technologiepark|Haus|Hof|Halle|Geb[äa]ude|c/o"
    r"|[Pp]ol[ií]gono|[Uu]rbanizaci[oó]n|[Ee]dificio|[Nn]ave|[Pp]arque|[Cc]entro|[Pp]alazzo|[Zz]ona|[Ee]dif[ií]cio"
    r"|[Qq]uinta(?= d[aeo])|[Bb]airro"
    r"|[Bb]edrijventerrein|[Ii]ndustrieterrein|[Bb]edrijvenpark|[Gg]ebouw)"
)
_AREA_WORD = (
    rf"(?:industriel(?:le)?|industriale?|artisanale?|commercial(?:e)?|d['\u2019]activit[ée]s?|{CAP}|\d{{1,3}}(?!\d)"
    r"|de|la|du|des|les|del|do|da|dos|das|el|van|nord|sud)"
)
AREA_FIRST = rf"(?<![\w-]){_AREA_FIRST}(?:{S}{_AREA_WORD}){{1,6}}"
_BUILDING = (
    r"(?:House|Cottage|Farm|Estate|Park|Mill|Mills|Barn|Court|Building|Buildings|Works|Chambers|Lodge|Hall|Dairy|Centre|Mansions"
    r"|Manor|Tower|Towers|Forge|Vicarage|Rectory|Smithy|Stables|Bungalow|Granary|Depot|Studios|Exchange|Wharf|Maltings|Quarter)"
)
_UNIT = (
    r"(?:Apt|Apartment|Suite|Ste|Unit|Units|Floor|Fl|Flat|Room|Rm|Block|Level|Building|Bldg|Bay|Plot|Lot|unit|flat|suite"
    r"|floor|apartment|#|[Bb][âa]t(?:iment)?|[Ee]sc(?:alier|alera|\.)|[Aa]ppt|[Aa]ppartement|[Aa]pto|[Bb]o[îi]te|[Bb]te|[Pp]orte|[Hh]all"
    r"|Haus|Halle|Top|Stiege|Hinterhaus|Wohnung|Whg|Aufgang"
    r"|bajo|local|[Nn]ave|[Pp]lanta|[Pp]iso|[Pp]uerta|[Pp]ortal|[Bb]loque|[Pp]arcela|[Oo]ficina"
    r"|bus|toren|huis|kamer|int(?:erno)?|[Ss]cala|[Ll]otto|[Pp]al(?:azzina)?|[Pp]iano"
    r"|[Ll]ote|[Ff]ra[çc][ãa]o|[Bb]loco|[Aa]ndar|[Ss]ala|[Cc]onj|[Ll]oja)"
)
_FLOOR = r"(?:[Ff]loor|[ée]tage|OG|UG|Stock|Etage|etage|verdieping|[Pp]iano|[Pp]lanta|[Pp]iso|[Aa]ndar|[Bb]oven)(?!\w)"
_SIDE = r"(?:\d{1,2}\.?[ºª°]|[A-Z](?!\w)|[EeDdFf](?:sq|to|te)\.?|[Ii]z[qd]\w{0,8}\.?|[Dd]er\w{0,5}\.?|[Dd]cha\.?)"
_ORDINAL = (
    rf"\d{{1,2}}(?:st|nd|rd|th|e|er|re|[èe]me|\.[ºª]|[ºª°.]{{1,2}})?{S}?{_FLOOR}"
    r"|(?:EG|OG|DG|(?:[Gg]round|[Ff]irst|[Ss]econd|[Tt]hird|[Tt]op) [Ff]loor|r/c|R/C|RDC|rdc)(?!\w)"
    rf"|\d{{1,2}}\.?[ºª°](?:{S}?(?:-{S}?)?{_SIDE})?"
)
UNIT = (
    rf"(?:{_ORDINAL}|{_UNIT}\.?(?:{S}?(?:\d{{1,4}}[a-zA-Z]?|[A-Z]\d{{0,3}})(?!\w)"
    rf"|(?<=bajo)(?:{S}\w{{1,12}})?(?!\w)|(?<=Hinterhaus)(?!\w)))"
)
COUNTRY = (
    r"(?:United Kingdom|Great Britain|England|Scotland|Wales|Northern Ireland|Ireland|UK|U\.K\.|USA"
    r"|France|Suisse|Belgique|Luxembourg|Deutschland|Österreich"
    r"|Schweiz|Germany|Austria|Switzerland|España|Spain|Nederland|The Netherlands"
    r"|Netherlands|België|Belgium|Italia|Italy|Svizzera|Portugal|Brasil|Brazil)(?!\w)"
)

STREETS: tuple[str, ...] = (
    rf"{LEADING}(?:{S}{CAP}){{1,4}}?{S}{_EN_KIND}",
    rf"(?<!\w)(?:P\.?{S}?O\.?{S}?[Bb]ox|Postfach|Postbus|Apartado(?: de Correos| Postal)?|Casella [Pp]ostale"
    rf"|Caixa [Pp]ostal|Case [Pp]ostale|Bo[îi]te [Pp]ostale){S}\d(?:{S}?\d){{1,7}}(?!\w)",
    # German and Dutch: the street's kind ends its name or follows it, then the number
    rf"(?<!\w)(?:{CAP}{S}){{0,2}}[A-ZÄÖÜ][\w-]{{0,40}}{_DE_ENDING}{S}?{NUMBER}",
    rf"(?<!\w){CAP}(?:{S}{CAP}){{0,2}}{S}{_DE_KIND}{S}{NUMBER}",
    rf"(?<!\w)Laan{S}van(?:{S}(?:de|der|het|den)){{0,1}}(?:{S}{CAP}){{1,3}}{S}{NUMBER}",
    # French: number, kind, name
    rf"{LEADING}{_BIS},?{S}{_FR_KIND}{S}{_FR_NAME}",
    # Spanish, Italian, Portuguese: kind, name, number
    rf"(?<!\w){_SOUTH_KIND}{S}?{_SOUTH_NAME}{_SOUTH_NUMBER}",
)
"""What is an address by itself."""

WITH_TOWN: tuple[str, ...] = (
    rf"{LEADING}(?:{S}{CAP}){{1,5}}(?={GAP})",
    rf"(?<!\w){_DE_LEADING}(?:{S}{CAP}){{1,3}}{S}{NUMBER}",
    rf"(?<!\w)(?:B\.?P\.?|C\.?P\.?|CS){S}\d(?:{S}?\d){{0,6}}(?!\w)",
    rf"{LEADING}{_BIS},?{S}{_FR_WIDE}{S}{_FR_NAME}",
    rf"(?<!\w){_FR_WIDE}{S}{_FR_NAME}",
    rf"(?<!\w)(?:{_FR_KIND}{S}{_FR_NAME}|{_SOUTH_KIND}{S}?{_SOUTH_NAME})",
    rf"(?<!\w)(?!(?i:mail)){_FR_KIND}{S}{_FR_NAME},?{S}(?:n°{S}?)?{NUMBER}",
    AREA_FIRST,
    rf"(?<!\w)[A-ZÄÖÜ][\w-]{{1,30}}{_DE_ENDING}(?=,|\n)",
)
"""What is an address when postcode and town follow."""

ALONE = (
    rf"(?m:^[>\s]{{0,3}}(?:[A-Z]{{1,2}}-)?(?:\d{{5}}|\d{{4}}{S}[A-Z]{{2}}|\d{{4}}-\d{{3}}|\d{{5}}-\d{{3}}){S}{TOWN}"
    rf"{_REGION}{S}*$)"
)
"""A line of its own that is only postcode and town."""

# -- what may stand behind, and before -----------------------------------------------------------------------

_IN = rf"{S}(?:in|à|te|en|a|em){S}"
BEHIND_POSTCODE = (
    rf"(?:{GAP}|{_IN}){ZIP_TOWN}",
    rf"(?:{GAP}{TOWN}){{0,3}}?{GAP}{UK_POSTCODE}",
    rf"(?:{BREAK}{TOWN})?{GAP}{US_ZIP}",
    rf"(?:{GAP}{TOWN}){{0,3}}?(?:{S}?[-\u2013/]{S}?[A-Z]{{2}})?{GAP}(?:CEP:?{S})?\d{{5}}-\d{{3}}(?!\w)",
)
BEHIND_UNIT = rf"(?:,?{S}?|{GAP}|{S}[-\u2013]{S}){UNIT}"
BEHIND_TOWN = rf",{S}(?P<town>{TOWN}){_REGION}{_ENDS}"
IN_TOWN = rf"{S}(?:in|à|te){S}(?P<town>{_TOWN_WORD})(?!\w){_REGION}"
BEHIND_ALL = rf"(?:{BREAK}{COUNTRY}|,{S}(?P<town>{TOWN}){_ENDS}|{S}?\((?:{UNIT}|[\w-]{{1,20}})(?:,{S}{UNIT})?\))"

BEFORE_PART = re.compile(
    rf"(?:(?<![\w-]){UNIT}|{AREA_FIRST}|(?<![\w-])(?:{CAP}{S}){{1,4}}{_BUILDING}(?:{S}\d{{1,3}})?"
    rf"|(?<![\w-])(?:{CAP}{S}){{1,2}}toren{S}\w)(?:{GAP})$"
)
"""A unit, a building, an estate right before the street."""

_UK_SEGMENT = (
    rf"(?<![\w'-])(?:\d{{1,4}}[a-zA-Z]?{S})?{CAP}(?:{S}(?:(?:on|upon|of|the|le|under|in){S}){{0,2}}{CAP}){{0,4}}"
)
BEFORE_TOWN = re.compile(rf"(?P<segment>{_UK_SEGMENT}){GAP}$")
IS_STREET = re.compile(rf"\d|{_EN_KIND}$|{_EN_WIDE}$|{_BUILDING}(?:{S}\d{{1,3}})?$")
BEFORE_ZIP = re.compile(
    rf"(?<![\w-]){CAP}(?:{S}(?:(?:{_SMALL}|{_PARTICLES}){S}){{0,2}}{CAP}){{0,3}},?{S}(?P<number>{NUMBER}){BREAK}$"
)
"""Any words with a number at the end: a street when a postcode follows."""
