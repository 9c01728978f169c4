/** The report of a study as one page: who was studied, what the models do, how sure that is, and what a publication must say. */
import type { ClassificationFigures } from "../evaluation/classification.ts";
import type { Interval } from "../evaluation/predictions.ts";
import { checklists } from "./checklists.ts";
import { type Html, html, page, say, type Text, trusted } from "./html.ts";
import type { StudyFigures } from "./study-figures.ts";
import { studyWords as words } from "./study-messages.ts";
import type { StudyView, StudyViewModel } from "./study-view.ts";

/**
 * Draws the report.
 *
 * @returns a self-contained, printable HTML page in English and Simplified Chinese
 */
export function studyPage(view: StudyView, figures: StudyFigures): string {
  const primary = view.models[0] as StudyViewModel;
  return page(
    view.title,
    html`<h1>${view.title}</h1><p class="quiet">${say(words.subtitle)}. ${say(words.use)}</p>
${view.simulated ? html`<p class="notice">${say(words.simulated)}</p>` : ""}
${notes(view)}${participants(view, figures)}
<h2>${say(words.models)}</h2>${modelTable(view)}${published(view)}${scores(view)}
<h2>${say(words.comparisons)}</h2>${comparisonTable(view)}
<h2>${say(words.figures)}</h2>${figureGrid(figures)}
${conformal(view)}
<h2>${say(words.cutoffs)}: ${primary.name}</h2>${cutoffTable(primary)}
<h2>${say(words.predictors)}</h2>${predictorTables(view)}
${subgroups(view)}
<h2>${say(words.leaks)}</h2>${leakList(view)}
<h2>${say(words.methods)}</h2><p>${say(view.methods)}</p>
<h2>${say(words.checklists)}</h2>${checklistTables(view)}
${record(view)}`,
  );
}

const fixed = (value: number | null | undefined, digits = 3): Html | string =>
  value === null || value === undefined ? say(words.noValue) : value.toFixed(digits);

/** A dash between numbers of which one may be negative would read as a sign. */
const between = (low: number): string => (low < 0 ? ", " : "–");

const interval = (value: Interval | null | undefined, digits = 3): Html | string =>
  value
    ? `${value.value.toFixed(digits)} (${value.low.toFixed(digits)}${between(value.low)}${value.high.toFixed(digits)})`
    : say(words.noValue);

const percent = (value: Interval | null): Html | string =>
  value
    ? `${(100 * value.value).toFixed(0)} % (${(100 * value.low).toFixed(0)}–${(100 * value.high).toFixed(0)})`
    : say(words.noValue);

const p = (value: number): string => (value < 0.001 ? "< 0.001" : value.toFixed(3));

/** Columns of numbers are aligned to the right, their heads too; a column is one when any of its rows begins with a number. */
function table(head: readonly (Text | string)[], rows: readonly (readonly (Html | string | number)[])[]): Html {
  const text = (content: Text | string): Html | string => (typeof content === "string" ? content : say(content));
  const align = head.map((_, i) => (i > 0 && rows.some((row) => isNumber(row[i])) ? "number" : ""));
  return html`<table><thead><tr>${head.map((h, i) => html`<th class="${align[i]}">${text(h)}</th>`)}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((content, i) => html`<td class="${align[i]}">${content}</td>`)}</tr>`,
  )}</tbody></table>`;
}

function isNumber(content: Html | string | number | undefined): boolean {
  return typeof content === "number" || (typeof content === "string" && /^[-−<.\d]/.test(content));
}

function notes({ notes: list }: StudyView): Html | "" {
  if (list.length === 0) return "";
  return html`<h2>${say(words.notes)}</h2><ul>${list.map((note) => html`<li>${note}</li>`)}</ul>`;
}

/** How many labels come from volumes measured here, and how many of them another measurement might turn round. */
function labels({ labels: { measured, uncertain, unmeasured } }: StudyView): Html | "" {
  if (measured + unmeasured === 0) return "";
  return html`<p>${say({
    en: `${measured} labels rest on volumes measured in this run; ${uncertain} of them are uncertain (probability of expansion between .05 and .95), listed in labels.csv. In ${unmeasured} scans no hematoma was found: their volume is unknown.`,
    zh: `${measured} 个结局标签由本次运行测得的体积得出，其中 ${uncertain} 个不确定（扩大概率介于 .05 与 .95 之间），见 labels.csv。${unmeasured} 次扫描未发现血肿，其体积视为未知。`,
  })}</p>`;
}

/** Hematomas that were drawn with a warning: whether they belong in the cohort is for its owner to say. */
function warnings({ warned }: StudyView): Html | "" {
  if (warned.length === 0) return "";
  const list = warned.map(({ code, n }) => `${code} ${n}`).join(", ");
  return html`<p>${say({
    en: `Drawn with a warning, by number of participants: ${list}. They are listed in warnings.csv; decide whether they belong in this cohort (SKULL_OPEN: after surgery).`,
    zh: `分割时有警告的受试者人数：${list}。名单见 warnings.csv；请判断其是否应纳入本队列（SKULL_OPEN：术后）。`,
  })}</p>`;
}

function scores(view: StudyView): Html | "" {
  if (view.scores.length === 0) return "";
  const shown = [0.1, 0.2, 0.3, 0.4];
  const ruleOf = ({ rule }: StudyView["scores"][number]): Html | string =>
    rule === null ? say(words.notDrawn) : rule.kind === "risk" ? say(words.publishedRisk) : `>= ${rule.from}`;
  return html`<h3>${say(words.scores)}</h3>${table(
    [words.score, words.complete, words.rule, words.aucOfTotal, ...shown.map((t) => `NB ${t}`), words.source],
    view.scores.map((score) => [
      score.id,
      `${score.complete} / ${view.tested.n}`,
      ruleOf(score),
      interval(score.auc),
      ...shown.map((t) => {
        const point = score.netBenefit.find(({ threshold }) => Math.abs(threshold - t) < 1e-9);
        return point ? point.value.toFixed(3) : "";
      }),
      score.source,
    ]),
  )}`;
}

function participants(view: StudyView, figures: StudyFigures): Html {
  const definitions =
    view.outcomes.length === 0
      ? ""
      : html`<h3>${say(words.definitions)}</h3>${table(
          [words.definition, words.known, words.events],
          view.outcomes.map((o) => [
            o.label,
            o.known,
            `${o.events} (${o.known > 0 ? ((100 * o.events) / o.known).toFixed(0) : "0"} %)`,
          ]),
        )}`;
  return html`<h2>${say(words.participants)}</h2>${trusted(figures.get("flow") ?? "")}
