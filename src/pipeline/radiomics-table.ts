/** A table of features, one row per case, as CSV, JSON or Parquet, with what it takes to make it again. */
import { HemacastError } from "../core/errors.ts";
import { canonicalJson, toJson } from "../core/json.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import { type ParquetColumn, parquetBytes } from "./parquet.ts";
import type { RadiomicsReply } from "./radiomics-worker.ts";

/** One case and what became of it. */
export interface FeatureRow {
  readonly caseId: string;
  readonly image: string;
  readonly mask: string;
  readonly label: number | string | null;
  readonly reply: RadiomicsReply;
}

/** How a table is stored. */
export type TableFormat = "csv" | "json" | "parquet";

/**
 * The format that a file's name asks for.
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @example tableFormatOf("features.csv") // => "csv"
 */
export function tableFormatOf(path: string): TableFormat {
  const found = /\.(csv|json|parquet)$/i.exec(path)?.[1]?.toLowerCase();
  if (found === "csv" || found === "json" || found === "parquet") return found;
  throw new HemacastError("ARGUMENT_INVALID", `--out ${path} has no known ending; give .csv, .json or .parquet`);
}

type Cell = string | number | null;

const ownColumns = [
  ...["caseId", "image", "mask", "label", "status", "errorCode", "errorMessage"],
  ...["voxels", "imageSha256", "maskSha256", "warnings"],
] as const;

/**
 * Writes the table. Rows are in the order of the manifest; a case without features has its error instead. Beside a CSV table,
 * `<table>.provenance.json` holds the provenance; a JSON table holds it itself, a Parquet table in its metadata under "hemacast".
 *
 * @throws HemacastError OUTPUT_NOT_WRITABLE
 */
export async function writeFeatureTable(path: string, rows: readonly FeatureRow[], provenance: object): Promise<void> {
  const features = featureColumns(rows);
  if (tableFormatOf(path) === "json") {
    const table = rows.map((row) => Object.fromEntries(ownColumns.map((name, c) => [name, ownCells(row)[c]])));
    const withFeatures = table.map((row, r) => ({ ...row, features: featuresOf(rows[r] as FeatureRow) }));
    await writeFileAtomically(path, toJson({ schema: "hemacast/radiomics-table/1", provenance, rows: withFeatures }));
    return;
  }
  if (tableFormatOf(path) === "parquet") {
    const metadata = { hemacast: canonicalJson(provenance) };
    await writeFileAtomically(path, parquetBytes(parquetColumns(rows, features), metadata));
    return;
  }
  const lines = rows.map((row) => {
    const found = featuresOf(row);
    return [...ownCells(row), ...features.map((name) => found[name] ?? null)].map(csvCell).join(",");
  });
  await writeFileAtomically(path, `${[[...ownColumns, ...features].join(","), ...lines].join("\n")}\n`);
  await writeFileAtomically(`${path}.provenance.json`, toJson(provenance));
}

function parquetColumns(rows: readonly FeatureRow[], features: readonly string[]): ParquetColumn[] {
  const own = rows.map(ownCells);
  const text = (cell: Cell): string | null => (cell === null ? null : String(cell));
  return [
    ...ownColumns.map((name, c): ParquetColumn => {
      const cells = own.map((row) => row[c] ?? null);
      return name === "voxels"
        ? { name, kind: "number", cells: cells as (number | null)[] }
        : { name, kind: "text", cells: cells.map(text) };
    }),
    ...features.map(
      (name): ParquetColumn => ({ name, kind: "number", cells: rows.map((row) => featuresOf(row)[name] ?? null) }),
    ),
  ];
}

/** Every feature that any case has, in the order of extraction. */
function featureColumns(rows: readonly FeatureRow[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(featuresOf(row))))];
}

function featuresOf({ reply }: FeatureRow): Readonly<Record<string, number>> {
  return "fault" in reply ? {} : reply.features;
}

function ownCells({ caseId, image, mask, label, reply }: FeatureRow): Cell[] {
  const outcome: Cell[] =
    "fault" in reply
      ? ["failed", reply.fault.code, reply.fault.message, null, null, null, null]
      : ["ok", null, null, reply.voxels, reply.imageSha256, reply.maskSha256, reply.warnings.join(" ")];
  return [caseId, image, mask, label, ...outcome];
}

/** Quoted where it must be; a text that a spreadsheet would take for a formula is told apart by an apostrophe. */
function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
