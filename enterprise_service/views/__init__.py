"""Pages of the enterprise service."""
