import { describe, expect, it } from "vitest";
import { looksLikeDicom, readPart10, sequenceItems } from "./read-dataset.ts";
import { tags } from "./tags.ts";
import { items, text, uint16 } from "./values.ts";
import { encodeDataSet, type WritableElement, writePart10 } from "./write-dataset.ts";

const identity: WritableElement[] = [
  ["SOPClassUID", "UI", "1.2.840.10008.5.1.4.1.1.2"],
  ["SOPInstanceUID", "UI", "1.2.3"],
];
const bytesOf = (...parts: (readonly number[] | string | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? Array.from(part, (c) => c.charCodeAt(0)) : [...part])),
  );
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const file = writePart10([...identity, ["Modality", "CS", "CT"], ["Rows", "US", 7]]);

describe("a data set", () => {
  it.each(["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"] as const)("is read as it was written (%s)", async (syntax) => {
    const nested: WritableElement = [
      "SharedFunctionalGroupsSequence",
      "SQ",
      [[["PixelMeasuresSequence", "SQ", [[["SliceThickness", "DS", 5]], [["SliceThickness", "DS", 6]]]]]],
    ];
    const read = await readPart10(
      writePart10([...identity, ["Columns", "US", 512], nested, ["KVP", "DS", 120]], syntax),
    );
    expect(read.transferSyntaxUID).toBe(syntax);
    expect(uint16(read, "Columns")).toBe(512);
    expect(text(read, "KVP")).toBe("120");
    const [group] = items(read, "SharedFunctionalGroupsSequence");
    if (!group) throw new Error("no item");
    expect(items(group, "PixelMeasuresSequence").map((item) => text(item, "SliceThickness"))).toEqual(["5", "6"]);
  });

  it("without preamble is read in either encoding, if it starts like an image", async () => {
    for (const explicit of [true, false]) {
      const bare = encodeDataSet([...identity, ["Modality", "CS", "CT"]], explicit);
      expect(looksLikeDicom(bare)).toBe(true);
      expect(text(await readPart10(bare), "Modality")).toBe("CT");
    }
    expect(looksLikeDicom(bytesOf("hello, this is a text"))).toBe(false);
  });

  it("may end in zeros", async () => {
    expect(uint16(await readPart10(join(file, new Uint8Array(6))), "Rows")).toBe(7);
  });

  it("may have sequences and items of undefined length, one in another", async () => {
    const end = (tag: number): number[] => [0xfe, 0xff, tag, 0xe0, 0, 0, 0, 0];
    const open = [0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff];
    const inner = bytesOf([0x28, 0, 0x10, 0x91], "SQ", [0, 0, 0xff, 0xff, 0xff, 0xff], open);
    // A value that looks like the end of an item: only the length says that it is not.
    const trap = bytesOf([0x18, 0, 0x50, 0], "DS", [8, 0], end(0x0d));
    const bytes = join(
      bytesOf([0, 0x52, 0x29, 0x92], "SQ", [0, 0, 0xff, 0xff, 0xff, 0xff], open),
      join(inner, trap, bytesOf(end(0x0d), end(0xdd))),
      bytesOf(end(0x0d), end(0xdd)),
      bytesOf([0xe0, 0x7f, 0x10, 0], "OW", [0, 0, 2, 0, 0, 0, 1, 2]),
    );
    const read = await readPart10(join(file, bytes));
    expect(read.elements.get(tags.PixelData)?.value).toEqual(Uint8Array.of(1, 2));
    const [group] = items(read, "SharedFunctionalGroupsSequence");
    const [measures] = group ? items(group, "PixelMeasuresSequence") : [];
    expect(measures?.elements.get(tags.SliceThickness)?.value).toEqual(bytesOf(end(0x0d)));
  });

  it("may hide an implicit sequence in an element of unknown VR", async () => {
    const item = encodeDataSet([["SliceThickness", "DS", 5]], false);
    const content = join(bytesOf([0xfe, 0xff, 0x00, 0xe0, item.length, 0, 0, 0]), item);
    const unknown = join(bytesOf([0x28, 0, 0x10, 0x91], "UN", [0, 0, content.length, 0, 0, 0]), content);
    const read = await readPart10(join(file, unknown));
    const [measures] = items(read, "PixelMeasuresSequence");
    expect(measures && text(measures, "SliceThickness")).toBe("5");
  });
});

describe("refused are", () => {
  const nestedUndefined = (depth: number): Uint8Array => {
    const level = bytesOf(
      [0, 0x52, 0x29, 0x92],
      "SQ",
      [0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff],
    );
    return join(...Array<Uint8Array>(depth).fill(level));
  };

  it.each<[string, Uint8Array, RegExp]>([
    ["a value that is cut off", file.subarray(0, -1), /truncated: element \(0028,0010\) needs 2 bytes/],
    ["a header that is cut off", file.subarray(0, -6), /truncated/],
    [
      "a length beyond the end",
      join(file, bytesOf([0xe0, 0x7f, 0x10, 0], "OW", [0, 0, 0, 0, 0, 0xff])),
      /\(7fe0,0010\) needs/,
    ],
    ["no value representation", join(file, bytesOf([0xe0, 0x7f, 0x10, 0], [1, 2, 0, 0])), /no value representation/],
    ["a sequence that never ends", join(file, nestedUndefined(3)), /truncated/],
    ["sequences without a bottom", join(file, nestedUndefined(200)), /nested more than 24 deep/],
    [
      "a sequence of something else",
      join(file, bytesOf([0, 0x52, 0x29, 0x92], "SQ", [0, 0, 0xff, 0xff, 0xff, 0xff], new Uint8Array(16))),
      /where an item was expected/,
    ],
    ["no transfer syntax", bytesOf(new Uint8Array(128), "DICM"), /TransferSyntaxUID/],
    ["nothing", new Uint8Array(0), /neither/],
  ])("%s", async (_, bytes, message) => {
    await expect(readPart10(bytes)).rejects.toMatchObject({
      code: "DICOM_MALFORMED",
      message: expect.stringMatching(message),
    });
  });

  it("a deflated data set that is damaged", async () => {
    const deflated = bytesOf("1.2.840.10008.1.2.1.99");
    const at = file.findIndex((_, n) => file[n] === 2 && file[n + 2] === 0x10 && file[n + 4] === 0x55);
    const head = join(file.subarray(0, at + 6), bytesOf([22, 0]), deflated);
    await expect(readPart10(join(head, bytesOf([1, 2, 3, 4, 5, 6])))).rejects.toMatchObject({
      code: "DICOM_MALFORMED",
      message: expect.stringContaining("deflated"),
    });
  });

  it("a value of one byte where two are needed", async () => {
    const read = await readPart10(join(file, bytesOf([0x28, 0, 0x11, 0], "US", [1, 0, 9])));
    expect(() => uint16(read, "Columns")).toThrowCode("DICOM_MALFORMED");
  });

  it("sequence items that are cut off", async () => {
    const read = await readPart10(file);
    const element = { vr: "SQ", value: bytesOf([0xfe, 0xff, 0x00, 0xe0, 99, 0, 0, 0]) };
    expect(() => sequenceItems(read, element)).toThrowCode("DICOM_MALFORMED");
  });
});
