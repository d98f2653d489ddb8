"""The final assessment, as its notebook uses it."""

from anomaly_labs.exams.exam import Exam
from anomaly_labs.exams.exam import expect_own_losses as expect_own_losses
from anomaly_labs.exams.exam import sign_in as sign_in
from anomaly_labs.exams.leakage import forbidden_rows as forbidden_rows
from anomaly_labs.exams.parameters import unknown as unknown
from anomaly_labs.exams.rebuilding import AFFINE as AFFINE
from anomaly_labs.exams.rebuilding import COPY as COPY
from anomaly_labs.exams.rebuilding import agreement as agreement
from anomaly_labs.exams.rebuilding import own_part as own_part
from anomaly_labs.exams.rebuilding import shuffled as shuffled

EXAM = Exam(
    "assessment",
    data="nsl_kdd",
    train_rows=20_000,
    test_rows=8_000,
    unseen_rows=6_000,
    held_out=(500, 2_000, 5_000),
)
draw, unseen, expect_training = EXAM.draw, EXAM.unseen, EXAM.expect_training
