/** The words for signs, what is measured on them, surroundings, scores and clinical values, in English and Simplified Chinese. */
import type { Text } from "./html.ts";

/** Names of signs, model inputs and clinical values; what is not listed is shown by its own name. */
export const names: Readonly<Record<string, Text>> = {
  volumeMl: { en: "Hematoma volume (mL)", zh: "血肿体积 (mL)" },
  irregular: { en: "Irregular shape", zh: "形态不规则" },
  blendSign: { en: "Blend sign", zh: "混合征" },
  hypodensity: { en: "Hypodensity", zh: "低密度" },
  hoursFromOnset: { en: "Hours from onset to CT", zh: "发病至 CT 时间 (小时)" },
  gcs: { en: "Glasgow Coma Scale", zh: "格拉斯哥昏迷评分" },
  nihss: { en: "NIH Stroke Scale", zh: "NIHSS 评分" },
  ageYears: { en: "Age (years)", zh: "年龄 (岁)" },
  glucoseMgDl: { en: "Glucose (mg/dL)", zh: "血糖 (mg/dL)" },
  anticoagulation: { en: "Oral anticoagulant", zh: "口服抗凝药" },
  warfarin: { en: "Warfarin", zh: "华法林" },
  recurrentHemorrhage: { en: "Earlier hemorrhage", zh: "既往脑出血" },
  cognitiveImpairment: { en: "Earlier cognitive impairment", zh: "既往认知障碍" },
  spotSign: { en: "Spot sign on CT angiogram", zh: "CTA 点征" },
  spotSigns: { en: "Number of spot signs", zh: "点征数目" },
  largestSpotMm: { en: "Largest spot sign (mm)", zh: "最大点征 (mm)" },
  densestSpotHu: { en: "Densest spot sign (HU)", zh: "点征最高密度 (HU)" },
  location: { en: "Location", zh: "部位" },
  intraventricularHemorrhage: { en: "Blood in the ventricles", zh: "脑室内出血" },
  "irregular-shape": { en: "Irregular shape", zh: "形态不规则" },
  "heterogeneous-density": { en: "Heterogeneous density", zh: "密度不均" },
  "blend-sign": { en: "Blend sign", zh: "混合征" },
  "black-hole-sign": { en: "Black hole sign", zh: "黑洞征" },
  "swirl-sign": { en: "Swirl sign", zh: "漩涡征" },
  "fluid-level": { en: "Fluid level", zh: "液平" },
  "island-sign": { en: "Island sign", zh: "岛征" },
  "satellite-sign": { en: "Satellite sign", zh: "卫星征" },
  shape: { en: "Shape", zh: "形状" },
  markers: { en: "Signs and density", zh: "征象与密度" },
  radiomics: { en: "Radiomics", zh: "影像组学" },
  brain: { en: "BRAIN", zh: "BRAIN" },
  bat: { en: "BAT", zh: "BAT" },
  "nine-point": { en: "9-point score", zh: "9 分法" },
  nag: { en: "NAG", zh: "NAG" },
  "spot-sign-score": { en: "Spot sign score", zh: "点征评分" },
  "ich-score": { en: "ICH score", zh: "ICH 评分" },
  func: { en: "FUNC", zh: "FUNC" },
  "left-lateral": { en: "left lateral", zh: "左侧脑室" },
  "right-lateral": { en: "right lateral", zh: "右侧脑室" },
  third: { en: "third", zh: "第三脑室" },
  fourth: { en: "fourth", zh: "第四脑室" },
};

/** What is measured on a sign: its name, how many digits are meant, and the unit. */
export const quantities: Readonly<
  Record<string, { readonly text: Text; readonly digits: number; readonly unit: string }>
