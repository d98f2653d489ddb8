"""Exams: each learner's own rows, and rows that nobody has seen.

An exam is data, one `Exam`: `exams.assessment` is the final assessment.
"""

from anomaly_labs.exams.exam import Draw, Exam, sign_in

__all__ = ["Draw", "Exam", "sign_in"]