<p>${say(words.outcome)}: ${view.outcomeLabel}. ${say(words.split)}: ${say(view.split)}.</p>${labels(view)}${warnings(view)}${definitions}`;
}

function modelTable(view: StudyView): Html {
  const head = [
    words.model,
    words.byRepeat,
    words.auc,
    words.bootstrap,
    words.ap,
    words.slope,
    words.intercept,
    words.brier,
    words.ici,
    words.chance,
    words.sampleSize,
  ];
  return table(
    head,
    view.models.map(({ name, evaluation: e, aucByRepeat: r, predictors }) => [
      name,
      `${r.mean.toFixed(3)}${r.low === null || r.high === null ? "" : ` (${r.low.toFixed(3)}–${r.high.toFixed(3)})`}${r.sd === null ? "" : ` ± ${r.sd.toFixed(3)}`}`,
      interval(e.auc),
      interval(e.bootstrap?.auc),
      `${e.ap.toFixed(3)} (${e.prevalence.toFixed(2)})`,
      interval(e.calibrationIntervals?.slope, 2),
      interval(e.calibrationIntervals?.intercept, 2),
      `${e.brier.toFixed(3)} (${e.scaledBrier.toFixed(2)})`,
      e.flexibleCalibration
        ? `${e.flexibleCalibration.ici.toFixed(3)} / ${e.flexibleCalibration.e90.toFixed(3)}`
        : say(words.noValue),
      e.betterThanChance ? p(e.betterThanChance.p) : "",
      predictors.eventsPerCandidate.toFixed(1),
    ]),
  );
}

function published(view: StudyView): Html | "" {
  if (view.published.length === 0) return "";
  return html`<h3>${say(words.published)}</h3>${table(
    [words.source, words.model, "AUC", words.note],
    [
      ...view.published.map((row) => [row.source, row.model, row.auc.toFixed(3), row.note]),
      ...view.models.map((m) => [
        "Hemacast",
        m.name,
        interval(m.evaluation.auc),
        `n = ${m.evaluation.n}, ${m.evaluation.events}`,
      ]),
    ],
  )}`;
}

function comparisonTable(view: StudyView): Html {
  if (view.comparisons.length === 0) return html`<p>${say(words.none)}</p>`;
  return table(
    [words.model, words.difference, "p", "p (Holm)", words.reclassification],
    view.comparisons.map(({ first, second, comparison: c, pHolm, reclassification: r }) => [
      `${first} − ${second}`,
      `${c.deltaAuc.toFixed(3)} (${c.low.toFixed(3)}, ${c.high.toFixed(3)})`,
      p(c.p),
      p(pHolm),
      `${r.idi.toFixed(3)} / ${r.continuousNri.toFixed(2)}`,
    ]),
  );
}

function figureGrid(figures: StudyFigures): Html {
  const shown = [...figures].filter(([name]) => name !== "flow");
  const titleOf = (name: string): Text => words[(name === "auc" ? "auc-figure" : name) as keyof typeof words];
  return html`<div class="columns">${shown.map(([name, svg]) => html`<figure><figcaption>${say(titleOf(name))}</figcaption>${trusted(svg)}</figure>`)}</div>`;
}

function conformal({ models }: StudyView): Html | "" {
  const share = (value: number): string => `${(100 * value).toFixed(0)} %`;
  const rows = models.flatMap(({ name, conformal: found }) =>
    found
      ? [
          [
            ...[name, share(found.coverage), percent(found.coveredIfExpands), percent(found.coveredIfNot)],
            ...[share(found.decides), share(found.abstains), share(found.neither), percent(found.right)],
          ],
        ]
      : [],
  );
  if (rows.length === 0) return "";
  const head = [words.coveredIfExpands, words.coveredIfNot, words.decides, words.abstains, words.neither];
  return html`<h2>${say(words.conformal)}</h2><p class="quiet">${say(words.conformalNote)}</p>${table(["", words.promised, ...head, words.rightWhenDecided], rows)}`;
}

function cutoffTable({ evaluation, atTunedCutoff }: StudyViewModel): Html {
  const row = (label: Html | string, f: ClassificationFigures): (Html | string)[] => {
    const point = evaluation.netBenefit.find((candidate) => Math.abs(candidate.threshold - f.threshold) < 1e-9);
    return [
      label,
      percent(f.sensitivity),
      percent(f.specificity),
      percent(f.positivePredictiveValue),
      percent(f.negativePredictiveValue),
      fixed(f.f1, 2),
      fixed(f.mcc, 2),
      point ? `${point.value.toFixed(3)} (${point.treatAll.toFixed(3)})` : "",
    ];
  };
  const head = [
    words.threshold,
    words.sensitivity,
    words.specificity,
    words.ppv,
    words.npv,
    "F1",
    "MCC",
    words.netBenefit,
  ];
  return html`${table(
    head,
    evaluation.classification.map((f) => row(f.threshold.toFixed(2), f)),
  )}
