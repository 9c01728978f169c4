/** The figures of a study as SVG: drawn on the server by the same library that draws them on a page. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { flexibleCalibration } from "../evaluation/calibration.ts";
import { rocCurve } from "../evaluation/discrimination.ts";
import { precisionRecallCurve } from "../evaluation/precision-recall.ts";
import { unlessUndefined } from "../evaluation/subgroups.ts";
import type { StudyView } from "./study-view.ts";

/** Figures by name, each a whole SVG document. */
export type StudyFigures = ReadonlyMap<string, string>;

/** Colours that stay apart for colour-blind readers (Okabe & Ito), as many as the figures show models. */
const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

const width = 460;
const height = 400;

/** Draws every figure that the study has data for. */
export function studyFigures(view: StudyView): StudyFigures {
  const figures: [string, string | null][] = [
    ["flow", flowDiagram(view)],
    ["roc", rocFigure(view)],
    ["precision-recall", precisionRecallFigure(view)],
    ["calibration", calibrationFigure(view)],
    ["decision-curve", decisionFigure(view)],
    ["selective", selectiveFigure(view)],
    ["auc", forestFigure(view)],
    ["learning-curve", view.learningCurve.length > 1 ? learningFigure(view) : null],
  ];
  return new Map(figures.filter((entry): entry is [string, string] => entry[1] !== null));
}

type Options = Parameters<typeof Plot.plot>[0];

function draw(options: Options): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document: document as never,
    style: { fontFamily: "system-ui, sans-serif", fontSize: "12px" },
    width,
    height,
    marginLeft: 52,
    marginBottom: 44,
    ...options,
  });
  const element = svg.tagName.toLowerCase() === "svg" ? svg : svg.querySelector("svg:last-of-type");
  element.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return element.outerHTML;
}

/** Curves of at most this many points look the same as whole ones. */
const mostPoints = 800;

function thinned<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}

function shownModels(view: StudyView) {
  return view.models
    .slice(0, palette.length)
    .map((model, k) => ({ model, risk: view.risks[k] as readonly number[], color: palette[k] as string }));
}

/** Labels of the curves at the lower right, drawn as text so that the figure stands alone. */
function legend(entries: readonly { label: string; color: string }[], x: number, y: number, step: number) {
  return entries.map(({ label, color }, k) =>
    Plot.text([{ x, y: y + step * (entries.length - 1 - k), label }], {
      x: "x",
      y: "y",
      text: "label",
      fill: color,
      textAnchor: "end",
      fontWeight: "bold",
    }),
  );
}

const auc = (value: { value: number; low: number; high: number }): string =>
  `${value.value.toFixed(2)} (${value.low.toFixed(2)}–${value.high.toFixed(2)})`;

function rocFigure(view: StudyView): string {
  const models = shownModels(view);
  return draw({
    x: { domain: [0, 1], label: "1 − specificity · 1 − 特异度" },
    y: { domain: [0, 1], label: "sensitivity · 灵敏度", grid: true },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: "#999", strokeDasharray: "4,4" },
      ),
      ...models.map(({ risk, color }) =>
        Plot.line(thinned(rocCurve(view.outcome, risk)), {
          x: "falsePositiveRate",
          y: "truePositiveRate",
          stroke: color,
          strokeWidth: 1.8,
        }),
      ),
      ...legend(
        models.map(({ model, color }) => ({ label: `${model.name} ${auc(model.evaluation.auc)}`, color })),
        0.99,
        0.04,
        0.05,
      ),
    ],
  });
}

function precisionRecallFigure(view: StudyView): string {
  const models = shownModels(view);
  const prevalence = view.tested.events / view.tested.n;
  return draw({
    x: { domain: [0, 1], label: "recall · 召回率" },
    y: { domain: [0, 1], label: "precision · 精确率", grid: true },
    marks: [
      Plot.ruleY([prevalence], { stroke: "#999", strokeDasharray: "4,4" }),
      Plot.text([{ x: 0.01, y: prevalence + 0.03, label: `prevalence · 患病率 ${prevalence.toFixed(2)}` }], {
        x: "x",
        y: "y",
        text: "label",
        textAnchor: "start",
        fill: "#666",
      }),
      ...models.map(({ risk, color }) =>
        Plot.line(thinned(precisionRecallCurve(view.outcome, risk)), {
          x: "recall",
          y: "precision",
          stroke: color,
          strokeWidth: 1.8,
          curve: "step-before",
        }),
      ),
      ...legend(
        models.map(({ model, color }) => ({ label: `${model.name} AP ${model.evaluation.ap.toFixed(2)}`, color })),
        0.99,
        1 - 0.05 * models.length,
        0.05,
      ),
    ],
  });
}

