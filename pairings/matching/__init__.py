"""Proposing who works with whom: optimal assignment over scores whose parts can be said in words."""
