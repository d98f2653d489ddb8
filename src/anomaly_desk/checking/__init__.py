"""Checks outside the learner's kernel: what crosses the border is plain data, and nothing else."""
