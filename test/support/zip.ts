/** Zip files for tests, unsafe ones included: whatever is asked for is written. */
import { constants, crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** How often the bytes follow each other; default 1. More costs nothing: their packed form is repeated, and the checksum left out. */
  readonly repeat?: number;
  /** Uncompressed size as declared, where it is a lie. */
  readonly declaredBytes?: number;
  readonly unixMode?: number;
}

/** A zip of deflated entries. */
export function zipBytes(entries: readonly ZipEntry[]): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, repeat = 1, declaredBytes, unixMode = 0o100644 } of entries) {
    const packed = repeat === 1 ? deflateRawSync(bytes) : packedOften(bytes, repeat);
    const size = declaredBytes ?? bytes.length * repeat;
    const nameBytes = Buffer.from(name, "latin1");
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(repeat === 1 ? crc32(bytes) : 0, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, nameBytes, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((unixMode << 16) >>> 0, 6);
    rest.writeUInt32LE(at, 10);
    const madeBy = Buffer.from([20, 3]);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), madeBy, common, rest, nameBytes]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...locals, directory, end]));
}

/** Deflate data of the bytes repeated: full flushes make pieces that can follow each other, an empty last block ends them. */
function packedOften(bytes: Uint8Array, repeat: number): Buffer {
  const piece = deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([...Array(repeat).fill(piece), Buffer.from([3, 0])]);
}
