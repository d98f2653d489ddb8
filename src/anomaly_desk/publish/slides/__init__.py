"""The slides of a lab: one HTML file that needs neither network nor anything beside it."""
