"""What one run found: the review of its year, that of the year before, and the plan they are held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from indexlib.analysis.noise import estimate_noise
from indexlib.analysis.panel import Panel, load_panel
from indexlib.analysis.peers import region, similar
from indexlib.analysis.rank_intervals import rank_intervals
from indexlib.analysis.standing import standing
from indexlib.base.problems import NoDataError, PlaceError
from indexlib.base.wording import use
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.lookup import find_place
from indexlib.data.places import Place
from indexlib.plan.conditions import Review, assess, cut
from indexlib.plan.plan import Plan, load_plan
from indexlib.plan.settings import Grades, Params, Rules, check_params


@dataclass(frozen=True)
class Findings:
    """Findings of a run.

    Attributes
    ----------
    params : Params
    place : Place
        The place under its name of the year.
    plan : Plan
    now : Review
    before : Review or None
        Review of the year before; ``None`` where the place has no figures then.
    """

    params: Params
    place: Place
    plan: Plan
    now: Review
    before: Review | None
    noise: pd.DataFrame
    scores: pd.DataFrame
    panel: Panel

    def notices(self) -> list[str]:
        """What every first page must say; see :meth:`indexlib.plan.plan.Plan.notices`."""
        return notices(self.params, self.plan, self.place.code)

    def judged_items(self) -> pd.DataFrame:
        """Plan items with how many of the components they serve met, or did not meet, some condition in the year.

        Returns
        -------
        DataFrame
            ``item``, in the order of the plan; ``components`` that the index has in the year and the item serves;
            ``judged`` of them: at least one condition could be judged; ``flagged``: at least one is met.
        """
        c = self.now.components
        links = self.plan.mapping
        links = links[(links["strength"] != "none") & links["component"].isin(load_catalogue().valid(self.params.year))]
        links = links.assign(judged=links["component"].isin(c.loc[c["judged"] > 0, "component"]),
                             flagged=links["component"].isin(c.loc[c["met"] > 0, "component"]))
        count = links.groupby("item").agg(components=("component", "size"), judged=("judged", "sum"),
                                          flagged=("flagged", "sum"))
        return count.reindex(self.plan.items["item"], fill_value=0).reset_index()

    def unjudged_items(self) -> list[str]:
        """Plan items of whose components none could be judged in the year."""
        items = self.judged_items()
        return items.loc[items["judged"] == 0, "item"].tolist()

    def standing(self) -> pd.DataFrame:
        """Standing of every place in the year."""
        everywhere = standing(self.panel)
        return everywhere[everywhere["year"] == self.params.year]

    def peers(self) -> list[str]:
        """Codes of the places to compare with, as the parameters choose them."""
        chosen = self.params.peers
        if chosen == "region":
            return region(self.place.code, self.params.year)
        if chosen == "similar":
            return similar(self.panel, self.place.code, self.params.year)
        return [find_place(name, self.params.year).code for name in chosen]

    def by_component(self, components: pd.Series) -> pd.DataFrame:
        """The plan's answer for components; see :meth:`indexlib.plan.plan.Plan.responsible`."""
        return self.plan.responsible(list(components))


def notices(params: Params, plan: Plan, place: str) -> list[str]:
    """What every first page must say, for the year reviewed and for the report that it goes into."""
    report = params.report
    return plan.notices(max(params.year, report.year or 0), place, report.closing)


def find(params: Params) -> Findings:
    """Review a place as parameters ask, and set the language they name."""
    use(params.language)
    plan, panel = load_plan(params.plan), load_panel()
    place = find_place(params.place, params.year)
    assessed = _assessed(files.data_dir(), params.rules, params.grades, plan.about["base_year"])
    now = cut(assessed, place.code, params.year, params.rules, params.grades)
    before: Review | None
    try:
        before = cut(assessed, place.code, params.year - 1, params.rules, params.grades)
    except (NoDataError, PlaceError):  # the first year with scores, or the first year of the place
        before = None
    if before is not None and before.components.empty:
        before = None
    intervals = rank_intervals(panel, place.code, [params.year, params.year - 1])
    return Findings(params, place, plan, _with_intervals(now, intervals), before and _with_intervals(before, intervals),
                    estimate_noise(panel).copy(), panel.rows.copy(), panel)


def _of_all_places(folder: Path, rules: Rules, grades: Grades, base_year: int) -> pd.DataFrame:
    """Every place and year assessed: the same for all runs that ask alike."""
    return assess(load_panel(), rules, grades, base_year)


_assessed = files.remembered(_of_all_places, at_most=2)


def _with_intervals(found: Review, intervals: pd.DataFrame) -> Review:
    """Add the 5-95 % interval of the rank to the components of a review."""
    own = intervals.loc[intervals["year"] == found.year, ["component", "rank_best", "rank_worst"]]
    return replace(found, components=found.components.merge(own, on="component", how="left"))


def open_run(**parameters: object) -> Findings:
    """Check the parameters of a notebook and review the place they name.

    Examples
    --------
    >>> found = open_run(place="Thanh Hóa", year=2024)
    >>> len(found.now.focus(8))
    8
    """
    return find(check_params(dict(parameters)))
