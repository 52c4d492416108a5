"""Who answers for the processing of personal data, as the operator's policy file says it (GDPR art. 28, 30, 37)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Processor:
    """Somebody who processes data for the controller. `hosts` are those machines that are theirs; `country` is where
    they process; `contract` says which one (GDPR art. 28 (3)), `transfer` on what ground data leaves the Union (art. 44
    ff.)."""

    name: str
    does: str
    country: str = ""
    contract: str = ""
    transfer: str = ""
    hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Responsible:
    """What is empty was not said; the dossier names it as missing."""

    controller: str = ""
    contact: str = ""
    data_protection_officer: str = ""
    authority: str = ""
    processors: tuple[Processor, ...] = ()

    def processor_of(self, host: str) -> Processor | None:
        """Whose machine that is."""
        return next((one for one in self.processors if host in one.hosts), None)
