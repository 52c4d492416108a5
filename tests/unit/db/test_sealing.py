"""Words at rest: sealed under their conversation's key, found again by keyed hashes."""

import pytest
from cryptography.exceptions import InvalidTag

from app.db.sealing import Keyring
from app.domain.ids import new_id

SECRET = "a secret of the tests, long enough"


def test_what_is_sealed_opens_again_with_the_stored_key() -> None:
    keyring, conversation, row = Keyring(SECRET), new_id(), new_id()
    key, stored = keyring.new_data_key(conversation)
    sealed = key.seal(row, b"words")
    assert b"words" not in sealed
    assert Keyring(SECRET).data_key(conversation, stored).open(row, sealed) == b"words"


def test_a_sealed_text_belongs_to_its_row() -> None:
    key, _ = Keyring(SECRET).new_data_key(new_id())
    with pytest.raises(InvalidTag):
        key.open(new_id(), key.seal(new_id(), b"words"))


def test_another_secret_opens_nothing() -> None:
    conversation = new_id()
    _, stored = Keyring(SECRET).new_data_key(conversation)
    with pytest.raises(InvalidTag):
        Keyring(SECRET + "!").data_key(conversation, stored)


def test_a_keyed_hash_is_the_same_again_and_another_with_another_secret() -> None:
    assert Keyring(SECRET).index("a@b") == Keyring(SECRET).index("a@b")
    assert Keyring(SECRET).index("a@b") != Keyring(SECRET + "!").index("a@b")


def test_a_salted_hash_differs_between_conversations() -> None:
    keyring = Keyring(SECRET)
    first, second = keyring.new_data_key(new_id())[0], keyring.new_data_key(new_id())[0]
    assert first.salted_hash(b"words") != second.salted_hash(b"words")
