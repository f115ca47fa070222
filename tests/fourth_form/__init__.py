"""A toy fourth form, as somebody would add one: an app of its own that touches no other (test_fourth_form.py)."""
