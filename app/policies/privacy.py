"""Reads [privacy] of a policy file: the controller, the data-protection officer, the processors."""

import tomllib
from pathlib import Path

from app.domain.responsible import Processor, Responsible
from app.policies.loading import policy_text
from app.policies.section import Section


def load_responsible(policy_file: Path | None) -> Responsible:
    """Nobody without a policy file. Raises SettingInvalid."""
    if policy_file is None:
        return Responsible()
    section = Section(str(policy_file), "", tomllib.loads(policy_text(policy_file))).table("privacy")
    section.only("controller", "contact", "data_protection_officer", "authority", "processor")
    return Responsible(
        controller=section.said("controller"),
        contact=section.said("contact"),
        data_protection_officer=section.said("data_protection_officer"),
        authority=section.said("authority"),
        processors=tuple(map(_processor, section.tables("processor"))),
    )


def _processor(section: Section) -> Processor:
    section.only("name", "does", "country", "contract", "transfer", "hosts")
    return Processor(
        name=section.text("name"),
        does=section.text("does"),
        country=section.said("country"),
        contract=section.said("contract"),
        transfer=section.said("transfer"),
        hosts=frozenset(host.casefold() for host in section.words("hosts")),
    )
