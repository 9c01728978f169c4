/** What a compressed frame says of its own size, read before a decoder is let loose on it: a frame may not unpack to more than its image. */
import { HemacastError } from "../../core/errors.ts";
import type { PixelCodec } from "./transfer-syntaxes.ts";

/** Size of a frame in pixels, and its number of colour components. */
export interface CodestreamSize {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
}

/**
 * The size that a JPEG, JPEG-LS or JPEG 2000 codestream declares.
 *
 * @throws HemacastError DICOM_MALFORMED when there is no such header
 * @see ISO/IEC 10918-1 B.2.2 (SOF), ISO/IEC 15444-1 A.5.1 (SIZ)
 */
export function codestreamSize(frame: Uint8Array, codec: Exclude<PixelCodec, "native" | "rle">): CodestreamSize {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const size = codec === "jpeg" || codec === "jpeg-ls" ? startOfFrame(view) : siz(view);
  if (size) return size;
  throw new HemacastError("DICOM_MALFORMED", `a frame is not a ${codec} codestream, or is cut off in its header`);
}

function startOfFrame(view: DataView): CodestreamSize | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 <= view.byteLength; ) {
    const marker = view.getUint16(at);
    if (marker < 0xff01) return null;
    if (marker === 0xffff) {
      at++;
      continue;
    }
    if (isStartOfFrame(marker & 0xff)) {
      return { rows: view.getUint16(at + 5), columns: view.getUint16(at + 7), components: view.getUint8(at + 9) };
    }
    at += 2 + Math.max(view.getUint16(at + 2), 2);
  }
  return null;
}

function isStartOfFrame(code: number): boolean {
  return code === 0xf7 || (code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc);
}

function siz(view: DataView): CodestreamSize | null {
  if (view.byteLength < 42 || view.getUint32(0) !== 0xff4fff51) return null;
  return {
    columns: view.getUint32(8) - view.getUint32(16),
    rows: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
  };
}
