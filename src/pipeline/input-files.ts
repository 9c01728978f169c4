/** The files in a folder or a zip, with limits that hold whatever the input is: number, depth, size, and no path that leaves it. */
import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { Entry, ZipFile } from "yauzl";
import { HemacastError, messageOf } from "../core/errors.ts";

/** A file of the input, read when asked. */
export interface InputFile {
  /** Last part of its path. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly read: () => Promise<Uint8Array>;
  /** The first 1024 bytes: enough to tell what it is, without reading a film that lies beside the images. */
  readonly start: () => Promise<Uint8Array>;
}

/** What is accepted; docs/reference/input-limits.md says the same, and a test compares the two. */
export const inputLimits = {
  files: 50_000,
  folderDepth: 12,
  fileBytes: 1024 ** 3,
  totalBytes: 8 * 1024 ** 3,
  zipBytes: 2 * 1024 ** 3,
  /** Unpacked to packed; CT images reach about 10, a blank one 100. Only counts above `zipRatioFromBytes`. */
  zipRatio: 200,
  zipRatioFromBytes: 32 * 1024 ** 2,
} as const;

/**
 * All files below a folder, hidden ones left out, sorted by path. Links to folders are not followed.
 *
 * @throws HemacastError INPUT_TOO_LARGE beyond a limit, INPUT_UNREADABLE
 */
export async function filesInFolder(folder: string): Promise<InputFile[]> {
  const found: InputFile[] = [];
  let total = 0;
  const visit = async (path: string, depth: number): Promise<void> => {
    if (depth > inputLimits.folderDepth) tooLarge(`folders are nested more than ${inputLimits.folderDepth} deep`);
    const entries = await readdir(path, { withFileTypes: true }).catch((cause) => unreadable(path, cause));
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) await visit(child, depth + 1);
      else {
        const info = await stat(child).catch(() => null);
        if (!info?.isFile()) continue;
        total += info.size;
        found.push(fileOnDisk(child, info.size));
        if (found.length > inputLimits.files) tooLarge(`the folder holds more than ${inputLimits.files} files`);
        if (total > inputLimits.totalBytes) tooLarge(`the folder holds more than ${inputLimits.totalBytes} bytes`);
      }
    }
  };
  await visit(folder, 0);
  return found;
}

/** What a path leads to: a folder, or a file with its first bytes. */
export type OpenedInput =
  | { readonly kind: "folder" }
  | { readonly kind: "file"; readonly file: InputFile; readonly start: Uint8Array };

/** Bytes that tell what a file is: a NIfTI-2 header is 540 bytes long. */
const START_BYTES = 1024;

/**
 * Looks at what a path leads to.
 *
 * @throws HemacastError INPUT_NOT_FOUND, INPUT_UNREADABLE
 */
export async function openInput(path: string): Promise<OpenedInput> {
  const info = await stat(path).catch((cause) => {
    throw new HemacastError("INPUT_NOT_FOUND", `there is no file or folder ${basename(path)}`, { cause });
  });
  if (info.isDirectory()) return { kind: "folder" };
  if (!info.isFile()) throw new HemacastError("INPUT_UNREADABLE", `${basename(path)} is neither a file nor a folder`);
  return { kind: "file", file: fileOnDisk(path, info.size), start: await startOfFile(path) };
}

