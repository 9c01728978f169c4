/** Unpacking with a limit: what grows beyond it is refused while it grows, not after. Works wherever the web's streams do. */
import { HemacastError, messageOf } from "../core/errors.ts";

/**
 * Inflates raw deflate data (RFC 1951), as the deflated transfer syntax holds them.
 *
 * @param limitBytes most bytes that may come out
 * @throws HemacastError INPUT_TOO_LARGE beyond the limit, DICOM_MALFORMED when the data are damaged
 */
export async function inflateRaw(packed: Uint8Array, limitBytes: number): Promise<Uint8Array> {
  // A file of odd length is padded with one zero, which a strict inflater takes for damage.
  const padded = packed.length > 1 && packed[packed.length - 1] === 0;
  try {
    return await inflateAll(packed, limitBytes);
  } catch (thrown) {
    if (!padded || (thrown instanceof HemacastError && thrown.code === "INPUT_TOO_LARGE")) throw thrown;
    return inflateAll(packed.subarray(0, -1), limitBytes);
  }
}

async function inflateAll(packed: Uint8Array, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    const source = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
    for await (const chunk of source.pipeThrough(new DecompressionStream("deflate-raw"))) {
      total += chunk.length;
      if (total > limitBytes) {
        throw new HemacastError("INPUT_TOO_LARGE", `the deflated data set unpacks to more than ${limitBytes} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof HemacastError) throw cause;
    throw new HemacastError("DICOM_MALFORMED", `the deflated data set is damaged: ${messageOf(cause)}`, { cause });
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
