"""What leaves the desk: the zip for learners, the site, the slides."""
