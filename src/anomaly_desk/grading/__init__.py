"""A class graded: each submission in a process of its own, whole or not at all."""
