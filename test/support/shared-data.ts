/** Real data that stays outside the repository: tests that need it are skipped, visibly, where it is absent. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const besideTheRepository = fileURLToPath(new URL("../../../shared/data", import.meta.url));

/** The data folder, or null. */
export const sharedData: string | null =
  [process.env.HEMACAST_DATA, besideTheRepository].find((folder) => folder !== undefined && existsSync(folder)) ?? null;

/** A path inside the data folder; only call it in tests that are skipped without data. */
export function dataPath(relative: string): string {
  return `${sharedData}/${relative}`;
}

/** A path inside the folder of reference values beside the data folder. */
export function oraclePath(name: string): string {
  return `${sharedData}/../oracles/${name}`;
}
