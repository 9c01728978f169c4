/** Reading CSV files from anybody: bounded, with every row as long as the header. */
import { readFile, stat } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { HemacastError, messageOf } from "../core/errors.ts";

/** A CSV file: the names of the columns and the cells as text. */
export interface CsvTable {
  readonly path: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const limitBytes = 512 * 2 ** 20;

/**
 * Reads a CSV file with a header line (UTF-8, with or without a byte-order mark; comma-separated).
 *
 * @throws HemacastError INPUT_NOT_FOUND, INPUT_TOO_LARGE, MANIFEST_INVALID when it is not CSV, has no row, or names a column twice
 */
export async function readCsv(path: string): Promise<CsvTable> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new HemacastError("INPUT_NOT_FOUND", `there is no file ${path}`);
  if (found.size > limitBytes) {
    throw new HemacastError("INPUT_TOO_LARGE", `${path} has ${found.size} bytes, at most ${limitBytes} are read`);
  }
  const lines = parseLines(await readFile(path), path);
  const [columns, ...rows] = lines;
  if (!columns || rows.length === 0) throw new HemacastError("MANIFEST_INVALID", `${path} has no row below its header`);
  const repeated = columns.find((name, i) => columns.indexOf(name) !== i);
  if (repeated !== undefined) throw new HemacastError("MANIFEST_INVALID", `${path} has the column "${repeated}" twice`);
  return { path, columns, rows };
}

function parseLines(bytes: Uint8Array, path: string): string[][] {
  try {
    return parse(Buffer.from(bytes), { bom: true, skip_empty_lines: true, trim: true, max_record_size: 2 ** 20 });
  } catch (cause) {
    // The parser's own message may quote a cell, so only its kind is told.
    const kind = (cause as { code?: string }).code ?? messageOf(cause).slice(0, 60);
    throw new HemacastError("MANIFEST_INVALID", `${path} is not a CSV table: ${kind}`);
  }
}

/**
 * Where a column is.
 *
 * @throws HemacastError MANIFEST_INVALID naming the columns that are there
 */
export function columnIndex(table: CsvTable, name: string): number {
  const index = table.columns.indexOf(name);
  if (index < 0) {
    const shown = table.columns.slice(0, 12).join(", ");
    throw new HemacastError("MANIFEST_INVALID", `${table.path} has no column "${name}"; it has ${shown}`);
  }
  return index;
}

/** What counts as "not known" in a cell. */
const missingWords = new Set(["", "na", "n/a", "nan", "null", "none", "."]);

/**
 * Whether a cell says that the value is not known.
 *
 * @example isMissing("NA") // => true
 */
export function isMissing(cell: string): boolean {
  return missingWords.has(cell.toLowerCase());
}

/**
 * A cell as a finite number, or NaN when it is missing.
 *
 * @param where for the message, e.g. `row 3, column "age"`
 * @throws HemacastError MANIFEST_INVALID for anything else
 * @example parseNumber("2.5", "row 1") // => 2.5
 */
export function parseNumber(cell: string, where: string): number {
  if (isMissing(cell)) return Number.NaN;
  const value = Number(cell);
  if (!Number.isFinite(value)) throw new HemacastError("MANIFEST_INVALID", `${where} is not a number`);
  return value;
}
