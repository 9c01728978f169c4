import { expect, it } from "vitest";
import { checklists } from "./checklists.ts";

it("the lists have the items that their authors published: 27 (in parts), 58 and 30", () => {
  const [tripod, clear, metrics] = checklists.map((list) => list.items.map((item) => item.id));
  expect(new Set(tripod!.map((id) => Number.parseInt(id, 10))).size).toBe(27);
  expect(clear).toEqual(Array.from({ length: 58 }, (_, i) => String(i + 1)));
  expect(metrics).toEqual(Array.from({ length: 30 }, (_, i) => String(i + 1)));
});

it("some items are answered and the rest are blanks for the authors, in both languages", () => {
  for (const { items } of checklists) {
    expect(items.some((item) => item.answer)).toBe(true);
    expect(items.some((item) => !item.answer)).toBe(true);
    for (const { text } of items) expect(text.en.length * text.zh.length).toBeGreaterThan(0);
  }
});
