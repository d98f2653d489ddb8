"""The second set of attacks, written from the trade by somebody who knew no detector and no rule.

A module for each part, with `KINDS` and `incident`: what ATT&CK, OWASP's automated threats, fraud
offices, maintenance and help desks describe, in the sizes and at the pace that they report. The
docstring of each kind names the technique. `trace` has what several parts share.
"""
