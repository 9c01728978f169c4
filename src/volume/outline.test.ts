import fc from "fast-check";
import { expect, it } from "vitest";
import { type Loop, sliceOutline } from "./outline.ts";
import { createMask, type Mask } from "./volume.ts";

function maskOf(rows: readonly string[]): Mask {
  const nx = (rows[0] as string).length;
  const inside = Uint8Array.from(rows.join(""), (c) => (c === "#" ? 1 : 0));
  return createMask(
    {
      size: [nx, rows.length, 1],
      spacing: [1, 1, 1],
      origin: [0, 0, 0],
      direction: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    },
    inside,
  );
}

/** Shoelace: positive for loops that run clockwise on a screen (y down). */
function signedArea(loop: Loop): number {
  return loop.reduce((sum, [x, y], i) => {
    const [x2, y2] = loop[(i + 1) % loop.length] as readonly [number, number];
    return sum + (x * y2 - x2 * y) / 2;
  }, 0);
}

it("outlines one pixel with its four corners", () => {
  expect(sliceOutline(maskOf(["...", ".#.", "..."]), 0)).toEqual([
    [
      [1, 1],
      [2, 1],
      [2, 2],
      [1, 2],
    ],
  ]);
});

it("merges straight runs and goes round a hole the other way", () => {
  const loops = sliceOutline(maskOf(["###", "#.#", "###"]), 0);
  expect(loops.map((loop) => loop.length)).toEqual([4, 4]);
  expect(loops.map(signedArea).sort((a, b) => a - b)).toEqual([-1, 9]);
});

it("keeps regions that touch at a corner apart", () => {
  expect(sliceOutline(maskOf(["#.", ".#"]), 0).map(signedArea)).toEqual([1, 1]);
});

it("encloses exactly the pixels that are inside, whatever the shape", () => {
  const pictures = fc.integer({ min: 1, max: 9 }).chain((nx) =>
    fc.array(
      fc.array(fc.constantFrom("#", "."), { minLength: nx, maxLength: nx }).map((row) => row.join("")),
      {
        minLength: 1,
        maxLength: 9,
      },
    ),
  );
  fc.assert(
    fc.property(pictures, (rows) => {
      const mask = maskOf(rows);
      const loops = sliceOutline(mask, 0);
      const area = loops.reduce((sum, loop) => sum + signedArea(loop), 0);
      expect(area).toBe(mask.inside.reduce((sum, v) => sum + v, 0));
      for (const loop of loops) {
        loop.forEach(([x, y], i) => {
          const [x2, y2] = loop[(i + 1) % loop.length] as readonly [number, number];
          const [x3, y3] = loop[(i + 2) % loop.length] as readonly [number, number];
          expect(Math.abs((x2 - x) * (x3 - x2) + (y2 - y) * (y3 - y2))).toBe(0); // every corner turns by 90 degrees
        });
      }
    }),
  );
});
