/** The transfer syntaxes that are read, in one table. `docs/reference/transfer-syntaxes.md` says the same in words, and a test compares the two. */
import { HemacastError } from "../../core/errors.ts";

/** How pixel data are packed: not at all, or by one of the codecs. */
export type PixelCodec = "native" | "rle" | "jpeg" | "jpeg-ls" | "jpeg-2000" | "ht-jpeg-2000";

/** One transfer syntax. `lossy` syntaxes may hold lossless data; HU are then still as written. */
export interface TransferSyntax {
  readonly uid: string;
  readonly name: string;
  readonly codec: PixelCodec;
  readonly lossy: boolean;
}

/**
 * Every transfer syntax that is read. Baseline and extended JPEG (.50, .51) are left out on purpose: 8 or 12 lossy bits do not hold HU.
 *
 * @see DICOM PS3.5 annex A
 */
export const transferSyntaxes: readonly TransferSyntax[] = [
  { uid: "1.2.840.10008.1.2", name: "Implicit VR Little Endian", codec: "native", lossy: false },
  { uid: "1.2.840.10008.1.2.1", name: "Explicit VR Little Endian", codec: "native", lossy: false },
  { uid: "1.2.840.10008.1.2.1.99", name: "Deflated Explicit VR Little Endian", codec: "native", lossy: false },
  { uid: "1.2.840.10008.1.2.2", name: "Explicit VR Big Endian", codec: "native", lossy: false },
  { uid: "1.2.840.10008.1.2.5", name: "RLE Lossless", codec: "rle", lossy: false },
  { uid: "1.2.840.10008.1.2.4.57", name: "JPEG Lossless, Process 14", codec: "jpeg", lossy: false },
  { uid: "1.2.840.10008.1.2.4.70", name: "JPEG Lossless, Selection Value 1", codec: "jpeg", lossy: false },
  { uid: "1.2.840.10008.1.2.4.80", name: "JPEG-LS Lossless", codec: "jpeg-ls", lossy: false },
  { uid: "1.2.840.10008.1.2.4.81", name: "JPEG-LS Near-Lossless", codec: "jpeg-ls", lossy: true },
  { uid: "1.2.840.10008.1.2.4.90", name: "JPEG 2000 Lossless Only", codec: "jpeg-2000", lossy: false },
  { uid: "1.2.840.10008.1.2.4.91", name: "JPEG 2000", codec: "jpeg-2000", lossy: true },
  { uid: "1.2.840.10008.1.2.4.201", name: "HTJ2K Lossless Only", codec: "ht-jpeg-2000", lossy: false },
  { uid: "1.2.840.10008.1.2.4.202", name: "HTJ2K Lossless RPCL", codec: "ht-jpeg-2000", lossy: false },
  { uid: "1.2.840.10008.1.2.4.203", name: "HTJ2K", codec: "ht-jpeg-2000", lossy: true },
];

/**
 * The entry of a transfer syntax.
 *
 * @throws HemacastError TRANSFER_SYNTAX_UNSUPPORTED naming the UID and what to do
 * @example transferSyntaxOf("1.2.840.10008.1.2.5").codec // => "rle"
 */
export function transferSyntaxOf(uid: string): TransferSyntax {
  const found = transferSyntaxes.find((syntax) => syntax.uid === uid);
  if (found) return found;
  throw new HemacastError(
    "TRANSFER_SYNTAX_UNSUPPORTED",
    `pixel data in transfer syntax ${uid.replace(/[^0-9.]/g, "?").slice(0, 64)} are not read; convert the files to Explicit VR Little Endian (for example with dcmdjpeg or gdcmconv --raw)`,
  );
}
