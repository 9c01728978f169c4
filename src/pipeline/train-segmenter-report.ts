/** The page that shows a training run: what it was trained on, how it went, how good it is by source and volume, and where it is worst. */
import { type Html, html, page, say, type Text, trusted } from "../report/html.ts";
import { headBox, sliceFigure } from "../report/slice-image.ts";
import type { Segmentation } from "../segmentation/segmenter.ts";
import type { LabelledVolume } from "../segmentation/training-case.ts";
import { sliceOutline } from "../volume/outline.ts";
import { voxelsPerSlice } from "../volume/volume.ts";
import { brainWindow } from "../volume/window.ts";
import {
  type CaseResult,
  type GroupSummary,
  stratumOf,
  summarise,
  volumeStrata,
} from "./train-segmenter-evaluation.ts";
import type { LogLine } from "./train-segmenter-run.ts";

/** A picture of one case, kept small. */
export interface CasePicture {
  readonly result: CaseResult;
  readonly figure: Html;
}

/** What the page shows. */
export interface TrainingReport {
  readonly config: unknown;
  readonly plan: unknown;
  readonly run: unknown;
  readonly log: readonly LogLine[];
  readonly results: readonly CaseResult[];
  readonly worst: readonly CasePicture[];
}

/** The slice with the most blood (labelled or found), with label (green) and result (red) outlined. */
export function caseFigure({ volume, hematoma }: LabelledVolume, { mask }: Segmentation, label: string): Html {
  const counts = voxelsPerSlice(hematoma).map((count, k) => count + voxelsPerSlice(mask)[k]);
  const k = counts.indexOf(Math.max(...counts));
  const step = Math.max(1, Math.round(0.9 / volume.geometry.spacing[0]));
  const outlines = [
    { loops: sliceOutline(hematoma, k), color: "#28c840" },
    { loops: sliceOutline(mask, k), color: "#ff3b30" },
  ];
  return sliceFigure(volume, k, { box: headBox(volume), window: brainWindow, step, outlines, label });
}

/** The page. */
export function trainingReportPage(report: TrainingReport): string {
  const body = html`<h1>${say(texts.title)}</h1>
<p class="notice">${say(texts.notice)}</p>
<h2>${say(texts.curves)}</h2><div class="columns">${lossFigure(report.log)}${tuningFigure(report.log)}</div>
<h2>${say(texts.results)}</h2>${resultTables(report.results)}
<h2>${say(texts.worst)}</h2><p class="quiet">${say(texts.legend)}</p><div class="columns">${report.worst.map(pictureOf)}</div>
<h2>${say(texts.record)}</h2><div class="columns">${[report.run, report.config, report.plan].map(
    (part) => html`<pre class="panel">${JSON.stringify(part, null, 1)}</pre>`,
  )}</div>`;
  return page("Hemacast segmenter training", body);
}

const texts = {
  title: { en: "Training of a hematoma segmenter", zh: "血肿分割模型训练报告" },
  notice: {
    en: "Figures against weak labels say how well the rule that drew them is reproduced, not how well a reader would agree. Research use only.",
    zh: "针对弱标签的指标仅反映对标注规则的复现程度，并不代表与医师标注的一致性。仅供科研使用。",
  },
  curves: { en: "How training went", zh: "训练过程" },
  results: { en: "Dice and volumes, at the resolution of the scans", zh: "Dice 与体积（原始扫描分辨率）" },
  worst: { en: "The worst cases", zh: "效果最差的病例" },
  legend: { en: "Green: label. Red: segmenter.", zh: "绿色：标签；红色：分割结果。" },
  record: { en: "The record of the run", zh: "运行记录" },
  loss: { en: "Training loss by step", zh: "训练损失（按步数）" },
  tuning: { en: "Dice on tuning cases by step (mean per source)", zh: "调参集 Dice（按步数，各来源均值）" },
} satisfies Record<string, Text>;

function pictureOf({ result, figure }: CasePicture): Html {
  const dice = result.dice === null ? "-" : result.dice.toFixed(2);
  return html`<figure>${figure}<figcaption>${result.source}, ${result.segmenter}: Dice ${dice}, ${result.labelMl.toFixed(1)} / ${result.foundMl.toFixed(1)} mL</figcaption></figure>`;
}

/** Tables of a list of results: by source, segmenter and stratum. */
function resultTables(results: readonly CaseResult[]): Html {
  const rows = groupsOf(results).map(
    ({ source, segmenter, stratum, summary }) =>
      html`<tr><td>${source}</td><td>${segmenter}</td><td>${stratum}</td>${summaryCells(summary).map(
        (cell) => html`<td class="number">${cell}</td>`,
      )}</tr>`,
  );
  return html`<table><tr><th>source</th><th>segmenter</th><th>volume</th>${summaryHeads.map(
    (head) => html`<th class="number">${head}</th>`,
  )}</tr>${rows}</table>`;
}

