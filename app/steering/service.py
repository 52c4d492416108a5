"""The policy in force: shown, changed, stopped; and what a change would have done, before it is made.

file ──▶ rules, limits, tone ─┐
cells set on the page ────────┼─▶ in force, in every process from its next transaction on
kill switch ──────────────────┘
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from app.db.repositories.oversight import rules_of
from app.db.repositories.replays import PastRow, Replays
from app.db.tables.oversight import PolicyOrigin, PolicyVersionRow, Switch
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound, SettingInvalid
from app.domain.intents import Autonomy, Intent, Route
from app.domain.people import SignedIn
from app.domain.policy import Policy, with_cells
from app.domain.proposal import EMBEDDED
from app.domain.review import ReviewState
from app.domain.wire import PROPOSAL, load
from app.policies.loading import policy_from, policy_text
from app.steering.matrix import Cells, changed_cells, matrix_of, merged
from app.steering.replay import Made, Past, replay
from app.steering.view import Edited, Matrix, Steering, Stopping, Version

WEEK = timedelta(days=7)
DAYS = (7, 30, 90)
MOST_MAILS = 5_000
VERSIONS = 20
LONGEST_REASON = 500
MOST_SEGMENTS = 8
UNSENT = frozenset({ReviewState.IGNORED, ReviewState.SENT_BACK, ReviewState.ANSWERED_ELSEWHERE})


class SteeringService:
    def __init__(self, database: Database, policy: Policy, policy_file: Path | None, clock: Clock) -> None:
        self._database = database
        self._policy = policy
        self._file = policy_file
        self._clock = clock

    async def page(self, edited: Edited | None = None) -> Steering:
        now = self._clock()
        async with self._database.read() as uow:
            policy = await uow.oversight.in_force(self._policy)
            names = await uow.users.names()
            versions = [_version(uow, row, names) for row in await uow.oversight.versions(VERSIONS)]
            counts = await Replays(uow.session).rule_counts(now - WEEK)
            return Steering(
                policy_version=policy.version,
                version=versions[0] if versions else None,
                versions=versions,
                matrix=matrix_of(policy, await self._segments(uow)),
                rules=[(rule, counts.get(rule.name, 0)) for rule in policy.rules],
                stopping=await self._stopping(uow, names),
                edited=edited,
            )

    async def stop(self, *, is_stopped: bool, by: SignedIn) -> None:
        """The kill switch: nothing leaves without a person until it is turned back."""
        async with self._database.write() as uow:
            before = await uow.oversight.set(Switch.SENDING_STOPPED, int(is_stopped), by=by.id)
            if bool(before) is not is_stopped:
                kind = "policy.sending.stopped" if is_stopped else "policy.sending.resumed"
                uow.audit.add(kind, actor=by.actor, stopped_before=bool(before), stopped=is_stopped)

    async def what_if(self, form: Mapping[str, str], days: int) -> Edited:
        """What the cells of a form would have done. Raises Invalid when none was changed."""
        async with self._database.read() as uow:
            policy = await uow.oversight.in_force(self._policy)
            cells = changed_cells(await self._matrix(uow, policy), form)
            if not cells:
                raise Invalid("nothing was changed: set at least one cell otherwise, and ask again")
            new = with_cells(policy, rules_of(_words(cells)), stopped=policy.sending_stopped)
            past = await self._past(uow, days)
            cut = len(past) == MOST_MAILS
            return Edited(replay(past, policy, new), days, tuple(_words(cells)), is_cut=cut)

    async def what_if_file(self, content: bytes, name: str, days: int) -> Edited:
        """What another policy file would have done. Raises Invalid, which says what is wrong with it."""
        try:
            wanted = policy_from(content.decode("utf-8"), name[:80] or "the file")
        except UnicodeDecodeError:
            raise Invalid("the file is not UTF-8 text") from None
        except SettingInvalid as error:
            raise Invalid(str(error)) from None
        async with self._database.read() as uow:
            policy = await uow.oversight.in_force(self._policy)
            new = await uow.oversight.in_force(wanted)
            past = await self._past(uow, days)
            cut = len(past) == MOST_MAILS
            return Edited(replay(past, policy, new), days, (), name[:80] or "policy.toml", cut)

    async def activate(self, form: Mapping[str, str], *, reason: str, by: SignedIn) -> None:
        """Save the changed cells as a new version, in force at once. Raises Invalid."""
        why = reason.strip()
        if not why:
            raise Invalid("say why: whoever looks back wants to know")
        if len(why) > LONGEST_REASON:
            raise Invalid("the reason has more than {most} characters", most=LONGEST_REASON)
        async with self._database.write() as uow:
            newest = await uow.oversight.newest()
            policy = await uow.oversight.in_force(self._policy)
            matrix = await self._matrix(uow, policy)
            cells = changed_cells(matrix, form)
            if not cells:
                raise Invalid("nothing was changed")
            before = {(line.intent.value, segment): now for line in matrix.free for segment, now in line.cells.items()}
            saved = await uow.oversight.add_version(
                origin=PolicyOrigin.MATRIX,
                file_version=policy.version,
                file_hash=self._hash(),
                cells=merged(_typed(newest.cells) if newest else (), cells),
                reason=why,
                by=by.id,
            )
            uow.audit.add(
                "policy.version.activated",
                actor=by.actor,
                version_id=saved.id,
                number=saved.number,
                policy_version=policy.version,
                cells_before=[f"{i} {s} {before[i, s].value}" for i, s, _ in cells],
                cells=[f"{intent} {segment} {autonomy.value}" for intent, segment, autonomy in cells],
            )

    async def note_file(self) -> None:
        """At the start: a file that differs from the one of the newest version is a new version, and said to be."""
        digest = self._hash()
        async with self._database.write() as uow:
            newest = await uow.oversight.newest()
            if newest is not None and newest.file_hash == digest:
                return
            saved = await uow.oversight.add_version(
                origin=PolicyOrigin.FILE,
                file_version=self._policy.version,
                file_hash=digest,
                cells=_typed(newest.cells) if newest else (),
            )
            before = newest.file_version if newest else None
            uow.audit.add(
                "policy.file.loaded",
                version_id=saved.id,
                number=saved.number,
                policy_version_before=before,
                policy_version=saved.file_version,
                file_hash=digest,
            )

    def file(self) -> str:
        return policy_text(self._file)

    def _hash(self) -> str:
        return hashlib.sha256(self.file().encode()).hexdigest()

    async def _matrix(self, uow: Uow, policy: Policy) -> Matrix:
        return matrix_of(policy, await self._segments(uow))

    async def _segments(self, uow: Uow) -> list[str]:
        found = await Replays(uow.session).segments()
        return (found or ["standard"])[:MOST_SEGMENTS]

    async def _stopping(self, uow: Uow, names: Mapping[UUID, str]) -> Stopping:
        row = await uow.oversight.switch(Switch.SENDING_STOPPED)
        by_file = self._policy.sending_stopped
        return Stopping(
            is_stopped=by_file or bool(row and row.value),
            by_file=by_file,
            since=row.changed_at if row else None,
            who=names.get(row.changed_by, "") if row and row.changed_by else "",
            sent_alone=await uow.oversight.sent_alone_since(self._clock() - WEEK),
        )

    async def _past(self, uow: Uow, days: int) -> list[Past]:
        if days not in DAYS:
            raise Invalid("look back {days} days", days=", ".join(map(str, DAYS)))
        pasts: list[Past] = []
        async for page in Replays(uow.session).newest(self._clock() - timedelta(days=days), most=MOST_MAILS):
            await uow.words.load_keys({row.conversation_id for row in page})
            pasts += [await _past(uow, row) for row in page]
        return pasts


async def _past(uow: Uow, row: PastRow) -> Past:
    try:
        proposal = load(PROPOSAL, await uow.words.get(row.payload_id))
    except NotFound:
        proposal = None
    drafts = [call for call in row.calls if call["prompt"].startswith("draft_reply@")]
    return Past(
        message_id=row.message_id,
        customer=row.customer,
        situation=proposal.situation if proposal else None,
        route=Route(row.route),
        intents=tuple(Intent(intent) for intent in row.intents),
        segment=row.segment,
        is_natural_person=row.is_natural_person,
        can_leave=bool(proposal and proposal.draft) and all(call["model"] == EMBEDDED for call in drafts),
        made=_made(row),
        at_stake=(row.at_stake, row.currency) if row.at_stake is not None and row.currency else None,
    )


def _made(row: PastRow) -> Made:
    if row.state is ReviewState.APPROVED:
        return Made.EDITED if row.action == "edit" else Made.SAME
    return Made.REFUSED if row.state in UNSENT else Made.OPEN


def _version(uow: Uow, row: PolicyVersionRow, names: Mapping[UUID, str]) -> Version:
    return Version(
        number=row.number,
        origin=row.origin.value,
        file_version=row.file_version,
        cells=tuple((cell[0], cell[1], cell[2]) for cell in row.cells),
        made_at=row.made_at,
        who=names.get(row.made_by, "") if row.made_by else "",
        reason=uow.oversight.reason(row),
    )


def _typed(cells: list[list[str]]) -> Cells:
    return tuple((intent, segment, Autonomy(autonomy)) for intent, segment, autonomy in cells)


def _words(cells: Cells) -> list[tuple[str, str, str]]:
    return [(intent, segment, autonomy.value) for intent, segment, autonomy in cells]
