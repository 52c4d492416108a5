"""The API keeps its word: generated calls to every operation of /api/v1, with the token of each role, on an instance
that has mail, reviews, an outbox and cases: half the calls name real things.

`make contract`, or `python -m tests.contract [EXAMPLES]` (default 25 an operation and role) prints a line a role and
exits 1 when an answer was a server error, or one that the description does not know.
"""

import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.bootstrap import Services
from app.domain.review import Role
from tests.instances import mail
from tests.running import PASSWORD, Installation
from tests.servers.process import wait_until

EXAMPLES = 25
REFUSED = 300
CHOSEN = "/api/v1/"
PROMISES = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PHASES = (Phase.explicit, Phase.generate)


async def tokens_of(services: Services) -> dict[Role, str]:
    tokens = {}
    for role in Role:
        email = f"{role}@seller.example"
        await services.identity.add_user(email=email, name=role.value, role=role, password=PASSWORD)
        tokens[role] = await services.identity.new_token(email)
    return tokens


def fill(duebox: Installation) -> dict[str, str]:
    """Mails that are worked, one of them answered, and a case. Returns an id for each name that a path has for one."""
    webhook = duebox.add_webhook("contract")
    duebox.start_all()
    for number in range(1, 5):
        assert webhook.post(mail(f"We will pay INV-100{number} over 100.00 EUR on Friday.")) < REFUSED
    wait_until(lambda: duebox.get("/api/v1/counts")["in_work"] == 0, what="all mail is worked", seconds=180)
    reviews = [review for review in duebox.everything("/api/v1/reviews") if review["state"] == "pending"]
    first, second = reviews[0], reviews[1]
    decision = {"version": second["version"], "action": "edit", "subject": "Re", "body": "Thank you."}
    made = duebox.post(f"/api/v1/reviews/{second['id']}/decision", decision)
    case = duebox.post("/api/v1/cases", {"kind": "dispute", "customer_id": "C-1", "detail": "price"})
    return {
        "review_id": first["id"],
        "message_id": first["message_id"],
        "outbox_id": str(made["outbox_id"]),
        "case_id": str(case["id"]),
    }


def faults(base: str, token: str, examples: int, ids: Mapping[str, str]) -> Iterator[str]:
    """What is wrong, one line an operation."""
    schema = schemathesis.openapi.from_url(f"{base}/api/openapi.json").include(path_regex=f"^{CHOSEN}")
    headers = {"Authorization": f"Bearer {token}"}
    for found in schema.get_all_operations():
        if not isinstance(found, Ok):
            yield f"{found.err()}: not described as it should be"
            continue
        operation = found.ok()

        @settings(
            max_examples=examples, deadline=None, database=None, phases=PHASES, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(), is_real=booleans())
        def ask(case: schemathesis.Case[Any], is_real: bool) -> None:
            if is_real:
                case.path_parameters = {name: ids.get(name, value) for name, value in case.path_parameters.items()}
            case.call_and_validate(headers=headers, checks=PROMISES)

        try:
            ask()
        except (FailureGroup, AssertionError) as failure:
            yield f"{operation.label}: {failure}"


def faults_by_role(
    duebox: Installation, examples: int, roles: Collection[Role] = tuple(Role)
) -> Iterator[tuple[Role, list[str]]]:
    """Furnish and fill an empty installation, start it, and ask it as each of the roles."""
    duebox.furnish()
    tokens = duebox.within(tokens_of)
    ids = fill(duebox)
    for role in roles:
        yield role, list(faults(duebox.base, tokens[role], examples, ids))


def main(examples: int) -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{Path(scratch) / 'duebox.db'}"
        with Installation(url, Path(scratch)) as duebox:
            for role, found in faults_by_role(duebox, examples):
                wrong += len(found)
                sys.stdout.write("\n".join([f"{role}: {len(found)} faults", *found]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES))
