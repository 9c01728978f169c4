import { expect, it } from "vitest";
import { applyWindow, brainWindow } from "./window.ts";

it("maps the limits to 0 and 1 and clamps beyond", () => {
  expect([...applyWindow(Float32Array.of(-5, 0, 20, 80, 81), brainWindow)]).toEqual([0, 0, 0.25, 1, 1]);
});

it("refuses a window without width", () => {
  expect(() => applyWindow(Int16Array.of(1), { centerHu: 40, widthHu: 0 })).toThrowCode("ARGUMENT_INVALID");
  expect(() => applyWindow(Int16Array.of(1), { centerHu: Number.NaN, widthHu: 80 })).toThrowCode("ARGUMENT_INVALID");
});
