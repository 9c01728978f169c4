/** The prediction of one head CT as a page: risk, pictures with the outline, measurements, findings, identity. */
import { sliceOutline } from "../volume/outline.ts";
import { type CtVolume, type Mask, voxelsPerSlice } from "../volume/volume.ts";
import { brainWindow } from "../volume/window.ts";
import { type Html, html, page, say, type Text } from "./html.ts";
import type { Prediction } from "./prediction.ts";
import { names, words } from "./prediction-messages.ts";
import { headBox, type PixelBox, sliceFigure } from "./slice-image.ts";

/** The colours of the outlines of the hematoma and of a marker: readable on grey, and in print. */
const outlineColor = "#ff4d4d";
const markerColor = "#ffd34d";

/** A page of at most this many slices shows the thumbnails two voxels to a pixel; thicker stacks are thinned to it. */
const mostThumbnails = 60;

/**
 * Draws the report.
 *
 * @param volume the volume that the prediction is about
 * @param mask the segmented hematoma on its grid
 * @returns a self-contained HTML page in English and Simplified Chinese
 */
export function predictionPage(prediction: Prediction, volume: CtVolume, mask: Mask): string {
  return page(
    "Hemacast report",
    html`<h1>${say(words.title)}</h1>
${notices(prediction)}
<div class="columns">${riskPanel(prediction)}${hematomaPanel(prediction)}</div>
${pictures(volume, mask)}
${markerTable(prediction)}${markerFigures(prediction, volume, mask)}
${shapeTable(prediction)}
<h2>${say(words.findings)}</h2>${findingList(prediction)}
${identity(prediction)}`,
  );
}

function notices({ simulatedInput, model }: Prediction): Html {
  return html`${simulatedInput ? notice(words.simulatedInput) : ""}${model?.outcomes === "simulated" ? notice(words.simulatedOutcomes) : ""}<p class="quiet">${say(words.intendedUse)}</p>`;
}

function notice(text: Text): Html {
  return html`<p class="notice"><strong>${say(text)}</strong></p>`;
}

function riskPanel({ risk, reason, model }: Prediction): Html {
  if (!risk) {
    return html`<section class="panel"><h2>${say(words.noRisk)}</h2><p>${reason ? say(words[reason]) : ""}</p></section>`;
  }
  const rows = Object.entries(risk.inputs).map(([name, value]) => {
    const remark = value === null ? say(words.missing) : risk.outOfRange.includes(name) ? say(words.outOfRange) : "";
    return html`<tr><td>${nameOf(name)}</td><td class="number">${value === null ? "" : decimals(value, 2)}</td><td>${remark}</td></tr>`;
  });
  return html`<section class="panel"><h2>${say(words.risk)}</h2>
<p style="font-size:28px;margin:0"><strong>${percent(risk.value)}</strong> <span class="quiet">${say(words.interval)} ${percent(risk.low)} – ${percent(risk.high)}</span></p>
${riskBar(risk.value, risk.low, risk.high)}
<p class="quiet">${risk.definition}</p>
${risk.missing.length > 0 ? html`<p>${say(words.missingNotice)}</p>` : ""}
<h3>${say(words.inputs)}</h3><table>${rows}</table>
<p class="quiet">${model ? html`${model.name} ${model.version}: ${model.outcomes === "real" ? say(words.realOutcomes) : say(words.simulatedOutcomes)}. ${model.summary}` : ""}</p></section>`;
}

function riskBar(value: number, low: number, high: number): Html {
  const x = (risk: number): string => decimals(risk * 300, 1);
  const width = decimals(Math.max(high - low, 0.004) * 300, 1);
  return html`<svg viewBox="-8 0 316 34" width="316" role="img" aria-label="${percent(value)} (${percent(low)} – ${percent(high)})">
<rect x="0" y="6" width="300" height="8" fill="#d8dee6"/><rect x="${x(low)}" y="6" width="${width}" height="8" fill="#7fb2e5"/>
<rect x="${decimals(value * 300 - 1.5, 1)}" y="2" width="3" height="16" fill="#0b5cad"/>
${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<text x="${x(tick)}" y="30" font-size="10" text-anchor="middle" fill="#5d6b7a">${percent(tick)}</text>`)}</svg>`;
}

function hematomaPanel({ hematoma }: Prediction): Html {
  return html`<section class="panel"><h2>${say(words.hematoma)}</h2><table>
