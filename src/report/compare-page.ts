/** The comparison of two head CTs as a page: growth with its error, what that means for each definition, and the slices side by side. */
import { sliceOutline } from "../volume/outline.ts";
import { type CtVolume, type Mask, voxelsPerSlice } from "../volume/volume.ts";
import { brainWindow } from "../volume/window.ts";
import { choices, names } from "./clinical-messages.ts";
import type { Comparison } from "./compare-document.ts";
import { compareWords as words } from "./compare-messages.ts";
import { findingList } from "./finding-list.ts";
import { type Html, html, page, say, type Text } from "./html.ts";
import { words as shared } from "./prediction-messages.ts";
import { headBox, sliceFigure } from "./slice-image.ts";

const baselineColor = "#4da3ff";
const followUpColor = "#ff4d4d";

/** Pairs of slices that are shown at most. */
const MOST_PAIRS = 12;

/** What the page draws, all on the baseline's grid. */
export interface ComparisonImages {
  readonly baseline: CtVolume;
  readonly followUp: CtVolume;
  readonly baselineMask: Mask;
  readonly followUpMask: Mask;
}

/** Draws the report: a self-contained HTML page in English and Simplified Chinese. */
export function comparisonPage(comparison: Comparison, images: ComparisonImages): string {
  return page(
    "Hemacast comparison",
    html`<h1>${say(words.title)}</h1><p class="quiet">${say(shared.intendedUse)}</p>
<div class="columns">${growthPanel(comparison)}${scanPanel(comparison)}</div>
${definitionTable(comparison)}
${pictures(images)}
${markerTable(comparison)}
<h2>${say(shared.findings)}</h2>${findingList(comparison.findings)}
${identity(comparison)}`,
  );
}

function growthPanel({ growth, baseline, map }: Comparison): Html {
  const beyond = Math.abs(growth.ml) > growth.minimumDetectableChangeMl;
  const percent = growth.percent === null ? say(words.noBaseline) : html`${signed(growth.percent, 0)} %`;
  const rate = growth.mlPerHour === null ? [] : [row(words.rate, `${signed(growth.mlPerHour, 2)} mL/h`)];
  const ultraEarly =
    growth.ultraEarlyMlPerHour === null ? [] : [row(words.ultraEarly, `${growth.ultraEarlyMlPerHour.toFixed(1)} mL/h`)];
  return html`<section class="panel"><h2>${say(words.growth)}</h2>
<p style="font-size:28px;margin:0"><strong>${signed(growth.ml, 1)} mL</strong> <span class="quiet">${percent}</span></p>
<p class="quiet">${say(words.baseline)} ${baseline.volumeMl.toFixed(1)} mL; ${say(words.error)} ${growth.sdMl.toFixed(1)} mL</p>
<p>${say(beyond ? words.beyond : words.within)}</p>
<table>${row(words.detectable, `${growth.minimumDetectableChangeMl.toFixed(1)} mL`)}${rate}${ultraEarly}
${row(words.stable, `${map.stableMl.toFixed(1)} mL`)}${row(words.grown, `${map.grownMl.toFixed(1)} mL`)}${row(words.resolved, `${map.resolvedMl.toFixed(1)} mL`)}</table></section>`;
}

function scanPanel({ baseline, followUp }: Comparison): Html {
  type Seen = NonNullable<Comparison["baseline"]["anatomy"]>;
  const seen = (text: Text, of: (anatomy: Seen) => HtmlOrDash): Html =>
    line(text, ({ anatomy }) => (anatomy ? of(anatomy) : "–"));
  const line = (text: Text, of: (scan: Comparison["baseline"]) => HtmlOrDash): Html =>
    html`<tr><td>${say(text)}</td><td class="number">${of(baseline)}</td><td class="number">${of(followUp)}</td></tr>`;
  return html`<section class="panel"><table><tr><th></th><th class="number">${say(words.baseline)}</th><th class="number">${say(words.followUp)}</th></tr>
${line(words.volume, (scan) => `${scan.volumeMl.toFixed(1)} ± ${scan.volumeSdMl.toFixed(1)} mL`)}
${line(words.abc2, (scan) => (scan.abc2Ml === null ? "–" : `${scan.abc2Ml.toFixed(1)} mL`))}
${line(words.parts, (scan) => String(scan.components))}
${line(words.hours, (scan) => (scan.hoursFromOnset === null ? "–" : scan.hoursFromOnset.toFixed(1)))}
${seen(words.location, ({ location, side }) => html`${say(choices[location])}, ${say(choices[side])}`)}
${seen(words.ivh, ({ ivhMl }) => `${ivhMl.toFixed(1)} mL`)}
${seen(words.graeb, ({ graeb }) => String(graeb))}
${seen(words.evans, ({ evansIndex }) => evansIndex?.toFixed(2) ?? "–")}
${seen(words.edema, ({ edemaMl }) => (edemaMl === null ? "–" : `${edemaMl.toFixed(1)} mL`))}</table></section>`;
}

