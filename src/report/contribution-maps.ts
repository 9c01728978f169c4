/** Where in the images an image model's risk comes from: its slices with what raises the risk in red and what lowers it in blue. */
import { sliceOutline } from "../volume/outline.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";
import { brainWindow } from "../volume/window.ts";
import { type Html, html, say } from "./html.ts";
import type { Prediction } from "./prediction.ts";
import { words } from "./prediction-messages.ts";
import { closeUp, outlineColor, sliceFigure } from "./slice-image.ts";

/** Brain shown around the hematoma, mm. */
const MARGIN_MM = 12;
/** The strongest cell covers this part of what lies under it. */
const STRONGEST = 0.7;

type ContributionMap = NonNullable<Prediction["risks"][number]["image"]>["maps"][number];

/** The maps of one risk, all on one scale of colour; nothing where the model reads no network. */
export function contributionFigures(maps: readonly ContributionMap[], volume: CtVolume, mask: Mask): Html {
  const box = closeUp(mask, MARGIN_MM);
  if (maps.length === 0 || !box) return html``;
  const strongest = Math.max(...maps.flatMap(({ logOdds }) => logOdds.map(Math.abs)));
  const figures = maps.map((map) => {
    const { block, slice, columns, rows, logOdds } = map;
    const heat = { box: map.box, columns, rows, colors: logOdds.flatMap((value) => colorOf(value, strongest)) };
    const outlines = [{ loops: sliceOutline(mask, slice), color: outlineColor }];
    const label = `${block}, slice ${slice + 1}`;
    const sum = logOdds.reduce((total, value) => total + value, 0);
    return html`<figure>${sliceFigure(volume, slice, { box, window: brainWindow, step: 1, outlines, heat, label })}<figcaption>${block}, ${say(words.slice)} ${slice + 1}: ${sum >= 0 ? "+" : "−"}${Math.abs(sum).toFixed(2)}</figcaption></figure>`;
  });
  return html`<h2>${say(words.whereFrom)}</h2><p class="quiet">${say(words.whereFromNote)}</p><div class="slices large">${figures}</div>`;
}

/** Red raises, blue lowers; the stronger, the less of the picture is seen through it. */
function colorOf(value: number, strongest: number): [number, number, number, number] {
  const alpha = strongest > 0 ? Math.round((255 * STRONGEST * Math.abs(value)) / strongest) : 0;
  return value >= 0 ? [255, 60, 40, alpha] : [40, 120, 255, alpha];
}
