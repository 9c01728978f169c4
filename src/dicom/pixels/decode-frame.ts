/** One frame of pixel data, unpacked to bytes. The codecs are WebAssembly (4 MB) and are loaded when the first compressed frame is met. */
import { HemacastError, messageOf } from "../../core/errors.ts";
import { codestreamSize } from "./codestream-size.ts";
import type { PixelCodec } from "./transfer-syntaxes.ts";

/** What a decoder must know of the image around the frame. */
export interface FrameLayout {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly signed: boolean;
}

type NativeCodecs = typeof import("dcmjs-codecs")["NativeCodecs"];
type Codecs = Pick<typeof import("dcmjs-codecs"), "NativeCodecs" | "Context">;

let loading: Promise<Codecs> | undefined;

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
  if (codec !== "rle") {
    const size = codestreamSize(frame, codec);
    if (size.rows !== rows || size.columns !== columns || size.components !== 1) {
      throw new HemacastError(
        "DICOM_MALFORMED",
        `a compressed frame is ${size.columns} x ${size.rows} with ${size.components} components; the image is ${columns} x ${rows} with 1`,
      );
    }
  }
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
    decoded = decoderOf(codec, NativeCodecs)(context).getDecodedBuffer();
  } catch (cause) {
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

function decoderOf(codec: Exclude<PixelCodec, "native">, codecs: NativeCodecs) {
  switch (codec) {
    case "rle":
      return codecs.decodeRle;
    case "jpeg":
      return codecs.decodeJpeg;
    case "jpeg-ls":
      return codecs.decodeJpegLs;
    case "jpeg-2000":
      return codecs.decodeJpeg2000;
    case "ht-jpeg-2000":
      return codecs.decodeHtJpeg2000;
  }
}

/** The codecs, loaded once. */
function loadCodecs(): Promise<Codecs> {
  loading ??= import("dcmjs-codecs").then(async (module) => {
    // The package is CommonJS: its names are on the default export.
    const codecs = (module as unknown as { default: Codecs }).default;
    await codecs.NativeCodecs.initializeAsync();
    return codecs;
  });
  return loading;
}
