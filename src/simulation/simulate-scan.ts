/** One scan of one head: the phantom, displaced and bled into, seen by a scanner, with the truth beside it. */
import type { Random } from "../core/random.ts";
import { type Geometry, voxelCount } from "../volume/geometry.ts";
import { placeSlice } from "../volume/slice-stack.ts";
import { AIR_HU, createCtVolume, type Mask, maskMl, type SliceSource } from "../volume/volume.ts";
import type { HeadAnatomy } from "./head/head-anatomy.ts";
import type { HeadPhantom } from "./head/head-phantom.ts";
import type { Hematoma } from "./hematoma/hematoma.ts";
import { bloodCoverage, type SliceCoverage } from "./scanner/blood-coverage.ts";
import { forEachPixel, halfCovered, hematomaMask } from "./scanner/blood-masks.ts";
import { imageChain } from "./scanner/image-chain.ts";
import { addSection } from "./scanner/sample-tissue.ts";
import { type HeadPose, scanGrid } from "./scanner/scan-grid.ts";
import type { ScannerProfile } from "./scanner/scanner-profile.ts";
import { type SignGaps, signGaps } from "./scanner/sign-gaps.ts";
import { signsByDefinition } from "./signs-by-definition.ts";
import type { ScanTruth, SignName, SimulatedScan } from "./simulated-case.ts";

/** What is scanned and how. */
export interface ScanInput {
  readonly head: HeadPhantom;
  readonly anatomy: HeadAnatomy;
  readonly hematoma: Hematoma;
  readonly volumeMl: number;
  readonly hoursFromOnset: number;
  readonly profile: ScannerProfile;
  /** How the head lies; drawn where it is not given. */
  readonly pose?: HeadPose;
  /** How the head lies, and the noise: its own for every scan. */
  readonly random: Random;
}

const IVH_HU = 56;
const EDEMA_HU = 9;
/** Largest HU that 12 bits with the usual offset hold. */
const MOST_HU = 3071;

/** Scans a head. Equal input, equal scan. */
export function simulateScan(input: ScanInput): SimulatedScan {
  const { head, anatomy, hematoma, profile } = input;
  const grid = scanGrid(anatomy, profile, input.random.fork("pose"), input.pose);
  const { layout } = grid;
  const { geometry } = layout;
  const coverages = bloodCoverage(hematoma, grid);
  const mask = hematomaMask(coverages, geometry, input.volumeMl);
  const gaps = signGaps(hematoma.signs, coverages);
  const { matrix } = profile;
  const hu = new Int16Array(voxelCount(geometry)).fill(AIR_HU);
  const chain = imageChain(profile, input.random.fork("image"));
  const slice = new Float32Array(matrix * matrix);
  const image = new Int16Array(matrix * matrix);
  const clot = { sum: 0, squares: 0, voxels: 0 };
  for (let k = 0; k < geometry.size[2]; k++) {
    slice.fill(-1000);
    const weight = 1 / grid.tissueSections;
    for (let section = 0; section < grid.tissueSections; section++) {
      addSection(head, hematoma.push, grid.imageFrame(k, section), matrix, weight, slice);
    }
    const { columnShift, rowShift } = layout.placements[k] as SliceSource;
    const onImage = { matrix, columnShift, rowShift, slice };
    for (const box of coverages) if (box.slice === k) paintBlood(box, geometry, gaps, onImage, mask, clot);
    chain(slice, k);
    roundInto(image, slice);
    placeSlice(layout, k, image, matrix, hu);
  }
  return {
    simulated: true,
    volume: createCtVolume(geometry, hu, layout.placements),
    truth: truthOf(input, coverages, mask, gaps, clot),
  };
}

/** HU as whole numbers within what 12 bits hold. A function of its own, because the large one around it is not compiled before it is over. */
function roundInto(image: Int16Array, slice: Float32Array): void {
  for (let p = 0; p < slice.length; p++) {
    const value = slice[p] as number;
    image[p] = value > AIR_HU ? (value < MOST_HU ? Math.round(value) : MOST_HU) : AIR_HU;
  }
}

interface ClotSums {
  sum: number;
  squares: number;
  voxels: number;
}

/** A scanner's image, and how it lies on the volume's grid. */
interface OnImage {
  readonly matrix: number;
  readonly columnShift: number;
  readonly rowShift: number;
  readonly slice: Float32Array;
}

/** Puts edema, ventricular blood and clot over the tissue of one slice. */
function paintBlood(
  box: SliceCoverage,
  geometry: Geometry,
  gaps: SignGaps,
  { matrix, columnShift, rowShift, slice }: OnImage,
  mask: Mask,
  clot: ClotSums,
): void {
  const dark = Object.entries(box.signs).map(([sign, values]) => ({ values, gap: gaps.get(sign as SignName) ?? 0 }));
  forEachPixel(box, geometry, (p, v) => {
    const row = box.j + Math.floor(p / box.width) + rowShift;
    if (row < 0 || row >= matrix) return;
    const at = row * matrix + box.i + (p % box.width) + columnShift;
    let value = slice[at] as number;
    const edema = box.edema[p] as number;
    if (edema > 0 && value > 17 && value < 48) value -= EDEMA_HU * edema * (value > 34 ? 0.7 : 1);
    value += (IVH_HU - value) * (box.ventricular[p] as number);
    const filled = box.clot[p] as number;
    if (filled > 0) {
      value = value * (1 - filled) + (box.clotHu[p] as number);
      for (const { values, gap } of dark) value -= gap * (values[p] as number);
    }
    slice[at] = value;
    if (mask.inside[v]) {
      clot.sum += value;
      clot.squares += value * value;
      clot.voxels++;
    }
  });
}

function truthOf(
  input: ScanInput,
  coverages: readonly SliceCoverage[],
  mask: Mask,
  gaps: SignGaps,
  clot: ClotSums,
): ScanTruth {
  const { geometry } = mask;
  const ivhMask = halfCovered(
    coverages,
    geometry,
    (box) => box.ventricular,
    (v) => !mask.inside[v],
  );
  const outside = (v: number): boolean => !(mask.inside[v] || ivhMask.inside[v]);
  const edemaMask = halfCovered(coverages, geometry, (box) => box.edema, outside);
  const signMasks = signsByDefinition(input.hematoma, coverages, mask, gaps);
  const meanHu = clot.sum / clot.voxels;
  return {
    mask,
    volumeMl: input.volumeMl,
    ivhMask,
    ivhMl: maskMl(ivhMask),
    edemaMask,
    edemaMl: maskMl(edemaMask),
    signs: Object.keys(signMasks) as SignName[],
    signsPlanned: input.hematoma.plan.signs,
    signsLeftOut: input.hematoma.plan.signs.filter((sign) => !signMasks[sign]),
    signMasks,
    midlineShiftMm: input.hematoma.push.midlineShiftMm,
    meanHu,
    coefficientOfVariation: Math.sqrt(Math.max(clot.squares / clot.voxels - meanHu * meanHu, 0)) / meanHu,
    hoursFromOnset: input.hoursFromOnset,
  };
}