function calibrationFigure(view: StudyView): string {
  const models = shownModels(view);
  const curves = models.map(({ risk, color, model }) => {
    const fitted = unlessUndefined(() => flexibleCalibration(view.outcome, risk));
    const points = fitted
      ? risk.map((p, i) => ({ risk: p, observed: fitted.observed[i] as number })).sort((a, b) => a.risk - b.risk)
      : [];
    return { points: thinned(points), color, model };
  });
  return draw({
    x: { domain: [0, 1], label: "predicted risk · 预测风险" },
    y: { domain: [0, 1], label: "observed share (loess) · 实际发生率", grid: true },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: "#999", strokeDasharray: "4,4" },
      ),
      ...curves.map(({ points, color }) =>
        Plot.line(points, { x: "risk", y: "observed", stroke: color, strokeWidth: 1.8 }),
      ),
      Plot.ruleX(thinned(models[0]?.risk ?? []), { y1: 0, y2: 0.02, stroke: "#333", strokeOpacity: 0.35 }),
      ...legend(
        curves.map(({ model, color }) => ({
          label: `${model.name} slope ${model.evaluation.calibration.slope?.toFixed(2) ?? "–"}`,
          color,
        })),
        0.99,
        0.06,
        0.05,
      ),
    ],
  });
}

function decisionFigure(view: StudyView): string {
  const models = shownModels(view);
  const all = models[0]?.model.evaluation.netBenefit ?? [];
  const scores = view.scores
    .filter(({ rule }) => rule !== null)
    .map((score, k) => ({
      ...score,
      label: `${score.id.toUpperCase()}${score.rule?.kind === "total" ? ` >= ${score.rule.from}` : ""}`,
      dash: ["6,3", "2,3", "8,2,2,2"][k % 3] as string,
    }));
  const lines = models.length + scores.length + 1;
  const top = Math.max(0.05, ...models.flatMap(({ model }) => model.evaluation.netBenefit.map((p) => p.value)));
  return draw({
    x: { domain: [0.05, 0.4], label: "threshold probability · 阈值概率" },
    y: { domain: [-0.05, top * 1.1], label: "net benefit · 净获益", grid: true },
    marks: [
      Plot.ruleY([0], { stroke: "#333" }),
      Plot.line(
        all.filter((p) => p.treatAll >= -0.05),
        { x: "threshold", y: "treatAll", stroke: "#999", strokeDasharray: "4,4" },
      ),
      ...models.map(({ model, color }) =>
        Plot.line(
          model.evaluation.netBenefit.filter((p) => p.value >= -0.05),
          { x: "threshold", y: "value", stroke: color, strokeWidth: 1.8 },
        ),
      ),
      ...scores.map(({ netBenefit, dash }) =>
        Plot.line(
          netBenefit.filter((p) => p.value >= -0.05),
          { x: "threshold", y: "value", stroke: "#333", strokeWidth: 1.4, strokeDasharray: dash },
        ),
      ),
      ...legend(
        [
          ...models.map(({ model, color }) => ({ label: model.name, color })),
          ...scores.map(({ label, dash }) => ({
            label: `${label} (${dash === "6,3" ? "– –" : dash === "2,3" ? "· ·" : "– ·"})`,
            color: "#333",
          })),
          { label: "treat all · 全部干预", color: "#777" },
        ],
        0.398,
        top * 1.1 - lines * 0.055 * top,
        0.055 * top,
      ),
    ],
  });
}

function selectiveFigure(view: StudyView): string {
  const models = shownModels(view).map(({ model, color }) => ({
    ...{ model, color },
    accuracy: model.selective.map(({ share, accuracy }) => ({ share, value: accuracy.value })),
    auc: model.selective.flatMap(({ share, auc: value }) => (value === null ? [] : [{ share, value }])),
  }));
  const values = models.flatMap(({ accuracy, auc: areas }) => [...accuracy, ...areas].map(({ value }) => value));
  // The names stand below the lowest line.
  const least = Math.floor(10 * Math.min(0.5, ...values)) / 10 - 0.03 * models.length;
  const line = { x: "share", y: "value", strokeWidth: 1.8 } as const;
  return draw({
    x: { domain: [1, 0.2], label: "share kept, the surest · 保留比例（最有把握者）" },
    y: { domain: [least, 1], label: "accuracy —, AUC - - · 准确率 —，AUC - -", grid: true },
    marks: [
      ...models.map(({ accuracy, color }) => Plot.line(accuracy, { ...line, stroke: color })),
      ...models.map(({ auc: areas, color }) => Plot.line(areas, { ...line, stroke: color, strokeDasharray: "4,4" })),
      ...legend(
        models.map(({ model, color }) => ({ label: model.name, color })),
        0.21,
        least + 0.02,
        0.03,
      ),
    ],
  });
}

