"""The fixed calls of the API, through a real `duebox serve`, on SQLite and on PostgreSQL.

Every answer of every test is compared with what /api/openapi.json says of that call.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.instances import mail
from tests.running import PASSWORD, Installation, Webhook
from tests.servers.postgres import Postgres
from tests.servers.process import wait_until
from tests.servers.smtp_sink import At, SmtpSink, drop, reply

ROLES = ("collector", "manager", "auditor", "admin")
NOBODY = "0198a000-0000-7000-8000-000000000000"
PLACES = ("in_work", "pending", "decided", "no_answer", "quarantined")
AT_ONCE = 200
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}


@dataclass
class House:
    """A running installation, its people, and its description of itself."""

    duebox: Installation
    sink: SmtpSink
    webhook: Webhook
    http: httpx.Client
    tokens: Mapping[str, str] = field(repr=False)
    description: Mapping[str, Any] = field(repr=False, default_factory=dict)
    numbers: Iterator[int] = field(repr=False, default_factory=count)

    def ask(self, method: str, path: str, *, by: str = "collector", **given: Any) -> httpx.Response:
        """Call the API as somebody of a role. The answer must be one that the description knows."""
        headers = {"Authorization": f"Bearer {self.tokens[by]}"} if by else {}
        answer = self.http.request(method, path, headers={**headers, **given.pop("headers", {})}, **given)
        self.check(method, path, answer)
        return answer

    def check(self, method: str, path: str, answer: httpx.Response) -> None:
        call = next(
            calls[method.lower()]
            for template, calls in self.description["paths"].items()
            if re.fullmatch(re.sub(r"{\w+}", "[^/]*", template), path.partition("?")[0]) and method.lower() in calls
        )
        assert str(answer.status_code) in call["responses"], f"{method} {path}: {answer.status_code} {answer.text}"
        shape = call["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
        wrong = misfit(answer.json(), shape, self.description["components"]["schemas"])
        assert not wrong, f"{method} {path}: {wrong}"

    def get(self, path: str, *, by: str = "collector") -> Any:
        answer = self.ask("GET", path, by=by)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def everything(self, path: str, limit: int = 200) -> list[dict[str, Any]]:
        found, after = [], ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{after}")
            assert len(page["items"]) <= limit
            found.extend(page["items"])
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    def receive(self, *mails: bytes) -> None:
        """Post mails and wait until they were worked."""
        for raw in mails:
            assert self.webhook.post(raw) == 204
        wait_until(lambda: self.get("/api/v1/counts")["in_work"] == 0, what="all mails were worked", seconds=180)

    def fresh(self, body: str = "We will pay INV-1001 on Friday.", **headers: Any) -> dict[str, Any]:
        """The review of a new mail in a conversation of its own, as the list has it."""
        headers.setdefault("subject", f"Re: Reminder, matter {next(self.numbers)}")
        before = {review["id"] for review in self.everything("/api/v1/reviews")}
        self.receive(mail(f"Hello,\n\n{body}\n\nPetra Vane", **headers))
        (review,) = [r for r in self.everything("/api/v1/reviews") if r["id"] not in before]
        return review

    def decide(self, review: Mapping[str, Any], action: str, *, by: str = "collector", **more: Any) -> httpx.Response:
        data = {"version": review["version"], "action": action, **more}
        return self.ask("POST", f"/api/v1/reviews/{review['id']}/decision", by=by, json=data)

    def approved(self) -> dict[str, Any]:
        """A fresh mail's answer on its way out, as the decision says."""
        answer = self.decide(self.fresh(), "approve")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def outgoing(self, outbox_id: str) -> dict[str, Any]:
        (row,) = [row for row in self.everything("/api/v1/outbox") if row["id"] == outbox_id]
        return row

    def wait_for_state(self, outbox_id: str, *states: str) -> dict[str, Any]:
        wait_until(lambda: self.outgoing(outbox_id)["state"] in states, what=f"the mail is {states}", seconds=90)
        return self.outgoing(outbox_id)


