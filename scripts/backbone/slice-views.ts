/** Square views of one slice of a simulated study, and what the simulator knows of each: the material that the backbone learns from. */
import type { Random } from "../../src/core/random.ts";
import type { SignName, SimulatedScan } from "../../src/simulation/simulated-case.ts";
import { AIR_HU, type Mask } from "../../src/volume/volume.ts";

/** Signs in the order in which targets list them. */
export const signNames: readonly SignName[] = [
  ...(["blend", "black-hole", "swirl", "hypodensity", "fluid-level", "island", "satellite"] as const),
];

/** A square of a slice: centre in mm from the centre of pixel (0, 0), side in mm. */
export interface Frame {
  readonly slice: number;
  readonly centreMm: readonly [number, number];
  readonly sideMm: number;
}

/** What is true of one view. Null: not defined, or too little of it to call it there or not there. */
export interface ViewTruth {
  readonly kind: "clot" | "head" | "bloodless-head" | "bloodless-crop";
  readonly frame: Frame;
  readonly blood: number | null;
  readonly ivh: number | null;
  readonly signs: readonly (number | null)[];
  /** Square root of the clot's part of the view. */
  readonly clotSize: number;
  readonly edemaSize: number;
  /** Centre of the clot in the view, -1 to 1 from left to right and from top to bottom. */
  readonly clotX: number | null;
  readonly clotY: number | null;
  /** HU of the clot's pixels in the view. */
  readonly meanHu: number | null;
  readonly deviationHu: number | null;
  /** Logarithm of perimeter^2 / (4 pi area), with the perimeter in pixel edges. */
  readonly raggedness: number | null;
}

/** Areas in mm2 from which something counts as there; below it, but not none, it is not judged. */
const visibleMm2 = { blood: 25, ivh: 15, sign: 8 };

/** The views of one study: eight of the clot, two whole heads with it, a whole head and a part of a brain without blood. The first of each kind is a standard view. */
export function drawFrames(scan: SimulatedScan, random: Random): { kind: ViewTruth["kind"]; frame: Frame }[] {
  const bySlice = clotAreas(scan);
  const withClot = bySlice.flatMap((area, k) => (area > 0 ? [k] : []));
  const largest = bySlice.indexOf(Math.max(...bySlice));
  const some = (list: readonly number[]): number => list[random.integer(list.length)] as number;
  const clot = [largest, ...[1, 2, 3, 4, 5, 6, 7].map(() => some(withClot))].map((k, i) => ({
    kind: "clot" as const,
    frame: clotFrame(scan, k, i === 0 ? null : random),
  }));
  const heads = [largest, some(withClot)].map((k, i) => ({
    kind: "head" as const,
    frame: headFrame(scan, k, i === 0 ? null : random),
  }));
  const brains = bySlice.map((area, k) => (area === 0 ? brainPixels(scan, k) : []));
  const free = bySlice.flatMap((_, k) =>
    (brains[k] as number[]).length * gridOf(scan).pixelMm ** 2 > 2000 ? [k] : [],
  );
  if (free.length === 0) return [...clot, ...heads];
  const bloodless = [
    { kind: "bloodless-head" as const, frame: headFrame(scan, some(free), random) },
    { kind: "bloodless-crop" as const, frame: brainFrame(scan, some(free), brains, random) },
  ];
  return [...clot, ...heads, ...bloodless];
}

function brainFrame(scan: SimulatedScan, slice: number, brains: readonly number[][], random: Random): Frame {
  const { nx, pixelMm } = gridOf(scan);
  const inBrain = brains[slice] as number[];
  const pixel = inBrain[random.integer(inBrain.length)] as number;
  const centreMm = [(pixel % nx) * pixelMm, Math.floor(pixel / nx) * pixelMm] as const;
  return { slice, centreMm, sideMm: 45 + 85 * random.uniform() };
}

function gridOf({ volume }: SimulatedScan) {
  const [nx, ny, nz] = volume.geometry.size;
  return { nx, ny, nz, pixelMm: volume.geometry.spacing[0] };
}

