/** Weights and checkpoints on disk: read tensor by tensor, written whole or not at all. */
import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HemacastError, messageOf } from "../../core/errors.ts";
import type { Weights } from "../tensor.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint.ts";
import {
  parseSafetensorsHeader,
  type SafetensorsFile,
  type StoredTensor,
  type StoredType,
  safetensorsHeaderLength,
  toStored,
  toWeights,
  writeSafetensors,
} from "../weights/safetensors.ts";

/**
 * Reads a safetensors file tensor by tensor: what is not wanted is never read, so a large file costs what is taken from it.
 *
 * @param wants which tensors to read. @default all
 * @throws HemacastError INPUT_NOT_FOUND, INPUT_UNREADABLE, BUNDLE_INVALID when the file is not sound
 */
export async function readSafetensorsFile(
  path: string,
  wants: (name: string) => boolean = () => true,
): Promise<SafetensorsFile> {
  const handle = await opened(path);
  try {
    const { size } = await handle.stat();
    const length = safetensorsHeaderLength(await bytesAt(handle, 0, Math.min(8, size)), size);
    const header = parseSafetensorsHeader(await bytesAt(handle, 8, length), size);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, { dtype, shape, begin, end }] of header.entries) {
      if (wants(name)) {
        const bytes = await bytesAt(handle, header.dataOffset + begin, end - begin);
        tensors.set(name, { dtype, shape, bytes });
      }
    }
    return { tensors, metadata: header.metadata };
  } finally {
    await handle.close();
  }
}

/**
 * Reads weights as 32-bit floats.
 *
 * @param sha256 the checksum that the file must have, in hexadecimal. @default not checked
 * @throws HemacastError INPUT_NOT_FOUND, INPUT_UNREADABLE, BUNDLE_INVALID, CHECKSUM_MISMATCH
 */
export async function readWeights(path: string, sha256?: string): Promise<Weights> {
  if (sha256 !== undefined) await requireChecksum(path, sha256);
  return toWeights((await readSafetensorsFile(path)).tensors);
}

/**
 * Writes weights, whole or not at all.
 *
 * @returns the SHA-256 of the file in hexadecimal, and its size
 * @throws HemacastError OUTPUT_NOT_WRITABLE
 */
export async function writeWeights(
  path: string,
  weights: Weights,
  options: { dtype?: StoredType; metadata?: Readonly<Record<string, string>> } = {},
): Promise<{ sha256: string; bytes: number }> {
  const file = writeSafetensors(toStored(weights, options.dtype ?? "F32"), options.metadata);
  await replaceFile(path, file);
  return { sha256: createHash("sha256").update(file).digest("hex"), bytes: file.length };
}

/**
 * Writes a checkpoint over the last one; until it is complete on disk, the last one stays.
 *
 * @throws HemacastError OUTPUT_NOT_WRITABLE
 */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await replaceFile(path, encodeCheckpoint(checkpoint));
}

/**
 * Reads a checkpoint.
 *
 * @throws HemacastError INPUT_NOT_FOUND, INPUT_UNREADABLE, BUNDLE_INVALID
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const handle = await opened(path);
  try {
    return decodeCheckpoint(await bytesAt(handle, 0, (await handle.stat()).size));
  } finally {
    await handle.close();
  }
}

/**
 * The SHA-256 of a file in hexadecimal, read in pieces.
 *
 * @throws HemacastError INPUT_NOT_FOUND, INPUT_UNREADABLE
 */
export async function fileChecksum(path: string): Promise<string> {
  const handle = await opened(path);
  try {
    const hash = createHash("sha256");
    for await (const piece of handle.createReadStream({ autoClose: false })) hash.update(piece as Uint8Array);
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}

/**
 * Checks that a file is the one that was published.
 *
 * @throws HemacastError CHECKSUM_MISMATCH, INPUT_NOT_FOUND, INPUT_UNREADABLE
 */
export async function requireChecksum(path: string, sha256: string): Promise<void> {
  const found = await fileChecksum(path);
  if (found !== sha256) {
    throw new HemacastError(
      "CHECKSUM_MISMATCH",
      `${basename(path)} has SHA-256 ${found.slice(0, 12)}..., expected ${sha256.slice(0, 12)}...; fetch it again`,
    );
  }
}

/** Written beside its place, forced to disk, then renamed: a crash leaves the old file or the new one. */
export async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const temporary = join(dirname(resolve(path)), `.${basename(path)}.${randomBytes(4).toString("hex")}.part`);
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new HemacastError("OUTPUT_NOT_WRITABLE", `cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}

async function opened(path: string): Promise<FileHandle> {
  return open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === "ENOENT" ? "INPUT_NOT_FOUND" : "INPUT_UNREADABLE";
    throw new HemacastError(code, `cannot read ${path}: ${cause.message}`, { cause });
  });
}

async function bytesAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new HemacastError("INPUT_UNREADABLE", `the file ends ${length - done} bytes early`);
    done += bytesRead;
  }
  return bytes;
}
