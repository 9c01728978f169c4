/** The journal of a radiomics batch: each finished case is written down at once, so that a run that was stopped goes on where it was. */
import { createHash } from "node:crypto";
import { appendFile, readFile, stat } from "node:fs/promises";
import { HemacastError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import type { Perturbations } from "./radiomics-robustness.ts";
import type { RadiomicsReply } from "./radiomics-worker.ts";

/** What must be the same for results of an earlier run to be taken over. */
export interface JournalHeader {
  readonly schema: "hemacast/radiomics-journal/1";
  readonly version: string;
  readonly settingsSha256: string;
  readonly resampleMask: boolean;
  readonly ringsMm: readonly number[];
  readonly perturb: Perturbations | null;
}

/** A journal that was opened. */
export interface Journal {
  /** What earlier runs found, by the key of the case. */
  readonly found: ReadonlyMap<string, RadiomicsReply>;
  readonly add: (key: string, reply: RadiomicsReply) => Promise<void>;
}

/**
 * Opens the journal of a table, or begins one.
 *
 * @param restart begin anew, whatever is there
 * @throws HemacastError OUTPUT_EXISTS where the journal is of a run with other settings, OUTPUT_NOT_WRITABLE
 */
export async function openJournal(path: string, header: JournalHeader, restart: boolean): Promise<Journal> {
  const lines = restart ? [] : await linesOf(path);
  const first = lines[0] === undefined ? null : parsed(lines[0]);
  if (first !== null && canonicalJson(first) !== canonicalJson(header)) {
    throw new HemacastError(
      "OUTPUT_EXISTS",
      `${path} is of a run with another version, other settings or options; --restart begins anew, another --out keeps both`,
    );
  }
  if (first === null) await writeFileAtomically(path, `${canonicalJson(header)}\n`);
  const found = new Map<string, RadiomicsReply>();
  for (const line of lines.slice(1)) {
    const entry = parsed(line) as { key?: unknown; reply?: RadiomicsReply } | null;
    if (entry && typeof entry.key === "string" && entry.reply) found.set(entry.key, entry.reply);
  }
  return { found, add: (key, reply) => append(path, `${JSON.stringify({ key, reply })}\n`) };
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

/** A line, or null where a stopped run has left half of one. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function append(path: string, line: string): Promise<void> {
  await appendFile(path, line).catch((cause) => {
    throw new HemacastError("OUTPUT_NOT_WRITABLE", `cannot write ${path}`, { cause });
  });
}

/** What a case is made from: its paths and label, and size and time of its files, so that a file that has changed is read again. */
export async function caseKey(image: string, mask: string, label: number | string | null): Promise<string> {
  const state = async (path: string): Promise<readonly number[] | null> => {
    const info = await stat(path).catch(() => null);
    return info && [info.size, info.mtimeMs];
  };
  const made = { image, mask, label, states: [await state(image), await state(mask)] };
  return createHash("sha256").update(canonicalJson(made)).digest("hex");
}