function clotAreas(scan: SimulatedScan): number[] {
  const { nx, ny, nz } = gridOf(scan);
  return Array.from({ length: nz }, (_, k) => {
    const part = scan.truth.mask.inside.subarray(k * nx * ny, (k + 1) * nx * ny);
    return part.reduce((sum, value) => sum + value, 0);
  });
}

/** Pixels of soft tissue in the middle of the head: a rough brain, enough to choose where to look. */
function brainPixels(scan: SimulatedScan, slice: number): number[] {
  const { nx, ny } = gridOf(scan);
  const found: number[] = [];
  const hu = scan.volume.hu.subarray(slice * nx * ny, (slice + 1) * nx * ny);
  const { centre, extent } = boxOf(nx, hu, (value) => value > -300);
  for (const [k, value] of hu.entries()) {
    const [dx, dy] = [(k % nx) - centre[0], Math.floor(k / nx) - centre[1]];
    if (value > 15 && value < 60 && Math.hypot(dx, dy) < 0.35 * extent) found.push(k);
  }
  return found;
}

function boxOf(nx: number, values: ArrayLike<number>, inside: (value: number) => boolean) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let k = 0; k < values.length; k++) {
    if (!inside(values[k] as number)) continue;
    const [x, y] = [k % nx, Math.floor(k / nx)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  const centre = [(left + right) / 2, (top + bottom) / 2] as const;
  return { centre, extent: Math.max(right - left, bottom - top) + 1 };
}

/** Around the clot of a slice: half again its size for the standard view, from close up to distant and off the centre for the others. */
function clotFrame(scan: SimulatedScan, slice: number, random: Random | null): Frame {
  const { nx, ny, pixelMm } = gridOf(scan);
  const inside = scan.truth.mask.inside.subarray(slice * nx * ny, (slice + 1) * nx * ny);
  const { centre, extent } = boxOf(nx, inside, (value) => value > 0);
  const least = Math.max(40, 1.2 * extent * pixelMm);
  const sideMm =
    random === null ? Math.max(64, 1.5 * extent * pixelMm) : least + random.uniform() * Math.max(0, 130 - least);
  const off = (): number => (random === null ? 0 : 0.12 * sideMm * (2 * random.uniform() - 1));
  return { slice, sideMm, centreMm: [centre[0] * pixelMm + off(), centre[1] * pixelMm + off()] };
}

function headFrame(scan: SimulatedScan, slice: number, random: Random | null): Frame {
  const { nx, ny, pixelMm } = gridOf(scan);
  const hu = scan.volume.hu.subarray(slice * nx * ny, (slice + 1) * nx * ny);
  const { centre } = boxOf(nx, hu, (value) => value > -300);
  const jitter = random ?? { uniform: () => 0.5 };
  const off = (): number => 16 * (jitter.uniform() - 0.5);
  return {
    slice,
    sideMm: 190 + 50 * jitter.uniform(),
    centreMm: [centre[0] * pixelMm + off(), centre[1] * pixelMm + off()],
  };
}

/** HU of a view, bilinear, averaged over the area of each pixel of the view where it is larger than the source's. */
export function drawView(scan: SimulatedScan, frame: Frame, pixels: number): Int16Array {
  const { nx, ny, pixelMm } = gridOf(scan);
  const hu = scan.volume.hu.subarray(frame.slice * nx * ny, (frame.slice + 1) * nx * ny);
  const step = frame.sideMm / pixels;
  const samples = Math.max(1, Math.ceil(step / pixelMm));
  const view = new Int16Array(pixels * pixels);
  for (let v = 0; v < pixels; v++) {
    for (let u = 0; u < pixels; u++) {
      let sum = 0;
      for (let b = 0; b < samples; b++) {
        for (let a = 0; a < samples; a++) {
          const x = frame.centreMm[0] + (u + (a + 0.5) / samples - pixels / 2) * step;
          const y = frame.centreMm[1] + (v + (b + 0.5) / samples - pixels / 2) * step;
          sum += bilinear(hu, nx, ny, x / pixelMm, y / pixelMm);
        }
      }
      view[v * pixels + u] = Math.round(sum / samples ** 2);
    }
  }
  return view;
}

function bilinear(hu: ArrayLike<number>, nx: number, ny: number, x: number, y: number): number {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  if (i < 0 || j < 0 || i + 1 >= nx || j + 1 >= ny) return AIR_HU;
  const [s, t, k] = [x - i, y - j, j * nx + i];
  const upper = (hu[k] as number) * (1 - s) + (hu[k + 1] as number) * s;
  const lower = (hu[k + nx] as number) * (1 - s) + (hu[k + nx + 1] as number) * s;
  return upper * (1 - t) + lower * t;
}

/** What the simulator knows of a view. */
export function truthOf(scan: SimulatedScan, kind: ViewTruth["kind"], frame: Frame, hu: Int16Array): ViewTruth {
  const pixels = Math.sqrt(hu.length);
  const pixelMm2 = (frame.sideMm / pixels) ** 2;
  const { truth } = scan;
  const clot = drawMask(scan, truth.mask, frame, pixels);
  const present = (mask: Mask | undefined, leastMm2: number): number | null => {
    if (mask === undefined) return 0;
    const mm2 = count(drawMask(scan, mask, frame, pixels)) * pixelMm2;
    return mm2 === 0 ? 0 : mm2 >= leastMm2 ? 1 : null;
  };
  const places = [...clot.keys()].filter((k) => clot[k]);
  const mean = (of: (k: number) => number): number | null =>
    places.length === 0 ? null : places.reduce((sum, k) => sum + of(k), 0) / places.length;
  const meanHu = mean((k) => hu[k] as number);
  const variance = meanHu === null ? null : mean((k) => ((hu[k] as number) - meanHu) ** 2);
  const perimeter = boundaryEdges(clot, pixels);
  return {
    ...{ kind, frame, blood: present(truth.mask, visibleMm2.blood), ivh: present(truth.ivhMask, visibleMm2.ivh) },
    signs: signNames.map((sign) => present(truth.signMasks[sign], visibleMm2.sign)),
    clotSize: Math.sqrt(places.length / hu.length),
    edemaSize: Math.sqrt(count(drawMask(scan, truth.edemaMask, frame, pixels)) / hu.length),
    clotX: mean((k) => (2 * ((k % pixels) + 0.5)) / pixels - 1),
    clotY: mean((k) => (2 * (Math.floor(k / pixels) + 0.5)) / pixels - 1),
    ...{ meanHu, deviationHu: variance === null ? null : Math.sqrt(variance) },
    raggedness: places.length < 30 ? null : Math.log(perimeter ** 2 / (4 * Math.PI * places.length)),
  };
}

function drawMask(scan: SimulatedScan, mask: Mask, frame: Frame, pixels: number): Uint8Array {
  const { nx, ny, pixelMm } = gridOf(scan);
  const step = frame.sideMm / pixels;
  const at = (centre: number, u: number): number => Math.round((centre + (u + 0.5 - pixels / 2) * step) / pixelMm);
  return Uint8Array.from({ length: pixels * pixels }, (_, k) => {
    const [i, j] = [at(frame.centreMm[0], k % pixels), at(frame.centreMm[1], Math.floor(k / pixels))];
    return i < 0 || j < 0 || i >= nx || j >= ny ? 0 : (mask.inside[(frame.slice * ny + j) * nx + i] as number);
  });
}

function count(mask: Uint8Array): number {
  return mask.reduce((sum, value) => sum + value, 0);
}

function boundaryEdges(mask: Uint8Array, pixels: number): number {
  let edges = 0;
  for (let k = 0; k < mask.length; k++) {
    if (k % pixels < pixels - 1 && mask[k] !== mask[k + 1]) edges++;
    if (k + pixels < mask.length && mask[k] !== mask[k + pixels]) edges++;
  }
  return edges;
}
