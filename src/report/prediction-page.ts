/** The prediction of one head CT as a page: risk, pictures with the outline, measurements, findings, identity. */
import { sliceOutline } from "../volume/outline.ts";
import { type CtVolume, type Mask, voxelsPerSlice } from "../volume/volume.ts";
import { brainWindow } from "../volume/window.ts";
import { choices, names } from "./clinical-messages.ts";
import { findingList } from "./finding-list.ts";
import { type Html, html, page, say, type Text } from "./html.ts";
import { markerCards } from "./marker-cards.ts";
import type { Prediction } from "./prediction.ts";
import { words } from "./prediction-messages.ts";
import { clinicalLine, riskPanels } from "./risk-panel.ts";
import { scoreTable } from "./score-table.ts";
import { headBox, outlineColor, type PixelBox, sliceFigure } from "./slice-image.ts";

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
${clinicalLine(prediction)}
${riskPanels(prediction, volume, mask)}
<div class="columns">${hematomaPanel(prediction)}${anatomyPanel(prediction)}</div>
${markerCards(prediction, volume, mask)}
${scoreTable(prediction)}
${pictures(volume, mask)}
${shapeTable(prediction)}
<h2>${say(words.findings)}</h2>${findingList(prediction.findings)}
${identity(prediction)}`,
  );
}

function notices({ simulatedInput, risks }: Prediction): Html {
  const demonstrates = risks.some(({ model }) => model.outcomes === "simulated");
  return html`${simulatedInput ? notice(words.simulatedInput) : ""}${demonstrates ? notice(words.simulatedOutcomes) : ""}<p class="quiet">${say(words.intendedUse)}</p>`;
}

function notice(text: Text): Html {
  return html`<p class="notice"><strong>${say(text)}</strong></p>`;
}

function hematomaPanel({ hematoma, density }: Prediction): Html {
  const { volumeMl, volumeSdMl, abc2Ml, slices, components } = hematoma;
  return html`<section class="panel"><h2>${say(words.hematoma)}</h2>
<p class="figure"><strong>${decimals(volumeMl, 1)} mL</strong> <span class="quiet">± ${decimals(volumeSdMl, 1)}</span></p>
<p class="quiet">± ${say(words.volumeError)}</p><table>
${row(words.abc2, `${decimals(abc2Ml, 1)} mL`)}${row(words.slices, slices)}${row(words.components, components)}
${density ? row(words.density, `${decimals(density.meanHu, 1)}, ${decimals(density.sdHu, 1)} HU`) : ""}
${density ? row(words.coefficientOfVariation, optional(density.coefficientOfVariation, 3)) : ""}
${density ? row(words.skewness, optional(density.skewness, 2)) : ""}</table></section>`;
}

function anatomyPanel({ kind, anatomy }: Prediction): Html {
  if (kind === "abstained") return html``;
  if (!anatomy) return html`<section class="panel"><p>${say(words.noAnatomy)}</p></section>`;
  const { location, side, ivhMl, ivhMlOf, graeb, modifiedGraeb, evansIndex, edemaMl, edemaRatio } = anatomy;
  const { low, high } = modifiedGraeb;
  const where = Object.entries(ivhMlOf).filter(([, ml]) => ml > 0);
  const parts = where.map(([name, ml]) => html`${nameOf(name)} ${decimals(ml, 1)}; `);
  return html`<section class="panel"><h2>${say(choices[location])}, ${say(choices[side])}</h2><table>
${row(words.ivh, html`${decimals(ivhMl, 1)} mL`)}${parts.length > 0 ? html`<tr><td colspan="2" class="quiet">${parts}</td></tr>` : ""}
${row(words.midlineShift, say(words.notMeasured))}
${row(words.graeb, graeb)}${row(words.modifiedGraeb, low === high ? low : `${low}–${high}`)}${row(words.evans, optional(evansIndex, 2))}
${row(words.edema, edemaMl === null ? say(words.beyondEdema) : `${decimals(edemaMl, 1)} mL`)}${row(words.edemaRatio, optional(edemaRatio, 2))}</table></section>`;
}

function row(text: Text, value: Html | string | number): Html {
  return html`<tr><td>${say(text)}</td><td class="number">${value}</td></tr>`;
}

function optional(value: number | null, digits: number): string {
  return value === null ? "–" : decimals(value, digits);
}

function pictures(volume: CtVolume, mask: Mask): Html {
  const box = headBox(volume);
  const counts = voxelsPerSlice(mask);
  const withBlood = [...counts.keys()].filter((k) => (counts[k] as number) > 0);
  const stride = Math.ceil(counts.length / mostThumbnails);
  const all = [...counts.keys()].filter((k) => k % stride === 0);
  const large =
    withBlood.length > 0
      ? html`<h2>${say(words.images)}</h2>${grid(volume, mask, thin(withBlood, 12), box, "large")}`
      : "";
  return html`${large}<h2>${say(words.allSlices)}</h2><p class="quiet">${say(words.imagesNote)}</p>${grid(volume, mask, all, box, "small")}`;
}

/** At most `most` of the slices, evenly chosen, first and last kept. */
function thin(slices: readonly number[], most: number): readonly number[] {
  if (slices.length <= most) return slices;
  return Array.from({ length: most }, (_, i) => slices[Math.round((i * (slices.length - 1)) / (most - 1))] as number);
}

/** Large pictures show every voxel, small ones the mean of two by two. */
function grid(volume: CtVolume, mask: Mask, slices: readonly number[], box: PixelBox, size: "large" | "small"): Html {
  const step = size === "large" ? 1 : 2;
  const figures = slices.map((k) => {
    const label = `slice ${k + 1}`;
    const outlines = [{ loops: sliceOutline(mask, k), color: outlineColor }];
    return html`<figure>${sliceFigure(volume, k, { box, window: brainWindow, step, outlines, label })}<figcaption>${k + 1}</figcaption></figure>`;
  });
  return html`<div class="slices ${size}">${figures}</div>`;
}

function shapeTable({ shape }: Prediction): Html {
  const entries = Object.entries(shape);
  if (entries.length === 0) return html``;
  return html`<h2>${say(words.shape)}</h2><table style="display:block;columns:3 300px">${entries.map(([name, value]) => html`<tr><td>${name}</td><td class="number">${decimals(value, 3)}</td></tr>`)}</table>`;
}

function identity({ risks, segmenter, input, software, timings }: Prediction): Html {
  const totalMs = Object.values(timings).reduce((sum, ms) => sum + ms, 0);
  return html`<h2>${say(words.model)}</h2><table class="quiet">
<tr><td>${say(words.model)}</td><td>${risks.map(({ model }) => `${model.name} ${model.version}`).join(", ") || "–"}</td></tr>
<tr><td>${say(words.segmenter)}</td><td>${segmenter.name} ${segmenter.version}</td></tr>
<tr><td>${say(words.input)}</td><td>${input.format}, ${input.images} images, SHA-256 ${input.voxelsSha256.slice(0, 16)}…</td></tr>
<tr><td>${say(words.software)}</td><td>${software.name} ${software.version}</td></tr>
<tr><td>${say(words.seconds)}</td><td>${decimals(totalMs / 1000, 1)} s</td></tr></table>`;
}

function nameOf(id: string): Html {
  return say(names[id] ?? { en: id, zh: id });
}

function decimals(value: number, digits: number): string {
  return value.toFixed(digits);
}
