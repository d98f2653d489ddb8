"""The class report: how hard the exercises were, what went wrong, whose answers are alike."""
