"""Reads a workbook or a csv file into plain cells, in a process of its own with little memory and time.

`python -S -m organization.workbooks NAME` takes the file on standard input and prints JSON. Nothing but the standard
library is imported here, so that the process starts in an instant, and a hostile file costs no more than its limits.
"""
