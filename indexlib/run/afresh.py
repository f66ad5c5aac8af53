"""What a kernel does between two notebooks."""

from IPython import get_ipython

from indexlib.base.wording import use
from indexlib.data.files import look


def afresh() -> None:
    """Make this kernel as good as new, but for the modules and data that it has loaded."""
    look()
    use("vi")
    get_ipython().reset(new_session=True)
