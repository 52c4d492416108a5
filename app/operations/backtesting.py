"""`duebox backtest`: an old mailbox through the agent in this process, and the report of what would have happened."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from app.backtest.histories import mails_of
from app.backtest.page import write_page
from app.backtest.service import Backtest, Fate, FindLink, Tally
from app.bootstrap import build, mind_config, settings_from_environment
from app.db.engine import is_sqlite, sqlite_path
from app.db.linking import link_customer
from app.domain.account import Link, LinkMethod
from app.domain.clock import system_clock
from app.domain.errors import Invalid, SettingInvalid
from app.domain.message import Identity, ReadMail
from app.domain.policy import Policy
from app.mind import build_mind
from app.operations.mail_files import UNUSED, account_of, link_by_account
from app.policies.loading import load_policy

NOTED_EVERY = 25
NO_KEY = "DUEBOX_SECRET_KEY is not set"
"""How the settings say that there is no instance here."""


@dataclass(frozen=True, slots=True)
class Wish:
    history: Path
    report: Path | None
    ledger: Path | None
    minutes: Decimal
    limit: int | None


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a mail is held against, who we are, and by which policy."""

    find_link: FindLink
    named: str
    identity: Identity
    policy: Policy


async def backtest(wish: Wish) -> dict[str, Any]:
    """Work the history, write the report if one is asked for, and return the counts. Raises Invalid."""
    settings = settings_from_environment(secret_key=UNUSED)
    mind = build_mind(mind_config(settings))
    async with _ground(wish.ledger, load_policy(settings.policy_file)) as ground:
        runner = Backtest(mind, ground.policy, ground.find_link, ground.identity, system_clock)
        tally = Tally(wish.minutes)
        async for outcome in runner.run(islice(mails_of(wish.history), wish.limit)):
            tally.add(outcome)
            if tally.mails % NOTED_EVERY == 0 and sys.stderr.isatty():
                sys.stderr.write(f"\r{tally.mails} mails")
    if not tally.mails:
        raise Invalid(f"there is no mail in {wish.history}")
    if wish.report is not None:
        await asyncio.to_thread(write_page, tally, wish.report, history=wish.history.name, ledger=ground.named)
    return _counts(tally, ground.named)


def in_words(counts: dict[str, Any]) -> str:
    """For a reader at the terminal."""
    fates = ", ".join(f"{count} {fate.replace('_', ' ')}" for fate, count in counts["fates"].items() if count)
    return (
        f"{counts['mails']} mails against {counts['ledger']}: {fates}\n"
        f"{counts['hours_saved']} hours saved, if a mail takes {counts['minutes_a_mail']} minutes today"
    )


def _counts(tally: Tally, ledger: str) -> dict[str, Any]:
    return {
        "mails": tally.mails,
        "ledger": ledger,
        "fates": {fate.value: tally.fates[fate] for fate in Fate},
        "intents": {intent.value: count for intent, count in tally.intents.most_common()},
        "review_reasons": {reason.value: count for reason, count in tally.reasons.most_common()},
        "minutes_a_mail": str(tally.minutes),
        "hours_saved": f"{tally.hours_saved:.1f}",
    }


@asynccontextmanager
async def _ground(ledger: Path | None, policy: Policy) -> AsyncIterator[_Ground]:
    """One account, if a file names it; else the instance's ledger, if there is an instance; else nobody's.

    Only an instance has a policy that managers changed; `policy` is the file's.
    """
    if ledger is not None:
        account = await asyncio.to_thread(account_of, ledger)

        async def by_account(read: ReadMail) -> Link:
            return link_by_account(read, account)

        yield _Ground(by_account, f"the account in {ledger.name}", Identity(()), policy)
        return
    async with _instance(policy) as ground:
        yield ground


@asynccontextmanager
async def _instance(policy: Policy) -> AsyncIterator[_Ground]:
    try:
        settings = settings_from_environment()
    except SettingInvalid as error:
        if NO_KEY not in str(error):
            raise
        yield _nobody(policy)
        return
    if not _is_there(settings.database_url):
        yield _nobody(policy)
        return
    services = build(settings)

    async def by_ledger(read: ReadMail) -> Link:
        async with services.database.read() as uow:
            return await link_customer(uow, read, None)

    try:
        async with services.database.read() as uow:
            own = await uow.mailboxes.own_addresses()
            policy = await uow.oversight.in_force(policy)
        yield _Ground(by_ledger, "the ledger of this instance", Identity(own), policy)
    finally:
        await services.close()


def _is_there(url: str) -> bool:
    """Whether there may be a ledger: to look into a SQLite file that is not there would make it."""
    return not is_sqlite(url) or Path(sqlite_path(url)).exists()


def _nobody(policy: Policy) -> _Ground:
    async def nobody(read: ReadMail) -> Link:
        del read
        return Link(LinkMethod.NONE)

    return _Ground(nobody, "an empty ledger: every customer is unknown", Identity(()), policy)
