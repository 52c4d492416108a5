"""Turns of phrase that say why a customer objects, beyond the trade words of the lexicon: "where are the other two?".

For folded text, by the concepts of the lexicon; idioms.py reads them beside its own.
"""

from collections.abc import Mapping

from app.reading.money.numerals import in_words

_SOME_OF = {
    "en": (r"of (?:the )?", r"never|not|missing|short|only"),
    "fr": (r"sur (?:les )?", r"jamais|pas|manqu\w+|absent\w*"),
    "de": (r"(?:von|der) (?:den )?", r"nie|nicht|fehl\w+"),
    "es": (r"de l[oa]s ", r"nunca|no|falta\w*"),
    "nl": (r"van de ", r"nooit|niet|ontbre\w+"),
    "it": (r"(?:su|dei|delle) ", r"mai|non|manca\w*"),
    "pt": (r"d[oa]s ", r"nunca|nao|falta\w*"),
}
"""How "two of the ten" are parted, and what says that they did not come."""

_AGREED = {
    "en": r"(?:agreed|quoted|settled on|shook on)",
    "fr": r"(?:d'accord sur|convenu\w*|annonce\w*)",
    "de": r"(?:vereinbart|ausgemacht|abgesprochen|zugesagt)",
    "es": r"(?:quedado en|acordado|pactado)",
    "nl": r"(?:afgesproken|overeengekomen|toegezegd)",
    "it": r"(?:concordat\w+|pattuit\w+|avevamo detto)",
    "pt": r"(?:combinado|acordado)",
}
_AGAIN = {
    "en": r"(?:again|twice|a second time)",
    "fr": r"(?:de nouveau|encore une fois|une (?:deuxieme|seconde) fois)",
    "de": r"(?:noch ?mal\w*|erneut|ein zweites mal)",
    "es": r"(?:otra vez|de nuevo|repetida)",
    "nl": r"(?:nog een keer|opnieuw|nogmaals)",
    "it": r"(?:di nuovo|un'altra volta|rifatta|ripetuta)",
    "pt": r"(?:outra vez|de novo|repetida)",
}
_SUM = r"\d{2}[\d.,]{0,9}\b(?! ?(?:%|da(?:y|ge)|tage|jours|dias|giorni))"
_NUMBER = r"[a-z]{0,6}[-/]?\d{2,12}"
_NOT_AS = r"(?<!as )(?<!wie )(?<!comme )(?<!como )(?<!zoals )(?<!come )"
"""What is paid "as agreed" is no objection."""

_COUNT = "|".join((*in_words(*range(2, 13)), "duas"))


def _quantities(language: str) -> str:
    """ "Two of the ten boxes never came off the lorry"."""
    of, gone = _SOME_OF[language]
    some = rf"(?:\d{{1,3}}|{_COUNT})"
    return rf"\b{some} (?:\w{{1,20}} )?{of}{some}\b[^.;:]{{0,40}}\b(?:{gone})\b"


def _prices(language: str) -> str:
    """ "We had agreed 2,480 on the phone", "telefonisch waren 2.290 vereinbart"."""
    agreed = rf"{_NOT_AS}{_AGREED[language]}"
    return rf"\b{agreed}\b[^.;:\d]{{0,20}}{_SUM}|\b{_SUM}[^.;:\d]{{0,20}}\b{agreed}\b"


def _repeats(language: str) -> str:
    """ "It is R-2 again", "la 62 outra vez"."""
    again = _AGAIN[language]
    return rf"\b{_NUMBER} (?:\w{{1,12}} )?{again}\b|\b{again} (?:\w{{1,8}} )?{_NUMBER}\b"


