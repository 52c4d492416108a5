"""`python -m app.mind`: the thinking process itself, as `app/adapters/child.py` starts it."""

from urllib.parse import urlsplit

from app.adapters.child import serve
from app.adapters.egress import Egress
from app.mind import build_mind
from app.mind.local import LocalMind
from app.thinking import MindConfig


def _watched(config: MindConfig) -> LocalMind:
    """In a process of its own, which sees what mails say: it speaks to the model, the scanner and
    the resolver, and to no other."""
    hosts = {config.clamd.rpartition(":")[0], config.dkim_resolver}
    if config.provider == "openai":
        hosts.add(urlsplit(config.base_url).hostname or "")
    Egress(hosts.__contains__, refuses=True).watch()
    return build_mind(config)


if __name__ == "__main__":
    serve(_watched)