def misfit(value: Any, shape: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """What does not fit, by as much of JSON Schema as FastAPI writes; empty when all does."""
    if "$ref" in shape:
        shape = schemas[shape["$ref"].rpartition("/")[2]]
    if "anyOf" in shape:
        wrong = [misfit(value, option, schemas) for option in shape["anyOf"]]
        return "" if "" in wrong else wrong[0]
    if not isinstance(value, KINDS.get(shape.get("type", ""), object)) or value not in shape.get("enum", [value]):
        return f"{value!r} is no {shape.get('enum', shape.get('type'))}"
    return _wrong_format(value, shape.get("format", "")) or _wrong_parts(value, shape, schemas)


def _wrong_format(value: Any, name: str) -> str:
    try:
        if name == "uuid":
            UUID(value)
        if name == "date-time" and datetime.fromisoformat(value).tzinfo is None:
            return f"{value!r} has no time zone"
    except ValueError:
        return f"{value!r} is no {name}"
    return ""


def _wrong_parts(value: Any, shape: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    known = shape.get("properties", {})
    named = value.items() if isinstance(value, dict) and known else ()
    wrong = [f"{name} is missing" for name in shape.get("required", ()) if name not in value]
    wrong += [f"{name} is not described" for name, _ in named if name not in known]
    wrong += [misfit(part, known[name], schemas) for name, part in named if name in known]
    wrong += [misfit(item, shape["items"], schemas) for item in (value if "items" in shape else ())]
    return next(filter(None, wrong), "")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'duebox.db'}"
        if request.param == "postgresql":
            postgres: Postgres = request.getfixturevalue("postgres")
            url = postgres.create_database()
            stack.callback(postgres.drop_database, url)
        sink = stack.enter_context(SmtpSink())
        duebox = stack.enter_context(Installation(url, folder, sink, DUEBOX_LOG_LEVEL="INFO"))
        duebox.furnish()
        tokens = {"collector": duebox.token}
        tokens |= {role: duebox.add_user(role) for role in ROLES[1:]}
        webhook = duebox.add_webhook("hook")
        duebox.start_all()
        http = stack.enter_context(httpx.Client(base_url=duebox.base, timeout=60))
        house = House(duebox, sink, webhook, http, tokens, http.get("/api/openapi.json").json())
        house.receive(
            mail("We will pay INV-1001 on Friday.", message_id="promise@customer.example"),
            mail("Can you send me a copy of INV-1002?", subject="Copy"),
            mail("I dispute INV-1002: the goods never arrived.", subject="Dispute"),
            mail("Unsubscribe", subject="Re: News", sender="A Stranger <x@elsewhere.example>"),
            mail("Out of office", subject="Automatic reply", headers=[("Auto-Submitted", "auto-replied")]),
        )
        yield house


def test_messages_have_the_fixed_fields(house: House) -> None:
    items = house.everything("/api/v1/messages")
    first = next(item for item in items if item["rfc_message_id"] == "<promise@customer.example>")
    fields = {"id", "mailbox", "rfc_message_id", "from", "subject", "received_at", "state", "conversation_id"}
    assert set(first) == fields
    assert (first["mailbox"], first["from"], first["subject"], first["state"]) == (
        *("hook", "petra@customer.example", "Re: Reminder"),
        "pending",
    )
    assert {item["state"] for item in items} >= {"pending", "no_answer"}
    detail = house.get(f"/api/v1/messages/{first['id']}")
    assert set(detail) == fields | {"proposal", "review_id"}
    assert {"language", "reply_text", "intents", "route", "rule", "review_reasons", "invoices", "draft"} <= set(
        detail["proposal"]
    )
    assert [found["intent"] for found in detail["proposal"]["intents"]] == ["payment_promise"]
    assert "approval_required" not in detail["proposal"]["review_reasons"], "a prediction line never says so"
    review = house.get(f"/api/v1/reviews/{detail['review_id']}")
    assert review["message_id"] == first["id"]
    assert house.get("/api/v1/messages?state=quarantined")["items"] == []
    assert {item["state"] for item in house.everything("/api/v1/messages?state=no_answer")} == {"no_answer"}


def test_reviews_have_the_fixed_fields(house: House) -> None:
    reviews = house.everything("/api/v1/reviews?state=pending")
    assert reviews
    for review in reviews:
        assert set(review) == {"id", "version", "state", "message_id", "rule", "review_reasons", "draft"}
        assert review["draft"] is None or set(review["draft"]) == {"subject", "body"}


@pytest.mark.parametrize("path", ["/api/v1/messages", "/api/v1/reviews"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_follow_each_other(house: House, path: str, limit: int) -> None:
    whole = [item["id"] for item in house.everything(path)]
    assert len(whole) > limit
    assert [item["id"] for item in house.everything(path, limit)] == whole
    assert len(set(whole)) == len(whole)
    exactly = house.get(f"{path}?limit={len(whole)}")
    assert exactly["next"] is None, "a full last page has nothing after it"
    assert house.get(f"{path}?after={whole[-1]}") == {"items": [], "next": None}


def test_an_outbox_row_has_the_fixed_fields_and_pages(house: House) -> None:
    made = house.approved()
    row = house.wait_for_state(made["outbox_id"], "sent")
    assert set(row) == {"id", "review_id", "rfc_message_id", "to", "state", "attempts", "last_error"}
    assert row["review_id"] == made["id"]
    assert (row["to"], row["attempts"], row["last_error"]) == ("petra@customer.example", 1, None)
    assert row["rfc_message_id"] in {sent.message_id for sent in house.sink.mails}
    house.wait_for_state(house.approved()["outbox_id"], "sent")
    whole = house.everything("/api/v1/outbox")
    assert house.everything("/api/v1/outbox", 1) == whole
    assert len(house.everything("/api/v1/outbox?state=sent")) == len([r for r in whole if r["state"] == "sent"])


def test_the_counts_are_an_equation(house: House) -> None:
    for role in ROLES:
        counts = house.get("/api/v1/counts", by=role)
        assert set(counts) == {"received", *PLACES}
        assert counts["received"] == sum(counts[place] for place in PLACES)
        assert counts["received"] == len(house.everything("/api/v1/messages"))


CALLS = [
    ("GET", "/api/v1/messages"),
    ("GET", f"/api/v1/messages/{NOBODY}"),
    ("GET", "/api/v1/reviews"),
    ("GET", f"/api/v1/reviews/{NOBODY}"),
    ("POST", f"/api/v1/reviews/{NOBODY}/decision"),
    ("POST", f"/api/v1/reviews/{NOBODY}/undo"),
    ("GET", "/api/v1/outbox"),
    ("POST", f"/api/v1/outbox/{NOBODY}/resolve"),
    ("GET", "/api/v1/counts"),
]
BODIES: dict[str, dict[str, Any]] = {
    "decision": {"version": 1, "action": "approve"},
    "resolve": {"outcome": "sent"},
}


def body_of(path: str) -> dict[str, Any] | None:
    return BODIES.get(path.rpartition("/")[2])


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_only_a_token_opens_the_api(house: House, method: str, path: str) -> None:
    cookie = sign_in(house, "manager")
    for headers in (
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": f"Basic {house.tokens['collector']}"},
        {"Authorization": house.tokens["collector"]},
        {"Authorization": b"Bearer \xff\xfe"},
        {"Cookie": cookie},
        {"Cookie": cookie, "Authorization": f"Bearer {cookie.partition('=')[2]}"},
    ):
        answer = house.ask(method, path, by="", headers=headers, json=body_of(path))
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert set(answer.json()) == {"detail"}


def test_a_token_opens_no_page(house: House) -> None:
    for token in (house.tokens["manager"],):
        for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"duebox={token}"}):
            for path in ("/queue", "/sent", "/no-answer", "/quarantine", f"/reviews/{NOBODY}"):
                answer = house.http.get(path, headers=headers)
                assert answer.status_code == 303
                assert answer.headers["location"].startswith("/login?next=")


def sign_in(house: House, role: str) -> str:
    """A session's cookie, as a Cookie header."""
    form = {"email": f"{role}@seller.example", "password": PASSWORD}
    with httpx.Client(base_url=house.duebox.base) as browser:
        answer = browser.post("/login", data=form)
        assert answer.status_code == 303
        (cookie,) = (each for each in answer.headers.get_list("set-cookie") if each.startswith("duebox="))
        return str(cookie.partition(";")[0])


def test_auditors_read_and_do_not_decide(house: House) -> None:
    review = house.fresh()
    assert house.get(f"/api/v1/reviews/{review['id']}", by="auditor") == review
    for action in ("approve", "ignore"):
        refused = house.decide(review, action, by="auditor")
        assert (refused.status_code, set(refused.json())) == (403, {"detail"})
    for path in (f"/api/v1/reviews/{review['id']}/undo", f"/api/v1/outbox/{NOBODY}/resolve"):
        assert house.ask("POST", path, by="auditor", json=body_of(path)).status_code == 403
    assert house.get(f"/api/v1/reviews/{review['id']}") == review, "nothing changed"
    assert house.decide(review, "ignore", by="admin", reason="spam").status_code == 200


@pytest.mark.parametrize("by", ["collector", "manager", "admin"])
def test_who_may_decide_does_and_the_next_one_is_told(house: House, by: str) -> None:
    review = house.fresh()
    made = house.decide(review, "approve", by=by)
    assert made.status_code == 200
    assert set(made.json()) == {"id", "version", "state", "outbox_id", "send_after"}
    assert (made.json()["id"], made.json()["state"]) == (review["id"], "approved")
    for version in (review["version"], made.json()["version"], made.json()["version"] + 7, 0):
        late = house.decide({**review, "version": version}, "ignore", by="collector")
        assert late.status_code == 409
        assert set(late.json()) == {"detail", "state", "version", "decided_by", "decided_at"}
        name = {"collector": "Ines Halvard"}.get(by, by.title())
        assert (late.json()["state"], late.json()["decided_by"]) == ("approved", name)
        assert late.json()["version"] == made.json()["version"]
        assert datetime.fromisoformat(late.json()["decided_at"]).tzinfo is not None


def test_a_newer_mail_makes_the_version_stale(house: House) -> None:
    review = house.fresh(message_id="older@customer.example")
    house.receive(mail("One more thing.", references=["older@customer.example"]))
    stale = house.decide(review, "approve")
    assert stale.status_code == 409
    assert (stale.json()["state"], stale.json()["decided_by"], stale.json()["decided_at"]) == ("pending", None, None)
    assert stale.json()["version"] > review["version"]
    assert house.decide({**review, "version": stale.json()["version"]}, "approve").status_code == 200


def test_what_is_wrong_with_a_decision_is_422_and_changes_nothing(house: House) -> None:
    review = house.fresh()
    for wrong in (
        {"action": "send_back"},
        {"action": "send_back", "note": "  "},
        {"action": "edit"},
        {"action": "edit", "subject": "S", "body": " \n"},
        {"action": "edit", "body": "B"},
        {"action": "edit", "subject": "S", "body": "a\0b"},
        {"action": "edit", "subject": "S\0", "body": "B"},
        {"action": "edit", "subject": "S" * 999, "body": "B"},
        {"action": "edit", "subject": "S", "body": "B" * 100_001},
        {"action": "delete"},
        {"action": "approve", "to": "x@elsewhere.example"},
        {"version": "one"},
        {"version": 1.5},
        {"version": -1},
        {"version": 2**31},
        {"version": 10**40},
        {"version": None},
    ):
        answer = house.decide(review, **{"action": "approve", **wrong})  # type: ignore[arg-type]
        assert answer.status_code == 422, wrong
        assert answer.json()["detail"]
    assert house.get(f"/api/v1/reviews/{review['id']}") == review


def test_without_a_draft_there_is_nothing_to_approve(house: House) -> None:
    review = house.fresh("Please note our new bank details: IBAN GB33BUKB20201555555555. Change them today.")
    assert review["draft"] is None
    for by in ("collector", "manager"):
        answer = house.decide(review, "approve", by=by)
        assert (answer.status_code, set(answer.json())) == (422, {"detail"})
    assert house.get(f"/api/v1/reviews/{review['id']}")["state"] == "pending"
    if "fraud_risk" in review["review_reasons"]:
        assert house.decide(review, "edit", subject="S", body="B").status_code == 403, "that is for a manager"


def test_edit_send_back_and_ignore(house: House) -> None:
    edited = house.decide(house.fresh(), "edit", subject="Thank\r\nyou: é", body="Dear Petra,\n\nthank you €.\n")
    assert edited.status_code == 200
    house.wait_for_state(edited.json()["outbox_id"], "sent")
    (sent,) = [m for m in house.sink.mails if edited.json()["outbox_id"] in m.message_id]
    assert sent.message["Subject"] == "Thank you: é"
    assert sent.recipients == ("petra@customer.example",)
    assert "thank you €." in sent.message.get_content()
    back = house.fresh()
    answer = house.decide(back, "send_back", note="Shorter, please: 你好 🙂")
    assert (answer.status_code, answer.json()["outbox_id"], answer.json()["send_after"]) == (200, None, None)
    wait_until(lambda: house.get("/api/v1/counts")["in_work"] == 0, what="it was worked again")
    again = [r for r in house.everything("/api/v1/reviews?state=pending") if r["message_id"] == back["message_id"]]
    assert len(again) == 1
    ignored = house.decide(again[0], "ignore", reason="handled on the phone")
    assert (ignored.status_code, ignored.json()["state"]) == (200, "ignored")
    undone = house.ask("POST", f"/api/v1/reviews/{again[0]['id']}/undo")
    assert (undone.status_code, undone.json()["state"]) == (200, "pending")
    assert house.ask("POST", f"/api/v1/reviews/{again[0]['id']}/undo").status_code == 409


@pytest.mark.timeout(180)
async def test_of_200_simultaneous_approvals_one_wins_and_one_mail_leaves(house: House) -> None:
    review = await asyncio.to_thread(house.fresh)
    before = len(house.sink.mails)
    data = {"version": review["version"], "action": "approve"}
    path = f"/api/v1/reviews/{review['id']}/decision"
    people = ("collector", "manager", "admin")
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=house.duebox.base, timeout=120, limits=limits) as http:
        answers = await asyncio.gather(
            *(
                http.post(path, json=data, headers={"Authorization": f"Bearer {house.tokens[people[n % 3]]}"})
                for n in range(AT_ONCE)
            )
        )
    won = [answer.json() for answer in answers if answer.status_code == 200]
    lost = [answer.json() for answer in answers if answer.status_code == 409]
    assert (len(won), len(lost)) == (1, AT_ONCE - 1)
    assert len({json.dumps(loss, sort_keys=True) for loss in lost}) == 1, "all are told the same winner"
    assert lost[0]["version"] == won[0]["version"]
    await asyncio.to_thread(house.wait_for_state, won[0]["outbox_id"], "sent")
    await asyncio.sleep(1)
    assert len(house.sink.mails) == before + 1
    rows = await asyncio.to_thread(house.everything, "/api/v1/outbox")
    assert [row["state"] for row in rows if row["review_id"] == review["id"]] == ["sent"]


