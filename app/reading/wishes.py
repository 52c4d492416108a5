"""Words for paying later, in parts or less than what is owed, in seven languages. For folded text."""

import re

INSTALMENTS = re.compile(
    r"\b(?:instal?ments?|payment plan|in (?:two|three|four|five|six|\d+) (?:parts|payments|goes|chunks|tranches|"
    r"instal\w*)|(?:per|a|each|every) month|monthly|echeancier|echelonn\w*|(?:dos|tres|cuatro|cinco|seis|"
    r"\d+) (?:plazos|pagos)|"
    r"(?:en|in) (?:deux|trois|quatre|\d+) fois|mensualit\w*"
    r"|versements|raten\w*|ratenzahlung|teilbetrag\w*|teilzahlung\w*|monatlich|"
    r"en (?:dos|tres|cuatro|\d+) "
    r"(?:pagos|plazos|veces|cuotas)|fraccion\w*|cuotas|a plazos|mensual\w*|in (?:twee|drie|vier|\d+) (?:keer|"
    r"delen|termijnen)|termijnen|gespreid|maandelijks"
    r"|rate\b|rateizz\w*|in (?:due|tre|quattro|\d+) (?:volte|rate|tranche)|piano di rientro|mensil\w*|prestac\w*|"
    r"em (?:duas|tres|quatro|\d+) (?:vezes|prestacoes|parcelas)|parcel\w*|faseado|"
    r"\bsplit (?:it|that|this|them|the)\b|\bspread (?:it|that|this|them|the)\b|spreiding|spreiden|in (?:drieen|"
    r"tweeen|vieren)|"
    r"half now|mitad en .{0,20}mitad|metade em .{0,20}metade|halfte .{0,20}halfte|moitie .{0,25}moitie|"
    r"meta .{0,20}meta|"
    r"\w+ (?:a|per|each|every) week\b)"
)
ASKS = re.compile(
    r"\b(?:extension|extend|more time|additional time|extra (?:time|week|weeks|days|month)|another (?:week|month|"
    r"\d+)|defer\w*|postpone\w*|push (?:it|this|the)|hold off|delay|move the due|payment terms|\d+ days? terms|"
    r"(?:further|extra|additional) (?:\w+ )?(?:days|weeks|months)|(?:days|weeks|months) (?:more|longer)|"
    r"more (?:days|weeks|months)|"
    r"days (?:on this (?:one )?)?instead|stretch|roll (?:it |this |that )?(?:in)?to|wait|move (?:it|this|that)|"
    r"after the|"
    r"until|not before|only (?:pay|be able)|can(?:'t|not) (?:pay )?(?:before|until)|no earlier|could we pay|can "
    r"we pay|may we pay|would it be possible"
    r"|delai|attend\w+|patient\w*|(?:jours|semaines|mois) (?:de plus|supplementaires)|apres (?:le|la|les)|report\w*|"
    r"prolong\w*|differ\w*|decal\w*|jusqu'(?:au|a|en)|repouss\w*|pas avant|sinon|a \d+ jours"
    r"|aufschub|warten|gedulden|(?:tage|wochen|monate) (?:mehr|langer|zusatzlich)|bitte(?:n)? (?:ich |"
    r"wir )?(?:sie )?um|aufschub|stundung|stunden|frist\w*|verlanger\w*|verschieb\w*|zahlungsziel|bis zum|bis ende|"
    r"erst (?:am|"
    r"ende|mitte|anfang|im|zum|nach)|mehr zeit|spater"
    r"|aplaza\w*|esper\w+|muev\w+|movamos|correrla|(?:dias|semanas|meses) mas|dejar(?:la|lo)? para|"
    r"quedar .{0,12}para|prorrog\w*|hasta|posponer|retras\w*|no antes|a \d+ dias|plazo"
    r"|uitstel|wachten|(?:dagen|weken|maanden) (?:extra|langer|meer)|blijven liggen|pas (?:op|eind|begin|half|in)|"
    r"tot (?:eind|en met|\d)|later|opschui\w*"
    r"|dilazion\w*|attend\w+|(?:giorni|settimane|mesi) (?:in piu|ulteriori)|prorog\w*|rinvi\w*|posticip\w*|slitt\w*|"
    r"spost\w*|fino (?:al|a)|non prima|aspett\w*|a \d+ giorni"
    r"|prorrog\w*|aguard\w+|esper\w+|(?:dias|semanas|meses) (?:mais|extra)|empurrar|adia\w*|ate (?:ao|ao fim|dia|"
    r"fim)|so (?:em|no|a)|prazo|mais tempo)\b"
)
PROPOSES = re.compile(
    r"\b(?:would you|could you|can you|may we|could we|we(?:'d| would) like (?:you )?to|(?:we|i) propose|"
    r"i(?:'d| would) suggest|voudri\w+|aimeri\w+|pourri(?:ez|ons)|pourrais|nous proposons|je (?:vous |te )?propose|"
    r"(?:konnten|mochten|wurden|durften) (?:sie|wir|ihr)|(?:wir|ich) (?:schlage|mochte)\w*|"
    r"quisier\w+|podria\w*|podrian|pudier\w+|(?:le|te|les) pido|propon\w+|"
    r"(?:zou|zouden|kunt|zoudt) (?:u|ge|je|we|wij|ik)|stel(?:len)? (?:ik |wij |we )?(?:u )?voor|"
    r"vorre\w+|potre\w+|chied(?:o|iamo)|gostar\w+|poderi\w+|pec[oa](?:mos)?-)"
)
"""A wish or an offer, which waits for an answer: no promise."""

SETTLE = re.compile(
    r"(?:\bdiscount|rebate|full and final|settlement (?:of|offer|figure)|write[- ]off|waive|haircut|\bknock|"
    r"reduced sum|escompte|\bremise|rabais|solde de tout compte|ristourne|skonto|nachlass|rabatt|"
    r"(?<!im )vergleich(?!s\w)|"
    r"abgeltung|descuento|quita\b|rebaja|pronto pago"
    r"|korting|\bschikking|kwijting|sconto|stralcio|abbuono|togliet|desconto|abatimento|\d ?% (?:off|weniger|de "
    r"reduction|menos|minder))"
)
