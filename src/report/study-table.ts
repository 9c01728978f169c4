/** A study as a Markdown page: for a paper, a pull request, or docs/results. */
import type { Interval } from "../evaluation/predictions.ts";
import type { StudyView } from "./study-view.ts";

const interval = (i: Interval | null | undefined, digits = 3): string =>
  i ? `${i.value.toFixed(digits)} (${i.low.toFixed(digits)} to ${i.high.toFixed(digits)})` : "no value";

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`## ${title}`, "", ...lines, ""];

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0
    ? []
    : [`| ${head.join(" | ")} |`, `|${"---|".repeat(head.length)}`, ...rows.map((row) => `| ${row.join(" | ")} |`)];

/** Every table of the report, its notes first. */
export function studyTable(view: StudyView): string {
  const { flow, tested, run } = view;
  const found =
    view.leaks.length === 0 ? "nothing found" : view.leaks.map((leak) => `${leak.code}: ${leak.message}`).join("; ");
  return [
    `# ${view.title}`,
    "",
    ...(view.simulated
      ? ["**Every participant is simulated: this shows the method, and says nothing about patients.**", ""]
      : []),
    ...(view.notes.length > 0 ? [...view.notes.map((note) => `- ${note}`), ""] : []),
    `${flow.assessed} assessed, ${flow.analysed} analysed, ${flow.events} with expansion; ${tested.n} tested (${tested.events} with expansion). ${view.split.en}. Outcome: ${view.outcomeLabel}.`,
    "",
    ...models(view),
    ...comparisons(view),
    ...section("Net benefit (treat all)", netBenefit(view)),
    ...section("Published scores on the same participants", scores(view)),
    ...section("Calibration curve and cut-offs", cutoffs(view)),
    ...section("Conformal sets", conformal(view)),
    ...section("Predictors (median coefficient per SD, share of folds)", predictors(view)),
    ...section("Definitions side by side", definitions(view)),
    ...view.subgroups.flatMap(({ by, groups }) =>
      section(
        `Subgroups of the primary model by ${by}`,
        tableOf(
          ["group", "n", "events", "AUC", "event rate / mean risk", "calibration in the large"],
          groups.map((g) => [
            g.group,
            `${g.n}`,
            `${g.events}`,
            interval(g.auc, 2),
            `${g.eventRate.toFixed(2)} / ${g.meanRisk.toFixed(2)}`,
            interval(g.calibrationInTheLarge, 2),
          ]),
        ),
      ),
    ),
    ...section(
      "Learning curve of the primary model",
      tableOf(
        ["training participants", "AUC of test folds"],
        view.learningCurve.map(({ participants, auc }) => [
          `${participants}`,
          auc.low === auc.high ? auc.value.toFixed(3) : interval(auc),
        ]),
      ),
    ),
    `Leakage guard: ${found}. hemacast ${run.versions.hemacast}, node ${run.versions.node}, seed ${run.seed}, ${run.folds.total} folds, input sha256 ${run.inputSha256.slice(0, 16)}.`,
    "",
  ].join("\n");
}

function models(view: StudyView): string[] {
  const rows = view.models.map(({ name, evaluation: e, aucByRepeat: r }) => [
    name,
    `${r.mean.toFixed(3)}${r.low === null || r.high === null ? "" : ` (${r.low.toFixed(3)} to ${r.high.toFixed(3)})`}${r.sd === null ? "" : ` ± ${r.sd.toFixed(3)}`}`,
    interval(e.auc),
    e.ap.toFixed(3),
    interval(e.calibrationIntervals?.slope, 2),
    interval(e.calibrationIntervals?.intercept, 2),
    `${e.brier.toFixed(3)} (${e.scaledBrier.toFixed(2)})`,
    e.betterThanChance ? e.betterThanChance.p.toPrecision(2) : "",
  ]);
  const published = view.published.map((row) => [`${row.model} (${row.source})`, `${row.auc}`, "", "", "", "", "", ""]);
  return [
    ...tableOf(
      [
        "model",
        "AUC of one model: mean over repeats (95 % bootstrap) ± SD",
        "AUC of the mean risk (95 % DeLong)",
        "average precision",
        "calibration slope",
        "calibration in the large",
        "Brier (scaled)",
        "p, better than chance",
      ],
      [...rows, ...published],
    ),
    "",
  ];
}

