"""What every test may use. The servers are real; see tests/servers."""

pytest_plugins = ["tests.servers.fixtures", "tests.instances"]
