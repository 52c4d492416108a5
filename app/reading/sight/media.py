"""Whether a media query or a container query holds on every ordinary screen (Media Queries 5).

A rule that holds on some screens alone hides by their size, and is left out; what is not known counts so too.
"""

import re

_WIDTHS, _HEIGHTS = (480.0, 1_920.0), (300.0, 1_080.0)
_FEATURE = re.compile(r"\(([^()]{0,200})\)")
_NAMED = re.compile(
    r"(?:(min|max)-)?(?:device-)?(width|height|inline-size|block-size)\s{0,9}:\s{0,9}([\d.]{1,9})(px|em|rem)?"
)
_RANGED = re.compile(r"(width|height|inline-size|block-size)\s{0,9}([<>]=?)\s{0,9}([\d.]{1,9})(px|em|rem)?")
_RANGED_BACKWARDS = re.compile(r"([\d.]{1,9})(px|em|rem)?\s{0,9}([<>]=?)\s{0,9}(width|height|inline-size|block-size)")
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ALWAYS = re.compile(
    r"color|(?:any-)?hover(?:\s*:\s*hover)?|(?:any-)?pointer(?:\s*:\s*fine)?|orientation|resolution|"
    r"prefers-color-scheme(?:\s*:\s*light)?|prefers-[a-z-]+\s*:\s*no-preference|(?:grid|monochrome)\s*:\s*0|min-color\s*:\s*[0-8]|"
    r"(?:-webkit-min-device-pixel-ratio|min-resolution)\s*:\s*(?:0|0?\.\d+|1)(?:dppx|x)?"
)
_OTHER_MEDIA = re.compile(r"\b(?:print|speech|tty|tv|handheld|braille|embossed|aural|projection)\b")


def holds_everywhere(condition: str) -> bool:
    """Of a list one query is enough."""
    return any(_holds(query.strip()) for query in condition.lower().split(","))


def _holds(query: str) -> bool:
    negated = query.startswith("not ")
    features = [_of_feature(found.strip()) for found in _FEATURE.findall(query)]
    if _OTHER_MEDIA.search(_FEATURE.sub(" ", query)):
        features.append(False)
    if None in features:
        return False
    if " or " in query:
        return any(features) is not negated
    return all(features) is not negated


def _of_feature(feature: str) -> bool | None:
    """None where it depends on the screen."""
    if found := _NAMED.fullmatch(feature):
        bound, name, number, unit = found.groups()
        return _compared(name, {"min": ">=", "max": "<="}.get(bound or "", "="), _pixels(number, unit))
    if found := _RANGED.fullmatch(feature):
        return _compared(found[1], found[2], _pixels(found[3], found[4]))
    if found := _RANGED_BACKWARDS.fullmatch(feature):
        return _compared(found[4], _TURNED[found[3]], _pixels(found[1], found[2]))
    return True if _ALWAYS.fullmatch(feature) else None


def _compared(name: str, sign: str, limit: float) -> bool | None:
    low, high = _WIDTHS if name in {"width", "inline-size"} else _HEIGHTS
    if sign.startswith(">"):
        return True if limit <= low else False if limit > high else None
    if sign.startswith("<"):
        return True if limit >= high else False if limit < low else None
    return None


def _pixels(number: str, unit: str | None) -> float:
    try:
        return float(number) * (1 if unit in {None, "px"} else 16)
    except ValueError:
        return 0.0