def test_a_person_says_what_became_of_an_unknown_mail(house: House) -> None:
    outcomes = {"sent": "sent", "failed": "failed", "send_again": "sent"}
    house.sink.plan(*[drop(At.DOT)] * len(outcomes))
    made = {outcome: house.approved()["outbox_id"] for outcome in outcomes}
    for outcome, outbox_id in made.items():
        house.wait_for_state(outbox_id, "unknown")
        path = f"/api/v1/outbox/{outbox_id}/resolve"
        assert house.ask("POST", path, json={"outcome": "perhaps"}).status_code == 422
        answer = house.ask("POST", path, json={"outcome": outcome})
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"id", "state"}
    for outcome, outbox_id in made.items():
        house.wait_for_state(outbox_id, outcomes[outcome])
    for outcome in ("sent", "send_again"):
        path = f"/api/v1/outbox/{made[outcome]}/resolve"
        assert house.ask("POST", path, json={"outcome": "send_again"}).status_code == 422, "it is settled"
    arrived = [sum(outbox_id in sent.message_id for sent in house.sink.mails) for outbox_id in made.values()]
    assert arrived == [0, 0, 1]


def test_a_failed_mail_may_only_be_sent_again(house: House) -> None:
    house.sink.plan(reply("550 5.7.1 not accepted", at=At.RCPT))
    made = house.approved()
    row = house.wait_for_state(made["outbox_id"], "failed")
    assert row["last_error"] == "550 5.7.1"
    path = f"/api/v1/outbox/{made['outbox_id']}/resolve"
    for outcome in ("sent", "failed"):
        assert house.ask("POST", path, json={"outcome": outcome}).status_code == 422
    assert house.ask("POST", path, json={"outcome": "send_again"}).status_code == 200
    assert house.wait_for_state(made["outbox_id"], "sent")["attempts"] == 2


