"""What learners hand in: found, read defensively, moved into the pristine notebook."""
