"""Prompts are files: front matter, then a Jinja2 body that becomes the system turn.

    ---
    id: draft_reply
    version: 4
    model: large
    inputs: [tone, language]
    output: DraftReply
    ---
    Keep a {{ tone }} tone.

Examples of a prompt, mails with the answers that we want, stand in `examples/{id}.toml`; they are part of its version.

`prompts.lock` holds one `id@version sha256` a line. A body that changed under its old version is refused; after raising
the version, `python -m agents.prompts` writes the lock anew.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template, TemplateError, meta

from app.domain.errors import SettingInvalid
from app.domain.ports import Prompt

LOCK = "prompts.lock"
EXAMPLES = "examples"
DEFAULT_DIRECTORY = Path(__file__).resolve().parent.parent / "prompts"

_FRONT = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_FIELDS = frozenset({"id", "version", "model", "inputs", "output"})
_ENVIRONMENT = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - plain text
_FENCE = {"<<<": "[[[", ">>>": "]]]"}


@dataclass(frozen=True, slots=True)
class Example:
    """A mail as the model would see it, and the fields of the answer that we want."""

    subject: str
    body: str
    ledger: Sequence[str]
    answer: Mapping[str, object]

    @property
    def fenced(self) -> str:
        blocks = {"LEDGER": "\n".join(self.ledger) or "nothing", "SUBJECT": self.subject, "BODY": self.body}
        return "\n\n".join(fence(label, text) for label, text in blocks.items())


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt as its file says; `hash` is the SHA-256 of the whole file, and of its examples where it has any."""

    id: str
    version: int
    model: str
    inputs: frozenset[str]
    output: str
    hash: str
    template: Template
    examples: tuple[Example, ...] = ()

    @property
    def ref(self) -> str:
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Prompts:
    files: Mapping[str, PromptFile]

    @classmethod
    def load(cls, directory: Path = DEFAULT_DIRECTORY) -> "Prompts":
        """Read every prompt of a directory; raises SettingInvalid when one does not match the lock."""
        files = _read_all(directory)
        locked = _read_lock(directory / LOCK)
        for file in files.values():
            if file.ref not in locked:
                raise SettingInvalid(f"prompts/{file.id}.md: {file.ref} is not in {LOCK}; run python -m agents.prompts")
            if locked[file.ref] != file.hash:
                raise SettingInvalid(f"prompts/{file.id}.md: changed, but still called {file.ref}; raise its version")
        return cls(files)

    def examples(self, prompt_id: str) -> tuple[Example, ...]:
        return self.files[prompt_id].examples if prompt_id in self.files else ()

    def render(self, prompt_id: str, inputs: Mapping[str, object]) -> Prompt:
        """The system turn. Exactly the inputs that the file declares must be given."""
        file = self.files.get(prompt_id)
        if file is None:
            raise SettingInvalid(f"prompts/{prompt_id}.md is missing")
        if set(inputs) != file.inputs:
            odd = ", ".join(sorted(set(inputs) ^ file.inputs))
            raise SettingInvalid(f"prompts/{prompt_id}.md: declared inputs and given ones differ: {odd}")
        return Prompt(id=file.id, ref=file.ref, hash=file.hash, system=file.template.render(**inputs).strip())


def fence(label: str, text: str) -> str:
    """Set text of others apart in a user turn. It cannot close its own fence: the markers are replaced within."""
    for marker, harmless in _FENCE.items():
        text = text.replace(marker, harmless)
    return f"<<<{label}\n{text}\n{label}>>>"


def write_lock(directory: Path = DEFAULT_DIRECTORY) -> None:
    """Add new versions to the lock; refuses a body that changed under an old version."""
    path = directory / LOCK
    locked = dict(_read_lock(path)) if path.exists() else {}
    for file in _read_all(directory).values():
        if locked.setdefault(file.ref, file.hash) != file.hash:
            raise SettingInvalid(f"prompts/{file.id}.md: changed, but still called {file.ref}; raise its version")
    path.write_text("".join(f"{ref} {digest}\n" for ref, digest in sorted(locked.items())), encoding="utf-8")


def _read_all(directory: Path) -> dict[str, PromptFile]:
    return {path.stem: _read(path) for path in sorted(directory.glob("*.md"))}


def _read(path: Path) -> PromptFile:
    raw = path.read_bytes()
    match = _FRONT.match(raw.decode("utf-8"))
    if match is None:
        raise SettingInvalid(f"prompts/{path.name}: front matter is missing; see agents/prompts.py")
    pairs = (line.partition(":") for line in match["head"].splitlines())
    head = {name.strip(): value.strip() for name, _, value in pairs}
    if set(head) != _FIELDS or head["id"] != path.stem or not head["version"].isdigit():
        raise SettingInvalid(f"prompts/{path.name}: front matter needs {', '.join(sorted(_FIELDS))}; id as the file")
    inputs = frozenset(name.strip() for name in head["inputs"].strip("[]").split(",") if name.strip())
    try:
        used = meta.find_undeclared_variables(_ENVIRONMENT.parse(match["body"]))
        template = _ENVIRONMENT.from_string(match["body"])
    except TemplateError as error:
        raise SettingInvalid(f"prompts/{path.name}: {error}") from error
    if used != inputs:
        raise SettingInvalid(f"prompts/{path.name}: declares {sorted(inputs)} as inputs, but uses {sorted(used)}")
    beside = path.parent / EXAMPLES / f"{path.stem}.toml"
    shown = beside.read_bytes() if beside.exists() else b""
    digest = hashlib.sha256(raw + shown).hexdigest()
    examples = _examples(beside.name, shown)
    return PromptFile(
        head["id"], int(head["version"]), head["model"], inputs, head["output"], digest, template, examples
    )


def _examples(name: str, raw: bytes) -> tuple[Example, ...]:
    try:
        listed = tomllib.loads(raw.decode("utf-8")).get("example", [])
        return tuple(Example(e["subject"], e["body"].strip(), e.get("ledger", ()), e["answer"]) for e in listed)
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise SettingInvalid(f"prompts/{EXAMPLES}/{name}: {error}") from error


def _read_lock(path: Path) -> Mapping[str, str]:
    if not path.exists():
        raise SettingInvalid(f"{path} is missing; run python -m agents.prompts")
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {ref: digest for ref, digest in pairs}


if __name__ == "__main__":
    write_lock()