# Callers that send nonsense -------------------------------------------------------------------

IDS = ("x", "1", "0" * 32, NOBODY, "%00", "%ff", "..%2f", "'", "9" * 400, "\N{SNOWMAN}", "None", "{id}")
LIMITS = ("0", "-1", "201", "1e9", "9" * 400, "x", "", "1.5", "%00", "NaN", "inf")
STATES = ("", "x", "PENDING", "pending%00", "%ff", "'", "a" * 4000)


def test_odd_addresses_never_break_anything(house: House) -> None:
    for odd in IDS:
        for method, path in CALLS:
            if NOBODY in path:
                answer = house.http.request(
                    method, path.replace(NOBODY, odd), headers=bearer(house), json=body_of(path)
                )
                assert answer.status_code in {307, 404, 422}, (odd, path, answer.status_code)
    for path in ("/api/v1/messages", "/api/v1/reviews", "/api/v1/outbox"):
        queries = [f"limit={odd}" for odd in LIMITS] + [f"state={odd}" for odd in STATES]
        queries += [f"after={odd}" for odd in IDS if odd not in {"0" * 32, NOBODY}]
        for query in queries:
            assert house.ask("GET", f"{path}?{query}").status_code == 422, query
        assert house.ask("GET", f"{path}?limit=200&unknown=1&unknown=2").status_code == 200
        assert house.ask("GET", f"{path}?after={NOBODY}").status_code == 200


