"""Review the components of PAR INDEX, SIPAS, PAPI and PCI as a plan demands.

Published scores in; components that fall or rank low out, each with the plan item and the
unit answerable for it. Names are loaded when first used, so that importing stays cheap.
"""

import sys
from importlib import import_module
from types import ModuleType

_NAMES = {
    "load_scores": "scores", "load_withheld": "scores", "load_reference": "scores", "load_sources": "scores",
    "load_indicators": "indicators",
    "find_place": "places", "load_places": "places", "Place": "places",
    "read_published": "readers", "Reading": "readers.reading",
    "load_catalogue": "catalogue", "Component": "catalogue",
    "standing": "standing", "changes": "change", "trends": "trend", "estimate_noise": "noise",
    "flags": "flags", "review": "flags", "follow_up": "flags", "Review": "flags",
    "open_run": "findings", "Findings": "findings",
    "load_plan": "plan", "Plan": "plan",
    "explore": "explore", "browse": "browse",
    "Params": "params", "Rules": "params", "Grades": "params", "read_params": "params",
    "IndexlibError": "problems", "DataError": "problems", "PlaceError": "problems", "NoDataError": "problems",
    "Problem": "problems",
}
__all__ = sorted(_NAMES)
__version__ = "1.1.0"


class _Package(ModuleType):
    """Keeps ``indexlib.standing`` and ``indexlib.flags`` the functions, although modules bear the same names.

    Importing a submodule sets it as an attribute of its package; for a public name that would hide the
    function as soon as any code imports the module.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _NAMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> object:
        if name not in _NAMES:
            raise AttributeError(f"module 'indexlib' has no attribute {name!r}")
        return getattr(import_module(f"indexlib.{_NAMES[name]}"), name)

    def __dir__(self) -> list[str]:
        return [*__all__, "__version__"]


sys.modules[__name__].__class__ = _Package
