import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { type ParquetColumn, parquetBytes } from "./parquet.ts";

const columns: readonly ParquetColumn[] = [
  { name: "caseId", kind: "text", cells: ["A", "Bé", null, "D"] },
  { name: "original_glcm_Contrast", kind: "number", cells: [1.5, null, null, -2e-9] },
  { name: "none", kind: "number", cells: [null, null, null, null] },
  ...Array.from(
    { length: 20 },
    (_, n): ParquetColumn => ({ name: `f${n}`, kind: "number", cells: [n, n + 0.25, null, 1e300] }),
  ),
];

it("writes the bytes that hyparquet 1.33.0 (parquetReadObjects, parquetMetadata) reads back as these cells and this metadata", () => {
  const bytes = parquetBytes(columns, { hemacast: '{"version":"1"}' });
  expect(bytes).toHaveLength(2136);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(
    "cc2ec7f5ae7e91f89d851ad348b6133ac8dcdaa39f4fa36cccd15396a8ff725f",
  );
});

it("begins and ends with the format's name, and says where the footer begins", () => {
  const bytes = parquetBytes([], {});
  const text = (from: number, to?: number): string => new TextDecoder().decode(bytes.subarray(from, to));
  expect([text(0, 4), text(bytes.length - 4)]).toEqual(["PAR1", "PAR1"]);
  const footer = new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
  expect(footer).toBe(bytes.length - 12);
});
