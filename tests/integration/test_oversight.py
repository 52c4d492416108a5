"""What managers steer and look into: the kill switch, the policy's cells, what-if, evidence, portfolios, tokens."""

import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.audit.decisions import DecisionPages
from app.audit.evidence import EvidenceService
from app.audit.service import AuditService
from app.audit.view import Filters
from app.db.base import Base
from app.db.narrowing import narrow, unnarrowed
from app.db.repositories import trail
from app.db.repositories.spending import Spending
from app.db.tables.ledger import CustomerRow
from app.db.uow import Uow
from app.domain.changes import distance
from app.domain.errors import Invalid, NotFound
from app.domain.intents import Autonomy, Route
from app.domain.people import DUEBOX, Scope
from app.domain.portfolio import portfolio_of
from app.domain.proposal import ModelCall
from app.domain.review import Action, ReviewState
from app.domain.watermark import watermark
from app.identity.service import IdentityService
from app.papers.archive import check
from app.papers.signing import check_signature
from app.performance.service import WorkService
from app.playground.service import MOST_BYTES, PlaygroundService
from app.policies.loading import load_policy
from app.steering.service import SteeringService
from app.triage.guidance import GuidanceService
from tests.instances import Instance, mail

PROMISE = "payment_promise"


def steering(instance: Instance) -> SteeringService:
    return SteeringService(instance.database, load_policy(), None, instance.clock)


@pytest.mark.parametrize("is_claimed", [False, True])
async def test_a_cell_set_to_automatic_holds_at_once_and_the_kill_switch_stops_what_is_on_its_way(
    instance: Instance, is_claimed: bool
) -> None:
    """Also a mail that the mail server has agreed to take, and of whose body nothing has left."""
    instance.mind.route = Route.AUTO
    steer = steering(instance)
    await steer.activate({f"cell:{PROMISE}:standard": "send"}, reason="four weeks unedited", by=instance.collector)
    async with instance.database.read() as uow:
        policy = await uow.oversight.in_force(load_policy())
    assert [(cell.intent, cell.segment, cell.autonomy) for cell in policy.autonomy[:1]] == [
        (PROMISE, "standard", Autonomy.SEND)
    ]
    (review,) = await instance.work(mail())
    await instance.reviews.work(str(review.id))
    async with instance.database.read() as uow:
        outbox = await uow.outbox.of_review(review.id)
    assert outbox is not None
    assert outbox.state.value == "waiting", "it left without a person's approval, as the new cell says"

    async def stop() -> None:
        await steer.stop(is_stopped=True, by=instance.collector)

    if is_claimed:
        instance.sender.before_body = stop
    else:
        await stop()
    instance.clock.now = outbox.send_after
    await instance.outbox.work(str(outbox.id))
    assert instance.sender.sent == [], "nothing leaves once it is stopped"
    await instance.outbox.work(str(outbox.id))
    (again,) = await instance.pending()
    assert again.id == review.id


async def test_what_if_shows_which_mails_would_have_left_and_changes_nothing(instance: Instance) -> None:
    instance.mind.route = Route.AUTO
    (review,) = await instance.work(mail())
    await instance.reviews.decide(
        review.id, Action.EDIT, version=review.version, by=instance.collector, subject="Re", body="Something else"
    )
    edited = await steering(instance).what_if({f"cell:{PROMISE}:standard": "send"}, 30)
    (moved,) = edited.what_if.moved
    assert (moved.before.value, moved.after.value, moved.past.made.value) == ("person", "alone", "edited")
    assert moved.is_risky
    async with instance.database.read() as uow:
        assert await uow.oversight.newest() is None
    with pytest.raises(Invalid, match="nothing was changed"):
        await steering(instance).what_if({}, 30)


