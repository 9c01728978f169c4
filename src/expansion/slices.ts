/** From a head CT and the mask of its hematoma to the 2D images that a network looks at: which slices, which part of each, in which windows. */
import { HemacastError } from "../core/errors.ts";
import { z } from "../core/schema.ts";
import { median } from "../math/statistics.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import { type CtVolume, type Mask, voxelsPerSlice } from "../volume/volume.ts";

/** How 2D images are made; part of a model: another setting is another model. */
export const sliceConfigSchema = z.strictObject({
  /** The slice with the largest area of hematoma, that and its neighbours, or every slice that shows a tenth of that area (at most 6, evenly spread). */
  slices: z.enum(["largest", "largest-3", "all"]).default("all"),
  /** A square around the hematoma, the same for all slices of a scan, or the whole field of view. */
  frame: z.enum(["clot", "head"]).default("clot"),
  /** Three windows of one slice, or one window of the slice and its two neighbours. */
  channels: z.enum(["windows", "neighbours"]).default("windows"),
  /** Lower and upper HU of each window; three for windows, one for neighbours. */
  windowsHu: z
    .array(z.tuple([z.number(), z.number()]).refine(([low, high]) => low < high, "lower below upper"))
    .min(1)
    .max(3)
    .default([
      [0, 80],
      [30, 90],
      [-50, 150],
    ]),
  /** Windows are about the median of the hematoma instead of about water: what is darker than the rest of the clot then looks the same in every clot. */
  relativeToClot: z.boolean().default(false),
  /** Standard deviation of the Gaussian, in the plane, that takes away noise first; 0 = none. */
  smoothMm: z.number().min(0).max(5).default(0),
  /** Side of the image. */
  pixels: z.number().int().min(75).max(512).default(224),
});

/** How 2D images are made, defaults filled in. */
export type SliceConfig = z.infer<typeof sliceConfigSchema>;

/** One 2D image of a scan. */
export interface SliceImage {
  /** Index of the slice in the volume. */
  readonly slice: number;
  /** Area of hematoma on the slice in mm2. */
  readonly areaMm2: number;
  /** Side of a pixel of the image in mm. */
  readonly pixelMm: number;
  /** [3, pixels, pixels] in [0, 1]. */
  readonly channels: Float32Array;
  /** Share of hematoma in each pixel, [pixels, pixels] in [0, 1]. */
  readonly clot: Float32Array;
  readonly frame: SliceFrame;
}

/** Where an image lies on the slice: pixel (x, y) is at voxel (left + x step[0], top + y step[1]). */
export interface SliceFrame {
  readonly left: number;
  readonly top: number;
  readonly step: readonly [number, number];
}

/** Around the hematoma: this times its extent, and no less than this many mm. */
const MARGIN = 1.3;
const LEAST_SIDE_MM = 48;
/** With `slices: "all"`: slices with less than this part of the largest area say little, and neighbours say much the same. */
const LEAST_AREA_PART = 0.1;
const MOST_SLICES = 6;

/**
 * The 2D images of a scan, from the lowest slice to the highest.
 *
 * @param mask the hematoma, on the grid of the volume
 * @throws HemacastError MASK_EMPTY, GEOMETRY_MISMATCH, CONFIG_INVALID when windows and channels do not go together
 */
export function sliceImages(volume: CtVolume, mask: Mask, config: SliceConfig): SliceImage[] {
  if (volume.hu.length !== mask.inside.length) {
    throw new HemacastError("GEOMETRY_MISMATCH", "the mask is not on the grid of the volume");
  }
  const expected = config.channels === "windows" ? 3 : 1;
  if (config.windowsHu.length !== expected) {
    throw new HemacastError(
      "CONFIG_INVALID",
      `channels "${config.channels}" take ${expected} window(s), got ${config.windowsHu.length}`,
    );
  }
  const counts = voxelsPerSlice(mask);
  const [dx, dy] = volume.geometry.spacing;
  const frame = config.frame === "clot" ? frameOfClot(mask, config.pixels) : frameOfHead(mask, config.pixels);
  const shown = config.smoothMm > 0 ? smoothedAround(volume, counts, config.smoothMm) : volume;
  const zeroHu = config.relativeToClot ? medianInside(shown, mask) : 0;
  return chooseSlices(counts, config.slices).map((slice) => ({
    slice,
    areaMm2: (counts[slice] as number) * dx * dy,
    pixelMm: frame.step[0] * dx,
    channels: channelsOf(shown, slice, frame, zeroHu, config),
    clot: sampled(mask, slice, frame, config.pixels, (v) => mask.inside[v] as number),
    frame,
  }));
}

/** Smoothed where anything is looked at: slices that show the hematoma, and one beyond at either end. The others stay as they are. */
function smoothedAround(volume: CtVolume, counts: ArrayLike<number>, inPlane: number): CtVolume {
  const [nx, ny, nz] = volume.geometry.size;
  const seen = Array.from(counts).flatMap((count, k) => (count > 0 ? [k] : []));
  const first = Math.max(0, (seen[0] ?? 0) - 1);
  const end = Math.min(nz, (seen.at(-1) ?? nz - 1) + 2);
  const slab = {
    ...volume,
    geometry: { ...volume.geometry, size: [nx, ny, end - first] as const },
    hu: volume.hu.subarray(first * nx * ny, end * nx * ny),
  };
  const hu = new Float32Array(volume.hu);
  hu.set(gaussianSmooth(slab, { inPlane, throughPlane: 0 }).hu, first * nx * ny);
  return { ...volume, hu };
}

