import { describe, expect, it } from "vitest";
import {
  axialGeometry,
  ellipsoidLevel,
  forEachVoxel,
  headGeometry,
  headPhantom,
  volumeOf,
} from "../../test/support/phantoms.ts";
import { croppedGeometry } from "./box.ts";
import { brainMask, type Cranium, findCranium } from "./brain-mask.ts";
import { type CtVolume, createCtVolume, maskMl } from "./volume.ts";

/** Inside of the phantom's skull: see headPhantom. */
const cavity = { centerMm: [0, 0, -10], radiiMm: [67, 87, 64] } as const;

describe("brainMask", () => {
  it.each([
    ["5 mm slices", headGeometry],
    ["1 mm slices", axialGeometry([128, 160, 140], [1.5, 1.5, 1])],
    ["half-millimetre pixels", axialGeometry([400, 480, 12], [0.5, 0.5, 5])],
  ])("is the inside of the skull, on %s", (_, geometry) => {
    const { volume } = headPhantom({ geometry, hematomaMl: 30 });
    const found = brainMask(volume);
    let both = 0;
    let either = 0;
    const truth = volumeOf(geometry, (point) => (ellipsoidLevel(cavity, point) <= 1 ? 1 : 0)).hu;
    for (let v = 0; v < truth.length; v++) {
      both += 2 * (truth[v] & (found?.inside[v] as number));
      either += truth[v] + (found?.inside[v] as number);
    }
    // a voxel of 1.5 mm more or less around the whole cavity is 6 % of its volume
    expect(both / either).toBeGreaterThan(0.94);
  });

  it("holds the hematoma and calcification inside, also through a burr hole", () => {
    const { volume, hematoma } = headPhantom({ hematomaMl: 60, hematomaHu: 90 });
    const hu = volume.hu.slice();
    const [nx, ny] = headGeometry.size;
    for (let j = 76; j < 84; j++) for (let i = 0; i < 30; i++) hu[i + nx * (j + ny * 13)] = 20;
    hu[64 + nx * (80 + ny * 13)] = 800;
    const found = brainMask(createCtVolume(headGeometry, hu));
    expect(found?.inside[64 + nx * (80 + ny * 13)]).toBe(1);
    const outside = hematoma.inside.filter((value, v) => value === 1 && found?.inside[v] !== 1).length;
    expect(outside).toBe(0);
    expect(found?.inside[5 + nx * (80 + ny * 13)]).toBe(0);
  });

  it("works on a single slice", () => {
    const { volume } = headPhantom();
    const [nx, ny] = headGeometry.size;
    const geometry = croppedGeometry(headGeometry, { low: [0, 0, 14], high: [nx, ny, 15] });
    const slice = createCtVolume(geometry, volume.hu.slice(14 * nx * ny, 15 * nx * ny));
    const found = brainMask(slice);
    // ellipse of the cavity at z = 2.5 mm
    const areaMm2 = Math.PI * 67 * 87 * (1 - (12.5 / 64) ** 2);
    expect(found && maskMl(found)).toBeAllClose((areaMm2 * 5) / 1000, { relative: 0.05 });
  });

  it("is null where bone surrounds nothing", () => {
    expect(brainMask(volumeOf(headGeometry, () => 40))).toBeNull();
    expect(brainMask(volumeOf(headGeometry, ([x]) => (Math.abs(x) < 4 ? 900 : 40)))).toBeNull();
  });

  it("is null where the ring of bone is wider than any head or narrower than any brain", () => {
    const ring =
      (radius: number): ((point: readonly number[]) => number) =>
      ([x, y]) =>
        Math.abs(Math.hypot(x, y) - radius) < 4 ? 900 : 40;
    const wide = axialGeometry([200, 200, 4], [1.5, 1.5, 5]);
    expect(brainMask(volumeOf(wide, ring(130)))).toBeNull();
    expect(brainMask(volumeOf(wide, ring(20)))).toBeNull();
    expect(brainMask(volumeOf(wide, ring(70)))).not.toBeNull();
  });
});

it("a skull with a piece taken out is open, and its cavity ends at the line between the edges of bone", () => {
  const geometry = axialGeometry([220, 220, 1], [1, 1, 5]);
  /** Bone all around but over so many degrees on the left. */
  const ring = (gapDegrees: number): CtVolume =>
    volumeOf(geometry, ([x, y]) => {
      const radius = Math.hypot(x / 70, y / 88);
      if (radius > 1.2) return -1000;
      const open = (Math.abs(Math.atan2(y, x)) * 360) / Math.PI < gapDegrees;
      return radius > 1 && radius < 1.08 && !open ? 900 : 40;
    });
  const areaMl = (gapDegrees: number): number | null => {
    const cranium = findCranium(ring(gapDegrees));
    return cranium?.open ? maskMl(cranium.cavity) : null;
  };
  expect(findCranium(ring(20))?.open).toBe(false);
  const whole = (Math.PI * 70 * 88 * 5) / 1000;
  const opened = areaMl(150) as number;
  expect(opened).toBeLessThan(0.95 * whole);
  expect(opened).toBeGreaterThan(0.6 * whole);
  // No scalp: nothing beyond the line from one edge of bone to the other.
  const cavity = (findCranium(ring(150)) as Cranium).cavity;
  const edgeMm = 70 * Math.cos((75 * Math.PI) / 180);
  forEachVoxel(cavity.geometry, (voxel, [x]) => {
    if (cavity.inside[voxel]) expect(x).toBeLessThan(edgeMm + 6);
  });
  expect(areaMl(240)).toBeNull();
});

it("findCranium tells bone from cavity", () => {
  const cranium = findCranium(headPhantom().volume);
  // shells of the phantom between 5 and 11 mm below the scalp
  const shellMl = ((4 / 3) * Math.PI * (73 * 93 * 70 - 67 * 87 * 64)) / 1000;
  expect(cranium && maskMl(cranium.skull)).toBeAllClose(shellMl, { relative: 0.1 });
  expect(cranium?.skull.inside.some((bone, v) => bone === 1 && cranium.cavity.inside[v] === 1)).toBe(false);
});

it("what is known of a scan is not sought again", () => {
  const { volume } = headPhantom();
  expect(findCranium(volume)).toBe(findCranium(volume));
  expect(findCranium({ ...volume })).not.toBe(findCranium(volume));
});
