"""What enters a graded kernel: the way into the sandbox, and the agent that answers the grader.

Learners' code in that kernel can read all of it, so it imports nothing of the desk.
"""
