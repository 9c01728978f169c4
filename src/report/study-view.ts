/** What the study report shows, as plain data: the pipeline hands it over, this folder draws it. */
import type { Evaluation, ModelComparison } from "../evaluation/evaluate.ts";
import type { Interval } from "../evaluation/predictions.ts";
import type { SelectivePoint } from "../evaluation/selective.ts";
import type { SubgroupTable } from "../evaluation/subgroups.ts";

/** The conformal sets of one model over the tested participants; means over repeats. */
export interface ConformalFigures {
  /** What was promised. */
  readonly coverage: number;
  /** Share of those who expanded that has "expands" in its set; null where nobody did. */
  readonly coveredIfExpands: Interval | null;
  readonly coveredIfNot: Interval | null;
  /** Share with one outcome in its set: the model decides. */
  readonly decides: number;
  /** Share with both: it abstains. */
  readonly abstains: number;
  /** Share with neither. */
  readonly neither: number;
  /** Of the decisions, how many are right; null where there is none. */
  readonly right: Interval | null;
}

/** One model of a study. */
export interface StudyViewModel {
  readonly name: string;
  readonly evaluation: Evaluation;
  readonly aucByRepeat: {
    readonly mean: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly sd: number | null;
    readonly repeats: number;
  };
  readonly atTunedCutoff: {
    readonly sensitivity: Interval | null;
    readonly specificity: Interval | null;
    readonly medianCutoff: number;
  };
  readonly selective: readonly SelectivePoint[];
  /** Null where a model has no limits. */
  readonly conformal: ConformalFigures | null;
  readonly predictors: { readonly median: number; readonly eventsPerCandidate: number };
  readonly selected: readonly { readonly name: string; readonly frequency: number; readonly median: number }[];
}

/** A study as the report sees it. */
export interface StudyView {
  readonly title: string;
  /** True when no participant is a patient; said on top. */
  readonly simulated: boolean;
  readonly run: {
    readonly experiment: string;
    readonly versions: { readonly hemacast: string; readonly node: string };
    readonly seed: number;
    readonly identity: string;
    readonly inputSha256: string;
    readonly startedAt: string;
    readonly folds: { readonly total: number };
  };
  readonly flow: {
    readonly assessed: number;
    readonly exclusions: readonly { readonly reason: string; readonly count: number }[];
    readonly analysed: number;
    readonly events: number;
  };
  readonly tested: { readonly n: number; readonly events: number };
  /** How the participants were split, in both languages. */
  readonly split: { readonly en: string; readonly zh: string };
  readonly outcomeLabel: string;
  readonly outcomes: readonly {
    readonly id: string;
    readonly label: string;
    readonly known: number;
    readonly events: number;
  }[];
  readonly methods: { readonly en: string; readonly zh: string };
  /** Of the tested participants. */
  readonly outcome: readonly number[];
  /** Mean out-of-fold risk per model, same order as `models`. */
  readonly risks: readonly (readonly number[])[];
  readonly models: readonly StudyViewModel[];
  readonly comparisons: readonly (ModelComparison & {
    readonly first: string;
    readonly second: string;
    readonly pHolm: number;
  })[];
  readonly subgroups: readonly SubgroupTable[];
  readonly learningCurve: readonly { readonly participants: number; readonly auc: Interval }[];
  readonly leaks: readonly { readonly code: string; readonly severity: string; readonly message: string }[];
  /** Published scores on the same participants; `rule` is null where the score could not be drawn. */
  readonly scores: readonly {
    readonly id: string;
    readonly source: string;
    readonly complete: number;
    readonly rule: { readonly kind: "risk" } | { readonly kind: "total"; readonly from: number } | null;
    readonly auc: Interval | null;
    readonly netBenefit: readonly { readonly threshold: number; readonly value: number }[];
  }[];
  /** Labels whose volumes were measured in this run. */
  readonly labels: { readonly measured: number; readonly uncertain: number; readonly unmeasured: number };
  /** What the segmenter warned of in scans that it drew all the same, e.g. SKULL_OPEN, and of how many participants. */
  readonly warned: readonly { readonly code: string; readonly n: number }[];
  /** What a reader must know before the figures. */
  readonly notes: readonly string[];
  readonly published: readonly {
    readonly source: string;
    readonly model: string;
    readonly auc: number;
    readonly note: string;
  }[];
}
