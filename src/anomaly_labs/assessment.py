"""The name of `anomaly_labs.exams.assessment` in the edition before; it stays for this one."""

from anomaly_labs.exams.assessment import AFFINE as AFFINE
from anomaly_labs.exams.assessment import COPY as COPY
from anomaly_labs.exams.assessment import agreement as agreement
from anomaly_labs.exams.assessment import draw as draw
from anomaly_labs.exams.assessment import expect_own_losses as expect_own_losses
from anomaly_labs.exams.assessment import expect_training as expect_training
from anomaly_labs.exams.assessment import forbidden_rows as forbidden_rows
from anomaly_labs.exams.assessment import own_part as own_part
from anomaly_labs.exams.assessment import shuffled as shuffled
from anomaly_labs.exams.assessment import sign_in as sign_in
from anomaly_labs.exams.assessment import unknown as unknown
from anomaly_labs.exams.assessment import unseen as unseen
