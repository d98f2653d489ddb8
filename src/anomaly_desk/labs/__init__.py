"""The labs of a course: headers, cells, what lies beside them, and what must not get out."""