<p>${say(words.tuned)} (${atTunedCutoff.medianCutoff.toFixed(3)}): ${say(words.sensitivity)} ${percent(atTunedCutoff.sensitivity)}, ${say(words.specificity)} ${percent(atTunedCutoff.specificity)}</p>
<h3>${say(words.operating)}</h3>${table(
    head,
    evaluation.operatingPoints.flatMap(({ at, figures }) =>
      figures ? [row(`${at}: ${figures.threshold.toFixed(3)}`, figures)] : [],
    ),
  )}`;
}

function predictorTables(view: StudyView): Html {
  return html`${view.models.map(
    (model) =>
      html`<details><summary>${model.name}</summary>${table(
        [words.predictor, words.frequency, words.coefficient],
        model.selected.map((s) => [s.name, `${(100 * s.frequency).toFixed(0)} %`, s.median.toFixed(3)]),
      )}</details>`,
  )}`;
}

function subgroups(view: StudyView): Html | "" {
  if (view.subgroups.length === 0) return "";
  return html`<h2>${say(words.subgroups)}</h2>${view.subgroups.map(
    ({ by, groups, gaps }) =>
      html`<h3>${by}</h3>${table(
        [words.group, "n", words.events, "AUC", words.rate, words.intercept, words.sensitivity, words.specificity],
        [
          ...groups.map((g) => [
            g.group,
            g.n,
            g.events,
            interval(g.auc, 2),
            `${g.eventRate.toFixed(2)} / ${g.meanRisk.toFixed(2)}`,
            interval(g.calibrationInTheLarge, 2),
            percent(g.sensitivity),
            percent(g.specificity),
          ]),
          [
            say(words.gaps),
            "",
            "",
            fixed(gaps.auc, 2),
            "",
            fixed(gaps.calibrationInTheLarge, 2),
            fixed(gaps.sensitivity, 2),
            fixed(gaps.specificity, 2),
          ],
        ],
      )}`,
  )}`;
}

function leakList(view: StudyView): Html {
  if (view.leaks.length === 0) return html`<p>${say(words.noLeaks)}</p>`;
  return html`<ul>${view.leaks.map((leak) => html`<li><strong>${leak.code}</strong>: ${leak.message}</li>`)}</ul>`;
}

function checklistTables(view: StudyView): Html {
  return html`${checklists.map(
    ({ title, source, items }) =>
      html`<details><summary>${title} (${items.length})</summary><p class="quiet">${source}</p>${table(
        [words.item, "", words.answer],
        items.map((item) => [
          item.id,
          say(item.text),
          item.answer ? say(item.answer(view)) : html`<em class="quiet">${say(words.blank)}</em>`,
        ]),
      )}</details>`,
  )}`;
}

function record({ run }: StudyView): Html {
  return html`<h2>${say(words.record)}</h2><p class="quiet">${run.experiment}, hemacast ${run.versions.hemacast}, node ${run.versions.node}, seed ${run.seed}, ${run.folds.total} folds, ${run.startedAt}<br>${run.identity}</p>`;
}
