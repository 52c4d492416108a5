"""Takes out of Tabler's stylesheet what no template can match, by hand after an update of Tabler or of a template:

    npm pack @tabler/core@1.6.1 && tar xf tabler-core-1.6.1.tgz
    .venv/bin/python -m tests.web.purge package/dist/css/tabler.min.css

A selector stays when each of its classes, tags, ids and attributes occurs as a word in our templates or scripts; a
custom property stays when something that stays reads it. What a page shows does not change.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "app/web"
VENDOR = WEB / "static/vendor"
STYLESHEET = VENDOR / "tabler/tabler.min.css"
ALWAYS = frozenset({"html", "body", "root"})

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LICENCE = re.compile(r"/\*!.*?\*/", re.DOTALL)
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_OF_OTHERS = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
_PSEUDO = re.compile(r"::?[\w-]+(?:\([^()]*\))?")
_NAME = re.compile(r"(?:\\.|[\w-])+")
_WORD = re.compile(r"[A-Za-z][\w-]*")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")


@dataclass(frozen=True, slots=True)
class Rule:
    """`prelude { … }`, of declarations or of rules; a statement such as @charset has neither."""

    prelude: str
    declarations: tuple[str, ...] = ()
    rules: tuple["Rule", ...] | None = None

    def __str__(self) -> str:
        if self.rules is not None:
            return f"{self.prelude}{{{''.join(map(str, self.rules))}}}"
        return f"{self.prelude}{{{';'.join(self.declarations)}}}" if self.declarations else f"{self.prelude};"


def purge(css: str, words: frozenset[str], read_elsewhere: str) -> str:
    """The stylesheet without what cannot match. `read_elsewhere` are stylesheets that may read its properties."""
    rules = tuple(_matching(_rules(_COMMENT.sub("", css)), words))
    licence = _LICENCE.search(css)
    while True:
        text = "".join(map(str, rules))
        read = {*_VARIABLE.findall(text), *_VARIABLE.findall(read_elsewhere)}
        animations = set(_WORD.findall(" ".join(re.findall(r"animation(?:-name)?:([^;}]+)", text))))
        fewer = tuple(_in_use(rules, read, animations))
        if fewer == rules:
            return (licence[0] if licence else "") + text
        rules = fewer


def words_of_ours() -> frozenset[str]:
    """Every word of the templates and scripts: more than the classes, never fewer."""
    files = [*WEB.rglob("templates/**/*.html"), *WEB.glob("static/*.js")]
    return frozenset(word for file in files for word in _WORD.findall(file.read_text(encoding="utf-8"))) | ALWAYS


def _rules(css: str) -> Iterator[Rule]:
    at = 0
    while at < len(css):
        end = _end(css, at, "{;")
        prelude = css[at:end].strip()
        if end == len(css) or css[end] == ";":
            if prelude:
                yield Rule(prelude)
            at = end + 1
            continue
        close = _end(css, end + 1, "}")
        block = css[end + 1 : close]
        if prelude.startswith(("@media", "@supports", "@layer", "@container", "@keyframes", "@-webkit-keyframes")):
            yield Rule(prelude, rules=tuple(_rules(block)))
        else:
            yield Rule(prelude, tuple(part.strip() for part in _split(block, ";") if part.strip()))
        at = close + 1


def _end(css: str, at: int, stops: str) -> int:
    """Where one of the stops stands outside of strings, brackets and blocks."""
    depth = 0
    while at < len(css):
        char = css[at]
        if char in "\"'" and (string := _STRING.match(css, at)):
            at = string.end()
            continue
        if depth == 0 and char in stops:
            return at
        depth += (char in "({[") - (char in ")}]")
        at += 2 if char == "\\" else 1
    return at


def _split(text: str, separator: str) -> Iterator[str]:
    at = 0
    while at <= len(text):
        end = _end(text, at, separator)
        yield text[at:end]
        at = end + 1


def _matching(rules: Iterator[Rule] | tuple[Rule, ...], words: frozenset[str]) -> Iterator[Rule]:
    for rule in rules:
        if rule.rules is not None and "keyframes" not in rule.prelude:
            inner = tuple(_matching(rule.rules, words))
            if inner:
                yield Rule(rule.prelude, rules=inner)
        elif rule.prelude.startswith("@") or rule.rules is not None:
            yield rule
        else:
            selectors = [s.strip() for s in _split(rule.prelude, ",") if _may_match(s, words)]
            if selectors and rule.declarations:
                yield Rule(",".join(selectors), rule.declarations)


def _may_match(selector: str, words: frozenset[str]) -> bool:
    own = _STRING.sub("", _PSEUDO.sub(" ", _OF_OTHERS.sub(" ", selector)))
    own = re.sub(r"=[^\]]*", "", own)
    return all(name.replace("\\", "") in words for name in _NAME.findall(own) if not name[0].isdigit())


def _in_use(rules: tuple[Rule, ...], read: set[str], animations: set[str]) -> Iterator[Rule]:
    for rule in rules:
        if "keyframes" in rule.prelude:
            if rule.prelude.split()[-1] in animations:
                yield rule
        elif rule.rules is not None:
            inner = tuple(_in_use(rule.rules, read, animations))
            if inner:
                yield Rule(rule.prelude, rules=inner)
        elif not rule.declarations:
            yield rule
        else:
            left = tuple(d for d in rule.declarations if not d.startswith("--") or d.partition(":")[0].strip() in read)
            if left:
                yield Rule(rule.prelude, left)


def main(original: Path) -> None:
    whole = original.read_bytes()
    own = "".join(path.read_text(encoding="utf-8") for path in sorted((WEB / "static").glob("*.css")))
    purged = purge(whole.decode(), words_of_ours(), own).encode()
    STYLESHEET.write_bytes(purged)
    listed = VENDOR / "vendor.json"
    entries = json.loads(listed.read_text(encoding="utf-8"))
    for entry in entries:
        if VENDOR / entry["file"] == STYLESHEET:
            entry["sha256"] = hashlib.sha256(purged).hexdigest()
            entry["purged_from_sha256"] = hashlib.sha256(whole).hexdigest()
    listed.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(whole):,} bytes became {len(purged):,}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