@pytest.mark.parametrize("path", [path for method, path in CALLS if method == "POST" and body_of(path)])
def test_bodies_that_are_no_json_are_refused(house: House, path: str) -> None:
    deep = b"[" * 100_000
    for body in (
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"1",
        b"\xff\xfe\x00",
        b'{"version": 1, "action": "\xff"}',
        b"\0" * 100,
        deep,
        b'{"version": NaN, "action": "approve"}',
        b'{"version": 1, "version": "x", "action": "approve"}',
        b'{"outcome": "\\ud800"}',
        b'{"version": ' + b"9" * 5000 + b', "action": "approve"}',
    ):
        headers = {**bearer(house), "Content-Type": "application/json"}
        answer = house.ask("POST", path, headers=headers, content=body)
        assert answer.status_code in {400, 422}, (body[:50], answer.status_code)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x"):
        answer = house.ask("POST", path, headers={"Content-Type": kind}, content=json.dumps(body_of(path)))
        assert answer.status_code in {400, 404, 422}, kind
    huge = b'{"version": 1, "action": "edit", "body": "' + b"x" * 3_000_000 + b'"}'
    assert house.ask("POST", path, by="", content=huge).status_code == 413, "before anybody asks who it is"


def test_other_methods_and_addresses_are_refused(house: House) -> None:
    for method, path, status in (
        ("POST", "/api/v1/messages", 405),
        ("DELETE", f"/api/v1/reviews/{NOBODY}", 405),
        ("GET", f"/api/v1/reviews/{NOBODY}/decision", 405),
        ("GET", "/api/v1", 404),
        ("GET", "/api/v2/messages", 404),
        ("GET", "/api/v1/messages/", 404),
        ("TRACE", "/api/v1/counts", 405),
    ):
        assert house.http.request(method, path, headers=bearer(house)).status_code == status, path


