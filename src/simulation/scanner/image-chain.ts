/** From ideal HU to what a scanner shows: kernel, beam hardening, noise, head holder. Works on one slice at a time. */
import type { Random } from "../../core/random.ts";
import type { ScannerProfile } from "./scanner-profile.ts";

/** Blur that the phantom's own grid has already put in, mm. */
const PHANTOM_SIGMA_MM = 0.5;
/** Detail finer than this is what a sharp kernel enhances, mm. */
const DETAIL_SIGMA_MM = 1.1;

/** Turns a slice of ideal HU into the scanner's HU, in place. */
export type ImageChain = (slice: Float32Array, sliceIndex: number) => void;

/** The image chain of one scan. */
export function imageChain(profile: ScannerProfile, random: Random): ImageChain {
  const { matrix: n, pixelMm } = profile;
  const scratch = new Float32Array(n * n);
  const detail = new Float32Array(profile.sharpening > 0 ? n * n : 0);
  const sigmaPx = Math.sqrt(Math.max(profile.kernelSigmaMm ** 2 - PHANTOM_SIGMA_MM ** 2, 0)) / pixelMm;
  const tile = noiseTile(n, profile.noiseGrainMm / pixelMm, random.fork("noise"));
  const holder = headHolder(n, pixelMm);
  const place = random.fork("noise-place");
  return (slice) => {
    blur(slice, scratch, n, sigmaPx);
    if (profile.sharpening > 0) {
      detail.set(slice);
      blur(detail, scratch, n, DETAIL_SIGMA_MM / pixelMm);
      for (let p = 0; p < slice.length; p++) {
        slice[p] = (slice[p] as number) + profile.sharpening * ((slice[p] as number) - (detail[p] as number));
      }
    }
    const bonePerRow = hardenBeam(slice, n, pixelMm, profile.beamHardening);
    for (const { pixel, hu } of holder) slice[pixel] = Math.max(slice[pixel] as number, hu);
    addNoise(slice, n, tile, profile, bonePerRow, place);
  };
}

function addNoise(
  slice: Float32Array,
  n: number,
  tile: Float32Array,
  { noiseHu, huBias }: ScannerProfile,
  bonePerRow: Float64Array,
  place: Random,
): void {
  const [di, dj, flip] = [place.integer(n), place.integer(n), place.integer(2)];
  const mean = bonePerRow.reduce((a, b) => a + b, 0) / n;
  for (let j = 0; j < n; j++) {
    // Rays along a row through much bone carry few photons.
    const sd = noiseHu * (0.8 + 0.008 * mean + 0.006 * (bonePerRow[j] as number));
    const row = ((j + dj) % n) * n;
    for (let i = 0; i < n; i++) {
      const p = j * n + i;
      const q = row + (flip ? (n - 1 - i + di) % n : (i + di) % n);
      slice[p] = (slice[p] as number) + sd * (tile[q] as number) + huBias;
    }
  }
}

/**
 * Darkens soft tissue along rows that cross more bone than their neighbours, as between the petrous bones.
 *
 * @returns bone per row, in mm of 1000 HU
 */
function hardenBeam(slice: Float32Array, n: number, pixelMm: number, strength: number): Float64Array {
  const bone = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let p = j * n; p < (j + 1) * n; p++) if ((slice[p] as number) > 250) sum += slice[p] as number;
    bone[j] = (sum / 1000) * pixelMm;
  }
  const reach = Math.round(28 / pixelMm);
  for (let j = 0; j < n; j++) {
    let around = 0;
    for (let d = -reach; d <= reach; d++) around += bone[Math.min(Math.max(j + d, 0), n - 1)] as number;
    const excess = (bone[j] as number) - around / (2 * reach + 1) - 6;
    const dark = strength * 0.35 * Math.min(Math.max(excess, 0), 45);
    if (dark < 0.3) continue;
    for (let p = j * n; p < (j + 1) * n; p++) {
      const hu = slice[p] as number;
      if (hu > -60 && hu < 130) slice[p] = hu - dark;
    }
  }
  return bone;
}

