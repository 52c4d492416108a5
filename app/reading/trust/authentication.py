"""What our own receiving server found out about the sender of a mail: Authentication-Results (RFC 8601).

A server copies into the field what the sender made up: the path of a bounce, a domain, a host's name. So nothing that
is quoted or commented may pass for the server's own words.
"""

import re
from collections.abc import Iterator, Mapping

from app.domain.message import Authentication, Identity, ParsedMail
from app.reading.trust.senders import registrable

_MOST_FIELDS = 20
_LONGEST_FIELD = 8_000
_RESULT = re.compile(r"^\s*([a-z0-9.-]{1,40})(?:\s?/\s?\d{1,3})?\s?=\s?([a-z]{1,20})\b", re.IGNORECASE)
_PROPERTY = re.compile(r"(?:^|\s)(header\.from|header\.d|header\.i|smtp\.mailfrom)\s?=\s?(\S+)", re.IGNORECASE)
_REFUSALS = frozenset({"fail", "softfail", "hardfail", "quarantine", "reject"})
"""Some servers write what they did with a mail, or an older word, where RFC 8601 has "fail"."""
_WITHIN_WORDS = frozenset(".-@")

_SPEAKS_BY: Mapping[str, frozenset[str]] = {
    "dmarc": frozenset({"header.from"}),
    "dkim": frozenset({"header.d", "header.i"}),
    "spf": frozenset({"smtp.mailfrom"}),
}


def authentication_of(mail: ParsedMail, identity: Identity) -> Authentication:
    """The verdict of our own receiving server.

    Without a pinned authserv-id nobody's word counts, since anybody may write the field.

    A pass is taken from the topmost field of that id alone: the server adds on top, a forger can only add below.
    """
    if not identity.authserv_id:
        return Authentication.NONE
    verdicts = [judged(results, mail.head.sender.domain) for results in _believed(mail, identity.authserv_id)]
    if Authentication.FAIL in verdicts:
        return Authentication.FAIL
    return verdicts[0] if verdicts else Authentication.NONE


def has_own_verdict(mail: ParsedMail, identity: Identity) -> bool:
    """Whether our own receiving server said anything about the sender."""
    return bool(identity.authserv_id) and any(True for _ in _believed(mail, identity.authserv_id))


def judged(results: str, domain: str) -> Authentication:
    """DMARC decides, and what Microsoft 365 makes of all (`compauth`). `results` are of a field without dressing.

    Without them SPF and DKIM do, as far as they speak for the domain of the From field (RFC 7489 §3.1): anybody's own
    signature excuses nothing, and anybody's broken one accuses nobody.
    """
    failed: set[str] = set()
    aligned: set[str] = set()
    for result in results.split(";"):
        match = _RESULT.match(result)
        if match:
            method, verdict = match[1].lower(), match[2].lower()
            if verdict == "pass" and _speaks_for(method, result, domain):
                aligned.add(method)
            elif verdict in _REFUSALS and (method != "dkim" or _speaks_for(method, result, domain)):
                failed.add(method)
    is_forged = bool(failed & {"dmarc", "compauth"})
    excuses = {"spf": {"dmarc", "dkim"}, "dkim": {"dmarc", "dkim", "spf"}}
    if is_forged or any(method in failed and not aligned & others for method, others in excuses.items()):
        return Authentication.FAIL
    return Authentication.PASS if aligned & {"dmarc", "dkim", "spf"} else Authentication.NONE


def without_dressing(value: str) -> str | None:
    """A field without comments and quotation marks (RFC 5322 §3.2). None where one does not end, or nobody reads on.

    What was quoted stays, as a word that ends nothing: what might is replaced.
    """
    if len(value) > _LONGEST_FIELD:
        return None
    depth, is_quoted, kept = 0, False, []
    chars = iter(value)
    for char in chars:
        if char == "\\":
            escaped = next(chars, "")
            kept.append("" if depth else _as_word(escaped))
        elif char == '"' and not depth:
            is_quoted = not is_quoted
        elif is_quoted:
            kept.append(_as_word(char))
        elif char == "(":
            depth += 1
            kept.append(" ")
        elif char == ")":
            depth -= 1
            if depth < 0:
                return None
        elif not depth:
            kept.append(char)
    return " ".join("".join(kept).split()) if depth == 0 and not is_quoted else None


def _as_word(char: str) -> str:
    return char if char.isalnum() or char in _WITHIN_WORDS else "_"


def _believed(mail: ParsedMail, authserv_id: str) -> Iterator[str]:
    """The results in the fields of the pinned server. One that can't be read has none, and still is the topmost: else
    a sender who spoils the server's own could add one below."""
    pinned = authserv_id.lower()
    for value in mail.all_headers("authentication-results")[:_MOST_FIELDS]:
        bare = without_dressing(value)
        if bare is None:
            if pinned in value.lower():
                yield ""
            continue
        server, _, results = bare.partition(";")
        if server.strip().split(" ")[0].lower() == pinned:
            yield results


def _speaks_for(method: str, result: str, domain: str) -> bool:
    """Whether all that the method looked at is of the domain; DMARC alone needs not say what that was."""
    looked_at = _SPEAKS_BY.get(method, frozenset())
    named = [value.rpartition("@")[2].lower() for name, value in _PROPERTY.findall(result) if name.lower() in looked_at]
    if not named:
        return method == "dmarc"
    return bool(domain) and all(registrable(value) == registrable(domain) for value in named)
