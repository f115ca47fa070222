"""The secretary's desk for people, offices, branches, accounts and roles."""
