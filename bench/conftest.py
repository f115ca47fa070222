"""The benchmarks stand on the tests' settings."""

from tests.conftest import *  # noqa: F403 - the same fixtures
