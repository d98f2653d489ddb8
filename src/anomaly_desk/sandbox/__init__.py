"""The room in which learners' code runs: no network, no files of others, limits on everything.

`provisioner` starts Jupyter kernels in it, `bubblewrap` builds it, `landlock` is its door,
`seccomp` and `limits` keep it small, `forkserver`, `zygote` and `entry` let kernels share their
imports, and `diagnose` says whether it holds on this machine.
"""