async function startOfFile(path: string): Promise<Uint8Array> {
  const handle = await open(path).catch((cause) => unreadable(path, cause));
  try {
    const { buffer: start, bytesRead } = await handle.read(new Uint8Array(START_BYTES), 0, START_BYTES, 0);
    return start.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * One file.
 *
 * @throws HemacastError INPUT_NOT_FOUND, INPUT_UNREADABLE
 */
export async function openInputFile(path: string): Promise<InputFile> {
  const opened = await openInput(path);
  if (opened.kind === "file") return opened.file;
  throw new HemacastError("INPUT_UNREADABLE", `${basename(path)} is a folder; give a file`);
}

function fileOnDisk(path: string, sizeBytes: number): InputFile {
  const name = basename(path);
  return {
    name,
    sizeBytes,
    read: async () => {
      if (sizeBytes > inputLimits.fileBytes)
        tooLarge(`${name} has ${sizeBytes} bytes, more than ${inputLimits.fileBytes}`);
      return asBytes(await readFile(path).catch((cause) => unreadable(path, cause)));
    },
    start: () => startOfFile(path),
  };
}

/**
 * The files in a zip. Nothing is written to disk. Entries are unpacked when read, never to more than they declare.
 *
 * @throws HemacastError ZIP_UNSAFE (paths that leave the zip, links, far more unpacked than packed), INPUT_TOO_LARGE, INPUT_UNREADABLE
 */
export async function filesInZip(path: string): Promise<{ files: InputFile[]; close: () => void }> {
  const settings = { lazyEntries: true, autoClose: false, validateEntrySizes: true } as const;
  const { openPromise } = await import("yauzl");
  const zip = await openPromise(path, settings).catch((cause) => unreadable(path, cause));
  try {
    return { files: await listEntries(zip), close: () => zip.close() };
  } catch (thrown) {
    zip.close();
    throw thrown instanceof HemacastError ? thrown : zipFault(basename(path), thrown);
  }
}

async function listEntries(zip: ZipFile): Promise<InputFile[]> {
  if (zip.entryCount > inputLimits.files)
    tooLarge(`the zip holds ${zip.entryCount} entries, more than ${inputLimits.files}`);
  const files: InputFile[] = [];
  let unpacked = 0;
  let packed = 0;
  for await (const entry of zip.eachEntry()) {
    unpacked += entry.uncompressedSize;
    packed += entry.compressedSize;
    requireSafe(entry);
    if (unpacked > inputLimits.zipBytes) tooLarge(`the zip unpacks to more than ${inputLimits.zipBytes} bytes`);
    if (unpacked > inputLimits.zipRatioFromBytes && unpacked > inputLimits.zipRatio * packed) {
      throw new HemacastError(
        "ZIP_UNSAFE",
        `the zip unpacks to more than ${inputLimits.zipRatio} times its size; it is not opened`,
      );
    }
    const name = basename(entry.fileName);
    if (entry.fileName.endsWith("/") || name.startsWith(".") || entry.fileName.startsWith("__MACOSX/")) continue;
    files.push({
      name,
      sizeBytes: entry.uncompressedSize,
      read: () => readEntry(zip, entry, name),
      start: () => startOfEntry(zip, entry, name),
    });
  }
  return files;
}

function requireSafe(entry: Entry): void {
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (kind === 0o120000) throw new HemacastError("ZIP_UNSAFE", "the zip holds a symbolic link; it is not opened");
  if (entry.isEncrypted()) {
    throw new HemacastError("INPUT_UNREADABLE", "the zip is encrypted; unpack it and give the folder");
  }
  if (entry.uncompressedSize > inputLimits.fileBytes) {
    tooLarge(`an entry of the zip unpacks to ${entry.uncompressedSize} bytes, more than ${inputLimits.fileBytes}`);
  }
}

async function readEntry(zip: ZipFile, entry: Entry, name: string): Promise<Uint8Array> {
  try {
    return asBytes(await buffer(await zip.openReadStreamPromise(entry)));
  } catch (cause) {
    throw zipFault(name, cause);
  }
}

async function startOfEntry(zip: ZipFile, entry: Entry, name: string): Promise<Uint8Array> {
  try {
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) return asBytes(chunk).subarray(0, START_BYTES);
    return new Uint8Array(0);
  } catch (cause) {
    throw zipFault(name, cause);
  }
}

/** What yauzl says of unsafe names and of entries that are larger than they declare, as codes. */
function zipFault(name: string, cause: unknown): HemacastError {
  const message = messageOf(cause);
  const unsafe =
    /invalid relative path|absolute path|invalid characters in fileName|too many bytes|size mismatch/i.test(message);
  if (unsafe) {
    const what = /bytes/.test(message)
      ? "an entry unpacks to more than it declares"
      : "it names a path outside of itself";
    return new HemacastError("ZIP_UNSAFE", `${name}: ${what}; the zip is not opened`, { cause });
  }
  return new HemacastError("INPUT_UNREADABLE", `${name}: the zip is damaged: ${message}`, { cause });
}

function asBytes(data: Buffer): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function tooLarge(message: string): never {
  throw new HemacastError("INPUT_TOO_LARGE", `${message}; give the folder or zip of the one study`);
}

function unreadable(path: string, cause: unknown): never {
  throw new HemacastError("INPUT_UNREADABLE", `cannot read ${basename(path)}: ${messageOf(cause)}`, { cause });
}
