"""What every test may use. The servers are real; see tests/servers."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")
pytest_plugins = ["tests.servers.fixtures", "tests.instances", "tests.desk", "tests.web.house"]
