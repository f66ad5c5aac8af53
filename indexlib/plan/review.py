"""The review of a place in a year: every component under every condition of the plan, and the year before."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from indexlib.analysis import facts
from indexlib.analysis.falling import falling
from indexlib.analysis.panel import Panel, build, load_panel, whole
from indexlib.analysis.peers import region, similar
from indexlib.analysis.rank_intervals import rank_intervals
from indexlib.analysis.standing import standing
from indexlib.base.problems import NoDataError, PlaceError
from indexlib.base.wording import at_level, language, listing_and, own, t, use
from indexlib.data import files
from indexlib.data.asked import as_written
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.data.lookup import find_place
from indexlib.data.places import Place, load_places
from indexlib.data.scores import load_withheld
from indexlib.plan import order
from indexlib.plan.conditions import Condition, thresholds
from indexlib.plan.lasting import GRADES, graded
from indexlib.plan.offices import today
from indexlib.plan.owners import moved_most
from indexlib.plan.plan import BY_GAP, BY_ITEM, Plan, load_plan, without_plan
from indexlib.plan.settings import Grades, Params, Rules, check_params, settled

DEFAULT_PLAN = "ha_bac_2023_2025"
COLUMNS = ["year", "place", "component", "index", "level", "rule", "state", "grade", "value", "threshold", "against",
           "reason"]


@dataclass(frozen=True, eq=False)
class Review:
    """Everything that was found for one place and year.

    Attributes
    ----------
    params : Params
    place : Place
        The place under its name of the year.
    plan : Plan
    panel : Panel
        Everything that is published, analysed once.
    components : DataFrame
        One row per component with a figure: the columns of :func:`indexlib.analysis.facts.gather`; ``met`` (number of
        conditions met), ``judged`` (number judged), ``grade`` (of a fall, best first); ``rank_best``,
        ``rank_worst``, see :mod:`indexlib.analysis.rank_intervals`.
    flags : DataFrame
        One row per component and rule; see :func:`flags`.
    missing : DataFrame
        Components without any figure: ``index``, ``component``, ``reason`` (``not_at_hand`` or
        ``withheld``), ``why`` (the publisher's reason, in the language in force).
    before : Review or None
        Review of the year before; ``None`` where the place has no figures then, and in such a review itself.
    """

    params: Params
    place: Place
    plan: Plan
    panel: Panel
    components: pd.DataFrame
    flags: pd.DataFrame
    missing: pd.DataFrame
    before: Review | None = None

    @property
    def year(self) -> int:
        """The year reviewed."""
        return self.params.year

    @property
    def now(self) -> Review:
        """The review itself, beside ``before``."""
        return self

    @cached_property
    def scores(self) -> pd.DataFrame:
        """The score table of the panel."""
        return self.panel.rows.copy()

    def flagged(self) -> pd.DataFrame:
        """Components that meet at least one condition, as the parameters order them.

        ``expected``: the totals, then what will most likely still be missing next year, see
        :func:`indexlib.plan.order.order`; ``conditions``: see :func:`by_conditions`.
        """
        asked = self.asked
        flagged = by_conditions(asked[asked["met"] > 0])
        if self.params.order == "conditions":
            return flagged
        totals = flagged[flagged["level"] == TOTAL]
        totals = totals.iloc[np.argsort(totals["component"].map(load_catalogue().order).to_numpy())]
        return pd.concat([totals, order.order(asked, self.params.rules)], ignore_index=True)

    @property
    def asked(self) -> pd.DataFrame:
        """The components of the indices that the plan is about; those of the others are context."""
        return self.components[self.components["index"].isin(self.plan.scope)]

    def focus(self, n: int = 8) -> pd.DataFrame:
        """The ``n`` flagged components of the finest level at hand to take up first.

        ``expected``: see :func:`indexlib.plan.order.focus`, and the totals where nothing but totals is flagged;
        ``conditions``: the first of :meth:`flagged`.
        """
        if self.params.order == "expected":
            chosen = order.focus(self.asked, n, self.params.rules)
            if len(chosen):
                return chosen
        flagged = self.flagged()
        return flagged[flagged["component"].isin(order.finest(self.components["component"]))].head(n)

    def counts(self) -> tuple[int, int]:
        """How many components were judged, and how many of them meet a condition, without the totals of indices."""
        judged = order.without_totals(self.asked)
        return len(judged), int((judged["met"] > 0).sum())

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
        c = self.components
        links = self.plan.mapping
        links = links[(links["strength"] != "none") & links["component"].isin(load_catalogue().valid(self.year))]
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
        return everywhere[everywhere["year"] == self.year]

    def peers(self) -> list[str]:
        """Codes of the places to compare with, as the parameters choose them."""
        chosen = self.params.peers
        if chosen == "region":
            return region(self.place.code, self.year)
        if chosen == "similar":
            return similar(self.panel, self.place.code, self.year)
        return [find_place(name, self.year).code for name in chosen]

    def by_component(self, components: pd.Series) -> pd.DataFrame:
        """The plan's answer for components; see :meth:`indexlib.plan.plan.Plan.responsible`."""
        return self.plan.responsible(list(components), moved_most(self.components))

    def tasks(self) -> pd.DataFrame:
        """The plan's answer for the flagged components that are somebody's task: no total, nothing without a plan."""
        answer = self.by_component(self.flagged()["component"])
        return answer[answer["by"].isin([BY_ITEM, BY_GAP])].reset_index(drop=True)


#: The earlier name of the review of a run.
Findings = Review


def notices(params: Params, plan: Plan, place: str) -> list[str]:
    """What every first page must say, for the year reviewed and for the report that it goes into."""
    report, places = params.report, load_places()
    said = plan.notices(max(params.year, report.year or 0), place, report.closing or today())
    if old := places.former_names(place):
        said.append(t("notice.merged", place=places.get(place).name, first=places.get(place).first_year,
                      old=listing_and(list(old.values()))))
    return said


def by_conditions(components: pd.DataFrame) -> pd.DataFrame:
    """Components in the order of version 1.1.0: conditions met, how sure it is that the level fell, gap to the median.

    How sure: from 95 %, from 80 %, less, not known, nothing fell; by the fall or the falling series, whichever is surer.
    """
    met = {"prob_fall": components["change_published"] < 0, "prob_trend": falling(components)}
    sure = pd.concat([components[p].where(yes) for p, yes in met.items()], axis=1).max(axis=1)
    fell = np.column_stack(list(met.values())).any(axis=1)
    sure = np.select([sure >= 0.95, sure >= 0.80, sure.notna(), fell], [0, 1, 2, 3], 4)
    keyed = components.assign(_met=-components["met"], _sure=sure, _gap=components["gap"].fillna(np.inf),
                              _order=components["component"].map(load_catalogue().order))
    keys = ["_met", "_sure", "_gap", "_order"]
    return keyed.sort_values(keys).drop(columns=keys).reset_index(drop=True)


def assess(scores: pd.DataFrame | Panel, rules: Rules, grades: Grades, base_year: int) -> pd.DataFrame:
    """Apply the conditions to every score of a panel.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`, the whole panel.
    rules, grades : Rules, Grades
    base_year : int
        Base year of "not improved" where the rules leave it to the plan.

    Returns
    -------
    DataFrame
        As ``components`` of :class:`Review` but for the intervals of ranks, for every place and year.
    """
    asked = thresholds(rules)
    base_year = rules.not_improved if isinstance(rules.not_improved, int) else base_year
    frame = facts.gather(scores, base_year)
    met, judged = np.zeros(len(frame), dtype=np.int8), np.zeros(len(frame), dtype=np.int8)
    best = np.full(len(frame), len(GRADES), dtype=np.int8)
    for condition, threshold in asked:
        state = condition.judge(frame, threshold)[0]
        yes = np.asarray(state == "met")
        met += yes
        judged += yes | np.asarray(state == "not_met")
        if condition.graded_by:
            grade = graded(frame[condition.graded_by], grades)
            best[yes] = np.minimum(best[yes], pd.Categorical(grade, GRADES).codes[yes])
    frame["met"], frame["judged"] = met, judged
    frame["grade"] = pd.Categorical.from_codes(best, [*GRADES, ""])
    return frame


def cut(assessed: pd.DataFrame, params: Params, plan: Plan, panel: Panel) -> Review:
    """The place and year that parameters name out of an assessed panel, without the intervals of ranks.

    Raises
    ------
    PlaceError, NoDataError
    """
    place, year, known = find_place(params.place, params.year), params.year, assessed["year"]
    if not (known == year).any():
        raise NoDataError(t("year.no_data", year=year, first=known.min(), last=known.max()) if len(known)
                          else t("year.none"))
    here = assessed[(known == year) & (assessed["place"] == place.code)]
    here = here.iloc[np.argsort(here["component"].map(load_catalogue().order).to_numpy())].reset_index(drop=True)
    parts = [_judged(c, here, threshold, params.grades) for c, threshold in thresholds(params.rules)]
    flags = pd.concat(parts).sort_index(kind="stable")[COLUMNS].reset_index(drop=True) if parts else \
        pd.DataFrame(columns=COLUMNS)
    return Review(params, place, plan, panel, here, flags, _missing(place.code, year, here))


def _judged(condition: Condition, frame: pd.DataFrame, threshold: object, grades: Grades) -> pd.DataFrame:
    """Flags of one condition, a row a component."""
    state, value, limit, against, reason = condition.judge(frame, threshold)
    state = np.asarray(state, dtype=object)
    grade = np.full(len(frame), "", dtype=object)
    if condition.graded_by:
        grade = np.where(state == "met", graded(frame[condition.graded_by], grades), np.where(state == "not_met", "", state))
    return frame[["year", "place", "component", "index", "level"]].assign(
        rule=condition.name, state=state, grade=grade, value=np.asarray(value, dtype=float),
        threshold=np.asarray(limit, dtype=float), against=np.asarray(against, dtype=object),
        reason=np.asarray(reason, dtype=object))


def _missing(place: str, year: int, components: pd.DataFrame) -> pd.DataFrame:
    """Components of the catalogue in a year for which a place has no figure, with the reason."""
    catalogue, held = load_catalogue(), load_withheld()
    held = held[(held["place"] == place) & (held["year"] == year)].set_index("component")
    gone = [code for code in catalogue.valid(year) if code not in set(components["component"])]
    rows = [(catalogue.component(c).index, c, "withheld", own(held.loc[c].to_dict(), "reason")) if c in held.index else
            (catalogue.component(c).index, c, "not_at_hand", "") for c in gone]
    return pd.DataFrame(rows, columns=["index", "component", "reason", "why"])


_assessed = files.remembered(
    lambda folder, group, rules, grades, base_year: assess(load_panel(*group), rules, grades, base_year), at_most=2)


def _open(params: Params, plan: Plan, scores: pd.DataFrame | None = None) -> Review:
    """The review of a place and year with that of the year before, both with the 5-95 % intervals of ranks."""
    asked = params.rules, params.grades, plan.about["base_year"]
    place = find_place(params.place, params.year)
    group = place.level, place.parent
    panel = load_panel(*group) if scores is None else build(scores)
    assessed = _assessed(files.data_dir(), group, *asked) if scores is None else assess(panel, *asked)
    now, before = cut(assessed, params, plan, panel), None
    at_level(place.level)
    intervals = rank_intervals(panel, now.place.code, [now.year, now.year - 1])
    with suppress(NoDataError, PlaceError):  # the first year with scores, or the first year of the place
        last_year = params.model_copy(update={"place": now.place.code, "year": now.year - 1})
        before = cut(assessed, last_year, plan, panel)
    before = None if before is None or before.components.empty else _with_intervals(before, intervals)
    return replace(_with_intervals(now, intervals), before=before)


def _with_intervals(found: Review, intervals: pd.DataFrame) -> Review:
    own = intervals.loc[intervals["year"] == found.year, ["component", "rank_best", "rank_worst"]]
    return replace(found, components=found.components.merge(own, on="component", how="left"))


def find(params: Params) -> Review:
    """Review a place as parameters ask, and set the language they name."""
    use(params.language)
    return _open(params, plan_of(params))


def plan_of(params: Params) -> Plan:
    """The plan that parameters name, as of the day of the report or of the run; to a place not its own it gives no tasks."""
    plan = load_plan(params.plan).on(params.report.closing or today())
    place = find_place(params.place, params.year)
    own = plan.about["province"] in ("", place.code) or plan.own_place(place)
    return plan if own else without_plan(plan)


def open_run(**parameters: object) -> Review:
    """Check the parameters of a notebook and review the place they name.

    Examples
    --------
    >>> found = open_run(place="Thanh Hóa", year=2024)
    >>> len(found.focus(8))
    8
    """
    year = parameters.get("year")
    return find(check_params(parameters | ({"year": int(year)} if isinstance(year, str) and year.isdigit() else {})))


@as_written
def review(place: str, year: int, rules: Rules | dict | None = None, scores: pd.DataFrame | None = None,
           plan: Plan | None = None, grades: Grades | dict | None = None) -> Review:
    """Apply the plan's conditions to every component of a place that has a figure in a year.

    Parameters
    ----------
    place : str
        Code or any known spelling.
    year : int
        Index year.
    rules, grades : Rules, Grades or dict, optional
        Thresholds, ``{"rank_low": 0.1}``; default those of :mod:`indexlib.plan.settings`.
    scores : DataFrame, optional
        The whole panel; default the bundled scores.
    plan : Plan, optional
        Gives the base year; default the plan of Hà Bắc.

    Returns
    -------
    Review

    Raises
    ------
    PlaceError, NoDataError
        A place or year without figures.
    DataError
        A rule or grade that there is not, or out of its range.
    ChoiceError
        The table of scores is a part of the published one.
    """
    plan = plan or load_plan(DEFAULT_PLAN)
    return _open(Params.model_construct(place=place, year=year, plan=plan.code, language=language(),
                                        rules=settled("rules", rules), grades=settled("grades", grades)), plan,
                 None if scores is None else whole(scores))


@as_written
def flags(place: str, year: int, rules: Rules | dict | None = None, scores: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row per component and rule for a place and year.

    Parameters
    ----------
    place, year, rules, scores
        As in :func:`review`.

    Returns
    -------
    DataFrame
        ``year``, ``place``, ``component``, ``index``, ``level``, ``rule``; ``state``: ``met``, ``not_met``,
        ``too_short`` (fewer comparable years than the rule asks), ``not_comparable`` (a block's edge) or
        ``unknown`` (a figure is not at hand); ``grade`` of a fall: ``A``, ``B``, ``C``, ``D``, see
        :mod:`indexlib.plan.lasting`, or why there is none (``not_comparable``, ``unknown``), empty for other rules and
        where nothing fell;
        ``value``: the figure judged (points, points a year, places, rank, score); ``threshold``: what it is
        judged against; ``against``: what that is (``previous``, ``median``, ``published_mean``, ``quarter``,
        ``base_<year>``, ``slope``); ``reason``: why there is no judgement.

    Examples
    --------
    >>> f = flags("Thanh Hóa", 2024)
    >>> f[(f["rule"] == "score_fell") & (f["state"] == "met") & (f["level"] == "dimension")]["component"].tolist()
    ['papi.1', 'papi.2', 'papi.6']
    """
    return review(place, year, rules, scores).flags
