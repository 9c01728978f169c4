/** What the software knows about a study, in the words of reporting checklists. What it does not know stays a named blank. */
import type { Text } from "./html.ts";
import type { StudyView } from "./study-view.ts";

/** One item; without an answer it is a blank for the authors. */
export interface ChecklistItem {
  readonly id: string;
  readonly text: Text;
  readonly answer: ((view: StudyView) => Text) | null;
}

/** A checklist with its source. */
export interface Checklist {
  readonly title: string;
  readonly source: string;
  readonly items: readonly ChecklistItem[];
}

const aucs = (view: StudyView): string =>
  view.models
    .map(
      ({ name, evaluation: { auc } }) =>
        `${name} ${auc.value.toFixed(2)} (${auc.low.toFixed(2)}–${auc.high.toFixed(2)})`,
    )
    .join("; ");

/** Answers by topic; several items of several lists share one. */
export const answers = {
  use: () => ({ en: "Research use only, not for clinical decisions.", zh: "仅供研究使用，不得用于临床决策。" }),
  objective: (view) => ({
    en: `Development and internal evaluation of ${view.models.length} models of hematoma expansion.`,
    zh: `建立并内部评价 ${view.models.length} 个血肿扩大预测模型。`,
  }),
  sites: (view) => {
    const isBySite = view.split.en === "leave-one-site-out";
    return {
      en: isBySite
        ? "Each site was tested by models of the others."
        : "Sites were not held out as a whole in this study.",
      zh: isBySite ? "每个中心均由其他中心的模型测试。" : "本研究未将整个中心留作测试。",
    };
  },
  flow: ({ flow }) => ({
    en: `${flow.assessed} assessed, ${flow.assessed - flow.analysed} excluded (reasons in the flow diagram), ${flow.analysed} analysed, ${flow.events} with the outcome.`,
    zh: `评估 ${flow.assessed} 例，排除 ${flow.assessed - flow.analysed} 例（原因见流程图），分析 ${flow.analysed} 例，其中 ${flow.events} 例发生结局。`,
  }),
  preparation: (view) => ({
    en: `Fitted inside training folds only; see the methods paragraph. Predictors kept (median): ${view.models.map((m) => `${m.name} ${m.predictors.median}`).join(", ")}.`,
    zh: `仅在训练折内拟合，详见方法学段落。保留的预测因子（中位数）：${view.models.map((m) => `${m.name} ${m.predictors.median}`).join("，")}。`,
  }),
  outcome: (view) => ({ en: view.outcomeLabel, zh: view.outcomeLabel }),
  sampleSize: (view) => {
    const list = view.models.map((m) => `${m.name} ${m.predictors.eventsPerCandidate.toFixed(1)}`).join(", ");
    return {
      en: `No calculation in advance. Events per candidate predictor: ${list}.`,
      zh: `未预先计算。每个候选预测因子的事件数：${list}。`,
    };
  },
  missing: () => ({
    en: "Median (binary: majority) imputation, fitted on training folds; unknown outcomes are excluded, never negative.",
    zh: "训练折内拟合的中位数（二分类为多数类）插补；结局未知者被排除，绝不视为阴性。",
  }),
  split: (view) => ({ en: view.split.en, zh: view.split.zh }),
  methods: (view) => ({ en: view.methods.en, zh: view.methods.zh }),
  measures: () => ({
    en: "AUC, average precision, calibration (in the large, slope, loess, ICI), Brier, net benefit, sensitivity, specificity and predictive values; paired DeLong tests.",
    zh: "AUC、平均精确率、校准（总体校准、斜率、loess、ICI）、Brier、净获益、灵敏度、特异度及预测值；DeLong 配对检验。",
  }),
  noUpdating: () => ({ en: "No model was updated.", zh: "未更新模型。" }),
  predictions: () => ({
    en: "Mean of the out-of-fold risks over repeats; predictions.csv holds one row per tested participant.",
    zh: "各次重复中折外风险的均值；predictions.csv 中每位受试者一行。",
  }),
  imbalance: (view) => ({
    en: `Prevalence ${(view.tested.events / view.tested.n).toFixed(2)}; no resampling; calibration reported.`,
    zh: `患病率 ${(view.tested.events / view.tested.n).toFixed(2)}；未重采样；报告校准。`,
  }),
  fairness: (view) => ({
    en:
      view.subgroups.length > 0
        ? `Figures and gaps by ${view.subgroups.map((s) => s.by).join(", ")}.`
        : "No subgroup was configured.",
    zh:
      view.subgroups.length > 0 ? `按 ${view.subgroups.map((s) => s.by).join("、")} 给出指标与差距。` : "未设置亚组。",
  }),
  cutoff: (view) => ({
    en: `Risk; cut-offs chosen inside training folds (median ${view.models[0]?.atTunedCutoff.medianCutoff.toFixed(3)} for the primary model).`,
    zh: `风险概率；阈值在训练折内确定（主要模型中位数 ${view.models[0]?.atTunedCutoff.medianCutoff.toFixed(3)}）。`,
  }),
  code: ({ run }) => ({
    en: `Hemacast ${run.versions.hemacast}, Apache-2.0.`,
    zh: `Hemacast ${run.versions.hemacast}，Apache-2.0 许可。`,
  }),
  specification: () => ({
    en: "Coefficients (of a network: every weight) per fold: folds/*.json and the table of predictors.",
    zh: "各折系数（网络为全部权重）见 folds/*.json 及预测因子表。",
  }),
  performance: (view) => ({ en: `AUC: ${aucs(view)}.`, zh: `AUC：${aucs(view)}。` }),
  subgroups: (view) => ({
    en: view.subgroups.length > 0 ? "See the subgroup tables." : "Not examined.",
    zh: view.subgroups.length > 0 ? "见亚组表。" : "未分析。",
  }),
  lists: () => ({ en: "TRIPOD+AI, CLEAR and METRICS, this report.", zh: "TRIPOD+AI、CLEAR 与 METRICS，见本报告。" }),
  predictorCount: (view) => ({
    en: `Predictors with a coefficient (median over folds): ${view.models.map((m) => `${m.name} ${m.predictors.median}`).join(", ")}.`,
    zh: `有系数的预测因子数（各折中位数）：${view.models.map((m) => `${m.name} ${m.predictors.median}`).join("，")}。`,
  }),
  uncertainty: () => ({
    en: "DeLong and participant-bootstrap intervals; spread over repeats.",
    zh: "DeLong 及按受试者自助法区间；各次重复的离散程度。",
  }),
  comparison: (view) => ({
    en:
      view.comparisons.length > 0
        ? `${view.comparisons.length} paired comparisons with Holm's adjustment.`
        : "One model only.",
    zh: view.comparisons.length > 0 ? `${view.comparisons.length} 组配对比较，Holm 校正。` : "仅一个模型。",
  }),
  calibration: (view) => ({
    en: `Slope of the primary model ${view.models[0]?.evaluation.calibration.slope?.toFixed(2) ?? "without a value"}; curve and ICI in the report.`,
    zh: `主要模型校准斜率 ${view.models[0]?.evaluation.calibration.slope?.toFixed(2) ?? "无法计算"}；曲线与 ICI 见报告。`,
  }),
  external: () => ({ en: "None in this run.", zh: "本次运行未做外部测试。" }),
} satisfies Record<string, (view: StudyView) => Text>;
