/** The methods paragraph that a user can paste, written from what was really done. */
import type { Text } from "./html.ts";

/** How participants were split. */
export type SplitFacts =
  | { readonly kind: "repeated"; readonly folds: number; readonly repeats: number }
  | { readonly kind: "leave-one-site-out" }
  | { readonly kind: "temporal"; readonly column: string; readonly from: number }
  | { readonly kind: "given"; readonly column: string; readonly test: readonly string[] };

/** What the paragraph is written from. */
export interface MethodsFacts {
  readonly analysed: number;
  readonly events: number;
  readonly outcomeLabel: string;
  readonly split: SplitFacts;
  readonly models: readonly {
    readonly name: string;
    readonly alphas: readonly number[];
    readonly fixedC: number | null;
    /** Given, the model is a small network and not a logistic regression. */
    readonly network: {
      readonly hidden: readonly number[];
      readonly members: number;
      readonly weightDecays: readonly number[];
    } | null;
    readonly calibration: string;
    readonly innerFolds: number;
    readonly combat: boolean;
    readonly correlationLimit: number | null;
    readonly stability: boolean;
    readonly eventsPerCandidate: number;
  }[];
  readonly replicates: number;
  readonly permutations: number;
  readonly version: string;
  readonly seed: number;
}

/**
 * The split in words.
 *
 * @example splitText({ kind: "leave-one-site-out" }).en // => "leave-one-site-out"
 */
export function splitText(split: SplitFacts): Text {
  switch (split.kind) {
    case "repeated":
      return {
        en: `${split.folds}-fold cross-validation by participant${split.repeats > 1 ? `, repeated ${split.repeats} times` : ""}`,
        zh: `按受试者 ${split.folds} 折交叉验证${split.repeats > 1 ? `，重复 ${split.repeats} 次` : ""}`,
      };
    case "leave-one-site-out":
      return { en: "leave-one-site-out", zh: "留一中心法" };
    case "temporal":
      return {
        en: `temporal split at ${split.column} = ${split.from}`,
        zh: `按时间划分（${split.column} = ${split.from}）`,
      };
    case "given":
      return {
        en: `split given by the data (${split.column}: test ${split.test.join(", ")})`,
        zh: `数据自带划分（${split.column}，测试集 ${split.test.join(", ")}）`,
      };
  }
}

function networkText(network: NonNullable<MethodsFacts["models"][number]["network"]>, innerFolds: number): Text {
  const { hidden, members, weightDecays } = network;
  const tuned = weightDecays.length > 1;
  return {
    en: `${members} fully connected networks (${hidden.join(", ")} hidden units, rectifiers, AdamW) whose log odds were averaged; each stopped early on one of ${innerFolds} inner folds by participant that it did not learn from${tuned ? `, and the weight decay was tuned by ${innerFolds}-fold inner cross-validation on the log loss` : ""}`,
    zh: `${members} 个全连接网络（隐藏单元 ${hidden.join("、")}，ReLU，AdamW），对数优势取平均；每个网络按受试者在其未学习的 ${innerFolds} 折之一上提前停止${tuned ? `，权重衰减由训练集内 ${innerFolds} 折交叉验证按对数损失选择` : ""}`,
  };
}

/** The paragraph in both languages. */
export function studyMethods(facts: MethodsFacts): Text {
  const [primary] = facts.models as [MethodsFacts["models"][number]];
  const epp = facts.models.map((m) => `${m.name} ${m.eventsPerCandidate.toFixed(1)}`).join(", ");
  const steps = {
    en: [
      "median imputation",
      primary.combat ? "ComBat harmonization" : "",
      "standardization",
      primary.correlationLimit === null ? "" : `a correlation filter (|r| > ${primary.correlationLimit})`,
      primary.stability ? "stability selection" : "",
    ]
      .filter(Boolean)
      .join(", "),
    zh: [
      "中位数插补",
      primary.combat ? "ComBat 校正" : "",
      "标准化",
      primary.correlationLimit === null ? "" : `相关性筛选（|r| > ${primary.correlationLimit}）`,
      primary.stability ? "稳定性选择" : "",
    ]
      .filter(Boolean)
      .join("、"),
  };
  const penalty = {
    en:
      primary.fixedC === null
        ? `the penalty was tuned by ${primary.innerFolds}-fold inner cross-validation on the log loss`
        : `the penalty was fixed (C = ${primary.fixedC})`,
    zh:
      primary.fixedC === null
        ? `惩罚强度由训练集内 ${primary.innerFolds} 折交叉验证按对数损失选择`
        : `惩罚强度固定（C = ${primary.fixedC}）`,
  };
  const learner = primary.network ? networkText(primary.network, primary.innerFolds) : null;
  const kind = primary.alphas.every((a) => a === 0)
    ? "L2"
    : primary.alphas.every((a) => a === 1)
      ? "L1"
      : "elastic-net";
  const split = splitText(facts.split);
  return {
    en: `We analysed ${facts.analysed} participants, ${facts.events} of whom had the outcome (${facts.outcomeLabel}). Evaluation was by ${split.en}. Within each training fold and nowhere else we fitted ${steps.en}, and ${learner?.en ?? `${kind}-penalised logistic regression; ${penalty.en}`}${primary.calibration === "none" ? "" : `, and risks were recalibrated (${primary.calibration}) on inner out-of-fold predictions`}. Cut-offs were chosen on inner out-of-fold predictions. Events per candidate predictor: ${epp}. Discrimination is given as AUC with DeLong's 95 % interval and a percentile bootstrap over participants (${facts.replicates} samples); models were compared by DeLong's paired test with Holm's adjustment; better-than-chance performance was tested with ${facts.permutations} permutations. Calibration is given as calibration in the large, slope, a loess curve with ICI, and Brier score, and clinical usefulness as net benefit against treating all and none. Folds were checked for leakage (shared participants, near-duplicate rows, fits outside training, split-dependent missingness). Software: Hemacast ${facts.version}, seed ${facts.seed}.`,
    zh: `本研究共分析 ${facts.analysed} 例受试者，其中 ${facts.events} 例发生结局（${facts.outcomeLabel}）。评价采用${split.zh}。所有步骤仅在训练折内拟合：${steps.zh}，以及 ${learner?.zh ?? `${kind === "elastic-net" ? "弹性网" : kind} 惩罚逻辑回归；${penalty.zh}`}${primary.calibration === "none" ? "" : `，并用内层折外预测进行再校准（${primary.calibration}）`}。阈值由内层折外预测确定。每个候选预测因子的事件数：${epp}。区分度以 AUC 及 DeLong 95 % 置信区间和按受试者的百分位自助法（${facts.replicates} 次）表示；模型间比较采用 DeLong 配对检验并作 Holm 校正；以 ${facts.permutations} 次置换检验是否优于随机。校准以总体校准、斜率、loess 曲线（ICI）及 Brier 评分表示，临床效用以相对于全部干预和全不干预的净获益表示。各折均检查数据泄漏（受试者重叠、近似重复行、训练外拟合、与划分相关的缺失）。软件：Hemacast ${facts.version}，随机种子 ${facts.seed}。`,
  };
}
