/** The manifest of a segmentation training set: which image has which label, whose it is, and what it is for. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { HemacastError, messageOf } from "../core/errors.ts";
import { createRandom, shuffled } from "../core/random.ts";
import { z } from "../core/schema.ts";

/** What a case is for: fitted on, looked at while training to choose, or scored once at the end. */
export type TrainingRole = "train" | "tune" | "test";

/** One line of the manifest, with absolute paths. */
export interface ManifestCase {
  readonly participantId: string;
  readonly image: string;
  /** NIfTI on the image's grid: 1 is hematoma, 2 is not judged (training ignores it). */
  readonly label: string;
  /** Name of where it comes from; sources are drawn from with their own weights and reported apart. */
  readonly source: string;
  readonly role: TrainingRole;
}

const rowSchema = z.strictObject({
  participantId: z.string().min(1),
  image: z.string().min(1),
  label: z.string().min(1),
  source: z.string().min(1).default("cases"),
  role: z.enum(["train", "tune", "test"]).optional(),
});

const LARGEST_BYTES = 16 * 2 ** 20;
/** Without roles in the manifest: this share of the participants is for tuning, at least one. */
const TUNING_SHARE = 0.2;

/**
 * Reads a manifest: CSV with `participantId,image,label` and optionally `source` and `role`. Paths are relative to the manifest. Without the column
 * `role`, a fifth of the participants is set aside for tuning, chosen by the seed.
 *
 * @throws HemacastError INPUT_NOT_FOUND; MANIFEST_INVALID naming the line; SPLIT_LEAKS when a participant has more than one role
 */
export async function readTrainingManifest(path: string, seed: number): Promise<ManifestCase[]> {
  const bytes = await readFile(path).catch((cause) => {
    throw new HemacastError("INPUT_NOT_FOUND", `there is no manifest at ${path}`, { cause });
  });
  if (bytes.length > LARGEST_BYTES) {
    throw new HemacastError(
      "INPUT_TOO_LARGE",
      `the manifest has ${bytes.length} bytes, at most ${LARGEST_BYTES} are read`,
    );
  }
  return parseTrainingManifest(bytes.toString("utf8"), dirname(resolve(path)), seed);
}

/** The lines of a manifest's text; see `readTrainingManifest`. */
export function parseTrainingManifest(text: string, folder: string, seed: number): ManifestCase[] {
  const rows = csvRows(text).map((row, index) => {
    const parsed = rowSchema.safeParse(row);
    if (!parsed.success) {
      const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
      throw new HemacastError("MANIFEST_INVALID", `line ${index + 2} of the manifest: ${problems}`);
    }
    return parsed.data;
  });
  const withRole = rows.filter(({ role }) => role !== undefined).length;
  if (withRole !== 0 && withRole !== rows.length) {
    throw new HemacastError("MANIFEST_INVALID", `${withRole} of ${rows.length} lines have a role; give all or none`);
  }
  const tuning =
    withRole === 0
      ? tuningParticipants(
          rows.map(({ participantId }) => participantId),
          seed,
        )
      : null;
  const cases = rows.map(
    (row): ManifestCase => ({
      participantId: row.participantId,
      image: resolve(folder, row.image),
      label: resolve(folder, row.label),
      source: row.source,
      role: row.role ?? (tuning?.has(row.participantId) ? "tune" : "train"),
    }),
  );
  requireOneRoleEach(cases);
  for (const role of ["train", "tune"] as const) {
    if (!cases.some((one) => one.role === role)) {
      throw new HemacastError(
        "MANIFEST_INVALID",
        `the manifest has no case to ${role} on; at least two participants are needed`,
      );
    }
  }
  return cases;
}

function csvRows(text: string): Record<string, string | undefined>[] {
  try {
    const rows: Record<string, string>[] = parse(text, {
      bom: true,
      columns: true,
      skip_empty_lines: true,
      trim: true,
    });
    return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== "")));
  } catch (cause) {
    throw new HemacastError("MANIFEST_INVALID", `the manifest is not CSV: ${messageOf(cause)}`, { cause });
  }
}

function tuningParticipants(participantIds: readonly string[], seed: number): ReadonlySet<string> {
  const participants = shuffled([...new Set(participantIds)].sort(), createRandom(seed).fork("tuning participants"));
  return new Set(participants.slice(0, Math.max(1, Math.round(TUNING_SHARE * participants.length))));
}

function requireOneRoleEach(cases: readonly ManifestCase[]): void {
  const roles = new Map<string, TrainingRole>();
  const torn = new Set<string>();
  for (const { participantId, role } of cases) {
    if ((roles.get(participantId) ?? role) !== role) torn.add(participantId);
    roles.set(participantId, role);
  }
  if (torn.size > 0) {
    throw new HemacastError(
      "SPLIT_LEAKS",
      `${torn.size} participants have more than one role; split by participant, not by scan`,
    );
  }
}
