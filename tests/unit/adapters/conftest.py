"""The redactor that the tests of this folder ask; one for each module, for it takes a second to build."""

import pytest

from app.adapters.presidio import PresidioRedactor


@pytest.fixture(scope="module")
def redactor() -> PresidioRedactor:
    """The mild one, for text that stays in the process; a module about the strict one has its own."""
    return PresidioRedactor.create()
