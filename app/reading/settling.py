"""Words for paying less than what is owed, in seven languages. For folded text."""

import re

SETTLE = re.compile(
    r"(?:\bdiscount|rebate|full and final|settlement (?:of|offer|figure)|write[- ]off|waive|haircut|\bknock|"
    r"reduced sum|escompte|remise|rabais|solde de tout compte|ristourne|skonto|nachlass|rabatt|vergleich|"
    r"abgeltung|descuento|quita\b|rebaja|pronto pago"
    r"|korting|schikking|kwijting|sconto|stralcio|abbuono|togliet|desconto|abatimento|\d ?% (?:off|weniger|de "
    r"reduction|menos|minder))"
)
