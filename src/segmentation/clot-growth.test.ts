import { describe, expect, it } from "vitest";
import { axialGeometry, maskOf } from "../../test/support/phantoms.ts";
import { createCtVolume, type Mask } from "../volume/volume.ts";
import type { BrainTissue } from "./brain-tissue.ts";
import { grownClot } from "./clot-growth.ts";

const geometry = axialGeometry([100, 100, 3], [1, 1, 5]);

/** A brain without noise whose density above surroundings and above the usual is the given function of the position. */
function brainOf(aboveHu: (point: readonly number[]) => number, usualHu = aboveHu): BrainTissue {
  const values = (of: (point: readonly number[]) => number): Float32Array => {
    const result = new Float32Array(30000);
    let v = 0;
    for (let k = -5; k <= 5; k += 5) {
      for (let y = -49.5; y < 50; y++) for (let x = -49.5; x < 50; x++) result[v++] = of([x, y, k]);
    }
    return result;
  };
  return {
    volume: createCtVolume(geometry, new Float32Array(30000)),
    cavity: maskOf(geometry, () => true),
    depthMm: values(([x, y]) => 45 - Math.max(Math.abs(x), Math.abs(y))),
    aboveSurroundingsHu: values(aboveHu),
    excessHu: values(usualHu),
    referenceHu: new Float32Array(3).fill(30),
  };
}

const disc = (radius: number): Mask => maskOf(geometry, ([x, y]) => Math.hypot(x, y) < radius);
const count = ({ inside }: Mask): number => inside.reduce((sum, value) => sum + value, 0);

describe("grownClot", () => {
  it("grows to where the density falls to 30 % of the way, and no further", () => {
    // a cone: 50 HU in the middle, falling by 2 HU per mm; 90th percentile within 5 mm of the middle is about 46
    const brain = brainOf(([x, y]) => 50 - 2 * Math.hypot(x, y));
    const grown = grownClot(brain, disc(5), 20);
    const edgeRadius = Math.sqrt(count(grown) / 3 / Math.PI);
    // .3 x 47 = 14 HU, reached at 18 mm
    expect(edgeRadius).toBeAllClose(18, { absolute: 0.5 });
  });

  it.each([20, 4])("reaches no more than %d mm beyond the core", (reachMm) => {
    const all = brainOf(() => 40);
    const middle = grownClot(all, disc(5), reachMm).inside.subarray(10000, 20000);
    const radius = Math.sqrt(middle.reduce((sum, value) => sum + value, 0) / Math.PI);
    expect(radius).toBeAllClose(5 + reachMm, { absolute: 1 });
  });

  it("takes nothing that is not connected, or only by a thread", () => {
    const two = ([x, y]: readonly number[]): number => (Math.hypot(x, y) < 8 || Math.hypot(x - 18, y) < 6 ? 40 : 0);
    const grown = grownClot(brainOf(two), disc(5), 20);
    expect(count(grown)).toBe(count(disc(8)));
    const thread = grownClot(
      brainOf((p) => (two(p) || (Math.abs(p[1]) < 1 && Math.abs(p[0]) < 15) ? 40 : 0)),
      disc(5),
      20,
    );
    // the stumps of the thread are opened away
    expect(count(thread)).toBeAllClose(count(disc(8)), { relative: 0.02 });
  });

  it("takes nothing that is no denser than grey matter, nor the rim of the cavity", () => {
    const grey = grownClot(
      brainOf(
        () => 40,
        ([x]) => (x > 0 ? 40 : 5),
      ),
      maskOf(geometry, ([x, y]) => Math.hypot(x - 10, y) < 5),
      20,
    );
    expect(grey.inside.some((value, v) => value === 1 && v % 100 < 50)).toBe(false);
    const rim = grownClot(
      brainOf(() => 40),
      maskOf(geometry, ([x, y]) => Math.hypot(x - 35, y) < 5),
      20,
    );
    const columns = [...rim.inside.keys()].filter((v) => rim.inside[v]).map((v) => v % 100);
    // column 92 is at 42.5 mm: 2.5 mm from the edge of the cavity
    expect(Math.max(...columns)).toBe(92);
  });

  it("takes no bone that touches the clot, nor its partial volume", () => {
    // usual density 30: 40 above it is blood, 80 above it is bone
    const above = ([x, y]: readonly number[]): number => (x > 8 && x < 20 ? 80 : Math.hypot(x, y) < 12 ? 40 : 0);
    const grown = grownClot(brainOf(above), disc(5), 20);
    const columns = [...grown.inside.keys()].filter((v) => grown.inside[v]).map((v) => v % 100);
    // bone begins with column 58, at 8.5 mm; column 57 is its partial volume
    expect(Math.max(...columns)).toBe(56);
    expect(Math.min(...columns)).toBeLessThan(40);
  });

  it("leaves an empty core empty", () => {
    expect(
      count(
        grownClot(
          brainOf(() => 40),
          disc(0),
          20,
        ),
      ),
    ).toBe(0);
  });
});
