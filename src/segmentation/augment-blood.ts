/** Augmentation of blood: paler, patchy, of two densities. The label stays: what is darker is still hematoma, and that is to be learned. */
import type { Random } from "../core/random.ts";
import { BRAIN_HU, type HuRange } from "./augment-hu.ts";

/**
 * Gives hematomas two densities, as a blend sign or a fluid level has: beyond a line across it blood is paler by 12 to 30 HU.
 *
 * @param shares as in {@link makePaler}
 * @returns whether it did; not where the middle slice has no blood or the blood beyond the line is hardly denser than brain
 */
export function makeTwoDensities(
  slices: readonly Float32Array[],
  shares: readonly Float32Array[],
  columns: number,
  { twoDensitiesChance }: Pick<HuRange, "twoDensitiesChance">,
  random: Random,
): boolean {
  if (twoDensitiesChance === 0 || random.uniform() >= twoDensitiesChance) return false;
  const middle = (slices.length - 1) / 2;
  const blood: number[] = [];
  for (let p = 0; p < shares[middle].length; p++) if (shares[middle][p] >= 0.5) blood.push(p);
  if (blood.length === 0) return false;
  const through = blood[random.integer(blood.length)];
  const level = random.uniform() < LEVEL_CHANCE;
  const angle = level ? -Math.PI / 2 : 2 * Math.PI * random.uniform();
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [x, y] = [through % columns, Math.floor(through / columns)];
  const softPixels = 0.3 + random.uniform();
  const bends = patchField(columns, slices[0].length / columns, random);
  const bendPixels = level ? 0 : 2 * random.uniform();
  const beyond = (p: number): number => {
    const distance = c * ((p % columns) - x) + s * (Math.floor(p / columns) - y) + bendPixels * bends[p];
    return 1 / (1 + Math.exp(-distance / softPixels));
  };
  const paler = blood.filter((p) => beyond(p) > 0.5);
  if (paler.length === 0) return false;
  const hu = paler.reduce((sum, p) => sum + slices[middle][p], 0) / paler.length;
  const drop = Math.min(12 + 18 * random.uniform(), hu - BRAIN_HU - LEAST_LEFT_HU);
  if (drop <= 0) return false;
  for (const [n, values] of slices.entries()) {
    for (let p = 0; p < values.length; p++) if (shares[n][p] > 0) values[p] -= shares[n][p] * drop * beyond(p);
  }
  return true;
}

/** Cells settle towards posterior, which is the last row: plasma is in front of a straight line. */
const LEVEL_CHANCE = 0.25;
/** What the paler part keeps above brain, on average. */
const LEAST_LEFT_HU = 4;

/**
 * Makes hematomas paler, as mixed, early or resolving blood is: they lose a share of their contrast to brain, evenly or in patches.
 *
 * @param shares share of hematoma of each pixel in [0, 1], one list per slice; a boundary that is not judged belongs to it
 */
export function makePaler(
  slices: readonly Float32Array[],
  shares: readonly Float32Array[],
  columns: number,
  range: Pick<HuRange, "paleChance" | "paleness">,
  random: Random,
): void {
  if (range.paleChance === 0 || random.uniform() >= range.paleChance) return;
  const even = range.paleness * random.uniform();
  const patchy = random.uniform() < 0.5 ? 0.3 * random.uniform() : 0;
  const patches = patchField(columns, slices[0].length / columns, random);
  for (const [n, hu] of slices.entries()) {
    for (let p = 0; p < hu.length; p++) {
      const share = shares[n][p];
      if (share === 0 || hu[p] <= BRAIN_HU) continue;
      const lost = Math.min(MOST_LOST, Math.max(0, even + patchy * patches[p]));
      hu[p] -= share * lost * (hu[p] - BRAIN_HU);
    }
  }
}

/** More is lost than can be seen: the label would ask for a guess. */
const MOST_LOST = 0.75;
/** Pixels between the control points of patches. */
const PATCH_PIXELS = 9;

/** Standard normal values at control points, linear in between. */
function patchField(columns: number, rows: number, random: Random): Float32Array {
  const across = Math.ceil(columns / PATCH_PIXELS) + 1;
  const points = Float32Array.from({ length: across * (Math.ceil(rows / PATCH_PIXELS) + 1) }, () => random.normal());
  const field = new Float32Array(columns * rows);
  for (let j = 0, p = 0; j < rows; j++) {
    const [gy, ty] = [Math.floor(j / PATCH_PIXELS), (j % PATCH_PIXELS) / PATCH_PIXELS];
    for (let i = 0; i < columns; i++, p++) {
      const [gx, tx] = [Math.floor(i / PATCH_PIXELS), (i % PATCH_PIXELS) / PATCH_PIXELS];
      const base = gx + across * gy;
      const top = points[base] + tx * (points[base + 1] - points[base]);
      const bottom = points[base + across] + tx * (points[base + across + 1] - points[base + across]);
      field[p] = top + ty * (bottom - top);
    }
  }
  return field;
}
