/** Findings as a list: what kind in both languages, the code for searching, and the sentence with its numbers. */
import type { Finding } from "../core/finding.ts";
import { type Html, html, say, type Text } from "./html.ts";
import { words } from "./prediction-messages.ts";

/** What a code is about; codes without a name here are shown by themselves. */
const kinds: Readonly<Record<string, Text>> = {
  GANTRY_TILT_CORRECTED: { en: "Gantry tilt corrected", zh: "已校正机架倾斜" },
  LOCALIZER_DROPPED: { en: "Localizer left out", zh: "已排除定位像" },
  FILES_SKIPPED: { en: "Files skipped", zh: "已跳过部分文件" },
  ORIENTATION_UNKNOWN: { en: "Orientation unknown", zh: "方向未知" },
  SINGLE_SLICE: { en: "A single slice", zh: "仅有单层" },
  WRITTEN_ON_EVEN_SLICES: { en: "Mask written on even slices", zh: "掩膜按等间距层面写出" },
  VOLUME_INTERVAL: { en: "How sure the volume is", zh: "体积的可信区间" },
  BRIGHT_REGIONS_EXCLUDED: { en: "Bright regions left out", zh: "已排除高密度区域" },
  NO_BRAIN_FOUND: { en: "No brain found", zh: "未发现颅脑" },
  NO_HEMATOMA_FOUND: { en: "No hematoma found", zh: "未发现血肿" },
  OUTSIDE_INTENDED_USE: { en: "Outside the intended use", zh: "超出适用范围" },
  CONTRAST_SUSPECTED: { en: "Contrast medium?", zh: "疑有对比剂" },
  INTRACRANIAL_AIR: { en: "Air inside the skull", zh: "颅内积气" },
  METAL_IN_HEAD: { en: "Metal in the head", zh: "颅内金属" },
  HYPODENSITY_BEYOND_EDEMA: { en: "Darker brain beyond edema (infarct?)", zh: "低密度区超出水肿范围（梗死？）" },
  SKULL_OPEN: { en: "Open skull: no risk is told", zh: "颅骨缺失：不给出风险" },
  SKULL_GAP: { en: "Gap in the skull (surgery?)", zh: "颅骨缺损（术后？）" },
  ANTICOAGULATION_CONTRADICTION: { en: "Anticoagulation contradicts itself", zh: "抗凝信息矛盾" },
  SCAN_TOO_LATE: { en: "Late scan", zh: "扫描时间过晚" },
  SCAN_TOO_EARLY: { en: "Very early scan", zh: "扫描时间过早" },
  GLUCOSE_UNIT_SUSPECTED: { en: "Unit of glucose?", zh: "血糖单位存疑" },
  SEVERITY_CONTRADICTION: { en: "GCS and NIHSS contradict each other", zh: "GCS 与 NIHSS 矛盾" },
  SPOT_SIGN_CONTRADICTION: { en: "Spot sign contradicts itself", zh: "点征信息矛盾" },
  DIFFERENT_HEADS_SUSPECTED: { en: "Two patients?", zh: "疑为两名患者" },
  SCANS_OVERLAP_LITTLE: { en: "The scans overlap little", zh: "两次扫描重叠不足" },
  ORDER_SUSPECTED: { en: "Wrong order of scans?", zh: "扫描顺序存疑" },
  SHRINKAGE_UNEXPLAINED: { en: "The hematoma shrank (surgery?)", zh: "血肿缩小（手术？）" },
};

/** One row for each finding, warnings marked. */
export function findingList(findings: readonly Finding[]): Html {
  if (findings.length === 0) return html`<p>${say(words.noFindings)}</p>`;
  const rows = findings.map(({ code, severity, message }) => {
    const kind = kinds[code];
    return html`<tr><td>${severity === "warning" ? "⚠" : ""}</td><td>${kind ? say(kind) : ""} <code>${code}</code></td><td>${message}</td></tr>`;
  });
  return html`<div class="wide"><table>${rows}</table></div>`;
}
