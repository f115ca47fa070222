"""The benchmarks stand on the tests' settings and database."""

from tests.conftest import (  # noqa: F401 - fixtures are found by their names here
    _empty_cache,
    _settings_for_tests,
    _words_are_compiled,
    django_db_modify_db_settings,
)