/** The columns of `summaryCells`. */
export const summaryHeads: readonly string[] = [
  ...["n", "mean Dice", "median", "pooled", "< .5", "HD95 mm", "surface Dice 2 mm", "bias mL", "limits mL", "false mL"],
];

/** A summary as text, one cell per head. */
export function summaryCells(summary: GroupSummary): string[] {
  const fixed = (value: number | null, digits: number): string => (value === null ? "-" : value.toFixed(digits));
  const limits = summary.volumeLimitsMl;
  return [
    String(summary.cases),
    fixed(summary.meanDice, 3),
    fixed(summary.medianDice, 3),
    fixed(summary.pooledDice, 3),
    String(summary.belowHalf),
    fixed(summary.medianHd95Mm, 1),
    fixed(summary.meanSurfaceDice, 2),
    fixed(summary.volumeBiasMl, 2),
    limits ? `${limits[0].toFixed(1)} to ${limits[1].toFixed(1)}` : "-",
    fixed(summary.meanFalseMl, 2),
  ];
}

/** Every source with every segmenter, whole and by stratum. */
export function groupsOf(results: readonly CaseResult[]) {
  const unique = (of: (result: CaseResult) => string): string[] => [...new Set(results.map(of))].sort();
  const strata = ["all", ...volumeStrata.map(({ name }) => name)];
  return unique(({ source }) => source).flatMap((source) =>
    strata.flatMap((stratum) =>
      unique(({ segmenter }) => segmenter).flatMap((segmenter) => {
        const chosen = results.filter(
          (result) =>
            result.source === source &&
            result.segmenter === segmenter &&
            (stratum === "all" || stratumOf(result.labelMl) === stratum),
        );
        return chosen.length > 0 ? [{ source, segmenter, stratum, summary: summarise(chosen) }] : [];
      }),
    ),
  );
}

interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

function lossFigure(log: readonly LogLine[]): Html {
  const points = log.flatMap((line) => (line.kind === "step" ? [[line.step, line.loss] as const] : []));
  return chart(texts.loss, [{ name: "loss", points }]);
}

function tuningFigure(log: readonly LogLine[]): Html {
  const evaluations = log.flatMap((line) => (line.kind === "evaluation" ? [line] : []));
  const sources = [...new Set(evaluations.flatMap(({ score }) => Object.keys(score.bySource)))].sort();
  const curves = sources.map((name) => ({
    name,
    points: evaluations.flatMap(({ step, score }) => {
      const dice = score.bySource[name]?.meanDice ?? null;
      return dice === null ? [] : [[step, dice] as const];
    }),
  }));
  return chart(texts.tuning, curves);
}

const colors = ["#0b5cad", "#c2410c", "#15803d", "#7c3aed"];
const [width, height, left, bottom] = [460, 220, 44, 24];

/** Lines over steps, with the smallest and largest value at the axes. */
function chart(title: Text, curves: readonly Curve[]): Html {
  const all = curves.flatMap(({ points }) => points);
  if (all.length === 0) return html`<figure><figcaption>${say(title)}: -</figcaption></figure>`;
  const most = Math.max(...all.map(([x]) => x));
  const low = Math.min(...all.map(([, y]) => y));
  const high = Math.max(...all.map(([, y]) => y), low + 1e-9);
  const at = ([x, y]: readonly [number, number]): string =>
    `${(left + (x / most) * (width - left - 8)).toFixed(1)},${(8 + ((high - y) / (high - low)) * (height - bottom - 16)).toFixed(1)}`;
  const lines = curves.map(
    ({ points }, n) =>
      `<polyline fill="none" stroke="${colors[n % colors.length]}" stroke-width="1.6" points="${points.map(at).join(" ")}"/>`,
  );
  const labels = [
    `<text x="${left - 6}" y="14" text-anchor="end">${high.toFixed(2)}</text>`,
    `<text x="${left - 6}" y="${height - bottom - 4}" text-anchor="end">${low.toFixed(2)}</text>`,
    `<text x="${width - 8}" y="${height - 6}" text-anchor="end">${most}</text>`,
    `<text x="${left}" y="${height - 6}">0</text>`,
    `<path d="M${left} 6V${height - bottom}H${width - 8}" fill="none" stroke="#9aa5b1"/>`,
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-size="11" fill="#5d6b7a">${labels.join("")}${lines.join("")}</svg>`;
  const names = curves.map(({ name }, n) => html`<span style="color:${colors[n % colors.length]}">${name}</span> `);
  return html`<figure>${trusted(svg)}<figcaption>${say(title)} ${names}</figcaption></figure>`;
}
