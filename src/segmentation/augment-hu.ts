/** Augmentation of HU: other scanners, kernels, doses and windows. Works in place on the slices of one sample, and never leaves the finite numbers. */
import type { Random } from "../core/random.ts";

/** How far HU are changed. Chances are per sample. */
export interface HuRange {
  /** Standard deviation of a shift of all HU. */
  readonly shiftHu: number;
  /** Contrast about brain between 1 / factor and factor. */
  readonly contrastFactor: number;
  /** Exponent on the brain window between 1 / factor and factor. */
  readonly gammaFactor: number;
  /** Largest standard deviation of added noise. */
  readonly noiseHu: number;
  readonly blurChance: number;
  readonly lowResolutionChance: number;
  readonly streakChance: number;
  /** Chance to imitate an 8-bit image: HU end at -20 and 100. */
  readonly windowedChance: number;
  /** Chance that the hematoma is made paler, evenly or in patches. */
  readonly paleChance: number;
  /** Largest share of its contrast to brain that an evenly paler hematoma loses. */
  readonly paleness: number;
  /** Chance that a side of the hematoma is made paler, by a line across it. */
  readonly twoDensitiesChance: number;
}

/** About what contrast turns. */
export const BRAIN_HU = 33;
/** What saturated pixels of a windowed image are read as. */
const WINDOWED = { lowHu: -20, highHu: 100, airHu: -100, boneHu: 300 };

/** Changes the HU of the slices of one sample. */
export function augmentHu(slices: readonly Float32Array[], columns: number, range: HuRange, random: Random): void {
  const spread = (): number => 2 * random.uniform() - 1;
  if (random.uniform() < range.blurChance) for (const hu of slices) blur(hu, columns, 0.15 + 0.35 * random.uniform());
  if (random.uniform() < range.lowResolutionChance) {
    const factor = 1.4 + 1.2 * random.uniform();
    for (const hu of slices) coarsen(hu, columns, factor);
  }
  if (random.uniform() < range.streakChance) addStreaks(slices[(slices.length - 1) / 2], columns, random);
  const contrast = range.contrastFactor ** spread();
  const gamma = range.gammaFactor ** spread();
  const shift = range.shiftHu * random.normal();
  const noise = range.noiseHu * random.uniform() ** 2;
  const windowed = random.uniform() < range.windowedChance;
  for (const hu of slices) {
    for (let p = 0; p < hu.length; p++) {
      let value = BRAIN_HU + shift + contrast * (gammaOnBrain(hu[p], gamma) - BRAIN_HU);
      if (noise > 0) value += noise * random.normal();
      if (windowed) {
        if (value >= WINDOWED.highHu) value = WINDOWED.boneHu;
        else if (value <= WINDOWED.lowHu) value = WINDOWED.airHu;
      }
      hu[p] = value;
    }
  }
}

/** An exponent between 0 and 100 HU; outside nothing changes, so that the curve has no jump. */
function gammaOnBrain(hu: number, gamma: number): number {
  return hu > 0 && hu < 100 ? 100 * (hu / 100) ** gamma : hu;
}

/** One pass of a 3 x 3 binomial-like kernel with the given weight of each neighbour. */
function blur(hu: Float32Array, columns: number, share: number): void {
  const side = share / 2;
  const middle = 1 - share;
  for (const [step, count, next] of [
    [1, columns, columns],
    [columns, hu.length / columns, 1],
  ] as const) {
    for (let line = 0; line < hu.length / count; line++) {
      const base = line * next;
      let before = hu[base];
      for (let q = 0; q < count; q++) {
        const at = base + q * step;
        const value = hu[at];
        const after = q + 1 < count ? hu[at + step] : value;
        hu[at] = middle * value + side * (before + after);
        before = value;
      }
    }
  }
}

/** Low resolution: values at every `factor`-th pixel, and linear in between. */
function coarsen(hu: Float32Array, columns: number, factor: number): void {
  const rows = hu.length / columns;
  const source = hu.slice();
  const at = (i: number, j: number): number => source[Math.min(columns - 1, i) + columns * Math.min(rows - 1, j)];
  for (let j = 0; j < rows; j++) {
    const gy = Math.floor(j / factor);
    const ty = j / factor - gy;
    for (let i = 0; i < columns; i++) {
      const gx = Math.floor(i / factor);
      const tx = i / factor - gx;
      const [x0, x1] = [Math.round(gx * factor), Math.round((gx + 1) * factor)];
      const [y0, y1] = [Math.round(gy * factor), Math.round((gy + 1) * factor)];
      const top = at(x0, y0) * (1 - tx) + at(x1, y0) * tx;
      const bottom = at(x0, y1) * (1 - tx) + at(x1, y1) * tx;
      hu[i + columns * j] = top * (1 - ty) + bottom * ty;
    }
  }
}

/** Beam hardening and motion: bright and dark bands along one direction, fading along it. */
function addStreaks(hu: Float32Array, columns: number, random: Random): void {
  const rows = hu.length / columns;
  const angle = random.uniform() * Math.PI;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const bands = Array.from({ length: 1 + random.integer(4) }, () => ({
    at: (random.uniform() - 0.5) * 0.8 * rows,
    width: 1.5 + 6 * random.uniform(),
    hu: 9 * random.normal(),
    along: (random.uniform() - 0.5) * rows,
    reach: 20 + 40 * random.uniform(),
  }));
  for (let j = 0, p = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++, p++) {
      const x = i - columns / 2;
      const y = j - rows / 2;
      for (const band of bands) {
        const across = (c * x + s * y - band.at) / band.width;
        const along = (c * y - s * x - band.along) / band.reach;
        const distance = across * across + along * along;
        if (distance < 9) hu[p] += band.hu * Math.exp(-0.5 * distance);
      }
    }
  }
}