function comparisons(view: StudyView): string[] {
  const rows = view.comparisons.map(({ first, second, comparison: c, pHolm }) => [
    `${first} - ${second}`,
    `${c.deltaAuc.toFixed(3)} (${c.low.toFixed(3)} to ${c.high.toFixed(3)})`,
    c.p.toPrecision(2),
    pHolm.toPrecision(2),
  ]);
  const lines = tableOf(["comparison", "difference in AUC (95 %)", "p", "p (Holm)"], rows);
  return lines.length > 0 ? [...lines, ""] : [];
}

const shownThresholds = [0.1, 0.15, 0.2, 0.25, 0.3, 0.4];

function netBenefit(view: StudyView): string[] {
  return tableOf(
    ["model", ...shownThresholds.map(String)],
    view.models.map(({ name, evaluation }) => [
      name,
      ...shownThresholds.map((t) => {
        const point = evaluation.netBenefit.find(({ threshold }) => Math.abs(threshold - t) < 1e-9);
        return point ? `${point.value.toFixed(3)} (${point.treatAll.toFixed(3)})` : "";
      }),
    ]),
  );
}

function scores(view: StudyView): string[] {
  return tableOf(
    ["score", "every input known", "acts on", "AUC of the total", ...shownThresholds.map((t) => `net benefit at ${t}`)],
    view.scores.map(({ id, complete, rule, auc, netBenefit: points }) => [
      id,
      `${complete} of ${view.tested.n}`,
      rule === null ? "not drawn" : rule.kind === "risk" ? "published risk" : `total >= ${rule.from}`,
      auc ? interval(auc) : "",
      ...shownThresholds.map((t) => {
        const point = points.find(({ threshold }) => Math.abs(threshold - t) < 1e-9);
        return point ? point.value.toFixed(3) : "";
      }),
    ]),
  );
}

function cutoffs(view: StudyView): string[] {
  const rate = (i: Interval | null | undefined): string => interval(i, 2);
  return tableOf(
    [
      ...["model", "ICI", "E90", "sensitivity at the tuned cut-off", "specificity"],
      "sensitivity at specificity >= 0.8",
    ],
    view.models.map(({ name, evaluation: e, atTunedCutoff }) => [
      name,
      e.flexibleCalibration?.ici.toFixed(3) ?? "no value",
      e.flexibleCalibration?.e90.toFixed(3) ?? "no value",
      rate(atTunedCutoff.sensitivity),
      rate(atTunedCutoff.specificity),
      rate(e.operatingPoints.find(({ at }) => at === "specificity >= 0.8")?.figures?.sensitivity),
    ]),
  );
}

function predictors(view: StudyView): string[] {
  return view.models.map(({ name, predictors: { eventsPerCandidate }, selected }) => {
    const list = selected.slice(0, 8).map((s) => {
      return `${s.name} ${s.median.toFixed(2)} (${(100 * s.frequency).toFixed(0)} %)`;
    });
    return `- ${name} (${eventsPerCandidate.toFixed(1)} events per candidate): ${list.join(", ")}`;
  });
}

function definitions(view: StudyView): string[] {
  return tableOf(
    ["definition", "outcome known", "events"],
    view.outcomes.map(({ label, known, events }) => [
      label,
      `${known}`,
      known > 0 ? `${events} (${((100 * events) / known).toFixed(0)} %)` : "no value",
    ]),
  );
}

function conformal({ models }: StudyView): string[] {
  const head = ["model", "promised", "held if it expanded", "held if not", "decides", "abstains", "neither", "right"];
  return tableOf(
    head,
    models.flatMap(({ name, conformal: found }) =>
      found
        ? [
            [
              ...[
                name,
                found.coverage.toFixed(2),
                interval(found.coveredIfExpands, 2),
                interval(found.coveredIfNot, 2),
              ],
              ...[found.decides, found.abstains, found.neither].map((share) => share.toFixed(2)),
              interval(found.right, 2),
            ],
          ]
        : [],
    ),
  );
}