/**
 * Which slices are looked at.
 *
 * @param counts voxels of hematoma on each slice
 * @throws HemacastError MASK_EMPTY
 * @example chooseSlices([0, 5, 20, 9, 0], "largest-3") // => [1, 2, 3]
 */
export function chooseSlices(counts: ArrayLike<number>, choice: SliceConfig["slices"]): number[] {
  const areas = Array.from(counts);
  const largest = areas.indexOf(Math.max(...areas));
  if (!(areas[largest]! > 0)) throw new HemacastError("MASK_EMPTY", "no hematoma, so no slice of it");
  if (choice === "largest") return [largest];
  if (choice === "largest-3") {
    return [largest - 1, largest, largest + 1].filter((k) => (areas[k] ?? 0) > 0);
  }
  const shown = areas.flatMap((area, k) => (area >= LEAST_AREA_PART * areas[largest]! ? [k] : []));
  if (shown.length <= MOST_SLICES) return shown;
  const chosen = Array.from(
    { length: MOST_SLICES },
    (_, i) => shown[Math.round((i * (shown.length - 1)) / (MOST_SLICES - 1))] as number,
  );
  return [...new Set(chosen)];
}

/** A square in mm around the hematoma of all slices. */
function frameOfClot(mask: Mask, pixels: number): SliceFrame {
  const [nx, ny] = mask.geometry.size;
  const [dx, dy] = mask.geometry.spacing;
  let [left, right, top, bottom] = [nx, -1, ny, -1];
  for (let v = 0; v < mask.inside.length; v++) {
    if (mask.inside[v] === 0) continue;
    const x = v % nx;
    const y = Math.floor(v / nx) % ny;
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const extentMm = Math.max((right - left + 1) * dx, (bottom - top + 1) * dy);
  return squareFrame(
    [(left + right) / 2, (top + bottom) / 2],
    Math.max(MARGIN * extentMm, LEAST_SIDE_MM),
    mask,
    pixels,
  );
}

function frameOfHead(mask: Mask, pixels: number): SliceFrame {
  const [nx, ny] = mask.geometry.size;
  const [dx, dy] = mask.geometry.spacing;
  return squareFrame([(nx - 1) / 2, (ny - 1) / 2], Math.max(nx * dx, ny * dy), mask, pixels);
}

function squareFrame(center: readonly [number, number], sideMm: number, mask: Mask, pixels: number): SliceFrame {
  const [dx, dy] = mask.geometry.spacing;
  const step = [sideMm / pixels / dx, sideMm / pixels / dy] as const;
  const half = (pixels - 1) / 2;
  return { left: center[0] - half * step[0], top: center[1] - half * step[1], step };
}

function medianInside({ hu }: CtVolume, { inside }: Mask): number {
  return median(hu.filter((_, v) => inside[v] === 1));
}

function channelsOf(
  volume: CtVolume,
  slice: number,
  frame: SliceFrame,
  zeroHu: number,
  config: SliceConfig,
): Float32Array {
  const { pixels, windowsHu } = config;
  const nz = volume.geometry.size[2];
  const channels = new Float32Array(3 * pixels * pixels);
  for (let c = 0; c < 3; c++) {
    const z = config.channels === "windows" ? slice : Math.min(nz - 1, Math.max(0, slice + c - 1));
    const [low, high] = (windowsHu[c] ?? windowsHu[0]) as [number, number];
    const scaled = (v: number): number =>
      Math.min(1, Math.max(0, ((volume.hu[v] as number) - zeroHu - low) / (high - low)));
    channels.set(sampled(volume, z, frame, pixels, scaled), c * pixels * pixels);
  }
  return channels;
}

/** Bilinear samples of a slice; where a pixel is larger than a voxel, the mean of several, so that no voxel is skipped. 0 outside the slice. */
function sampled(
  { geometry }: CtVolume | Mask,
  slice: number,
  { left, top, step }: SliceFrame,
  pixels: number,
  valueAt: (voxel: number) => number,
): Float32Array {
  const [nx, ny] = geometry.size;
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= nx || y >= ny ? 0 : Math.fround(valueAt((slice * ny + y) * nx + x));
  const bilinear = (x: number, y: number): number => {
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - x0, y - y0];
    const upper = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx;
    return upper * (1 - fy) + (at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx) * fy;
  };
  const times = Math.max(1, Math.ceil(Math.max(...step)));
  const out = new Float32Array(pixels * pixels);
  for (let y = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++) {
      let sum = 0;
      for (let s = 0; s < times * times; s++) {
        const sx = ((s % times) + 0.5) / times - 0.5;
        const sy = (Math.floor(s / times) + 0.5) / times - 0.5;
        sum += bilinear(left + (x + sx) * step[0], top + (y + sy) * step[1]);
      }
      out[y * pixels + x] = sum / times ** 2;
    }
  }
  return out;
}
