import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axialGeometry } from "../../test/support/phantoms.ts";
import { type Geometry, indexToLps } from "./geometry.ts";
import {
  type AxisOrder,
  canonicalOrder,
  inverseOrder,
  reorderedGeometry,
  reorderMask,
  reorderVolume,
} from "./orient.ts";
import { createCtVolume, createMask } from "./volume.ts";

const permutations = [
  [0, 1, 2],
  [1, 0, 2],
  [0, 2, 1],
  [2, 1, 0],
  [1, 2, 0],
  [2, 0, 1],
] as const;
const orders: AxisOrder[] = permutations.flatMap((from) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
    from,
    flipped: [(bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0] as const,
  })),
);

/** A grid that is turned by an angle about each axis, of unequal sizes. */
function oblique(a: number, b: number): Geometry {
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  return axialGeometry([2, 3, 4], [0.5, 0.75, 5], {
    origin: [-7, 11, 3],
    direction: [
      [ca, sa, 0],
      [-sa * cb, ca * cb, sb],
      [sa * sb, -ca * sb, cb],
    ],
  });
}

describe.each(orders)("order $from, flipped $flipped", (order) => {
  const geometry = oblique(0.2, -0.3);
  const volume = createCtVolume(
    geometry,
    Int16Array.from({ length: 24 }, (_, v) => v),
  );

  it("comes back exactly", () => {
    const there = reorderVolume(volume, order);
    const back = reorderVolume(there, inverseOrder(order));
    expect(back.hu).toEqual(volume.hu);
    expect(back.geometry.size).toEqual(geometry.size);
    expect(back.geometry.origin).toBeAllClose(geometry.origin, { absolute: 1e-12 });
    expect(back.geometry.direction.flat()).toBeAllClose(geometry.direction.flat(), { absolute: 0 });
  });

  it("leaves each value at its place in the patient", () => {
    const there = reorderVolume(volume, order);
    const place = (g: Geometry, v: number): string =>
      indexToLps(g, [v % g.size[0], Math.floor(v / g.size[0]) % g.size[1], Math.floor(v / (g.size[0] * g.size[1]))])
        .map((mm) => mm.toFixed(6).replace("-0.000000", "0.000000"))
        .join(" ");
    const before = new Map([...volume.hu.keys()].map((v) => [place(geometry, v), volume.hu[v]]));
    for (const v of there.hu.keys()) expect(before.get(place(there.geometry, v))).toBe(there.hu[v]);
  });

  it("is found as canonical again", () => {
    const turned = reorderedGeometry(geometry, order);
    expect(canonicalOrder(reorderedGeometry(turned, canonicalOrder(turned)))).toEqual({
      from: [0, 1, 2],
      flipped: [false, false, false],
    });
  });
});

it("every oblique grid has canonical axes that point to L, P, S", () => {
  const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
  fc.assert(
    fc.property(angle, angle, (a, b) => {
      const canonical = reorderedGeometry(oblique(a, b), canonicalOrder(oblique(a, b)));
      for (const axis of [0, 1, 2]) expect(canonical.direction[axis][axis]).toBeGreaterThan(-1e-12);
    }),
  );
});

describe("uneven gaps", () => {
  const geometry = axialGeometry([1, 1, 3], [1, 1, 5], { sliceOffsetsMm: [0, 4, 10] });
  const sources = ["a", "b", "c"].map((sopInstanceUID) => ({ sopInstanceUID, columnShift: 1, rowShift: 0 }));

  it("turn with the slices, and so do the sources", () => {
    const order: AxisOrder = { from: [0, 1, 2], flipped: [false, false, true] };
    const there = reorderVolume(createCtVolume(geometry, Int16Array.of(1, 2, 3), sources), order);
    expect(there.geometry.sliceOffsetsMm).toEqual([0, 6, 10]);
    expect([...there.hu]).toEqual([3, 2, 1]);
    expect(there.sources.map((source) => source.sopInstanceUID)).toEqual(["c", "b", "a"]);
  });

  it("cannot lie along another axis", () => {
    const order: AxisOrder = { from: [2, 1, 0], flipped: [false, false, false] };
    expect(() => reorderMask(createMask(geometry), order)).toThrowCode("GEOMETRY_INVALID");
  });
});

it("a volume and a mask whose axes are in place are their own reordering", () => {
  const geometry = axialGeometry([2, 2, 2], [1, 1, 1]);
  const volume = createCtVolume(geometry, new Int16Array(8));
  const mask = createMask(geometry);
  expect(reorderVolume(volume, canonicalOrder(geometry))).toBe(volume);
  expect(reorderMask(mask, canonicalOrder(geometry))).toBe(mask);
});