<tr><td>${say(words.volume)}</td><td class="number">${decimals(hematoma.volumeMl, 1)} mL</td></tr>
<tr><td>${say(words.abc2)}</td><td class="number">${decimals(hematoma.abc2Ml, 1)} mL</td></tr>
<tr><td>${say(words.slices)}</td><td class="number">${hematoma.slices}</td></tr>
<tr><td>${say(words.components)}</td><td class="number">${hematoma.components}</td></tr></table></section>`;
}

function pictures(volume: CtVolume, mask: Mask): Html {
  const box = headBox(volume);
  const counts = voxelsPerSlice(mask);
  const withBlood = [...counts.keys()].filter((k) => (counts[k] as number) > 0);
  const stride = Math.ceil(counts.length / mostThumbnails);
  const all = [...counts.keys()].filter((k) => k % stride === 0);
  const large =
    withBlood.length > 0
      ? html`<h2>${say(words.images)}</h2>${grid(volume, mask, thin(withBlood, 12), box, 1, 260)}`
      : "";
  return html`${large}<h2>${say(words.allSlices)}</h2><p class="quiet">${say(words.imagesNote)}</p>${grid(volume, mask, all, box, 2, 130)}`;
}

/** At most `most` of the slices, evenly chosen, first and last kept. */
function thin(slices: readonly number[], most: number): readonly number[] {
  if (slices.length <= most) return slices;
  return Array.from({ length: most }, (_, i) => slices[Math.round((i * (slices.length - 1)) / (most - 1))] as number);
}

function grid(
  volume: CtVolume,
  mask: Mask,
  slices: readonly number[],
  box: PixelBox,
  step: number,
  minPx: number,
): Html {
  const figures = slices.map((k) => {
    const label = `slice ${k + 1}`;
    const outlines = [{ loops: sliceOutline(mask, k), color: outlineColor }];
    return html`<figure>${sliceFigure(volume, k, { box, window: brainWindow, step, outlines, label })}<figcaption>${k + 1}</figcaption></figure>`;
  });
  return html`<div style="display:grid;grid-template-columns:repeat(auto-fill,minmax(${minPx}px,1fr));gap:6px">${figures}</div>`;
}

function markerTable({ markers }: Prediction): Html {
  if (markers.length === 0) return html``;
  const rows = markers.map((marker) => {
    const measured = Object.entries(marker.quantities).map(([name, value]) => `${name} ${decimals(value, 2)}`);
    return html`<tr><td>${nameOf(marker.id)}</td><td>${say(words[marker.state])}</td><td class="number">${marker.slice === null ? "" : marker.slice + 1}</td><td class="number">${percent(marker.confidence)}</td><td class="quiet">${measured.join(", ")}</td></tr>`;
  });
  const heads = [words.marker, words.state, words.slice, words.confidence, words.measured].map(
    (text) => html`<th>${say(text)}</th>`,
  );
  return html`<h2>${say(words.markers)}</h2><table><tr>${heads}</tr>${rows}</table><p class="quiet">${say(words.confidenceNote)}</p>`;
}

/** One picture for each marker that is present: the slice that shows it, with what shows it outlined. */
function markerFigures({ markers }: Prediction, volume: CtVolume, mask: Mask): Html {
  const box = headBox(volume);
  const figures = markers.flatMap(({ id, state, slice, outline }) => {
    if (state !== "present" || slice === null) return [];
    const outlines = [
      { loops: sliceOutline(mask, slice), color: outlineColor },
      { loops: outline.length > 0 ? [outline] : [], color: markerColor },
    ];
    const picture = sliceFigure(volume, slice, { box, window: brainWindow, step: 1, outlines, label: id });
    return [html`<figure>${picture}<figcaption>${nameOf(id)}, ${slice + 1}</figcaption></figure>`];
  });
  return html`<div style="display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:6px">${figures}</div>`;
}

function shapeTable({ shape }: Prediction): Html {
  const entries = Object.entries(shape);
  if (entries.length === 0) return html``;
  return html`<h2>${say(words.shape)}</h2><table style="display:block;columns:3 300px">${entries.map(([name, value]) => html`<tr><td>${name}</td><td class="number">${decimals(value, 3)}</td></tr>`)}</table>`;
}

function findingList({ findings }: Prediction): Html {
  if (findings.length === 0) return html`<p>${say(words.noFindings)}</p>`;
  return html`<table>${findings.map((f) => html`<tr><td>${f.severity === "warning" ? "⚠" : ""}</td><td><code>${f.code}</code></td><td>${f.message}</td></tr>`)}</table>`;
}

function identity({ model, segmenter, input, software, timings }: Prediction): Html {
  const totalMs = Object.values(timings).reduce((sum, ms) => sum + ms, 0);
  return html`<h2>${say(words.model)}</h2><table class="quiet">
<tr><td>${say(words.model)}</td><td>${model ? `${model.name} ${model.version}` : "–"}</td></tr>
<tr><td>${say(words.segmenter)}</td><td>${segmenter.name} ${segmenter.version}</td></tr>
<tr><td>${say(words.input)}</td><td>${input.format}, ${input.images} images, SHA-256 ${input.voxelsSha256.slice(0, 16)}…</td></tr>
<tr><td>${say(words.software)}</td><td>${software.name} ${software.version}</td></tr>
<tr><td>${say(words.seconds)}</td><td>${decimals(totalMs / 1000, 1)} s</td></tr></table>`;
}

function nameOf(id: string): Html {
  return say(names[id] ?? { en: id, zh: id });
}

function percent(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

function decimals(value: number, digits: number): string {
  return value.toFixed(digits);
}
