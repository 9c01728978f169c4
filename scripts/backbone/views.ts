/** The simulated views in memory, as network input and as targets. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../src/core/random.ts";
import { createTensor, type Tensor } from "../../src/nn/tensor.ts";
import type { HematomaLocation } from "../../src/simulation/simulated-case.ts";
import { type BackboneConfig, roleOf } from "./config.ts";
import { signNames, type ViewTruth } from "./slice-views.ts";

/** What is true of the whole study. */
export interface StudyTruth {
  readonly seed: number;
  readonly location: HematomaLocation;
  readonly irregularity: number;
  readonly volumeMl: number;
  readonly midlineShiftMm: number;
  readonly expands: boolean;
  readonly views: readonly ViewTruth[];
}

/** One view with all that is known of it. */
export interface View {
  readonly study: number;
  readonly truth: ViewTruth;
  readonly ofStudy: StudyTruth;
  /** Rows of a square, in HU. */
  readonly hu: Int16Array;
}

/** Reads the views of one role at a size, in pixels; studies are in the order of their seeds. */
export function readViews(
  folder: string,
  role: "train" | "probe",
  slices: BackboneConfig["slices"],
  pixels: number,
): View[] {
  const names = readdirSync(folder).filter((name) => /^study-\d+\.json$/.test(name));
  return names.sort().flatMap((name) => {
    const study = Number(name.slice(6, -5));
    if (roleOf(study, slices) !== role || study >= slices.studies) return [];
    const truth = JSON.parse(readFileSync(join(folder, name), "utf8")) as StudyTruth;
    const bytes = readFileSync(join(folder, name.replace(".json", ".hu")));
    const all = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const length = all.length / truth.views.length;
    return truth.views.map((view, k) => ({
      ...{ study, truth: view, ofStudy: truth },
      hu: shrunk(all.subarray(k * length, (k + 1) * length), pixels),
    }));
  });
}

/** A view at fewer pixels: each is the mean of the area that it covers. */
function shrunk(hu: Int16Array, pixels: number): Int16Array {
  const size = Math.sqrt(hu.length);
  if (size === pixels) return hu;
  const shares = Array.from({ length: pixels }, (_, to) => {
    const [begin, end] = [(to * size) / pixels, ((to + 1) * size) / pixels];
    const last = Math.min(size, Math.ceil(end - 1e-9));
    return Array.from({ length: last - Math.floor(begin) }, (_, i) => {
      const at = Math.floor(begin) + i;
      return { at, part: (Math.min(end, at + 1) - Math.max(begin, at)) / (end - begin) };
    });
  });
  return Int16Array.from({ length: pixels * pixels }, (_, k) => {
    let sum = 0;
    for (const row of shares[Math.floor(k / pixels)] ?? []) {
      for (const column of shares[k % pixels] ?? []) {
        sum += row.part * column.part * (hu[row.at * size + column.at] as number);
      }
    }
    return Math.round(sum);
  });
}

/** A part of a view as it is shown to the network: where it begins, whether left and right are exchanged, and what is done to HU. */
export interface Look {
  readonly pixels: number;
  readonly left: number;
  readonly top: number;
  readonly mirrored: boolean;
  readonly gain: number;
  readonly shiftHu: number;
}

/** The whole view as it is. */
export function plainLook(pixels: number): Look {
  return { pixels, left: 0, top: 0, mirrored: false, gain: 1, shiftHu: 0 };
}

/** A random part of a view, on another day on another scanner. */
export function randomLook(viewPixels: number, pixels: number, random: Random): Look {
  return {
    ...{ pixels, left: random.integer(viewPixels - pixels + 1), top: random.integer(viewPixels - pixels + 1) },
    ...{ mirrored: random.uniform() < 0.5, gain: 1 + 0.03 * random.normal(), shiftHu: 2 * random.normal() },
  };
}

/** Writes a look at a view into image n of a batch [n, windows, pixels, pixels]. */
export function showView(
  { hu }: View,
  look: Look,
  windowsHu: readonly (readonly [number, number])[],
  image: Tensor,
  n: number,
): void {
  const viewPixels = Math.sqrt(hu.length);
  const { pixels, left, top, mirrored, gain, shiftHu } = look;
  for (const [c, [low, high]] of windowsHu.entries()) {
    let to = (n * windowsHu.length + c) * pixels * pixels;
    for (let y = 0; y < pixels; y++) {
      for (let x = 0; x < pixels; x++, to++) {
        const from = (top + y) * viewPixels + left + (mirrored ? pixels - 1 - x : x);
        const value = ((hu[from] as number) * gain + shiftHu - low) / (high - low);
        image.data[to] = Math.min(1, Math.max(0, value));
      }
    }
  }
}

const locations: readonly HematomaLocation[] = ["putamen", "thalamus", "lobar", "caudate", "cerebellum", "brainstem"];

/** Names of the yes-or-no targets and of the measured ones, in the order of their columns. */
export const yesNoNames = ["blood", "ivh", ...signNames];
export const measureNames = [
  ...["clotSize", "edemaSize", "clotX", "clotY", "meanHu", "deviationHu", "raggedness"],
  ...["irregularity", "logVolume", "midlineShiftMm"],
];

/** Columns of targets of one look. Null: nothing to learn here. */
export function targetsOf({ truth, ofStudy, hu }: View, look: Look) {
  const viewPixels = Math.sqrt(hu.length);
  const moved = (place: number | null, begin: number, sign: number): number | null =>
    place === null ? null : (sign * ((((place + 1) / 2) * viewPixels - begin) * 2 - look.pixels)) / look.pixels;
  const ofClot = (value: number): number | null => (truth.blood === 1 ? value : null);
  const zoom = viewPixels / look.pixels;
  return {
    yesNo: [truth.blood, truth.ivh, ...truth.signs],
    measures: [
      ...[truth.clotSize * zoom, truth.edemaSize * zoom],
      ...[moved(truth.clotX, look.left, look.mirrored ? -1 : 1), moved(truth.clotY, look.top, 1)],
      truth.meanHu === null ? null : truth.meanHu * look.gain + look.shiftHu,
      ...[truth.deviationHu, truth.raggedness, ofClot(ofStudy.irregularity)],
      ...[ofClot(Math.log(ofStudy.volumeMl)), ofClot(ofStudy.midlineShiftMm)],
    ],
    location: truth.blood === 1 ? locations.indexOf(ofStudy.location) : null,
  };
}

/** How many locations there are. */
export const locationCount = locations.length;

/** A batch of images of some views as they are. */
export function plainImages(
  views: readonly View[],
  pixels: number,
  windowsHu: readonly (readonly [number, number])[],
): Tensor {
  const image = createTensor([views.length, windowsHu.length, pixels, pixels]);
  for (const [n, view] of views.entries()) showView(view, plainLook(pixels), windowsHu, image, n);
  return image;
}
