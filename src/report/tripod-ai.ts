/** The items of TRIPOD+AI. The words are our short forms; the checklist itself is in the source. */

import type { Checklist } from "./checklist-answers.ts";
import { answers } from "./checklist-answers.ts";

/** TRIPOD+AI, with what the software can answer. */
export const tripodAi: Checklist = {
  title: "TRIPOD+AI",
  source: "Collins et al. 2024, doi:10.1136/bmj-2023-078378",
  items: [
    {
      id: "1",
      text: {
        en: "Title: identify the study as developing or evaluating a prediction model, the population and the outcome",
        zh: "标题：说明为预测模型的建立或评价、目标人群与结局",
      },
      answer: null,
    },
    {
      id: "2",
      text: { en: "Abstract: structured summary (TRIPOD+AI for Abstracts)", zh: "摘要：结构化摘要" },
      answer: null,
    },
    {
      id: "3a",
      text: { en: "Background: healthcare context and rationale", zh: "背景：医疗情境与理由" },
      answer: null,
    },
    {
      id: "3b",
      text: { en: "Background: target population and intended purpose", zh: "背景：目标人群与预期用途" },
      answer: answers.use,
    },
    { id: "3c", text: { en: "Background: known health inequalities", zh: "背景：已知的健康不平等" }, answer: null },
    {
      id: "4",
      text: { en: "Objectives: development, evaluation, or both", zh: "目的：建立、评价或两者" },
      answer: answers.objective,
    },
    { id: "5a", text: { en: "Data: sources and representativeness", zh: "数据：来源与代表性" }, answer: null },
    { id: "5b", text: { en: "Data: dates of collection and follow-up", zh: "数据：收集与随访时间" }, answer: null },
    {
      id: "6a",
      text: { en: "Participants: setting, number and location of centres", zh: "研究对象：场所、中心数量与地点" },
      answer: answers.sites,
    },
    { id: "6b", text: { en: "Participants: eligibility criteria", zh: "研究对象：纳入标准" }, answer: answers.flow },
    { id: "6c", text: { en: "Participants: treatments received", zh: "研究对象：所接受的治疗" }, answer: null },
    {
      id: "7",
      text: { en: "Data preparation: pre-processing and quality checks", zh: "数据准备：预处理与质量检查" },
      answer: answers.preparation,
    },
    {
      id: "8a",
      text: { en: "Outcome: definition, time horizon, how and when assessed", zh: "结局：定义、时间范围、评估方式" },
      answer: answers.outcome,
    },
    { id: "8b", text: { en: "Outcome: qualifications of assessors", zh: "结局：评估者资质" }, answer: null },
    { id: "8c", text: { en: "Outcome: blinding of assessment", zh: "结局：盲法评估" }, answer: null },
    { id: "9a", text: { en: "Predictors: choice of initial predictors", zh: "预测因子：初始选择" }, answer: null },
    {
      id: "9b",
      text: { en: "Predictors: definition, how and when measured", zh: "预测因子：定义与测量" },
      answer: null,
    },
    { id: "9c", text: { en: "Predictors: qualifications of assessors", zh: "预测因子：评估者资质" }, answer: null },
    {
      id: "10",
      text: { en: "Sample size: how it was arrived at", zh: "样本量：如何确定" },
      answer: answers.sampleSize,
    },
    {
      id: "11",
      text: { en: "Missing data: handling and reasons for omitting data", zh: "缺失数据：处理方式" },
      answer: answers.missing,
    },
    {
      id: "12a",
      text: { en: "Analysis: how data were used (split by participant)", zh: "分析：数据如何使用（按受试者划分）" },
      answer: answers.split,
    },
    {
      id: "12b",
      text: { en: "Analysis: handling of predictors (form, rescaling, transformation)", zh: "分析：预测因子处理" },
      answer: answers.preparation,
    },
    {
      id: "12c",
      text: {
        en: "Analysis: type of model, building steps, hyperparameter tuning, internal validation",
        zh: "分析：模型类型、步骤、调参与内部验证",
      },
      answer: answers.methods,
    },
    {
      id: "12d",
      text: { en: "Analysis: heterogeneity between clusters (sites)", zh: "分析：中心间异质性" },
      answer: answers.sites,
    },
    {
      id: "12e",
      text: { en: "Analysis: measures of performance and comparison", zh: "分析：性能指标与比较" },
      answer: answers.measures,
    },
    { id: "12f", text: { en: "Analysis: model updating", zh: "分析：模型更新" }, answer: answers.noUpdating },
    {
      id: "12g",
      text: { en: "Analysis: how predictions were calculated", zh: "分析：预测值的计算" },
      answer: answers.predictions,
    },
    {
      id: "13",
      text: { en: "Class imbalance: methods and recalibration", zh: "类别不平衡：方法与再校准" },
      answer: answers.imbalance,
    },
    { id: "14", text: { en: "Fairness: approaches to address it", zh: "公平性：处理方式" }, answer: answers.fairness },
    {
      id: "15",
      text: { en: "Model output: probabilities, classification, thresholds", zh: "模型输出：概率、分类与阈值" },
      answer: answers.cutoff,
    },
    {
      id: "16",
      text: { en: "Training versus evaluation: differences between data", zh: "训练与评价数据的差异" },
      answer: null,
    },
    { id: "17", text: { en: "Ethical approval", zh: "伦理审批" }, answer: null },
    { id: "18a", text: { en: "Funding", zh: "资助" }, answer: null },
    { id: "18b", text: { en: "Conflicts of interest", zh: "利益冲突" }, answer: null },
    { id: "18c", text: { en: "Protocol", zh: "研究方案" }, answer: null },
    { id: "18d", text: { en: "Registration", zh: "注册" }, answer: null },
    { id: "18e", text: { en: "Data sharing", zh: "数据共享" }, answer: null },
    { id: "18f", text: { en: "Code sharing", zh: "代码共享" }, answer: answers.code },
    { id: "19", text: { en: "Patient and public involvement", zh: "患者与公众参与" }, answer: null },
    {
      id: "20a",
      text: { en: "Participants: flow, with numbers with and without the outcome", zh: "研究对象：流程与结局人数" },
      answer: answers.flow,
    },
    {
      id: "20b",
      text: { en: "Participants: characteristics, overall and by setting", zh: "研究对象：特征" },
      answer: null,
    },
    {
      id: "20c",
      text: { en: "Participants: comparison of development and evaluation data", zh: "研究对象：建模与评价数据比较" },
      answer: null,
    },
    {
      id: "21",
      text: { en: "Model development: participants and events in each analysis", zh: "模型建立：各分析的人数与事件数" },
      answer: answers.flow,
    },
    {
      id: "22",
      text: { en: "Model specification: full model, how to use it", zh: "模型规范：完整模型及用法" },
      answer: answers.specification,
    },
    {
      id: "23a",
      text: { en: "Performance with intervals, including key subgroups", zh: "性能及置信区间，含主要亚组" },
      answer: answers.performance,
    },
    {
      id: "23b",
      text: { en: "Heterogeneity of performance between clusters", zh: "各中心性能差异" },
      answer: answers.subgroups,
    },
    { id: "24", text: { en: "Model updating: results", zh: "模型更新：结果" }, answer: answers.noUpdating },
    { id: "25", text: { en: "Interpretation, including fairness", zh: "结果解释，含公平性" }, answer: null },
    { id: "26", text: { en: "Limitations", zh: "局限性" }, answer: null },
    {
      id: "27a",
      text: { en: "Usability: poor-quality or unavailable inputs", zh: "可用性：输入质量差或缺失时的处理" },
      answer: answers.missing,
    },
    {
      id: "27b",
      text: { en: "Usability: interaction and expertise required of users", zh: "可用性：使用者要求" },
      answer: null,
    },
    { id: "27c", text: { en: "Usability: next steps for future research", zh: "可用性：后续研究" }, answer: null },
  ],
};
