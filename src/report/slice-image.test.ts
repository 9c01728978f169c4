import { decode } from "fast-png";
import { expect, it } from "vitest";
import { axialGeometry, maskOf, volumeOf } from "../../test/support/phantoms.ts";
import { sliceOutline } from "../volume/outline.ts";
import { brainWindow } from "../volume/window.ts";
import { greySlice, headBox, sliceFigure } from "./slice-image.ts";

const geometry = axialGeometry([40, 30, 3], [0.5, 1, 5]);
const block = volumeOf(geometry, ([x, y]) => (Math.abs(x) < 4 && Math.abs(y) < 5 ? 40 : -1000));

it("finds the head and leaves air, table and what few slices show out", () => {
  expect(headBox(block)).toEqual({ left: 12, top: 10, right: 28, bottom: 20 });
  const withTable = volumeOf(geometry, ([x, y]) => (y > 12 || (Math.abs(x) < 4 && Math.abs(y) < 5) ? 40 : -1000));
  expect(headBox(withTable)).toEqual(headBox(block));
  expect(headBox(volumeOf(geometry, () => -1000))).toEqual({ left: 0, top: 0, right: 40, bottom: 30 });
});

it("maps the window to 0..255, clipping outside, and averages blocks before windowing", () => {
  const ramp = volumeOf(
    axialGeometry([6, 1, 1], [1, 1, 1]),
    ([x]) => [-50, 0, 40, 80, 200, 40][Math.round(x + 2.5)] as number,
  );
  const box = { left: 0, top: 0, right: 6, bottom: 1 };
  expect([...greySlice(ramp, 0, box, brainWindow, 1).data]).toEqual([0, 0, 128, 255, 255, 128]);
  expect([...greySlice(ramp, 0, box, brainWindow, 2).data]).toEqual([0, 191, 255]);
});

it("refuses a box outside the slice", () => {
  expect(() => greySlice(block, 0, { left: 0, top: 0, right: 41, bottom: 30 }, brainWindow, 1)).toThrowCode(
    "ARGUMENT_INVALID",
  );
});

it("draws the picture in the proportions of the patient with the outline in millimetres", () => {
  const mask = maskOf(geometry, ([x, y, z]) => Math.abs(x) < 1 && Math.abs(y) < 2 && z === 0);
  const box = { left: 0, top: 0, right: 40, bottom: 30 };
  const view = { box, window: brainWindow, step: 1, label: "slice <2>" };
  const svg = sliceFigure(block, 1, { ...view, outlines: [{ loops: sliceOutline(mask, 1), color: "#f00" }] }).html;
  expect(svg).toContain('viewBox="0 0 20 30"');
  expect(svg).toContain('d="M9 13L11 13L11 17L9 17Z"');
  expect(svg).toContain("slice &lt;2&gt;");
  expect(sliceFigure(block, 0, { ...view, outlines: [{ loops: [], color: "#f00" }] }).html).not.toContain("<path");
  const png = Buffer.from(/base64,([^"]+)/.exec(svg)?.[1] as string, "base64");
  expect(decode(png)).toMatchObject({ width: 40, height: 30, channels: 1 });
});
