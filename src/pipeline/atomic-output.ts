/** Writing results so that nothing is ever half-written: a temporary sibling first, a rename last. */
import { randomBytes } from "node:crypto";
import { access, constants, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HemacastError, messageOf } from "../core/errors.ts";

/**
 * Writes one file whole or not at all.
 *
 * @throws HemacastError OUTPUT_NOT_WRITABLE
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(resolve(path)), `.${basename(path)}.${randomBytes(4).toString("hex")}.part`);
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw notWritable(path, cause);
  }
}

/**
 * Makes a folder whole or not at all: `fill` writes into a temporary sibling, which then takes the folder's name.
 * A folder of that name is replaced only if `isOurs` accepts every name in it; so a mistyped `--out` never deletes anything.
 *
 * @throws HemacastError OUTPUT_EXISTS when the folder holds anything else, OUTPUT_NOT_WRITABLE when the place cannot be written
 */
export async function writeFolderAtomically<T>(
  folder: string,
  isOurs: (name: string) => boolean,
  fill: (temporary: string) => Promise<T>,
): Promise<T> {
  const target = resolve(folder);
  await requireReplaceable(target, isOurs);
  const temporary = `${target}.${randomBytes(4).toString("hex")}.part`;
  try {
    await mkdir(temporary, { recursive: true }).catch((cause) => {
      throw notWritable(folder, cause);
    });
    const result = await fill(temporary);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
    return result;
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    // Only what the operating system refused is about the place; a fault of the work itself must not pass for a full disk.
    const refused = !(thrown instanceof HemacastError) && thrown instanceof Error && "syscall" in thrown;
    throw refused ? notWritable(folder, thrown) : thrown;
  }
}

/**
 * Checks, before long work begins, that a folder can be written at the end.
 *
 * @throws HemacastError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function requireReplaceable(folder: string, isOurs: (name: string) => boolean): Promise<void> {
  const target = resolve(folder);
  const found = await stat(target).catch(() => null);
  if (!found) return requireWritableAncestor(dirname(target), folder);
  if (!found.isDirectory()) throw new HemacastError("OUTPUT_EXISTS", `${folder} is a file; give a folder`);
  await Promise.all([access(target, constants.W_OK), access(dirname(target), constants.W_OK)]).catch((cause) => {
    throw notWritable(folder, cause);
  });
  const foreign = (await readdir(target)).filter((name) => !isOurs(name));
  if (foreign.length > 0) {
    throw new HemacastError(
      "OUTPUT_EXISTS",
      `${folder} holds ${foreign.length} entries that an earlier run did not write (${foreign.slice(0, 3).join(", ")}); choose another --out`,
    );
  }
}

/** Of the folders that would be made on the way, the nearest one that exists must take new entries. */
async function requireWritableAncestor(ancestor: string, folder: string): Promise<void> {
  const found = await stat(ancestor).catch((cause) => (cause?.code === "ENOENT" ? null : notWritable(folder, cause)));
  if (found instanceof HemacastError) throw found;
  if (!found) return requireWritableAncestor(dirname(ancestor), folder);
  if (!found.isDirectory()) throw notWritable(folder, `${basename(ancestor)} is a file`);
  await access(ancestor, constants.W_OK).catch((cause) => {
    throw notWritable(folder, cause);
  });
}

/** What is said of a place that the operating system refuses. */
export function notWritable(path: string, cause: unknown): HemacastError {
  return new HemacastError("OUTPUT_NOT_WRITABLE", `cannot write ${path}: ${messageOf(cause)}`, { cause });
}
