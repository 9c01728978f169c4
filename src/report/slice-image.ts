/** One slice of a CT as a grey picture inside a page: a window of HU, a part of the slice, with outlines drawn over it as paths. */
import { encode } from "fast-png";
import { HemacastError } from "../core/errors.ts";
import { boundingBox, grownBox } from "../volume/box.ts";
import { type Component, connectedComponents } from "../volume/components.ts";
import type { Loop } from "../volume/outline.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";
import { applyWindow, type WindowHu } from "../volume/window.ts";
import { type Html, html, trusted } from "./html.ts";

/** A rectangle of pixels: columns [left, right), rows [top, bottom). */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The colour of the outline of the hematoma: readable on grey, and in print. */
export const outlineColor = "#ff4d4d";

/** The part of every slice that holds the hematoma, with brain around it; null where there is none. */
export function closeUp(mask: Mask, marginMm: number): PixelBox | null {
  const around = boundingBox(mask);
  if (!around) return null;
  const { low, high } = grownBox(around, mask.geometry, marginMm, false);
  return { left: low[0], top: low[1], right: high[0], bottom: high[1] };
}

/**
 * The smallest box that holds the head, with a margin of 2 %: of what is denser than -300 HU on at least a tenth of the slices, the largest
 * connected part of the projection, so that table and head holder stay outside. The whole slice where there is nothing that dense.
 */
export function headBox(volume: CtVolume): PixelBox {
  const { size, spacing, origin, direction } = volume.geometry;
  const [nx, ny, nz] = size;
  const denseSlices = new Int32Array(nx * ny);
  for (let v = 0; v < volume.hu.length; v++)
    if ((volume.hu[v] as number) > -300) (denseSlices[v % (nx * ny)] as number)++;
  const projection: Mask = {
    geometry: { size: [nx, ny, 1], spacing, origin, direction },
    inside: Uint8Array.from(denseSlices, (count) => (count >= 0.1 * nz ? 1 : 0)),
  };
  const { labels, components } = connectedComponents(projection, 4);
  const head = components.reduce<Component | null>(
    (best, part) => (best && best.voxels >= part.voxels ? best : part),
    null,
  );
  if (!head) return { left: 0, top: 0, right: nx, bottom: ny };
  let [left, top, right, bottom] = [nx, ny, 0, 0];
  labels.forEach((label, v) => {
    if (label !== head.label) return;
    const [i, j] = [v % nx, Math.floor(v / nx)];
    [left, right] = [Math.min(left, i), Math.max(right, i + 1)];
    [top, bottom] = [Math.min(top, j), Math.max(bottom, j + 1)];
  });
  const margin = Math.round(0.02 * Math.max(right - left, bottom - top));
  return {
    left: Math.max(left - margin, 0),
    top: Math.max(top - margin, 0),
    right: Math.min(right + margin, nx),
    bottom: Math.min(bottom + margin, ny),
  };
}

/**
 * Grey values 0 to 255 of a part of slice k, `step` x `step` voxels averaged to one pixel.
 *
 * @returns row by row, `Math.ceil(width / step)` pixels a row
 * @throws HemacastError ARGUMENT_INVALID when the box is not inside the slice
 */
export function greySlice(
  volume: CtVolume,
  k: number,
  box: PixelBox,
  window: WindowHu,
  step: number,
): { width: number; height: number; data: Uint8Array } {
  const [nx, ny] = volume.geometry.size;
  if (
    !(
      box.left >= 0 &&
      box.top >= 0 &&
      box.right <= nx &&
      box.bottom <= ny &&
      box.left < box.right &&
      box.top < box.bottom
    )
  ) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `the box ${JSON.stringify(box)} is not inside a slice of ${nx} x ${ny}`,
    );
  }
  const width = Math.ceil((box.right - box.left) / step);
  const height = Math.ceil((box.bottom - box.top) / step);
  const data = new Uint8Array(width * height);
  const shades = applyWindow(blockMeans(volume, k, box, step, width), window);
  for (let pixel = 0; pixel < data.length; pixel++) data[pixel] = Math.round(255 * shades[pixel]);
  return { width, height, data };
}

