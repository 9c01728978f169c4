/** RLE (PackBits by byte planes), unpacked strictly: too little, too much or a plane missing is damage, not a picture. @see DICOM PS3.5 annex G */
import { HemacastError } from "../../core/errors.ts";

const HEADER_BYTES = 64;

/**
 * Unpacks one RLE frame to little-endian samples.
 *
 * @param samples rows * columns
 * @param bytesPerSample 1 or 2; there must be as many segments, most significant first
 * @throws HemacastError DICOM_MALFORMED
 */
export function decodeRle(frame: Uint8Array, samples: number, bytesPerSample: number): Uint8Array {
  if (frame.length < HEADER_BYTES) throw damaged("is cut off in its header");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== bytesPerSample) throw damaged(`has ${segments} segments, expected ${bytesPerSample}`);
  const bytes = new Uint8Array(samples * bytesPerSample);
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : frame.length;
    if (!(start >= HEADER_BYTES && start <= end && end <= frame.length))
      throw damaged(`has segment ${segment} outside of it`);
    unpackSegment(frame.subarray(start, end), bytes, segments - 1 - segment, bytesPerSample);
  }
  return bytes;
}

/** Writes one byte plane: every `step`-th byte from `first`. */
function unpackSegment(packed: Uint8Array, into: Uint8Array, first: number, step: number): void {
  let from = 0;
  let to = first;
  while (to < into.length) {
    const control = packed[from++];
    if (control === undefined) throw damaged("is cut off");
    if (control === 128) continue;
    const literal = control < 128;
    const count = literal ? control + 1 : 257 - control;
    if (from + (literal ? count : 1) > packed.length) throw damaged("is cut off");
    if (to + (count - 1) * step >= into.length) throw damaged("unpacks to more than its image");
    for (let n = 0; n < count; n++, to += step) into[to] = packed[literal ? from + n : from] as number;
    from += literal ? count : 1;
  }
}

function damaged(what: string): HemacastError {
  return new HemacastError("DICOM_MALFORMED", `an RLE frame ${what}`);
}