TEXTS = st.text(max_size=30) | st.sampled_from(["\0", "\ud800", "\u202e", "x" * 1200, "\r\nBcc: x@y", "\x1b[31m"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ACTIONS = st.sampled_from(["approve", "edit", "send_back", "ignore"])
DECISIONS = st.fixed_dictionaries(
    {"version": st.integers(-1, 3) | VALUES, "action": ACTIONS | VALUES},
    optional={name: TEXTS | VALUES for name in ("subject", "body", "note", "reason", "to")},
)


@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(decision=DECISIONS)
def test_whatever_a_decision_says_it_is_answered(house: House, decision: dict[str, Any]) -> None:
    open_reviews = house.get("/api/v1/reviews?state=pending&limit=1")["items"] or house.get("/api/v1/reviews")["items"]
    path = f"/api/v1/reviews/{open_reviews[0]['id']}/decision"
    body = json.dumps(decision).encode("utf-8", "surrogatepass")
    answer = house.ask("POST", path, by="manager", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500


def bearer(house: House) -> dict[str, str]:
    return {"Authorization": f"Bearer {house.tokens['collector']}"}


def test_nothing_broke_on_the_way(house: House) -> None:
    """Of all that was sent to this house, nothing was answered by an unforeseen error; and it still adds up."""
    assert "web.request.broke" not in house.duebox.logs()
    assert "web.request.failed" not in house.duebox.logs()
    assert "web.database.failed" not in house.duebox.logs()
    counts = house.get("/api/v1/counts")
    assert counts["received"] == sum(counts[place] for place in PLACES)
    assert "intact" in house.duebox.command("audit", "verify")
