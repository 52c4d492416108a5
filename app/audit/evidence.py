"""The evidence of one case, in one signed archive, for somebody who trusts neither us nor our database.

    README.txt   mail.eml   reading.json
    run-1/redacted.txt  calls.json  call-1-input.txt  call-1-output.txt  proposal.json  decision.json
          draft-1.txt  draft.txt  edited.txt  changes.txt  sent.eml
    chain.jsonl  proof.json  manifest.json  signature.json

The manifest has the SHA-256 of every file and the head of the chain; the signature (Ed25519) is over the manifest.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import IO, Any
from uuid import UUID

import structlog

from app.audit.casework import Casework, Run, casework
from app.db.tables.system import Chain
from app.db.uow import Database
from app.domain.audit import GENESIS
from app.domain.changes import ADDED, REMOVED, changes
from app.domain.clock import Clock
from app.domain.people import SignedIn
from app.domain.prediction import prediction
from app.domain.watermark import watermark
from app.domain.wire import READ_MAIL
from app.papers.archive import CHAIN, Archive
from app.papers.proof import PROOF, proof_of
from app.papers.signing import fingerprint, public_text, signature_of

log = structlog.get_logger()

README = """Evidence of one case (message {message})
Made as {mark}

mail.eml          the mail as it was received, byte for byte
reading.json      what was read in it
run-N/            one reading by the agent: redacted.txt is the mail as models were shown it; calls.json names
                  the prompts (version and hash) and models, in order; call-N-input.txt is what each was asked, whole
                  and redacted, call-N-output.txt what it answered; proposal.json the intents, facts, rule and reasons;
                  draft.txt what was decided on (draft-N.txt what it replaced, where somebody asked for another),
                  edited.txt, changes.txt and sent.eml what became of it; decision.json who decided, when and how
chain.jsonl       the audit entries of the case, each with its predecessor's hash and its own
proof.json        that they stand in the whole chain as a checkpoint outside the house has it (RFC 9162)
manifest.json     the SHA-256 of every file, and the head of the chain when this was made
signature.json    Ed25519 over manifest.json

To check it:  duebox audit verify-bundle FILE.zip [--key KEYFILE] [--checkpoint CHECKPOINT]
The key's fingerprint is {fingerprint}. Compare it with what `duebox audit public-key` prints on the instance, or with
what you were given before: a signature alone shows only that whoever held that key made this archive.
What is missing here was erased by law; the chain's entries stay, as they hold no words.
"""


class EvidenceService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def make(self, message_id: UUID, out: IO[bytes], *, by: SignedIn) -> str:
        """Write the archive and note it in the chain of reads. Returns its seal; raises NotFound."""
        async with self._database.read() as uow:
            work = await casework(uow, message_id)
            names = {f"user:{user}": name for user, name in (await uow.users.names()).items()}
            head = await uow.audit.newest(Chain.DECISIONS)
            key = uow.words.keyring.evidence_key
            proof = await proof_of(uow, [entry.seq for entry in work.entries])
        archive, mark = Archive(out), watermark(by, self._clock())
        print_of_key = fingerprint(public_text(key.public_key()))
        archive.add("README.txt", README.format(message=message_id, mark=mark, fingerprint=print_of_key).encode())
        _mail(archive, work)
        for run in work.runs:
            _run(archive, run, names)
        _chain(archive, work)
        archive.add(PROOF, proof)
        facts = {
            "kind": "evidence",
            "message_id": str(message_id),
            "made_at": mark.at.isoformat(),
            "made_by": mark.who,
            "export_id": str(mark.id),
            "chain": {"seq": head.seq if head else 0, "hash": head.hash if head else GENESIS},
        }
        seal = archive.close(facts, partial(signature_of, key=key))
        async with self._database.write() as uow:
            refs = {"message_id": message_id, "seal": seal, "export_id": mark.id}
            uow.audit.add("audit.evidence.made", actor=by.actor, chain=Chain.ACCESS, **refs)
        log.info("audit.evidence.made", message_id=str(message_id), entries=len(work.entries))
        return seal

    async def public_key(self) -> str:
        async with self._database.read() as uow:
            return public_text(uow.words.keyring.evidence_key.public_key())


def _mail(archive: Archive, work: Casework) -> None:
    if work.raw is not None:
        archive.add("mail.eml", work.raw)
    if work.reading is not None:
        archive.add("reading.json", READ_MAIL.dump_json(work.reading, indent=1))


def _run(archive: Archive, run: Run, names: Mapping[str, str]) -> None:
    folder = f"run-{run.proposal_row.run}"
    archive.add(f"{folder}/calls.json", _json(run.calls))
    for number, call in enumerate(run.asked, start=1):
        archive.add(f"{folder}/call-{number}-input.txt", call.input.encode("utf-8", "surrogatepass"))
        archive.add(f"{folder}/call-{number}-output.txt", call.output.encode("utf-8", "surrogatepass"))
    archive.add(f"{folder}/decision.json", _json(_decision(run, names)))
    proposal = run.proposal
    if proposal is None:
        return
    archive.add(f"{folder}/redacted.txt", proposal.redacted.encode("utf-8", "surrogatepass"))
    archive.add(f"{folder}/proposal.json", _json({**prediction(proposal), "policy_version": proposal.policy_version}))
    for number, draft in enumerate(run.drafts, start=1):
        name = "draft.txt" if draft is run.drafts[-1] else f"draft-{number}.txt"
        archive.add(f"{folder}/{name}", f"{draft.subject}\n\n{draft.body}".encode())
    before = run.drafts[-1].body if run.drafts else ""
    if run.edited is not None:
        archive.add(f"{folder}/edited.txt", f"{run.edited['subject']}\n\n{run.edited['body']}".encode())
        archive.add(f"{folder}/changes.txt", _marked(before, run.edited["body"]).encode())
    if run.sent is not None:
        archive.add(f"{folder}/sent.eml", run.sent)


def _decision(run: Run, names: Mapping[str, str]) -> dict[str, Any]:
    row, review, outbox = run.proposal_row, run.review, run.outbox
    return {
        "route": row.route.value,
        "rule": row.rule,
        "reasons": row.reasons,
        "policy_version": row.policy_version,
        "review": review
        and {
            "id": review.id,
            "state": review.state.value,
            "reasons": review.reasons,
            "action": review.action,
            "decided_by": names.get(f"user:{review.decided_by}", "Duebox") if review.decided_at else None,
            "decided_at": review.decided_at,
        },
        "delivery": outbox
        and {
            "id": outbox.id,
            "state": outbox.state.value,
            "rfc_message_id": outbox.rfc_message_id,
            "to": run.recipient,
            "attempts": outbox.attempts,
            "last_error": outbox.last_error,
            "sent_at": outbox.sent_at,
        },
    }


def _chain(archive: Archive, work: Casework) -> None:
    lines = (
        json.dumps({**json.loads(entry.body), "previous": entry.previous, "hash": entry.hash}) + "\n"
        for entry in work.entries
    )
    archive.add(CHAIN, "".join(lines).encode())


def _marked(before: str, after: str) -> str:
    marks = {ADDED: ("{+", "+}"), REMOVED: ("[-", "-]")}
    parts = (marks.get(change.kind, ("", "")) for change in changes(before, after))
    return "".join(f"{o}{change.text}{c}" for (o, c), change in zip(parts, changes(before, after), strict=True))


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1, default=str).encode("utf-8", "surrogatepass")
