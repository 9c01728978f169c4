/** The catalogue: every feature that can be extracted, with its identifier in the standard or why it has none, its unit, range, formula and source. */
import { HemacastError } from "../core/errors.ts";
import { regionRows } from "./catalogue-regions.ts";
import { textureRows } from "./catalogue-textures.ts";
import { type FamilyName, familyNames } from "./families.ts";

/** One feature. */
export interface CatalogueEntry {
  readonly family: FamilyName;
  readonly name: string;
  /** Permanent identifier of the Image Biomarker Standardisation Initiative. */
  readonly ibsi: string | null;
  /** Why there is no identifier. */
  readonly withoutIbsi: string | null;
  /** HU stands for the unit of the image. */
  readonly unit: string;
  readonly range: string;
  readonly formula: string;
  readonly source: string;
}

/** Where a family's formulas stand, and the identifier of the family in the standard. */
export const familySources: Readonly<Record<FamilyName, { readonly ibsi: string | null; readonly source: string }>> = {
  shape: { ibsi: "HCUG", source: "PyRadiomics 3.1 radiomics.shape; IBSI 2019 section 3.1" },
  shape2D: { ibsi: null, source: "PyRadiomics 3.1 radiomics.shape2D" },
  firstorder: { ibsi: "UHIW", source: "PyRadiomics 3.1 radiomics.firstorder; IBSI 2019 sections 3.3 and 3.4" },
  glcm: { ibsi: "LFYI", source: "PyRadiomics 3.1 radiomics.glcm; IBSI 2019 section 3.6" },
  glrlm: { ibsi: "TP0I", source: "PyRadiomics 3.1 radiomics.glrlm; IBSI 2019 section 3.7" },
  glszm: { ibsi: "9SAK", source: "PyRadiomics 3.1 radiomics.glszm; IBSI 2019 section 3.8" },
  gldm: { ibsi: "REK0", source: "PyRadiomics 3.1 radiomics.gldm; IBSI 2019 section 3.11" },
  ngtdm: { ibsi: "IPET", source: "PyRadiomics 3.1 radiomics.ngtdm; IBSI 2019 section 3.10" },
  morphology: { ibsi: "HCUG", source: "IBSI 2019 section 3.1" },
  localintensity: { ibsi: "9ST6", source: "IBSI 2019 section 3.2" },
  intensityhistogram: { ibsi: "ZVCW", source: "IBSI 2019 section 3.4" },
  ivh: { ibsi: "P88C", source: "IBSI 2019 section 3.5" },
  gldzm: { ibsi: "VMDZ", source: "IBSI 2019 section 3.9" },
  ngldm: { ibsi: "REK0", source: "IBSI 2019 section 3.11" },
};

const rows: Readonly<Record<FamilyName, string>> = { ...regionRows, ...textureRows };

/** Every feature, family by family in the order in which they are reported. */
export const featureCatalogue: readonly CatalogueEntry[] = familyNames.flatMap((family) =>
  rows[family]
    .trim()
    .split("\n")
    .map((row) => entryOf(family, row)),
);

/** A row is `name | IBSI identifier, or "- " and why there is none | unit | range | formula`. A formula may hold bars of its own. */
function entryOf(family: FamilyName, row: string): CatalogueEntry {
  const [name, ibsi, unit, range, ...formula] = row.split(" | ");
  if (name === undefined || ibsi === undefined || unit === undefined || range === undefined || formula.length === 0) {
    throw new HemacastError("INVARIANT_BROKEN", `the catalogue's row of ${family} has too few columns: ${row}`);
  }
  const absent = ibsi.startsWith("- ");
  return {
    ...{ family, name, unit, range },
    ibsi: absent ? null : ibsi,
    withoutIbsi: absent ? ibsi.slice(2) : null,
    formula: formula.join(" | "),
    source: familySources[family].source,
  };
}

/** The catalogue as the reference page shows it. */
export function catalogueMarkdown(): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("_", "\\_");
  const table = (family: FamilyName): string[] => [
    `## ${family}`,
    "",
    `${familySources[family].source}; family ${familySources[family].ibsi ?? "without an identifier in the standard"}.`,
    "",
    "| feature | IBSI | unit | range | formula |",
    "|---|---|---|---|---|",
    ...featureCatalogue
      .filter((entry) => entry.family === family)
      .map(({ name, ibsi, withoutIbsi, unit, range, formula }) =>
        [name, ibsi ?? `none: ${withoutIbsi}`, unit, range, formula].map(cell).join(" | "),
      )
      .map((row) => `| ${row} |`),
    "",
  ];
  return [
    "# Radiomics features",
    "",
    "Written by `hemacast radiomics features`; a test compares. A feature's full name is `<image type>_<family>_<feature>`, e.g.",
    "`original_glcm_Contrast`. HU stands for the unit of the image. Symbols: x intensities of the N voxels, m their mean; V, A volume and area of the",
    "mesh; l1 >= l2 >= l3 variances along the principal axes; p(i, j) share of a matrix with sum n, i a grey level, j a second level (GLCM) or a number",
    "(run length, zone size, distance, dependence).",
    "",
    ...familyNames.flatMap(table),
  ].join("\n");
}
