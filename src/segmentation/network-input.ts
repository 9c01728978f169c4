/** How HU become the channels of the network: the same function in training and in use. */
import { type SegmentationPlan, SLICES_SEEN } from "./plan.ts";

/**
 * Writes the channels of one sample: for each slice seen (below, this one, above), each window mapped to [-1, 1] and clamped.
 *
 * @param slices HU of the slices seen, from below upwards, each columns x rows
 * @param channels where to write: windows x slices x pixels values
 */
export function writeChannels(
  slices: readonly (Float32Array | Int16Array)[],
  { windowsHu }: Pick<SegmentationPlan, "windowsHu">,
  channels: Float32Array,
): void {
  let at = 0;
  for (const hu of slices) {
    for (const [low, high] of windowsHu) {
      const scale = 2 / (high - low);
      for (let p = 0; p < hu.length; p++) {
        const value = (hu[p] - low) * scale - 1;
        channels[at++] = Math.min(1, Math.max(-1, value));
      }
    }
  }
}

/**
 * The slabs that the network sees for one slab: itself and its neighbours; at the ends, and alone, a slab is its own neighbour.
 *
 * @example neighboursOf(0, 3) // => [0, 0, 1]
 */
export function neighboursOf(slab: number, count: number): number[] {
  const reach = (SLICES_SEEN - 1) / 2;
  return Array.from({ length: SLICES_SEEN }, (_, n) => Math.min(count - 1, Math.max(0, slab - reach + n)));
}
