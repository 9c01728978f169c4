import { describe, expect, it } from "vitest";
import {
  type BaselineColumn,
  baseline,
  labelMask,
  nrrd,
  oracleValues,
  withImage,
} from "../../test/support/pyradiomics-data.ts";
import { sharedData } from "../../test/support/shared-data.ts";
import { canonicalJson } from "../core/json.ts";
import { createMask } from "../volume/volume.ts";
import { type Extraction, extractRadiomics } from "./extract.ts";
import { resolveSettings } from "./settings-file.ts";
import { shape2dFeatures } from "./shape-2d.ts";

const families = ["firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"] as const;

/** Settings of a baseline column, written there as Python prints a dictionary. */
function settingsOf(python: string): Record<string, unknown> {
  return JSON.parse(
    python.replaceAll("'", '"').replaceAll("None", "null").replaceAll("True", "true").replaceAll("False", "false"),
  );
}

describe.skipIf(!sharedData)("against PyRadiomics", () => {
  it.each(withImage)("%s has all 107 features that version 8ed5793 computes", (name) => {
    const { features } = extractRadiomics(nrrd(`${name}_image`), labelMask(name), resolveSettings({}));
    const expected = oracleValues(name);
    expect(Object.keys(features).sort()).toEqual(Object.keys(expected).sort());
    for (const [feature, value] of Object.entries(expected)) {
      expect(features[feature], feature).toBeAllClose(value, { relative: 1e-9 });
    }
  });

  it.each(["brain1", "brain2", "breast1", "lung1", "lung2"])("%s has the 2D shape of the baseline table", (name) => {
    const column = baseline("shape2D").find((c) => c.column === `${name}_shape2D`) as BaselineColumn;
    const slice = Number(/, ([\d.]+)\)$/.exec(column.centreIndex)?.[1]);
    const whole = labelMask(name);
    const perSlice = whole.geometry.size[0] * whole.geometry.size[1];
    const mask = createMask(
      whole.geometry,
      whole.inside.map((one, v) => (Math.floor(v / perSlice) === slice ? one : 0)),
    );
    const found: Readonly<Record<string, number>> = shape2dFeatures(mask, 0);
    for (const [feature, value] of Object.entries(column.values)) {
      expect(found[feature.replace("original_shape2D_", "")], feature).toBeAllClose(value, { relative: 1e-9 });
    }
  });

  it.each(["brain1", "brain2", "breast1", "lung1", "lung2"])(
    "%s resampled has the shape of the baseline table",
    (name) => {
      const column = baseline("shape").find((c) => c.column === `${name}_resampling`) as BaselineColumn;
      const mask = labelMask(name);
      const image = { geometry: mask.geometry, values: mask.inside };
      const { features } = extractRadiomics(
        image,
        mask,
        resolveSettings({ setting: settingsOf(column.settings), featureClass: { shape: null } }),
      );
      for (const [feature, value] of Object.entries(column.values)) {
        expect.soft(features[feature], feature).toBeAllClose(value, { relative: 1e-9 });
      }
    },
  );

  /** The columns of all families were made with a few settings; each is extracted once. */
  const extracted = new Map<string, Extraction>();
  const extractOnce = ({ image, settings }: BaselineColumn): Extraction => {
    const resolved = resolveSettings({
      setting: settingsOf(settings),
      featureClass: Object.fromEntries(families.map((family) => [family, null])),
    });
    const key = `${image} ${canonicalJson(resolved)}`;
    const found = extracted.get(key) ?? extractRadiomics(nrrd(`${image}_image`), labelMask(image), resolved);
    extracted.set(key, found);
    return found;
  };

  describe.each(families)("%s", (family) => {
    const columns = sharedData ? baseline(family).filter(({ image }) => withImage.some((name) => image === name)) : [];
    it.each(columns)("$column has the features of the baseline table", (column) => {
      const { features } = extractOnce(column);
      for (const [feature, value] of Object.entries(column.values)) {
        expect(features[feature], feature).toBeAllClose(value, { relative: 1e-6, absolute: 1e-12 });
      }
    });
  });
});
