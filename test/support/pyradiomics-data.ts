/** PyRadiomics' own test images and the values that it computes for them; only for tests that are skipped without the data. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { type NrrdImage, readNrrd } from "../../src/nrrd/read.ts";
import { createMask, type Mask } from "../../src/volume/volume.ts";
import { dataPath, oraclePath } from "./shared-data.ts";

/** The images of which PyRadiomics ships the voxels; of lung1 and lung2 it ships the mask alone. */
export const withImage = ["brain1", "brain2", "breast1"] as const;

const read = new Map<string, NrrdImage>();

export function nrrd(name: string): NrrdImage {
  const image = read.get(name) ?? readFile(name);
  read.set(name, image);
  return image;
}

function readFile(name: string): NrrdImage {
  return readNrrd(readFileSync(dataPath(`pyradiomics/data/${name}.nrrd`)), (compressed, maximum) =>
    gunzipSync(compressed, { maxOutputLength: maximum }),
  );
}

export function labelMask(name: string): Mask {
  const { geometry, values } = nrrd(`${name}_label`);
  return createMask(
    geometry,
    Uint8Array.from(values, (value) => (value === 1 ? 1 : 0)),
  );
}

/** Values by PyRadiomics' full names, e.g. `original_shape_MeshVolume`, computed by PyRadiomics 8ed5793. */
export function oracleValues(name: string): Readonly<Record<string, number>> {
  return JSON.parse(readFileSync(oraclePath("radiomics.json"), "utf8")).cases[name];
}

/** One column of a baseline table: the settings that it was made with, and its values. */
export interface BaselineColumn {
  readonly column: string;
  readonly image: string;
  readonly settings: string;
  /** Mean voxel index of the mask that was measured, as Python prints a tuple. */
  readonly centreIndex: string;
  readonly values: Readonly<Record<string, number>>;
}

/** The columns of `baseline_<family>.csv`. */
export function baseline(family: string): BaselineColumn[] {
  const rows: string[][] = parse(readFileSync(dataPath(`pyradiomics/data/baseline/baseline_${family}.csv`)));
  const header = rows[0] as string[];
  return header.slice(1).map((column, c) => {
    const cells = new Map(rows.map((row) => [row[0] as string, row[c + 1] as string]));
    return {
      column,
      image: cells.get("diagnostics_Configuration_TestCase") as string,
      settings: cells.get("diagnostics_Configuration_Settings") as string,
      centreIndex: cells.get("diagnostics_Mask-corrected_CenterOfMassIndex") ?? "",
      values: Object.fromEntries(
        [...cells]
          .filter(([name, v]) => !/^(diagnostics|featureName)/.test(name) && v !== "")
          .map(([name, v]) => [name, Number(v)]),
      ),
    };
  });
}
