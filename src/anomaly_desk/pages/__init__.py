"""What formgrader's page and the feedback show, with no script of a learner in it."""
