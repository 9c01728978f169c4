/** The cohort manifest: who took part, which scans there are, and what is known of each. Schema published as docs/reference/manifest.schema.json. */
import { HemacastError } from "../core/errors.ts";
import { parseWith, z } from "../core/schema.ts";

const hours = z
  .number()
  .min(0)
  .max(24 * 365);
const volumeMl = z.number().min(0).max(2000);

const scanSchema = z.strictObject({
  /** Path of the images, relative to the manifest: DICOM folder, zip, or NIfTI. */
  scan: z.string().min(1).optional(),
  /** Path of a hematoma mask on the grid of the scan. */
  mask: z.string().min(1).optional(),
  volumeMl: volumeMl.optional(),
  /** Intraventricular hemorrhage. */
  ivhMl: volumeMl.optional(),
});

const followUpSchema = scanSchema.extend({
  /** Hours from the baseline scan to this one. */
  hoursFromBaseline: hours,
});

const participantSchema = z.strictObject({
  /** Pseudonymous; never a name or a hospital number. */
  participantId: z.string().min(1).max(64),
  site: z.string().min(1).max(64).optional(),
  scanner: z.string().min(1).max(64).optional(),
  baseline: scanSchema.extend({ hoursFromOnset: hours.optional() }),
  followUps: z.array(followUpSchema).max(50),
  /** Candidate predictors by name, e.g. gcs; null = not known. */
  clinical: z.record(z.string(), z.number().nullable()),
});

/** The schema of a manifest as JSON. */
export const manifestSchema = z.strictObject({
  schema: z.literal("hemacast-manifest/1"),
  participants: z.array(participantSchema).min(1),
});

/** A cohort as its owner describes it. */
export type Manifest = z.infer<typeof manifestSchema>;

/** One participant of a manifest. */
export type ManifestParticipant = z.infer<typeof participantSchema>;

/**
 * A manifest from parsed JSON.
 *
 * @throws HemacastError MANIFEST_INVALID listing every wrong field, or when a participant is there twice
 */
export function parseManifest(json: unknown): Manifest {
  const manifest = parseWith(manifestSchema, json, "MANIFEST_INVALID", "the manifest");
  const ids = manifest.participants.map((p) => p.participantId);
  const twice = ids.length - new Set(ids).size;
  if (twice > 0) throw new HemacastError("MANIFEST_INVALID", `${twice} participants are in the manifest twice`);
  return manifest;
}

const textColumns = ["participantId", "site", "scanner", "baselineScan", "baselineMask"];
const baselineNumbers = ["baselineVolumeMl", "baselineIvhMl", "hoursFromOnset"];
const followUpPattern = /^followUp(\d*)(Scan|Mask|VolumeMl|IvhMl|HoursFromBaseline)$/;

/**
 * A manifest from a table with one row per participant. Columns: participantId, site, scanner, baselineScan, baselineMask,
 * baselineVolumeMl, baselineIvhMl, hoursFromOnset; followUpScan, followUpMask, followUpVolumeMl, followUpIvhMl,
 * followUpHoursFromBaseline and the same with a number (followUp2Scan, ...) for further scans; `clinical.NAME` for predictors.
 * An empty cell is a value that is not known.
 *
 * @throws HemacastError MANIFEST_INVALID for an unknown column or a wrong value
 */
export function manifestFromTable(columns: readonly string[], rows: readonly (readonly string[])[]): Manifest {
  const unknown = columns.filter(
    (name) =>
      !textColumns.includes(name) &&
      !baselineNumbers.includes(name) &&
      !followUpPattern.test(name) &&
      !/^clinical\.[A-Za-z]\w*$/.test(name),
  );
  if (unknown.length > 0) {
    throw new HemacastError(
      "MANIFEST_INVALID",
      `the manifest has unknown columns (${unknown.slice(0, 5).join(", ")}); predictors are called clinical.NAME`,
    );
  }
  return parseManifest({
    schema: "hemacast-manifest/1",
    participants: rows.map((row) => participantOf(new Map(columns.map((name, i) => [name, row[i] ?? ""])))),
  });
}

/**
 * Whether a cohort is simulated. What is simulated says so in its scanner or its site, as `hemacast simulate` writes them.
 *
 * @returns true when every participant is simulated, false when none is
 * @throws HemacastError MANIFEST_INVALID when simulated participants are mixed with others: no figure of such a cohort would mean anything
 */
export function requireOneKind({ participants }: Manifest): boolean {
  const simulated = participants.filter(
    ({ site, scanner }) => site?.startsWith("SIMULATED-") || scanner?.startsWith("simulated-"),
  ).length;
  if (simulated === 0 || simulated === participants.length) return simulated > 0;
  throw new HemacastError(
    "MANIFEST_INVALID",
    `${simulated} of ${participants.length} participants are simulated; a cohort is simulated as a whole or not at all`,
  );
}

function participantOf(cells: ReadonlyMap<string, string>): unknown {
  const text = (name: string): string | undefined => cells.get(name) || undefined;
  // Text that is not a number stays text, so that the schema names the field.
  const number = (name: string): number | string | undefined => {
    const cell = text(name);
    return cell === undefined ? undefined : Number.isFinite(Number(cell)) ? Number(cell) : cell;
  };
  const given = (entries: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
  const followUpNumbers = new Set([...cells.keys()].flatMap((name) => followUpPattern.exec(name)?.[1] ?? []));
  const followUps = [...followUpNumbers].map((k) =>
    given({
      scan: text(`followUp${k}Scan`),
      mask: text(`followUp${k}Mask`),
      volumeMl: number(`followUp${k}VolumeMl`),
      ivhMl: number(`followUp${k}IvhMl`),
      hoursFromBaseline: number(`followUp${k}HoursFromBaseline`),
    }),
  );
  const clinical = [...cells.keys()]
    .filter((name) => name.startsWith("clinical."))
    .map((name) => [name.slice("clinical.".length), number(name) ?? null]);
  return given({
    participantId: text("participantId"),
    site: text("site"),
    scanner: text("scanner"),
    baseline: given({
      scan: text("baselineScan"),
      mask: text("baselineMask"),
      volumeMl: number("baselineVolumeMl"),
      ivhMl: number("baselineIvhMl"),
      hoursFromOnset: number("hoursFromOnset"),
    }),
    followUps: followUps.filter((scan) => Object.keys(scan).length > 0),
    clinical: Object.fromEntries(clinical),
  });
}
