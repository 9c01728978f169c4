import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTensor } from "../tensor.ts";
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from "./float16.ts";
import { readSafetensors, toStored, toWeights, writeSafetensors } from "./safetensors.ts";

const weights = new Map([
  ["b", createTensor([2, 3], new Float32Array([0.5, -1, 2, 3.25, -0.125, 100]))],
  ["a", createTensor([1], new Float32Array([0.1]))],
]);

function fileWith(header: unknown, dataLength: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

describe("weights written and read again", () => {
  it("F32 is exact, and equal weights give equal bytes in any order", () => {
    const file = writeSafetensors(toStored(weights, "F32"), { network: "test" });
    expect(toWeights(readSafetensors(file).tensors)).toEqual(new Map([...weights].sort()));
    expect(readSafetensors(file).metadata).toEqual({ network: "test" });
    expect(writeSafetensors(toStored(new Map([...weights].reverse()), "F32"), { network: "test" })).toEqual(file);
  });

  it("reads a Node Buffer, whose own slice would share memory", () => {
    const file = Buffer.from(writeSafetensors(toStored(weights, "F32")));
    expect(toWeights(readSafetensors(file).tensors)).toEqual(new Map([...weights].sort()));
  });

  it.each([
    ["F16", 2 ** -11],
    ["BF16", 2 ** -8],
  ] as const)("%s is within half a unit in the last place", (dtype, relative) => {
    const again = toWeights(readSafetensors(writeSafetensors(toStored(weights, dtype))).tensors);
    for (const [name, { data }] of weights) expect(again.get(name)?.data).toBeAllClose(data, { relative });
  });

  it("U8 is within half a step of the range, and keeps the extremes", () => {
    const again = toWeights(readSafetensors(writeSafetensors(toStored(weights, "U8"))).tensors);
    const { data } = weights.get("b") as { data: Float32Array };
    expect([...again.keys()]).toEqual(["a", "b"]);
    expect(again.get("b")?.data).toBeAllClose(data, { absolute: (0.5 * 101) / 255 + 1e-5 });
    expect(again.get("a")?.data).toBeAllClose([0.1], { relative: 1e-6 });
  });
});

describe("16-bit floats", () => {
  const all = Array.from({ length: 65536 }, (_, half) => half);

  it("every half that is a number survives the way through 32 bits", () => {
    const changed = all.filter((half) => !Number.isNaN(halfToFloat(half)) && floatToHalf(halfToFloat(half)) !== half);
    expect(changed).toEqual([]);
  });

  it("every bfloat that is a number survives the way through 32 bits", () => {
    const changed = all.filter(
      (half) => !Number.isNaN(bfloatToFloat(half)) && floatToBfloat(bfloatToFloat(half)) !== half,
    );
    expect(changed).toEqual([]);
  });

  it("rounds to the nearest, ties to even", () => {
    expect(halfToFloat(floatToHalf(2049))).toBe(2048);
    expect(halfToFloat(floatToHalf(2051))).toBe(2052);
    expect(halfToFloat(floatToHalf(65519))).toBe(65504);
    expect(halfToFloat(floatToHalf(65520))).toBe(Number.POSITIVE_INFINITY);
    expect(bfloatToFloat(floatToBfloat(1 + 2 ** -8))).toBe(1);
  });
});

describe("hostile files", () => {
  const good = { w: { dtype: "F32", shape: [2], data_offsets: [0, 8] } };
  it("the file that the others are broken from is sound", () => {
    expect(readSafetensors(fileWith(good, 8)).tensors.size).toBe(1);
  });

  it.each([
    ["an empty file", new Uint8Array(0)],
    ["a header longer than the file", fileWith(good, 8).subarray(0, 20)],
    ["a header that is not JSON", fileWith("{", 0)],
    ["a list as header", fileWith("[]", 0)],
    ["data beyond the file", fileWith(good, 4)],
    ["data that nothing accounts for", fileWith(good, 12)],
    ["a gap", fileWith({ w: { ...good.w, data_offsets: [4, 12] } }, 12)],
    ["an overlap", fileWith({ ...good, v: { ...good.w, data_offsets: [4, 12] } }, 12)],
    ["a size that does not fit the shape", fileWith({ w: { ...good.w, shape: [3] } }, 8)],
    ["a negative size", fileWith({ w: { ...good.w, shape: [-2, -1] } }, 8)],
    ["an unknown type", fileWith({ w: { ...good.w, dtype: "F12" } }, 8)],
    ["an unknown key", fileWith({ w: { ...good.w, code: "x" } }, 8)],
  ])("refuses %s", (_, file) => {
    expect(() => readSafetensors(file)).toThrowCode("BUNDLE_INVALID");
  });

  it("never fails otherwise on random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readSafetensors(bytes)).toThrowCode("BUNDLE_INVALID");
      }),
    );
  });

  it("refuses to turn types into weights that it does not read, and codes without a scale", () => {
    const whole = { dtype: "I64", shape: [1], bytes: new Uint8Array(8) };
    const codes = { dtype: "U8", shape: [4], bytes: new Uint8Array(4) };
    expect(() => toWeights(new Map([["n", whole]]))).toThrowCode("BUNDLE_INVALID");
    expect(() => toWeights(new Map([["n", codes]]))).toThrowCode("BUNDLE_INVALID");
    expect(() => writeSafetensors(new Map([["n", { ...codes, shape: [5] }]]))).toThrowCode("ARGUMENT_INVALID");
  });
});