function forestFigure(view: StudyView): string {
  const rows = [
    ...view.models.map(({ name, evaluation }) => ({ name, ...evaluation.auc, color: "#0072b2" })),
    ...view.published.map(({ model, source, auc: value }) => ({
      name: `${model} (${source})`,
      value,
      low: value,
      high: value,
      color: "#777",
    })),
  ];
  const least = Math.min(0.5, ...rows.map((row) => row.low));
  return draw({
    width: 640,
    height: 70 + 26 * rows.length,
    marginLeft: 250,
    x: { domain: [Math.floor(least * 10) / 10, 1], label: "AUC (95 %)", grid: true },
    y: { domain: rows.map((row) => row.name), label: null },
    marks: [
      Plot.ruleX([0.5], { stroke: "#999", strokeDasharray: "4,4" }),
      Plot.ruleY(rows, { y: "name", x1: "low", x2: "high", stroke: "color", strokeWidth: 1.8 }),
      Plot.dot(rows, { x: "value", y: "name", fill: "color", r: 4 }),
    ],
  });
}

function learningFigure(view: StudyView): string {
  const rows = view.learningCurve.map(({ participants, auc: { value, low, high } }) => ({
    participants,
    value,
    low,
    high,
  }));
  return draw({
    x: { label: "training participants · 训练样本量" },
    y: { label: "AUC of test folds · 测试折 AUC", grid: true },
    marks: [
      Plot.areaY(rows, { x: "participants", y1: "low", y2: "high", fill: "#0072b2", fillOpacity: 0.15 }),
      Plot.line(rows, { x: "participants", y: "value", stroke: "#0072b2", strokeWidth: 1.8 }),
      Plot.dot(rows, { x: "participants", y: "value", fill: "#0072b2" }),
    ],
  });
}

/** Reasons of exclusion in both languages. */
const reasons: Readonly<Record<string, string>> = {
  "onset-time-unknown": "onset time unknown · 发病时间未知",
  "baseline-too-late": "baseline scan too late · 基线扫描过晚",
  "no-baseline-volume": "no baseline volume · 无基线体积",
  "baseline-too-small": "hematoma too small · 血肿过小",
  "no-scan-in-window": "no follow-up in the window · 时间窗内无复查",
  "no-ivh-volume": "IVH not measured · 未测量脑室出血",
  "outcome-unknown": "outcome unknown · 结局未知",
};

function flowDiagram({ flow, tested }: StudyView): string {
  const lines = flow.exclusions.map(({ reason, count }) => `${reasons[reason] ?? reason}: ${count}`);
  const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const box = (x: number, y: number, w: number, h: number, texts: readonly string[]): string =>
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="4" fill="#f5f7f9" stroke="#5d6b7a"/>${texts
      .map((text, k) => `<text x="${x + 12}" y="${y + 22 + 18 * k}">${escaped(text)}</text>`)
      .join("")}`;
  const side = Math.max(1, lines.length);
  const bottom = 70 + 18 * side + 40;
  const excluded = flow.assessed - flow.analysed;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="${bottom + 70}" viewBox="0 0 640 ${bottom + 70}" font-family="system-ui, sans-serif" font-size="13">
${box(10, 10, 250, 34, [`assessed · 评估 ${flow.assessed}`])}
<path d="M135 44 V${bottom}" stroke="#5d6b7a" fill="none"/><path d="M135 ${62 + 9 * side} H300" stroke="#5d6b7a" fill="none"/>
${box(300, 56, 330, 18 * (side + 1) + 10, [`excluded · 排除 ${excluded}`, ...lines])}
${box(10, bottom, 400, 52, [`analysed · 纳入分析 ${flow.analysed} (expansion · 扩大 ${flow.events})`, `tested · 测试 ${tested.n} (expansion · 扩大 ${tested.events})`])}
</svg>`;
}
