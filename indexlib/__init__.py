"""Review the components of PAR INDEX, SIPAS, PAPI and PCI as a plan demands.

Published scores in; components that fall or rank low out, each with the plan item and the
unit answerable for it. Names are loaded when first used, so that importing stays cheap.
"""

from importlib import import_module

_NAMES = {
    "load_scores": "scores", "load_withheld": "scores", "load_reference": "scores", "load_sources": "scores",
    "find_place": "places", "load_places": "places", "Place": "places",
    "load_catalogue": "catalogue", "Component": "catalogue",
    "standing": "standing", "changes": "change", "trends": "change",
    "open_run": "findings", "Findings": "findings",
    "flags": "flags", "review": "flags", "follow_up": "flags", "Review": "flags",
    "load_plan": "plan", "Plan": "plan", "Rules": "params", "Params": "params", "read_params": "params",
    "IndexlibError": "problems", "DataError": "problems", "PlaceError": "problems", "NoDataError": "problems",
    "Problem": "problems",
}
__all__ = sorted(_NAMES)
__version__ = "0.1.0"


def __getattr__(name: str):
    if name not in _NAMES:
        raise AttributeError(f"module 'indexlib' has no attribute {name!r}")
    return getattr(import_module(f"indexlib.{_NAMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
