/** One frame of pixel data, unpacked to bytes. The codecs are WebAssembly (4 MB) and are loaded when the first compressed frame is met. */
import { HemacastError, messageOf } from "../../core/errors.ts";
import { codestreamSize } from "./codestream-size.ts";
import { decodeRle } from "./decode-rle.ts";
import type { PixelCodec } from "./transfer-syntaxes.ts";

/** What a decoder must know of the image around the frame. */
export interface FrameLayout {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly signed: boolean;
}

type Codecs = Pick<typeof import("dcmjs-codecs"), "NativeCodecs" | "Context" | "log">;

/**
 * Unpacks one compressed frame to little-endian bytes, `rows * columns * bitsAllocated / 8` of them.
 *
 * @throws HemacastError DICOM_MALFORMED when the frame is damaged or of another size than its image
 */
export async function decodeFrame(
  frame: Uint8Array,
  codec: Exclude<PixelCodec, "native">,
  layout: FrameLayout,
): Promise<Uint8Array> {
  const { rows, columns, bitsAllocated } = layout;
  if (codec === "rle") return decodeRle(frame, rows * columns, bitsAllocated / 8);
  const size = codestreamSize(frame, codec);
  if (size.rows !== rows || size.columns !== columns || size.components !== 1) {
    throw new HemacastError(
      "DICOM_MALFORMED",
      `a compressed frame is ${size.columns} x ${size.rows} with ${size.components} components; the image is ${columns} x ${rows} with 1`,
    );
  }
  requireEnd(frame, codec);
  const { NativeCodecs, Context } = await loadCodecs();
  const context = new Context({
    width: columns,
    height: rows,
    bitsAllocated,
    bitsStored: layout.bitsStored,
    samplesPerPixel: 1,
    pixelRepresentation: layout.signed ? 1 : 0,
    photometricInterpretation: "MONOCHROME2",
    encodedBuffer: frame,
  });
  let decoded: Uint8Array | undefined;
  try {
    decoded = NativeCodecs[decoders[codec]](context).getDecodedBuffer();
  } catch (cause) {
    // After a fault the WebAssembly instance is not to be trusted, and what it had allocated is lost: the next frame gets a new one.
    NativeCodecs.release();
    throw new HemacastError("DICOM_MALFORMED", `a ${codec} frame cannot be decoded: ${messageOf(cause)}`, { cause });
  }
  const expected = (rows * columns * bitsAllocated) / 8;
  if (decoded?.length !== expected) {
    throw new HemacastError(
      "DICOM_MALFORMED",
      `a ${codec} frame unpacks to ${decoded?.length ?? 0} bytes instead of ${expected}`,
    );
  }
  return decoded;
}

const decoders = {
  jpeg: "decodeJpeg",
  "jpeg-ls": "decodeJpegLs",
  "jpeg-2000": "decodeJpeg2000",
  "ht-jpeg-2000": "decodeHtJpeg2000",
} as const satisfies Record<Exclude<PixelCodec, "native" | "rle">, keyof Codecs["NativeCodecs"]>;

/** JPEG and JPEG 2000 end alike, by FF D9. A decoder fills in what a frame that is cut off lacks; so the end is looked for first. */
function requireEnd(frame: Uint8Array, codec: PixelCodec): void {
  let end = frame.length;
  while (end > 0 && frame[end - 1] === 0) end--;
  if (frame[end - 2] === 0xff && frame[end - 1] === 0xd9) return;
  throw new HemacastError("DICOM_MALFORMED", `a ${codec} frame is cut off: it has no end marker`);
}

/** The codecs, ready to use. */
async function loadCodecs(): Promise<Codecs> {
  // The package is CommonJS: its names are on the default export.
  const { default: codecs } = (await import("dcmjs-codecs")) as unknown as { default: Codecs };
  // What a decoder has to say comes back as the error; it does not write to the console besides.
  codecs.log.setLevel("silent");
  while (!codecs.NativeCodecs.isInitialized()) await codecs.NativeCodecs.initializeAsync();
  return codecs;
}