/** Mean HU of each block of `step` x `step` voxels, fewer at the right and lower edge. */
function blockMeans(volume: CtVolume, k: number, box: PixelBox, step: number, width: number): Float32Array {
  const { hu } = volume;
  const [nx, ny] = volume.geometry.size;
  const height = Math.ceil((box.bottom - box.top) / step);
  const sums = new Float64Array(width * height);
  const counts = new Float64Array(width * height);
  for (let j = box.top; j < box.bottom; j++) {
    const row = width * Math.floor((j - box.top) / step);
    const from = nx * (j + ny * k);
    for (let i = box.left; i < box.right; i++) {
      const block = row + Math.floor((i - box.left) / step);
      sums[block] += hu[from + i];
      counts[block]++;
    }
  }
  const means = new Float32Array(sums.length);
  for (let block = 0; block < means.length; block++) means[block] = sums[block] / counts[block];
  return means;
}

/** Closed loops to draw over a slice, in the pixel units of `sliceOutline`, and the colour of their line. */
export interface Outline {
  readonly loops: readonly Loop[];
  readonly color: string;
}

/** Colours over a part of a slice, row by row, four bytes a cell: red, green, blue, opacity. */
export interface HeatMap {
  /** In the pixel units of `sliceOutline`; need not be whole. */
  readonly box: PixelBox;
  readonly columns: number;
  readonly rows: number;
  readonly colors: ArrayLike<number>;
}

/** How a slice is shown. */
export interface SliceView {
  readonly box: PixelBox;
  readonly window: WindowHu;
  /** Voxels averaged to one pixel, in each direction; 1 shows every voxel. */
  readonly step: number;
  readonly outlines: readonly Outline[];
  /** Between the picture and the outlines. */
  readonly heat?: HeatMap;
  /** Text for readers who cannot see the picture. */
  readonly label: string;
}

/** Slice k as an SVG: the picture inside it, pixels in the proportions of the patient, outlines over it. */
export function sliceFigure(volume: CtVolume, k: number, view: SliceView): Html {
  const { box, window, step, outlines, heat, label } = view;
  const picture = greySlice(volume, k, box, window, step);
  const png = base64(encode({ width: picture.width, height: picture.height, data: picture.data, channels: 1 }));
  const [sx, sy] = volume.geometry.spacing;
  const [width, height] = [(box.right - box.left) * sx, (box.bottom - box.top) * sy];
  const paths = outlines.map(({ loops, color }) => {
    const d = loops
      .map(
        (loop) => `M${loop.map(([x, y]) => `${round((x - box.left) * sx)} ${round((y - box.top) * sy)}`).join("L")}Z`,
      )
      .join("");
    return d === ""
      ? []
      : [html`<path d="${d}" fill="none" stroke="${color}" stroke-width="1.4" vector-effect="non-scaling-stroke"/>`];
  });
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${label}">
<image width="${round(width)}" height="${round(height)}" preserveAspectRatio="none" href="data:image/png;base64,${trusted(png)}"/>${heat ? heatImage(heat, box, [sx, sy]) : ""}${paths.flat()}</svg>`;
}

function heatImage(heat: HeatMap, view: PixelBox, [sx, sy]: readonly [number, number]): Html {
  const { box, columns, rows, colors } = heat;
  const png = base64(encode({ width: columns, height: rows, data: Uint8Array.from(colors), channels: 4 }));
  return html`<image x="${round((box.left - view.left) * sx)}" y="${round((box.top - view.top) * sy)}" width="${round((box.right - box.left) * sx)}" height="${round((box.bottom - box.top) * sy)}" preserveAspectRatio="none" href="data:image/png;base64,${trusted(png)}"/>`;
}

function round(x: number): number {
  return Math.round(x * 100) / 100;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
