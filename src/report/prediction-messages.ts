/** The words of the prediction report in English and Simplified Chinese. */
import type { Text } from "./html.ts";

/** Everything the page says apart from numbers and findings. */
export const words = {
  title: { en: "Hematoma expansion report", zh: "血肿扩大预测报告" },
  intendedUse: { en: "Research use only, not for clinical decisions.", zh: "仅供研究使用，不得用于临床决策。" },
  simulatedInput: {
    en: "These images are simulated. No patient was examined.",
    zh: "本报告中的图像为模拟生成，并非真实患者检查。",
  },
  simulatedOutcomes: {
    en: "This model was trained on simulated outcomes: it demonstrates the method and says nothing about a patient.",
    zh: "该模型基于模拟结局训练：仅用于演示方法，不能说明任何患者的情况。",
  },
  risk: { en: "Risk of expansion", zh: "扩大风险" },
  noRisk: { en: "No risk is given", zh: "未给出风险" },
  "no-hematoma-found": { en: "No hematoma was found in these images.", zh: "图像中未发现血肿。" },
  "outside-intended-use": {
    en: "These images are outside what this system was made for; see the findings.",
    zh: "这些图像超出本系统的适用范围，请参阅“发现”。",
  },
  interval: { en: "range", zh: "区间" },
  missing: { en: "not known", zh: "未知" },
  missingNotice: {
    en: "The range covers all values that the unknown inputs may have. Give them with --set or --clinical to narrow it.",
    zh: "区间已覆盖未知输入的所有可能取值。可用 --set 或 --clinical 提供这些值以缩小区间。",
  },
  outOfRange: { en: "outside the range of the development cohort", zh: "超出建模队列的取值范围" },
  hematoma: { en: "Hematoma", zh: "血肿" },
  volume: { en: "Volume", zh: "体积" },
  abc2: { en: "ABC/2", zh: "ABC/2" },
  slices: { en: "Slices", zh: "层数" },
  components: { en: "Separate parts", zh: "独立部分" },
  inputs: { en: "What the model was given", zh: "模型输入" },
  markers: { en: "Markers on non-contrast CT", zh: "平扫 CT 征象" },
  marker: { en: "Marker", zh: "征象" },
  state: { en: "State", zh: "状态" },
  present: { en: "present", zh: "存在" },
  absent: { en: "absent", zh: "不存在" },
  "not-assessable": { en: "not assessable", zh: "无法评估" },
  slice: { en: "Slice", zh: "层面" },
  confidence: { en: "Stable", zh: "稳定性" },
  confidenceNote: {
    en: "Stable: the share of slightly larger and smaller masks on which the state is the same. The line on a picture is what shows the marker.",
    zh: "稳定性：将掩膜略微放大或缩小后，状态保持不变的比例。图中线条标出显示该征象的区域。",
  },
  measured: { en: "Measured", zh: "测量值" },
  images: { en: "Slices with hematoma", zh: "含血肿层面" },
  imagesNote: {
    en: "Brain window (0 to 80 HU); the patient's right is on the left. The line is the outline of the segmented mask.",
    zh: "脑窗（0 至 80 HU）；图像左侧为患者右侧。线条为分割掩膜的轮廓。",
  },
  allSlices: { en: "All slices, from bottom to top", zh: "全部层面（自下而上）" },
  shape: { en: "Shape (PyRadiomics 3D features, mm)", zh: "形状（PyRadiomics 三维特征，单位 mm）" },
  findings: { en: "Findings about input and result", zh: "关于输入与结果的发现" },
  noFindings: { en: "None.", zh: "无。" },
  model: { en: "Model", zh: "模型" },
  realOutcomes: { en: "fitted to outcomes of real patients", zh: "基于真实患者结局拟合" },
  segmenter: { en: "Segmenter", zh: "分割器" },
  input: { en: "Input", zh: "输入" },
  software: { en: "Software", zh: "软件" },
  seconds: { en: "Time", zh: "用时" },
} as const satisfies Record<string, Text>;

/** Names of the inputs of the models and of the markers; what is not listed is shown by its own name. */
export const names: Readonly<Record<string, Text>> = {
  volumeMl: { en: "Hematoma volume (mL)", zh: "血肿体积 (mL)" },
  irregular: { en: "Irregular shape", zh: "形态不规则" },
  blendSign: { en: "Blend sign", zh: "混合征" },
  hoursFromOnset: { en: "Hours from onset to CT", zh: "发病至 CT 时间 (小时)" },
  gcs: { en: "Glasgow Coma Scale", zh: "格拉斯哥昏迷评分" },
  "irregular-shape": { en: "Irregular shape", zh: "形态不规则" },
  "heterogeneous-density": { en: "Heterogeneous density", zh: "密度不均" },
  "blend-sign": { en: "Blend sign", zh: "混合征" },
  "black-hole-sign": { en: "Black hole sign", zh: "黑洞征" },
  "swirl-sign": { en: "Swirl sign", zh: "漩涡征" },
  hypodensity: { en: "Hypodensity", zh: "低密度" },
  "fluid-level": { en: "Fluid level", zh: "液平" },
  "island-sign": { en: "Island sign", zh: "岛征" },
  "satellite-sign": { en: "Satellite sign", zh: "卫星征" },
};
