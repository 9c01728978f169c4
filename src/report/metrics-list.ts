/** The items of METRICS. The words are our short forms; the checklist itself is in the source. */

import type { Checklist } from "./checklist-answers.ts";
import { answers } from "./checklist-answers.ts";

/** METRICS, with what the software can answer. */
export const metricsList: Checklist = {
  title: "METRICS",
  source: "Kocak et al. 2024, doi:10.1186/s13244-023-01572-w",
  items: [
    {
      id: "1",
      text: { en: "Adherence to radiomics or machine-learning checklists", zh: "遵循影像组学或机器学习清单" },
      answer: answers.lists,
    },
    {
      id: "2",
      text: { en: "Eligibility criteria that describe a representative population", zh: "描述代表性人群的纳入标准" },
      answer: answers.flow,
    },
    {
      id: "3",
      text: { en: "High-quality reference standard with a clear definition", zh: "定义明确的高质量参考标准" },
      answer: answers.outcome,
    },
    { id: "4", text: { en: "Multi-center", zh: "多中心" }, answer: answers.sites },
    {
      id: "5",
      text: { en: "Clinical translatability of the imaging data source", zh: "影像数据来源的临床可转化性" },
      answer: null,
    },
    { id: "6", text: { en: "Imaging protocol with acquisition parameters", zh: "成像方案与采集参数" }, answer: null },
    {
      id: "7",
      text: { en: "Interval between imaging and reference standard", zh: "成像与参考标准的间隔" },
      answer: answers.outcome,
    },
    {
      id: "8",
      text: { en: "Transparent description of segmentation methodology", zh: "分割方法的透明描述" },
      answer: null,
    },
    {
      id: "9",
      text: { en: "Formal evaluation of fully automated segmentation", zh: "全自动分割的正式评价" },
      answer: null,
    },
    {
      id: "10",
      text: { en: "Test set masks by a single reader or automated tool", zh: "测试集分割由单一阅片者或自动工具完成" },
      answer: null,
    },
    {
      id: "11",
      text: { en: "Appropriate, transparent image preprocessing", zh: "恰当且透明的图像预处理" },
      answer: null,
    },
    { id: "12", text: { en: "Standardized feature extraction software", zh: "标准化的特征提取软件" }, answer: null },
    { id: "13", text: { en: "Transparent feature extraction parameters", zh: "透明的特征提取参数" }, answer: null },
    { id: "14", text: { en: "Removal of non-robust features", zh: "去除不稳健特征" }, answer: null },
    { id: "15", text: { en: "Removal of redundant features", zh: "去除冗余特征" }, answer: answers.preparation },
    {
      id: "16",
      text: { en: "Appropriate dimensionality for the data size", zh: "维度与数据量相称" },
      answer: answers.sampleSize,
    },
    {
      id: "17",
      text: { en: "Robustness of end-to-end deep learning pipelines", zh: "端到端深度学习流程的稳健性" },
      answer: null,
    },
    { id: "18", text: { en: "Proper data partitioning", zh: "恰当的数据划分" }, answer: answers.split },
    { id: "19", text: { en: "Handling of confounding factors", zh: "混杂因素处理" }, answer: null },
    { id: "20", text: { en: "Appropriate performance metrics", zh: "恰当的性能指标" }, answer: answers.measures },
    { id: "21", text: { en: "Consideration of uncertainty", zh: "考虑不确定性" }, answer: answers.uncertainty },
    { id: "22", text: { en: "Calibration assessment", zh: "校准评价" }, answer: answers.calibration },
    {
      id: "23",
      text: { en: "Uni-parametric imaging or proof of its inferiority", zh: "单参数成像或证明其不足" },
      answer: null,
    },
    {
      id: "24",
      text: {
        en: "Comparison with a non-radiomic approach or added clinical value",
        zh: "与非影像组学方法比较或证明附加临床价值",
      },
      answer: answers.comparison,
    },
    {
      id: "25",
      text: { en: "Comparison with simple or classical statistical models", zh: "与简单或经典统计模型比较" },
      answer: answers.comparison,
    },
    { id: "26", text: { en: "Internal testing", zh: "内部测试" }, answer: answers.split },
    { id: "27", text: { en: "External testing", zh: "外部测试" }, answer: answers.external },
    { id: "28", text: { en: "Data availability", zh: "数据可得性" }, answer: null },
    { id: "29", text: { en: "Code availability", zh: "代码可得性" }, answer: answers.code },
    { id: "30", text: { en: "Model availability", zh: "模型可得性" }, answer: null },
  ],
};
