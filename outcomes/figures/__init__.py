"""The one home of every number that a dashboard, report, export or command shows.

A figure is a query plus the records behind it; nothing else counts anything.
"""

from outcomes.figures.periods import Period
from outcomes.figures.report import branch_report

__all__ = ["Period", "branch_report"]