function definitionTable({ growth }: Comparison): Html {
  const rows = growth.definitions.map(
    ({ id, met, probability, label }) =>
      html`<tr><td>${definitionName(id)}</td><td>${say(met ? words.met : words.notMet)}</td><td class="number">${percentText(probability)}</td><td>${bar(probability)}</td><td>${say(words[label])}</td></tr>`,
  );
  return html`<h2>${say(words.definitions)}</h2><p class="quiet">${say(words.definitionsNote)}</p>
<table><tr><th>${say(words.definition)}</th><th>${say(words.measured)}</th><th class="number">${say(words.probability)}</th><th></th><th>${say(words.label)}</th></tr>${rows}</table>
${growth.revised ? html`<p>${say(words.revised)}: <strong>${say(growth.revised.met ? words.met : words.notMet)}</strong></p>` : ""}`;
}

/** `6-ml-or-33-percent` as a reader writes it. */
function definitionName(id: string): string {
  return `≥ ${id.replace("-ml", " mL").replace("-or-", " / ≥ ").replace("-percent", " %")}`;
}

function bar(probability: number): Html {
  const width = (probability * 120).toFixed(1);
  return html`<svg viewBox="0 0 120 10" width="120" role="img" aria-label="${percentText(probability)}"><rect width="120" height="10" fill="#d8dee6"/><rect width="${width}" height="10" fill="#0b5cad"/></svg>`;
}

function pictures({ baseline, followUp, baselineMask, followUpMask }: ComparisonImages): Html {
  const counts = [baselineMask, followUpMask].map(voxelsPerSlice);
  const withBlood = [...counts[0].keys()].filter((k) => counts[0][k] + counts[1][k] > 0);
  if (withBlood.length === 0) return html``;
  const most = Math.min(MOST_PAIRS, withBlood.length);
  const shown = Array.from({ length: most }, (_, i) =>
    most === 1 ? withBlood[0] : withBlood[Math.round((i * (withBlood.length - 1)) / (most - 1))],
  );
  const box = headBox(baseline);
  const view = { box, window: brainWindow, step: 1 };
  const before = (k: number) => ({ loops: sliceOutline(baselineMask, k), color: baselineColor });
  const after = (k: number) => ({ loops: sliceOutline(followUpMask, k), color: followUpColor });
  const pairs = shown.map(
    (k) => html`<figure style="display:grid;grid-template-columns:1fr 1fr;gap:2px">
${sliceFigure(baseline, k, { ...view, outlines: [before(k)], label: `baseline, slice ${k + 1}` })}
${sliceFigure(followUp, k, { ...view, outlines: [before(k), after(k)], label: `follow-up, slice ${k + 1}` })}<figcaption>${k + 1}</figcaption></figure>`,
  );
  return html`<h2>${say(words.pictures)}</h2><p class="quiet">${say(words.picturesNote)}</p>
<div style="display:grid;grid-template-columns:repeat(auto-fill,minmax(420px,1fr));gap:10px">${pairs}</div>`;
}

function markerTable({ baseline, followUp }: Comparison): Html {
  const ids = [...new Set([...Object.keys(baseline.markers), ...Object.keys(followUp.markers)])];
  if (ids.length === 0) return html``;
  const state = (scan: Comparison["baseline"], id: string): HtmlOrDash =>
    scan.markers[id] === undefined ? "–" : say(shared[scan.markers[id]]);
  const rows = ids.map(
    (id) =>
      html`<tr><td>${names[id] ? say(names[id]) : id}</td><td>${state(baseline, id)}</td><td>${state(followUp, id)}</td></tr>`,
  );
  return html`<h2>${say(words.markers)}</h2><table><tr><th></th><th>${say(words.baseline)}</th><th>${say(words.followUp)}</th></tr>${rows}</table>`;
}

type HtmlOrDash = Html | string;

function identity({ registration, baseline, software, timings }: Comparison): Html {
  const seconds = Object.values(timings).reduce((sum, ms) => sum + ms, 0) / 1000;
  return html`<h2>${say(words.registration)}</h2><table class="quiet">
${row(words.similarity, registration.similarity.toFixed(3))}${row(words.overlap, percentText(registration.overlap))}
${row(words.motion, `${registration.rotationDegrees.toFixed(1)}°, ${registration.shiftMm.toFixed(1)} mm`)}
${row(words.registration, `${registration.method.name} ${registration.method.version}`)}
${row(shared.segmenter, `${baseline.segmenter.name} ${baseline.segmenter.version}`)}
${row(shared.software, `${software.name} ${software.version}`)}${row(shared.seconds, `${seconds.toFixed(1)} s`)}</table>`;
}

function row(text: Text, value: string): Html {
  return html`<tr><td>${say(text)}</td><td class="number">${value}</td></tr>`;
}

function signed(value: number, digits: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(digits)}`;
}

function percentText(fraction: number): string {
  if (fraction > 0.995 && fraction < 1) return "> 99 %";
  return fraction > 0 && fraction < 0.005 ? "< 1 %" : `${Math.round(100 * fraction)} %`;
}
