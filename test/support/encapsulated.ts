/** Compressed DICOM files for tests: a frame encoded by the codecs, wrapped as encapsulated pixel data. */
import { ctImages } from "../../src/dicom/ct-image.ts";
import { storedValues } from "../../src/dicom/pixels/stored-values.ts";
import { readPart10 } from "../../src/dicom/read-dataset.ts";

type Codecs = Pick<typeof import("dcmjs-codecs"), "NativeCodecs" | "Context">;

export type FrameCodec = "rle" | "jpeg" | "jpeg-ls" | "jpeg-2000" | "ht-jpeg-2000";

/** The pixels of an uncompressed file as one losslessly compressed frame. */
export async function encodeFrame(codec: FrameCodec, uncompressed: Uint8Array): Promise<Uint8Array> {
  const { NativeCodecs, Context } = ((await import("dcmjs-codecs")) as unknown as { default: Codecs }).default;
  if (!NativeCodecs.isInitialized()) await NativeCodecs.initializeAsync();
  const file = await readPart10(uncompressed);
  const [image] = ctImages(file, "slice.dcm");
  if (!image) throw new Error("no image to encode");
  const values = await storedValues(file, image.layout, 0);
  const context = new Context({
    width: image.layout.columns,
    height: image.layout.rows,
    bitsAllocated: 16,
    bitsStored: image.layout.bitsStored,
    samplesPerPixel: 1,
    pixelRepresentation: image.layout.signed ? 1 : 0,
    photometricInterpretation: "MONOCHROME2",
    decodedBuffer: new Uint8Array(values.buffer),
  });
  const encode = {
    rle: () => NativeCodecs.encodeRle(context),
    jpeg: () => NativeCodecs.encodeJpeg(context, { lossy: false, predictor: 1, pointTransform: 0 }),
    "jpeg-ls": () => NativeCodecs.encodeJpegLs(context, { lossy: false }),
    "jpeg-2000": () => NativeCodecs.encodeJpeg2000(context, { lossy: false }),
    "ht-jpeg-2000": () => NativeCodecs.encodeHtJpeg2000(context, { lossy: false }),
  }[codec];
  return Uint8Array.from(encode().getEncodedBuffer() as Uint8Array);
}

/** The file with its pixel data replaced by fragments (the offset table empty unless given) and its transfer syntax named. */
export function encapsulated(
  uncompressed: Uint8Array,
  transferSyntaxUID: string,
  fragments: readonly Uint8Array[],
  offsetTable: readonly number[] = [],
): Uint8Array {
  const bytes = Buffer.from(uncompressed);
  const syntaxAt = bytes.indexOf(Buffer.from("\x02\x00\x10\x00UI", "latin1"));
  const pixelsAt = bytes.indexOf(Buffer.from("\xe0\x7f\x10\x00OW", "latin1"));
  const oldLength = bytes.readUInt16LE(syntaxAt + 6);
  const padded = transferSyntaxUID.length % 2 === 0 ? transferSyntaxUID : `${transferSyntaxUID}\0`;
  const syntax = Buffer.from(`\x02\x00\x10\x00UI\0\0${padded}`, "latin1");
  syntax.writeUInt16LE(padded.length, 6);
  const meta = Buffer.concat([bytes.subarray(0, syntaxAt), syntax, bytes.subarray(syntaxAt + 8 + oldLength, pixelsAt)]);
  meta.writeUInt32LE(meta.readUInt32LE(140) + padded.length - oldLength, 140);
  const table = Buffer.alloc(4 * offsetTable.length);
  offsetTable.forEach((offset, n) => void table.writeUInt32LE(offset, 4 * n));
  const itemOf = (content: Uint8Array): Buffer => {
    const even = content.length % 2 === 0 ? content : Buffer.concat([content, Buffer.alloc(1)]);
    const header = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
    header.writeUInt32LE(even.length, 4);
    return Buffer.concat([header, even]);
  };
  const header = Buffer.from("\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff", "latin1");
  const end = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
  return new Uint8Array(Buffer.concat([meta, header, itemOf(table), ...fragments.map(itemOf), end]));
}
