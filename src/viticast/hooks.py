"""What the project adds around a run."""

from kedro.framework.hooks import hook_impl


class ProjectHooks:
    """Prepares the folders that a run needs."""

    @hook_impl
    def after_context_created(self) -> None:
        """Placeholder."""
