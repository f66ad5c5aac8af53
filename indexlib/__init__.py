"""Review the components of PAR INDEX, SIPAS, PAPI and PCI as a plan demands.

Published scores in; components that fall or rank low out, each with the plan item and the
unit answerable for it. Names are loaded when first used, so that importing stays cheap.
"""

from importlib import import_module

_NAMES = {
    "load_scores": "data.scores", "load_withheld": "data.scores", "load_reference": "data.scores",
    "load_sources": "data.scores", "load_indicators": "data.indicators",
    "find_place": "data.lookup", "load_places": "data.places", "Place": "data.places",
    "load_catalogue": "data.catalogue", "Component": "data.catalogue",
    "standing": "analysis.standing", "changes": "analysis.changes", "trends": "analysis.trends",
    "estimate_noise": "analysis.noise", "like_for_like": "analysis.like_for_like", "next_year": "analysis.next_year",
    "learn_from": "analysis.learning", "rank_intervals": "analysis.rank_intervals",
    "contributions": "analysis.outlook", "scores": "analysis.questions", "movers": "analysis.questions",
    "compare": "analysis.questions", "regional": "analysis.questions",
    "flags": "plan.review", "review": "plan.review", "follow_up": "plan.after_a_year", "Review": "plan.review",
    "open_run": "plan.review", "Findings": "plan.review",
    "load_plan": "plan.plan", "Plan": "plan.plan",
    "Params": "plan.settings", "Rules": "plan.settings", "Grades": "plan.settings", "read_params": "plan.settings",
    "read_published": "intake.recognise", "Reading": "intake.reading",
    "explore": "widgets.explorer", "browse": "widgets.browse",
    "IndexlibError": "base.problems", "DataError": "base.problems", "PlaceError": "base.problems",
    "NoDataError": "base.problems", "ChoiceError": "base.problems", "Problem": "base.problems",
}
#: Modules that notebooks use, under the names by which they do.
_MODULES = {"charts": "charts", "tables": "content.tables", "gallery": "content.gallery", "prose": "content.prose",
            "method": "content.method", "outlook": "analysis.outlook", "wording": "base.wording"}
__all__ = sorted([*_NAMES, *_MODULES])
__version__ = "2.0.0.dev0"


def __getattr__(name: str) -> object:
    if name in _MODULES:
        module = import_module(f"indexlib.{_MODULES[name]}")
        vars(module).setdefault("__dir__", lambda: _own(vars(module)))
        return module
    if name in _NAMES:
        return getattr(import_module(f"indexlib.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'indexlib' has no attribute {name!r}")


def _own(names: dict[str, object]) -> list[str]:
    """Functions and classes that a module defines, without what it imports."""
    return sorted(n for n, x in names.items() if n[0] != "_" and callable(x)
                  and getattr(x, "__module__", "") == names["__name__"])


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
