"""Which bank accounts are ours, a mail is read with what the policy file says."""

from importlib.resources import files
from pathlib import Path

import pytest

from app import policies
from app.domain.message import Identity
from app.mind import build_mind
from app.reading.trust.impostors import BANK_DETAILS
from app.thinking import MindConfig
from tests.instances import mail

OURS, ANOTHER = "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19"


@pytest.mark.parametrize(("account", "signs"), [(OURS, ()), (ANOTHER, (BANK_DETAILS,))])
async def test_our_own_account_is_no_sign_of_fraud(account: str, signs: tuple[str, ...], tmp_path: Path) -> None:
    shipped = (files(policies) / "default.toml").read_text(encoding="utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text(shipped + f'\n[[company]]\nid = "north"\nname = "North Ltd"\niban = "{OURS}"\n', encoding="utf-8")
    mind = build_mind(MindConfig(policy_path=policy))
    read = await mind.read(mail(f"We paid INV-1 on Monday to {account}."), Identity(("collections@seller.example",)))
    assert read.screening.fraud_signs == signs
