"""XSS through every field that a mail, a file or a colleague can fill: every page is parsed, and none has made an
element or an attribute of it."""

import lxml.html

from tests.instances import on_sqlite
from tests.web.test_access import LINES, filled
from tests.web.test_portfolios import ON_ITS_OWN
from tests.web.world import ADMIN, World

OURS = frozenset({"script"})


@on_sqlite
async def test_hostile_words_stay_words_on_every_page(world: World) -> None:
    pages = [path for method, path in LINES if method == "GET" and path not in ON_ITS_OWN | {"/login/with"}]
    token = await world.services.identity.new_token(ADMIN)
    wrong, shown = [], 0
    async with await world.as_(ADMIN) as http:
        for path in pages:
            headers = {"Authorization": f"Bearer {token}"} if path.startswith("/api/") else {}
            answer = await http.get(filled(path, world.ids), headers=headers)
            assert answer.status_code < 500 or path == "/readyz", path
            if "html" not in answer.headers.get("content-type", ""):
                continue
            document = lxml.html.fromstring(answer.text)
            shown += "xss-probe" in answer.text
            made = document.xpath(
                "//xss-probe | //xss-admin | //*[@xssattr] | //*[@onerror] | //*[@*[starts-with(name(), 'on')]]"
            )
            loose = [script for script in document.xpath("//script") if not script.get("src") and script.text]
            if made or loose or "49" in "".join(document.xpath("//text()[contains(., 'Zq')]")):
                wrong.append((path, [element.tag for element in made], len(loose)))
    assert wrong == []
    assert shown >= 15, "the words are on the pages, as words"