/** Separable Gaussian blur in place; edges repeat. */
function blur(image: Float32Array, scratch: Float32Array, n: number, sigmaPx: number): void {
  if (sigmaPx < 0.25) return;
  const radius = Math.max(1, Math.ceil(2.5 * sigmaPx));
  const taps = gaussianTaps(radius, sigmaPx);
  alongRows(image, scratch, n, taps, radius);
  alongColumns(scratch, image, n, taps, radius);
}

function gaussianTaps(radius: number, sigmaPx: number): Float64Array {
  const taps = Float64Array.from({ length: radius + 1 }, (_, d) => Math.exp(-(d * d) / (2 * sigmaPx * sigmaPx)));
  const sum = (taps[0] as number) + 2 * taps.slice(1).reduce((a, b) => a + b, 0);
  return taps.map((tap) => tap / sum);
}

function alongRows(from: Float32Array, to: Float32Array, n: number, taps: Float64Array, radius: number): void {
  to.set(from);
  for (let row = 0; row < n; row++) filterRow(from, to, row * n + radius, (row + 1) * n - radius, 1, taps, radius);
}

/** Row after row as well, because memory is read along rows. */
function alongColumns(from: Float32Array, to: Float32Array, n: number, taps: Float64Array, radius: number): void {
  to.set(from);
  for (let row = radius; row < n - radius; row++) filterRow(from, to, row * n, (row + 1) * n, n, taps, radius);
}

/** Pixels `start` to `end` (exclusive) become weighted sums of their neighbours at multiples of `step`. */
function filterRow(
  from: Float32Array,
  to: Float32Array,
  start: number,
  end: number,
  step: number,
  taps: Float64Array,
  radius: number,
): void {
  const center = taps[0] as number;
  for (let p = start; p < end; p++) {
    let sum = center * (from[p] as number);
    for (let d = 1; d <= radius; d++) {
      sum += (taps[d] as number) * ((from[p + d * step] as number) + (from[p - d * step] as number));
    }
    to[p] = sum;
  }
}

/** A periodic tile of band-limited noise with standard deviation 1: filtered back-projection passes neither very low nor very high frequencies. */
function noiseTile(n: number, grainPx: number, random: Random): Float32Array {
  const border = Math.ceil(7 * grainPx);
  const wide = n + 2 * border;
  const white = new Float32Array(n * n);
  for (let p = 0; p < white.length; p++) white[p] = random.normal();
  const fine = new Float32Array(wide * wide);
  for (let j = 0; j < wide; j++) {
    const from = ((j + n - border) % n) * n;
    for (let i = 0; i < wide; i++) fine[j * wide + i] = white[from + ((i + n - border) % n)] as number;
  }
  const coarse = Float32Array.from(fine);
  const scratch = new Float32Array(wide * wide);
  blur(fine, scratch, wide, Math.max(grainPx, 0.35));
  blur(coarse, scratch, wide, 2.6 * Math.max(grainPx, 0.35));
  const tile = white;
  let square = 0;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const p = (j + border) * wide + i + border;
      const value = (fine[p] as number) - 0.75 * (coarse[p] as number);
      tile[j * n + i] = value;
      square += value * value;
    }
  }
  const sd = Math.sqrt(square / tile.length);
  return tile.map((value) => value / sd);
}

/** The thin plastic cup under the head: pixels and their HU. */
function headHolder(n: number, pixelMm: number): { pixel: number; hu: number }[] {
  const pixels: { pixel: number; hu: number }[] = [];
  const half = (n - 1) / 2;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const x = (i - half) * pixelMm;
      const y = (j - half) * pixelMm;
      if (y < 42) continue;
      const r = Math.sqrt((x / 104) ** 2 + ((y - 6) / 112) ** 2);
      const d = Math.abs(r - 1) * 106;
      if (d < 1.6) pixels.push({ pixel: j * n + i, hu: 40 - 500 * Math.max(d - 0.9, 0) });
    }
  }
  return pixels;
}
