"""The version of SciPy, for its peers."""

from __future__ import annotations

from bench.peers.spec import Unavailable


def version() -> str:
    """SciPy's version. Raises Unavailable."""
    try:
        import scipy
    except ImportError:
        raise Unavailable("scipy is not installed: pip install scipy") from None
    return f"scipy {scipy.__version__}"
