"""What an upload really is, told by its content alone, without Django.

`python -m evidence.inspection` reads an upload from its standard input in a process with little memory and time and
writes a line of JSON, then the picture and the thumbnail where it is a picture. Whatever a hostile file does there, it
ends as a refusal.
"""
