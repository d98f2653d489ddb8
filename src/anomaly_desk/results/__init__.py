"""What comes out of a graded class: grades for other programs, certificates, formgrader."""
