"""The sample class: made-up learners whose points are known beforehand, to try the grader on.

`three` are graded on every lab by `anomaly-labs course`; `thirty`, cheats among them, on the
assessment by `anomaly-labs class`.
"""