async def test_evidence_can_be_checked_without_us_and_shows_every_change(instance: Instance, tmp_path: Path) -> None:
    (review,) = await instance.work(mail())
    await instance.reviews.decide(
        review.id, Action.EDIT, version=review.version, by=instance.collector, subject="Re", body="Something else"
    )
    evidence, file = EvidenceService(instance.database, instance.clock), tmp_path / "evidence.zip"
    with file.open("wb") as out:
        await evidence.make(review.message_id, out, by=instance.collector)
    key = await evidence.public_key()
    assert check(file).faults == ()
    assert check_signature(file, key) == (key, ())
    with zipfile.ZipFile(file) as archive:
        decision = json.loads(archive.read("run-1/decision.json"))
        assert decision["review"]["decided_by"] == "Ines Halvard"
        assert b"Something else" in archive.read("run-1/sent.eml")
        assert archive.read("run-1/redacted.txt") is not None
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents["manifest.json"] = contents["manifest.json"].replace(b"Ines", b"Imes")
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(forged, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    assert check_signature(forged, key)[1] == ("the signature does not fit the manifest",)


async def test_a_redraft_is_what_was_decided_on_and_its_calls_are_kept(instance: Instance, tmp_path: Path) -> None:
    instance.mind.calls = (ModelCall("draft_reply@1", "a" * 64, "large", 1_000, 100, input="read this", output="said"),)
    (review,) = await instance.work(mail())
    instance.mind.says = "Wir haben es notiert."
    await GuidanceService(instance.database, instance.mind, instance.clock).redraft(
        review.id, version=review.version, by=instance.collector, language="de"
    )
    async with instance.database.read() as uow:
        now = await uow.reviews.get(review.id)
    text = "Wir haben es gern notiert."
    await instance.reviews.decide(
        review.id, Action.EDIT, version=now.version, by=instance.collector, subject="Re", body=text
    )
    pages = DecisionPages(instance.database, AuditService(instance.database), instance.clock)
    case = await pages.case(review.message_id)
    assert case.letter.draft == "Wir haben es notiert."
    assert case.letter.changes is not None
    assert [(change.kind, change.text.strip()) for change in case.letter.changes if change.kind != "same"] == [
        ("added", "gern")
    ]
    assert [call.prompt for call in case.calls] == ["draft_reply@1"] * 2
    made = next(row for row in case.timeline if row.kind == "review.draft.made").refs
    assert (made["prompts"], made["models"]) == ([f"draft_reply@1 {'a' * 64}"], ["large"])
    assert made["input_hash"] != made["output_hash"]
    evidence, file = EvidenceService(instance.database, instance.clock), tmp_path / "evidence.zip"
    with file.open("wb") as out:
        await evidence.make(review.message_id, out, by=instance.collector)
    with zipfile.ZipFile(file) as archive:
        assert archive.read("run-1/changes.txt").decode() == "Wir haben es {+gern +}notiert."
        assert b"noted" in archive.read("run-1/draft-1.txt")
        assert b"notiert" in archive.read("run-1/draft.txt")
        assert archive.read("run-1/call-2-input.txt") == b"read this"
        assert archive.read("run-1/call-2-output.txt") == b"said"
        assert len(json.loads(archive.read("run-1/calls.json"))) == 2
    async with instance.database.read() as uow:
        (usage,) = await Spending(uow.session).by_model(instance.clock.now.replace(day=1))
    assert (usage.calls, usage.tokens_in) == (2, 2_000)
    work = await WorkService(instance.database, instance.clock).everybody(4)
    assert work.figures.edit_distance == distance("Wir haben es notiert.", text)


async def test_decisions_are_found_by_who_and_what_and_reading_is_noted(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    pages = DecisionPages(instance.database, AuditService(instance.database), instance.clock)
    view = await pages.listed(Filters(who="people", customer="C-1", least="50"), before=None)
    assert [(row.kind, row.who, row.customer) for row in view.rows] == [
        ("review.item.approved", "Ines Halvard", "Customer Ltd")
    ]
    await pages.verify(by=instance.collector)
    standing = (await pages.listed(Filters(), before=None)).standing
    assert standing.checked is not None
    assert (standing.checked.first_bad, standing.checked.who) == (0, "Ines Halvard")
    mark = watermark(instance.collector, instance.clock())
    approvals = await pages.export(Filters(kind="review.item.approved"), mark, by=instance.collector)
    assert len([link async for link in approvals]) == 1
    taken = await pages.listed(Filters(chain="access", export=str(mark.id)), before=None)
    assert [(row.kind, row.who) for row in taken.rows] == [("audit.log.exported", "Ines Halvard")]
    with pytest.raises(Invalid, match="not the id of an export"):
        await pages.listed(Filters(chain="access", export="yesterday's"), before=None)
    with pytest.raises(Invalid, match="is no amount"):
        await pages.listed(Filters(least="much"), before=None)


async def test_a_portfolio_narrows_every_query_also_those_that_change_something(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    with unnarrowed():
        narrow(portfolio_of(["segment:key"]))
        assert await instance.pending() == []
        assert await instance.messages() == []
        with pytest.raises(NotFound):
            await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
        async with instance.database.read() as uow:
            assert await uow.ledger.customer("C-1") is None
            assert await uow.session.get(CustomerRow, "C-1") is None
    with unnarrowed():
        narrow(portfolio_of(["segment:standard"]))
        assert [one.id for one in await instance.pending()] == [review.id]
    async with instance.database.read() as uow:
        assert (await uow.reviews.get(review.id)).state is ReviewState.PENDING


async def test_the_playground_stores_and_sends_nothing(instance: Instance) -> None:
    await instance.work(mail())

    async def rows() -> dict[str, int]:
        async with instance.database.read() as uow:
            tables = Base.metadata.sorted_tables
            return {
                table.name: await uow.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in tables
            }

    before = await rows()
    playground = PlaygroundService(instance.database, instance.mind, load_policy(), instance.clock)
    trial = await playground.try_out(mail("Could you send INV-1 again?"), by=instance.collector)
    assert (trial.link.account.customer_id, trial.new) == ("C-1", "Could you send INV-1 again?")
    assert trial.proposal.draft is not None
    assert not trial.leaves_alone
    after = await rows()
    assert {name: count for name, count in after.items() if count != before[name]} == {
        "audit_entries": before["audit_entries"] + 1
    }
    assert instance.sender.sent == []
    pages = DecisionPages(instance.database, AuditService(instance.database), instance.clock)
    (noted,) = (await pages.listed(Filters(chain="access"), before=None)).rows
    assert (noted.kind, noted.refs) == ("playground.mail.tried", {})
    for wrong in (b"  ", b"x" * (MOST_BYTES + 1), mail(headers=[("X-Unreadable", "yes")])):
        with pytest.raises(Invalid):
            await playground.try_out(wrong, by=instance.collector)


async def test_a_token_has_its_scopes_and_its_end(instance: Instance) -> None:
    identity = IdentityService(instance.database, instance.clock)
    token = await identity.new_token(instance.collector.email, scopes=(Scope.READ,), days=1, by=DUEBOX)
    found = await identity.user_of_token(token)
    assert found is not None
    assert found.scopes == {Scope.READ}
    instance.clock.now = instance.clock.now.replace(year=instance.clock.now.year + 1)
    assert await identity.user_of_token(token) is None


async def test_no_transaction_waits_for_whoever_fetches_the_entries(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends one that is silent for seconds, and the file would be cut under a status of success."""
    monkeypatch.setattr(trail, "EXPORT_PAGE", 2)
    for _ in range(5):
        async with instance.database.write() as uow:
            uow.audit.add("test.thing.happened")
    opened, read = 0, instance.database.read

    @asynccontextmanager
    async def counted() -> AsyncIterator[Uow]:
        nonlocal opened
        opened += 1
        async with read() as uow:
            yield uow
        opened -= 1

    monkeypatch.setattr(instance.database, "read", counted)
    pages = DecisionPages(instance.database, AuditService(instance.database), instance.clock)
    mark = watermark(instance.collector, instance.clock())
    entries = await pages.export(Filters(kind="test.thing.happened"), mark, by=instance.collector)
    assert [(entry.seq, opened) async for entry in entries] == [(seq, 0) for seq in range(1, 6)]
