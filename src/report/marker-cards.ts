/** One card for each sign: its state, the slice that shows it or was judged, what was measured, and how firm the answer is. */
import { sliceOutline } from "../volume/outline.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";
import { brainWindow } from "../volume/window.ts";
import { names, quantities } from "./clinical-messages.ts";
import { type Html, html, say } from "./html.ts";
import type { Prediction } from "./prediction.ts";
import { words } from "./prediction-messages.ts";
import { percent } from "./risk-panel.ts";
import { closeUp, outlineColor, type PixelBox, sliceFigure } from "./slice-image.ts";

/** The colour of a marker's outline beside that of the hematoma. */
const markerColor = "#ffd34d";

/** Brain shown around the hematoma on a card, mm. */
const MARGIN_MM = 18;

type Marker = Prediction["markers"][number];

/** Nothing where no sign was read. */
export function markerCards({ markers }: Prediction, volume: CtVolume, mask: Mask): Html {
  const box = closeUp(mask, MARGIN_MM);
  if (markers.length === 0 || !box) return html``;
  return html`<h2>${say(words.markers)}</h2><p class="quiet">${say(words.confidenceNote)}</p>
<div class="cards">${markers.map((marker) => card(marker, volume, mask, box))}</div>`;
}

function card(marker: Marker, volume: CtVolume, mask: Mask, box: PixelBox): Html {
  const { id, state, slice, confidence } = marker;
  const name = say(names[id] ?? { en: id, zh: id });
  const firm = state === "not-assessable" ? "" : html`, ${say(words.confidence)} ${percent(confidence)}`;
  return html`<figure class="card ${state}">${slice === null ? "" : picture(marker, slice, volume, mask, box)}
<figcaption><strong>${name}</strong><br><span class="state">${say(words[state])}</span><span class="quiet">${slice === null ? "" : html`, ${say(words.slice)} ${slice + 1}`}${firm}</span>
${state === "not-assessable" ? html`<p>${say({ en: marker.reason ?? words.notAssessed.en, zh: words.notAssessed.zh })}</p>` : measured(marker)}</figcaption></figure>`;
}

function picture({ id, outline }: Marker, slice: number, volume: CtVolume, mask: Mask, box: PixelBox): Html {
  const outlines = [
    { loops: sliceOutline(mask, slice), color: outlineColor },
    { loops: outline.length > 0 ? [outline] : [], color: markerColor },
  ];
  return sliceFigure(volume, slice, {
    box,
    window: brainWindow,
    step: 1,
    outlines,
    label: `${id}, slice ${slice + 1}`,
  });
}

function measured({ quantities: values }: Marker): Html {
  const rows = Object.entries(values).map(([name, value]) => {
    const { text, digits, unit } = quantities[name] ?? { text: { en: name, zh: name }, digits: 2, unit: "" };
    const shown = value >= Number.MAX_SAFE_INTEGER ? "–" : `${value.toFixed(digits)} ${unit}`;
    return html`<tr><td>${say(text)}</td><td class="number">${shown}</td></tr>`;
  });
  return rows.length > 0 ? html`<table>${rows}</table>` : html``;
}