_SAID: Mapping[str, Mapping[str, str]] = {
    "quantity": {
        "en": r"\bwhere(?:'s| is| are) the (?:other|rest|remaining|missing|last|second)\b|"
        r"\b(?:only|just) (?:\w+ ){0,4}(?:out of|of the) (?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)\b",
        "fr": r"\bou (?:sont|est)(?: passee?s?)? l(?:es|a|e) (?:autres?|deux|trois|derni\w+|rest\w+)|"
        r"\bn(?:e |')\w+ (?:\w+ ){0,2}que (?:\w+ ){1,3}sur (?:\d+|deux|trois|quatre|cinq|six|sept|huit|dix)\b",
        "de": r"\bwo (?:sind|bleiben|bleibt|ist) (?:die|der|das) (?:ander|restlich|ubrig|fehlend|letzt|beiden)\w*|"
        r"\bnur (?:\w+ ){0,2}(?:von|der) (?:den |insgesamt )?(?:\d+|zwei|drei|vier|funf|sechs|acht|zehn|zwolf)\b",
        "es": r"\bdonde (?:estan?|andan?) l[oa]s? (?:otr\w+|rest\w+|que falta\w*|dos|ultim\w+)|"
        r"\bsolo (?:\w+ ){1,3}de l[oa]s (?:\d+|dos|tres|cuatro|cinco|seis|ocho|diez|doce)\b",
        "nl": r"\bwaar (?:zijn|blijven|blijft|is) de (?:andere|laatste|overige|rest|twee)\b|"
        r"\b(?:maar|slechts) (?:\w+ ){1,2}van de (?:\d+|twee|drie|vier|vijf|zes|acht|tien|twaalf)\b",
        "it": r"\bdove (?:sono|e|stanno) (?:gli |le |i |il |la |l')?(?:altr\w+|ultim\w+|rest\w+|due)|"
        r"\bsolo (?:\w+ ){1,3}(?:su|dei|delle) (?:\d+|due|tre|quattro|cinque|sei|otto|dieci|dodici)\b",
        "pt": r"\bonde (?:andam?|estao|esta|param) [oa]s? (?:outr\w+|rest\w+|ultim\w+|dois|duas)|"
        r"\bso (?:\w+ ){1,3}d[oa]s (?:\d+|dois|duas|tres|quatro|cinco|seis|oito|dez|doze)\b",
    },
    "not_received": {
        "en": r"\b(?:haven't|have not|hasn't|never) (?:seen|set eyes on) (?:the|that|any|a) "
        r"(?:parcel|package|pallet|delivery|goods|box\w*|shipment)|\bsigned for by (?:some(?:body|one)|"
        r"a neighbou?r|nobody)|"
        r"\bno sign of (?:the|it|them)\b",
        "fr": r"\bpas vu la couleur\b|\bjamais vu (?:la couleur|le colis|la palette)|\baucune trace d[eu]\b",
        "de": r"\bkeine spur von\b|\b(?:nie|nirgends) (?:angeliefert|zugestellt|eingetroffen|aufgetaucht)\b",
        "es": r"\bni rastro\b|\bnunca (?:nos )?(?:llego|entregaron)\b|\bno (?:ha|han) aparecido\b",
        "nl": r"\bnooit (?:bezorgd|afgeleverd|aangekomen|binnengekomen)\b|\bgeen spoor van\b",
        "it": r"\bmai (?:arrivat|consegnat|pervenut)\w+|\bnessuna traccia\b",
        "pt": r"\bnunca (?:chegou|chegaram|entregaram)\b|\bnem sinal\b",
    },
    "unrecognised": {
        "en": r"\b(?:nobody|no one) (?:here )?(?:ordered|hired|booked|knows)|\bnever (?:ordered|hired|rented|booked)\b|"
        r"\bring any bells?\b|\bno idea what (?:this|it|that)\b",
        "fr": r"\bjamais (?:\w+ )?(?:commande|loue|signe)\w*|\bne (?:nous|me) dit rien\b|"
        r"\bpersonne (?:ici )?ne (?:connait|reconnait)",
        "de": r"\b(?:nie|niemand) (?:\w+ ){0,3}(?:bestellt|gemietet|beauftragt|gebucht)\b|"
        r"\b(?:keiner|niemand|nicht) (?:\w+ )?zuordnen\b|\bsagt (?:uns|mir) nichts\b",
        "es": r"\bnunca (?:hemos )?(?:contrat|alquil|pedi|encarg)\w+|\bno (?:nos|me) suena\b",
        "nl": r"\bkennen (?:we|wij) (?:\w+ )?niet\b|\bnooit (?:besteld|gehuurd|afgenomen)\b|\bzegt ons niets\b",
        "it": r"\bnon (?:sappiamo|so) (?:che )?cosa sia\b|\bmai (?:ordinat|noleggiat|richiest)\w+|\bnon (?:ci|"
        r"mi) dice niente\b",
        "pt": r"\bnunca (?:encomend|alug|contrat)\w+|\bnao (?:nos|me) diz nada\b|\bnao sabemos o que (?:e|seja)\b",
    },
    "price": {
        "en": r"\bcarriage (?:paid|free)\b|\bfree delivery\b|\b(?:delivery|freight|carriage) (?:was |"
        r"is )?included\b|\bunder warranty\b",
        "fr": r"\bfranco\b|\bports? (?:\w+ )?(?:inclus|compris|offert)|\b(?:tarif|prix|taux)\b.{0,20}\bpasse de \d",
        "de": r"\bfrei haus\b|\bfrachtfrei\b|\bim angebot (?:standen|stand|steht)\b",
        "es": r"\bportes? (?:\w+ )?(?:incluid|pagad)\w*|\btarifa que (?:aplic|factur)\w+|\bhabiamos quedado en \d",
        "nl": r"\bfranco (?:huis|levering)\b|\bvrachtvrij\b|\bprijs van \d{4}\b",
        "it": r"\bporto (?:\w+ )?franco\b|\btrasporto (?:\w+ )?(?:incluso|compreso)\b|\blistino \d{4}\b",
        "pt": r"\bportes (?:\w+ )?(?:incluid|pag)\w*|\btabela de \d{4}\b",
    },
    "terms": {
        "en": r"\b(?:frame(?:work)?|master)? ?(?:contract|agreement)\b.{0,30}\b\d+ days\b",
        "fr": r"\b(?:contrat|accord)\b.{0,30}\b\d+ jours\b",
        "de": r"vertrag\w{0,12}\b.{0,30}\b\d+ tage",
        "es": r"\b(?:contrato|acuerdo)\b.{0,30}\b\d+ dias\b",
        "nl": r"\b\w*(?:overeenkomst|contract)\b.{0,30}\b\d+ dagen\b",
        "it": r"\b(?:contratto|accordo)\b.{0,30}\b\d+ giorni\b",
        "pt": r"\b(?:contrato|acordo)\b.{0,30}\b\d+ dias\b",
    },
    "other_dispute": {
        "en": r"\bnothing to do with us\b|\bsister compan(?:y|ies)\b|\b(?:another|a different|"
        r"the wrong) (?:company|firm|entity)\b",
        "fr": r"\b(?:rien a voir|aucun rapport) avec nous\b|\bn'avons rien a voir\b|\bsociete soeur\b|"
        r"\bune autre (?:societe|entreprise)\b",
        "de": r"\bschwester(?:firma|gesellschaft|unternehmen)|\bnichts mit uns zu tun\b|"
        r"\bbetrifft (?:gar )?nicht uns\b|\bandere firma\b",
        "es": r"\botra (?:sociedad|empresa)\b|\bnada que ver con nosotros\b",
        "nl": r"\bzuster(?:bedrijf|onderneming)|\b(?:niets|niks) met ons te maken\b|\bander bedrijf\b",
        "it": r"\baltra (?:societa|ditta|azienda)\b|\b(?:nulla|niente) a che (?:fare|vedere)\b",
        "pt": r"\boutra (?:empresa|sociedade)\b|\bnada a ver connosco\b",
    },
    "quality": {
        "en": r"\b(?:scratched|seized(?: up)?|sodden|mouldy|chipped|wobbl\w+|wonky|hanging off|"
        r"broken down|out of order)\b|\b(?:wrong|"
        r"different) (?:size|colour|color|model)\b",
        "fr": r"\b(?:rayee?s?|ebreche\w*|bancal\w*|en panne|gondole\w*|mouillee?s?|trempee?s?|"
        r"cabossee?s?|grippee?s?|souleve\w*)\b|\b(?:mauvais|"
        r"autre) (?:modele|coloris)\b",
        "de": r"\b(?:[vz]erkratzt|wackel\w+|nass|durchnasst|verschimmelt|verbeult|festgefressen|"
        r"farbstich)\b|\bfalsche[nrs]? (?:farbe|modell|grosse)\b|\bstatt \d{4}\b",
        "es": r"\b(?:partid[ao]s|rayad[ao]s?|averiad[ao]s?|desconchad\w+|mojad[ao]s?|humed[ao]s?|"
        r"abollad[ao]s?|gripad[ao]s?)\b|\bse (?:ha|han) levantado\b",
        "nl": r"\b(?:wiebel\w+|bekrast|kapot|beschadigd|nat|doorweekt|beschimmeld|gedeukt|vastgelopen)\b|"
        r"\b(?:staat|komt) omhoog\b|\bstuk (?:staat|stond|is|was)\b",
        "it": r"\b(?:scheggiat\w+|graffiat\w+|guast[aoie]|traball\w+|bagnat[aoie]|ammuffit[aoie]|"
        r"fradic[aeio]+|grippat[ao])\b|\bsi (?:e|sono) sollevat\w+",
        "pt": r"\b(?:riscad[ao]s?|lascad\w+|avariad[ao]s?|molhad[ao]s?|amolgad[ao]s?|gripou|"
        r"gripad[ao])\b|\b(?:estiver|esta|ficou) levantad[ao]\b",
    },
}

_BUILT = {"quantity": _quantities, "price": _prices, "duplicate": _repeats}


def _with_built(concept: str, language: str) -> str:
    parts = (_SAID.get(concept, {}).get(language), _BUILT[concept](language))
    return "|".join(part for part in parts if part)


GRIEVANCES: Mapping[str, Mapping[str, str]] = {
    **_SAID,
    **{concept: {language: _with_built(concept, language) for language in _AGREED} for concept in _BUILT},
}
"""By concept and language."""
