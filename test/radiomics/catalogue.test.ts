import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogueMarkdown, featureCatalogue } from "../../src/radiomics/catalogue.ts";
import { familyNames, featureNamesOf } from "../../src/radiomics/families.ts";
import { standardFeatureNames } from "../../src/radiomics/ibsi/standard-families.ts";
import { baseline, oracleValues } from "../support/pyradiomics-data.ts";
import { sharedData } from "../support/shared-data.ts";

it("has every feature that can be asked for, once, in the order of extraction or by name", () => {
  for (const family of familyNames) {
    const listed = featureCatalogue.filter((entry) => entry.family === family).map(({ name }) => name);
    expect(listed.toSorted(), family).toEqual([...featureNamesOf(family, "all")].toSorted());
  }
});

it("every feature has an identifier of the standard or the reason why it has none, and unit, range, formula and source", () => {
  for (const entry of featureCatalogue) {
    const about = `${entry.family}_${entry.name}`;
    if (entry.ibsi === null) expect(entry.withoutIbsi?.length, about).toBeGreaterThan(20);
    else expect(entry.ibsi, about).toMatch(/^[A-Z0-9]{4}$/);
    for (const text of [entry.unit, entry.range, entry.formula, entry.source]) expect(text, about).toMatch(/\S/);
  }
});

it("no identifier stands for two features of one family, but those of the volume histogram that take a fraction", () => {
  for (const family of familyNames.filter((name) => name !== "ivh")) {
    const ids = featureCatalogue.filter((entry) => entry.family === family).flatMap(({ ibsi }) => ibsi ?? []);
    expect(new Set(ids).size, family).toBe(ids.length);
  }
});

it("the reference page is what the catalogue says (hemacast radiomics features > docs/reference/radiomics-features.md)", () => {
  expect(readFileSync("docs/reference/radiomics-features.md", "utf8")).toBe(`${catalogueMarkdown().trimEnd()}\n`);
});

/** Compared with the consensus values of the standard instead, since no table of PyRadiomics has them: deprecated features by other names. */
const byTheStandard = ["shape_Compactness1", "shape_Compactness2", "shape_SphericalDisproportion"];
/** Of these there is no published value; each is another feature's in other words, which a test says. */
const byDefinition = ["shape2D_SphericalDisproportion", "firstorder_StandardDeviation"];

describe.skipIf(!sharedData)("values to compare with", () => {
  it("every feature of PyRadiomics' classes has a baseline there", () => {
    const known = new Set(
      [
        ...Object.keys(oracleValues("brain1")),
        ...["shape", "shape2D", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"].flatMap((family) =>
          baseline(family).flatMap(({ values }) => Object.keys(values)),
        ),
      ].map((name) => name.replace("original_", "")),
    );
    const missing = featureCatalogue
      .filter(({ family }) => !(family in standardFeatureNames))
      .map(({ family, name }) => `${family}_${name}`)
      .filter((name) => !known.has(name));
    expect(missing.filter((name) => ![...byTheStandard, ...byDefinition].includes(name))).toEqual([]);
  });
});
