import { describe, expect, it } from "vitest";
import { axialGeometry, headGeometry, headPhantom, volumeOf } from "../../test/support/phantoms.ts";
import { type BrainTissue, prepareBrainTissue } from "./brain-tissue.ts";

/** The voxel of the brain's box at an LPS position; the phantom's axes are L, P, S. */
function voxelAt({ volume: { geometry } }: BrainTissue, point: readonly number[]): number {
  const [i, j, k] = point.map((mm, axis) => Math.round((mm - geometry.origin[axis]) / geometry.spacing[axis]));
  return i + geometry.size[0] * (j + geometry.size[1] * k);
}

describe("prepareBrainTissue", () => {
  const brain = prepareBrainTissue(headPhantom({ hematomaMl: 30, hematomaHu: 65 }).volume) as BrainTissue;

  it("measures density above the white matter of the slice", () => {
    // most of a slice is white matter of 30 HU; the ring of grey matter is 5 mm wide
    for (const k of [8, 13, 18]) expect(brain.referenceHu[k]).toBeAllClose(30, { absolute: 1 });
    // noise of 3 HU, smoothed over about 3 x 3 voxels
    expect(brain.excessHu[voxelAt(brain, [26, 5, 2.5])]).toBeAllClose(35, { absolute: 4 });
    expect(brain.aboveSurroundingsHu[voxelAt(brain, [26, 5, 2.5])]).toBeAllClose(35, { absolute: 4 });
    expect(brain.excessHu[voxelAt(brain, [-40, 0, 2.5])]).toBeAllClose(0, { absolute: 4 });
  });

  it("knows how deep a voxel lies under the skull, above and below too", () => {
    expect(brain.depthMm[voxelAt(brain, [0, 0, 2.5])]).toBeGreaterThan(45);
    expect(brain.depthMm[voxelAt(brain, [62, 0, -7.5])]).toBeAllClose(5, { absolute: 2.5 });
    // the cavity ends 54 mm above the centre
    expect(brain.depthMm[voxelAt(brain, [0, 0, 47.5])]).toBeLessThan(11);
    expect(brain.depthMm[0]).toBe(0);
  });

  it("averages thin slices to slabs of 3 mm", () => {
    const thin = axialGeometry([128, 160, 140], [1.5, 1.5, 1]);
    const slabs = prepareBrainTissue(headPhantom({ geometry: thin }).volume) as BrainTissue;
    expect(slabs.volume.geometry.spacing[2]).toBe(3);
  });

  it("is null where there is no brain", () => {
    expect(prepareBrainTissue(volumeOf(headGeometry, () => 40))).toBeNull();
  });
});
