"""The kernel that runs in the sandbox, as Jupyter is told of it.

Nothing is installed where learners would see it: the one who starts a kernel brings `kernel_spec`
along, or takes a `kernel_manager` that does.
"""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import Dict

NAME = "anomaly-labs-sandbox"
PROVISIONER = "anomaly-labs-bubblewrap"  # the entry point in pyproject.toml


def kernel_spec(**settings: Any) -> KernelSpec:
    """Return the kernel that runs in the sandbox.

    Parameters
    ----------
    settings
        Traits of `BubblewrapProvisioner`, for this kernel only; others come from configuration.

    Examples
    --------
    >>> kernel_spec(memory_mb=512).metadata["kernel_provisioner"]["config"]
    {'memory_mb': 512}
    """
    from anomaly_desk.execute import QUIET_KERNEL

    return KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *QUIET_KERNEL],
        display_name="Python in the sandbox",
        language="python",
        interrupt_mode="message",
        metadata={
            "debugger": False,
            "kernel_provisioner": {"provisioner_name": PROVISIONER, "config": settings},
        },
    )


class SandboxKernels(KernelSpecManager):  # type: ignore[misc]
    """Knows one kernel, the sandboxed one, whatever kernel a notebook asks for."""

    settings = Dict(help="traits of `BubblewrapProvisioner`")

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the sandboxed kernel."""
        return kernel_spec(**self.settings)


def kernel_manager(config: Any = None, **settings: Any) -> AsyncKernelManager:
    """Return a manager that starts its kernel in the sandbox; `settings` as for `kernel_spec`.

    After `start_kernel` its attribute ``provisioner`` is a `BubblewrapProvisioner`.
    """
    return AsyncKernelManager(
        kernel_name=NAME, kernel_spec_manager=SandboxKernels(settings=settings), config=config
    )
