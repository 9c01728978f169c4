import { deflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import { inflateRaw } from "./inflate.ts";

const content = Uint8Array.from({ length: 5000 }, (_, n) => n % 7);
const packed = new Uint8Array(deflateRawSync(content));

it("unpacks, with the zero that pads a file to even length or without", async () => {
  expect(await inflateRaw(packed, 5000)).toEqual(content);
  expect(await inflateRaw(Uint8Array.from([...packed, 0]), 5000)).toEqual(content);
});

it("refuses what grows beyond the limit, and what is damaged or cut off", async () => {
  await expect(inflateRaw(packed, 4999)).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  await expect(inflateRaw(packed.subarray(0, -9), 5000)).rejects.toMatchObject({ code: "DICOM_MALFORMED" });
});
