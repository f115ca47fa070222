"""Which of the front-end vendors' files are collected."""

from collections.abc import Iterable
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder

#: Large builds that no page asks for: compressing them would cost minutes at every deployment.
UNUSED = (
    *("bootstrap-*", "bootstrap.css*", "bootstrap.rtl.*"),
    *("echarts.js*", "echarts.common.*", "echarts.esm.*", "echarts.simple.*"),
)


class PickedFilesFinder(FileSystemFinder):
    """Finds the files of STATICFILES_DIRS, and lists for collection only those that pages use."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Yield path and storage of each file to collect."""
        return super().list([*(ignore_patterns or ()), *UNUSED])
