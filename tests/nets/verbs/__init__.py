"""A machine that carries out the models' verbs in any order, by anybody, on any day (hypothesis, stateful).

A verb may refuse, in words, and has then changed nothing; it may not fail in another way. What it lets through leaves
every invariant whole, and lines in the audit trail that name who did it.
"""
