"""Pages of outcomes, dashboards and reports."""
