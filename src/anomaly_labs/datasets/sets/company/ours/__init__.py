"""The first set of attacks: a module for each part, with `KINDS` and `incident`.

A kind makes one case; `incident` makes the trace of the one incident, with its kinds in a column.
"""
