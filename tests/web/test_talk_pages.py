"""Next best actions that become tasks, and the workflows in force, as people and programs use them."""

import pytest

from tests.running import INVOICES
from tests.web.test_ledger_pages import HOSTILE, PROMISE, Desk, check, desk, reader

__all__ = ["desk", "reader"]


@pytest.fixture
async def overdue(desk: Desk) -> Desk:
    """Two months overdue: a person talks."""
    desk.clock.advance(days=45)
    await desk.sign_in()
    await desk.take("invoices", INVOICES)
    await desk.services.next_steps.refresh_today()
    return desk


async def test_one_click_on_the_list_opens_a_task_with_what_to_say(overdue: Desk) -> None:
    page = await overdue.get("/reminders/worklist")
    check(page)
    assert "Open a task" in page
    address = await overdue.post("/reminders/worklist", "/reminders/worklist/C-1/task")
    text = await overdue.get(address)
    check(text)
    for words in ("What to say", "€350.00 is open on INV-1001, INV-1002", "Petra Vane", "no number in the ledger"):
        assert words in text, words
    assert f'href="{address}"' in await overdue.get("/reminders/worklist")
    assert f'href="{address}"' in await overdue.get("/tasks")
    assert f'href="{address}"' in await overdue.get("/customers/C-1")
    assert await overdue.post("/customers/C-1", "/reminders/worklist/C-1/task") == address
    await overdue.post(address, address.replace("/reminders", "") + "/done")
    assert "Open a task" not in await overdue.get("/customers/C-1"), "they were talked with just now"


async def test_a_program_opens_the_same_task(overdue: Desk) -> None:
    made = await overdue.ask("POST", "/worklist/C-1/task")
    assert (made["kind"], made["contact"], made["phone"]) == ("call", "Petra Vane", "")
    assert made["points"][0].startswith("350.00 EUR is open on INV-1001, INV-1002")
    assert await overdue.ask("POST", "/worklist/C-1/task") == made
    (item,) = (await overdue.ask("GET", "/worklist"))["items"]
    assert item["task_id"] == made["task_id"]
    await overdue.ask("POST", "/worklist/nobody/task", 404)


async def test_where_nothing_is_left_to_a_person_there_is_no_button(desk: Desk) -> None:
    page = await desk.get("/customers/C-1")
    assert "Open a task" not in page
    assert "nothing is left to a person here" in (await desk.ask("POST", "/worklist/C-1/task", 409))["detail"]


async def test_a_broken_promise_has_talking_points_and_the_plan_waits_for_the_talk(desk: Desk) -> None:
    await desk.post("/cases/new?kind=promise", "/cases", **PROMISE, words=HOSTILE)
    desk.clock.advance(days=20)
    await desk.sign_in()
    await desk.take("invoices", INVOICES)
    tasks = await desk.get("/tasks")
    assert "What to say" in tasks
    address = tasks.split('href="/reminders/tasks/')[1].split('"')[0]
    text = await desk.get(f"/reminders/tasks/{address}")
    check(text)
    assert "They promised to pay by 29 May, and nothing came." in text
    plan = await desk.get("/reminders/plan")
    assert "A talk comes first" in plan
    assert "without a talk reminders go on from" in plan


async def test_all_who_work_with_them_read_the_workflows_in_force(reader: Desk) -> None:
    assert "/reminders/workflows" in await reader.get("/reminders/plan")
    page = await reader.get("/reminders/workflows")
    check(page)
    policy = reader.services.reminders.policy
    for workflow in policy.workflows:
        assert f">{workflow.name}</h2>" in page
    for words in (
        "30 days after",
        "3 days before",
        "Formal notice",
        "A named person orders it",
        "more than 60 days late on average, over a year, goes by “high-risk”",
        "7 days at most",
        "Natural persons have a workflow of their own",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Abläufe"), ("fr", "Ce qui déplace un client"), ("es", "Qué cambia de flujo")]
)
async def test_the_workflows_are_told_in_the_reader_s_language(reader: Desk, language: str, words: str) -> None:
    answer = await reader.http.get("/reminders/workflows", headers={"Accept-Language": language})
    assert words in answer.text
