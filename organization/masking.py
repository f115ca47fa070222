"""What is shown of a phone number, an e-mail address or a birthday to those who do not need it."""

#: Fields of a person that only the person, the branch's secretaries and the operator read in full.
MASKED = ("born_on", "phone", "email")
MASK = "****"
BEGINNING, END = 3, 4
SHORTEST_NUMBER = 11


def masked(text: str) -> str:
    """Return a text that can still be told from another, and no longer be used."""
    name, at, host = text.partition("@")
    if at:
        return f"{name[:1]}{MASK}@{host}"
    if text.isdigit() and len(text) >= SHORTEST_NUMBER:
        return f"{text[:BEGINNING]}{MASK}{text[-END:]}"
    return MASK