> = {
  barrasGrade: { text: { en: "Barras grade", zh: "Barras 分级" }, digits: 0, unit: "" },
  indentations: { text: { en: "indentations", zh: "凹陷数" }, digits: 0, unit: "" },
  separateFoci: { text: { en: "separate foci", zh: "独立病灶" }, digits: 0, unit: "" },
  joinedFoci: { text: { en: "joined foci", zh: "相连病灶" }, digits: 0, unit: "" },
  satellites: { text: { en: "satellites", zh: "卫星灶" }, digits: 0, unit: "" },
  deepestIndentationMm: { text: { en: "deepest indentation", zh: "最深凹陷" }, digits: 1, unit: "mm" },
  solidity: { text: { en: "solidity", zh: "实性度" }, digits: 2, unit: "" },
  areaMm2: { text: { en: "area", zh: "面积" }, digits: 0, unit: "mm²" },
  hypodenseFoci: { text: { en: "darker foci", zh: "低密度灶" }, digits: 0, unit: "" },
  gapHu: { text: { en: "darker by", zh: "密度差" }, digits: 1, unit: "HU" },
  hypodenseHu: { text: { en: "dark part", zh: "低密度部分" }, digits: 1, unit: "HU" },
  hyperdenseHu: { text: { en: "clot around it", zh: "周围血肿" }, digits: 1, unit: "HU" },
  hypodenseAreaMm2: { text: { en: "dark area", zh: "低密度面积" }, digits: 0, unit: "mm²" },
  marginMm: { text: { en: "width of its edge", zh: "边缘宽度" }, digits: 1, unit: "mm" },
  enclosedFraction: { text: { en: "enclosed", zh: "被包绕比例" }, digits: 2, unit: "" },
  contiguousSections: { text: { en: "sections in a row", zh: "连续层面" }, digits: 0, unit: "" },
  layeringDegrees: { text: { en: "off level by", zh: "偏离水平" }, digits: 0, unit: "°" },
  straightnessMm: { text: { en: "off a straight line by", zh: "偏离直线" }, digits: 1, unit: "mm" },
  borderMm: { text: { en: "length of the border", zh: "分界长度" }, digits: 0, unit: "mm" },
  diameterMm: { text: { en: "diameter", zh: "直径" }, digits: 1, unit: "mm" },
  gapMm: { text: { en: "distance", zh: "距离" }, digits: 1, unit: "mm" },
};

/** Values of clinical inputs and of the anatomy that are words. */
export const choices: Readonly<Record<string, Text>> = {
  true: { en: "yes", zh: "是" },
  false: { en: "no", zh: "否" },
  lobar: { en: "lobar", zh: "脑叶" },
  deep: { en: "deep", zh: "深部" },
  brainstem: { en: "brainstem", zh: "脑干" },
  cerebellum: { en: "cerebellum", zh: "小脑" },
  left: { en: "left", zh: "左" },
  right: { en: "right", zh: "右" },
  midline: { en: "midline", zh: "中线" },
  present: { en: "present", zh: "存在" },
  absent: { en: "absent", zh: "不存在" },
  "no-cta": { en: "no CT angiogram", zh: "未做 CTA" },
  "hematoma-expansion": { en: "hematoma expansion", zh: "血肿扩大" },
  "death-within-30-days": { en: "death within 30 days", zh: "30 天内死亡" },
  "independence-at-90-days": { en: "independence at 90 days", zh: "90 天功能独立" },
};

/** What a reader must know about a score, in Chinese; the English text comes with the score. */
export const scoreNotes: Readonly<Record<string, string>> = {
  brain: "24 小时内增长超过 6 mL。",
  bat: "未发表风险表；≥ 3 分时敏感度 0.50，特异度 0.89。",
  "nine-point": "风险按 0、1–3、4–9 分组给出。",
  nag: "118 例患者，30 例扩大：3 分时的 100 % 仅基于极少数病例。",
  "spot-sign-score": "由阅片者判读的 CTA；71 例有点征者中 69 % 扩大。",
  "ich-score": "152 例患者；无人得 6 分，故未发表其风险。",
  func: "≤ 4 分者无一恢复独立；4 分以上各来源不一致，故不给出。",
};
